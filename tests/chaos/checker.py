"""checker - proves from what a run has left (evidence.py) that the promises were kept, whatever was broken meanwhile.

Each invariant is a function that returns what breaks it, a sentence each. A call whose result is unknown may have
been done or not: nothing is demanded of it, and what it asked for may be there.
"""

import collections
import dataclasses
import itertools
import math
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator

import evidence

NEVER = math.inf
DEADLINE_S = 5.0  # docs/api-guide.md, "Retries"
SERVICE_S = 4.5  # the service has answered by then; if it has not, the proxy does, at 4.8 s
STANDS_STILL = "replica_paused"  # only then the proxy has to
CROWD_MAX, CROWDED_S = 6.0, 1.0  # processes for each core; what an answer may take longer then
LOGIN_LOCK_FROM, LOGIN_LOCK_S = 5, 30  # docs/api-guide.md, "Failed logins"
KEY_TRIES = 5
PASSWORD_TRIES, PASSWORD_WINDOW_S = 5, 900
SESSIONS_MAX = 20
CLOCKS_DIFFER_S = 60  # SECURITY.md: so much shorter a lock or a window may be for a replica whose clock is wrong
REPEAT_S = 30  # for so long an old refresh token brings the same next one
COPIES_MAX = 2
RECOVERY_S = 5  # after a fault has ended, calls may still go unanswered for so long (docs/scaling.md, "Times")
# What members do not notice, also while it is in force; a replica is restarted without an error if the others stay.
UNNOTICED = ("keys_rotated", "roster_imported", "mail_server_")
RESTARTS = ("replica_restarted", "replicas_upgraded", "clock_skewed")

# Calls with the token of a link or a stage: it does its work once.
SPENDING = ("identity", "key", "account", "reset", "confirm")

# What a call sets, by the names of its facts. The last of an account's counts.
WRITES = {"account": ("nickname", "email", "password"), "nickname": ("nickname",), "confirm": ("email",),
          "password": ("password",), "reset": ("password",)}

# The mails that a call may cause (MAIL_LIST of stored_enums.h), and the one that it owes to a receiver.
CAUSES = {
    "invite": ("INVITATION",), "identity": ("SECOND_LINK", "ALREADY_REGISTERED", "ACCOUNT_DISABLED"),
    "account": ("COMPLETION", "EMAIL_CONFIRMATION", "UNPROVEN_LOGIN_ID"), "login": ("LOGIN_AFTER_FAILURES",),
    "password": ("PASSWORD_CHANGED",), "reset": ("PASSWORD_CHANGED",), "ask-reset": ("PASSWORD_RESET",),
    "login-ids": ("LOGIN_IDS",), "email": ("EMAIL_CONFIRMATION", "EMAIL_CHANGE_ASKED"),
    "confirm": ("EMAIL_CHANGED",), "delete": ("LEFT",)}
OWES = {"invite": "INVITATION", "identity": "SECOND_LINK", "account": "COMPLETION", "password": "PASSWORD_CHANGED",
        "reset": "PASSWORD_CHANGED", "delete": "LEFT"}

STAGE, MAIL, OUTBOX = (evidence.enum(name) for name in ("STAGE", "MAIL", "OUTBOX"))
MAIL_NAMES = {number: name for name, number in MAIL.items()}


@dataclasses.dataclass
class Call:
    """All tries of one call."""

    op: str
    facts: dict
    lines: list[dict]

    @property
    def ok(self) -> list[dict]:
        return [line for line in self.lines if line["outcome"] == "ok"]

    @property
    def may_have_acted(self) -> bool:
        return any(line["outcome"] != "refused" for line in self.lines)

    @property
    def start(self) -> float:
        return self.lines[0]["start"]

    @property
    def done(self) -> float:
        """When it was acknowledged."""
        return min((line["end"] for line in self.ok), default=NEVER)

    @property
    def until(self) -> float:
        """When it acted at the latest: a request without an answer may lie in a process that stands still."""
        unanswered = any(line["outcome"] == "unknown" for line in self.lines)
        return NEVER if unanswered and self.op not in SPENDING else self.lines[-1]["end"]

    def __str__(self) -> str:
        return f"call {self.lines[0]['call']} ({self.op})"


