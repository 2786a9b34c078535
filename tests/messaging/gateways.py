"""Other people's servers as they are: an SMS gateway and a mail server on this machine, well and badly behaved."""

import asyncio
import hmac
import json
import socketserver
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server

SECRET = "the gateway's secret"

Answer = Callable[["Gateway", dict[str, Any], Any], None]


def http(status: str, body: object = "", *headers: str) -> bytes:
    said = body if isinstance(body, bytes) else json.dumps(body).encode() if body != "" else b""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(said)}", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + said


@dataclass
class Gateway:
    """An SMS gateway. ``script`` says how the next requests are answered; after it, each message is taken once a key.

    ``taken`` counts how many messages really went out to people, by their key: a gateway that honours keys counts one
    however often it is asked.
    """

    url: str = ""
    script: list[Answer] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    honours_keys: bool = True
    signed: str = "hmac"
    release: threading.Event = field(default_factory=threading.Event)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def settings(self, **more: object) -> dict[str, object]:
        return {
            "url": self.url, "key_id": "us", "secret": SECRET, "honours_keys": self.honours_keys, "timeout": 2, **more
        }  # fmt: skip

    def take(self, request: dict[str, Any]) -> list[dict[str, str]]:
        """Take every message of a request, as a gateway does: a key that it knows is not sent again."""
        lines = []
        for message in request["body"]["messages"]:
            if not (self.honours_keys and self.taken[message["key"]]):
                self.taken[message["key"]] += 1
            lines.append({"key": message["key"], "code": "OK", "id": f"r-{message['to'][-4:]}"})
        return lines


def well(gateway: Gateway, request: dict[str, Any], line: Any) -> None:
    line.sendall(http("200 OK", {"code": "0", "results": gateway.take(request)}))


def saying(status: str, body: object = "", *headers: str, taking: bool = False) -> Answer:
    """Answers with these words; ``taking``: the messages went out all the same."""

    def answer(gateway: Gateway, request: dict[str, Any], line: Any) -> None:
        if taking:
            gateway.take(request)
        line.sendall(http(status, body, *headers))

    return answer


def reset(gateway: Gateway, request: dict[str, Any], line: Any) -> None:
    """Takes the messages, then breaks the connection off (a TCP reset) without a word."""
    gateway.take(request)
    line.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def stall(gateway: Gateway, request: dict[str, Any], line: Any) -> None:
    """Takes the messages and never answers."""
    gateway.take(request)
    gateway.release.wait(20)


def twice(gateway: Gateway, request: dict[str, Any], line: Any) -> None:
    """Answers one request with two answers, the second of which says no."""
    results = gateway.take(request)
    no = [{**each, "code": "isv.BLACK"} for each in results]
    line.sendall(http("200 OK", {"results": results}) + http("200 OK", {"results": no}))


class _Line(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        gateway: Gateway = self.server.gateway  # type: ignore[attr-defined]
        came = b""
        while True:
            while b"\r\n\r\n" not in came:
                part = self.read()
                if not part:
                    return
                came += part
            head, _, came = came.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
            while len(came) < int(headers["content-length"]):
                came += self.read()
            size = int(headers["content-length"])
            body, came = came[:size], came[size:]
            if gateway.signed == "hmac":
                proof = hmac.digest(SECRET.encode(), headers["x-timestamp"].encode() + b"\n" + body, sha256).hex()
                assert headers["x-signature"] == proof, "the request is not signed by us"
            with gateway.guard:
                request = {"first": first, "headers": headers, "body": json.loads(body)}
                gateway.requests.append(request)
                answer = gateway.script.pop(0) if gateway.script else well
            answer(gateway, request, self.request)
            if self.request.fileno() < 0 or answer is stall:
                return

    def read(self) -> bytes:
        try:
            return self.request.recv(65_536)
        except OSError:
            return b""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 200


@contextmanager
def a_gateway(*script: Answer, honours_keys: bool = True, signed: str = "hmac") -> Iterator[Gateway]:
    with _Server(("127.0.0.1", 0), _Line) as server:
        gateway = Gateway(f"http://127.0.0.1:{server.server_address[1]}/send", list(script), honours_keys=honours_keys)
        gateway.signed = signed
        server.gateway = gateway  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield gateway
        finally:
            gateway.release.set()
            server.shutdown()
            thread.join()


@dataclass
class Mailbox:
    """A mail server: what it took, and how it answers the next letters (after their last line) and recipients."""

    letters: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    port: int = 0
    release: threading.Event = field(default_factory=threading.Event)

    async def stall(self) -> str:
        """Says nothing until the mailbox is taken down."""
        await asyncio.to_thread(self.release.wait, 20)
        return "250 never heard"

    async def handle_RCPT(self, server: Server, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.recipients.get(address) == "stall":
            return await self.stall()
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Server, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer == "cut off":
            self.letters.append((envelope.rcpt_tos[0], envelope.content))
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
            return "250 never heard"
        if answer == "stall":
            self.letters.append((envelope.rcpt_tos[0], envelope.content))
            return await self.stall()
        if answer.startswith("2"):
            self.letters.append((envelope.rcpt_tos[0], envelope.content))
        return answer


class _Quiet(Controller):
    def __init__(self, box: Mailbox) -> None:
        super().__init__(box, hostname="127.0.0.1", port=0, ready_timeout=10)

    def _trigger_server(self) -> None:
        """The port was given by the system."""
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def a_mailbox(box: Mailbox) -> Iterator[Mailbox]:
    controller = _Quiet(box)
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        box.release.set()
        controller.stop()
