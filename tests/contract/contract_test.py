#!/usr/bin/python3
"""Are openapi.yaml and docs/api-guide.md true? Compares them with what build/tests/describe says of
the program, both ways, and has the program judge their examples. What tools/gen/docs writes and
the commands of docs/operating.md, too. Prints TAP.

BUILD names the build tree (build)."""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from contract import BUILD, LANGUAGES, PROBLEM, TREE, Contract, Tap, differences

DESCRIBE = TREE / BUILD / "tests" / "describe"

KEY_TYPED = "schemas/AuthenticationKeyRequest/properties/authentication_key"

# A bound of bounds.h, and where openapi.yaml repeats it: as a value, or within a text.
BOUNDS = (
    ("ACCESS_COORDINATE_MAX", "schemas/JwkCoordinate/pattern"),
    ("ACCESS_TOKEN_LIFE_MAX_S", "schemas/SessionTokens/properties/expires_in/maximum"),
    ("ACCESS_TOKEN_LIFE_MAX_S", "schemas/SessionTokens/properties/expires_in/description"),
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
    ("FIELD_ERRORS_MAX", "schemas/FieldErrors/maxItems"),
    ("FIELD_ERROR_NAME_MAX", "schemas/FieldError/properties/field/maxLength"),
    ("INSURED_NUMBER_MAX", "schemas/IdentityRequest/properties/insured_number/description"),
    ("INSURED_NUMBER_MAX", "schemas/Profile/properties/insured_number/maxLength"),
    ("KID_MAX", "schemas/Jwk/properties/kid/maxLength"),
    ("NICKNAME_GRAPHEMES_MAX", "schemas/NicknameInput/description"),
    ("NICKNAME_MARKS_MAX", "schemas/NicknameInput/description"),
    ("NICKNAME_MAX", "schemas/NicknameInput/description"),
    ("NICKNAME_MAX", "schemas/Account/properties/nickname/maxLength"),
    ("NICKNAME_MAX", "schemas/Profile/properties/nickname/maxLength"),
    ("PASSWORD_CODE_POINTS_MAX", "schemas/PasswordPolicy/properties/length_max/maximum"),
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
    ("SOCIETY_CONTACT_MAX", "schemas/Society/properties/contact/properties/en/maxLength"),
    ("SOCIETY_CONTACT_MAX", "schemas/Society/properties/contact/properties/ja/maxLength"),
    ("SOCIETY_NAME_MAX", "schemas/Society/properties/name/properties/en/maxLength"),
    ("SOCIETY_NAME_MAX", "schemas/Society/properties/name/properties/ja/maxLength"),
    ("TOKEN_MAX", "schemas/SessionTokens/properties/access_token/maxLength"),
    ("TOKEN_MAX", "schemas/Token/maxLength"),
    ("URL_MAX", "schemas/Config/properties/portal_url/maxLength"),
)

# What GET /v1/config calls a life, and the setting that it is.
LIVES = {
    "identity": "INVITATION_LIVES_S",
    "authentication-key": "SECOND_LINK_LIVES_S",
    "email-confirmation": "EMAIL_CONFIRMATION_LIVES_S",
    "password-reset": "PASSWORD_RESET_LIVES_S",
    "account-deletion": "ACCOUNT_DELETION_LIVES_S",
    "captcha_token": "CAPTCHA_LIVES_S",
    "stage_token": "ACCOUNT_STEP_LIVES_S",
    "access_token": "ACCESS_TOKEN_LIVES_S",
    "refresh_token": "SESSION_IDLE_S",
    "session": "SESSION_LIVES_S",
}

# What `security` says for an x-token; all others are of a stage.
SECURITY = {
    "none": ([], [{"refresh_cookie": []}, {}]),  # the second where a cookie may do
    "access": ([{"access_token": []}],),
    "access-or-cookie": ([{"access_token": []}, {"refresh_cookie": []}],),
}
OF_A_STAGE = ([{"stage_token": []}],)

# An answer of more bytes may stay with the service while a slow client reads it through a proxy.
PROXIES_TAKE = 200 * 1024

