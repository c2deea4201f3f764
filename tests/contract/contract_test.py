#!/usr/bin/python3
"""Are openapi.yaml and docs/api-guide.md true? Compares them with what build/tests/describe says of
the program, both ways, and has the program judge their examples. docs/settings.md, docs/limits.md
and the commands of docs/operating.md, too. Prints TAP.

BUILD names the build tree (build)."""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile

from contract import BUILD, TREE, Contract, Tap, differences

DESCRIBE = TREE / BUILD / "tests" / "describe"

KEY_TYPED = "schemas/AuthenticationKeyRequest/properties/authentication_key"

# A bound of bounds.h, and where openapi.yaml repeats it: as a value, or within a text.
BOUNDS = (
    ("ACCESS_COORDINATE_MAX", "schemas/JwkCoordinate/pattern"),
    ("ACCESS_TOKEN_LIVES_S", "schemas/SessionTokens/properties/expires_in/maximum"),
    ("ACCESS_TOKEN_LIVES_S", "schemas/SessionTokens/properties/expires_in/description"),
    ("AUTH_KEY_LENGTH", KEY_TYPED + "/minLength"),
    ("AUTH_KEY_LENGTH", KEY_TYPED + "/description"),
    ("AUTH_KEY_SHOWN_MAX", "schemas/AuthenticationKey/properties/authentication_key/maxLength"),
    ("BODY_MAX", "responses/BodyTooLarge/description"),
    ("CAPTCHA_BASE64_MAX", "schemas/CaptchaAudio/properties/data/maxLength"),
    ("CAPTCHA_LENGTH", "schemas/IdentityRequest/properties/captcha_answer/minLength"),
    ("CAPTCHA_LENGTH", "schemas/IdentityRequest/properties/captcha_answer/description"),
    ("CAPTCHA_PNG_BASE64_MAX", "schemas/CaptchaImage/properties/data/maxLength"),
    ("CAPTCHA_PNG_MAX", "schemas/CaptchaImage/properties/data/description"),
    ("CAPTCHA_WAV_MAX", "schemas/CaptchaAudio/properties/data/description"),
    ("DEVICE_MAX", "schemas/Session/properties/device/maxLength"),
    ("EMAIL_MASKED_MAX", "schemas/MaskedEmail/maxLength"),
    ("EMAIL_MAX", "schemas/Account/properties/email/maxLength"),
    ("EMAIL_MAX", "schemas/Account/properties/login_id/maxLength"),
    ("EMAIL_MAX", "schemas/AccountStep/properties/email/maxLength"),
    ("EMAIL_MAX", "schemas/EmailInput/description"),
    ("EMAIL_MAX", "schemas/Profile/properties/email/maxLength"),
    ("EMAIL_MAX", "schemas/Profile/properties/login_id/maxLength"),
    ("EMAIL_MAX", "schemas/Profile/properties/pending_email/maxLength"),
    ("FIELD_ERRORS_MAX", "schemas/Problem/properties/errors/maxItems"),
    ("FIELD_ERROR_NAME_MAX", "schemas/FieldError/properties/field/maxLength"),
    ("INSURED_NUMBER_MAX", "schemas/IdentityRequest/properties/insured_number/description"),
    ("INSURED_NUMBER_MAX", "schemas/Profile/properties/insured_number/maxLength"),
    ("KID_MAX", "schemas/Jwk/properties/kid/maxLength"),
    ("NICKNAME_GRAPHEMES_MAX", "schemas/NicknameInput/description"),
    ("NICKNAME_MAX", "schemas/NicknameInput/description"),
    ("NICKNAME_MAX", "schemas/Account/properties/nickname/maxLength"),
    ("NICKNAME_MAX", "schemas/Profile/properties/nickname/maxLength"),
    ("PASSWORD_CODE_POINTS_MAX", "schemas/PasswordPolicy/properties/length_max/const"),
    ("PASSWORD_CODE_POINTS_MAX", "schemas/NewPassword/description"),
    ("PROOF_OF_WORK_HEX", "schemas/Sha256/maxLength"),
    ("PROOF_OF_WORK_SALT_MAX",
     "schemas/CaptchaProofOfWork/properties/challenge/properties/salt/maxLength"),
    ("REFRESH_TOKEN_LENGTH", "headers/RefreshCookie/schema/pattern"),
    ("REFRESH_TOKEN_LENGTH", "schemas/RefreshRequest/properties/refresh_token/maxLength"),
    ("REFRESH_TOKEN_LENGTH", "schemas/RefreshToken/maxLength"),
    ("REFRESH_TOKEN_LENGTH", "schemas/RefreshToken/minLength"),
    ("REQUEST_ID_TEXT", "schemas/Problem/properties/request_id/maxLength"),
    ("SESSIONS_MAX", "schemas/SessionList/properties/sessions/maxItems"),
    ("TOKEN_MAX", "schemas/SessionTokens/properties/access_token/maxLength"),
    ("TOKEN_MAX", "schemas/Token/maxLength"),
)

