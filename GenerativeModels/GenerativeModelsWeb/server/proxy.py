"""Passes requests and WebSockets of a tab on to its session process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine, Mapping
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from GenerativeModelsWeb.server.session_process import KEY_HEADER
from GenerativeModelsWeb.server.sessions import Session
from GenerativeModelsWeb.server.upload_limits import UploadRefusedError, UploadTooSlowError, refuse_size, within_limits
from GenerativeModelsWeb.server.uploads import shown_name

__all__ = ["Proxy", "held_by_a_page"]

log = logging.getLogger(__name__)

Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse

# Those of RFC 9110 that belong to one connection, and what each side works out for itself.
PRIVATE_HEADERS = {
    name.lower()
    for name in (
        "Authorization",  # the access token, or what a reverse proxy asks for: the session needs neither
        "Connection",
        "Cookie",  # those of other programs on this host
        "Expect",
        "Host",
        "Keep-Alive",
        "Origin",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Refresh",  # another way to send a browser elsewhere
        "Server",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        KEY_HEADER,
    )
}
LARGEST_MESSAGE = 16 * 2**20
"""From a page; trame cuts what is longer than 10 MB into several messages."""

HEARTBEAT_SECONDS = 30.0
SAME_TAB_SECONDS = 1.5
"""How long a page that is being reloaded may take to let go of its socket."""


class Proxy:
    """The way from the hub to the session processes. Use within `async with`."""

    def __init__(self) -> None:
        self._closing: set[asyncio.Future[bool]] = set()  # the loop keeps no strong references

    async def __aenter__(self) -> Proxy:
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10.0),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def forward(
        self, request: web.Request, session: Session, path: str, limit_bytes: int, *, store: bool = True
    ) -> web.StreamResponse:
        """Answer a request with what the session process answers at `path` (encoded, without the leading slash).

        A body of more than `limit_bytes`, or one that does not arrive in time, goes no further than here: 413 or 408
        and a sentence. An answer that would send the browser out of the session's folder is not passed on. `store` is
        False for what the browser must ask for each time.
        """
        query = request.rel_url.raw_query_string
        shown = shown_name(request.query["name"]) if "name" in request.query else "The file"
        try:
            refuse_size(request.content_length, limit_bytes, shown)
            answer = await self._client.request(
                request.method,
                URL(f"http://127.0.0.1:{session.port}/{path}{'?' if query else ''}{query}", encoded=True),
                headers={**_passable(request.headers), KEY_HEADER: session.key},
                data=within_limits(request.content, limit_bytes, shown) if request.can_read_body else None,
                allow_redirects=False,
            )
        except UploadRefusedError as error:
            return _refusal(error)
        except aiohttp.ClientError as error:
            if isinstance(error.__cause__, UploadRefusedError):
                return _refusal(error.__cause__)
            return web.json_response({"error": "The session has ended: reload the page."}, status=502)
        async with answer:
            if any(_leaves_the_folder(location, path) for location in answer.headers.getall("Location", ())):
                log.error("A session tried to send its page elsewhere")
                return web.json_response({"error": "The session gave an address outside itself."}, status=502)
            response = web.StreamResponse(status=answer.status, headers=_passable(answer.headers))
            if answer.status == UploadTooSlowError.status:
                response.force_close()
            if not store:
                response.headers["Cache-Control"] = "no-store"
            await response.prepare(request)
            if request.method != "HEAD":
                async for part in answer.content.iter_any():
                    await response.write(part)
            return response

    async def socket(self, request: web.Request, session: Session) -> web.WebSocketResponse:
        """Connect a page's WebSocket to the session process until one side lets go."""
        # autoping off: `held_by_a_page` must see the answers to its own pings.
        page = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE, heartbeat=HEARTBEAT_SECONDS, autoping=False)
        await page.prepare(request)
        for older in [*session.sockets]:  # the same page connects again after its line broke
            closing = asyncio.ensure_future(older.close(code=aiohttp.WSCloseCode.GOING_AWAY, message=b"Replaced"))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        session.sockets.add(page)
        try:
            async with self._client.ws_connect(
                f"http://127.0.0.1:{session.port}/ws",
                headers={KEY_HEADER: session.key},
                max_msg_size=0,
                compress=0,
            ) as inside:
                await _until_one_ends(_pump(page, inside, session), _pump(inside, page, session))
        except aiohttp.ClientError:
            pass  # the process is gone; the page learns it by the close below
        finally:
            session.sockets.discard(page)
            session.touch()
            await page.close(code=aiohttp.WSCloseCode.GOING_AWAY, message=b"The session has ended")
        return page


async def held_by_a_page(session: Session) -> bool:
    """Whether another page really uses a session, rather than one being reloaded or long gone.

    A page that is reloaded closes its socket at about the time the new one is asked for; one whose machine slept or
    whose line broke does not answer a ping.
    """
    asked = time.monotonic()
    for page in [*session.sockets]:
        with contextlib.suppress(ConnectionError, RuntimeError):
            await page.ping()
    while session.sockets and time.monotonic() - asked < SAME_TAB_SECONDS:
        await asyncio.sleep(0.05)
    return bool(session.sockets) and session.answered >= asked


def _refusal(error: UploadRefusedError) -> web.Response:
    """The answer to a body that is not taken; one that came too slowly is not waited for any longer."""
    response = web.json_response({"error": str(error)}, status=error.status)
    if isinstance(error, UploadTooSlowError):
        response.force_close()
    return response


def _leaves_the_folder(location: str, path: str) -> bool:
    """Whether a Location, as a browser at `path` of the session reads it, is outside the session's folder.

    Browsers take a backslash for a slash, drop spaces and control characters, and read %2e as a dot.
    """
    location = location.replace("%2e", ".").replace("%2E", ".")
    if not location.isprintable() or set(location) & {"\\", " "} or location.startswith("/"):
        return True
    try:
        parts = urlsplit(location)
    except ValueError:
        return True
    depth = path.count("/")
    for part in parts.path.split("/")[:-1] + ([".."] if parts.path.endswith("..") else []):
        depth += {"..": -1, ".": 0}.get(part, 1)
        if depth < 0:
            return True
    return bool(parts.scheme or parts.netloc)


def _passable(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are not of one connection alone."""
    return {name: value for name, value in headers.items() if name.lower() not in PRIVATE_HEADERS}


async def _until_one_ends(*ways: Coroutine[None, None, None]) -> None:
    """Run both directions until one ends, then drop the other; a broken line is an end like any."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for failure in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(failure, Exception) and not isinstance(failure, (ConnectionError, aiohttp.ClientError)):
                log.error("A WebSocket broke", exc_info=failure)


async def _pump(source: Socket, sink: Socket, session: Session) -> None:
    """Pass messages on until the source closes."""
    async for message in source:
        if message.type is aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)
        elif message.type is aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.PING:
            await source.pong(message.data)
        elif message.type is aiohttp.WSMsgType.PONG:
            session.answered = time.monotonic()
