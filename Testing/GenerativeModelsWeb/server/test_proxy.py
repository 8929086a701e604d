from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

pytest.importorskip("aiohttp")

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from GenerativeModelsWeb.server import proxy as proxy_module
from GenerativeModelsWeb.server.proxy import Proxy, held_by_a_page
from GenerativeModelsWeb.server.session_process import KEY_HEADER
from GenerativeModelsWeb.server.sessions import Session

LIMIT = 10_000
OWN = {"Authorization": "Bearer access-token"}


class Inside:
    """What a session process would be: echoes, and notes what it was asked."""

    def __init__(self) -> None:
        self.seen: list[web.Request] = []
        self.received = 0
        self.sockets: list[web.WebSocketResponse] = []
        self.app = web.Application()
        self.app.router.add_get("/ws", self.socket)
        self.app.router.add_route("*", "/{path:.*}", self.answer)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        if request.path.endswith("/away"):
            location = request.query.get("to", "there.html")
            return web.Response(status=302, headers={"Location": location, "Refresh": "0; url=//evil.example"})
        if request.path == "/packed":
            headers = {"Content-Encoding": "gzip", "Set-Cookie": "a=1"}
            return web.Response(body=gzip.compress(b"text"), headers=headers)
        async for part in request.content.iter_any():
            self.received += len(part)
        return web.Response(text=f"{request.method} {request.rel_url.raw_path_qs} {self.received}", status=207)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        self.seen.append(request)
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            if message.data == "close":
                await socket.close(code=4000)
            elif isinstance(message.data, str):
                await socket.send_str(message.data)
            else:
                await socket.send_bytes(message.data)
        return socket


def with_proxy(talk: Callable[[TestClient, Inside, Session], Awaitable[object]]) -> object:
    """A client that talks to a proxy in front of an `Inside`."""

    async def run() -> object:
        inside, session, proxy = Inside(), Session("counter"), Proxy()

        async def forward(request: web.Request) -> web.StreamResponse:
            path = request.rel_url.raw_path[1:]
            return await proxy.forward(request, session, path, LIMIT, store=path != "page")

        async def socket(request: web.Request) -> web.WebSocketResponse:
            return await proxy.socket(request, session)

        outside = web.Application()
        outside.router.add_get("/ws", socket)
        outside.router.add_route("*", "/{path:.*}", forward)
        async with TestServer(inside.app) as server, proxy, TestClient(TestServer(outside)) as client:
            session.port = server.port
            return await asyncio.wait_for(talk(client, inside, session), 30)

    return asyncio.run(run())


def test_a_request_arrives_as_it_was_sent() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        answer = await client.post(
            "/a%20b/c?q=a%26b&r=1", data=b"x" * 300, headers={"X-Own": "ü", "Cookie": "c=1", **OWN}
        )
        assert answer.status == 207 and await answer.text() == "POST /a%20b/c?q=a%26b&r=1 300"
        headers = inside.seen[0].headers
        assert headers[KEY_HEADER] == session.key and headers["X-Own"] == "ü"
        assert headers["Content-Length"] == "300" and "Cookie" not in headers and "Authorization" not in headers
        assert headers["Host"] == f"127.0.0.1:{session.port}"

    with_proxy(talk)


def test_a_key_from_outside_is_not_passed_on() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        await client.get("/", headers={KEY_HEADER.lower(): "stolen"})
        assert inside.seen[0].headers.getall(KEY_HEADER) == [session.key]

    with_proxy(talk)


def test_an_answer_arrives_as_it_was_given() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        away = await client.get("/away", allow_redirects=False)
        assert away.status == 302 and away.headers["Location"] == "there.html" and "Refresh" not in away.headers
        packed = await client.get("/packed")
        assert packed.headers["Content-Encoding"] == "gzip" and await packed.text() == "text"
        head = await client.head("/packed")
        assert head.status == 200 and await head.read() == b""
        assert "Cache-Control" not in packed.headers
        assert (await client.get("/page")).headers["Cache-Control"] == "no-store"

    with_proxy(talk)