# What may come to every call, before its operation is looked at.
NOT_ROUTED = {"$ref": "#/components/responses/NotRouted"}

# Headers of problems that a proxy in front of the service does not send.
OF_SERVICE = ("X-Request-Id", "Content-Language")

# Descriptions of fewer characters may stand twice.
SHORT = 20


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


def input_max(row, name):
    """The longest input of a field that the program takes; None: it has no such field."""
    return next((field["input_max"] for field in row["fields"] if field["name"] == name), None)


def longest(field, row, name):
    """The same, as the schema says it. An enum says it by its values, for a bound beside them is
    what code generators stumble over: then any bound is right that takes them all."""
    if "enum" not in field:
        return field.get("maxLength")
    taken = max(map(len, field["enum"]))
    bound = input_max(row, name)
    return bound if bound is not None and bound >= taken else taken


def check_fields(contract, program, key):
    schema = request_schema(contract, contract.operations()[key])
    row = endpoints_of(program["public"])[key]
    if (schema is None) != ("fields" not in row):
        return ["only one side takes a body"]
    if schema is None:
        return []
    required = schema.get("required", [])
    ours = {name: (longest(contract.resolve(field), row, name), name not in required)
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
    listed = contract.member("FieldError", "code")["enum"]
    return (differences("field error", contract.field_errors(), theirs)
            + [f"FieldError.code and the examples: {code}"
               for code in set(listed) ^ set(contract.field_errors())])


def check_codes(contract):
    """Each code of a response is a problem of that status, and each problem is of some response."""
    used, wrong = set(contract.unrouted), []
    for inside in (False, True):
        for key, operation in contract.operations(inside).items():
            for status, response in contract.responses(operation).items():
                codes = contract.codes(response)
                used |= set(codes)
                wrong += [f"{key} {status}: {code}" for code in codes
                          if contract.problems.get(code, {}).get("status") != status]
                if (status >= 400) != bool(codes):
                    wrong.append(f"{key} {status}: codes {codes}")
            if operation["responses"].get("default") != NOT_ROUTED:
                wrong.append(f"{key}: `default` is not NotRouted")
    wrong += [f"no response has {code}" for code in contract.problems if code not in used]
    return wrong + [f"not a problem: {code}" for code in contract.unrouted
                    if code not in contract.problems]


def check_caching(contract, program):
    """Which answers may be kept, and for how long; who has one already gets a 304."""
    wrong, kept = [], {}
    for key, operation in {**contract.operations(), **contract.operations(inside=True)}.items():
        for status, response in contract.responses(operation).items():
            told = {name: contract.resolve(header) for name, header in response.get("headers", {}).items()}
            if status in (200, 304) and "Cache-Control" in told and "ETag" in told:
                kept.setdefault(key, set()).update(told["Cache-Control"]["schema"]["enum"])
                kept[key].add(status)
            elif status == 304 or "Cache-Control" in told or "ETag" in told:
                wrong.append(f"{key} {status}: {list(told)}")
    theirs = {key: {200, 304, f"public, max-age={row['max_age_s']}"}
              for listener in ("public", "inside") for key, row in endpoints_of(program[listener]).items()
              if row["max_age_s"] > 0}
    guide = {("GET", path): int(seconds) for path, seconds in
             re.findall(r"^\| `GET (/[\w./-]+)` \| (\d+) seconds \|", contract.guide, re.M)}
    ages = {key: row["max_age_s"] for key, row in endpoints_of(program["public"]).items() if key in theirs}
    return (wrong + differences("kept answer", kept, theirs)
            + differences("kept answer", guide, ages, "docs/api-guide.md"))


def check_size(contract):
    """The proxies of deploy/ take it in whole (tests/flow/64_proxies.bats)."""
    size = len(contract.text.encode())
    return [] if size <= PROXIES_TAKE else [f"{size} bytes; the proxies take in {PROXIES_TAKE}"]


def check_meanings(contract):
    """Each code says, in one place, when it comes and what an app does on it."""
    examples = contract.components["examples"]
    wrong = [f"{code}: {meaning}" for code in contract.problems
             if len(meaning := contract.meaning_of(code)) != 2 or "" in meaning]
    wrong += [f"{code}_en says more than its value" for code in contract.problems
              if set(examples[f"{code}_en"]) != {"value"}]
    told = {code for code, *_ in contract.field_error_meanings()}
    return wrong + [f"FieldError.code and its table: {code}" for code in
                    told ^ set(contract.member("FieldError", "code")["enum"])]


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
                  f"An account has at most {program['bounds']['SESSIONS_MAX']};"):
        if words not in text:
            wrong.append(f'docs/api-guide.md does not say "{words}"')
    return wrong


