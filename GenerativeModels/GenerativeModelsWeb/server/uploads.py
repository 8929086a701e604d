"""What a browser sends: received to disk within limits, in a folder that goes with the session."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import shutil
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from aiohttp import web

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.references import require_self_contained
from GenerativeModelsWeb.server.page_words import without_folders
from GenerativeModelsWeb.server.upload_limits import UploadRefusedError, UploadTooSlowError, refuse_size, within_limits

__all__ = ["UPLOAD_LIMIT_BYTES", "UploadStore", "shown_name"]

log = logging.getLogger(__name__)

UPLOAD_LIMIT_BYTES = 64 * 2**20
"""Above any single picture (4096 x 4096 pixels in RGB have 48 MiB), below a film."""

AT_ONCE = 4
"""Uploads of one session under way together; a page sends at most three."""

_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Control characters and those that turn the direction of writing: a shown name must not lie about its ending."""

_SUFFIXES = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}$")


class UploadStore:
    """The files of one session, in a folder of its own that goes with the session.

    A browser sends one file a request: `POST upload/<place>?name=<its name>` with the file's bytes as the body (in
    JavaScript `fetch("upload/axial?name=" + encodeURIComponent(file.name), {method: "POST", body: file})`). The answer
    is JSON: `{"ok": true, "name": ...}` with 200, or `{"error": sentence}` with 422 (the file names another file, or
    the application refused it), 413 (too large), 408 (too slow), 400 (empty), 404 (no such place), 429 (too many at
    once), 500 or 503.

    Parameters
    ----------
    folder
        Where files go; made when missing, removed by `close`.
    limit_bytes
        Size of the largest file taken. Say it to the page too, which can then refuse before it sends.

    Attributes
    ----------
    places
        Set by the application: what an upload may be for.
    on_upload
        Set by the application: takes the place, the file on disk and the name to show, and gives a sentence when the
        file cannot be used, else None. May be a coroutine function. The file stays until the next one for the same
        place was taken; its name on disk is neutral but keeps the ending. A file whose header names other files does
        not get there: a reader would open them, whatever they are on this machine. When the sentence names the path,
        the user sees the shown name instead.
    """

    def __init__(self, folder: Path, limit_bytes: int = UPLOAD_LIMIT_BYTES) -> None:
        if limit_bytes < 1:
            raise ValueError(f"limit_bytes must be positive, not {limit_bytes}.")
        self.folder = Path(folder)
        self.limit_bytes = limit_bytes
        self.places: Collection[str] = ()
        self.on_upload: Callable[[str, Path, str], str | Awaitable[str | None] | None] | None = None
        self._taken: dict[str, Path] = {}
        self._count = 0
        self._under_way = 0
        self.folder.mkdir(parents=True, exist_ok=True)

    async def receive(self, request: web.Request) -> web.Response:
        """Answer `POST upload/<place>`; see the class."""
        place = request.match_info["place"]
        shown = shown_name(request.query.get("name", ""))
        if self.on_upload is None:
            return _refusal(503, "The application is still starting: try again in a moment.")
        if place not in self.places:
            return _refusal(404, f"There is no place {place!r} for an image, only {', '.join(self.places)}.")
        if self._under_way >= AT_ONCE:
            return _refusal(429, f"{AT_ONCE} uploads are under way already: wait until one is through.")
        self._count += 1
        path = self.folder / f"upload-{self._count:04d}{_suffixes(shown)}"
        self._under_way += 1
        kept = False
        try:
            answer = await self._take(request, place, path, shown)
            kept = answer.status == 200
            return answer
        finally:
            self._under_way -= 1
            if kept:
                self._drop(self._taken.get(place))
                self._taken[place] = path
            else:  # refused, failed, or the browser went away
                self._drop(path)

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _take(self, request: web.Request, place: str, path: Path, shown: str) -> web.Response:
        """Store the body and let the application judge it."""
        try:
            refuse_size(request.content_length, self.limit_bytes, shown)
            with path.open("wb") as file:
                async for part in within_limits(request.content, self.limit_bytes, shown):
                    file.write(part)
        except UploadRefusedError as error:
            answer = _refusal(error.status, str(error))
            if isinstance(error, UploadTooSlowError):
                answer.force_close()  # the rest of the body is not waited for
            return answer
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise  # the browser went away: nobody is there to be answered
            log.exception("An upload could not be stored")
            return _refusal(500, f"{shown} could not be stored on the server ({error.strerror}): free some disk space.")
        if path.stat().st_size == 0:
            return _refusal(400, f"{shown} is empty: choose an image file.")
        try:
            sentence = await self._judge(place, path, shown)
        except Exception as error:
            log.exception("The application failed on an upload")
            return _refusal(500, f"{shown} could not be read: {type(error).__name__}: {error}")
        if sentence is None:
            return web.json_response({"ok": True, "name": shown})
        return _refusal(422, sentence.replace(str(path), shown).replace(path.name, shown))

    async def _judge(self, place: str, path: Path, shown: str) -> str | None:
        """The sentence why a stored file cannot be used, None when it can."""
        try:
            await asyncio.to_thread(require_self_contained, path, shown)
        except InputError as error:
            return str(error)
        sentence = self.on_upload(place, path, shown)
        return await sentence if inspect.isawaitable(sentence) else sentence

    @staticmethod
    def _drop(path: Path | None) -> None:
        if path is None:
            return
        try:
            path.unlink(missing_ok=True)
        except OSError:  # Windows: still open in a reader; the folder goes as a whole later
            log.warning("%s could not be removed yet", path)


def shown_name(name: str, longest: int = 200) -> str:
    """Give a file's name as users may see it: without folders and unprintable characters, its ending kept when cut.

    >>> shown_name("C:\\\\scans\\\\head.png"), shown_name("../../etc/passwd"), shown_name("")
    ('head.png', 'passwd', 'image')
    """
    last = _UNSHOWABLE.sub("", re.split(r"[/\\]", name)[-1]).strip(" .") or "image"
    if len(last) > longest:
        ending = _suffixes(last)
        last = last[: longest - len(ending) - 1] + "…" + ending
    return last


def _suffixes(name: str) -> str:
    """The ending readers tell formats by, such as .nii.gz; empty for a bare DICOM name."""
    found = _SUFFIXES.search(name)
    return found.group().lower() if found else ""


def _refusal(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": without_folders(sentence)}, status=status)
