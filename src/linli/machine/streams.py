"""The streams of live pages: one process, plain ASGI, no page and no data: only that something may have changed.

``GET /live/?ticket=…`` answers with server-sent events (HTML, 9.2), each ``topic version``, first how things stand. A
stream holds the latest number of each of its topics and nothing else, so a slow reader costs no memory; it ends with
its ticket, and the page fetches another through its own view.
"""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Any
from urllib.parse import parse_qs

import psycopg
import uvicorn

from linli.machine.processes import end_with_parent
from linli.record.live import CHANNEL, TICKET_LIFE, topics_in

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: Seconds after which a stream that has nothing to say says so, for proxies that close what is silent.
HEARTBEAT = 20.0
#: Seconds before the database is tried again.
AGAIN = 0.5
#: Streams that one process carries; more are asked to come again, and their pages ask every 15 seconds meanwhile.
MOST = 10_000

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    # The ticket is the whole right: no cookie is sent here, and none would be read.
    (b"access-control-allow-origin", b"*"),
]


class Stream:
    """One page that listens: which of its topics it has not been told of yet."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = tuple(topics)
        self.pending = set(self.topics)
        self.wake = asyncio.Event()
        self.over = False

    def ring(self, topic: str) -> None:
        """Remember that the topic moved."""
        self.pending.add(topic)
        self.wake.set()

    async def until_gone(self, receive: Receive) -> None:
        """Notice that the reader has left."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.leave()

    def leave(self) -> None:
        """End."""
        self.over = True
        self.wake.set()


class Streams:
    """The ASGI application: the topics' numbers as heard from the database, and who listens to which."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._versions: dict[str, int] = {}
        self._listening: defaultdict[str, set[Stream]] = defaultdict(set)
        self._open = 0
        self._ready = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    def close(self) -> None:
        """End every stream: the process is to stop, and its pages will look for the next one."""
        for streams in self._listening.values():
            for stream in streams:
                stream.leave()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        listener = asyncio.create_task(self._listen())
        # Nobody is told how things stand before it was heard once.
        await self._ready.wait()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        listener.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _listen(self) -> None:
        """Hear the database for ever; after a break read all numbers anew, so that nothing is missed."""
        while True:
            with suppress(psycopg.OperationalError):
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as database:
                    await database.execute(f"listen {CHANNEL}")
                    cursor = await database.execute("select name, version from record_topic")
                    for name, version in await cursor.fetchall():
                        self._hear(name, version)
                    self._ready.set()
                    async for heard in database.notifies():
                        name, _, number = heard.payload.partition(" ")
                        self._hear(name, int(number))
            await asyncio.sleep(AGAIN)

    def _hear(self, topic: str, version: int) -> None:
        if version > self._versions.get(topic, 0):
            self._versions[topic] = version
            for stream in self._listening.get(topic, ()):
                stream.ring(topic)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        ticket = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
        topics = topics_in(ticket) if scope["path"] == "/live/" and scope["method"] == "GET" else []
        status = 404 if topics == [] else 403 if topics is None else 503 if self._open >= MOST else 200
        await send({"type": "http.response.start", "status": status, "headers": HEADERS})
        if status == 200:
            await self._stream(Stream(topics or ()), receive, send)
        await send({"type": "http.response.body", "body": b""})

    async def _stream(self, stream: Stream, receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(stream.until_gone(receive))
        self._open += 1
        for topic in stream.topics:
            self._listening[topic].add(stream)
        try:
            await self._tell(stream, send)
        finally:
            self._open -= 1
            leaving.cancel()
            for topic in stream.topics:
                self._listening[topic].discard(stream)
                if not self._listening[topic]:
                    del self._listening[topic]

    async def _tell(self, stream: Stream, send: Send) -> None:
        until = monotonic() + TICKET_LIFE
        while not stream.over and monotonic() < until:
            stream.wake.clear()
            moved, stream.pending = sorted(stream.pending), set()
            said = "".join(f"data: {topic} {self._versions.get(topic, 0)}\n\n" for topic in moved) or ":\n\n"
            await send({"type": "http.response.body", "body": said.encode(), "more_body": True})
            with suppress(TimeoutError):
                # Unlike wait_for, this makes no task: of thousands that wake at once each comes sooner.
                async with asyncio.timeout(min(HEARTBEAT, max(0.1, until - monotonic()))):
                    await stream.wake.wait()


class Server(uvicorn.Server):
    """uvicorn, which lets its streams go before it waits for them."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Asked to stop."""
        self._streams.close()
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve the streams at the port that is named, on this machine only, until told to stop."""
    end_with_parent(os.getppid(), signal.SIGKILL)
    streams = Streams(os.environ["DATABASE_URL"])
    settings = uvicorn.Config(
        streams,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        lifespan="on",
        http="h11",
        loop="asyncio",
        log_level="warning",
        # A log of tickets would be a log of who looked at what.
        access_log=False,
        backlog=4096,
        timeout_graceful_shutdown=1,
    )
    Server(settings, streams).run()


if __name__ == "__main__":
    main()
