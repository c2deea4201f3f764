#!/usr/bin/python3
"""token_matrix.py PART STORY: every endpoint that demands a token, with every token it must not take.

STORY is a file of JSON that 57_token_matrix.bats writes:
  url, log, keys   the service, its log, its folder of keys
  endpoints        the table of the program, as tests/contract/describe.c says it
  rows             for each endpoint that demands a token: endpoint ("GET /v1/me"), want (the right
                   answer's status) and, where there are any, body, path (of one with a parameter),
                   token (the right one, if not that of tokens), spent ({token, body}: used before)
  open             for each other endpoint with a body: a right one
  tokens           a living token of each kind: the stages' names, captcha, access, refresh
  ended            the access token of a session that is over
  cookie           the refresh token of a login, as a browser has it
  origin           a page's that may use it
PART is
  read             asks each path by GET, HEAD and OPTIONS, with each token and none, and by GET with the
                   body of the right call, too
  refuse           fires all cells but the right one: each must be rejected, with the code of its
                   class, and all answers of one code must be the same
  right            fires the right cell of each row, in order; then nothing was spent by the others
  flip             flips each character of a stage token and of an access token
  time             a token ends at exp (of a stage: the skew later), to the second, and begins at nbf, to the skew
Prints what is wrong, and ends with 1 if anything is."""

import collections
import http.client
import json
import pathlib
import sys
import time

from cryptography.hazmat.primitives import serialization

import forge_token as forge
from forge_token import Stranger, Token

STAGES = ("identity", "authentication-key", "account", "email-confirmation", "password-reset",
          "account-deletion")
SKEW_S = 60  # TOKEN_SKEW_S
LEEWAY_S = {"stage": SKEW_S, "access": 0}  # after exp
LIVES_MAX_S = {"stage": 86400, "access": 600}  # TOKEN_LIFE_MAX_S, ACCESS_TOKEN_LIFE_MAX_S

# The codes of a refusal, by its class.
CODES = {
    "stage": {"missing": "token_missing", "invalid": "token_invalid", "expired": "token_expired",
              "spent": "token_spent", "origin": "origin_refused"},
    "access": {"missing": "login_required", "invalid": "login_required",
               "expired": "access_token_expired", "spent": "login_required",
               "origin": "origin_refused"},
}
STATUS = {"origin_refused": 403}  # of all others it is 401

Cell = collections.namedtuple("Cell", "name why headers body", defaults=[None])


def bearer(token):
    return [("Authorization", f"Bearer {token}")]


def cookie(token):
    return [("Cookie", f"__Host-refresh={token}")]


# --- rows -----------------------------------------------------------------------------------------

class Row:
    """An endpoint and what it wants."""

    def __init__(self, story, endpoint, told):
        self.name = f"{endpoint['method']} {endpoint['path']}"
        self.method, self.path = endpoint["method"], told.get("path", endpoint["path"])
        self.body, self.want = told.get("body"), told["want"]
        self.demands = endpoint["token"]
        self.family = "stage" if self.demands in (*STAGES, "any") else "access"
        self.takes = {"any": STAGES}.get(
            self.demands, (self.demands,) if self.family == "stage" else ("access",))
        self.rights = [told["token"]] if "token" in told else [story["tokens"][kind] for kind in self.takes]
        self.spent = told.get("spent")
        self.takes_cookie = self.demands == "access-or-cookie"


def rows_of(story):
    """Those the story tells of, in its order; whatever else demands a token is a fault."""
    told = {row["endpoint"]: row for row in story["rows"]}
    demanding = {f"{endpoint['method']} {endpoint['path']}": endpoint
                 for endpoint in story["endpoints"] if endpoint["token"] != "none"}
    wrong = [f"{name} has no row in 57_token_matrix.bats" for name in demanding if name not in told]
    wrong += [f"{name} demands no token, or is no endpoint" for name in told if name not in demanding]
    return [Row(story, demanding[name], told[name]) for name in told if name in demanding], wrong


