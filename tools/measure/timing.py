#!/usr/bin/python3
"""timing: answers that must not tell people apart are the same bytes, after the same time.

Asks a running myportald about people whom it knows and people whom it does not, in random order, and
compares each kind of person with the first of its call: status, headers and body (but for Date,
X-Request-Id, RateLimit (which counts every call), request_id, the letters of an authentication key), and the time until the last byte.
Times are alike while the medians are less than --median-ms (or --median-share) apart and Welch's t is below --t. The t of
the quickest nine tenths shows more on a busy machine, and counts where medians are --floor-ms apart:
to read a row takes longer than to find none. The column "visible" tells how small a difference of
means it could have found in this run.

Needs the environment of tools/stack.bash (LISTEN, DB_*, BUILD, STACK), and a myportald with
TRUSTED_PROXIES=127.0.0.1 and MAIL_INTERVAL_S=60 or more: many logins fail here, from invented
sources. Its people are rows of its own, which it removes.
"""

import argparse
import base64
import dataclasses
import gc
import http.client
import io
import json
import math
import os
import pathlib
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

ROUND = 30  # times each kind of a call is asked before all is set back
WARM_UP = 10  # the same, before anything counts
CONNECTION_SERVES = 90  # the service ends one after 100, and says so in its last answer
WAIT_S = 20  # for an answer or a mail
IDLE_S = 0.1  # until what the service does behind an answer is over

PASSWORD = "asagao7rakuda"
WRONG_PASSWORD = "asagao7rakudb"
LOCK_S = 86400
LOCKED_FROM = 5


class Failure(Exception):
    pass


def stored_number(name: str) -> int:
    """The number that rows store for this name of limit_id.h or stored_enums.h."""
    folder = pathlib.Path(__file__).parents[2] / "lib/domain/sql"
    headers = "".join(header.read_text("utf-8") for header in folder.glob("*.h"))
    return int(re.search(rf"X\({name}, (\d+)", headers)[1])


LOGIN_FAILURES = stored_number("LIMIT_LOGIN_FAILURES")
KNOWN_SOURCE_FAILURES = stored_number("LIMIT_KNOWN_SOURCE_FAILURES")
ACCOUNT_ACTIVE = stored_number("ACCOUNT_ACTIVE")
ACCOUNT_DISABLED = stored_number("ACCOUNT_DISABLED")


# --- HTTP -----------------------------------------------------------------------------------------

# What differs by nature: no two requests have the same id, and a key is a secret of its own.
NEVER_THE_SAME = re.compile(rb"^(Date|X-Request-Id|RateLimit): .*\r\n", re.MULTILINE | re.IGNORECASE)
REQUEST_ID = re.compile(rb'("request_id":")[0-9a-f]+"')
KEY = re.compile(rb'"authentication_key":"[^"]*"')


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body or b"{}")

    def comparable(self) -> bytes:
        """Names of headers, their order and values, the body: all that should be the same."""
        body = REQUEST_ID.sub(rb'\1*"', self.body)
        body = KEY.sub(lambda key: re.sub(rb"[A-Z2-9](?=[^:]*$)", b"A", key[0]), body)
        return NEVER_THE_SAME.sub(b"", self.head) + body


