#!/usr/bin/python3
"""hostile_clients.py: clients that are no good, and a good one that is timed beside them.

  hostile_clients.py attack HOST:PORT SECONDS KIND=COUNT...
      COUNT connections of each KIND at once, opened anew within 50 ms when the other side ends one.
      The seconds count from the moment when all of them are there, which standard error is told:
        idle   says nothing, not even TLS
        head   sends a head, a byte every 50 ms
        body   sends a head, then its body of 4,000 bytes, a byte every 50 ms
        asked  the same, but waits to be asked for the body first (Expect: 100-continue)
        huge   announces a body of 10^9 bytes and sends it as fast as it is taken
        kept   asks for something, and then says nothing
        later  the same, but goes on with another head, a byte every 50 ms
        reader asks 8 times in a row, and takes 16 bytes of the answers a second
      Prints how many were open on average and at most once all were there, how many were opened,
      and what the service answered: {"open": ..., "most": ..., "opened": ..., "answers": {...}}.
      Exit 1: those of the first four kinds could not all be open at once (over TLS: half of them),
      within a minute.
      With --tls CERTIFICATE in front it speaks to a proxy: over TLS, with a byte a second and not
      every 50 ms, from addresses 127.16.0.1 and on, of which each has 16 connections. It gives way
      to everybody else on the processors: who attacks has machines of their own.

  hostile_clients.py probe HOST:PORT SECONDS RATE
      RATE requests a second at planned moments, each on a new connection and counted from its
      moment. Prints {"asked": ..., "answers": {"200": ...}, "p50_ms": ..., "p99_ms": ...,
      "max_ms": ...}.
      With --tls CERTIFICATE in front it speaks to a proxy, over TLS, from 127.9.9.9.
"""

import errno
import itertools
import json
import os
import resource
import select
import socket
import ssl
import sys
import threading
import time
from collections import Counter

