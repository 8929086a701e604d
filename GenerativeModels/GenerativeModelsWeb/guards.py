"""Who may ask the hub: the checks that keep other web pages out, and the headers that say what a page may do."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import urlsplit

from aiohttp import web

__all__ = ["guard", "is_loopback", "security_headers"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

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


def guard(names: Collection[str] | None) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
    """Give the middleware that refuses foreign hosts, origins and embedding.

    Parameters
    ----------
    names
        Host names a request may be addressed to, whatever the port (an SSH tunnel has another); None = any. On
        loopback these are the names of this machine alone: a site that lets its own name point here (DNS rebinding)
        is refused.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = request.headers.get("Host", "")
        if names is not None and _name(host) not in names:
            raise web.HTTPForbidden(
                text=f"The name {_name(host)!r} is not one of this server's. Behind a reverse proxy, start it with "
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


def _own_origin(request: web.Request, host: str, names: Collection[str] | None) -> bool:
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
    return names is not None and _name(netloc) in set(names) - LOOPBACK_NAMES
