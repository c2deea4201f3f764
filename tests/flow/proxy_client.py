#!/usr/bin/python3
"""proxy_client.py - what curl is too polite to send to a proxy: bytes as they are, HTTP/2 frames,
and a crowd. Speaks TLS, checks the certificate.

  proxy_client.py raw   HOST:PORT CA                 requests as bytes on standard input, a NUL between
                                                     them, each on a connection of its own; prints a
                                                     line each: answers that came, status of the first
  proxy_client.py h2    HOST:PORT CA NAME=VALUE... [-- NAME=VALUE...]...
                                                     the header fields of requests, as they are; prints
                                                     a line each: "answer CODE", "reset CODE" or
                                                     "goaway CODE"
  proxy_client.py crowd HOST:PORT CA COUNT PORT      COUNT logins at once, each from an address of its
                                                     own; prints the statuses with their numbers, and
                                                     the most connections that PORT held meanwhile
  proxy_client.py slow  HOST:PORT CA COUNT SECONDS   COUNT heads and COUNT bodies, a byte every half
                                                     second, each from an address of its own; prints
                                                     how many began, and how many heads and bodies
                                                     were cut
  proxy_client.py held HOST:PORT CA COUNT=ADDRESS... so many requests whose bodies never come, all at
                                                     once, from addresses in which {} is 1 to COUNT
                                                     (told by a PROXY header); a line for each COUNT:
                                                     how many are held, were closed, or were answered
                                                     with which status, problem code and Retry-After
  proxy_client.py unread HOST:PORT CA COUNT SECONDS  a request as bytes on standard input, COUNT times,
                                                     by clients who then read nothing of the answer;
                                                     prints how many there are
  proxy_client.py connections HOST:PORT CA           how many connections PORT holds now
  proxy_client.py server HOST:PORT - hold|close|take|garble
                                                     not a client: holds every connection without an
                                                     answer, closes it, reads a request and then
                                                     closes, or answers with what is no HTTP
  proxy_client.py load HOST:PORT CA fresh|kept COUNT FILE
                                                     COUNT clients, each from an address of its own,
                                                     ask again and again, a connection each time or
                                                     one for all, until there is FILE; a line "failed
                                                     WHAT BEGAN ENDED" for each that got no right
                                                     answer, and at last how many were answered, and
                                                     how many mails were promised
"""
import asyncio
import collections
import concurrent.futures
import itertools
import pathlib
import re
import socket
import ssl
import struct
import sys
import time

NAME = "portal-api.example.jp"
WAIT_S = 8
ESTABLISHED = "01"
HEADERS, RST_STREAM, SETTINGS, GOAWAY = 1, 3, 4, 7
# The static table's whole :status fields (RFC 7541, Appendix A).
INDEXED_STATUS = {8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500}


def context(ca, alpn):
    tls = ssl.create_default_context(cafile=ca)
    tls.set_alpn_protocols([alpn])
    return tls


def connect(at, ca, alpn, before=b"", options=()):
    host, port = at.rsplit(":", 1)
    plain = socket.socket()
    plain.settimeout(WAIT_S)
    for level, option, value in options:
        plain.setsockopt(level, option, value)
    plain.connect((host, int(port)))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or what is before waits for its ACK
    plain.sendall(before)
    return context(ca, alpn).wrap_socket(plain, server_hostname=NAME)


def raw(at, ca, request):
    """What a proxy cuts while we still send is no error."""
    answer = b""
    with connect(at, ca, "http/1.1") as tls:
        try:
            tls.sendall(request)
            while got := tls.recv(65536):
                answer += got
        except OSError:
            pass
    statuses = re.findall(rb"^HTTP/1.1 ([0-9]{3})", answer, re.MULTILINE)
    return f"{len(statuses)} {statuses[0].decode() if statuses else '-'}"


def literal(name, value):
    """A field without indexing, without Huffman (RFC 7541 6.2.2); both under 127 bytes."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def read_exactly(tls, count):
    got = b""
    while len(got) < count:
        more = tls.recv(count - len(got))
        if not more:
            raise EOFError
        got += more
    return got


def status_of(block):
    """Of an answer's header block: :status comes first, indexed or as three digits."""
    at = 0
    while block[at] & 0xE0 == 0x20:  # a change of the table's size
        at += 1
    if block[at] & 0x80:
        return INDEXED_STATUS[block[at] & 0x7F]
    length = block[at + 1]
    if length & 0x80:  # Huffman: digits 0-2 have five bits, 3-9 six (RFC 7541, Appendix B)
        bits = "".join(f"{byte:08b}" for byte in block[at + 2 : at + 2 + (length & 0x7F)])
        digits = ""
        while len(digits) < 3:
            five = int(bits[:5], 2)
            size = 5 if five < 3 else 6
            digits += str(five if size == 5 else int(bits[:6], 2) - 0x19 + 3)
            bits = bits[size:]
        return int(digits)
    return int(block[at + 2 : at + 2 + length])


