"""A body that is slow does not hold its place for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("aiohttp")

from aiohttp import web
from aiohttp.test_utils import TestServer

from GenerativeModelsWeb.server import upload_limits, uploads
from GenerativeModelsWeb.server.proxy import Proxy
from GenerativeModelsWeb.server.sessions import Session
from GenerativeModelsWeb.server.uploads import UploadStore

HEAD = b"POST /upload/axial?name=slow.png HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UploadStore:
    monkeypatch.setattr(uploads, "AT_ONCE", 1)
    monkeypatch.setattr(uploads, "require_self_contained", lambda path, label: None)
    made = UploadStore(tmp_path / "uploads", limit_bytes=1000)
    made.places, made.on_upload = ("axial",), lambda *_: None
    return made


@pytest.fixture(params=["the session", "the hub"])
def ask(request: pytest.FixtureRequest, store: UploadStore) -> Callable[[Talk], bytes]:
    """A conversation with a session's storing, or with a hub's proxy before one that takes all and waits for ever."""
    at_hub = request.param == "the hub"

    async def swallow(asked: web.Request) -> web.Response:
        async for _ in asked.content.iter_any():
            pass
        return web.Response()

    async def run(talk: Talk) -> bytes:
        inside, outside, session, proxy = web.Application(), web.Application(), Session("counter"), Proxy()
        inside.router.add_post("/upload/{place}", swallow if at_hub else store.receive)

        async def forward(asked: web.Request) -> web.StreamResponse:
            return await proxy.forward(asked, session, asked.rel_url.raw_path[1:], 1000)

        outside.router.add_post("/upload/{place}", forward)
        async with TestServer(inside) as server, proxy:
            session.port = server.port
            near = TestServer(outside if at_hub else inside)
            await near.start_server(lingering_time=0.1)
            reader, writer = await asyncio.open_connection(near.host, near.port)
            try:
                return await asyncio.wait_for(talk(reader, writer), 20)
            finally:
                writer.close()
                await near.close()

    return lambda talk: asyncio.run(run(talk))


def refused(answer: bytes, words: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split()[1] == b"408" and b"connection: close" in head.lower() and words in body


def test_a_body_that_stops_is_not_waited_for(
    ask: Callable[[Talk], bytes], store: UploadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_limits, "SILENCE_SECONDS", 0.2)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(HEAD + b"x" * 300)
        return await reader.read()  # to the end of the connection, which the server closes

    assert refused(ask(talk), b"slow.png stopped arriving: check the connection and send it again.")
    assert [*store.folder.iterdir()] == [] and store._under_way == 0


def test_a_body_that_trickles_is_not_waited_for_either(
    ask: Callable[[Talk], bytes], store: UploadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_limits, "LEAST_SECONDS", 0.3)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        async def trickle() -> None:
            writer.write(HEAD)
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.02)

        trickling = asyncio.ensure_future(trickle())
        answer = b""
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(4096):
                trickling.cancel()
                answer += part
        trickling.cancel()
        return answer

    # A byte on its way when the server closes the line resets it, and the answer with it: then it is asked again.
    answers = (ask(talk) for _ in range(5))
    assert refused(next(filter(None, answers)), b"slow.png was not sent whole in time")
    assert [*store.folder.iterdir()] == [] and store._under_way == 0


def test_the_largest_file_has_time_in_proportion() -> None:
    limit = uploads.UPLOAD_LIMIT_BYTES
    seconds = upload_limits.LEAST_SECONDS + limit / upload_limits.LEAST_BYTES_A_SECOND
    assert upload_limits.SILENCE_SECONDS == 20 and seconds == 60 + 512


def test_a_body_whose_parts_come_slowly_but_in_time_is_taken(
    ask: Callable[[Talk], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_limits, "SILENCE_SECONDS", 5.0)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(HEAD)
        for _ in range(3):
            writer.write(b"x" * 300)
            await writer.drain()
            await asyncio.sleep(0.05)
        return await reader.readuntil(b"\r\n\r\n")

    assert b" 200 " in ask(talk)[:20]
