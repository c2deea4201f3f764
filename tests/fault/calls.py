#!/usr/bin/python3
"""calls.py: make each call inside one request fail in turn, and see what becomes of the request.

  calls.py [--quick] FOLDER OPERATION [FAULT...]

--quick: a request that failed and left no rows is sent again only at every tenth call.

FOLDER has `control`, which fail_nth.c in the service reads, and `operations`: METHOD PATH, token and
body of each. The service is at LISTEN, its database at DB_SOCKET.
"""

import argparse
import base64
import ctypes
import http.client
import json
import mmap
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

FRAMES_MAX = 24
WAIT_S = 10  # for an answer; the service promises five seconds
SETTLED_S = 3  # main.c gives back once a second what could not be given back at once
AGAIN_S = 0.6  # after a failed try to connect to the database nobody tries for half a second

# The numbers of enum fault, and what an answer may be beside a success. 1030 and its like are
# "any other" in db.h: a bug of ours.
FAULTS = {
    "sql-lost": (1, {503}),
    "sql-deadlock": (2, {503}),
    "sql-locked": (3, {503}),
    "sql-slow": (4, {503}),
    "sql-full": (5, {503}),
    "sql-broken": (6, {500}),
    "read-reset": (7, {503}),
    "read-end": (8, {503}),
    "read-short": (9, set()),
    "write-reset": (10, {503}),
    "write-short": (11, set()),
    "allocation": (12, {503}),
    "random-stopped": (13, set()),
}

# There is no request without these.
ALWAYS = ("read-reset", "write-reset", "allocation")

# What there is of everything, without what is different each time.
ROWS = """
SELECT 'account', a.state, a.generation, a.login_id, a.email, a.pending_email, a.nickname,
  a.language, a.password_hash <=> k.password_hash
  FROM account a LEFT JOIN kept_account k ON k.id = a.id ORDER BY a.login_id;
SELECT 'session', generation, previous_hash IS NULL, COUNT(*) FROM session GROUP BY 2, 3;
SELECT 'audit_event', event, COUNT(*) FROM audit_event GROUP BY 2;
SELECT 'outbox', kind, COUNT(*) FROM outbox GROUP BY 2;
SELECT 'limit_counter', limit_id, count, COUNT(*) FROM limit_counter WHERE count > 0 GROUP BY 2, 3;
SELECT 'spent_token', kind, outcome, COUNT(*) FROM spent_token GROUP BY 2, 3;
"""

# What docs/api-guide.md ("Retries") says of a request that was done and comes again: another answer
# than the first, or rows of its own. For any other: the same answer, and no other rows.
AGAIN = {
    "POST /v1/registration/email": {202},
    "POST /v1/recovery/login-id": {202},
    "POST /v1/recovery/password": {202},
    "POST /v1/account-deletion": {202},
    "POST /v1/sessions": {201},
    "PATCH /v1/me": {200},
    "PUT /v1/me/email": {202},
    "PUT /v1/me/password": {403},
    "DELETE /v1/me": {401},
    "DELETE /v1/sessions": {204},
    "DELETE /v1/sessions/current": {401},
    "DELETE /v1/sessions/{id}": {401, 404},
}

# Where a library ends the process when memory fails it, by the functions that called it: Connector/C
# 3.3.20 does not look at what it gets while it connects.
DEADLY = ("libmariadb.so", "db_connection_open")

# What stands between a failed call and who made it.
OURS = ("libfail_nth.so", "libasan.so")

# Where a library has no answer to give when memory fails it: it closes the connection, and nothing
# was done.
SILENT = ("libcivetweb.so",)

TABLES = ("account", "session", "audit_event", "outbox", "limit_counter", "spent_token")


class Control(ctypes.Structure):
    """struct control of fail_nth.c."""

    _fields_ = [("fault", ctypes.c_uint32), ("nth", ctypes.c_uint32), ("armed", ctypes.c_uint32),
                ("client_port", ctypes.c_uint32), ("passed", ctypes.c_uint32),
                ("fired", ctypes.c_uint32), ("on_client", ctypes.c_uint32),
                ("frame_count", ctypes.c_uint32),
                ("frames", ctypes.c_uint64 * FRAMES_MAX), ("name", ctypes.c_char * 32)]


class Database:
    """One mariadb client for all, as the owner of the tables."""

    def __init__(self) -> None:
        password = pathlib.Path(os.environ["DB_OWNER_PASSWORD_FILE"]).read_text(encoding="ascii")
        command = ["mariadb", "--no-defaults", "--socket=" + os.environ["DB_SOCKET"],
                   "--user=" + os.environ["DB_OWNER_USER"], "--batch", "--skip-column-names",
                   "--unbuffered", "--force", os.environ["DB_NAME"]]
        self.client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       env=os.environ | {"MYSQL_PWD": password.strip()}, text=True)

    def ask(self, sql: str) -> list[str]:
        self.client.stdin.write(sql + "\nSELECT 'end of all';\n")
        self.client.stdin.flush()
        rows = []
        while (row := self.client.stdout.readline().rstrip("\n")) != "end of all":
            rows.append(row)
        return rows

    def put_back(self) -> None:
        deletes = "".join(f"DELETE FROM {table};" for table in reversed(TABLES))
        inserts = "".join(f"INSERT INTO {table} SELECT * FROM kept_{table};" for table in TABLES)
        self.ask(f"START TRANSACTION; {deletes} {inserts} COMMIT;")


