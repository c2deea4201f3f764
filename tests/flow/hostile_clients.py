#!/usr/bin/python3
"""hostile_clients.py: clients that are no good, and a good one that is timed beside them.

  hostile_clients.py attack HOST:PORT SECONDS KIND=COUNT...
      COUNT connections of each KIND at once, opened anew within 50 ms when the service ends one:
        idle   says nothing
        head   sends a head, a byte every 50 ms
        body   sends a head, then its body of 4,000 bytes, a byte every 50 ms
        asked  the same, but waits to be asked for the body first (Expect: 100-continue)
        huge   announces a body of 10^9 bytes and sends it as fast as it is taken
        kept   asks for something, and then says nothing
        later  the same, but goes on with another head, a byte every 50 ms
      Prints how many were open on average and at most once all were there, how many were opened,
      and what the service answered: {"open": ..., "most": ..., "opened": ..., "answers": {...}}.
      Exit 1: those of the first four kinds could not all be open at once.

  hostile_clients.py probe HOST:PORT SECONDS RATE
      RATE requests a second at planned moments, each on a new connection and counted from its
      moment. Prints {"asked": ..., "answers": {"200": ...}, "p50_ms": ..., "p99_ms": ..., "max_ms": ...}.
"""

import errno
import json
import resource
import select
import socket
import sys
import threading
import time
from collections import Counter

POST = b"POST /v1/registration/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
HEAD = b"GET /v1/registration/stage HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 4000
JWKS = b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n"
KINDS = {  # kind: (sent at once, sent byte by byte, sent as fast as it is taken)
    "idle": (b"", b"", b""),
    "head": (b"", HEAD, b""),
    "body": (POST + b"Content-Length: 4000\r\n\r\n", b"a" * 4000, b""),
    "asked": (POST + b"Expect: 100-continue\r\nContent-Length: 4000\r\n\r\n", b"a" * 4000, b""),
    "huge": (POST + b"Content-Length: 1000000000\r\n\r\n", b"", b"a" * 65536),
    "kept": (JWKS + b"\r\n", b"", b""),
    "later": (JWKS + b"\r\n", HEAD, b""),
}
HELD = ("idle", "head", "body", "asked")  # those that the service should have all at once
DRIP_S = 0.05
PATIENCE_S = 10
GOOD = (  # what a good client asks for, in turn
    JWKS + b"Connection: close\r\n\r\n",
    b"GET /v1/registration/stage HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\nConnection: close\r\n\r\n",
)


