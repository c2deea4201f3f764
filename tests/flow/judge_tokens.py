#!/usr/bin/python3
"""judge_tokens.py JWKS [--flip] <TOKENS: does another JOSE library take our access tokens, one a line?

Verifies each as a service of the portal would, with nothing but the published keys (a file), and
prints its claims. With --flip also each token with one character changed, at every place, which must
not verify. Ends with 1 when one is taken that must not be, or is not that must be."""

import json
import pathlib
import sys

import jwt

CLAIMS = ["iss", "aud", "sub", "sid", "jti", "auth_time", "iat", "nbf", "exp"]


def keys_of(path):
    keys = jwt.PyJWKSet.from_dict(json.loads(pathlib.Path(path).read_text())).keys
    return {key.key_id: key.key for key in keys}


def judge(keys, token):
    """The claims; an exception: not taken."""
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["ES256"], audience="myportal/access",
                      issuer="myportal", options={"require": CLAIMS})


def taken(keys, token):
    try:
        judge(keys, token)
    except (jwt.InvalidTokenError, KeyError, UnicodeDecodeError):
        return False
    return True


def flips(token):
    for i, character in enumerate(token):
        yield i, token[:i] + ("A" if character != "A" else "g") + token[i + 1:]


def main():
    keys = keys_of(sys.argv[1])
    wrong = []
    for token in sys.stdin.read().split():
        try:
            print(json.dumps(judge(keys, token)))
        except (jwt.InvalidTokenError, KeyError) as error:
            wrong.append(f"not taken: {error!r}")
        if "--flip" in sys.argv:
            wrong += [f"taken with another character {i}" for i, other in flips(token) if taken(keys, other)]
    sys.exit("\n".join(wrong) or None)


main()
