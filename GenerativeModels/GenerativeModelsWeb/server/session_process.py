"""The process behind one browser tab: `python -m GenerativeModelsWeb.server.session_process`, started by the hub.

It reads its orders as one line of JSON from stdin, says `{"port": N}` on stdout when it serves, and ends when stdin is
closed, so also when the hub dies. It answers on the loopback interface only, and only to who knows the key from the
orders: other users of the machine, and web pages that guess ports, do not.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import importlib
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from GenerativeModelsWeb.server import notices
from GenerativeModelsWeb.server.access import TOKEN_VARIABLE
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.uploads import UPLOAD_LIMIT_BYTES, UploadStore

if TYPE_CHECKING:
    from trame_server import Server

__all__ = ["KEY_HEADER", "Orders", "child_environment", "main"]

KEY_HEADER = "X-Session-Key"
PATIENCE_SECONDS = 4.0
"""How long an application may take to close before the process ends anyway; below the hub's own patience."""


@dataclass(frozen=True)
class Orders:
    """What the hub tells a session process.

    Attributes
    ----------
    folder
        Temporary folder of this session; the process removes it when it ends.
    key
        What every request must carry in the header KEY_HEADER.
    application
        Place of its class, see `applications.Application`.
    title
        Of the page.
    model
        Folder of a model bundle; None = the default one.
    device
        As on the command line.
    upload_limit_bytes
        Largest file taken.
    """

    folder: str
    key: str
    application: str
    title: str
    model: str | None = None
    device: str = "auto"
    upload_limit_bytes: int = UPLOAD_LIMIT_BYTES

    def to_line(self) -> bytes:
        """One line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Orders:
        """The orders of a line."""
        return cls(**json.loads(line))


def main() -> None:
    """Serve one session until stdin is closed."""
    with contextlib.suppress(ValueError):  # a Ctrl-C in the terminal is the hub's to handle
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    announce = _keep_stdout()
    orders = Orders.from_line(sys.stdin.buffer.readline())
    try:
        asyncio.run(_serve(orders, announce))
    finally:
        shutil.rmtree(orders.folder, ignore_errors=True)


def _keep_stdout() -> Callable[[int], None]:
    """Give a call that tells the hub the port; whatever else is printed goes to stderr, also from C++."""
    real = os.dup(1)
    os.dup2(2, 1)

    def announce(port: int) -> None:
        with os.fdopen(real, "wb") as stream:
            stream.write(json.dumps({"port": port}).encode() + b"\n")

    return announce


async def _serve(orders: Orders, announce: Callable[[int], None]) -> None:
    """Run the application's server until the hub lets go."""
    from trame.app import get_server

    _keep_tracebacks_here()
    folder = Path(orders.folder)
    ended = _watch_stdin(folder)
    server = get_server("session", client_type="vue3")
    server.state.trame__title = orders.title
    store = UploadStore(folder / "uploads", orders.upload_limit_bytes)
    downloads = Downloads(folder / "downloads")
    module, name = orders.application.split(":")
    model = Path(orders.model) if orders.model else None
    application = getattr(importlib.import_module(module), name)(
        server, store, downloads, model=model, device=orders.device
    )
    routes = {"key": orders.key, "title": orders.title}
    server.controller.on_server_bind.add(lambda wslink: _add_routes(wslink.app, server, store, downloads, **routes))
    server.controller.on_server_ready.add(lambda **_: announce(server.port))
    serving = asyncio.ensure_future(
        server.start(
            port=0,
            host="127.0.0.1",
            exec_mode="coroutine",
            timeout=0,  # the hub decides when nobody is there
            thread=True,  # no signal handlers
            open_browser=False,
            show_connection_info=False,
        )
    )
    await asyncio.wait({serving, asyncio.ensure_future(ended.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()  # raises what went wrong at the start
    application.close()
    if not serving.done():
        await server.stop()


def _watch_stdin(folder: Path) -> asyncio.Event:
    """Give an event set when the hub closes stdin; when the process does not end soon after, it is ended."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        while os.read(0, 1024):  # not sys.stdin, whose lock a daemon thread must not hold when Python ends
            pass
        with contextlib.suppress(RuntimeError):  # the loop is over already
            loop.call_soon_threadsafe(ended.set)
        threading.Event().wait(PATIENCE_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=wait, name="stdin", daemon=True).start()
    return ended


def _keep_tracebacks_here() -> None:
    """Send a page no traceback when a call of it fails: it names folders of this machine. wslink logs it as well."""
    from wslink.backends.aiohttp import AioHttpWsHandler

    send = AioHttpWsHandler.sendWrappedError

    async def send_without_data(
        self: AioHttpWsHandler, rpcid: str, code: int, message: str, data: Any = None, client_id: str | None = None
    ) -> None:
        await send(self, rpcid, code, message, None, client_id)

    AioHttpWsHandler.sendWrappedError = send_without_data


def _add_routes(
    app: web.Application, server: Server, store: UploadStore, downloads: Downloads, *, key: str, title: str
) -> None:
    """Add our routes to the web server of trame before it starts; they win over its static files."""

    @web.middleware
    async def only_the_hub(request: web.Request, handler: Any) -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get(KEY_HEADER, "").encode(), key.encode()):
            raise web.HTTPForbidden(text="This is the inside of a session; open the address of the hub.\n")
        return await handler(request)

    async def entrance(_: web.Request) -> web.Response:
        return web.Response(text=notices.entrance_page(client_page, title), content_type="text/html")

    from trame_client.module.vue3 import www

    client_page = Path(www, "index.html").read_text(encoding="utf-8")
    app.middlewares.append(only_the_hub)
    app.router.add_get("/index.html", entrance)
    app.router.add_post("/upload/{place}", _inside(server, store.receive))
    app.router.add_get("/download/{name}", _inside(server, downloads.send))


def _inside(
    server: Server, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Send the page what a handler changed in the state."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        finally:
            server.state.flush()

    return handle


def child_environment(folder: str) -> dict[str, str]:
    """The environment of a session process with that temporary folder: it finds this package where the hub has it."""
    here = str(Path(__file__).resolve().parents[2])
    inherited = os.environ.get("PYTHONPATH")
    return {
        # The waiting threads of numpy's matrix products would take the cores from the views and the browser.
        "OPENBLAS_NUM_THREADS": "1",
        **{name: text for name, text in os.environ.items() if name != TOKEN_VARIABLE},
        "PYTHONPATH": os.pathsep.join([here, *([inherited] if inherited else [])]),
        "PYTHONSAFEPATH": "1",  # a file slicer.py in the folder where somebody starts the hub is not Slicer
        # Whatever the session and its children make for a while goes with its folder, even when they are killed.
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder),
    }


if __name__ == "__main__":
    main()
