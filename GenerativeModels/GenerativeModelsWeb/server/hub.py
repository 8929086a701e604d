"""The one port of the browser front end: gives every tab a session of its own and passes its requests on."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from aiohttp import web

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.server import notices
from GenerativeModelsWeb.server.access import Access
from GenerativeModelsWeb.server.guards import LOOPBACK_NAMES, guard, host_name, security_headers
from GenerativeModelsWeb.server.proxy import Proxy, held_by_a_page
from GenerativeModelsWeb.server.remembered import Remembered
from GenerativeModelsWeb.server.sessions import Session, SessionPlan, Sessions

__all__ = ["Hub", "HubSettings", "listen", "serve"]

NAME = "GenerativeModels"
"""Title of the pages that belong to none of several applications."""
NOT_STORED = {"Cache-Control": "no-store"}
HOME_OF_A_SESSION = "../../"
"""Relative, as all our addresses: a reverse proxy may have put the hub below a path of its own."""

SESSION = "/session/{token:[0-9a-f]{40}}"
"""Only what may be a session's token: anything else in its place could turn a redirect into another site's address."""
LIST = "/applications/{token:[0-9a-f]{40}}"
"""The list of applications as one browser knows it: who knows the token was admitted before."""
LISTS_KEPT = 4096
"""How many lists are remembered."""


@dataclass(frozen=True)
class HubSettings:
    """What a hub is started with.

    Attributes
    ----------
    plan
        What its sessions have in common.
    loopback
        It listens on this machine alone.
    names
        Host names users may type beside those of this machine. There must be one when the hub listens on a network.
    access
        Whoever has its token may start a session.

    Raises
    ------
    InputError
        A name is no host name, or there is none although the hub listens on a network.
    """

    plan: SessionPlan = field(default_factory=SessionPlan)
    loopback: bool = True
    names: frozenset[str] = frozenset()
    access: Access = field(default_factory=Access)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(map(host_name, self.names)))
        if not self.loopback and not self.names:
            raise InputError(
                "Listening on a network wants the host name that users type, else any web site could reach this "
                "server: give it with --allow-host NAME, or leave --host out."
            )

    @property
    def allowed_names(self) -> frozenset[str]:
        """Names a request may be addressed to."""
        return LOOPBACK_NAMES | self.names


class Hub:
    """The web application on the one port."""

    def __init__(self, settings: HubSettings) -> None:
        self.settings = settings
        self.sessions = Sessions(settings.plan)
        self._access = settings.access
        self._lists = Remembered(LISTS_KEPT)
        self._offered = settings.plan.applications
        self._only = next(iter(self._offered)) if len(self._offered) == 1 else None
        self._title = NAME if self._only is None else self._offered[self._only].title
        self._proxy = Proxy()

    def application(self) -> web.Application:
        """The routes of the hub, to be run by aiohttp."""
        app = web.Application(middlewares=[guard(self.settings.allowed_names)])
        app.on_response_prepare.append(security_headers)
        app.on_shutdown.append(self._let_pages_go)
        app.cleanup_ctx.append(self._run)
        app.router.add_get("/", self.enter)
        app.router.add_get("/healthz", self.health)
        for place in (SESSION, LIST):
            app.router.add_get(place, self.add_slash)
        app.router.add_get(f"{LIST}/", self.choices)
        app.router.add_get(f"{LIST}/{{name}}", self.open_choice)
        app.router.add_get(f"{SESSION}/", self.page)
        app.router.add_get(f"{SESSION}/new", self.another)
        app.router.add_get(f"{SESSION}/starting", self.starting)
        app.router.add_get(f"{SESSION}/ws", self.socket)
        app.router.add_post(f"{SESSION}/paraview/", self.launcher)
        app.router.add_get(SESSION + "/{path:.+}", self.forward)
        app.router.add_post(SESSION + "/{path:.+}", self.forward)
        return app

    async def enter(self, request: web.Request) -> web.Response:
        """Give the tab a session of its own and send it there, when it has the token or a ticket.

        Where there are several applications, send it to the list of them, unless it asks for one by name.
        """
        _refuse_guesses(request)
        if not self._access.admits(request):
            by = ("ticket" in request.query, "token" in request.query)
            return _html(notices.locked_page(self._title, *by), status=403)
        name = self._only or request.query.get("application")
        if name in self._offered:
            return self._new_session("session/", name)
        token = secrets.token_hex(20)
        self._lists[token] = ""
        raise _see_other(f"applications/{token}/")

    async def choices(self, request: web.Request) -> web.Response:
        """Show what can be opened."""
        self._require_list(request)
        return _html(notices.list_page(self._title, self._offered))

    async def open_choice(self, request: web.Request) -> web.Response:
        """Give the tab a session of an application of the list."""
        _refuse_guesses(request)
        self._require_list(request)
        name = request.match_info["name"]
        if name not in self._offered:
            raise _see_other("./")
        return self._new_session("../../session/", name)

    async def another(self, request: web.Request) -> web.Response:
        """Give the tab of a session that failed or ended another one: who knows its token was admitted before."""
        _refuse_guesses(request)
        name = self.sessions.application_of(request.match_info["token"])
        if name is None:
            raise _see_other(HOME_OF_A_SESSION)
        return self._new_session("../", name)

    async def health(self, request: web.Request) -> web.Response:
        """Answer that the hub is there; to who has the token also how it is."""
        answer: dict[str, object] = {"ok": True}
        if self._access.has_token(request):
            sessions = len(self.sessions.taken)
            answer |= {"sessions": sessions, "spare": self.sessions.spare_ready, "full": self.sessions.full}
        return web.json_response(answer, headers=NOT_STORED)

    async def add_slash(self, request: web.Request) -> web.Response:
        """Send an address without its last slash to the one with it."""
        raise _see_other(f"{request.match_info['token']}/")

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Answer with a session's page; with a notice while it starts.

        An address whose session is over or another tab's leads to a new one: who knows it was admitted before.
        """
        session = self.sessions.find(request.match_info["token"])
        if session is None:
            return await self.another(request)
        if session.failure:
            return self._failed(session)
        if session.starting:
            return _html(notices.starting_page(self._offered[session.application].title))
        if await held_by_a_page(session):
            return await self.another(request)
        # Not from the browser's cache: another tab of the same address must come by here.
        answer = await self._pass_on(request, session, "index.html", store=False)
        # A process that has just ended is missed here before `Session.run` knows of its end.
        return self._failed(session) if answer.status == web.HTTPBadGateway.status_code else answer

    async def starting(self, request: web.Request) -> web.Response:
        """Tell the starting page whether to wait on."""
        session = self.sessions.find(request.match_info["token"])
        return web.json_response({"starting": session is not None and session.starting})

    async def launcher(self, request: web.Request) -> web.Response:
        """Leave the trame client to its own answer: the socket is at `ws` beside the page, whatever the host and path.

        It first asks here for a process launcher; an answer without content makes it take the address of the page.
        """
        return web.json_response(None)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """Connect a page to its session."""
        session = self._session(request)
        return await self._proxy.socket(request, session)

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Pass anything else below a session's address on to it."""
        session = self._session(request)
        path = request.rel_url.raw_path.split("/", 3)[3]
        if path == "index.html":
            raise _see_other("./")  # there `page` decides whose it is
        return await self._pass_on(request, session, path)

    def _require_list(self, request: web.Request) -> None:
        """Send whoever was not admitted, or came from a hub that has ended, to the entrance."""
        if request.match_info["token"] not in self._lists:
            raise _see_other("../../")

    def _new_session(self, folder: str, application: str) -> web.Response:
        """Send the tab to a session of its own, in a folder of sessions as seen from the page it asked for."""
        session = self.sessions.take(application)
        if session is None:
            plan, title = self.settings.plan, self._offered[application].title
            return _html(notices.full_page(title, plan.limit, plan.grace_seconds, ""), status=503)
        raise _see_other(f"{folder}{session.token}/")

    def _failed(self, session: Session) -> web.Response:
        """Say why there is no session, and lead to a new one."""
        title = self._offered[session.application].title
        return _html(notices.failed_page(title, session.failure or "The session ended unexpectedly.", "new"), 503)

    async def _pass_on(
        self, request: web.Request, session: Session, path: str, *, store: bool = True
    ) -> web.StreamResponse:
        limit = self.settings.plan.upload_limit_bytes
        return await self._proxy.forward(request, session, path, limit, store=store)

    def _session(self, request: web.Request) -> Session:
        session = self.sessions.find(request.match_info["token"])
        if session is None:
            raise web.HTTPNotFound(text="This session has ended; reload the page for a new one.\n")
        if not session.ready:
            raise web.HTTPServiceUnavailable(text=f"{session.failure or 'The session is still starting.'}\n")
        return session

    async def _run(self, app: web.Application) -> AsyncIterator[None]:
        async with self._proxy, self.sessions:
            yield

    async def _let_pages_go(self, app: web.Application) -> None:
        """Close the sockets first, or the web server would wait for them."""
        pages = [page for session in self.sessions.taken.values() for page in session.sockets]
        await asyncio.gather(*(page.close(code=1001, message=b"The server ends") for page in pages))