# What `security` says for an x-token; all others are of a stage.
SECURITY = {
    "none": ([], [{"refresh_cookie": []}, {}]),  # the second where a cookie may do
    "access": ([{"access_token": []}],),
    "access-or-cookie": ([{"access_token": []}, {"refresh_cookie": []}],),
}
OF_A_STAGE = ([{"stage_token": []}],)

# Descriptions of fewer characters may stand twice.
SHORT = 20

# Fields whose shortness is judged with the account's own words, by the handler: tests/flow see it.
JUDGED_LATER = {
    (("POST", "/v1/recovery/password/reset"), "password"),
    (("PUT", "/v1/me/password"), "password"),
}


def describe(*arguments, body=""):
    output = subprocess.run([DESCRIBE, *arguments], input=body, text=True, encoding="utf-8",
                            stdout=subprocess.PIPE, check=True).stdout
    return json.loads(output)


def endpoints_of(rows):
    return {(row["method"], row["path"]): row for row in rows}


def request_schema(contract, operation):
    content = operation.get("requestBody", {}).get("content", {})
    return contract.resolve(content["application/json"]["schema"]) if content else None


# --- tables ---------------------------------------------------------------------------------------

def check_endpoints(contract, program):
    wrong = []
    for listener, inside in (("public", False), ("inside", True)):
        ours = {key: operation["x-token"] for key, operation in contract.operations(inside).items()}
        theirs = {key: row["token"] for key, row in endpoints_of(program[listener]).items()}
        wrong += differences(f"{listener} operation, and its token:", ours, theirs)
    return wrong


def check_security(contract):
    """The standard's word for what x-token says."""
    return [f"{key}: {operation['security']} with x-token {operation['x-token']}"
            for inside in (False, True) for key, operation in contract.operations(inside).items()
            if operation["security"] not in SECURITY.get(operation["x-token"], OF_A_STAGE)]


def check_parameters(contract):
    """Each parameter of a path is described, and no other; so is the language."""
    wrong = []
    for inside in (False, True):
        for key, operation in contract.operations(inside).items():
            told = contract.parameters(key[1]) + operation.get("parameters", [])
            names = [one["name"] for one in told if one["in"] == "path"]
            if names != re.findall(r"\{(\w+)\}", key[1]):
                wrong.append(f"{key}: {names}")
            if not inside and "Accept-Language" not in [one["name"] for one in told]:
                wrong.append(f"{key}: no Accept-Language")
    return wrong


def check_fields(contract, program, key):
    schema = request_schema(contract, contract.operations()[key])
    row = endpoints_of(program["public"])[key]
    if (schema is None) != ("fields" not in row):
        return ["only one side takes a body"]
    if schema is None:
        return []
    required = schema.get("required", [])
    ours = {name: (contract.resolve(field).get("maxLength"), name not in required)
            for name, field in schema["properties"].items()}
    theirs = {field["name"]: (field["input_max"], field["optional"]) for field in row["fields"]}
    wrong = differences("field, its longest input and whether it is optional:", ours, theirs)
    if schema.get("additionalProperties") is not False:
        wrong.append("unknown members are not refused")
    return wrong


def check_problems(contract, program):
    theirs = {row["code"]: row for row in program["problems"]}
    return differences("problem", contract.problems, theirs)


def check_field_errors(contract, program):
    theirs = {row["code"]: row["detail"] for row in program["field_errors"]}
    return differences("field error", contract.components["x-field-errors"], theirs)