class Case:
    """The evidence, arranged for questions."""

    def __init__(self, given: evidence.Evidence):
        self.given, self.seal = given, given.seal
        self.lines = [line for line in given.lines if "call" in line]
        self.faults = [line for line in given.lines if "fault" in line]
        self.noticed = [fault for fault in self.faults if is_noticed(fault, self.faults)]
        by_call: dict[int, list[dict]] = collections.defaultdict(list)
        for line in self.lines:
            by_call[line["call"]].append(line)
        self.calls = [Call(lines[0]["op"], merged(lines), lines) for lines in by_call.values()]
        self.by_op: dict[str, list[Call]] = collections.defaultdict(list)
        for call in self.calls:
            self.by_op[call.op].append(call)

    def of(self, *ops: str) -> Iterator[Call]:
        return itertools.chain.from_iterable(self.by_op[op] for op in ops)

    def by_fact(self, name: str, *ops: str) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = collections.defaultdict(list)
        for call in self.of(*ops):
            if name in call.facts:
                found[call.facts[name]].append(call)
        return found


def is_noticed(fault: dict, faults: list[dict]) -> bool:
    """May calls go unanswered on account of it?"""
    if fault["fault"] in RESTARTS:
        return any(other is not fault and other["fault"] in RESTARTS and
                   other["start"] <= fault["end"] and fault["start"] <= other["end"] for other in faults)
    return not fault["fault"].startswith(UNNOTICED)


def merged(lines: list[dict]) -> dict:
    facts: dict = {}
    for line in lines:
        facts |= line["facts"]
    return facts


# --- I1, I2 ------------------------------------------------------------------------------------------------


def one_effect(case: Case) -> Iterator[str]:
    """I1: a token has at most one effect."""
    bodies, answers = collections.defaultdict(set), collections.defaultdict(set)
    for line in case.lines:
        if line["outcome"] != "ok":
            continue
        if line["op"] in SPENDING:
            bodies[line["op"], line["token"]].add(line["args"])
            answers[line["op"], line["token"]].add(line["facts"].get("given"))
        elif line["op"] == "refresh":
            answers["refresh", line["facts"]["used"]].add(line["facts"]["given"])
    for (op, token), args in bodies.items():
        if len(args) > 1:
            yield f"token {token} did {op} with {len(args)} different bodies"
    for (op, token), given in answers.items():
        if len(given) > 1:
            yield f"token {token} brought {len(given)} different answers of {op}"
    for number, node in enumerate(case.given.nodes):
        spent = node.tables["spent_token"]
        for jti, count in collections.Counter(row["jti"] for row in spent).items():
            if count > 1:
                yield f"node {number}: token {jti} is spent {count} times"
        made = collections.Counter(row["next_id"] for row in spent if row["kind"] == STAGE["ACCOUNT"])
        for account, count in made.items():
            if count > 1:
                yield f"node {number}: {count} tokens made account {account}"


def one_account(case: Case) -> Iterator[str]:
    """I2: one account per person and per login ID."""
    for number, node in enumerate(case.given.nodes):
        for column in ("person_id", "login_id"):
            for value, count in collections.Counter(row[column] for row in node.tables["account"]).items():
                if count > 1:
                    yield f"node {number}: {count} accounts have one {column} ({case.seal(value)})"
    gone = case.by_fact("account", "delete")
    for fact in ("person", "account"):
        for value, calls in case.by_fact(fact, "account").items():
            made = sorted((call for call in calls if call.ok), key=lambda call: call.done)
            for first, second in itertools.pairwise(made):
                same = all(first.facts[name] == second.facts[name] for name in ("account", "person"))
                left = any(call.may_have_acted and call.start < second.done for call in gone[first.facts["account"]])
                if not same and not left:
                    yield f"{first} and {second} were both told that they have the account of {fact} {value}"