class Answer:
    """Of one request; status 0: there was none."""

    def __init__(self, status: int = 0, headers: dict | None = None, body: bytes = b""):
        self.status = status
        self.headers = headers or {}
        self.body = body

    def __str__(self) -> str:
        return f"{self.status} {self.body[:200].decode(errors='replace')}"


class Operation:
    def __init__(self, folder: pathlib.Path, name: str):
        rows = (folder / "operations").read_text(encoding="utf-8").splitlines()
        found = [row.split("\t") for row in rows if row.split("\t")[0] == name]
        self.method, self.path = found[0][0].split(" ")[:2]
        self.token, self.body = found[0][1:]

    def is_of_stage(self) -> bool:
        """Is its token that of a link or a stage? Of a session's the header says ES256."""
        header = self.token.split(".")[0]
        return b"HS256" in base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))

    def send(self) -> Answer:
        """In one write, on a connection of its own."""
        host, port = os.environ["LISTEN"].split(":")
        body = self.body.encode()
        head = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", "Connection: close"]
        if self.token:
            head.append(f"Authorization: Bearer {self.token}")
        if body:
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        with socket.create_connection((host, int(port)), WAIT_S) as connection:
            try:
                connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
                response = http.client.HTTPResponse(connection, method=self.method)
                response.begin()
                return Answer(response.status, dict(response.getheaders()), response.read())
            except (ConnectionError, http.client.HTTPException):
                return Answer()


