"""Who may ask the hub: the checks that keep other web pages out, and the headers that say what a page may do."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import urlsplit

from aiohttp import web

from GenerativeModelsLib.errors import InputError

__all__ = ["LOOPBACK_NAMES", "guard", "host_name", "is_loopback", "security_headers"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.(?!\Z)|\Z))+")

# The trame client compiles its templates in the browser ('unsafe-eval') and starts by an inline script; reports bring
# inline styles and pictures. Nothing is loaded from, sent to or framed by another site.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self' data: blob:",
        "frame-src 'self' data: blob:",
        "frame-ancestors 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reachable from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_name(given: str) -> str:
    """A value of `--allow-host` as browsers write that name in the Host header.

    Raises
    ------
    InputError
        It is not a bare host name or IP address.
    """
    name = given.strip().lower()
    try:
        address = ipaddress.ip_address(name[1:-1] if name.startswith("[") and name.endswith("]") else name)
    except ValueError:
        if _HOST_NAME.fullmatch(name):
            return name
    else:
        # 0.0.0.0 leads browsers to their own machine: any web page may send a request with that name in Host.
        if not address.is_unspecified and "%" not in name:
            return str(address)
    raise InputError(
        f"--allow-host {given} is no host name: give the bare name or IP address that users type, such as "
        "models.example, without scheme, port, slash or wildcard."
    )


def guard(names: Collection[str]) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
    """Give the middleware that refuses foreign hosts, origins and embedding.

    Parameters
    ----------
    names
        Host names a request may be addressed to, whatever the port (an SSH tunnel has another). Others are refused:
        a web site may let its own name point to this server (DNS rebinding).
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = request.headers.get("Host", "")
        # A request line with a whole address, as for a proxy, has a name of its own beside the Host header.
        foreign = [name for name in map(_name, (host, request.host)) if name not in names]
        if foreign:
            raise web.HTTPForbidden(
                text=f"The name {foreign[0]!r} is not one of this server's. Behind a reverse proxy, start it with "
                "--allow-host and the name users type.\n"
            )
        if _needs_own_origin(request) and not _own_origin(request, host, names):
            raise web.HTTPForbidden(text="Requests of other web pages are refused.\n")
        return await handler(request)

    return check


async def security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers to every answer; for `on_response_prepare`."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"  # the address is the key to the session
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.pop("Server", None)


def _name(netloc: str) -> str:
    """The host of a Host header or an origin, without port and brackets, lower case."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _needs_own_origin(request: web.Request) -> bool:
    """All but plain navigation: other pages may link here, but not post, embed, preload or open a socket."""
    if request.method not in {"GET", "HEAD"} or request.headers.get("Upgrade", "").lower() == "websocket":
        return True
    return "Sec-Fetch-Site" in request.headers and request.headers.get("Sec-Fetch-Dest") != "document"


def _own_origin(request: web.Request, host: str, names: Collection[str]) -> bool:
    """Whether a request comes from a page of this server; programs other than browsers say nothing and may pass."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    netloc = urlsplit(origin).netloc.lower() if origin.count("://") == 1 else ""
    if netloc == host.lower():
        return True
    # A reverse proxy may have put another name in Host; the one users type is then among the allowed names.
    return _name(netloc) in set(names) - LOOPBACK_NAMES