# --- I3 ----------------------------------------------------------------------------------------------------


def acknowledged_is_there(case: Case) -> Iterator[str]:
    """I3: every acknowledged 2xx is there, on every node."""
    for number, node in enumerate(case.given.nodes):
        for what in itertools.chain(accounts_are_there(case, node), fields_are_there(case, node),
                                    sessions_are_there(case, node), tokens_are_spent(case, node),
                                    mails_are_there(case, node)):
            yield f"node {number}: {what}"
    yield from passwords_open(case)
    yield from refresh_tokens_are_good(case)


def rows_by_account(case: Case, node: evidence.Node) -> dict[str, evidence.Row]:
    return {case.seal(row["login_id"]): row for row in node.tables["account"]}


def accounts_are_there(case: Case, node: evidence.Node) -> Iterator[str]:
    rows, gone = rows_by_account(case, node), case.by_fact("account", "delete")
    for call in case.of("account"):
        deletions = gone[call.facts["account"]]
        row = rows.get(call.facts["account"])
        is_this = row and case.seal(node.persons.get(row["person_id"], "")) == call.facts["person"]
        if call.ok and not is_this and not any(deletion.may_have_acted for deletion in deletions):
            yield f"{call}: there is no such account"
        if is_this and any(deletion.ok for deletion in deletions):
            yield f"{call}: the account is there although {deletions[0]} deleted it"


def writes(case: Case, field: str) -> dict[str, list[Call]]:
    """By account, the calls that set this field or may have."""
    found: dict[str, list[Call]] = collections.defaultdict(list)
    for call in case.of(*(op for op, fields in WRITES.items() if field in fields)):
        if call.may_have_acted:
            found[call.facts["account"]].append(call)
    return found


def possible(calls: list[Call], field: str) -> set[str]:
    """The values that may be the last: those of writes that no acknowledged one certainly followed."""
    return {call.facts[field] for call in calls
            if not any(other.ok and other.start > call.until for other in calls)}


def fields_are_there(case: Case, node: evidence.Node) -> Iterator[str]:
    rows = rows_by_account(case, node)
    for field in ("nickname", "email"):
        for account, calls in writes(case, field).items():
            if account in rows and case.seal(rows[account][field]) not in possible(calls, field):
                yield f"account {account}: the {field} is none that was set last"


def passwords_open(case: Case) -> Iterator[str]:
    """The last password set opens the account: what was tried when all was over."""
    tried = case.by_fact("account", "after-login")
    for account, calls in writes(case, "password").items():
        last = possible(calls, "password")
        answered = [call for call in tried[account] if call.facts["password"] in last]
        if answered and not any(call.ok for call in answered) and all(call.until < NEVER for call in answered):
            yield f"account {account}: no password that was set last opens it ({answered[0]})"
        for call in tried[account]:
            if call.ok and call.facts["password"] not in last:
                yield f"account {account}: a password opens it that was replaced ({call})"


def endings(case: Case) -> dict[str, list[Call]]:
    """By account, what ends sessions of it."""
    return case.by_fact("account", "logout", "end-one", "end-others", "password", "reset", "delete", "reuse")


def is_meant(ending: Call, session: str, login: Call) -> bool:
    """May this call end that session, if it acts?"""
    if ending.op in ("logout", "end-one", "reuse"):
        return ending.facts["ends"] == session
    return (ending.op == "delete" or ending.facts.get("by") != session) and ending.until > login.start


def living_sessions(case: Case) -> Iterator[tuple[Call, str]]:
    """Each session that nothing may have ended, and its login."""
    ends, refreshes = endings(case), case.by_fact("by", "refresh")
    for account, calls in case.by_fact("account", "login", "after-login").items():
        if sum(len(call.lines) for call in calls) > SESSIONS_MAX:
            continue  # the one unused for longest ends
        for call in calls:
            for line in call.ok:
                session = line["facts"]["session"]
                may_be_over = any((ending.may_have_acted or ending.op == "reuse") and
                                  is_meant(ending, session, call) for ending in ends[account])
                if not may_be_over and not any(may_be_reuse(each) for each in refreshes[session]):
                    yield call, session