class Wire:
    """A connection that is kept for a while. One write a request, as from a proxy that buffers."""

    def __init__(self, address: str):
        self.host, port = address.split(":")
        self.port = int(port)
        self.socket: socket.socket | None = None
        self.left = 0  # requests of this connection

    def connect(self) -> None:
        self.close()
        self.left = CONNECTION_SERVES
        self.socket = socket.create_connection((self.host, self.port), WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.socket = None
        self.left = 0

    def request(self, path: str, body: dict, token: str = "", source: str = "") -> bytes:
        payload = json.dumps(body).encode()
        head = [f"POST {path} HTTP/1.1", f"Host: {self.host}", "Content-Type: application/json",
                f"Content-Length: {len(payload)}"]
        if token:
            head.append(f"Authorization: Bearer {token}")
        if source:
            head.append(f"X-Forwarded-For: {source}")
        return "\r\n".join(head).encode() + b"\r\n\r\n" + payload

    def exchange(self, request: bytes) -> tuple[int, Answer]:
        """Nanoseconds from the first byte out to the last byte in, and the answer."""
        if self.left == 0:
            self.connect()
        self.left -= 1
        data = b""
        began = time.perf_counter_ns()
        self.socket.sendall(request)
        while not (whole := whole_answer(data)):
            more = self.socket.recv(65536)
            if not more:
                raise Failure("the service closed the connection without an answer")
            data += more
        return time.perf_counter_ns() - began, whole

    def post(self, path: str, body: dict, token: str = "", source: str = "") -> Answer:
        """Not measured. On a new connection: an old one may be idle for too long."""
        self.connect()
        return self.exchange(self.request(path, body, token, source))[1]


def whole_answer(data: bytes) -> Answer | None:
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return None
    status, _, lines = head.partition(b"\r\n")
    length = http.client.parse_headers(io.BytesIO(lines + b"\r\n\r\n")).get("Content-Length", "0")
    if len(body) < int(length):
        return None
    return Answer(int(status.split()[1]), head + b"\r\n", body)


# --- what else the stack has ----------------------------------------------------------------------

class Stack:
    """Database, mails and keys of the service that is asked."""

    def __init__(self, settings: dict[str, str]):
        self.settings = settings
        self.maildir = pathlib.Path(settings["STACK"]) / "mail/new"
        self.wire = Wire(settings["LISTEN"])
        self.began = int(time.time()) - 1
        self.captcha = subprocess.Popen(
            [settings["BUILD"] + "/tools/ctl/myportalctl", "captcha", "answer", "-"],
            env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def close(self) -> None:
        self.wire.close()
        self.captcha.stdin.close()
        self.captcha.wait(WAIT_S)

    def sql(self, query: str) -> str:
        """As the owner."""
        password = pathlib.Path(self.settings["DB_OWNER_PASSWORD_FILE"]).read_text("ascii")
        done = subprocess.run(
            ["mariadb", "--no-defaults", "--socket=" + self.settings["DB_SOCKET"],
             "--user=" + self.settings["DB_OWNER_USER"], "--batch", "--skip-column-names",
             self.settings["DB_NAME"]],
            env=self.settings | {"MYSQL_PWD": password}, input=query, text=True,
            stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise Failure("the database rejected a statement")
        return done.stdout.strip()

    def settle(self) -> None:
        """No mail is pending and nothing is at work behind the answers."""
        self.wait_until(lambda: self.sql(
            "SELECT COUNT(*) FROM outbox WHERE finished_at IS NULL") == "0", "pending mails to be sent")
        time.sleep(IDLE_S)

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        last = time.monotonic() + WAIT_S
        while not is_so():
            if time.monotonic() > last:
                raise Failure(f"waited in vain for {what}")
            time.sleep(0.02)

    def mailed_tokens(self) -> dict[str, str]:
        """By address; a newer mail comes over an older one."""
        tokens = {}
        for path in sorted(self.maildir.iterdir(), key=lambda path: path.stat().st_mtime_ns):
            mail = path.read_bytes()
            recipient = re.search(rb"^X-RcptTo: (.*)$", mail, re.MULTILINE)[1].decode()
            if recipient.startswith("timing-"):
                tokens[recipient] = mail_token(mail)
        return tokens

    def must_post(self, status: int, path: str, body: dict, token: str = "",
                  source: str = "") -> dict:
        answer = self.wire.post(path, body, token, source)
        if answer.status != status:
            raise Failure(f"POST {path} gave {answer.status}, {answer.body.decode()}")
        return answer.json()

    def invited(self, addresses: list[str]) -> list[str]:
        for address in addresses:
            self.must_post(202, "/v1/registration/email", {"email": address})
        return self.mailed(addresses)

    def mailed(self, addresses: list[str]) -> list[str]:
        """The token of the newest mail to each address."""
        self.settle()
        tokens = self.mailed_tokens()
        missing = sum(not tokens.get(address) for address in addresses)
        if missing:
            raise Failure(f"{missing} of {len(addresses)} mails with a link did not come")
        return [tokens[address] for address in addresses]

    def identity_body(self, link: str, number: str) -> dict:
        token = self.must_post(201, "/v1/captcha", {}, link)["captcha_token"]
        self.captcha.stdin.write(token + "\n")
        answer = self.captcha.stdout.readline().strip()
        return {"insured_number": number, "captcha_token": token, "captcha_answer": answer}


def mail_token(mail: bytes) -> str:
    """Of the link in the first part, which is the plain text."""
    part = mail.partition(b"base64\n\n")[2].partition(b"\n--")[0]
    found = re.search(rb"#token=([A-Za-z0-9._~-]+)", base64.b64decode(part))
    return found[1].decode() if found else ""


# --- the people -----------------------------------------------------------------------------------
# Made by SQL, as copies of one who registered. All names and numbers are equally long.

@dataclasses.dataclass(frozen=True)
class Who:
    """ROUND people in one situation."""

    name: str  # six letters: of addresses and login IDs
    first_number: int = 0  # 番号; the 記号 is SYMBOL
    has_account: bool = False
    state: int = ACCOUNT_ACTIVE
    eligible_from: str = "2010-04-01"
    eligible_until: str = "NULL"

    def email(self, n: int) -> str:
        return f"timing-{self.name}-{n:03}@example.jp"

    def number(self, n: int) -> str:
        return f"{self.first_number + n}{SYMBOL}"


SYMBOL = 901
OTHER_SYMBOL = 902

FOUNDER = Who("founds", 700001)
ACTIVE = Who("active", 710001, has_account=True)
LOCKED = Who("locked", 720001, has_account=True)
CLOSED = Who("closed", 730001, has_account=True, state=ACCOUNT_DISABLED)
LAPSED = Who("lapsed", 740001, has_account=True, eligible_until="CURRENT_DATE - INTERVAL 1 DAY")
MEMBER = Who("member", 750001)
FUTURE = Who("future", 760001, eligible_from="2199-01-01")
DOUBLE = Who("double", 770001)
RECENT = Who("recent", 780001, has_account=True)
ATHOME = Who("athome", 800001, has_account=True)
NOBODY = Who("nobody", 790001)
ROSTER = (FOUNDER, ACTIVE, LOCKED, CLOSED, LAPSED, MEMBER, FUTURE, DOUBLE, RECENT, ATHOME)


def person_row(number: str, symbol: str, who: Who) -> str:
    return (f"(RANDOM_BYTES(16), '{number}', '{symbol}', '1980-01-01', 'x', '{who.eligible_from}',"
            f" {who.eligible_until}, '')")


def person_rows() -> Iterator[str]:
    for who in ROSTER:
        for n in range(ROUND):
            yield person_row(str(who.first_number + n), str(SYMBOL), who)
    for n in range(ROUND):  # spells the same, with the last digit of the 番号 in the 記号
        number = str(DOUBLE.first_number + n)
        yield person_row(number[:-1], number[-1] + str(SYMBOL), DOUBLE)
        yield person_row(str(MEMBER.first_number + ROUND + n), str(OTHER_SYMBOL), MEMBER)


def make_people(stack: Stack) -> None:
    stack.sql("INSERT INTO insured_person (id, number, symbol, birth_date, kana_name,"
              " eligible_from, eligible_until, roster_run) VALUES " + ",".join(person_rows()))
    register(stack, FOUNDER.email(0), FOUNDER.number(0))
    for who in (who for who in ROSTER if who.has_account):
        names = ",".join(f"({n}, '{who.email(n)}')" for n in range(ROUND))
        stack.sql(f"""
            CREATE TEMPORARY TABLE made (n INT, email VARBINARY(254));
            INSERT INTO made VALUES {names};
            INSERT INTO account (id, person_id, login_id, password_hash, email, nickname, language,
                state, created_at, password_changed_at)
            SELECT RANDOM_BYTES(16), p.id, made.email, a.password_hash, made.email, a.nickname,
                a.language, {who.state}, a.created_at, a.password_changed_at
            FROM made JOIN insured_person p ON p.number = CAST({who.first_number} + n AS CHAR)
                AND p.symbol = '{SYMBOL}'
            JOIN account a ON a.login_id = '{FOUNDER.email(0)}'""")


def remove_people(stack: Stack) -> None:
    stack.sql(f"""
        DELETE FROM account WHERE login_id LIKE 'timing-%';
        DELETE FROM insured_person WHERE symbol IN ('{SYMBOL}', '{OTHER_SYMBOL}')
            OR (symbol LIKE '_{SYMBOL}' AND number LIKE '77___');
        DELETE FROM limit_counter""")


def register(stack: Stack, email: str, number: str) -> None:
    """The whole story, so that the password's hash is one as the service makes them."""
    [link] = stack.invited([email])
    identity = stack.identity_body(link, number)
    shown = stack.must_post(200, "/v1/registration/identity", identity, link)
    [second] = stack.mailed([email])
    key = {"authentication_key": shown["authentication_key"]}
    stage = stack.must_post(200, "/v1/registration/authentication-key", key, second)["stage_token"]
    stack.must_post(201, "/v1/registration/account", {
        "login_id": email, "email": email, "nickname": "x",
        "password": PASSWORD, "password_confirmation": PASSWORD}, stage)


def lock(stack: Stack) -> None:
    """A failure for each, by the service, which alone can name its counter; then more by SQL."""
    for n in range(ROUND):
        wrong = {"login_id": LOCKED.email(n), "password": WRONG_PASSWORD}
        stack.must_post(401, "/v1/sessions", wrong)
    stack.sql(f"UPDATE limit_counter SET count = {LOCKED_FROM},"
              f" locked_until = UNIX_TIMESTAMP() + {LOCK_S} WHERE limit_id = {LOGIN_FAILURES}")


def source(n: int) -> str:
    return f"198.51.100.{n + 1}"


# --- the calls ------------------------------------------------------------------------------------

@dataclasses.dataclass
class Kind:
    """How one kind of person asks: the n-th request of a round. Making it may ask other things."""

    name: str
    request: Callable[[int], bytes]


@dataclasses.dataclass
class Call:
    """Kinds that must not be told apart; the first is what the others are compared with."""

    path: str
    status: int
    kinds: list[Kind]
    costs: str = "cheap"  # which of the options says how often


LINKS = 5 * ROUND  # for as many kinds as an identity call has


class Calls:
    """All of them, by their names on the command line."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.links: list[str] = []
        self.table: dict[str, Callable[[], Call]] = {
            "login": self.login,
            "invitation": self.invitation,
            "person": self.person,
            "number": self.number,
            "forgot-login-id": self.forgot_login_id,
            "forgot-password": self.forgot_password,
            "account-deletion": self.account_deletion,
        }

    def build(self, path: str, body: dict, n: int, token: str = "") -> bytes:
        """The n-th of every kind share a source: no kind is alone with the first one of its own."""
        return self.stack.wire.request(path, body, token, source(n))

    def login(self) -> Call:
        def kind(name: str, who: Who, password: str) -> Kind:
            return Kind(name, lambda n: self.build(
                "/v1/sessions", {"login_id": who.email(n), "password": password}, n))

        lock(self.stack)
        for n in range(ROUND):
            right = {"login_id": ATHOME.email(n), "password": PASSWORD}
            self.stack.must_post(201, "/v1/sessions", right, source=source(n))
        return Call("/v1/sessions", 401, [
            kind("unknown login ID", NOBODY, PASSWORD),
            kind("wrong password", ACTIVE, WRONG_PASSWORD),
            kind("from a known source, wrong", ATHOME, WRONG_PASSWORD),
            kind("locked, wrong password", LOCKED, WRONG_PASSWORD),
            kind("locked, right password", LOCKED, PASSWORD),
            kind("disabled, right password", CLOSED, PASSWORD),
            kind("no longer eligible, right", LAPSED, PASSWORD),
        ], "login")

    def mailing(self, path: str, member: str, kinds: list[tuple[str, Who]]) -> Call:
        """Calls that answer 202 to everybody. The last kind has asked a moment ago."""
        def request(who: Who, n: int) -> bytes:
            return self.build(path, {member: who.email(n)}, n)

        def again(n: int) -> bytes:
            self.stack.must_post(202, path, {member: RECENT.email(n)})
            return request(RECENT, n)

        made = [Kind(name, lambda n, who=who: request(who, n)) for name, who in kinds]
        return Call(path, 202, made + [Kind("within the mail interval", again)])

    def invitation(self) -> Call:
        return self.mailing("/v1/registration/email", "email", [
            ("new address", NOBODY), ("address of an account", ACTIVE)])

    def forgot_login_id(self) -> Call:
        return self.mailing("/v1/recovery/login-id", "email", [
            ("unknown address", NOBODY), ("address of an account", ACTIVE),
            ("of a disabled account", CLOSED)])

    def forgot_password(self) -> Call:
        lock(self.stack)
        return self.mailing("/v1/recovery/password", "login_id", [
            ("unknown login ID", NOBODY), ("account", ACTIVE), ("locked account", LOCKED),
            ("disabled account", CLOSED), ("no longer eligible", LAPSED)])

    def account_deletion(self) -> Call:
        return self.mailing("/v1/account-deletion", "email", [
            ("unknown address", NOBODY), ("no longer eligible", LAPSED), ("account", ACTIVE),
            ("disabled account", CLOSED)])

    def identity(self, status: int, kinds: list[tuple[str, Callable[[int], str]]]) -> Call:
        """Each kind has links of its own, whose spending is undone after every round."""
        if not self.links:
            self.links = self.stack.invited([Who("invite").email(n) for n in range(LINKS)])

        def kind(at: int, name: str, number: Callable[[int], str]) -> Kind:
            def request(n: int) -> bytes:
                link = self.links[at * ROUND + n]
                body = self.stack.identity_body(link, number(n))
                return self.build("/v1/registration/identity", body, n, link)
            return Kind(name, request)

        made = [kind(at, *each) for at, each in enumerate(kinds)]
        return Call("/v1/registration/identity", status, made, "captcha")

    def person(self) -> Call:
        return self.identity(200, [
            ("has no account", MEMBER.number), ("has an account", ACTIVE.number)])

    def number(self) -> Call:
        return self.identity(422, [
            ("unknown number", NOBODY.number),
            ("two people", DOUBLE.number),
            ("no longer eligible", LAPSED.number),
            ("not yet eligible", FUTURE.number),
            ("symbol of another person", lambda n: f"{MEMBER.first_number + n}{OTHER_SYMBOL}"),
        ])


# --- measuring ------------------------------------------------------------------------------------

@dataclasses.dataclass
class Seen:
    """Of one kind."""

    took_ms: list[float] = dataclasses.field(default_factory=list)
    answers: set[bytes] = dataclasses.field(default_factory=set)


def forget(stack: Stack) -> None:
    """Nobody has tried anything, but the locked stay locked, the known known; no link was used."""
    stack.sql(f"""
        DELETE FROM limit_counter WHERE limit_id <> {KNOWN_SOURCE_FAILURES}
            AND (limit_id <> {LOGIN_FAILURES} OR count < {LOCKED_FROM});
        UPDATE limit_counter SET count = 0, locked_until = 0 WHERE limit_id = {KNOWN_SOURCE_FAILURES};
        DELETE FROM spent_token WHERE created_at >= {stack.began}""")


def ask_round(stack: Stack, call: Call, size: int, pause_s: float, seen: dict[str, Seen]) -> None:
    """Wholly random order, not pair by pair: the work behind an answer falls on whoever is next."""
    requests = [(kind.name, kind.request(n)) for kind in call.kinds for n in range(size)]
    random.shuffle(requests)
    stack.settle()
    stack.wire.connect()
    gc.disable()
    for name, request in requests:
        time.sleep(pause_s)
        took_ns, answer = stack.wire.exchange(request)
        if answer.status != call.status:
            raise Failure(f"POST {call.path}, {name}: {answer.status}, {answer.body.decode()}")
        seen[name].took_ms.append(took_ns / 1e6)
        seen[name].answers.add(answer.comparable())
    gc.enable()


def ask(stack: Stack, call: Call, times: int, pause_s: float) -> dict[str, Seen]:
    warm_up, seen = ({kind.name: Seen() for kind in call.kinds} for _ in range(2))
    forget(stack)
    ask_round(stack, call, WARM_UP, pause_s, warm_up)
    for _ in range(math.ceil(times / ROUND)):
        forget(stack)
        ask_round(stack, call, ROUND, pause_s, seen)
    return seen


@dataclasses.dataclass
class Row:
    """One kind beside the first of its call."""

    call: str
    path: str
    kind: str
    beside: str
    times: int
    median_ms: float
    beside_median_ms: float
    difference_ms: float
    t: float
    t_of_quickest: float
    visible_ms: float  # among the quickest
    same_bytes: bool
    same_time: bool


def welch(a: list[float], b: list[float]) -> tuple[float, float]:
    """Welch's t, and the standard error of the difference of means."""
    error = math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b))
    return (statistics.fmean(a) - statistics.fmean(b)) / error, error


def quickest(a: list[float], b: list[float]) -> tuple[list[float], list[float]]:
    """Cut where nine tenths of both together end."""
    last = statistics.quantiles(a + b, n=10)[-1]
    return [ms for ms in a if ms <= last], [ms for ms in b if ms <= last]


def compare(name: str, call: Call, seen: dict[str, Seen], given: argparse.Namespace) -> list[Row]:
    first, *others = (kind.name for kind in call.kinds)
    return [row_of(name, call, other, first, seen, given) for other in others]


def row_of(name: str, call: Call, kind: str, beside: str, seen: dict[str, Seen],
           given: argparse.Namespace) -> Row:
    a, b = seen[kind], seen[beside]
    medians = statistics.median(a.took_ms), statistics.median(b.took_ms)
    difference = medians[0] - medians[1]
    t, _ = welch(a.took_ms, b.took_ms)
    t_of_quickest, error = welch(*quickest(a.took_ms, b.took_ms))
    is_noise = abs(t_of_quickest) < given.t or abs(difference) < given.floor_ms
    return Row(
        name, call.path, kind, beside, len(a.took_ms), *(round(each, 3) for each in medians),
        round(difference, 3), round(t, 2), round(t_of_quickest, 2), round(given.t * error, 3),
        same_bytes=len(a.answers | b.answers) == 1,
        same_time=abs(difference) < max(given.median_ms, given.median_share * medians[1])
        and abs(t) < given.t and is_noise)


def tell_bytes(seen: dict[str, Seen]) -> None:
    """Which answers there were, if there was more than one."""
    if len(set().union(*(each.answers for each in seen.values()))) == 1:
        return
    for name, each in seen.items():
        for answer in each.answers:
            print(f"--- {name}\n{answer.decode()}", file=sys.stderr)


def measure(stack: Stack, calls: Calls, name: str, given: argparse.Namespace) -> list[Row]:
    """Where that is wanted, times that differ are looked at again: machines have other work."""
    times = {"login": given.logins, "captcha": given.captchas, "cheap": given.pairs}
    call = calls.table[name]()
    for _ in range(1 + given.again):
        seen = ask(stack, call, times[call.costs], given.pause_ms / 1000)
        rows = compare(name, call, seen, given)
        tell_bytes(seen)
        if all(row.same_time for row in rows) or not all(row.same_bytes for row in rows):
            break
    stack.sql("DELETE FROM limit_counter")
    return rows


# --- the command ----------------------------------------------------------------------------------

def print_rows(rows: list[Row]) -> None:
    head = ["call", "kind", "times", "median ms", "beside", "difference", "t", "t (9/10)",
            "visible", ""]
    texts = [head] + [[
        row.call, row.kind, str(row.times), f"{row.median_ms:.3f}", f"{row.beside_median_ms:.3f}",
        f"{row.difference_ms:+.3f}", f"{row.t:+.2f}", f"{row.t_of_quickest:+.2f}",
        f"{row.visible_ms:.3f}", verdict(row)]
        for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts)]
    for text in texts:
        left = [cell.ljust(width) for cell, width in zip(text[:2], widths)]
        right = [cell.rjust(width) for cell, width in zip(text[2:-1], widths[2:])]
        print("  ".join(left + right + text[-1:]).rstrip())


