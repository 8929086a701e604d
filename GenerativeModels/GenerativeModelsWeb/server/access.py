"""Who may start a session: whoever has the access token, or a link that opens once."""

from __future__ import annotations

import hmac
import logging
import os
import re
import secrets
import time

from aiohttp import web

from GenerativeModelsLib.errors import InputError

__all__ = ["TOKEN_VARIABLE", "Access", "token_from_environment"]

log = logging.getLogger(__name__)

TOKEN_VARIABLE = "GENERATIVE_MODELS_WEB_TOKEN"
TICKET_SECONDS = 120.0
"""How long a ticket is valid: a browser that is not running yet may take a minute to start."""

_GIVEN_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")


class Access:
    """The access token of a hub, and the tickets made for it.

    The port of a hub is open to every user of its machine, on loopback too, so a session is given only to requests
    that carry the token. A ticket stands for the token on a command line, which other users can read: it is valid once
    and for TICKET_SECONDS.

    Parameters
    ----------
    token
        None = a random one of 256 bits.
    """

    def __init__(self, token: str | None = None) -> None:
        self.token = secrets.token_urlsafe(32) if token is None else token
        self._open_until: dict[str, float] = {}
        self._used: set[str] = set()

    def ticket(self) -> str:
        """Make a ticket, to be sent as the query parameter `ticket`."""
        ticket = secrets.token_urlsafe(32)
        self._open_until[ticket] = time.monotonic() + TICKET_SECONDS
        return ticket

    def has_token(self, request: web.Request) -> bool:
        """Whether a request carries the token, as the query parameter `token` or as `Authorization: Bearer TOKEN`."""
        given = [request.query.get("token", "")]
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given.append(credentials.strip())
        return any(_same(one, self.token) for one in given)

    def admits(self, request: web.Request) -> bool:
        """Whether a request may start a session. A ticket it carries is used up by this call."""
        return self.has_token(request) or self._redeem(request.query.get("ticket", ""))

    def _redeem(self, given: str) -> bool:
        ticket = next((known for known in self._open_until if _same(given, known)), None)
        if ticket is None:
            if any(_same(given, known) for known in self._used):
                log.warning(
                    "The link that opened the browser was used a second time. If no page opened for you, another user "
                    "of this machine may have taken it: end this program and start it with --no-open."
                )
            return False
        self._used.add(ticket)
        return time.monotonic() <= self._open_until.pop(ticket)


def token_from_environment() -> str | None:
    """The token in the environment variable TOKEN_VARIABLE, None when it is not set.

    Raises
    ------
    InputError
        It is too short to be a secret, or has characters with a meaning of their own in an address.
    """
    token = os.environ.get(TOKEN_VARIABLE)
    if token is not None and not _GIVEN_TOKEN.fullmatch(token):
        raise InputError(
            f"The environment variable {TOKEN_VARIABLE} is no access token: give at least 16 characters of A-Z, a-z, "
            "0-9, _ and -, or unset it for a random token."
        )
    return token


def _same(given: str, known: str) -> bool:
    """Compare in a time that says nothing about where the two differ."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), known.encode())
