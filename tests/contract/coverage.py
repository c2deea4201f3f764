#!/usr/bin/python3
"""Did the flow tests see everything that openapi.yaml promises, and only that?

Reads what runs of tests/flow left in their folders (.test/BUILD): the servers' logs, for each operation
must have answered at least once, in any of them, with each of its codes; and every answer that was got
(answers.py), which must be as described. Prints TAP; without a run, skips.

  coverage.py [FOLDER...]"""

import json
import sys

from answers import read_answers, runs
from contract import Contract, Tap

# Codes that no flow is asked for, and why.
NEVER = {
    "internal_error": "our own bug: nothing that can be sent brings it about",
}

# Codes that one operation may show for all, because they are decided in one place before any of
# them is looked at; and why not each.
ONCE = {
    "request_timeout": "seconds of waiting each",
    "overloaded": "asked before the path is; the log has no route for it",
}

# What comes without an operation, and is seen elsewhere: by tests/unit/http_test.c bytes that curl
# does not send, and the moment before the port closes; by tests/flow/64_proxies.bats what proxies
# say for a service that is away.
NO_FLOW = {
    "malformed_request", "headers_too_large", "http_version_not_supported", "stopping", "unavailable"
}

# Headers that mean something to a client wherever they stand.
NEVER_UNTOLD = ("Set-Cookie", "WWW-Authenticate", "Retry-After")

NOWHERE = ("-", "-")


def logged(folders):
    """(METHOD, path, status, code) of every request the servers wrote a line about."""
    seen = set()
    for path in (path for folder in folders for path in folder.glob("*.log")):
        for line in path.read_text("utf-8", "replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # other programs log there, too
            if isinstance(entry, dict) and entry.get("event") == "request":
                seen.add((entry["method"], entry["route"], entry["status"], entry["code"]))
    return seen


def promised(contract):
    """What must occur, of the public listener: (METHOD, path, status, code)."""
    for (method, path), operation in contract.operations().items():
        for status, response in contract.responses(operation).items():
            for code in contract.codes(response) or ["ok"]:
                yield method, path, status, code
    for code in contract.unrouted:
        if code not in NO_FLOW:
            yield *NOWHERE, contract.problems[code]["status"], code


def occurred(row, seen):
    code = row[-1]
    return row in seen or (code in ONCE and any(code == other for *_, other in seen))


# --- answers --------------------------------------------------------------------------------------

def wrong_headers(contract, response, headers):
    told = {name: contract.resolve(header) for name, header in response.get("headers", {}).items()}
    wrong = [f"{name}: {headers.get(name.lower())}"
             for name, value in contract.document["x-headers"].items()
             if name not in told and headers.get(name.lower()) != value]
    if "server" in headers:
        wrong.append("there is a Server header")
    for name, header in told.items():
        value = headers.get(name.lower())
        if value is not None:
            wrong += [f"{name} {error}" for error in contract.errors(header["schema"], value)]
        elif header["required"]:
            wrong.append(f"{name} is absent")
    wrong += [f"{name} is not described: {headers[name.lower()]}" for name in NEVER_UNTOLD
              if name.lower() in headers and name not in told]
    return wrong


def wrong_refresh_token(headers, body):
    """One goes out in the body or in the cookie: never in both, never in none."""
    if not isinstance(body, dict) or "access_token" not in body:
        return []
    ways = ["refresh_token" in body, "set-cookie" in headers]
    return [] if sum(ways) == 1 else [f"refresh token in the body, in the cookie: {ways}"]


def wrong_body(contract, response, headers, body):
    media_type = headers.get("content-type", "").partition(";")[0]
    if "content" not in response:
        return [] if body == "" else [f"a body where none is described: {body}"]
    if media_type not in response["content"]:
        return [f"Content-Type: {media_type}"]
    return contract.errors(response["content"][media_type]["schema"], body)


def code_of(contract, answer):
    """The code of a problem. That of a HEAD is not told: one of its status will do."""
    if answer.method != "HEAD":
        return answer.body.get("code") if isinstance(answer.body, dict) else None
    return next((code for code in contract.unrouted
                 if contract.problems[code]["status"] == answer.status), None)


def response_of(contract, operation, answer):
    """The description of an answer; None: there is none. What comes without an operation may come
    to each."""
    response = contract.responses(operation).get(answer.status) if operation else None
    code = code_of(contract, answer)
    if response is not None and code in (contract.codes(response) or [code]):
        return response
    if code not in contract.unrouted:
        return response
    if answer.status != contract.problems[code]["status"]:
        return None
    return next(one for one in contract.components["responses"].values()
                if code in contract.codes(one))


def wrong_answer(contract, operation, answer):
    headers = dict(answer.headers)
    response = response_of(contract, operation, answer)
    if answer.method == "OPTIONS" and answer.status == 204:
        response = {}
    if response is None:
        return [f"is not described: {answer.body}"]
    wrong = wrong_headers(contract, response, headers)
    if answer.method != "HEAD":
        wrong += wrong_body(contract, response, headers, answer.body)
        wrong += wrong_refresh_token(headers, answer.body)
    return wrong


def router(contract, operations):
    """answer -> the operation it is of. A path without parameters goes before one with."""
    patterns = [(key, contract.path_pattern(key[1])) for key in operations if "{" in key[1]]

    def route(answer):
        method = "GET" if answer.method == "HEAD" else answer.method
        path = answer.path.partition("?")[0]
        if (method, path) in operations:
            return method, path
        return next((key for key, pattern in patterns
                     if key[0] == method and pattern.fullmatch(path)), NOWHERE)
    return route


def check_answers(contract, answers, tap):
    operations = {**contract.operations(), **contract.operations(inside=True)}
    route = router(contract, operations)
    groups = {key: [] for key in (*operations, NOWHERE)}
    for answer in answers:
        groups[route(answer)].append(answer)
    for key, group in groups.items():
        wrong = [f"{answer.method} {answer.path} {answer.status}: {error}"
                 for answer in group
                 for error in wrong_answer(contract, operations.get(key), answer)]
        # asvs 15.3.1
        tap.check(f"answers of {' '.join(key)} are as described ({len(group)})", wrong)


def main():
    folders = runs(sys.argv[1:])
    if not folders:
        print("1..1\nok 1 - coverage # SKIP there was no run of tests/flow")
        return 0
    contract, tap, seen = Contract(), Tap(), logged(folders)
    for row in promised(contract):
        if row[-1] not in NEVER:
            method, path, status, code = row
            tap.check(f"{method} {path} {status} {code} occurred",
                      [] if occurred(row, seen) else ["no flow test brings it about"])
    kept = {folder: read_answers(folder) for folder in folders}
    tap.check("answers were kept", [f"no answers in {folder}" for folder in folders if not kept[folder]])
    check_answers(contract, [answer for answers in kept.values() for answer in answers], tap)
    return tap.end()


sys.exit(main())
