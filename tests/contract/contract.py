"""What the contract's tests and tools/gen have in common: openapi.yaml, the guide to it, and TAP."""

import copy
import os
import pathlib
import re

import jsonschema
import yaml

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("BUILD", "build")
METHODS = ("get", "put", "post", "delete", "patch")
LANGUAGES = ("ja", "en")

# A row of the table of field errors: code, when it comes, what the app does.
FIELD_ERROR_ROW = re.compile(r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \|$", re.M)

PROBLEM = "application/problem+json"


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
        self.problems = {code: self.problem_of(code) for code in self.codes_of_examples()}
        self.unrouted = self.codes(self.components["responses"]["NotRouted"])
        self.strict = strict(self.document)
        self.validators = {}  # of schemas of the document, by their identity

    def resolve(self, node):
        return self.at(node["$ref"]) if "$ref" in node else node

    def at(self, pointer):
        """The node at '#/components/...'."""
        node = self.document
        for step in pointer.removeprefix("#/").split("/"):
            node = node[step]
        return node

    def member(self, schema, name):
        """A member of a schema."""
        return self.components["schemas"][schema]["properties"][name]

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
        """status -> response; without that which may come to every call, `default`."""
        return {int(status): self.resolve(response)
                for status, response in operation["responses"].items() if status != "default"}

    def codes(self, response):
        """The problem codes that a response may carry."""
        content = response.get("content", {})
        return self.codes_of(content[PROBLEM]["schema"]) if PROBLEM in content else []

    def codes_of(self, schema):
        schema = self.resolve(schema)
        if "oneOf" in schema:
            return [code for one in schema["oneOf"] for code in self.codes_of(one)]
        return schema["allOf"][-1]["properties"]["code"]["enum"]

    def codes_of_examples(self):
        """Every code, by the Japanese example of its problem."""
        return [name.removesuffix("_ja") for name in self.components["examples"]
                if name.endswith("_ja")]

    def problem_of(self, code):
        """What the examples of a problem say, as tests/contract/describe.c writes it."""
        values = {language: self.components["examples"][f"{code}_{language}"]["value"]
                  for language in LANGUAGES}
        return {"code": code, "status": values["ja"]["status"],
                **{text: {language: value[text] for language, value in values.items()}
                   for text in ("title", "detail")}}

    def meaning_of(self, code):
        """What the Japanese example of a problem says in its paragraphs: when it comes, and what
        the app does."""
        described = self.components["examples"][f"{code}_ja"].get("description", "")
        return [" ".join(paragraph.split()) for paragraph in described.strip().split("\n\n")]

    def field_error_meanings(self):
        """(code, when it comes, what the app does)."""
        return FIELD_ERROR_ROW.findall(self.member("FieldError", "code")["description"])

    def field_errors(self):
        """code -> language -> text. Each code stands twice, in Japanese and then in English."""
        texts = {}
        for example in self.components["schemas"]["FieldError"]["examples"]:
            texts.setdefault(example["code"], []).append(example["detail"])
        return {code: dict(zip(LANGUAGES, both, strict=True)) for code, both in texts.items()}

    def examples(self, content):
        """label -> value, of a body."""
        return {label: self.resolve(example)["value"]
                for label, example in content["examples"].items()}

    def errors(self, schema, value):
        """What is wrong with a value. Members that are not described are wrong here, though
        clients pass over them."""
        if id(schema) not in self.validators:
            resolver = jsonschema.RefResolver("", self.strict)
            validator = jsonschema.Draft202012Validator(strict(schema), resolver=resolver)
            self.validators[id(schema)] = schema, validator  # the schema, so that its identity stays its own
        _, validator = self.validators[id(schema)]
        return [f"{error.json_path}: {error.message[:200]}"
                for error in validator.iter_errors(value)]


def strict(node):
    """A copy in which no object has other members than those described. What stands in an `allOf`
    only narrows the schema beside it, which is closed."""
    node = copy.deepcopy(node)
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if one.get("type") == "object" and "properties" in one:
                one.setdefault("additionalProperties", False)
            waiting += [value for key, value in one.items() if key != "allOf"]
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