def sessions_are_there(case: Case, node: evidence.Node) -> Iterator[str]:
    rows, accounts = rows_by_session(case, node), rows_by_account(case, node)
    for login, session in living_sessions(case):
        row, account = rows.get(session), accounts.get(login.facts["account"])
        if row is None or account is None or row["generation"] != account["generation"]:
            yield f"{login}: its session {session} is not there"


def refresh_tokens_are_good(case: Case) -> Iterator[str]:
    """The refresh token that was given last goes on with its session: what was tried when all was over."""
    tried = case.by_fact("by", "after-refresh")
    for login, session in living_sessions(case):
        for call in tried[session]:
            if call.lines[-1]["outcome"] == "refused":
                yield f"{login}: the last refresh token of its session {session} is good for nothing ({call})"


def rows_by_session(case: Case, node: evidence.Node) -> dict[str, evidence.Row]:
    return {case.seal(row["id"]): row for row in node.tables["session"]}


def may_be_reuse(refresh: Call) -> bool:
    """A try that comes late, or that nobody knows of, may end the session as that of a thief would."""
    late = refresh.lines[-1]["end"] - refresh.start > REPEAT_S - DEADLINE_S
    return late or any(line["outcome"] == "unknown" for line in refresh.lines)


def spent_of(case: Case, node: evidence.Node) -> dict[str, evidence.Row]:
    return {case.seal(evidence.token_id_of(row["jti"])): row for row in node.tables["spent_token"]}


def tokens_are_spent(case: Case, node: evidence.Node) -> Iterator[str]:
    spent = spent_of(case, node)
    for call in case.of("identity", "key", "account", "reset", "confirm"):
        if call.ok and call.lines[0]["token"] not in spent and call.op != "confirm":
            yield f"{call}: its token is not spent"


def mails_are_there(case: Case, node: evidence.Node) -> Iterator[str]:
    """A mail that an acknowledged call owes was sent, or ended as a mail may that nobody takes."""
    got = mails_by_receiver(case, node)
    lost = collections.Counter(MAIL_NAMES[row["kind"]] for row in node.tables["outbox"]
                               if row["state"] in (OUTBOX["DEAD"], OUTBOX["DROPPED"], OUTBOX["PENDING"]))
    owed: dict[tuple, list[Call]] = collections.defaultdict(list)
    for op, kind in OWES.items():
        for call in case.of(op):
            if call.ok and len(call.facts["mail"]) == 1:
                owed[kind, call.facts["mail"][0]].append(call)
    missing: dict[str, list[Call]] = collections.defaultdict(list)
    for (kind, receiver), calls in owed.items():
        tokens = {call.lines[0]["token"] or call.facts.get("by") or receiver for call in calls}
        others = ("ALREADY_REGISTERED",) if kind == "SECOND_LINK" else ()
        came = sum(len(got[each, receiver]) for each in (kind, *others))
        if kind in ("INVITATION", "SECOND_LINK", "COMPLETION", "LEFT") and came < min(1, len(tokens)):
            missing[kind].append(calls[0])
        elif kind == "PASSWORD_CHANGED" and came < len({call.lines[0]["args"] for call in calls}):
            missing[kind].append(calls[0])
    for kind, calls in missing.items():
        if len(calls) > lost[kind] + (lost["ALREADY_REGISTERED"] if kind == "SECOND_LINK" else 0):
            yield f"{calls[0]} and {len(calls) - 1} others: no mail {kind} came, and none of {lost[kind]} ended unsent"


def mails_by_receiver(case: Case, node: evidence.Node) -> dict[tuple, set[str]]:
    kinds = {row["id"]: MAIL_NAMES[row["kind"]] for row in node.tables["outbox"]}
    found: dict[tuple, set[str]] = collections.defaultdict(set)
    for mail in case.given.mails:
        found[kinds.get(mail.id, "?"), case.seal(mail.receiver)].add(mail.id)
    return found