def check_codes(contract):
    """Each code of a response is a problem of that status, and each problem is of some response."""
    unrouted = contract.document["x-codes"]
    used, wrong = set(unrouted), []
    for inside in (False, True):
        for key, operation in contract.operations(inside).items():
            for status, response in contract.responses(operation).items():
                codes = response.get("x-codes", [])
                used |= set(codes)
                wrong += [f"{key} {status}: {code}" for code in codes
                          if contract.problems.get(code, {}).get("status") != status]
                if (status >= 400) != bool(codes):
                    wrong.append(f"{key} {status}: x-codes {codes}")
    wrong += [f"no response has {code}" for code in contract.problems if code not in used]
    return wrong + [f"not a problem: {code}" for code in unrouted if code not in contract.problems]


def check_meanings(contract):
    """Each code says what an app does on it."""
    return [f"{code} has no description" for code in contract.problems
            if not contract.components["examples"][code].get("description")]


def check_bounds(contract, program):
    wrong = []
    for name, pointer in BOUNDS:
        value, bound = contract.at("#/components/" + pointer), program["bounds"][name]
        holds = re.search(rf"\b{bound}\b", value) if isinstance(value, str) else value == bound
        if not holds:
            wrong.append(f"{pointer} is not {name}, {bound}")
    text = words_of(contract.guide)
    for words in (f"at most {program['bounds']['BODY_MAX']} bytes",
                  f"more than {program['bounds']['JSON_DEPTH_MAX']} levels",
                  f"{program['bounds']['SESSION_REPEAT_S']} seconds",
                  f"An account has at most {program['bounds']['SESSIONS_MAX']};",
                  f"| {spoken(program['bounds']['ACCESS_TOKEN_LIVES_S'])} |"):
        if words not in text:
            wrong.append(f'docs/api-guide.md does not say "{words}"')
    return wrong


def check_stages(contract, program):
    """Names, calls and links of the stages; a token of `any` is one of a registration."""
    schemas = contract.components["schemas"]
    text = contract.guide
    registration = [row for row in program["stages"] if row["path"].startswith("/v1/registration/")]
    wrong = []
    if schemas["RegistrationStage"]["properties"]["stage"]["enum"] != [row["name"] for row in registration]:
        wrong.append("RegistrationStage.stage")
    if schemas["NextCall"]["properties"]["path"]["enum"] != (
            [row["path"] for row in registration] + [program["login"]]):
        wrong.append("NextCall.path")
    wrong += [f"docs/api-guide.md has no row of the token `{row['name']}`"
              for row in program["stages"] if f"| `{row['name']}` |" not in text]
    ours = dict(re.findall(r"^\| `(/[a-z/-]+)` \| `POST (/v1/[a-z/-]+)` \|$", text, re.M))
    theirs = {row["portal_path"]: row["path"] for row in program["stages"] if row["portal_path"]}
    wrong += [f"docs/api-guide.md: {page} is no page"
              for page in re.findall(r"`(/(?!v1/)[a-z][a-z/-]*)`", text) if page not in theirs]
    return wrong + differences("page and its call:", ours, theirs, "docs/api-guide.md")


def check_challenges(contract):
    """RFC 9110 15.5.2, 10.2.3: each 401 says what it wants, each 429 and 503 how long to wait."""
    demanded = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
    return [f"{key} {status}: no {demanded[status]}"
            for inside in (False, True) for key, operation in contract.operations(inside).items()
            for status, response in contract.responses(operation).items()
            if status in demanded and demanded[status] not in response["headers"]]


def check_types(contract, program):
    pattern = contract.components["schemas"]["Problem"]["properties"]["type"]["pattern"]
    uris = {code: program["problem_type"] + code.replace("_", "-") for code in contract.problems}
    return [uri for uri in uris.values() if not re.search(pattern, uri)]


# --- settings and limits --------------------------------------------------------------------------