def allow_descriptors(wanted: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < wanted:
        sys.exit(f"{wanted} descriptors are needed, and the hard limit is {hard} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def address(text: str) -> tuple[str, int]:
    host, port = text.rsplit(":", 1)
    return host, int(port)


def status_of(answer: bytes) -> str:
    words = answer[:64].split()
    return words[1].decode("ascii", "replace") if len(words) > 1 else "none"


class Connection:
    """One hostile client."""

    def __init__(self, server: tuple[str, int], kind: str):
        self.kind = kind
        self.at_once, self.drops, self.flood = KINDS[kind]
        self.sent = 0
        self.spoke = False
        self.answer = b""
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(server)

    def speak(self) -> None:
        """As soon as it can be written to."""
        if not self.spoke:
            self.spoke = True
            if self.at_once:
                self.socket.send(self.at_once)
        while self.flood:
            self.socket.send(self.flood)

    def drip(self) -> None:
        if self.spoke and self.sent < len(self.drops):
            self.socket.send(self.drops[self.sent:self.sent + 1])
            self.sent += 1

    def hear(self) -> bool:
        """False: the service has ended it."""
        while heard := self.socket.recv(65536):
            if not self.answer or self.answer.startswith(b"HTTP/1.1 100"):
                self.answer = heard
        return False


class Attack:
    def __init__(self, server: tuple[str, int]):
        self.server = server
        self.epoll = select.epoll()
        self.open: dict[int, Connection] = {}
        self.opened = 0
        self.answers: Counter = Counter()
        self.levels: list[int] = []
        self.again: list[str] = []  # to be opened anew

    def begin(self, kind: str) -> None:
        connection = Connection(self.server, kind)
        self.open[connection.socket.fileno()] = connection
        flags = select.EPOLLIN | select.EPOLLOUT | (0 if connection.flood else select.EPOLLET)
        self.epoll.register(connection.socket, flags)
        self.opened += 1

    def end(self, fd: int) -> None:
        connection = self.open.pop(fd)
        self.answers[f"{connection.kind} {status_of(connection.answer)}"] += 1
        connection.socket.close()
        self.again.append(connection.kind)

    def guarded(self, fd: int, act) -> None:
        try:
            if act() is False:
                self.end(fd)
        except BlockingIOError:
            pass
        except OSError:  # a reset may come before what was answered
            try:
                self.open[fd].hear()
            except OSError:
                pass
            self.end(fd)

    def react(self, fd: int, events: int) -> None:
        connection = self.open.get(fd)
        if connection and events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
            self.guarded(fd, connection.hear)
        if self.open.get(fd) is connection and connection and events & select.EPOLLOUT:
            self.guarded(fd, connection.speak)

    def run(self, seconds: float, kinds: dict[str, int]) -> None:
        wanted = [kind for kind, count in kinds.items() for _ in range(count)]
        dripping_at = time.monotonic()
        until = dripping_at + seconds
        while (now := time.monotonic()) < until:
            for _ in range(min(100, len(wanted))):  # not all in one moment: the backlog is finite
                self.begin(wanted.pop())
            for fd, events in self.epoll.poll(0.005, 256):
                self.react(fd, events)
            if now >= dripping_at:
                dripping_at += DRIP_S
                wanted += self.again
                self.again.clear()
                for fd, connection in list(self.open.items()):
                    if connection.drops:
                        self.guarded(fd, connection.drip)
            if not wanted or self.levels:
                self.levels.append(sum(connection.spoke for connection in self.open.values())
                                   if len(self.levels) % 20 == 0 else self.levels[-1])


def attack(server: tuple[str, int], seconds: float, kinds: dict[str, int]) -> int:
    allow_descriptors(sum(kinds.values()) + 64)
    clients = Attack(server)
    clients.run(seconds, kinds)
    levels = clients.levels or [0]
    print(json.dumps({"open": sum(levels) // len(levels), "most": max(levels),
                      "opened": clients.opened, "answers": clients.answers}))
    return 0 if max(levels) >= 0.98 * sum(kinds.get(kind, 0) for kind in HELD) else 1


def ask(server: tuple[str, int], request: bytes) -> str:
    try:
        with socket.create_connection(server, PATIENCE_S) as connection:
            connection.sendall(request)
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return status_of(answer)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)


def probe(server: tuple[str, int], seconds: float, rate: float) -> int:
    answers: Counter = Counter()
    took_ms: list[float] = []

    def ask_at(moment: float, request: bytes) -> None:
        time.sleep(max(0.0, moment - time.monotonic()))
        answers[ask(server, request)] += 1
        took_ms.append((time.monotonic() - moment) * 1000)

    start = time.monotonic() + 0.1
    threads = []
    for n in range(int(seconds * rate)):
        moment = start + n / rate
        time.sleep(max(0.0, moment - 0.05 - time.monotonic()))
        threads.append(threading.Thread(target=ask_at, args=(moment, GOOD[n % len(GOOD)])))
        threads[-1].start()
    for thread in threads:
        thread.join()
    took_ms.sort()
    print(json.dumps({"asked": len(threads), "answers": answers,
                      "p50_ms": round(took_ms[len(took_ms) // 2], 1),
                      "p99_ms": round(took_ms[len(took_ms) * 99 // 100], 1),
                      "max_ms": round(took_ms[-1], 1)}))
    return 0


def main() -> int:
    if len(sys.argv) >= 5 and sys.argv[1] == "attack":
        kinds = dict(word.split("=") for word in sys.argv[4:])
        return attack(address(sys.argv[2]), float(sys.argv[3]),
                      {kind: int(count) for kind, count in kinds.items()})
    if len(sys.argv) == 5 and sys.argv[1] == "probe":
        return probe(address(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