# --- I4 ----------------------------------------------------------------------------------------------------


def nothing_unasked(case: Case) -> Iterator[str]:
    """I4: nothing is there that nobody asked for."""
    asked = {(call.facts["account"], call.facts["person"]) for call in case.of("account") if call.may_have_acted}
    spending = {line["token"] for line in case.lines if line["op"] in SPENDING and line["outcome"] != "refused"}
    captchas = {captcha for call in case.of("identity") if (captcha := call.facts.get("captcha"))}
    for number, node in enumerate(case.given.nodes):
        for row in node.tables["account"]:
            if (case.seal(row["login_id"]), case.seal(node.persons.get(row["person_id"], ""))) not in asked:
                yield f"node {number}: nobody asked for account {case.seal(row['login_id'])}"
        for token, row in spent_of(case, node).items():
            if token not in (captchas if row["kind"] == STAGE["CAPTCHA"] else spending):
                yield f"node {number}: nobody sent the spent token {token} of kind {row['kind']}"
        yield from (f"node {number}: {what}" for what in sessions_unasked(case, node))
        yield from (f"node {number}: {what}" for what in mails_unasked(case, node))


def sessions_unasked(case: Case, node: evidence.Node) -> Iterator[str]:
    names = {row["id"]: case.seal(row["login_id"]) for row in node.tables["account"]}
    told = {line["facts"]["session"] for call in case.of("login", "after-login") for line in call.ok}
    unknown = collections.Counter(line["facts"]["account"] for call in case.of("login", "after-login")
                                  for line in call.lines if line["outcome"] == "unknown")
    untold = collections.Counter(names.get(row["account_id"], "?") for session, row in
                                 rows_by_session(case, node).items() if session not in told)
    for account, count in untold.items():
        if count > unknown[account]:
            yield f"account {account} has {count} sessions that nobody was told of, and {unknown[account]} unknown logins"


def mails_unasked(case: Case, node: evidence.Node) -> Iterator[str]:
    later = case.by_fact("account", "confirm")
    asked: collections.Counter = collections.Counter()
    for call in case.calls:
        tries = len(call.lines) if call.op == "login" else 1
        receivers = set(call.facts.get("mail", ()))
        if call.op == "ask-reset":  # goes to the address that is proven when it is sent (mailed_link.c)
            receivers |= {change.facts["email"] for change in later[call.facts["account"]] if change.may_have_acted}
        for kind in CAUSES.get(call.op, ()) if call.may_have_acted else ():
            for receiver in receivers:
                asked[kind, receiver] += tries
    for (kind, receiver), ids in mails_by_receiver(case, node).items():
        if len(ids) > asked[kind, receiver]:
            yield f"{len(ids)} mails {kind} came to {receiver}, who has asked for {asked[kind, receiver]}"


# --- I5 ----------------------------------------------------------------------------------------------------


def mails_end(case: Case) -> Iterator[str]:
    """I5: every mail ends sent or dead, with at most two copies of one Message-ID."""
    copies = collections.Counter(mail.id for mail in case.given.mails)
    for number, node in enumerate(case.given.nodes):
        known = {row["id"] for row in node.tables["outbox"]}
        for row in node.tables["outbox"]:
            count = copies[row["id"]]
            if row["state"] == OUTBOX["PENDING"]:
                yield f"node {number}: mail {row['id']} is pending still ({row['last_error']})"
            if row["state"] == OUTBOX["SENT"] and count == 0:
                yield f"node {number}: mail {row['id']} is sent, and did not come"
            if count > COPIES_MAX:
                yield f"node {number}: mail {row['id']} came {count} times"
        for id_ in copies.keys() - known:
            yield f"node {number}: mail {id_ or 'without an id'} came, and no row tells of it"


# --- I6 ----------------------------------------------------------------------------------------------------