def listen(host: str, port: int) -> socket.socket:
    """Give a socket that listens.

    Raises
    ------
    InputError
        The host is no address of this machine, or the port is taken or not allowed.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except (OSError, UnicodeError, OverflowError) as error:
        raise InputError(f"--host {host} is no address to listen on: take 127.0.0.1 or 0.0.0.0.") from error
    try:
        return socket.create_server((host, port), family=family)
    except PermissionError as error:
        raise InputError(f"Port {port} may not be used by this user: choose one above 1023 with --port.") from error
    except OSError as error:
        raise InputError(
            f"Port {port} of {host} cannot be listened on ({error.strerror}): another program may have it, perhaps "
            "this one started before; choose another with --port, or --port 0 for any free one."
        ) from error


def serve(settings: HubSettings, listening: socket.socket, started: Callable[[], None] | None = None) -> None:
    """Serve until Ctrl-C or a termination signal; all sessions end with it.

    Parameters
    ----------
    settings
        What to serve.
    listening
        Where; see `listen`.
    started
        Called once requests will be answered.
    """
    app = Hub(settings).application()
    if started is not None:

        async def tell(_: web.Application) -> None:
            started()

        app.on_startup.append(tell)
    web.run_app(app, sock=listening, print=None, access_log=None, shutdown_timeout=2.0)


def _refuse_guesses(request: web.Request) -> None:
    """Start no session, and use up no ticket, for a request that shows nobody a page: HEAD, or a browser's guess."""
    if "prefetch" in request.headers.get("Sec-Purpose", ""):  # of an address typed in part
        raise web.HTTPServiceUnavailable(text="A session starts when somebody comes.\n")
    if request.method != "GET":
        raise web.HTTPMethodNotAllowed(request.method, ["GET"])


def _see_other(location: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(location, headers=NOT_STORED)


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=NOT_STORED)