# --- cells: (what is wrong with it, its class, the token) -------------------------------------------

def cells_of_time(t, family):
    now = int(time.time())

    def at(begin, end):
        auth_time = {"auth_time": min(t.claims["auth_time"], begin)} if t.is_access else {}
        return t.with_claims(iat=begin, nbf=begin, exp=end, **auth_time)

    yield "expired a second ago", "expired", at(now - 300, now - 1 - LEEWAY_S[family])
    yield "expired long ago", "expired", at(now - 100000, now - 99700)
    # A clock was set back: a refresh brings another access token, and nothing another link.
    early = "expired" if t.is_access else "invalid"
    yield "of tomorrow", early, at(now + 86400, now + 86700)
    yield "not valid for another minute beyond the skew", early, at(now + 2 * SKEW_S, now + 2 * SKEW_S + 300)
    yield "ends before it begins", "invalid", at(now, now - 300)
    yield "lives too long", "invalid", at(now, now + LIVES_MAX_S[family] + 1)
    yield "nbf later than iat", "invalid", t.with_claims(nbf=now + 2 * SKEW_S)
    for name in ("iat", "nbf", "exp"):
        yield f"no {name}", "invalid", t.with_claims(**{name: None})
    for exp in (str(now + 300), now + 300.5, float(now + 300), -1, 0, 2**63, 2**64, True, [now + 300], {}):
        yield f"exp of {json.dumps(exp)}", "invalid", t.with_claims(exp=exp)
    null = forge.compact({**t.claims, "exp": None})
    yield "exp of null", "invalid", t.forge(claims=null)
    twice = forge.compact(t.claims)[:-1] + b',"exp":%d}' % (now + 300)
    yield "two exp", "invalid", t.forge(claims=twice)


def cells_of_purpose(t, kind):
    """aud, use, iss: signed rightly, for something else."""
    audience = t.claims["aud"]
    for other in (*STAGES, "captcha", "access"):
        if f"myportal/{other}" != audience:
            yield f"aud of {other}", "invalid", t.with_claims(aud=f"myportal/{other}")
    for aud in ("myportal", "", audience + "/", audience.upper(), [audience], [audience, "x"], 1):
        yield f"aud of {json.dumps(aud)}", "invalid", t.with_claims(aud=aud)
    yield "no aud", "invalid", t.with_claims(aud=None)
    yield "no iss", "invalid", t.with_claims(iss=None)
    yield "another iss", "invalid", t.with_claims(iss="https://evil.example")
    yield "a claim more", "invalid", t.with_claims(admin=True)
    yield "payload an array", "invalid", t.forge(claims=b"[" + forge.compact(t.claims) + b"]")
    yield "payload empty", "invalid", t.forge(claims=b"{}")
    yield "payload with white space", "invalid", t.forge(claims=json.dumps(t.claims).encode())
    if kind == "access":
        yield "no sid", "invalid", t.with_claims(sid=None)
        yield "no sub", "invalid", t.with_claims(sub=None)
        yield "sid of nobody", "invalid", t.with_claims(sid=forge.encode(bytes(16)))
        yield "sub of another", "invalid", t.with_claims(sub=forge.encode(bytes(16)))
    else:
        yield "no ctx", "invalid", t.with_claims(ctx=None)
        yield "another jti", "invalid", t.with_claims(jti=forge.encode(bytes(16)))


def cells_of_relabelling(row, tokens):
    """Tokens of other stages that say, rightly signed, that they are of this one."""
    if row.family != "stage" or row.demands == "any":
        return
    for other in (*STAGES, "captcha"):
        if other != row.demands:
            said = {"aud": f"myportal/{row.demands}", "use": row.demands}
            yield f"{other} relabelled", "invalid", tokens[other].with_claims(**said)


