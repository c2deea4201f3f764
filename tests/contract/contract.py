"""What the contract's tests have in common: openapi.yaml, its operations and schemas, and TAP."""

import copy
import os
import pathlib
import re

import jsonschema
import yaml

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("BUILD", "build")
METHODS = ("get", "put", "post", "delete", "patch")


class Tap:
    """Counts checks; each is a name and the list of what is wrong."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, name, wrong):
        wrong = [str(one) for one in wrong]
        self.count += 1
        self.failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {self.count} - {name}")
        for line in "\n".join(wrong).splitlines():
            print(f"#   {line}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


class Contract:
    """openapi.yaml."""

    def __init__(self):
        self.document = yaml.safe_load((TREE / "openapi.yaml").read_text("utf-8"))
        self.components = self.document["components"]
        self.problems = {row["code"]: row for row in self.components["x-problems"]}
        self.strict = strict(self.document)

    def resolve(self, node):
        return self.at(node["$ref"]) if "$ref" in node else node

    def at(self, pointer):
        """The node at '#/components/...'."""
        node = self.document
        for step in pointer.removeprefix("#/").split("/"):
            node = node[step]
        return node

    def operations(self, inside=False):
        """(METHOD, path) -> operation, of one listener. What is inside has a server of its own."""
        return {(method.upper(), path): item[method]
                for path, item in self.document["paths"].items() if ("servers" in item) == inside
                for method in METHODS if method in item}

    def path_pattern(self, path):
        """What the paths of requests to '/v1/sessions/{id}' look like."""
        parts = re.split(r"\{(\w+)\}", path)
        parts[::2] = map(re.escape, parts[::2])
        parts[1::2] = [self.parameter(path, name)["schema"]["pattern"].strip("^$")
                       for name in parts[1::2]]
        return re.compile("".join(parts))

    def parameter(self, path, name):
        """One of a path's, as each of its operations has it."""
        for method, operation in self.document["paths"][path].items():
            if method in METHODS:
                for parameter in map(self.resolve, operation["parameters"]):
                    if (parameter["name"], parameter["in"]) == (name, "path"):
                        return parameter
        raise KeyError(f"{path} does not describe {name}")

    def responses(self, operation):
        """status -> response."""
        return {int(status): self.resolve(response)
                for status, response in operation["responses"].items()}

    def errors(self, schema, value):
        """What is wrong with a value. Members that are not described are wrong here, though
        clients pass over them."""
        resolver = jsonschema.RefResolver("", self.strict)
        validator = jsonschema.Draft202012Validator(strict(schema), resolver=resolver)
        return [f"{error.json_path}: {error.message[:200]}"
                for error in validator.iter_errors(value)]


def strict(node):
    """A copy in which no object has other members than those described."""
    node = copy.deepcopy(node)
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if one.get("type") == "object" and "properties" in one:
                one.setdefault("additionalProperties", False)
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return node


def differences(name, ours, theirs):
    """What only one side has, and what differs; both are name -> value."""
    wrong = [f"only openapi.yaml has {name} {key}" for key in ours if key not in theirs]
    wrong += [f"openapi.yaml has no {name} {key}" for key in theirs if key not in ours]
    wrong += [f"{name} {key}: {ours[key]} in openapi.yaml, {theirs[key]} in the program"
              for key in ours if key in theirs and ours[key] != theirs[key]]
    return wrong
