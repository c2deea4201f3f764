"""bench_calls - measures the calls of the service and, in the same minutes, the bare limits of the machine: rate,
latency, CPU milliseconds, trips to the database, rows, memory.

A round is all of it once. Who compares several services steps through their calls in turn.
"""

import argparse
import contextlib
import http.client
import json
import math
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import bench_stack as stack
from bench_names import (ACCOUNT, CAPTCHA, IDENTITY, INVITATION, KEY, LOGIN, MAIL, PROFILE, PROFILE_ONE_CORE, STAGE,
                         WALK)
from bench_stack import CORES, Json, account_body, call, soak

CLIENTS = 4 * len(CORES)  # of a closed loop: enough that nobody waits for a client
CLIENTS_OPEN = 32  # below three quarters of HTTP_WORKERS, where kept connections are ended early
CLIENTS_INSIDE = 3  # the same for the four workers inside
OPEN_SHARE = 0.7  # of the closed loop's rate
STARTS = 3
LOGINS = 2000  # different accounts that log in
FUNNEL_RATE = 4000  # registrations a second prepared for the hash-free calls: more than are served
WALK_RATE = 200  # and for whole ones
WARM_UP = 500  # invitations
RELAY_RATE = 1000  # mails a second prepared for the worker
QUIET_S, QUIET_SHARE, QUIET_MAX_S = 0.5, 0.04, 10  # CPU of service and database, of one core
DIRTY_PAGES_MAX = 20  # some pages change all the time

# What a call makes the server do, and the counters that tell. A trip is a command that the service waits for: no
# statement inside a block of statements is one. A SELECT is a transaction, too, but no commit that the disk waits
# for. Rows are those that were written: made, changed and deleted.
DB_COUNTERS = {"trips": ("Questions", "Com_stmt_prepare", "Com_stmt_reset", "Com_admin_commands"),
               "statements": ("Com_stmt_execute",),
               "transactions": ("Handler_commit",),
               "commits": ("trx_rw_commits",),
               "rows": ("Handler_write", "Handler_update", "Handler_delete"),
               "log_bytes": ("Innodb_os_log_written",)}
TABLES = ("insured_person", "account", "spent_token", "limit_counter", "outbox", "session", "audit_event")

# Invitations as the identity step left them, once more: MAIL_INVITATION, OUTBOX_PENDING.
PENDING_MAILS = """
    INSERT INTO outbox (id, kind, state, email, language, nickname, subject_hash, jti, person_id, account_id,
        generation, invitation_jti, created_at, expires_at, next_try_at)
    SELECT UNHEX(MD5(CONCAT('mail', {first} + seq))), kind, 0, CONCAT('relay-', seq, '@example.jp'), language, '',
        UNHEX(SHA2(CONCAT('relay', {first} + seq), 256)), UNHEX(MD5(CONCAT('jti', {first} + seq))), person_id,
        account_id, generation, invitation_jti, UNIX_TIMESTAMP(), UNIX_TIMESTAMP() + 3600, UTC_TIMESTAMP(6)
    FROM (SELECT * FROM outbox WHERE kind = 1 LIMIT 1) one, seq_1_to_{count}"""