class Walk:
    """One operation, all its calls."""

    def __init__(self, folder: pathlib.Path, name: str, quick: bool):
        self.folder = folder
        self.quick = quick
        self.name = re.sub("/sessions/[A-Za-z0-9_-]{22}$", "/sessions/{id}", name)
        self.operation = Operation(folder, name)
        self.database = Database()
        with open(folder / "control", "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), ctypes.sizeof(Control))
        self.control = Control.from_buffer(self.memory)
        self.control.client_port = int(os.environ["LISTEN"].split(":")[1])
        self.see_process()
        self.failures: list[str] = []
        self.points = 0

    def see_process(self) -> None:
        """Which it is, and where its libraries are; it may be gone when that is asked."""
        stack = pathlib.Path(os.environ["STACK"])
        self.pid = int((stack / "myportald.pid").read_text(encoding="ascii"))
        maps = pathlib.Path(f"/proc/{self.pid}/maps").read_text(encoding="utf-8")
        self.regions = [line.split() for line in maps.splitlines()]

    def start_again(self) -> None:
        script = '. "$TREE/tools/stack.bash"; server_start LD_PRELOAD="$0" FAIL_NTH="$1" "$2"'
        preload = os.environ["BUILD"] + "/tests/fault/libfail_nth.so"
        subprocess.run(["bash", "-c", script, preload, self.folder / "control",
                        "ASAN_OPTIONS=" + os.environ["FAULT_ASAN_OPTIONS"]], check=True)
        self.see_process()

    def rows(self, *wanted: list[str]) -> list[str]:
        """Waits a moment for these: what could not be given back is given back within a second."""
        last = time.monotonic() + SETTLED_S
        while (rows := self.database.ask(ROWS)) not in wanted and time.monotonic() < last:
            if not wanted:
                break
            time.sleep(0.1)
        return rows

    def as_kept(self) -> None:
        """Puts everything back; the mailer may be in the way for a moment."""
        for _ in range(5):
            if self.rows() == self.before:
                return
            self.database.put_back()
        sys.exit(f"{self.name}: the rows can not be put back")

    def renew(self) -> None:
        """Another access token, which lives ten minutes, on a session that all find from now on."""
        token = self.operation.token
        if not token or self.name.endswith("rejected") or self.operation.is_of_stage():
            return
        self.database.put_back()
        answer = Operation(self.folder, "POST /v1/sessions").send()
        self.operation.token = json.loads(answer.body)["access_token"]
        self.database.ask("DELETE FROM kept_session; INSERT INTO kept_session SELECT * FROM session;")
        self.database.put_back()

    def look_at_success(self) -> None:
        """What the request does when nothing fails: the answer and its rows."""
        self.before = []
        self.database.put_back()
        self.before = self.rows()
        answer = self.operation.send()
        self.success = answer.status
        self.after = self.rows()
        if self.success // 100 != (4 if self.name.endswith("rejected") else 2):
            sys.exit(f"{self.name}: without a fault {answer}")

    def fail(self, fault: str, nth: int) -> Answer:
        control = self.control
        control.fault, control.nth, control.passed = FAULTS[fault][0], nth, 0
        control.fired = control.on_client = control.frame_count = 0
        control.name = b""
        control.armed = 1
        answer = self.operation.send()
        control.armed = 0
        return answer

    def again(self) -> Answer:
        """The same request without a fault, as a client repeats it."""
        for _ in range(4):
            answer = self.operation.send()
            if answer.status != 503:
                return answer
            time.sleep(AGAIN_S)
        return answer

    def wrong(self, fault: str, answer: Answer) -> str:
        """What is wrong with how a request ended in which a call failed; '' if nothing."""
        if answer.status >= 400 and json.loads(answer.body)["status"] != answer.status:
            return f"another status in its document: {answer}"
        if answer.status == self.success:
            rows = self.rows(self.after)
            return "" if rows == self.after else "a success without its rows" + self.lines(rows)
        if answer.status == 0 and not self.control.on_client and not self.is_of(SILENT):
            return "no answer"
        allowed = FAULTS[fault][1] | ({0, 400} if self.control.on_client else {0})
        if answer.status not in allowed:
            return f"answered {answer}"
        if answer.status == 503 and "Retry-After" not in answer.headers:
            return "503 without Retry-After"
        if self.name.endswith("rejected"):
            return ""  # what was wrong stays counted, whatever fails afterwards
        rows = self.rows(self.before, self.after)
        if rows not in (self.before, self.after):
            return f"{answer.status}, and rows" + self.lines(rows)
        if rows == self.after and rows != self.before:
            return self.wrong_when_done()
        if self.quick and self.control.nth % 10 != 0:
            return ""
        answer = self.again()
        if answer.status != self.success:
            return f"the same request again: {answer}"
        rows = self.rows(self.after)
        return "" if rows == self.after else "again, and not its rows" + self.lines(rows)

    def wrong_when_done(self) -> str:
        """The same, when all was done and no answer told it: as after an answer that was lost."""
        answer = self.again()
        if answer.status not in AGAIN.get(self.name, {self.success}):
            return f"done, and the same request again: {answer}"
        rows = self.rows() if self.name in AGAIN else self.rows(self.after)
        if self.name in AGAIN or rows == self.after:
            return ""
        return "done, and again done" + self.lines(rows)

    def is_of(self, libraries: tuple[str, ...]) -> bool:
        """Was it called by one of these?"""
        return self.where().strip().startswith(libraries)

    def lines(self, rows: list[str]) -> str:
        missing = [f"\n  - {row}" for row in self.after if row not in rows]
        return "".join(missing + [f"\n  + {row}" for row in rows if row not in self.after])

    def is_known_death(self) -> bool:
        """By a library, or by the sanitizer itself, which asks for memory as a thread begins."""
        where = self.where()
        sanitized = any("libasan.so" in region[-1] for region in self.regions)
        began = "myportald" not in where and "libcivetweb" not in where
        return all(word in where for word in DEADLY) or (sanitized and began)

    def where(self) -> str:
        """Who called what failed, innermost first."""
        frames = self.control.frames[:self.control.frame_count]
        named = [self.name_frame(frame) for frame in frames]
        return "\n".join(name for name in named if not name.strip().startswith(OURS))

    def name_frame(self, frame: int) -> str:
        for region in self.regions:
            start, end = (int(part, 16) for part in region[0].split("-"))
            if start <= frame < end and len(region) > 5:
                first = min(int(r[0].split("-")[0], 16) for r in self.regions if r[5:] == region[5:])
                offset = hex(frame - 1 - first)
                told = subprocess.run(["addr2line", "-fse", region[5], offset], text=True,
                                      stdout=subprocess.PIPE, check=False).stdout.split("\n")
                return f"    {pathlib.Path(region[5]).name} {offset} {told[0]} {told[1]}"
        return f"    {frame:#x}"

    def is_same_process(self) -> bool:
        """A process that crashed answers nothing, and is not at once gone."""
        try:
            status = pathlib.Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return False
        return status.rsplit(")", 1)[1].split()[0] not in ("Z", "X")

    def every_nth(self, fault: str) -> None:
        nth = 0
        while True:
            nth += 1
            self.as_kept()
            answer = self.fail(fault, nth)
            if not self.control.fired:
                break
            if self.is_same_process():
                wrong = self.wrong(fault, answer)
            elif fault == "allocation" and self.is_known_death():
                wrong = ""
            else:
                wrong = "the process ended"
            if wrong:
                what = self.control.name.decode()
                self.failures.append(f"{fault} {nth} ({what}): {wrong}\n{self.where()}")
            if not self.is_same_process():
                self.start_again()
        if nth == 1 and fault in ALWAYS:
            self.failures.append(f"{fault}: no call was seen")
        self.points += nth - 1
        print(f"{self.name}: {fault}: {nth - 1} calls", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("operation")
    parser.add_argument("fault", nargs="*")
    given = parser.parse_args()
    walk = Walk(given.folder, given.operation, given.quick)
    walk.renew()
    walk.look_at_success()
    for fault in given.fault or FAULTS:
        walk.every_nth(fault)
    walk.as_kept()
    print(f"{walk.name}: {walk.points} calls failed, {len(walk.failures)} of them wrongly")
    for failure in walk.failures:
        print(failure)
    sys.exit(1 if walk.failures else 0)


main()
