"""members - what members do: the steps of a registration, of a session and of a way back in, and the journeys made
of them. A client behaves as docs/api-guide.md tells apps to: what has no answer, or a 5xx, is sent again as it was.
"""

import dataclasses
import itertools
import threading
import time

import wire

TRIES_MAX = 6  # of one call, then the app gives up and the result is unknown
PAUSE_MAX_S = 8
REPEATED = 3  # one step in so many is sent once more on purpose


class Over(Exception):
    """The journey ends here: what it wanted was refused, is unknown, or a mail did not come."""


@dataclasses.dataclass
class Account:
    """An account as its member knows it. One journey has it at a time."""

    login_id: str
    person: str
    source: str
    password: str
    addresses: list[str]  # where its mails may go: more than one while a change is unknown
    sessions: list["Session"] = dataclasses.field(default_factory=list)
    passwords: set[str] = dataclasses.field(default_factory=set)  # that may be the one
    is_gone: bool = False
    failures: bool = False  # wrong passwords were tried: it may be locked


@dataclasses.dataclass
class Session:
    account: Account
    client: "Client"
    access: str
    refresh: str

    @property
    def id(self) -> str:
        return wire.id_hex(self.refresh)


class Client:
    """An app on a device: calls, repeats, and writes each try into the history."""

    def __init__(self, load, journey: int, kind: str, source: str):
        self.load, self.journey, self.kind, self.source = load, journey, kind, source
        self.wire = wire.Wire(load.front, source, f"chaos-{journey}")
        self.planned: float | None = None

    def twin(self) -> "Client":
        """The same app in a second window."""
        return Client(self.load, self.journey, self.kind, self.source)

    def ask(self, op: str, method: str, path: str, body: dict | None = None, token: str | None = None,
            **facts) -> wire.Answer:
        call = self.load.history.next_call()
        last = time.monotonic() + self.load.patience_s
        for number in itertools.count():
            answer = self.wire.call(method, path, body, token)
            self.note(call, number, op, path, body, token, answer, facts)
            wait = min(PAUSE_MAX_S, max(answer.retry_after or 0, 0.5) * 2**number)
            if answer.outcome != "unknown" or number + 1 == TRIES_MAX or time.monotonic() + wait > last:
                return answer
            time.sleep(wait)

    def note(self, call, number, op, path, body, token, answer, facts) -> None:
        history = self.load.history
        planned, self.planned = self.planned or answer.start - history.began, None
        history.write(
            call=call, **{"try": number}, journey=self.journey, kind=self.kind, op=op, planned=planned,
            start=answer.start - history.began, sent=(answer.sent or answer.end) - history.began,
            end=answer.end - history.began, wall=round(time.time() - (time.monotonic() - answer.start), 3),
            who=history.seal(self.source), token=token and history.seal(token_id(token)),
            args=history.seal([path, body]), status=answer.status, code=answer.code or answer.why,
            outcome=answer.outcome, retry_after=answer.retry_after, by_proxy=answer.by_proxy,
            lag=self.load.pulse.lag(answer.start), crowd=self.load.pulse.crowd(answer.start),
            facts=history.sealed(facts | self.told(answer)))

    def told(self, answer: wire.Answer) -> dict:
        """What the answer gave: what a repeated call must give again. Its secrets are known from now on."""
        given = {}
        for name, kind in (("authentication_key", "key"), ("stage_token", "token"), ("captcha_token", "token"),
                           ("access_token", "token"), ("refresh_token", "token")):
            if name in answer.body:
                self.load.secrets.add(kind, answer.body[name])
        if "authentication_key" in answer.body:
            given["given"] = answer.body["authentication_key"]
        elif "stage_token" in answer.body:
            given["given"] = token_id(answer.body["stage_token"])
        elif "refresh_token" in answer.body:
            given["given"] = answer.body["refresh_token"]
            given["session"] = wire.id_hex(answer.body["refresh_token"])
        elif "account" in answer.body:
            given["given"] = answer.body["account"]
        return given


def token_id(token: str) -> str:
    """A mailed token may be minted twice: it is the same as long as its jti is."""
    return wire.claims(token)["jti"] if token.count(".") == 2 else token


