#!/usr/bin/python3
"""Is openapi.yaml true? Compares it with what build/tests/describe says of the program, both ways,
and has the program judge its examples. docs/settings.md and docs/limits.md, too. Prints TAP.

BUILD names the build tree (build)."""

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
    ("ACCESS_COORDINATE_MAX", "schemas/Coordinate/pattern"),
    ("ACCESS_TOKEN_LIVES_S", "schemas/LoginTokens/properties/expires_in/maximum"),
    ("ACCESS_TOKEN_LIVES_S", "schemas/LoginTokens/properties/expires_in/description"),
    ("AUTH_KEY_LENGTH", KEY_TYPED + "/minLength"),
    ("AUTH_KEY_LENGTH", KEY_TYPED + "/description"),
    ("AUTH_KEY_SHOWN_MAX", "schemas/Identity/properties/authentication_key/maxLength"),
    ("BODY_MAX", "responses/BodyTooLarge/description"),
    ("CAPTCHA_BASE64_MAX", "schemas/CaptchaSound/properties/data/maxLength"),
    ("CAPTCHA_LENGTH", "schemas/IdentityRequest/properties/captcha_answer/minLength"),
    ("CAPTCHA_LENGTH", "schemas/IdentityRequest/properties/captcha_answer/description"),
    ("CAPTCHA_PNG_BASE64_MAX", "schemas/CaptchaPicture/properties/data/maxLength"),
    ("CAPTCHA_PNG_MAX", "schemas/CaptchaPicture/properties/data/description"),
    ("CAPTCHA_WAV_MAX", "schemas/CaptchaSound/properties/data/description"),
    ("DEVICE_MAX", "schemas/Login/properties/device/maxLength"),
    ("EMAIL_MASKED_MAX", "schemas/MaskedEmail/maxLength"),
    ("EMAIL_MAX", "schemas/Account/properties/email/maxLength"),
    ("EMAIL_MAX", "schemas/Account/properties/login_id/maxLength"),
    ("EMAIL_MAX", "schemas/AccountStep/properties/email/maxLength"),
    ("EMAIL_MAX", "schemas/EmailTyped/description"),
    ("EMAIL_MAX", "schemas/Profile/properties/email/maxLength"),
    ("EMAIL_MAX", "schemas/Profile/properties/login_id/maxLength"),
    ("EMAIL_MAX", "schemas/Profile/properties/pending_email/maxLength"),
    ("FIELD_ERRORS_MAX", "schemas/Problem/properties/errors/maxItems"),
    ("FIELD_ERROR_NAME_MAX", "schemas/FieldError/properties/field/maxLength"),
    ("INSURED_NUMBER_MAX", "schemas/IdentityRequest/properties/insured_number/description"),
    ("INSURED_NUMBER_MAX", "schemas/Profile/properties/insured_number/maxLength"),
    ("KID_MAX", "schemas/Key/properties/kid/maxLength"),
    ("NICKNAME_GRAPHEMES_MAX", "schemas/AccountRequest/properties/nickname/description"),
    ("NICKNAME_MAX", "schemas/AccountRequest/properties/nickname/description"),
    ("NICKNAME_MAX", "schemas/Account/properties/nickname/maxLength"),
    ("NICKNAME_MAX", "schemas/Profile/properties/nickname/maxLength"),
    ("PASSWORD_CODE_POINTS_MAX", "schemas/PasswordPolicy/properties/length_max/const"),
    ("PASSWORD_CODE_POINTS_MAX", "schemas/AccountRequest/properties/password/description"),
    ("PASSWORD_CODE_POINTS_MAX", "schemas/PasswordWished/description"),
    ("PROOF_OF_WORK_HEX", "schemas/Sha256/maxLength"),
    ("PROOF_OF_WORK_SALT_MAX",
     "schemas/CaptchaWork/properties/challenge/properties/salt/maxLength"),
    ("REFRESH_TOKEN_LENGTH", "headers/RefreshCookie/schema/pattern"),
    ("REFRESH_TOKEN_LENGTH", "schemas/RefreshRequest/properties/refresh_token/maxLength"),
    ("REFRESH_TOKEN_LENGTH", "schemas/RefreshToken/maxLength"),
    ("REFRESH_TOKEN_LENGTH", "schemas/RefreshToken/minLength"),
    ("REQUEST_ID_TEXT", "schemas/Problem/properties/request_id/maxLength"),
    ("SESSIONS_MAX", "schemas/Logins/properties/sessions/maxItems"),
    ("TOKEN_MAX", "schemas/LoginTokens/properties/access_token/maxLength"),
    ("TOKEN_MAX", "schemas/Token/maxLength"),
)

# What `security` says for an x-token; all others are of a stage.
SECURITY = {
    "none": ([], [{"refresh_cookie": []}, {}]),  # the second where a cookie may do
    "access": ([{"access_token": []}],),
    "access-or-cookie": ([{"access_token": []}, {"refresh_cookie": []}],),
}
OF_A_STAGE = ([{"stage_token": []}],)

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
            told = [contract.resolve(one) for one in operation.get("parameters", [])]
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


def check_faults(contract, program):
    ours = {row["code"]: row for row in contract.components["x-faults"]}
    return differences("field error", ours, {row["code"]: row for row in program["field_errors"]})


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


def check_code_table(contract):
    """The table of what an app does on each code has each, with its status."""
    text = contract.document["info"]["description"]
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", text, re.M)
    rows = {code: int(status) for status, code in rows}
    statuses = {code: row["status"] for code, row in contract.problems.items()}
    return differences("row of the table of codes:", rows, statuses)