def limits_hold(case: Case) -> Iterator[str]:
    """I6: no counter is beyond its limit, and nothing succeeds after it."""
    for number, node in enumerate(case.given.nodes):
        for row in node.tables["limit_counter"]:
            if int(row["count"]) > case.given.limits[row["limit_id"]]:
                yield f"node {number}: limit {row['limit_id']} of {row['subject_hash'][:8]} counts {row['count']}"
    yield from keys_hold(case)
    yield from locks_hold(case)
    yield from current_passwords_hold(case)


def keys_hold(case: Case) -> Iterator[str]:
    by_token: dict[str, list[dict]] = collections.defaultdict(list)
    for call in case.of("key"):
        by_token[call.lines[0]["token"]] += call.lines
    for token, lines in by_token.items():
        wrong = sorted(line["end"] for line in lines if line["code"] in ("authentication_key_wrong", "registration_over")
                       and "wrong" in line["facts"])
        compared = [line for line in lines if line["code"] == "authentication_key_wrong"]
        if len(compared) > KEY_TRIES:
            yield f"second link {token}: {len(compared)} wrong keys were compared"
        if len(wrong) >= KEY_TRIES and any(line["outcome"] == "ok" and line["start"] > wrong[KEY_TRIES - 1]
                                           for line in lines):
            yield f"second link {token}: a key was taken after {KEY_TRIES} wrong ones"


def locks_hold(case: Case) -> Iterator[str]:
    """Failures in a row from one source, then a login while its lock lasts. The lock begins with the fifth try that was
    counted, at the earliest when that was sent, and is told in whole seconds. A try without an answer may have been
    counted: then the lock began earlier, and a later failure was not counted but met the lock."""
    resets = case.by_fact("account", "reset")
    by_login: dict[tuple, list[dict]] = collections.defaultdict(list)
    for call in case.of("login", "after-login"):
        by_login[call.facts["account"], call.lines[0]["who"]] += call.lines
    for (account, _), lines in by_login.items():
        for streak, success in streaks(lines, "login_failed"):
            failed = [line for line in streak if line["outcome"] == "refused"]
            if len(failed) < LOGIN_LOCK_FROM or failed[LOGIN_LOCK_FROM - 1]["end"] >= success["start"]:
                continue
            began = streak[LOGIN_LOCK_FROM - 1]["start"]
            was_reset = any(call.may_have_acted and call.start < success["end"] for call in resets[account])
            lasts = LOGIN_LOCK_S - 1 - clocks_differ(case, began, success["end"])
            if success["end"] < began + lasts and not was_reset:
                yield f"call {success['call']}: a login succeeded {success['end'] - began:.0f} s after failure 5"


def clocks_differ(case: Case, since: float, until: float) -> float:
    """By how much, at some time in between: each replica looks at a lock by its own clock."""
    wrong = any(fault["fault"] == "clock_skewed" and fault["start"] <= until and since <= fault["end"]
                for fault in case.faults)
    return CLOCKS_DIFFER_S if wrong else 0


def streaks(lines: list[dict], code: str) -> Iterator[tuple[list[dict], dict]]:
    """Each success, with the wrong tries since the one before it: those that were answered with this code, and those
    whose result is unknown."""
    wrong: list[dict] = []
    for line in sorted(lines, key=lambda line: line["start"]):
        if line["outcome"] == "ok":
            yield wrong, line
            wrong = []
        elif "wrong" in line["facts"] and (line["code"] == code or line["outcome"] == "unknown"):
            wrong.append(line)