def cells_of_key(t, stranger):
    key = stranger.p256 if t.is_access else stranger.secret
    yield "another key under the known kid", "invalid", t.forge(key=key)
    unknown = {**t.header, "kid": "20990101T000000Z-00000000"}
    yield "an unknown kid", "invalid", t.forge(header=unknown)
    yield "another key under an unknown kid", "invalid", t.forge(header=unknown, key=key)
    for kid in ("../../../../../../dev/null", f"../keys/{t.kid}", f"{t.kid}\u0000", f"./{t.kid}",
                "' OR '1'='1", "%s%n", "", t.kid.lower(), t.kid[:-1], [t.kid], 0, True):
        yield f"kid of {json.dumps(kid)}", "invalid", t.with_header(kid=kid)
    yield "no kid", "invalid", t.with_header(kid=None)
    null = {**t.header, "alg": "HS256", "kid": "../../../../../../dev/null"}
    yield "the empty file as the key", "invalid", t.forge(header=null, sign=forge.HS256, key=b"")


def cells_of_algorithm(t, stranger):
    for alg in ("none", "None", "NONE", "nOnE", ""):
        bare = t.with_header(alg=alg)
        yield f"alg {alg!r}, signed", "invalid", bare
        yield f"alg {alg!r}, no signature", "invalid", bare.rsplit(".", 1)[0] + "."
        yield f"alg {alg!r}, not even a dot", "invalid", bare.rsplit(".", 1)[0]
    for alg in (t.header["alg"].lower(), "HS1", "ES256K", "dir", ["HS256"], 1):
        yield f"alg of {json.dumps(alg)}", "invalid", t.with_header(alg=alg)
    yield "no alg", "invalid", t.with_header(alg=None)
    es384 = {**t.header, "alg": "ES384"}
    rs256 = {**t.header, "alg": "RS256"}
    yield "ES384", "invalid", t.forge(header=es384, sign=forge.ES384, key=stranger.p384)
    yield "RS256", "invalid", t.forge(header=rs256, sign=forge.RS256, key=stranger.rsa)
    if t.is_access:
        yield from cells_of_public_key(t)
        yield "ES256 in DER", "invalid", t.forge(sign=forge.es256_der)
        yield "r and s of zero", "invalid", t.forge(sign=lambda key, data: bytes(64))
    else:
        hs512 = {**t.header, "alg": "HS512"}
        yield "HS384", "invalid", t.forge(header={**t.header, "alg": "HS384"}, sign=forge.HS384)
        yield "HS512", "invalid", t.forge(header=hs512, sign=forge.HS512)
        es256 = {**t.header, "alg": "ES256"}
        yield "says ES256, is HS256", "invalid", t.forge(header=es256)
        yield "ES256 of another key", "invalid", t.forge(header=es256, sign=forge.ES256, key=stranger.p256)


def cells_of_public_key(t):
    """The public key is no secret: as one of HMAC it would sign for everybody (RFC 8725 2.1)."""
    encoding, form = serialization.Encoding, serialization.PublicFormat
    secrets = {
        "PEM": forge.public_bytes(t.key, encoding.PEM, form.SubjectPublicKeyInfo),
        "PEM without its newline":
            forge.public_bytes(t.key, encoding.PEM, form.SubjectPublicKeyInfo).strip(),
        "DER": forge.public_bytes(t.key, encoding.DER, form.SubjectPublicKeyInfo),
        "point": forge.public_bytes(t.key, encoding.X962, form.UncompressedPoint),
        "JWK": forge.compact(forge.public_jwk(t.key)),
    }
    for name, secret in secrets.items():
        for alg in ("HS256", "ES256"):
            header = {**t.header, "alg": alg}
            token = t.forge(header=header, sign=forge.HS256, key=secret)
            yield f"{alg}, HMAC with the public key's {name}", "invalid", token


