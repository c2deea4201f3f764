"""What the contract's tests have in common: openapi.yaml, the guide to it, and TAP."""

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
    """openapi.yaml, and docs/api-guide.md as `guide`."""

    def __init__(self):
        self.text = (TREE / "openapi.yaml").read_text("utf-8")
        self.guide = (TREE / "docs/api-guide.md").read_text("utf-8")
        self.document = yaml.safe_load(self.text)
        self.components = self.document["components"]
        self.problems = {code: problem_of(example)
                         for code, example in self.components["examples"].items()
                         if "x-en" in example}
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

    def parameters(self, path):
        """Those of a path; each of its operations takes them."""
        return [self.resolve(one) for one in self.document["paths"][path].get("parameters", [])]

    def parameter(self, path, name):
        """The part of a path that has this name."""
        return next(one for one in self.parameters(path)
                    if (one["name"], one["in"]) == (name, "path"))

    def responses(self, operation):
        """status -> response."""
        return {int(status): self.resolve(response)
                for status, response in operation["responses"].items()}

    def examples(self, content):
        """label -> value, of a body."""
        return {label: self.resolve(example)["value"]
                for label, example in content["examples"].items()}

    def errors(self, schema, value):
        """What is wrong with a value. Members that are not described are wrong here, though
        clients pass over them."""
        resolver = jsonschema.RefResolver("", self.strict)
        validator = jsonschema.Draft202012Validator(strict(schema), resolver=resolver)
        return [f"{error.json_path}: {error.message[:200]}"
                for error in validator.iter_errors(value)]


def problem_of(example):
    """What an example of a problem says in both languages, as tests/contract/describe.c writes it."""
    value, english = example["value"], example["x-en"]
    return {"code": value["code"], "status": value["status"],
            **{text: {"ja": value[text], "en": english[text]} for text in ("title", "detail")}}


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


def differences(name, ours, theirs, document="openapi.yaml"):
    """What only the document or only the program has, and what differs; both are name -> value."""
    wrong = [f"only {document} has {name} {key}" for key in ours if key not in theirs]
    wrong += [f"{document} has no {name} {key}" for key in theirs if key not in ours]
    wrong += [f"{name} {key}: {ours[key]} in {document}, {theirs[key]} in the program"
              for key in ours if key in theirs and ours[key] != theirs[key]]
    return wrong