NAME = "portal-api.example.jp"
HOST = f"Host: {NAME}\r\n".encode()
POST = b"POST /v1/registration/email HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
HEAD = b"GET /v1/registration/stage HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 4000
JWKS = b"GET /.well-known/jwks.json HTTP/1.1\r\n" + HOST
KINDS = {  # kind: (sent at once, sent byte by byte, sent as fast as it is taken)
    "idle": (b"", b"", b""),
    "head": (b"", HEAD, b""),
    "body": (POST + b"Content-Length: 4000\r\n\r\n", b"a" * 4000, b""),
    "asked": (POST + b"Expect: 100-continue\r\nContent-Length: 4000\r\n\r\n", b"a" * 4000, b""),
    "huge": (POST + b"Content-Length: 1000000000\r\n\r\n", b"", b"a" * 65536),
    "kept": (JWKS + b"\r\n", b"", b""),
    "later": (JWKS + b"\r\n", HEAD, b""),
    "reader": ((JWKS + b"\r\n") * 8, b"", b""),
}
SOURCE_CONNECTIONS = 16  # half of what nginx lets one address have
HELD = ("idle", "head", "body", "asked")  # those that the service should have all at once
DRIP_S = 0.05
DRIP_TLS_S = 1.0  # a record costs more than a byte
PATIENCE_S = 10
ALL_THERE_S = 60
NICE = 5
GOOD_SOURCE = "127.9.9.9"
IP_BIND_ADDRESS_NO_PORT = 24  # linux/in.h; Python 3.11 has no name for it
GOOD = (  # what a good client asks for, in turn
    JWKS + b"Connection: close\r\n\r\n",
    b"GET /v1/registration/stage HTTP/1.1\r\n" + HOST
    + b"Authorization: Bearer a.b.c\r\nConnection: close\r\n\r\n",
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


class Tls:
    """TLS for as little as it can be had: no certificate is looked at, and a session of TLS 1.2 is
    taken up again."""

    def __init__(self) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.session: ssl.SSLSession | None = None
        self.numbers = itertools.count(1)

    def source(self) -> str:
        number = next(self.numbers) // SOURCE_CONNECTIONS % 60000 + 1
        return f"127.16.{number // 250}.{number % 250 + 1}"

    def wrap(self, plain: socket.socket) -> ssl.SSLSocket:
        return self.context.wrap_socket(plain, server_hostname=NAME, session=self.session,
                                        do_handshake_on_connect=False)


class Connection:
    """One hostile client."""

    def __init__(self, server: tuple[str, int], kind: str, tls: Tls | None):
        self.kind = kind
        self.at_once, self.drops, self.flood = KINDS[kind]
        self.sent = 0
        self.spoke = False
        self.answer = b""
        self.tls = tls if kind != "idle" else None  # while the handshake is not done
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if kind == "reader":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
        if tls:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            self.socket.bind((tls.source(), 0))
        self.socket.connect_ex(server)

    def shake_hands(self) -> None:
        """Over TCP that is there: else there is nothing to wrap."""
        if not isinstance(self.socket, ssl.SSLSocket):
            self.socket.getpeername()
            self.socket = self.tls.wrap(self.socket)
        self.socket.do_handshake()
        self.tls.session = self.tls.session or self.socket.session
        self.tls = None

    def speak(self) -> None:
        """As soon as it can be written to."""
        if self.tls:
            self.shake_hands()
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

    def sip(self) -> bool:
        """False: the other side has ended it."""
        heard = self.socket.recv(16)
        self.answer = self.answer or heard
        return bool(heard)

    def hear(self) -> bool:
        """False: the other side has ended it."""
        if self.tls:
            self.speak()
        if self.kind == "reader":
            return True
        while heard := self.socket.recv(65536):
            if not self.answer or self.answer.startswith(b"HTTP/1.1 100"):
                self.answer = heard
        return False


class Attack:
    def __init__(self, server: tuple[str, int], tls: Tls | None):
        self.server = server
        self.tls = tls
        self.drip_s = DRIP_TLS_S if tls else DRIP_S
        self.epoll = select.epoll()
        self.open: dict[int, Connection] = {}
        self.opened = 0
        self.answers: Counter = Counter()
        self.levels: list[int] = []
        self.again: list[str] = []  # to be opened anew

    def begin(self, kind: str) -> None:
        connection = Connection(self.server, kind, self.tls)
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
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
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

    def drip(self, fd: int, connection: Connection) -> None:
        if connection.drops:
            self.guarded(fd, connection.drip)
        if connection.kind == "reader" and connection.spoke:
            self.guarded(fd, connection.sip)

    def run(self, seconds: float, kinds: dict[str, int], enough: int) -> bool:
        """For so long after enough of them are held. False: they never were."""
        wanted = [kind for kind, count in kinds.items() for _ in range(count)]
        all_of_them = len(wanted)
        dripping_at = time.monotonic()
        until = dripping_at + ALL_THERE_S
        turn = 0
        are_there = False
        while (now := time.monotonic()) < until:
            for _ in range(min(100, len(wanted))):  # not all in one moment: the backlog is finite
                self.begin(wanted.pop())
            for fd, events in self.epoll.poll(0.005, 256):
                self.react(fd, events)
            if now >= dripping_at:
                dripping_at += DRIP_S
                turn = (turn + 1) % round(self.drip_s / DRIP_S)
                wanted += self.again
                self.again.clear()
                for fd, connection in list(self.open.items()):
                    if fd % round(self.drip_s / DRIP_S) == turn:
                        self.drip(fd, connection)
            if self.opened >= all_of_them:
                self.levels.append(sum(connection.spoke for connection in self.open.values())
                                   if len(self.levels) % 20 == 0 else self.levels[-1])
                if not are_there and self.levels[-1] >= enough:
                    are_there = True
                    until = time.monotonic() + seconds
                    print("all are there", file=sys.stderr, flush=True)
        return are_there


def attack(server: tuple[str, int], seconds: float, kinds: dict[str, int], tls: bool) -> int:
    allow_descriptors(sum(kinds.values()) + 64)
    if tls:
        os.nice(NICE)
    clients = Attack(server, Tls() if tls else None)
    # A proxy cuts a head after 5 s: to hold 4,000 of them takes 800 handshakes a second.
    share = 0.5 if tls else 0.98
    held = clients.run(seconds, kinds, int(share * sum(kinds.get(kind, 0) for kind in HELD)))
    levels = clients.levels or [0]
    print(json.dumps({"open": sum(levels) // len(levels), "most": max(levels),
                      "opened": clients.opened, "answers": clients.answers}))
    return 0 if held else 1


def connect(server: tuple[str, int], tls: ssl.SSLContext | None) -> socket.socket:
    if not tls:
        return socket.create_connection(server, PATIENCE_S)
    plain = socket.create_connection(server, PATIENCE_S, (GOOD_SOURCE, 0))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or the request waits for an ACK
    return tls.wrap_socket(plain, server_hostname=NAME)


def ask(server: tuple[str, int], request: bytes, tls: ssl.SSLContext | None) -> str:
    try:
        with connect(server, tls) as connection:
            connection.sendall(request)
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return status_of(answer)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)


def probe(server: tuple[str, int], seconds: float, rate: float, certificate: str) -> int:
    tls = ssl.create_default_context(cafile=certificate) if certificate else None
    answers: Counter = Counter()
    took_ms: list[float] = []

    def ask_at(moment: float, request: bytes) -> None:
        time.sleep(max(0.0, moment - time.monotonic()))
        answers[ask(server, request, tls)] += 1
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
    words = sys.argv[1:]
    certificate = ""
    if len(words) > 2 and words[0] == "--tls":
        _, certificate, *words = words
    if len(words) >= 4 and words[0] == "attack":
        kinds = dict(word.split("=") for word in words[3:])
        return attack(address(words[1]), float(words[2]),
                      {kind: int(count) for kind, count in kinds.items()}, bool(certificate))
    if len(words) == 4 and words[0] == "probe":
        return probe(address(words[1]), float(words[2]), float(words[3]), certificate)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