def cells_of_header(t, stranger):
    """What invites to look for a key elsewhere, or to read the token otherwise. Signed by the key it
    brings along, and by the right one: neither counts."""
    jwk = {**forge.public_jwk(stranger.p256), "kid": t.kid}
    members = {
        "jku": "http://127.0.0.1:9/jwks.json", "jwk": jwk, "x5u": "http://127.0.0.1:9/x5u.pem",
        "x5c": ["MIIB"], "x5t": "AAAA", "crit": ["exp"], "b64": False, "zip": "DEF", "cty": "JWT",
        "enc": "A128GCM", "p2c": 1000000,
    }
    for name, value in members.items():
        yield f"{name} in the header", "invalid", t.with_header(**{name: value})
    own = {**t.header, "alg": "ES256", "jwk": jwk}
    yield "jwk, signed by it", "invalid", t.forge(header=own, sign=forge.ES256, key=stranger.p256)
    yield "no typ", "invalid", t.with_header(typ=None)
    yield "another typ", "invalid", t.with_header(typ="at+jwt")
    yield "header turned round", "invalid", t.with_header(dict(reversed(t.header.items())))
    yield "header with white space", "invalid", t.with_header(json.dumps(t.header).encode())
    yield "header empty", "invalid", t.with_header(b"{}")


def cells_of_other_family(row, t, tokens):
    """One family's claims in the other family's form, signed by the other family's right key."""
    if row.family == "stage":
        yield "signed as an access token", "invalid", tokens["access"].forge(claims=t.claims)
    else:
        yield "signed as a stage token", "invalid", tokens["identity"].forge(claims=t.claims)


def other_than(character):
    return "A" if character != "A" else "g"  # differ in the bits that no end of a text drops


def flipped(text, i):
    return text[:i] + other_than(text[i]) + text[i + 1:]