def want(answer: wire.Answer, status: int) -> dict:
    if answer.status != status:
        raise Over(f"{answer.status} {answer.code or answer.why}")
    return answer.body


def both(*acts) -> list:
    """Does them at the same time, as far as that goes; returns what each returned."""
    barrier = threading.Barrier(len(acts))
    results: list = [None] * len(acts)

    def act(index: int) -> None:
        barrier.wait()
        results[index] = acts[index]()

    threads = [threading.Thread(target=act, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# --- registration -------------------------------------------------------------------------------------


class Registration:
    """One way from an address to an account, for one person."""

    def __init__(self, client: Client, rng, address: str, person: str):
        self.client, self.rng, self.address, self.person = client, rng, address, person
        self.load = client.load
        self.invitation = self.key = self.second_link = self.stage_token = ""

    def invite(self) -> None:
        answer = self.client.ask("invite", "POST", "/v1/registration/email", {"email": self.address},
                                 mail=[self.address])
        want(answer, 202)
        self.invitation = self.load.mails.token(self.address, "identity")

    def identity_body(self, person: str) -> dict:
        drawn = self.client.ask("captcha", "POST", "/v1/captcha", {}, self.invitation)
        token = want(drawn, 201)["captcha_token"]
        answer = self.load.captcha.answer(token)
        if answer is None:
            raise Over("the CAPTCHA was not answered")
        return {"insured_number": person, "captcha_token": token, "captcha_answer": answer}

    def send_identity(self, body: dict, client: Client | None = None) -> wire.Answer:
        return (client or self.client).ask("identity", "POST", "/v1/registration/identity", body, self.invitation,
                                           mail=[self.address], person=body["insured_number"],
                                           captcha=token_id(body["captcha_token"]))

    def identify(self) -> None:
        if self.rng.random() < 0.1:
            self.send_identity(self.identity_body("9" + self.person[1:]))  # nobody's
        body = self.identity_body(self.person)
        answer = self.send_identity(body)
        self.key = want(answer, 200)["authentication_key"]
        if self.rng.randrange(REPEATED) == 0:
            self.send_identity(body)

    def send_key(self, key: str, client: Client | None = None, **facts) -> wire.Answer:
        return (client or self.client).ask("key", "POST", "/v1/registration/authentication-key",
                                           {"authentication_key": key}, self.second_link, **facts)

    def confirm(self, wrong: int = 0) -> None:
        self.second_link = self.load.mails.token(self.address, "authentication-key")
        for number in range(wrong):
            key = "".join(self.rng.choice("3479CDFHJKMNPQRTVWXY") for _ in range(10))
            self.send_key(key, wrong="wrong")
        body = want(self.send_key(self.key), 200)
        self.stage_token = body["stage_token"]
        if self.rng.randrange(REPEATED) == 0:
            self.send_key(self.key)

    def account_body(self, login_id: str, nickname: str) -> dict:
        password = self.load.new_password(self.rng)
        return {"login_id": login_id, "password": password, "password_confirmation": password,
                "email": self.address, "nickname": nickname}

    def send_account(self, body: dict, client: Client | None = None) -> wire.Answer:
        return (client or self.client).ask(
            "account", "POST", "/v1/registration/account", body, self.stage_token, account=body["login_id"],
            person=self.person, password=body["password"], nickname=body["nickname"], email=body["email"],
            mail=sorted({body["email"], body["login_id"]}))

    def account_of(self, body: dict) -> Account:
        return Account(body["login_id"], self.person, self.client.source, body["password"], [body["email"]],
                       passwords={body["password"]})

    def to_account_step(self, wrong: int = 0) -> None:
        self.invite()
        self.identify()
        self.confirm(wrong)

    def create(self) -> Account:
        body = self.account_body(self.address, self.load.new_nickname(self.rng))
        answer = self.send_account(body)
        if answer.outcome == "unknown":
            raise Over("nobody knows whether there is an account")
        want(answer, 201)
        if self.rng.randrange(REPEATED) == 0:
            self.send_account(body)
        return self.account_of(body)


# --- with an account ------------------------------------------------------------------------------------


class Member:
    """Somebody with an account, at one device."""

    def __init__(self, client: Client, rng, account: Account):
        self.client, self.rng, self.account, self.load = client, rng, account, client.load

    def log_in(self, password: str | None = None, **facts) -> Session:
        account = self.account
        password = password or account.password
        answer = self.client.ask("login", "POST", "/v1/sessions", {"login_id": account.login_id, "password": password},
                                 account=account.login_id, password=password, mail=account.addresses, **facts)
        body = want(answer, 201)
        session = Session(account, self.client, body["access_token"], body["refresh_token"])
        account.sessions.append(session)
        return session

    def with_access(self, op: str, method: str, path: str, session: Session, body: dict | None = None,
                    client: Client | None = None, **facts) -> wire.Answer:
        return (client or self.client).ask(op, method, path, body, session.access, account=self.account.login_id,
                                           by=session.id, **facts)

    def look(self, session: Session) -> wire.Answer:
        return self.with_access("profile", "GET", "/v1/me", session)

    def refresh(self, session: Session, token: str | None = None, client: Client | None = None) -> wire.Answer:
        answer = (client or self.client).ask("refresh", "POST", "/v1/sessions/refresh",
                                             {"refresh_token": token or session.refresh}, None,
                                             account=self.account.login_id, by=session.id,
                                             used=token or session.refresh)
        return answer

    def take(self, session: Session, answer: wire.Answer) -> None:
        body = want(answer, 200)
        session.access, session.refresh = body["access_token"], body["refresh_token"]

    def rename(self, session: Session, nickname: str, client: Client | None = None) -> wire.Answer:
        return self.with_access("nickname", "PATCH", "/v1/me", session, {"nickname": nickname}, client,
                                nickname=nickname)

    def send_password(self, session: Session, current: str, password: str, client: Client | None = None,
                      **facts) -> wire.Answer:
        body = {"current_password": current, "password": password, "password_confirmation": password}
        return self.with_access("password", "PUT", "/v1/me/password", session, body, client, password=password,
                                mail=self.account.addresses, **facts)

    def change_password(self, session: Session) -> wire.Answer:
        """What it is afterwards may be unknown: then the account has two passwords that may be it."""
        account, password = self.account, self.load.new_password(self.rng)
        answer = self.send_password(session, account.password, password)
        if answer.outcome == "ok":
            account.password, account.passwords = password, {password}
        elif answer.outcome == "unknown" or answer.code == "current_password_wrong":
            account.passwords.add(password)
        return answer

    def change_email(self, session: Session, address: str) -> None:
        account = self.account
        body = {"email": address, "current_password": account.password}
        answer = self.with_access("email", "PUT", "/v1/me/email", session, body, mail=[*account.addresses, address])
        want(answer, 202)
        token = self.load.mails.token(address, "email-confirmation")
        before = account.addresses
        account.addresses = [*before, address]
        answer = self.client.ask("confirm", "POST", "/v1/me/email/confirmation", None, token,
                                 account=account.login_id, email=address, mail=account.addresses)
        want(answer, 204)
        account.addresses = [address]

    def ask_reset(self) -> str:
        account = self.account
        answer = self.client.ask("ask-reset", "POST", "/v1/recovery/password", {"login_id": account.login_id},
                                 account=account.login_id, mail=account.addresses)
        want(answer, 202)
        return self.load.mails.token(account.addresses[-1], "password-reset")

    def forget_login_id(self) -> None:
        address = self.account.addresses[-1]
        self.client.ask("login-ids", "POST", "/v1/recovery/login-id", {"email": address}, mail=[address])

    def reset(self, token: str, op: str = "reset") -> wire.Answer:
        account, password = self.account, self.load.new_password(self.rng)
        body = {"password": password, "password_confirmation": password}
        facts = {"account": account.login_id, "password": password, "mail": account.addresses}
        account.passwords.add(password)
        answer = self.client.ask(op, "POST", "/v1/recovery/password/reset", body, token, **facts)
        if answer.status == 204:
            account.password, account.passwords = password, {password}
        elif answer.outcome == "refused":
            account.passwords.discard(password)
        if self.rng.randrange(REPEATED) == 0:
            self.client.ask(op, "POST", "/v1/recovery/password/reset", body, token, **facts)
        return answer

    def log_out(self, session: Session) -> None:
        self.with_access("logout", "DELETE", "/v1/sessions/current", session, ends=session.id)

    def end_others(self, session: Session) -> None:
        self.with_access("end-others", "DELETE", "/v1/sessions", session)

    def end_one(self, session: Session, other: Session) -> None:
        answer = self.with_access("sessions", "GET", "/v1/sessions", session)
        for listed in want(answer, 200)["sessions"]:
            if wire.id_hex(listed["id"]) == other.id:
                self.with_access("end-one", "DELETE", f"/v1/sessions/{listed['id']}", session, ends=other.id)

    def leave(self, session: Session) -> None:
        self.account.is_gone = True
        self.with_access("delete", "DELETE", "/v1/me", session, {"current_password": self.account.password},
                         mail=self.account.addresses)


# --- journeys ---------------------------------------------------------------------------------------------


def registers(client: Client, rng) -> None:
    """The whole way, and a first look around."""
    load = client.load
    registration = Registration(client, rng, load.new_address(rng), load.new_person())
    registration.to_account_step(wrong=rng.choice((0, 0, 0, 1, 2)))
    account = registration.create()
    member = Member(client, rng, account)
    try:
        member.look(member.log_in())
    finally:
        load.keep(account)


def guesses_key(client: Client, rng) -> None:
    """Wrong keys up to the limit and beyond; then the right one is worth nothing."""
    registration = Registration(client, rng, client.load.new_address(rng), client.load.new_person())
    registration.to_account_step(wrong=rng.choice((4, 5, 6)))
    client.load.keep(registration.create())


def registers_twice(client: Client, rng) -> None:
    """One person in two windows, with two addresses: one account."""
    person = client.load.new_person()
    ways = [Registration(each, rng, client.load.new_address(rng), person) for each in (client, client.twin())]
    for way in ways:
        way.to_account_step()
    bodies = [way.account_body(way.address, client.load.new_nickname(rng)) for way in ways]
    answers = both(*(lambda way=way, body=body: way.send_account(body) for way, body in zip(ways, bodies)))
    for way, body, answer in zip(ways, bodies, answers):
        if answer.outcome == "ok":
            client.load.keep(way.account_of(body))


def races_identity(client: Client, rng) -> None:
    """One link, two numbers at the same time: one of them gets the key."""
    registration = Registration(client, rng, client.load.new_address(rng), client.load.new_person())
    registration.invite()
    bodies = [registration.identity_body(person) for person in (registration.person, client.load.new_person())]
    twin = client.twin()
    both(lambda: registration.send_identity(bodies[0]), lambda: registration.send_identity(bodies[1], twin))


def races_account(client: Client, rng) -> None:
    """One token, two bodies at the same time: one account. Or two people who want one login ID."""
    load, twin = client.load, client.twin()
    first = Registration(client, rng, load.new_address(rng), load.new_person())
    first.to_account_step()
    second = first
    if rng.random() < 0.5:
        second = Registration(twin, rng, load.new_address(rng), load.new_person())
        second.to_account_step()
    login_id = first.address if second is not first else None
    bodies = [way.account_body(login_id or load.new_address(rng), load.new_nickname(rng)) for way in (first, second)]
    answers = both(lambda: first.send_account(bodies[0]), lambda: second.send_account(bodies[1], twin))
    for way, body, answer in zip((first, second), bodies, answers):
        if answer.outcome == "ok":
            load.keep(way.account_of(body))


def visits(member: Member) -> None:
    session = member.log_in()
    member.look(session)
    member.take(session, member.refresh(session))
    member.look(session)
    if member.rng.random() < 0.5:
        member.log_out(session)
        member.look(session)


def changes_profile(member: Member) -> None:
    session = member.log_in()
    for _ in range(member.rng.randint(1, 3)):
        member.rename(session, member.load.new_nickname(member.rng))
        member.look(session)


def changes_profile_in_two_windows(member: Member) -> None:
    session, twin = member.log_in(), member.client.twin()
    names = [member.load.new_nickname(member.rng) for _ in range(2)]
    both(lambda: member.rename(session, names[0]), lambda: member.rename(session, names[1], twin))
    member.look(session)


def changes_password(member: Member) -> None:
    old, session = member.log_in(), member.log_in()
    want(member.change_password(session), 204)
    member.look(old)
    member.look(session)
    member.log_in()


def changes_password_in_two_windows(member: Member) -> None:
    """Both may succeed; which was the last, nobody can say who has not asked."""
    account, old = member.account, member.account.password
    sessions, clients = [member.log_in(), member.log_in()], [member.client, member.client.twin()]
    new = [member.load.new_password(member.rng) for _ in sessions]
    account.passwords = {old, *new}
    both(*(lambda way=way: member.send_password(way[0], old, way[1], way[2]) for way in zip(sessions, new, clients)))
    for session in sessions:
        member.look(session)


def logs_out_in_another_window(member: Member) -> None:
    session, twin = member.log_in(), member.client.twin()
    both(lambda: member.rename(session, member.load.new_nickname(member.rng), twin), lambda: member.log_out(session))
    member.look(session)


def changes_email(member: Member) -> None:
    member.change_email(member.log_in(), member.load.new_address(member.rng))


def forgets_password(member: Member) -> None:
    session = member.log_in()
    want(member.reset(member.ask_reset()), 204)
    member.look(session)
    member.log_in()


def resets_with_an_ended_link(member: Member) -> None:
    """A link that was mailed before the password was changed is over."""
    token = member.ask_reset()
    want(member.change_password(member.log_in()), 204)
    member.reset(token, op="ended-link")


def forgets_login_id(member: Member) -> None:
    member.forget_login_id()


def ends_sessions(member: Member) -> None:
    one, two, three = member.log_in(), member.log_in(), member.log_in()
    member.end_one(two, one)
    member.look(one)
    member.end_others(two)
    member.look(three)
    member.refresh(three)
    member.look(two)


def refreshes_twice(member: Member) -> None:
    """Two windows with one refresh token get the same next one."""
    session, twin = member.log_in(), member.client.twin()
    answers = both(lambda: member.refresh(session), lambda: member.refresh(session, client=twin))
    for answer in answers:
        if answer.status == 200:
            member.take(session, answer)
    member.look(session)


def refreshes_with_an_old_one(member: Member) -> None:
    """A token from before the one before: one of two holders is a thief, and the session ends."""
    session = member.log_in()
    oldest = session.refresh
    for _ in range(2):
        member.take(session, member.refresh(session))
    answer = member.client.ask("reuse", "POST", "/v1/sessions/refresh", {"refresh_token": oldest}, None,
                               account=member.account.login_id, ends=session.id)
    if answer.code == "login_required":
        member.look(session)


def fails_to_log_in(member: Member) -> None:
    """Wrong passwords up to the lock and beyond; then the right one, which the lock refuses."""
    member.account.failures = True
    for _ in range(member.rng.choice((2, 4, 5, 6))):
        try:
            member.log_in(member.load.new_password(member.rng), wrong="wrong")
        except Over:
            pass
    member.log_in()


def guesses_current_password(member: Member) -> None:
    """Five wrong ones; then the right one is refused for a quarter of an hour."""
    session = member.log_in()
    for _ in range(member.rng.choice((3, 5, 6))):
        member.send_password(session, *(member.load.new_password(member.rng) for _ in range(2)), wrong="wrong")
    member.change_password(session)


def leaves(member: Member) -> None:
    session = member.log_in()
    member.leave(session)
    member.look(session)


# How often each comes, of a hundred. Those of members take an account that is free; where none is, somebody registers.
OF_STRANGERS = {registers: 34, guesses_key: 3, registers_twice: 3, races_identity: 2, races_account: 4}
OF_MEMBERS = {
    visits: 20, changes_profile: 8, changes_profile_in_two_windows: 3, changes_password: 5,
    changes_password_in_two_windows: 2, logs_out_in_another_window: 2, changes_email: 4,
    forgets_password: 2, resets_with_an_ended_link: 1, forgets_login_id: 2, ends_sessions: 3, refreshes_twice: 3,
    refreshes_with_an_old_one: 1, fails_to_log_in: 2, guesses_current_password: 1, leaves: 2}