def check_locks(contract, program):
    """From which failure on, and for how long each."""
    text = words_of(contract.guide)
    wrong = []
    for row in program["limits"]:
        if row["lock_from"] == 0:
            continue
        if row["lock_from"] == 1:  # a mail's locks begin with the setting MAIL_INTERVAL_S
            words = f"each pause is twice the one before, up to {row['lock_max_s']} seconds"
            wrong += [f"{row['name']}: docs/api-guide.md does not say \"{words}\""] * (words not in text)
            continue
        lock_s, times = row["lock_s"], []
        while lock_s < row["lock_max_s"]:
            times.append(str(lock_s))
            lock_s *= 2
        last = row["lock_max_s"]
        wrong += [f"{row['name']}: docs/api-guide.md does not say \"{words}\"" for words in (
            f"From failure number {row['lock_from']} on",
            f"{', '.join([*times, str(last)])} seconds, then always {last}",
            f"After {row['max']} in a row") if words not in text]
        wait = contract.problems["login_failed"]["detail"]
        wrong += [f"login_failed: not {last // 60} minutes" for words in wait.values()
                  if f"{last // 60}" not in words]
    return wrong


def check_generated(name):
    """A document of docs/ is what tools/gen/docs writes."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([TREE / "tools/gen/docs", folder], check=True,
                       env={**os.environ, "BUILD": str(TREE / BUILD)})
        wanted = open(f"{folder}/{name}", encoding="utf-8").read()
    if (TREE / "docs" / name).read_text("utf-8") == wanted:
        return []
    return [f"docs/{name} is behind the programs: run tools/gen/docs"]


def check_commands():
    """docs/operating.md has the commands of myportalctl, written as it does itself."""
    usage = subprocess.run([TREE / BUILD / "tools/ctl/myportalctl"], stderr=subprocess.PIPE,
                           text=True, encoding="utf-8").stderr
    text = (TREE / "docs/operating.md").read_text("utf-8")
    theirs = re.findall(r"^  (\S.*?)(?:  .*)?$", usage, re.M)
    ours = re.findall(r"^    myportalctl (\S.*?)(?:  .*)?$", text, re.M)
    return [f"not in both: {command}" for command in sorted(set(ours) ^ set(theirs))]


def settings(program):
    """name -> default."""
    return dict(re.findall(r"^\| `(\w+)` \| `(.*?)` \|", program["settings"], re.M))


def spoken(seconds):
    units = ((86400, "days"), (3600, "hours"), (60, "minutes"))
    return next(f"{seconds // unit} {name}" for unit, name in units if seconds % unit == 0)


def check_lives(contract, program):
    told = re.findall(r"(\d+ \w+) \(`(\w+)`\)", contract.guide)
    lives = {name: spoken(int(value)) for name, value in settings(program).items()
             if name.endswith(("_LIVES_S", "_IDLE_S"))}
    return differences("life", {name: life for life, name in told}, lives, "docs/api-guide.md")


def check_version(contract):
    version = re.search(r"version: '(.*?)'", (TREE / "meson.build").read_text())[1]
    ours = contract.document["info"]["version"]
    return [] if ours == version else [f"{ours} in openapi.yaml, {version} in meson.build"]


# --- examples -------------------------------------------------------------------------------------

def examples_of(contract):
    """(where, schema, value) of every example, and of every default."""
    for inside in (False, True):
        for (method, path), operation in contract.operations(inside).items():
            bodies = {"request": operation.get("requestBody", {}), **contract.responses(operation)}
            for name, body in bodies.items():
                for content in body.get("content", {}).values():
                    for label, value in contract.examples(content).items():
                        yield f"{method} {path} {name} {label}", content["schema"], value
    for name, header in contract.components["headers"].items():
        if "example" in header:
            yield f"header {name}", header["schema"], header["example"]
    for name, schema in contract.components["schemas"].items():
        for member, field in schema.get("properties", {}).items():
            if "default" in field:
                yield f"default of {name}.{member}", field, field["default"]


def check_examples(contract):
    return [f"{where}: {error}" for where, schema, value in examples_of(contract)
            for error in contract.errors(schema, value)]


def check_problem_examples(contract, program):
    """Each is named by its code, which a response has among its x-codes. check_problems() compares
    the texts, but for those of the fields."""
    wrong = []
    texts = contract.components["x-field-errors"]
    for code in contract.problems:
        value = contract.components["examples"][code]["value"]
        wrong += [f"{code}: {error['detail']}" for error in value.get("errors", [])
                  if error["detail"] != texts[error["code"]]["ja"]]
        uri = program["problem_type"] + code.replace("_", "-")
        if (value["code"], value["type"]) != (code, uri):
            wrong.append(f"{code}: code or type")
    for name, response in contract.components["responses"].items():
        problems = response.get("content", {}).get("application/problem+json", {"examples": {}})
        told = {code: {"$ref": f"#/components/examples/{code}"} for code in response.get("x-codes", [])}
        if problems["examples"] != told:
            wrong.append(f"{name}: examples {list(problems['examples'])}")
    return wrong


def check_components(contract):
    """Each is used; those of security by its name, examples of problems also by x-codes."""
    used = set(re.findall(r"'#/components/(\w+/[\w-]+)'", contract.text))
    used |= {f"examples/{code}" for code in contract.document["x-codes"]}
    used |= {f"securitySchemes/{name}" for inside in (False, True)
             for operation in contract.operations(inside).values()
             for way in operation["security"] for name in way}
    return [f"{kind}/{name} is not used" for kind, components in contract.components.items()
            if not kind.startswith("x-") for name in components if f"{kind}/{name}" not in used]


def check_said_once(contract):
    """No description stands in two places: what is shared is a component."""
    places, waiting = collections.Counter(), [contract.document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            places.update(words_of(text) for key, text in node.items()
                          if key in ("description", "summary") and isinstance(text, str))
        waiting += node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [f"{count} times: {text}" for text, count in places.items()
            if count > 1 and len(text) >= SHORT]


# --- docs/api-guide.md ----------------------------------------------------------------------------

def words_of(text):
    """A text without its line breaks."""
    return " ".join(text.split())


def check_guide_links(contract):
    """What openapi.yaml and the service's texts call a chapter of the guide is one."""
    headings = [re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")
                for heading in re.findall(r"^#+ (.*)$", contract.guide, re.M)]
    return [f"docs/api-guide.md has no heading #{name}"
            for name in re.findall(r"docs/api-guide\.md#([\w-]+)", contract.text)
            if name not in headings]


