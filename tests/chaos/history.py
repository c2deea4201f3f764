"""history - what a run leaves for the checker: a line for each call, without a secret in clear.

A line is a JSON object. Values that tell of a person (address, number, password, token, nickname ...) are
hashed with a key of the run, so that equal ones can be told and nothing can be read. What the tables and the
mails hold is hashed with the same key when it is compared.

    call, try       the call, and which of its tries this line is; a client repeats an unknown result
    journey, kind   whose story it belongs to
    op              what was asked (the table WRITES and others in checker.py)
    planned, start, sent, end   seconds since the run began, on the monotonic clock; sent: the whole request
    wall            start, in seconds since 1970
    who, token, args   hashes of client, token and body
    status, code    of the answer; 0: none came in time
    outcome         "ok" (2xx), "refused" (4xx: nothing was done), "unknown" (none, or 5xx: it may be done)
    retry_after     seconds, where the answer has it
    by_proxy        the answer is the proxy's own: it has no X-Request-Id
    lag             seconds by which this process got the processor too late, at the most, while it waited
    crowd           processes that wanted a core, for each core, on average while it waited
    facts           name: hash, or a list of hashes

A line with "fault" instead is a time in which something was broken on purpose: fault, start, end.
"""

import hashlib
import itertools
import json
import os
import secrets
import threading
import time

LOOK_S = 0.05  # how often the pulse is felt
CORES = len(os.sched_getaffinity(0))


class Seal:
    """The keyed hash of a run."""

    def __init__(self, key: bytes | None = None):
        self.key = key or secrets.token_bytes(32)

    def __call__(self, value) -> str:
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), key=self.key, digest_size=8).hexdigest()


class Secrets:
    """All secrets that a run has seen, by kind. They stay in memory."""

    def __init__(self):
        self.lock = threading.Lock()
        self.known: dict[str, set[str]] = {}

    def add(self, kind: str, text: str) -> str:
        with self.lock:
            self.known.setdefault(kind, set()).add(text)
        return text


class Pulse:
    """How much too late this process gets the processor, and how many want it: an answer that lay here is not a late
    answer, and on a machine that others have taken no service answers."""

    def __init__(self):
        self.late: list[tuple[float, float]] = []  # when it woke, by how much too late
        self.wanted: list[tuple[float, float]] = []  # when it looked, processes for each core
        threading.Thread(target=self.beat, daemon=True).start()

    def beat(self) -> None:
        due = time.monotonic() + LOOK_S
        while True:
            time.sleep(max(0.0, due - time.monotonic()))
            now = time.monotonic()
            if now - due > LOOK_S:
                self.late.append((now, now - due))
            self.wanted.append((now, runnable() / CORES))
            due = now + LOOK_S

    def crowd(self, since: float) -> float:
        """From a second before on: a call that is short comes of what was before it."""
        seen = list(itertools.takewhile(lambda each: each[0] >= since - 1, reversed(self.wanted)))
        return sum(share for _, share in seen) / max(1, len(seen))

    def lag(self, since: float) -> float:
        worst = 0.0
        for woke, lag in reversed(self.late):
            if woke < since:
                break
            worst = max(worst, lag)
        return worst


def runnable() -> int:
    """Threads that run or want to, of the whole machine."""
    with open("/proc/loadavg", encoding="ascii") as file:
        return int(file.read().split()[3].partition("/")[0])


class History:
    """The file, and the clock of the run."""

    def __init__(self, path, seal: Seal):
        self.seal = seal
        self.lock = threading.Lock()
        self.file = open(path, "w", encoding="utf-8")
        self.began = time.monotonic()
        self.calls = 0

    def now(self) -> float:
        return time.monotonic() - self.began

    def next_call(self) -> int:
        with self.lock:
            self.calls += 1
            return self.calls

    def sealed(self, facts: dict) -> dict:
        return {name: [self.seal(each) for each in value] if isinstance(value, (list, tuple)) else self.seal(value)
                for name, value in facts.items() if value is not None}

    def write(self, **line) -> None:
        for name in ("planned", "start", "sent", "end", "lag", "crowd"):
            if name in line:
                line[name] = round(line[name], 4)
        text = json.dumps(line, ensure_ascii=False)
        with self.lock:
            self.file.write(text + "\n")

    def close(self) -> None:
        with self.lock:
            self.file.close()


def read(path) -> list[dict]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]
