"""wire - one client of the service: a kept connection to the proxy, from an address of its own."""

import base64
import dataclasses
import http.client
import json
import socket
import ssl
import time
import urllib.parse

CONNECT_S = 5
ANSWER_S = 10  # then the app gives up: the result is unknown
IDLE_S = 8  # the proxy ends a connection that is idle for longer


@dataclasses.dataclass
class Answer:
    """Status 0: none came."""

    status: int = 0
    body: dict = dataclasses.field(default_factory=dict)
    retry_after: float | None = None
    by_proxy: bool = False
    start: float = 0
    sent: float = 0
    end: float = 0
    why: str = ""

    @property
    def code(self) -> str:
        return self.body.get("code", "")

    @property
    def outcome(self) -> str:
        if 200 <= self.status < 300:
            return "ok"
        return "refused" if 400 <= self.status < 500 else "unknown"


class Front:
    """The proxy, as world.json tells of it."""

    def __init__(self, front: dict):
        url = urllib.parse.urlsplit(front["url"])
        self.name, self.port = url.hostname, url.port or 443
        self.address = front["resolve"].rsplit(":", 1)[-1]
        self.tls = ssl.create_default_context(cafile=front["ca"])


class Wire:
    """A connection that is kept, and made again when it has ended. One call at a time."""

    def __init__(self, front: Front, source: str, user_agent: str):
        self.front, self.source, self.user_agent = front, source, user_agent
        self.socket: ssl.SSLSocket | None = None
        self.used = 0.0

    def connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection((self.front.address, self.front.port), CONNECT_S, (self.source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.front.tls.wrap_socket(plain, server_hostname=self.front.name)

    def call(self, method: str, path: str, body: dict | None, token: str | None) -> Answer:
        """What came, or that nothing came."""
        made = Answer(start=time.monotonic())
        try:
            if self.socket is None or time.monotonic() - self.used > IDLE_S:
                self.close()
                self.socket = self.connect()
            self.socket.sendall(self.request(method, path, body, token))
            made.sent = time.monotonic()
            self.socket.settimeout(ANSWER_S)
            self.read(method, made)
        except (OSError, http.client.HTTPException, ValueError) as error:
            made.status, made.body, made.why = 0, {}, type(error).__name__
            self.close()
        self.used = made.end = time.monotonic()
        return made

    def request(self, method: str, path: str, body: dict | None, token: str | None) -> bytes:
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.front.name}", f"User-Agent: {self.user_agent}"]
        payload = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        if body is not None:
            head.append("Content-Type: application/json")
        if body is not None or method not in ("GET", "DELETE"):
            head.append(f"Content-Length: {len(payload)}")
        if token:
            head.append(f"Authorization: Bearer {token}")
        return "\r\n".join(head).encode() + b"\r\n\r\n" + payload

    def read(self, method: str, made: Answer) -> None:
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        text = response.read()
        retry_after = response.getheader("Retry-After")
        made.body = json.loads(text or b"{}")
        made.retry_after = float(retry_after) if retry_after is not None else None
        made.by_proxy = response.getheader("X-Request-Id") is None
        made.status = response.status
        if response.will_close:
            self.close()

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.socket = None


def claims(token: str) -> dict:
    """What a token says. For an app tokens are opaque; a test may look."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def id_hex(text: str) -> str:
    """An id of 16 bytes in base64url, as the tables show it."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[:16].hex()