def check_guide_calls(contract):
    """The table of calls has each public operation with its token; no text names another."""
    ours = dict(re.findall(r"^\| `([A-Z]+ /[^`]+)` \| ([a-z-]+) \|", contract.guide, re.M))
    theirs = {f"{method} {path}": operation["x-token"]
              for (method, path), operation in contract.operations().items()}
    named = re.findall(r"\b((?:GET|PUT|POST|DELETE|PATCH) /[\w./{}-]+)", contract.guide)
    wrong = [f"{key}: {ours.get(key)} in the guide, {theirs.get(key)} in openapi.yaml"
             for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)]
    return wrong + [f"not an operation: {key}" for key in named if key.strip(".") not in theirs]


def check_guide_codes(contract):
    """What the guide calls a code, by the form of the word, is one."""
    told = re.findall(r"\b(?:is|are|answers|be) `([a-z]+_[a-z_]+)`", contract.guide)
    known = {*contract.problems, *contract.components["x-field-errors"]}
    return [f"not a code: {code}" for code in told if code not in known]


def exchanges_of(guide):
    """(METHOD, path, request, status, answer) of each ```http block; the bodies are None or JSON."""
    for block in re.findall(r"^ *```http\n(.*?)^ *```$", guide, re.M | re.S):
        asked, answered = re.split(r"^ *HTTP/1\.1 ", block, flags=re.M)
        request, _, request_body = asked.partition("\n\n")
        answer, _, answer_body = answered.partition("\n\n")
        method, path = request.split()[:2]
        yield method, path, json_of(request_body), int(answer.split()[0]), json_of(answer_body)


def json_of(text):
    return json.loads(text) if text.strip() else None


def check_exchanges(contract):
    """The program takes the requests of the guide, and its answers are as described."""
    wrong, operations = [], contract.operations()
    exchanges = list(exchanges_of(contract.guide))
    for method, path, request, status, answer in exchanges:
        operation, where = operations[method, path], f"{method} {path} {status}"
        response = contract.responses(operation)[status]
        if request is not None:
            verdict = describe(method, path, body=json.dumps(request))
            wrong += [f"{where}: {verdict}"] if verdict["code"] != "ok" else []
        elif "requestBody" in operation:
            wrong.append(f"{where}: the request has no body")
        if (answer is None) != ("content" not in response):
            wrong.append(f"{where}: only one side has an answer's body")
        for content in response.get("content", {}).values():
            wrong += [f"{where}: {error}" for error in contract.errors(content["schema"], answer)]
    return wrong if exchanges else ["the guide has no exchange"]