def cells_of_bytes(t):
    header, payload, signature = t.parts
    at = {"header": 0, "payload": len(header) + 1, "signature": len(t.text) - len(signature)}
    for name, i in at.items():
        yield f"first character of the {name}", "invalid", flipped(t.text, i)
    yield "last character", "invalid", flipped(t.text, len(t.text) - 1)
    yield "one character less", "invalid", t.text[:-1]
    yield "one more", "invalid", t.text + "A"
    yield "half", "invalid", t.text[:len(t.text) // 2]
    yield "no signature", "invalid", f"{header}.{payload}."
    yield "two parts", "invalid", f"{header}.{payload}"
    yield "one part", "invalid", header
    yield "four parts", "invalid", t.text + ".AAAA"
    yield "no header", "invalid", f".{payload}.{signature}"
    yield "no payload", "invalid", f"{header}..{signature}"
    yield "two dots", "invalid", ".."
    yield "a.b.c", "invalid", "a.b.c"
    yield "padded", "invalid", t.text + "="
    yield "with a comma", "invalid", f"{t.text},{t.text}"
    yield "twice as long as any", "invalid", t.text + "A" * 2048
    flat = {"protected": header, "payload": payload, "signature": signature}
    yield "JWS in JSON", "invalid", forge.compact(flat).decode()
    yield "inside another", "invalid", t.forge(claims=t.text.encode())


def cells_of_other_kinds(row, story):
    for kind, token in story["tokens"].items():
        if kind not in row.takes:
            yield f"token of {kind}", "invalid", token
    if row.family == "access":
        yield "of a session that is over", "spent", story["ended"]


def cells_of_carrying(row, story, t):
    """The right token, not as a Bearer token in one Authorization header (RFC 6750); and the cookie,
    which is for refresh and logging out alone."""
    basic = forge.encode(f"{t.text}:".encode())
    for value in (f"Basic {basic}", f"Basic {t.text}", f"Digest {t.text}", f"Token {t.text}", f"JWT {t.text}",
                  t.text, "Bearer", "Bearer ", f"Bearer{t.text}", f"Bearer  {t.text}",
                  f"Bearer:{t.text}", f"Bearer token={t.text}", f"Bearer {t.text} x"):
        name = value.replace(t.text, "TOKEN").replace(basic, "...")
        yield Cell(f"Authorization: {name}", "invalid", [("Authorization", value)])
    yield Cell("two Authorization", "invalid", bearer(t.text) * 2)
    yield Cell("the right one and another", "invalid", bearer(t.text) + bearer("a.b.c"))
    yield Cell("in another header", "invalid", bearer("a.b.c") + [("X-Authorization", f"Bearer {t.text}")])
    origin = [("Origin", story["origin"])]
    yield Cell("a wrong one and the cookie", "invalid", bearer("a.b.c") + cookie(story["cookie"]) + origin)
    yield Cell("the token as the cookie", "invalid", bearer("a.b.c") + cookie(t.text) + origin)
    if row.takes_cookie:
        yield Cell("cookie, but no Origin", "origin", cookie(story["cookie"]))
        foreign = [("Origin", "https://evil.example")]
        yield Cell("cookie, of another Origin", "origin", cookie(story["cookie"]) + foreign)
        yield Cell("nothing", "missing", origin)
    else:
        yield Cell("cookie alone", "missing", cookie(story["cookie"]) + origin)
        yield Cell("nothing", "missing", [])


def cells_of_row(story, row, tokens, stranger):
    t = Token(tokens["identity"].keys, row.rights[0])
    plain = (
        cells_of_time(t, row.family), cells_of_purpose(t, row.family), cells_of_relabelling(row, tokens),
        cells_of_key(t, stranger), cells_of_algorithm(t, stranger), cells_of_header(t, stranger),
        cells_of_other_family(row, t, tokens), cells_of_bytes(t), cells_of_other_kinds(row, story),
    )
    for cells in plain:
        for name, why, token in cells:
            assert token not in row.rights, name  # the cell is none
            yield Cell(name, why, bearer(token))
    yield from cells_of_carrying(row, story, t)
    if row.spent:
        yield Cell("spent", "spent", bearer(row.spent["token"]), row.spent.get("body"))


# --- requests -------------------------------------------------------------------------------------

CHANCE_HEADERS = ("date", "connection", "content-length", "ratelimit")  # counts every call
CHANCE_MEMBERS = ("request_id", "attempts_left")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.request_id = self.headers.pop("x-request-id", "")
        self.text = response.read().decode()
        try:
            self.body = json.loads(self.text)
        except ValueError:
            self.body = {}

    @property
    def code(self):
        return self.body.get("code", "") if isinstance(self.body, dict) else ""

    def without_chance(self):
        """What must be the same of all answers of a code. attempts_left tells of the holder's own
        link."""
        headers = {name: value for name, value in self.headers.items()
                   if name not in CHANCE_HEADERS and not name.startswith("access-control-")}
        body = {name: value for name, value in self.body.items() if name not in CHANCE_MEMBERS}
        return self.status, headers, body


class Client:
    """One connection, as long as it stays open."""

    def __init__(self, story):
        self.connection = http.client.HTTPConnection(story["url"].removeprefix("http://"), timeout=30)

    def send(self, row, headers, body=None):
        body = row.body if body is None else body
        data = None if body is None else forge.compact(body)
        try:
            self.put(row, headers, data)
            return Answer(self.connection.getresponse())
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.connection.close()  # it had ended between two requests
            self.put(row, headers, data)
            return Answer(self.connection.getresponse())

    def put(self, row, headers, data):
        self.connection.putrequest(row.method, row.path, skip_accept_encoding=True)
        for name, value in headers:
            self.connection.putheader(name, value)
        if data is not None:
            self.connection.putheader("Content-Type", "application/json")
            self.connection.putheader("Content-Length", str(len(data)))
        self.connection.endheaders(data)


# --- the parts ------------------------------------------------------------------------------------

def logged(path, wanted, seconds=5):
    """request id -> (status, code) of the log's lines; waits until the wanted ones are there."""
    last = time.monotonic() + seconds
    while True:
        found = {}
        for line in path.read_text("utf-8", "replace").splitlines():
            if line.startswith("{") and '"event":"request"' in line:
                entry = json.loads(line)
                found[entry["request"]] = (entry["status"], entry["code"])
        if wanted <= found.keys() or time.monotonic() > last:
            return found
        time.sleep(0.1)


def check_log(story, fired):
    """Each refusal has its line (ASVS 16.3.2), and none has a token in it."""
    path = pathlib.Path(story["log"])
    lines = logged(path, {answer.request_id for _, _, answer in fired})
    for row, cell, answer in fired:
        if lines.get(answer.request_id) != (answer.status, answer.code):
            yield f"{row.name}, {cell.name}: logged as {lines.get(answer.request_id)}"
    text = path.read_text("utf-8", "replace")
    for kind, token in story["tokens"].items():
        if token in text or token[-40:] in text:
            yield f"the token of {kind} is in the log"


def check_cell(row, cell, answer):
    code = CODES[row.family][cell.why]
    status = STATUS.get(code, 401)
    if (answer.status, answer.code) != (status, code):
        yield f"{row.name}, {cell.name}: {answer.status} {answer.code}, wanted {status} {code}"
    if answer.status == 401 and answer.headers.get("www-authenticate") != "Bearer":
        yield f"{row.name}, {cell.name}: no WWW-Authenticate: Bearer"


def check_sameness(fired):
    """Whatever is wrong with a token: the code tells all that the answer tells."""
    first = {}
    for row, cell, answer in fired:
        got = answer.without_chance()
        wanted = first.setdefault(answer.code, got)
        if got != wanted and answer.status >= 400:
            yield f"{row.name}, {cell.name}: {got}, but elsewhere {wanted}"


def refuse(story):
    keys, stranger = forge.Keys(story["keys"]), Stranger()
    tokens = {kind: Token(keys, token) for kind, token in story["tokens"].items() if token.count(".") == 2}
    rows, wrong = rows_of(story)
    client, fired = Client(story), []
    for row in rows:
        for cell in cells_of_row(story, row, tokens, stranger):
            fired.append((row, cell, client.send(row, cell.headers, cell.body)))
            wrong += check_cell(*fired[-1])
    wrong += check_sameness(fired)
    wrong += check_log(story, fired)
    kinds = collections.Counter(cell.why for _, cell, _ in fired)
    print(f"{len(fired)} refused at {len(rows)} endpoints: {dict(kinds)}")
    return wrong


Safe = collections.namedtuple("Safe", "method path body")


def safe_requests(story):
    """GET, HEAD and OPTIONS of each path; GET as if it were the path's other calls, too."""
    rows = {row.name: row for row in rows_of(story)[0]}
    for endpoint in story["endpoints"]:
        name = f"{endpoint['method']} {endpoint['path']}"
        path = rows[name].path if name in rows else endpoint["path"]
        body = rows[name].body if name in rows else story["open"].get(name)
        for method in ("GET", "HEAD", "OPTIONS"):
            yield Safe(method, path, None)
        if body is not None:
            yield Safe("GET", path, body)


def read(story):
    with_get = {endpoint["path"] for endpoint in story["endpoints"] if endpoint["method"] == "GET"}
    wrong = [f"POST {endpoint['path']} has no body in 57_token_matrix.bats" for endpoint in story["endpoints"]
             if endpoint["token"] == "none" and endpoint["method"] == "POST"
             and f"POST {endpoint['path']}" not in story["open"]]
    origin = [("Origin", story["origin"])]
    carried = [[], cookie(story["cookie"]) + origin, *map(bearer, story["tokens"].values())]
    client, count = Client(story), 0
    for safe in safe_requests(story):
        wanted = {200, 400, 401} if safe.path in with_get else {405}
        for headers in carried:
            status = client.send(safe, headers).status
            count += 1
            if status not in (wanted if safe.method != "OPTIONS" else {204}):
                wrong.append(f"{safe.method} {safe.path}: {status}")
    print(f"{count} asked")
    return wrong


def right(story):
    rows, wrong = rows_of(story)
    client = Client(story)
    for row in rows:
        for token in row.rights:
            answer = client.send(row, bearer(token))
            if answer.status != row.want:
                wrong.append(f"{row.name}: {answer.status} {answer.text}, wanted {row.want}")
    return wrong


# Where asking changes nothing.
PROBES = {"identity": "GET /v1/registration/stage", "access": "GET /v1/me"}


def probes(story):
    keys = forge.Keys(story["keys"])
    rows = {row.name: row for row in rows_of(story)[0]}
    for kind, name in PROBES.items():
        yield rows[name], Token(keys, story["tokens"][kind])


def flip(story):
    wrong, client = [], Client(story)
    for row, t in probes(story):
        invalid = CODES[row.family]["invalid"]
        for i, character in enumerate(t.text):
            if character == ".":
                continue
            answer = client.send(row, bearer(flipped(t.text, i)))
            if (answer.status, answer.code) != (401, invalid):
                wrong.append(f"{row.name}, character {i}: {answer.status} {answer.code}")
        for scheme in ("Bearer", "bearer", "BEARER"):
            if client.send(row, [("Authorization", f"{scheme} {t.text}")]).status != 200:
                wrong.append(f"{row.name}: the right one is refused as {scheme}")
    return wrong


def asked(client, row, token):
    answer = client.send(row, bearer(token))
    return (answer.status, answer.code)


def moments(now, family):
    """iat and nbf, exp, and what is answered: the same forging that the matrix refuses."""
    soon = now + 300
    yield "as it is", None, None, "ok"
    yield "begun now", now, soon, "ok"
    yield "begun within the skew", now + SKEW_S - 10, soon, "ok"
    yield "beyond it", now + SKEW_S + 10, soon, "expired" if family == "access" else "invalid"
    yield "of the longest life", now, now + LIVES_MAX_S[family], "ok"


def time_(story):
    wrong, client = [], Client(story)
    for row, t in probes(story):
        codes = {**{why: (401, code) for why, code in CODES[row.family].items()}, "ok": (200, "")}
        auth_time = {"auth_time": int(t.claims["auth_time"]) - 5} if t.is_access else {}
        for name, begin, end, why in moments(int(time.time()), row.family):
            token = t.forge() if begin is None else t.with_claims(iat=begin, nbf=begin, exp=end, **auth_time)
            if asked(client, row, token) != codes[why]:
                wrong.append(f"{row.name}, {name}: not {why}")
        end = int(time.time()) + 3
        begin, leeway = end - 240, LEEWAY_S[row.family]
        auth_time = {"auth_time": min(int(t.claims["auth_time"]), begin)} if t.is_access else {}
        token = t.with_claims(iat=begin, nbf=begin, exp=end - leeway, **auth_time)
        while time.time() < end - 0.5:
            if asked(client, row, token) != codes["ok"] and time.time() < end:  # else it was judged too late
                wrong.append(f"{row.name}: over before its time")
            time.sleep(0.2)
        time.sleep(max(0, end - time.time()) + 0.1)
        if asked(client, row, token) != codes["expired"]:
            wrong.append(f"{row.name}: not over at its time")
    return wrong


PARTS = {"read": read, "refuse": refuse, "right": right, "flip": flip, "time": time_}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in PARTS:
        sys.exit(__doc__)
    story = json.loads(pathlib.Path(sys.argv[2]).read_text())
    wrong = PARTS[sys.argv[1]](story)
    print("\n".join(wrong[:50]))
    sys.exit(1 if wrong else 0)


main()
