#!/usr/bin/python3
"""What every answer of the service has in common, whatever was asked.

Reads the answers that the flow tests were given (answers.py) and prints TAP; without a run, skips.

  every_answer.py [FOLDER...]"""

import itertools
import re
import sys

from answers import read_answers, runs
from contract import Tap

# What is the same for everybody: the successes of these paths, and nothing else, may be kept.
KEPT = ("/.well-known/jwks.json", "/v1/config", "/v1/openapi.yaml")

# RFC 9110 15, RFC 6585.
REASONS = {
    200: "ok", 201: "created", 202: "accepted", 204: "no content", 304: "not modified",
    400: "bad request", 401: "unauthorized", 403: "forbidden", 404: "not found",
    405: "method not allowed", 408: "request timeout", 409: "conflict", 410: "gone",
    411: "length required", 413: "content too large", 415: "unsupported media type",
    422: "unprocessable content", 429: "too many requests", 431: "request header fields too large",
    500: "internal server error", 502: "bad gateway", 503: "service unavailable",
    505: "http version not supported",
}

# Each answer has these.
ALWAYS = (
    "x-content-type-options: nosniff",
    "content-security-policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy: no-referrer",
    "cross-origin-resource-policy: same-site",
)

LEADS_ELSEWHERE = ("location", "refresh", "server", "x-powered-by", "via", "link")

# Pictures and tokens: in millions of characters made by chance any short word is to be found.
BY_CHANCE = re.compile(r'"data": ?"[^"]*"|[A-Za-z0-9_-]{32,}')
INSIDES = re.compile(r"civetweb|mariadb|mysql|libjwt|openssl|libsodium|libcurl|/usr/|\.c:[0-9]", re.I)


def of_name(answer, name):
    """The values of the headers of this name."""
    return [value for key, value in answer.headers if key == name]


def may_be_kept(answer):
    return answer.path in KEPT and answer.status in (200, 304)


def is_text(answer):
    """Metrics, and the contract itself: no JSON."""
    return answer.path == "/metrics" or (answer.path == "/v1/openapi.yaml" and answer.status == 200)


def has_no_body(answer):
    return answer.status in (204, 304)


def says_how_long_it_is_kept(answer):
    said = of_name(answer, "cache-control")
    if not may_be_kept(answer):
        return said == ["no-store"]
    return len(said) == 1 and re.fullmatch(r"public, max-age=[1-9][0-9]*", said[0])


def has_an_etag_if_it_is_kept(answer):
    return bool(of_name(answer, "etag")) == may_be_kept(answer)


def guards_the_browser(answer):
    lines = {f"{name}: {value}" for name, value in answer.headers}
    return lines.issuperset(ALWAYS)


def is_json_or_a_problem(answer):
    if answer.text == "" or answer.method == "HEAD" or is_text(answer):
        return True
    form = "problem+json" if answer.status >= 400 else "json"
    return (of_name(answer, "content-type") == [f"application/{form}; charset=utf-8"]
            and isinstance(answer.body, dict))


def has_the_type_of_its_text(answer):
    types = of_name(answer, "content-type")
    if answer.status == 200 and answer.path == "/metrics":
        return types[0].startswith("text/plain")
    if answer.status == 200 and answer.path == "/v1/openapi.yaml":
        return types == ["application/yaml"]
    return len(types) <= 1


def has_the_reason_of_the_standard(answer):
    return answer.reason == f"http/1.1 {answer.status} {REASONS.get(answer.status)}"


def leads_nowhere(answer):
    return not 300 <= answer.status < 400 or answer.status == 304


def says_not_what_serves_it(answer):
    return not any(of_name(answer, name) for name in LEADS_ELSEWHERE)


def shows_no_insides(answer):
    return not isinstance(answer.body, dict) or not INSIDES.search(BY_CHANCE.sub("", answer.text))


def has_one_length(answer):
    lengths = of_name(answer, "content-length")
    if has_no_body(answer):
        return lengths == []
    return len(lengths) == 1 and lengths[0].isdigit()


def has_the_length_of_its_body(answer):
    # Of a text what is kept has no line end at its end.
    if has_no_body(answer) or answer.method == "HEAD" or is_text(answer):
        return True
    return of_name(answer, "content-length") == [str(len(answer.text.encode()))]


def is_not_chunked(answer):
    return not of_name(answer, "transfer-encoding")


def has_an_id(answer):
    ids = of_name(answer, "x-request-id")
    return len(ids) == 1 and re.fullmatch("[0-9a-f]{16}", ids[0])


def says_the_language_of_its_texts(answer):
    return answer.status < 400 or of_name(answer, "content-language") in (["ja"], ["en"])


def without(answers, *conditions):
    """The first answers of which a condition does not hold."""
    wrong = ((answer, condition) for answer in answers for condition in conditions
             if not condition(answer))
    return [f"{answer.method} {answer.path} {answer.status}: {condition.__name__}"
            for answer, condition in itertools.islice(wrong, 5)]


def main():
    folders, tap = runs(sys.argv[1:]), Tap()
    answers = [answer for folder in folders for answer in read_answers(folder)]
    if not folders:
        print("1..1\nok 1 - every answer # SKIP there was no run of tests/flow")
        return 0

    tap.check("there are answers of every kind",
              [] if len({answer.status for answer in answers}) > 5 else [f"{len(answers)} answers"])
    # asvs 3.2.1 3.4.3 3.4.4 3.4.5 3.4.6 3.5.8 14.2.2 14.3.2
    tap.check("none is kept, sniffed, framed, embedded or says where it was asked from",
              without(answers, says_how_long_it_is_kept, has_an_etag_if_it_is_kept, guards_the_browser))
    # asvs 3.2.1 4.1.1
    tap.check("each body is what its Content-Type says, and none has no type",
              without(answers, is_json_or_a_problem, has_the_type_of_its_text))
    tap.check("each status has the reason that the standard gives it",
              without(answers, has_the_reason_of_the_standard))
    # asvs 3.7.2 13.4.6
    tap.check("none leads elsewhere, none says what serves it",
              without(answers, leads_nowhere, says_not_what_serves_it, shows_no_insides))
    # asvs 4.2.2
    tap.check("each has a length that is its body's",
              without(answers, has_one_length, has_the_length_of_its_body, is_not_chunked))
    tap.check("each has an id, and each problem a language",
              without(answers, has_an_id, says_the_language_of_its_texts))
    return tap.end()


sys.exit(main())