def check_stages(contract, program):
    """Names, calls and links of the stages."""
    schemas = contract.components["schemas"]
    text = contract.guide
    wrong = []
    if schemas["RegistrationStage"]["properties"]["stage"]["enum"] != [row["name"] for row in program["stages"]]:
        wrong.append("RegistrationStage.stage")
    if schemas["NextCall"]["properties"]["path"]["enum"] != (
            [row["path"] for row in program["stages"]] + [program["login"]]):
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


def check_proxies(contract):
    """What the proxies of deploy/ answer themselves: the Japanese problems, without what only the
    service can tell. Each call may get each of them, and of a body only one that has one."""
    wrong = []
    for path in sorted((TREE / "deploy/problems").glob("*.json")):
        told, code = json.loads(path.read_text("utf-8")), path.stem
        ours = {name: value for name, value in contract.components["examples"][f"{code}_ja"]["value"].items()
                if name != "request_id"}
        wrong += differences(path.name, ours, told)
        for key, operation in contract.operations().items():
            if code == "body_too_large" and "requestBody" not in operation:
                continue
            response = contract.responses(operation).get(told["status"], {})
            if code not in contract.codes(response):
                response = contract.resolve(operation["responses"]["default"])
            wrong += [f"{key} {path.name}: {error}"
                      for error in contract.errors(response["content"][PROBLEM]["schema"], told)]
            wrong += [f"{key} {path.name}: {name} is required" for name in OF_SERVICE
                      if contract.resolve(response["headers"][name])["required"]]
    return wrong


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