def current_passwords_hold(case: Case) -> Iterator[str]:
    """The window begins with the first try that was counted, which may be one without an answer."""
    for account, calls in case.by_fact("account", "password").items():
        lines = [line for call in calls for line in call.lines]
        end = {"call": 0, "outcome": "ok", "start": NEVER, "end": NEVER, "facts": {}}
        for streak, success in streaks([*lines, end], "current_password_wrong"):
            compared = [line for line in streak if line["outcome"] == "refused"]
            began = streak[0]["start"] if streak else NEVER
            lasts = PASSWORD_WINDOW_S - 1 - clocks_differ(case, began, success["end"])
            in_window = [line for line in compared if line["end"] < began + lasts]
            if len(in_window) > PASSWORD_TRIES:
                yield f"account {account}: {len(in_window)} wrong passwords were compared"
            if len(in_window) >= PASSWORD_TRIES and in_window[PASSWORD_TRIES - 1]["end"] < success["start"] and \
                    success["end"] < began + lasts:
                yield f"call {success['call']}: a password was taken after {len(in_window)} wrong ones"


# --- I7 ----------------------------------------------------------------------------------------------------


def ended_stays_ended(case: Case) -> Iterator[str]:
    """I7: a session that was ended is good for nothing any more, and neither is a link."""
    ends = endings(case)
    used = case.by_fact("by", *{call.op for call in case.calls})
    for account, calls in case.by_fact("account", "login").items():
        for call in calls:
            for line in call.ok:
                session = line["facts"]["session"]
                over = min((ended_at(ending) for ending in ends[account] if ends_for_sure(ending, session, line)),
                           default=NEVER)
                for other in used[session]:
                    for ok in other.ok:
                        if ok["start"] > over:
                            yield f"{other}: session {session} was used {ok['start'] - over:.1f} s after its end"
    for call in case.of("ended-link"):
        if call.ok:
            yield f"{call}: a link was good after the sessions had ended"


def ended_at(ending: Call) -> float:
    return ending.lines[-1]["end"] if ending.op == "reuse" else ending.done


def ends_for_sure(ending: Call, session: str, login: dict) -> bool:
    if ending.op == "reuse":
        return ending.facts["ends"] == session and ending.lines[-1]["code"] == "login_required"
    if not ending.ok:
        return False
    if ending.op in ("logout", "end-one"):
        return ending.facts["ends"] == session
    return (ending.op == "delete" or ending.facts.get("by") != session) and login["end"] < ending.start


# --- I8 ----------------------------------------------------------------------------------------------------

HOLDS_ADDRESSES = {("account", "login_id"), ("account", "email"), ("account", "pending_email"), ("outbox", "email")}


def no_secret(case: Case) -> Iterator[str]:
    """I8: no secret stands in logs, in tables or in mails, but where it belongs."""
    with tempfile.TemporaryDirectory() as folder:
        yield from found_in(case, case.given.logs, "token", "link", "key", "password", "address")
        yield from found_in(case, case.given.logs, "number")
        tables = [written(folder, f"node-{number}", cells(node, set())) for number, node in enumerate(case.given.nodes)]
        yield from found_in(case, tables, "token", "link", "key", "password")
        others = [written(folder, f"node-{number}-others", cells(node, HOLDS_ADDRESSES))
                  for number, node in enumerate(case.given.nodes)]
        yield from found_in(case, others, "address")
        mails = [written(folder, "mails", (mail.text for mail in case.given.mails))]
        yield from found_in(case, mails, "token", "key", "password")
        yield from found_in(case, mails, "number")
    for mail in case.given.mails:
        if len(mail.tokens) > 1:
            yield f"mail {mail.id} has {len(mail.tokens)} links"


def written(folder: str, name: str, texts: Iterator[str]) -> str:
    path = pathlib.Path(folder, name)
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return str(path)


def cells(node: evidence.Node, but: set[tuple[str, str]]) -> Iterator[str]:
    """A line for each row."""
    for table, rows in node.tables.items():
        for row in rows:
            yield " ".join([table, *(value for column, value in row.items() if (table, column) not in but)])