@pytest.mark.parametrize(
    ("path", "location", "passed"),
    [
        ("away", "index.html?a=b/../../c", True),
        ("away", "./x", True),
        ("away", "x/../y", True),
        ("a/away", "../x", True),
        ("a/away", "..", True),
        ("away", "//evil.example/", False),
        ("away", "///evil.example/", False),
        ("away", "/session/other/", False),
        ("away", "https://evil.example/", False),
        ("away", "https:evil.example", False),
        ("away", "javascript:alert(1)", False),
        ("away", "\\\\evil.example", False),
        ("away", "x\\..\\..\\y", False),
        ("away", "../x", False),
        ("away", "..", False),
        ("away", "x/../../y", False),
        ("away", "%2e%2E/x", False),
        ("a/away", "../../x", False),
        ("away", "\t//evil.example", False),
        ("away", "x y", False),
        ("away", "//[", False),
    ],
)
def test_no_answer_sends_the_browser_out_of_the_session(path: str, location: str, passed: bool) -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        answer = await client.get(f"/{path}", params={"to": location}, allow_redirects=False)
        assert inside.seen, "the session was asked"
        assert answer.status == (302 if passed else 502) and "Refresh" not in answer.headers
        assert answer.headers.get("Location") == (location if passed else None)

    with_proxy(talk)


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_beyond_the_limit_goes_no_further(announced: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000
            await asyncio.sleep(0)

    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        answer = await client.post("/upload/axial", data=b"x" * (LIMIT + 1) if announced else parts())
        assert answer.status == 413 and "at most 9.77 KiB" in (await answer.json())["error"]
        assert inside.received <= LIMIT

    with_proxy(talk)


def test_a_body_without_a_length_is_passed_on() -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"x" * 1000

    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        assert (await client.post("/upload", data=parts())).status == 207
        assert inside.received == 9000

    with_proxy(talk)


def test_a_browser_that_goes_away_ends_the_request_inside() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        _, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(b"POST /upload/axial HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" + b"x" * 300)
        await writer.drain()
        while inside.received < 300:
            await asyncio.sleep(0.01)
        transport = inside.seen[0].transport
        writer.close()
        while not transport.is_closing():
            await asyncio.sleep(0.01)

    with_proxy(talk)


def test_a_session_that_is_gone_is_a_sentence() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        session.port = 9  # nobody listens there
        answer = await client.get("/download/mesh")
        assert answer.status == 502 and "reload the page" in (await answer.json())["error"]
        async with client.ws_connect("/ws") as socket:
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.CLOSE and socket.close_code == 1001

    with_proxy(talk)


def test_messages_pass_both_ways_whatever_their_size() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        async with client.ws_connect("/ws", max_msg_size=0) as socket:
            for message in (b"", b"\x00\xff", bytes(10_000_000)):
                await socket.send_bytes(message)
                assert await socket.receive_bytes() == message
            await socket.send_str("ü")
            assert await socket.receive_str() == "ü"
            assert session.sockets and inside.seen[0].headers[KEY_HEADER] == session.key
        before = session.touched
        while session.sockets:
            await asyncio.sleep(0.01)
        assert session.touched >= before

    with_proxy(talk)


def test_either_side_may_let_go() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        async with client.ws_connect("/ws") as socket:
            await socket.send_str("close")
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        async with client.ws_connect("/ws") as socket:
            await socket.send_str("x")
            await socket.receive()
        while not all(socket.closed for socket in inside.sockets):
            await asyncio.sleep(0.01)

    with_proxy(talk)


def test_a_page_that_connects_again_replaces_its_old_socket() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        async with client.ws_connect("/ws") as old, client.ws_connect("/ws") as new:
            assert (await old.receive()).type is aiohttp.WSMsgType.CLOSE
            await new.send_str("x")
            assert await new.receive_str() == "x"
            while len(session.sockets) != 1:
                await asyncio.sleep(0.01)

    with_proxy(talk)


def test_a_living_page_holds_its_session() -> None:
    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        assert not await held_by_a_page(session)
        async with client.ws_connect("/ws") as socket:
            listening = asyncio.ensure_future(socket.receive())  # answers pings
            while not session.sockets:
                await asyncio.sleep(0.01)
            assert await held_by_a_page(session)
            listening.cancel()

    with_proxy(talk)


def test_a_page_that_is_reloaded_or_does_not_answer_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_module, "SAME_TAB_SECONDS", 0.5)

    async def talk(client: TestClient, inside: Inside, session: Session) -> None:
        silent = await client.ws_connect("/ws", autoping=False)
        while not session.sockets:
            await asyncio.sleep(0.01)
        assert not await held_by_a_page(session), "it never answers"
        asking = asyncio.ensure_future(held_by_a_page(session))
        await asyncio.sleep(0.1)
        await silent.close()
        assert not await asking, "it lets go while the new page is asked for"

    with_proxy(talk)