def generated():
    """name -> text of the documents that tools/gen/docs writes."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([TREE / "tools/gen/docs", folder], check=True,
                       env={**os.environ, "BUILD": str(TREE / BUILD)})
        return {path.name: path.read_text("utf-8") for path in pathlib.Path(folder).iterdir()}


def check_generated(name, texts):
    if (TREE / "docs" / name).read_text("utf-8") == texts[name]:
        return []
    return [f"docs/{name} is behind the programs: run tools/gen/docs"]


def check_commands():
    """docs/operating.md lists no command that is none, as it is called; a document names each."""
    table = json.loads(subprocess.run(
        [TREE / BUILD / "tools/ctl/myportalctl", "help", "--json"], stdout=subprocess.PIPE,
        text=True, encoding="utf-8", check=True).stdout)["commands"]
    section = re.search(r"^## Commands$.*?^## ", (TREE / "docs/operating.md").read_text("utf-8"),
                        re.M | re.S)[0]
    listed = re.findall(r"^    myportalctl (\S.*?)(?:  .*)?$", section, re.M)
    texts = "\n".join(path.read_text("utf-8") for path in (TREE / "docs").glob("*.md"))
    wrong = set(listed) - {command["short_synopsis"] for command in table}
    unnamed = {command["words"] for command in table
               if not re.search(rf"myportalctl {command['words']}\b", texts)}
    return ([f"docs/operating.md: there is no {command}" for command in sorted(wrong)]
            + [f"in no document: {command}" for command in sorted(unnamed)])


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


def check_config(contract, program):
    """The example of a service with the defaults is one."""
    value, defaults = contract.components["examples"]["Config"]["value"], settings(program)
    pages = {row["name"]: row["portal_path"] for row in program["stages"] if row["portal_path"]}
    lives = {**{link["stage"]: link["expires_in"] for link in value["links"]}, **value["expires_in"]}
    return (differences("page", {link["stage"]: link["path"] for link in value["links"]}, pages)
            + differences("life", lives, {name: int(defaults[LIVES[name]]) for name in LIVES})
            + differences("default", {
                "PASSWORD_LENGTH_MIN": str(value["password_policy"]["length_min"]),
                "PASSWORD_COMPOSITION": value["password_policy"]["composition"],
                "MAIL_INTERVAL_S": str(value["resend_after"]),
            }, {name: defaults[name] for name in (
                "PASSWORD_LENGTH_MIN", "PASSWORD_COMPOSITION", "MAIL_INTERVAL_S")}))


def check_version(contract):
    version = re.search(r"version: '(.*?)'", (TREE / "meson.build").read_text())[1]
    ours = contract.document["info"]["version"]
    return [] if ours == version else [f"{ours} in openapi.yaml, {version} in meson.build"]


# --- examples -------------------------------------------------------------------------------------

def examples_of(contract):
    """(where, schema, value) of every example."""
    for inside in (False, True):
        for (method, path), operation in contract.operations(inside).items():
            bodies = {"request": operation.get("requestBody", {}), **contract.responses(operation),
                      "default": contract.resolve(operation["responses"]["default"])}
            for name, body in bodies.items():
                for content in body.get("content", {}).values():
                    for label, value in contract.examples(content).items():
                        yield f"{method} {path} {name} {label}", content["schema"], value
    for name, header in contract.components["headers"].items():
        if "example" in header:
            yield f"header {name}", header["schema"], header["example"]
    for name, schema in contract.components["schemas"].items():
        for nr, value in enumerate(schema.get("examples", [])):
            yield f"example {nr} of {name}", schema, value


def check_examples(contract):
    return [f"{where}: {error}" for where, schema, value in examples_of(contract)
            for error in contract.errors(schema, value)]


def check_problem_examples(contract, program):
    """Each is named by its code and language, and each response has those of its codes.
    check_problems() compares the texts, but for those of the fields."""
    wrong = []
    texts = contract.field_errors()
    for code in contract.problems:
        uri = program["problem_type"] + code.replace("_", "-")
        for language in LANGUAGES:
            value = contract.components["examples"][f"{code}_{language}"]["value"]
            wrong += [f"{code}: {error['detail']}" for error in value.get("errors", [])
                      if error["detail"] != texts[error["code"]][language]]
            told = (value["code"], value["type"], value["status"])
            if told != (code, uri, contract.problems[code]["status"]):
                wrong.append(f"{code}_{language}: {told}")
    for name, response in contract.components["responses"].items():
        problems = response.get("content", {}).get(PROBLEM, {"examples": {}})
        told = {f"{code}_{language}": {"$ref": f"#/components/examples/{code}_{language}"}
                for code in contract.codes(response) for language in LANGUAGES}
        if problems["examples"] != told:
            wrong.append(f"{name}: examples {list(problems['examples'])}")
    return wrong


def check_components(contract):
    """Each is used; those of security by its name."""
    used = set(re.findall(r"'#/components/(\w+/[\w-]+)'", contract.text))
    used |= {f"securitySchemes/{name}" for inside in (False, True)
             for operation in contract.operations(inside).values()
             for way in operation["security"] for name in way}
    return [f"{kind}/{name} is not used" for kind, components in contract.components.items()
            for name in components if f"{kind}/{name}" not in used]


# What some code generators drop or make wrong code of; tests/generators runs them.
STUMBLING_BLOCKS = {
    "const": lambda node: "const" in node,
    "an enum without a type": lambda node: "enum" in node and "type" not in node,
    "a bound beside an enum": lambda node: "enum" in node and {
        "minLength", "maxLength", "pattern", "minimum", "maximum"} & set(node),
    "contentMediaType": lambda node: "contentMediaType" in node,
    "a default": lambda node: "default" in node and "properties" not in node,
    "a bare / in a pattern": lambda node: "/" in re.sub(r"\[[^]]*\]", "", str(node.get("pattern"))),
}


def nodes_of(node, where="#"):
    """(where, mapping) of everything below a node."""
    if isinstance(node, dict):
        yield where, node
        for key, value in node.items():
            yield from nodes_of(value, f"{where}/{key}")
    elif isinstance(node, list):
        for nr, value in enumerate(node):
            yield from nodes_of(value, f"{where}/{nr}")


def check_generators(contract):
    """Nothing that code generators stumble over."""
    wrong = [f"{where}: {what}" for where, node in nodes_of(contract.components["schemas"])
             for what, is_there in STUMBLING_BLOCKS.items() if is_there(node)]
    wrong += [f"{where}: a description" for where, node in nodes_of(contract.document["servers"])
              if "default" in node and "description" in node]
    wrong += [f"components/{kind} is not OpenAPI" for kind in contract.components
              if kind.startswith("x-")]
    spelled = collections.defaultdict(set)
    for components in contract.components.values():
        for name in components:
            spelled[name.lower()].add(name)
    wrong += [f"differ in case only: {names}" for names in spelled.values() if len(names) > 1]
    return wrong


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
    """What the guide calls a code, by the form of the word, is one: of the service, or of the client
    library, which says what it could not send."""
    told = re.findall(r"\b(?:is|are|answers|be) `([a-z]+_[a-z_]+)`", contract.guide)
    types = (TREE / "tools/client/src/index.d.ts").read_text("utf-8")
    of_client = re.findall(r"'(\w+)'", re.search(r"type ClientCode =(.*?');", types, re.S)[1])
    known = {*contract.problems, *contract.field_errors(), *of_client}
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

def error_of(key, body, field):
    """The program's word on a field of a body; its code is None: it has no objection."""
    verdict = describe(*key, body=json.dumps(body))
    return {error["field"]: error for error in verdict["errors"]}.get(field, {"code": None})