def found_in(case: Case, paths: list[str], *kinds: str) -> Iterator[str]:
    """Says where secrets of these kinds are, and never which. A number is one only where it is a word."""
    kind_of = {text: kind for kind in kinds for secret in case.given.secrets.get(kind, ())
               for text in {secret, secret.replace("-", "") if kind == "key" else secret}}
    if not kind_of or not paths:
        return
    command = ["grep", "-aHnoF", *(["-w"] if kinds == ("number",) else []), "-f", "-", "--", *paths]
    done = subprocess.run(command, input="\n".join(sorted(kind_of)) + "\n", capture_output=True, text=True, check=False,
                          errors="replace", env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    if done.returncode > 1:
        yield f"cannot be searched: {done.stderr.strip()}"
    for path, line, text in (found.split(":", 2) for found in done.stdout.splitlines()):
        yield f"{pathlib.Path(path).name}, line {line}: a secret of kind {kind_of.get(text, '?')}"


# --- I9, I10 -------------------------------------------------------------------------------------------------


def answers_in_time(case: Case) -> Iterator[str]:
    """I9: no answer later than five seconds, none 500; what is refused is a 503 with Retry-After; and where nothing was
    broken, every call is answered."""
    for line in case.lines:
        took = line["end"] - line["sent"]
        if line["status"] and took > DEADLINE_S + line["lag"] + (CROWDED_S if is_crowded(line) else 0):
            yield f"call {line['call']} ({line['op']}) was answered {line['status']} after {took:.1f} s"
        if line["by_proxy"] and took > SERVICE_S and not is_crowded(line) and not was_broken(case, line, STANDS_STILL):
            yield f"call {line['call']} ({line['op']}) was answered by the proxy, as the service did not within {took:.1f} s"
        if line["status"] == 500:
            yield f"call {line['call']} ({line['op']}) was answered 500"
        elif line["status"] >= 500 and line["retry_after"] is None:
            yield f"call {line['call']} ({line['op']}) was answered {line['status']} without Retry-After"
        if line["outcome"] == "unknown" and is_owed_answer(case, line):
            yield f"call {line['call']} ({line['op']}) got {line['status'] or line['code']} although nothing was broken"


def is_owed_answer(case: Case, line: dict) -> bool:
    return not was_broken(case, line) and not is_crowded(line)


def is_crowded(line: dict) -> bool:
    """Had others the machine? What gets a sixth of a core cannot be blamed."""
    return line["crowd"] > CROWD_MAX


def was_broken(case: Case, line: dict, *names: str) -> bool:
    """Was a fault in force, of these if there are any, or over for no more than a moment?"""
    return any(fault["start"] <= line["end"] and line["start"] <= fault["end"] + RECOVERY_S
               for fault in case.noticed if not names or fault["fault"] in names)


def nodes_are_equal(case: Case) -> Iterator[str]:
    """I10: the tables are equal on all nodes."""
    first = case.given.nodes[0]
    for number, node in enumerate(case.given.nodes[1:], 1):
        for table in sorted(first.digests.keys() | node.digests.keys()):
            if first.digests.get(table) != node.digests.get(table):
                yield f"table {table} differs between nodes 0 and {number}"


INVARIANTS = {
    "I1 a token has at most one effect": one_effect,
    "I2 one account per person and login ID": one_account,
    "I3 every acknowledged 2xx is there on every node": acknowledged_is_there,
    "I4 nothing is there that nobody asked for": nothing_unasked,
    "I5 every mail ends, with at most two copies": mails_end,
    "I6 no counter beyond its limit, and no success after it": limits_hold,
    "I7 what ended stays ended": ended_stays_ended,
    "I8 no secret in logs, tables and mails": no_secret,
    "I9 no late answer, no 500, 503 with Retry-After": answers_in_time,
    "I10 the tables of all nodes are equal": nodes_are_equal,
}


def owed_answers(given: evidence.Evidence) -> int:
    """To how many tries I9 demands an answer: nothing was broken then."""
    case = Case(given)
    return sum(is_owed_answer(case, line) for line in case.lines)


def check(given: evidence.Evidence) -> dict[str, list[str]]:
    """By invariant, what breaks it."""
    case = Case(given)
    return {name: list(broken(case)) for name, broken in INVARIANTS.items()
            if not (given.alone and broken is nodes_are_equal)}