# --- bodies, judged by the program ----------------------------------------------------------------

def fault_of(key, body, field):
    """The program's word on a field of a body; None: it has no objection."""
    verdict = describe(*key, body=json.dumps(body))
    return {error["field"]: error["code"] for error in verdict["errors"]}.get(field)


def variations(contract, schema, example):
    """(what, field, body, the fault it must have; "any" will do for too short)."""
    yield "unknown", "unknown", {**example, "unknown": "x"}, "unknown_field"
    for name, field in schema["properties"].items():
        field = contract.resolve(field)
        typed = example.get(name, field.get("default"))
        yield "null", name, {**example, name: None}, "wrong_type"
        long = typed.ljust(field["maxLength"] + 1, "x")
        yield "too long", name, {**example, name: long}, "too_long"
        if field.get("minLength", 1) > 1:
            yield "too short", name, {**example, name: typed[:field["minLength"] - 1]}, "any"
        if name in schema.get("required", []):
            rest = {key: value for key, value in example.items() if key != name}
            yield "absent", name, rest, "required"


def check_bodies(contract, key):
    """The program takes every example, and refuses what the schema refuses."""
    operation = contract.operations()[key]
    schema = request_schema(contract, operation)
    examples = contract.examples(operation["requestBody"]["content"]["application/json"])
    wrong = []
    for label, example in examples.items():
        verdict = describe(*key, body=json.dumps(example))
        if verdict["code"] != "ok":
            wrong.append(f"example {label}: {verdict}")
    fullest = max(examples.values(), key=len)
    for what, name, body, wanted in variations(contract, schema, fullest):
        if what == "too short" and (key, name) in JUDGED_LATER:
            continue
        fault = fault_of(key, body, name)
        if fault is None or wanted not in ("any", fault):
            wrong.append(f"{name} {what}: {fault}, not {wanted}")
        if not contract.errors(schema, body):
            wrong.append(f"{name} {what}: the schema takes it")
    return wrong


def main():
    contract, program, tap = Contract(), describe(), Tap()
    # asvs 6.1.3 8.1.1
    tap.check("operations and the tokens they take", check_endpoints(contract, program))
    tap.check("security says what x-token says", check_security(contract))
    tap.check("parameters", check_parameters(contract))
    for key in contract.operations():
        # asvs 2.1.1 8.1.2
        tap.check(f"fields of {' '.join(key)}", check_fields(contract, program, key))
    tap.check("problems: codes, statuses, texts", check_problems(contract, program))
    tap.check("field errors: codes, texts", check_field_errors(contract, program))
    tap.check("codes of the responses", check_codes(contract))
    tap.check("headers of refusals", check_challenges(contract))
    tap.check("each code says what an app does", check_meanings(contract))
    tap.check("type of a problem", check_types(contract, program))
    # asvs 2.1.1
    tap.check("bounds", check_bounds(contract, program))
    tap.check("stages and links", check_stages(contract, program))
    tap.check("lives of the tokens", check_lives(contract, program))
    # asvs 6.1.1
    tap.check("locks", check_locks(contract, program))
    tap.check("version", check_version(contract))
    tap.check("examples fit their schemas", check_examples(contract))
    tap.check("examples of problems", check_problem_examples(contract, program))
    tap.check("components are used", check_components(contract))
    tap.check("descriptions stand in one place", check_said_once(contract))
    tap.check("chapters of the guide", check_guide_links(contract))
    tap.check("calls of the guide, and the tokens they take", check_guide_calls(contract))
    tap.check("codes of the guide", check_guide_codes(contract))
    tap.check("exchanges of the guide", check_exchanges(contract))
    for key, operation in contract.operations().items():
        if "requestBody" in operation:
            # asvs 2.1.1 2.2.1
            tap.check(f"program and schema agree on bodies of {' '.join(key)}",
                      check_bodies(contract, key))
    tap.check("commands of docs/operating.md", check_commands())
    # asvs 7.1.1 13.1.2
    tap.check("docs/settings.md", check_generated("settings.md"))
    # asvs 2.1.3
    tap.check("docs/limits.md", check_generated("limits.md"))
    return tap.end()


sys.exit(main())
