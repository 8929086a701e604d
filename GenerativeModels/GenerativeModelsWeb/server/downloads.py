"""What a browser may fetch: the files the application offers at the moment, and no others."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.server.page_words import without_folders

__all__ = ["Downloads"]

log = logging.getLogger(__name__)

Make = Callable[[], "Path | Awaitable[Path]"]


@dataclass(frozen=True)
class _Offer:
    make: Make
    file_name: str


class Downloads:
    """The downloads of one session: `GET download/<name>` gives what the application offers under that name.

    Parameters
    ----------
    folder
        A place where files made on demand may be written; goes with the session.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._offers: dict[str, _Offer] = {}

    def offer(self, name: str, make: Make | Path, file_name: str) -> None:
        """Offer a file from now on; replaces what was offered under the same name.

        Parameters
        ----------
        name
            Last part of the address.
        make
            The file, or a function (plain or coroutine) that makes it when it is asked for and gives its path. An
            InputError it raises becomes the answer's sentence.
        file_name
            What the browser calls it; any characters.
        """
        if not name or "/" in name:
            raise ValueError(f"name must be one part of an address, not {name!r}.")
        made = make if callable(make) else lambda: make
        self._offers[name] = _Offer(made, file_name)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET download/<name>`: the file, or one sentence."""
        offer = self._offers.get(request.match_info["name"])
        if offer is None:
            return _sentence(404, "There is nothing to download under this name yet: compute a case first.")
        try:
            path = offer.make()
            if inspect.isawaitable(path):
                path = await path
        except InputError as error:
            return _sentence(422, str(error))
        except Exception as error:
            log.exception("A download could not be made")
            return _sentence(500, f"{offer.file_name} could not be made: {type(error).__name__}: {error}")
        if not Path(path).is_file():
            return _sentence(404, f"{offer.file_name} is no longer there: compute the case again.")
        disposition = _disposition(offer.file_name)
        # no-store: the same address gives another file after the next run
        return web.FileResponse(path, headers={"Content-Disposition": disposition, "Cache-Control": "no-store"})


def _disposition(file_name: str) -> str:
    """The header for any name: a plain one for old readers, the true one beside it (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%/' else "_" for c in file_name) or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _sentence(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=without_folders(text) + "\n", headers={"Cache-Control": "no-store"})