def fault_of(key, body, field):
    return error_of(key, body, field)["code"]


def check_bound(error, field, most):
    """What an app tells the member: a bound of what was typed, never more than may be typed."""
    if error["code"] == "too_long":
        return 0 < error["max"] <= most
    return error["code"] != "too_short" or 0 < error["min"] <= field["minLength"]


def value_of(field, example, name):
    """What stands in the example, or the first of the values that the field can have."""
    return example[name] if name in example else field["enum"][0]


def variations(contract, row, schema, example):
    """(what, field, body, the fault it must have; "any" will do for too short)."""
    yield "unknown", "unknown", {**example, "unknown": "x"}, "unknown_field"
    for name, field in schema["properties"].items():
        field = contract.resolve(field)
        typed = value_of(field, example, name)
        yield "null", name, {**example, name: None}, "wrong_type"
        long = typed.ljust(input_max(row, name) + 1, "x")
        yield "too long", name, {**example, name: long}, "too_long"
        if "enum" in field:
            yield "another", name, {**example, name: typed + "x"}, "not_offered"
        if field.get("minLength", 1) > 1:
            yield "too short", name, {**example, name: typed[:field["minLength"] - 1]}, "any"
        if name in schema.get("required", []):
            rest = {key: value for key, value in example.items() if key != name}
            yield "absent", name, rest, "required"


def check_bodies(contract, program, key):
    """The program takes every example, and refuses what the schema refuses."""
    operation, row = contract.operations()[key], endpoints_of(program["public"])[key]
    schema = request_schema(contract, operation)
    examples = contract.examples(operation["requestBody"]["content"]["application/json"])
    wrong = []
    for label, example in examples.items():
        verdict = describe(*key, body=json.dumps(example))
        if verdict["code"] != "ok":
            wrong.append(f"example {label}: {verdict}")
    fullest = max(examples.values(), key=len)
    wrong += [f"{name}: {value} is {fault}" for name, field in schema["properties"].items()
              for value in contract.resolve(field).get("enum", [])
              if (fault := fault_of(key, {**fullest, name: value}, name)) is not None]
    for what, name, body, wanted in variations(contract, row, schema, fullest):
        error = error_of(key, body, name)
        if error["code"] is None or wanted not in ("any", error["code"]):
            wrong.append(f"{name} {what}: {error['code']}, not {wanted}")
        if what.startswith("too ") and not check_bound(
                error, contract.resolve(schema["properties"][name]), input_max(row, name)):
            wrong.append(f"{name} {what}: no bound in {error}")
        if not contract.errors(schema, body):
            wrong.append(f"{name} {what}: the schema takes it")
    return wrong


