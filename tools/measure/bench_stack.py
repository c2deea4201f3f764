"""bench_stack - what tools/measure/bench, overload and profile run on: a private MariaDB (durable commits), with as many
persons and accounts as are asked for, and a mail sink, all on loopback in .test/bench.

The stack, the sink and the readings are those of tools/measure/soak.
"""

import argparse
import contextlib
import http.client
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

TREE = pathlib.Path(__file__).resolve().parents[2]
STACK = TREE / ".test" / "bench"
CORES = sorted(os.sched_getaffinity(0))

Json = dict


def load_soak():
    """tools/measure/soak as a module; its compiled form is not left beside it."""
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("soak", str(TREE / "tools/measure/soak"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("soak", loader))
    sys.modules["soak"] = module
    loader.exec_module(module)
    module.STACK = STACK
    return module


soak = load_soak()

HTTP_WORKERS = 256  # the default
SILENCE_S = 3  # without a mail: then none comes any more
FIRST_NUMBER = 10000000  # 番号 of person 0; person n has account n, up to N; then those without
MARIADB_PAGE_BYTES = 2000  # of tables and indexes for one person with an account, generously


# --- the stack ------------------------------------------------------------------------------------

class Sink(soak.Sink):
    """Hands each mail's token to whoever waits for tokens."""

    def __init__(self):
        super().__init__()
        self.pass_on: Callable[[str, str], None] = lambda recipient, token: None
        self.count = 0

    def keep(self, recipient: str, mail: bytes) -> None:
        token = soak.mail_token(mail)
        with self.lock:
            self.mails[recipient] += 1
            self.count += 1
            if token:
                self.pass_on(recipient, token)

    def wait_for(self, wanted: int) -> None:
        """Until so many have come in all, or none has come for a while."""
        seen, last = self.count, time.monotonic()
        while self.count < wanted and time.monotonic() < last + SILENCE_S:
            time.sleep(0.005)
            if self.count != seen:
                seen, last = self.count, time.monotonic()


@contextlib.contextmanager
def stack_of(given: argparse.Namespace, smtp_port: int) -> Iterator[soak.Settings]:
    """The database with the sample's roster, and the settings for who works with it."""
    base = os.environ | {"TREE": str(TREE), "STACK": str(STACK), "BUILD": given.build,
                         "RUN_SMTP_PORT": str(smtp_port)}
    try:
        up = soak.stack(soak.STACK_UP, base, str(HTTP_WORKERS), text=soak.roster(0))
        yield dict(pair.split("=", 1) for pair in up.split("\0") if pair)
    finally:
        soak.stack("stack_stop", base)


def admin(settings: soak.Settings, query: str) -> str:
    return soak.stack('db_admin "$DB_NAME"', settings, text=query)


def user_name() -> str:
    """Who may speak with the database by its socket."""
    return subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()


# --- persons and accounts -------------------------------------------------------------------------
# In bulk means: into an empty table, sorted, and each index written once.

IN_BULK = "SET unique_checks = 0, foreign_key_checks = 0;"

def login_id(number: int) -> str:
    return f"member-{number:08}@example.jp"


def make_room(settings: soak.Settings, persons: int) -> None:
    """For so many persons in memory, and for bare commits."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    admin(settings, f"""
        SET GLOBAL innodb_buffer_pool_size = {max(64 << 20, min(persons * MARIADB_PAGE_BYTES, memory // 2))};
        SET GLOBAL innodb_monitor_enable = trx_rw_commits;
        CREATE DATABASE IF NOT EXISTS bench;
        CREATE TABLE IF NOT EXISTS bench.durable (id BINARY(16) PRIMARY KEY, body VARBINARY(200)) ENGINE=InnoDB;
        """)


def fill_persons(settings: soak.Settings, first: int, last: int, how: str = "") -> None:
    """Ids look random, as the service's own are, and can be told from the number."""
    admin(settings, f"""
        {how}
        INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
        SELECT UNHEX(MD5(CONCAT('person', seq))), {FIRST_NUMBER} + seq, '{soak.SYMBOL}', '1980-01-01', 'タメシ ヒト',
            '2010-04-01', UNHEX(MD5('roster run'))
        FROM seq_{first}_to_{last}""")


def fill_accounts(settings: soak.Settings, accounts: int, password_hash: str, how: str = "") -> None:
    """All with one password, and so one hash."""
    admin(settings, f"""
        {how}
        INSERT INTO account (id, person_id, login_id, email, password_hash, nickname, language, created_at,
            password_changed_at)
        SELECT UNHEX(MD5(CONCAT('account', seq))), UNHEX(MD5(CONCAT('person', seq))),
            CONCAT('member-', LPAD(seq, 8, '0'), '@example.jp'), CONCAT('member-', LPAD(seq, 8, '0'), '@example.jp'),
            '{password_hash}', 'はなこ', 'ja', UNIX_TIMESTAMP(), UNIX_TIMESTAMP()
        FROM seq_1_to_{accounts};
        ANALYZE TABLE insured_person, account""")


# --- what is sent ---------------------------------------------------------------------------------

def call(method: str, path: str, token: str = "", body: Json | None = None) -> str:
    """A line for load."""
    text = "" if body is None else " " + json.dumps(body, ensure_ascii=False)
    return f"{method} {path} {token or '-'}{text}"


def account_body(email: str) -> Json:
    return {"login_id": email, "password": soak.PASSWORD, "password_confirmation": soak.PASSWORD,
            "email": email, "nickname": "はなこ"}


def request(address: str, method: str, path: str, body: Json | None = None) -> tuple[int, bool]:
    """The status, and whether Retry-After was there."""
    connection = http.client.HTTPConnection(address, timeout=soak.WAIT_S)
    with contextlib.closing(connection):
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Retry-After") is not None


# --- the processes --------------------------------------------------------------------------------

def db_pid() -> int:
    return int((STACK / "mariadbd.pid").read_text(encoding="ascii"))


def memory_kib(pid: int, what: str) -> int:
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(rf"^{what}:\s+(\d+)", status, re.MULTILINE)[1])


def allow_cores(pid: int, cores: list[int]) -> None:
    """For all its threads, and those they start."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(task), cores)


@contextlib.contextmanager
def on_one_core(pid: int) -> Iterator[None]:
    """The others go where there is room: of two cores, one alone is too few for database and load together, and the
    server would wait for them."""
    try:
        allow_cores(pid, CORES[:1])
        yield
    finally:
        allow_cores(pid, CORES)