class Bench:
    """One service, its database, and what was found."""

    def __init__(self, given: argparse.Namespace, settings: soak.Settings, sink: stack.Sink, accounts: int,
                 name: str = "myportald"):
        self.given = given
        self.settings = settings
        self.sink = sink
        self.accounts = accounts
        self.name = name  # of the process
        self.next_number = stack.FIRST_NUMBER + accounts + 1  # of a person without account
        self.programs = pathlib.Path(settings["BUILD"]) / "tools/measure"
        self.server: soak.Server
        self.open_loop = True
        self.counts_rows = True  # of all tables: it reads them
        self.calls: dict[str, Json] = {}
        self.limits: dict[str, Json] = {}

    def persons(self) -> int:
        """Those with accounts, the first who registers, and those who register in the rounds."""
        each = math.ceil(FUNNEL_RATE * self.given.seconds) + math.ceil(WALK_RATE * self.given.seconds)
        return self.accounts + 1 + self.given.rounds * each

    # What everything is measured with.

    def clocks(self) -> dict[str, float]:
        return {"myportald": soak.cpu_s(self.server.process.pid),
                "argon2id": self.server.metric("password_hash_cpu_seconds_total"),
                "mariadbd": soak.cpu_s(stack.db_pid())}

    def db_status(self) -> dict[str, float]:
        rows = stack.admin(self.settings, "SHOW GLOBAL STATUS; SELECT NAME, COUNT FROM"
                     " information_schema.INNODB_METRICS WHERE NAME = 'trx_rw_commits'")
        numbers = re.findall(r"^(\w+)\t(\d+)$", rows, re.MULTILINE)
        return {name: float(count) for name, count in numbers}

    def db_work(self) -> dict[str, float]:
        found = self.db_status()
        return {what: sum(found[name] for name in counters) for what, counters in DB_COUNTERS.items()}

    def table_rows(self) -> dict[str, int]:
        if not self.counts_rows:
            return {}
        rows = stack.admin(self.settings, "; ".join(f"SELECT '{name}', COUNT(*) FROM {name}" for name in TABLES))
        return {name: int(count) for name, count in (row.split("\t") for row in rows.splitlines())}

    def table_bytes(self) -> Json:
        """With their indexes, as they stand after inserts in the order of random ids."""
        stack.admin(self.settings, f"ANALYZE TABLE {', '.join(TABLES)}")
        rows = stack.admin(self.settings, "SELECT table_name, data_length + index_length FROM information_schema.tables"
                     " WHERE table_schema = DATABASE()")
        bytes_of = dict(row.split("\t") for row in rows.splitlines())
        return {name: {"rows": count, "bytes": int(bytes_of[name])} for name, count in self.table_rows().items()}

    def cpu_s(self) -> float:
        return soak.cpu_s(self.server.process.pid) + soak.cpu_s(stack.db_pid())

    def flush(self) -> None:
        """What was changed before is written back now, and not at the expense of the next one."""
        stack.admin(self.settings, "SET GLOBAL innodb_io_capacity_max = 40000, innodb_io_capacity = 20000,"
              " innodb_max_dirty_pages_pct_lwm = 0, innodb_max_dirty_pages_pct = 0")
        last = time.monotonic() + QUIET_MAX_S
        while self.db_status()["Innodb_buffer_pool_pages_dirty"] > DIRTY_PAGES_MAX and time.monotonic() < last:
            time.sleep(0.1)
        stack.admin(self.settings, "SET GLOBAL innodb_max_dirty_pages_pct = 90, innodb_io_capacity = 200,"
              " innodb_io_capacity_max = 2000")

    def wait_until_quiet(self) -> None:
        """The database cleans up for a while: not the next one's work."""
        self.flush()
        last = time.monotonic() + QUIET_MAX_S
        used, before = math.inf, self.cpu_s()
        while used > QUIET_SHARE * QUIET_S and time.monotonic() < last:
            time.sleep(QUIET_S)
            used, before = self.cpu_s() - before, self.cpu_s()

    def metered(self, work: Callable[[], Json], mails: int = 0) -> Json:
        """CPU counts until the mails that follow are out: they too are the call's work."""
        self.wait_until_quiet()
        pid, mails_before = self.server.process.pid, self.sink.count
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # VmHWM anew
        stood = self.table_rows()
        asked, before = self.db_work(), self.clocks()
        found = work()
        if mails:
            began = time.monotonic() - found["seconds"]
            self.sink.wait_for(mails_before + mails * found["calls"])
            found["seconds_to_last_mail"] = round(time.monotonic() - began, 3)
        late, asked_late = self.clocks(), self.db_work()
        calls = max(1, found["calls"])
        found["cpu_ms"] = {who: round((late[who] - before[who]) * 1000 / calls, 4) for who in late}
        found["service_ms"] = round(found["cpu_ms"]["myportald"] - found["cpu_ms"]["argon2id"], 4)
        found["db"] = {what: round((asked_late[what] - asked[what]) / calls, 2) for what in asked}
        found["table_rows"] = {name: round((count - stood[name]) / calls, 2)
                               for name, count in self.table_rows().items() if count != stood[name]}
        found["rss_peak_kib"] = stack.memory_kib(pid, "VmHWM")
        self.server.must_run()
        return found

    def run(self, program: str, *words: object) -> Json:
        command = [str(self.programs / program), *map(str, words)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: {' '.join(command)} gave {done.returncode}")
        return json.loads(done.stdout)

    def load(self, lines: list[str], wanted: int, *options: object, address: str = "") -> Json:
        """`calls` and `rate` are of the answers that were wanted, `errors` all others."""
        requests = stack.STACK / "requests"
        requests.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        found = self.run("load", "--seconds", self.given.seconds, *options,
                         address or self.settings["LISTEN"], requests)
        good = found["statuses"].get(str(wanted), 0)
        found["errors"] += found["unserved"] + found["calls"] - good
        found["calls"], found["rate"] = good, round(good / found["seconds"], 2)
        return found

    def measure(self, name: str, lines: list[str], wanted: int, *, once: bool = False,
                save: str = "", mails: int = 0) -> list[tuple[int, str]]:
        """Closed loop and, where it is asked for, open model: planned arrivals at 70 % of that rate, each counted from
        its planned moment. Requests that can be sent once are shared between the two. Returns the values of `save` in
        the answers, each with the number of its line."""
        self.say(name)
        half = (len(lines) + 1) // 2 if once and self.open_loop else len(lines) if once else 0
        saved: list[tuple[int, str]] = []

        def run(part: list[str], offset: int, *options: object) -> Json:
            file = stack.STACK / "saved"
            more = ["--once"] * once + ["--save", f"{save}={file}"] * bool(save)
            found = self.metered(lambda: self.load(part, wanted, *options, *more), mails)
            if save:
                rows = (row.split() for row in file.read_text(encoding="ascii").splitlines())
                saved.extend((int(line) + offset, value) for line, value in rows)
            return found

        closed = run(lines[:half] if once else lines, 0, "--clients", CLIENTS)
        self.calls[name] = {"closed": closed}
        if self.open_loop and closed["calls"] and lines[half:]:
            rate = max(1, OPEN_SHARE * closed["rate"])
            self.calls[name]["open"] = run(lines[half:], half, "--clients", CLIENTS_OPEN, "--rate", rate)
        return saved

    def say(self, what: str) -> None:
        print(f"bench: {what}" + ("" if self.name == "myportald" else f", {self.accounts} accounts"), file=sys.stderr)

    # The bare limits.

    def limit(self, name: str, work: Callable[[], Json]) -> None:
        self.say(name)
        self.limits[name] = self.metered(work)

    def limit_hash(self) -> None:
        """By its own clock: it is a process of its own. Asked again, the mean: what is measured between two looks at
        the limit had the machine they had."""
        self.say("hash")
        found = self.run("hash_bench", "pool", math.ceil(self.given.seconds), CLIENTS)
        before = self.limits.get("hash", found)
        self.limits["hash"] = {what: round((found[what] + before[what]) / 2, 3) for what in found}

    def limit_edge(self) -> None:
        healthz = lambda: self.load(["GET /healthz -"], 200, "--clients", CLIENTS_INSIDE,
                                    address=self.settings["LISTEN_INSIDE"])
        unknown = lambda: self.load(["GET /v1/unknown -"], 404, "--clients", CLIENTS)
        self.limit("edge: GET /healthz", healthz)
        self.limit("edge: unknown path", unknown)
        with self.pinned():
            self.limit("edge: GET /healthz, one core", healthz)

    def limit_db(self, mode: str, connections: int) -> None:
        words = (mode, connections, self.given.seconds, self.settings["DB_SOCKET"], self.given.user,
                 self.settings["DB_NAME"])
        self.limit(f"{mode}, {connections} connections", lambda: self.run("sql_bench", *words))

    def limit_es256(self) -> None:
        """`openssl speed` with one thread, which counts CPU time; -mr says it for machines."""
        self.say("bare ES256")
        command = ["openssl", "speed", "-mr", "-seconds", str(math.ceil(self.given.seconds / 2)), "ecdsap256"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        sign, verify = map(float, re.search(r"^\+F4:.*:256:([\d.]+):([\d.]+)", done.stdout,
                                            re.MULTILINE).groups())
        for name, each_s in (("sign", sign), ("verify", verify)):
            rate = each_s if each_s > 1 else 1 / each_s  # releases differ: a second, or how long
            self.limits[f"ES256 {name}"] = {"rate": rate, "cpu_ms": {"openssl": 1000 / rate}}

    def pinned(self):
        return stack.on_one_core(self.server.process.pid)

    # The service.

    def start(self, **changed: str) -> float:
        """Returns the milliseconds until it was healthy."""
        began = time.monotonic()
        self.server = soak.Server(self.settings | changed, self.name)
        while not self.answers("/healthz"):
            self.server.must_run()
            time.sleep(0.001)
        took_ms = (time.monotonic() - began) * 1000
        self.server.wait_until_ready()
        return took_ms

    def start_again(self) -> Json:
        """Several times: the median tells; the last one stays. What it prepares ahead is there when this returns."""
        took_ms = [self.start()]
        while len(took_ms) < STARTS:
            self.server.stop()
            took_ms.append(self.start())
        time.sleep(soak.IDLE_S)
        return {"start_ms": round(statistics.median(took_ms), 1),
                "rss_idle_kib": stack.memory_kib(self.server.process.pid, "VmRSS")}

    def warm_up(self) -> None:
        """Connections to the database are opened, and their statements prepared, where many ask at once."""
        before = self.sink.count
        lines = [call("POST", "/v1/registration/email", body={"email": f"warm-{self.next_number}-{n}@example.jp"})
                 for n in range(WARM_UP)]
        found = self.load(lines, 202, "--once", "--clients", CLIENTS_OPEN)
        self.sink.wait_for(before + found["calls"])

    def answers(self, path: str) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return stack.request(self.server.inside, "GET", path)[0] == 200
        return False

    def steps_of_members(self) -> Iterator[None]:
        """Logins of many accounts, then profiles with the tokens that they gave. A step is a call that is measured."""
        some = random.sample(range(1, self.accounts + 1), min(LOGINS, self.accounts))
        logins = [call("POST", "/v1/sessions", body={"login_id": stack.login_id(n), "password": soak.PASSWORD})
                  for n in some]
        tokens = self.measure(LOGIN, logins, 201, save="access_token")
        yield
        profiles = [call("GET", "/v1/me", token) for _, token in tokens]
        self.measure(PROFILE, profiles, 200)
        yield
        with self.pinned():
            self.measure(PROFILE_ONE_CORE, profiles, 200)
        yield

    def steps_of_registration(self) -> Iterator[None]:
        """The POSTs of a registration, and the look at its stage. Each call's answers are the next one's requests; who
        did not come through is left behind."""
        tokens: dict[str, str] = {}
        count = math.ceil(FUNNEL_RATE * self.given.seconds)
        first = self.next_number
        self.next_number += count
        self.sink.pass_on = tokens.__setitem__
        self.measure(INVITATION, [call("POST", "/v1/registration/email", body={"email": f"stage-{n}@example.jp"})
                                  for n in range(first, first + count)], 202, once=True, mails=1)
        emails, links = list(tokens), list(tokens.values())
        yield
        self.measure(STAGE, [call("GET", "/v1/registration/stage", link) for link in links], 200)
        yield
        captchas = self.measure(CAPTCHA, [call("POST", "/v1/captcha", link, {}) for link in links], 201, once=True,
                                save="captcha_token")
        yield
        identities = [call("POST", "/v1/registration/identity", links[line],
                           {"insured_number": f"{first + line}{soak.SYMBOL}", "captcha_token": captcha,
                            "captcha_answer": answer})
                      for (line, captcha), answer in zip(captchas, self.captcha_answers(captchas))]
        self.sink.pass_on = tokens.__setitem__
        shown = self.measure(IDENTITY, identities, 200, once=True, save="authentication_key", mails=1)
        yield
        keys = [call("POST", "/v1/registration/authentication-key", tokens[emails[captchas[line][0]]],
                     {"authentication_key": key}) for line, key in shown]
        stages = self.measure(KEY, keys, 200, once=True, save="stage_token")
        yield
        self.measure(ACCOUNT, [call("POST", "/v1/registration/account", token, account_body(f"new-{first + n}@example.jp"))
                               for n, (_, token) in enumerate(stages)], 201, once=True, mails=1)
        yield

    def captcha_answers(self, captchas: list[tuple[int, str]]) -> list[str]:
        text = "".join(token + "\n" for _, token in captchas)
        return soak.stack("ctl captcha answer -", self.settings, text=text).split()

    def walk(self, first_number: int, *options: object) -> Json:
        """Whole registrations."""
        command = [str(self.programs / "walk"), "--first", str(first_number), "--symbol",
                   str(soak.SYMBOL), "--password", soak.PASSWORD, *map(str, options), "--ctl",
                   self.settings["BUILD"] + "/tools/ctl/myportalctl", self.settings["LISTEN"]]
        with subprocess.Popen(command, env=self.settings, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, bufsize=1) as process:
            def pass_on(recipient: str, token: str) -> None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(f"{recipient} {token}\n")
            self.sink.pass_on = pass_on
            found = process.stdout.readline()
            with self.sink.lock:
                self.sink.pass_on = lambda recipient, token: None
        if not found:
            sys.exit("bench: walk did not come to its end")
        return json.loads(found)

    def walk_once(self) -> str:
        """Registers one person, and returns the hash of the password."""
        found = self.walk(self.next_number, "--clients", 1, "--count", 1)
        self.next_number += 1
        if found["calls"] != 1:
            sys.exit(f"bench: the first registration: {found['failure']}; logs are in {stack.STACK}")
        return stack.admin(self.settings, "SELECT password_hash FROM account LIMIT 1").strip()

    def steps_of_walks(self) -> Iterator[None]:
        self.say(WALK)
        first = self.next_number
        self.next_number += math.ceil(WALK_RATE * self.given.seconds)
        options = ["--clients", 2 * CLIENTS, "--seconds", self.given.seconds, "--login"]
        self.calls[WALK] = {"closed": self.metered(lambda: self.walk(first, *options), mails=soak.MAILS_EACH)}
        yield

    def steps(self) -> Iterator[None]:
        yield from self.steps_of_members()
        yield from self.steps_of_registration()
        yield from self.steps_of_walks()

    def measure_mails(self) -> None:
        """What one worker sends to a relay that takes all at once. The service is started for it: its two workers of
        before would help."""
        self.say(MAIL)
        self.server.stop()
        count = math.ceil(RELAY_RATE * self.given.seconds)
        first = random.getrandbits(60)
        with subprocess.Popen([self.programs / "relay", str(count)], stdout=subprocess.PIPE, text=True) as relay:
            self.start(SMTP_URL=f"smtp://127.0.0.1:{relay.stdout.readline().strip()}", MAIL_WORKERS="1")
            time.sleep(soak.IDLE_S)

            def send() -> Json:
                stack.admin(self.settings, PENDING_MAILS.format(first=first, count=count))
                return json.loads(relay.stdout.readline())

            self.calls[MAIL] = {"closed": self.metered(send)}
        self.server.stop()

    # All of it.

    def round(self) -> Json:
        self.calls, self.limits = {}, {}
        told = self.start_again()
        self.warm_up()
        self.limit_edge()
        for mode in ("select", "commit"):
            self.limit_db(mode, 1)
            self.limit_db(mode, 32)
        self.limit_es256()
        self.limit_hash()
        for _ in self.steps():
            pass
        self.limit_hash()
        self.measure_mails()
        return told | {"limits": self.limits, "calls": self.calls}