def check_lengths(contract, program, key):
    """The bounds of GET /v1/config are those that come with the errors of the fields."""
    row = endpoints_of(program["public"])[key]
    lengths = contract.components["examples"]["Config"]["value"]["lengths"]
    wrong = []
    for name in [field["name"] for field in row["fields"] if field["name"] in lengths]:
        long = error_of(key, {name: "x" * (input_max(row, name) + 1)}, name)
        if long["max"] != lengths[name]["max"] or long["min"] != lengths[name].get("min", 0):
            wrong.append(f"{name}: {lengths[name]} in openapi.yaml, {long}")
    return wrong


def check_pasted(contract, key):
    """What comes along when a value is copied is dropped around it, and told within it; in a
    password it is told wherever it is, but where the password is only compared."""
    operation = contract.operations()[key]
    schema = request_schema(contract, operation)
    examples = contract.examples(operation["requestBody"]["content"]["application/json"])
    fullest, wrong = max(examples.values(), key=len), []
    for name, field in schema["properties"].items():
        field = contract.resolve(field)
        typed = value_of(field, fullest, name)
        around, within = f"\ufeff\r\n {typed}\u200b\t\n", f"{typed[0]}\u200b{typed[1:]}"
        faults = [fault_of(key, {**fullest, name: text}, name) for text in (around, within)]
        is_password = field.get("format") == "password"
        wanted = ["invisible_character" if is_password else None,
                  None if is_password and field["minLength"] == 1 else "invisible_character"]
        if faults != wanted:
            wrong.append(f"{name}: {faults}, not {wanted}")
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
    tap.check("answers of proxies", check_proxies(contract))
    # asvs 14.2.2
    tap.check("answers that may be kept", check_caching(contract, program))
    tap.check("size of openapi.yaml", check_size(contract))
    tap.check("each code says what an app does", check_meanings(contract))
    tap.check("type of a problem", check_types(contract, program))
    # asvs 2.1.1
    tap.check("bounds", check_bounds(contract, program))
    tap.check("stages and links", check_stages(contract, program))
    tap.check("lives of the tokens", check_lives(contract, program))
    # asvs 6.1.1
    tap.check("locks", check_locks(contract, program))
    tap.check("the example of GET /v1/config", check_config(contract, program))
    tap.check("version", check_version(contract))
    tap.check("examples fit their schemas", check_examples(contract))
    tap.check("examples of problems", check_problem_examples(contract, program))
    tap.check("components are used", check_components(contract))
    tap.check("nothing that code generators stumble over", check_generators(contract))
    tap.check("descriptions stand in one place", check_said_once(contract))
    tap.check("chapters of the guide", check_guide_links(contract))
    tap.check("calls of the guide, and the tokens they take", check_guide_calls(contract))
    tap.check("codes of the guide", check_guide_codes(contract))
    tap.check("exchanges of the guide", check_exchanges(contract))
    for key, operation in contract.operations().items():
        if "requestBody" in operation:
            # asvs 2.1.1 2.2.1
            tap.check(f"program and schema agree on bodies of {' '.join(key)}",
                      check_bodies(contract, program, key))
            tap.check(f"lengths of {' '.join(key)}", check_lengths(contract, program, key))
            tap.check(f"pasted values of {' '.join(key)}", check_pasted(contract, key))
    tap.check("commands of docs/operating.md", check_commands())
    texts = generated()
    # asvs 7.1.1 13.1.2
    tap.check("docs/settings.md", check_generated("settings.md", texts))
    # asvs 2.1.3
    tap.check("docs/limits.md", check_generated("limits.md", texts))
    tap.check("docs/errors.md", check_generated("errors.md", texts))
    return tap.end()


sys.exit(main())