def h2(at, ca, fields):
    """Field names and values may hold escapes, as in x=a\\r\\nb."""
    block = b"".join(
        literal(*(part.encode().decode("unicode_escape").encode("latin-1") for part in field.split("=", 1)))
        for field in fields
    )
    with connect(at, ca, "h2") as tls:
        tls.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, b""))
        tls.sendall(frame(HEADERS, 0x5, 1, block))  # the whole request
        while True:
            head = read_exactly(tls, 9)
            payload = read_exactly(tls, int.from_bytes(head[:3], "big"))
            if head[3] == HEADERS:
                return f"answer {status_of(payload)}"
            if head[3] == RST_STREAM:
                return f"reset {int.from_bytes(payload, 'big')}"
            if head[3] == GOAWAY:
                return f"goaway {int.from_bytes(payload[4:8], 'big')}"


def connections_of(port):
    """Those whose local end is this port."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file][1:]
    return sum(row[3] == ESTABLISHED and int(row[1].rsplit(":", 1)[1], 16) == port for row in rows)


async def log_in(at, ca, number):
    host, port = at.rsplit(":", 1)
    body = f'{{"login_id":"crowd{number}@example.jp","password":"asagao7rakuda"}}'
    request = (
        f"POST /v1/sessions HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    )
    try:
        reader, writer = await asyncio.open_connection(
            host, int(port), ssl=context(ca, "http/1.1"), server_hostname=NAME,
            local_addr=(f"127.10.{number // 250}.{number % 250 + 1}", 0))
        writer.write(request.encode())
        line = await asyncio.wait_for(reader.readline(), 30)
        await reader.read()
        writer.close()
        return line.split()[1].decode() if line else "closed"
    except (OSError, asyncio.TimeoutError) as error:
        return type(error).__name__


async def watch(port, most):
    while True:
        most.append(connections_of(port))
        await asyncio.sleep(0.02)


async def crowd(at, ca, count, port):
    most = [0]
    watcher = asyncio.create_task(watch(port, most))
    answers = collections.Counter(await asyncio.gather(*(log_in(at, ca, n) for n in range(count))))
    watcher.cancel()
    words = [f"{status}:{number}" for status, number in sorted(answers.items())]
    return " ".join(words + [f"most:{max(most)}"])


STAGE = f"GET /v1/registration/stage HTTP/1.1\r\nHost: {NAME}\r\n"
INVITE = f"POST /v1/registration/email HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/json\r\n"


class LoadClient:
    """Asks for what is said without a token (401), and every fifth time for a mail (202)."""

    def __init__(self, at, ca, number, keeps):
        self.host, port = at.rsplit(":", 1)
        self.port, self.tls, self.keeps = int(port), context(ca, "http/1.1"), keeps
        self.address = f"127.12.{int(keeps)}.{number + 1}"
        self.name = f"load-{port}-{number}-{time.time_ns()}"
        self.asked = self.answered = self.accepted = 0
        self.stream = None

    async def connect(self):
        if self.stream is None:
            self.stream = await asyncio.open_connection(
                self.host, self.port, ssl=self.tls, server_hostname=NAME, local_addr=(self.address, 0))
        return self.stream

    def close(self):
        if self.stream is not None:
            self.stream[1].transport.abort()
        self.stream = None

    def request(self):
        ends = "" if self.keeps else "Connection: close\r\n"
        if self.asked % 5 != 0:
            return f"{STAGE}{ends}\r\n", b"401"
        body = f'{{"email":"{self.name}-{self.asked}@example.jp"}}'
        return f"{INVITE}{ends}Content-Length: {len(body)}\r\n\r\n{body}", b"202"

    async def ask(self):
        """The status."""
        text, right = self.request()
        reader, writer = await self.connect()
        writer.write(text.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head)[1]))
        if not self.keeps or re.search(rb"(?i)\r\nconnection: close", head):
            self.close()
        status = head.split(None, 2)[1]
        if status != right:
            raise OSError(status.decode())
        self.answered += 1
        self.accepted += status == b"202"

    async def go_on(self, enough):
        while not enough.exists():
            self.asked += 1
            began = time.time()
            try:
                await asyncio.wait_for(self.ask(), 30)
            except (OSError, EOFError, asyncio.TimeoutError) as error:
                print(f"failed {error or type(error).__name__} {began:.6f} {time.time():.6f}".replace("\n", " "), flush=True)
                self.close()
            await asyncio.sleep(0.02)
        self.close()


async def load(at, ca, keeps, count, enough):
    print("begun", flush=True)
    clients = [LoadClient(at, ca, n, keeps) for n in range(count)]
    await asyncio.gather(*(client.go_on(enough) for client in clients))
    return f"done answered:{sum(c.answered for c in clients)} accepted:{sum(c.accepted for c in clients)}"


SLOW = (
    f"POST /v1/registration/email HTTP/1.1\r\nHost: {NAME}\r\nX-Slow: ",
    f"POST /v1/registration/email HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{{",
)


async def trickle(at, ca, number, beginning, seconds):
    """Did it begin, and was it cut?"""
    host, port = at.rsplit(":", 1)
    reader, writer = await asyncio.open_connection(
        host, int(port), ssl=context(ca, "http/1.1"), server_hostname=NAME, local_addr=(f"127.11.0.{number + 1}", 0))
    end = asyncio.get_running_loop().time() + seconds
    cut = asyncio.create_task(reader.read())
    try:
        writer.write(beginning.encode())
        while asyncio.get_running_loop().time() < end and not cut.done():
            await asyncio.wait([cut], timeout=0.5)
            writer.write(b"a")
    except OSError:
        return True
    finally:
        writer.transport.abort()
    return cut.done()


async def slow(at, ca, count, seconds):
    cuts = await asyncio.gather(
        *(trickle(at, ca, n, SLOW[n % 2], seconds) for n in range(2 * count)), return_exceptions=True)
    began = sum(isinstance(cut, bool) for cut in cuts)
    return f"began:{began} heads:{cuts[::2].count(True)} bodies:{cuts[1::2].count(True)}"


def without_body(at, ca, address):
    """None: closed."""
    kind, own = ("TCP6", "::1") if ":" in address else ("TCP4", "127.0.0.1")
    try:
        tls = connect(at, ca, "http/1.1", f"PROXY {kind} {address} {own} 1 443\r\n".encode())
        tls.sendall(SLOW[1].encode())
        return tls
    except OSError:
        return None


def outcome(tls):
    if tls is None:
        return "closed"
    tls.settimeout(0.01)
    try:
        answer = tls.recv(65536)
        status = answer.split()[1].decode() if answer else "closed"
        told = re.search(rb'\r\nRetry-After: (\d+)\r\n.*"code":"(\w+)"', answer, re.DOTALL)
        return f"{status}/{told[2].decode()}/{told[1].decode()}" if told else status
    except TimeoutError:
        return "held"
    except OSError:
        return "closed"


def held(at, ca, cases):
    """One group after the other: it is the last that meets a bound."""
    groups = []
    for case in cases:
        count, address = case.split("=", 1)
        groups.append([without_body(at, ca, address.format(n + 1)) for n in range(int(count))])
        time.sleep(0.8)  # a machine may stand still for half a second
    for group in groups:
        outcomes = collections.Counter(map(outcome, group))
        print(*(f"{word}:{number}" for word, number in sorted(outcomes.items())))


def unread(at, ca, request, count, seconds):
    """As over a line, not a loopback, whose segments of 64 KiB have the kernel hold a megabyte."""
    small = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 2048), (socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400))
    clients = []
    for _ in range(count):
        clients.append(connect(at, ca, "http/1.1", options=small))
        clients[-1].sendall(request)
        time.sleep(0.05)  # one after the other is served
    print(len(clients), flush=True)
    time.sleep(seconds)


def server(at, manner):
    host, port = at.rsplit(":", 1)
    held = []
    with socket.create_server((host, int(port))) as listening:
        while True:
            held.append(listening.accept()[0])
            if manner in ("take", "garble"):
                held[-1].recv(65536)
            if manner == "garble":
                held[-1].sendall(b"garbled\r\n\r\n")
            if manner != "hold":
                held.pop().close()


def h2_or_closed(at, ca, fields):
    try:
        return h2(at, ca, fields)
    except (EOFError, OSError):
        return "closed"


def split(words, between):
    return [list(group) for is_between, group in itertools.groupby(words, between.__eq__) if not is_between]


def at_once(function, at, ca, cases):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for line in pool.map(lambda case: function(at, ca, case), cases):
            print(line)


def main():
    command, at, ca, *rest = sys.argv[1:]
    if command == "raw":
        at_once(raw, at, ca, sys.stdin.buffer.read().split(b"\0"))
    elif command == "h2":
        at_once(h2_or_closed, at, ca, split(rest, "--"))
    elif command == "held":
        held(at, ca, rest)
    elif command == "unread":
        unread(at, ca, sys.stdin.buffer.read(), int(rest[0]), int(rest[1]))
    elif command == "server":
        server(at, rest[0])
    elif command == "connections":
        print(connections_of(int(at.rsplit(":", 1)[1])))
    elif command == "load":
        print(asyncio.run(load(at, ca, rest[0] == "kept", int(rest[1]), pathlib.Path(rest[2]))))
    elif command == "slow":
        print(asyncio.run(slow(at, ca, int(rest[0]), int(rest[1]))))
    else:
        print(asyncio.run(crowd(at, ca, int(rest[0]), int(rest[1]))))


main()