def verdict(row: Row) -> str:
    faults = ["other bytes"] * (not row.same_bytes) + ["other time"] * (not row.same_time)
    return ", ".join(faults) or "alike"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", nargs="*", metavar="CALL",
                        help="login, invitation, person, number, forgot-login-id, forgot-password,"
                             " account-deletion; none: all of them")
    parser.add_argument("--pairs", type=int, default=1000, metavar="N",
                        help="how often each kind asks, rounded up (1000)")
    parser.add_argument("--logins", type=int, metavar="N", help="the same for login")
    parser.add_argument("--captchas", type=int, metavar="N", help="the same for person and number")
    parser.add_argument("--pause-ms", type=float, default=0, metavar="MS",
                        help="before each request: the mails of others are out by then (0)")
    parser.add_argument("--again", type=int, default=0, metavar="N",
                        help="looks taken again when times differ (0)")
    parser.add_argument("--median-ms", type=float, default=5, metavar="MS",
                        help="how far apart medians may be (5)")
    parser.add_argument("--median-share", type=float, default=0, metavar="SHARE",
                        help="or, where that is more, what share of the first's median (0)")
    parser.add_argument("--t", type=float, default=4.5, metavar="T", help="how large t may be (4.5)")
    parser.add_argument("--floor-ms", type=float, default=0.2, metavar="MS",
                        help="where the t of the quickest begins to count (0.2)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there")
    given = parser.parse_args()
    given.logins = given.logins or given.pairs
    given.captchas = given.captchas or given.pairs
    return given


def main() -> int:
    given = arguments()
    stack = Stack(dict(os.environ))
    calls = Calls(stack)
    rows: list[Row] = []
    code = 0
    try:
        for name in given.calls:
            if name not in calls.table:
                raise Failure(f"no call is named {name}")
        remove_people(stack)
        make_people(stack)
        for name in given.calls or calls.table:
            print(f"timing: {name}", file=sys.stderr)
            rows += measure(stack, calls, name, given)
        stack.settle()
    except Failure as failure:
        print(f"timing: {failure}", file=sys.stderr)
        code = 2
    finally:
        remove_people(stack)
        stack.close()
    print_rows(rows)
    if given.json:
        figures = json.dumps([dataclasses.asdict(row) for row in rows], indent=2)
        given.json.write_text(figures + "\n", encoding="utf-8")
    return code or int(not all(row.same_bytes and row.same_time for row in rows))


sys.exit(main())