def check_bounds(contract, program):
    wrong = []
    for name, pointer in BOUNDS:
        value, bound = contract.at("#/components/" + pointer), program["bounds"][name]
        holds = re.search(rf"\b{bound}\b", value) if isinstance(value, str) else value == bound
        if not holds:
            wrong.append(f"{pointer} is not {name}, {bound}")
    text = contract.document["info"]["description"]
    for words in (f"at most {program['bounds']['BODY_MAX']} bytes",
                  f"more than {program['bounds']['JSON_DEPTH_MAX']} levels",
                  f"{program['bounds']['SESSION_REPEAT_S']} seconds",
                  f"| {spoken(program['bounds']['ACCESS_TOKEN_LIVES_S'])} |"):
        if words not in text:
            wrong.append(f'info.description does not say "{words}"')
    return wrong


def check_stages(contract, program):
    """Names, calls and links of the stages; a token of `any` is one of a registration."""
    schemas = contract.components["schemas"]
    text = contract.document["info"]["description"]
    registration = [row for row in program["stages"] if row["path"].startswith("/v1/registration/")]
    wrong = []
    if schemas["Stage"]["properties"]["stage"]["enum"] != [row["name"] for row in registration]:
        wrong.append("Stage.stage")
    if schemas["Next"]["properties"]["path"]["enum"] != (
            [row["path"] for row in registration] + [program["login"]]):
        wrong.append("Next.path")
    wrong += [f"info.description has no row of the token `{row['name']}`"
              for row in program["stages"] if f"| `{row['name']}` |" not in text]
    wrong += [f"info.description does not name {row['portal_path']}"
              for row in program["stages"] if f"`{row['portal_path']}`" not in text + "``"]
    return wrong


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
    text = " ".join(contract.document["info"]["description"].split())
    wrong = []
    for row in program["limits"]:
        if row["lock_from"] == 0:
            continue
        if row["lock_s"] == 0:  # a letter's pauses begin with the setting MAIL_INTERVAL_S
            words = f"each pause is twice the one before, up to {row['lock_max_s']} seconds"
            wrong += [f"{row['name']}: the description does not say \"{words}\""] * (words not in text)
            continue
        lock_s, times = row["lock_s"], []
        while lock_s < row["lock_max_s"]:
            times.append(str(lock_s))
            lock_s *= 2
        last = row["lock_max_s"]
        wrong += [f"{row['name']}: the description does not say \"{words}\"" for words in (
            f"From failure number {row['lock_from']} on",
            f"{', '.join([*times, str(last)])} seconds, then always {last}",
            f"After {row['count']} in a row") if words not in text]
        wait = contract.problems["login_failed"]["detail"]
        wrong += [f"login_failed: not {last // 60} minutes" for words in wait.values()
                  if f"{last // 60}" not in words]
    return wrong


def check_table(text, wanted):
    """The whole table stands in the text, and nothing more in it."""
    if wanted + "\n" in text + "\n":
        return []
    return ["the table is not, or not exactly:", wanted]


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
    told = re.findall(r"(\d+ \w+) \(`(\w+)`\)", contract.document["info"]["description"])
    lives = {name: spoken(int(value)) for name, value in settings(program).items()
             if name.endswith(("_LIVES_S", "_IDLE_S"))}
    return differences("life", {name: life for life, name in told}, lives)


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
                    for label, example in content["examples"].items():
                        yield f"{method} {path} {name} {label}", content["schema"], example["value"]
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
    """The texts in them are the program's, all in one language."""
    wrong = []
    faults = {row["code"]: row["detail"] for row in contract.components["x-faults"]}
    for response in contract.components["responses"].values():
        for code, example in response["content"]["application/problem+json"]["examples"].items():
            value, row = example["value"], contract.problems[code]
            told = [value["title"], value["detail"]]
            told += [error["detail"] for error in value.get("errors", [])]
            texts = [row["title"], row["detail"]]
            texts += [faults[error["code"]] for error in value.get("errors", [])]
            uri = program["problem_type"] + code.replace("_", "-")
            if not any(told == [text[language] for text in texts] for language in ("ja", "en")):
                wrong.append(f"{code}: {told}")
            if (value["code"], value["status"], value["type"]) != (code, row["status"], uri):
                wrong.append(f"{code}: code, status or type")
    return wrong


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
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    wrong = []
    for label, example in examples.items():
        verdict = describe(*key, body=json.dumps(example["value"]))
        if verdict["code"] != "ok":
            wrong.append(f"example {label}: {verdict}")
    fullest = max((example["value"] for example in examples.values()), key=len)
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
    description = contract.document["info"]["description"]
    # asvs 6.1.3 8.1.1
    tap.check("operations and the tokens they take", check_endpoints(contract, program))
    tap.check("security says what x-token says", check_security(contract))
    tap.check("parameters", check_parameters(contract))
    for key in contract.operations():
        # asvs 2.1.1 8.1.2
        tap.check(f"fields of {' '.join(key)}", check_fields(contract, program, key))
    tap.check("problems: codes, statuses, texts", check_problems(contract, program))
    tap.check("faults: codes, texts", check_faults(contract, program))
    tap.check("codes of the responses", check_codes(contract))
    tap.check("headers of refusals", check_challenges(contract))
    tap.check("codes of the table in the description", check_code_table(contract))
    tap.check("type of a problem", check_types(contract, program))
    # asvs 2.1.1
    tap.check("bounds", check_bounds(contract, program))
    tap.check("stages and links", check_stages(contract, program))
    tap.check("lives of the tokens", check_lives(contract, program))
    # asvs 2.1.3
    tap.check("limits", check_table(description, program["limit_table"]))
    # asvs 6.1.1
    tap.check("locks", check_locks(contract, program))
    tap.check("version", check_version(contract))
    tap.check("examples fit their schemas", check_examples(contract))
    tap.check("examples of problems say what the program says",
              check_problem_examples(contract, program))
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
