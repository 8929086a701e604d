"""How large and how slow the body of a request may be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from aiohttp import StreamReader

__all__ = ["UploadRefusedError", "UploadTooLargeError", "UploadTooSlowError", "refuse_size", "within_limits"]

SILENCE_SECONDS = 20.0
"""Longest time without a byte."""

LEAST_SECONDS = 60.0
LEAST_BYTES_A_SECOND = 128 * 2**10
"""Together the longest time for a whole body: LEAST_SECONDS, and what the largest file takes at this rate."""


class UploadRefusedError(Exception):
    """A body is not taken; the text is the sentence for the user, `status` that of the answer."""

    status = 400


class UploadTooLargeError(UploadRefusedError):
    """A body is larger than the limit."""

    status = 413


class UploadTooSlowError(UploadRefusedError):
    """A body does not arrive in time."""

    status = 408


def refuse_size(content_length: int | None, limit_bytes: int, shown: str = "The file") -> None:
    """Raise UploadTooLargeError when a request announces more than the limit."""
    if content_length is not None and content_length > limit_bytes:
        raise UploadTooLargeError(_too_large(shown, f"has {_size(content_length)}", limit_bytes))


async def within_limits(content: StreamReader, limit_bytes: int, shown: str = "The file") -> AsyncIterator[bytes]:
    """Give the parts of a body.

    Raises
    ------
    UploadTooLargeError
        As soon as they are more than the limit.
    UploadTooSlowError
        No byte came for SILENCE_SECONDS, or the body is not whole in the time for a file of `limit_bytes`.
    """
    received = 0
    end = time.monotonic() + LEAST_SECONDS + limit_bytes / LEAST_BYTES_A_SECOND
    while True:
        left = end - time.monotonic()
        try:
            part = await asyncio.wait_for(content.readany(), min(left, SILENCE_SECONDS))
        except asyncio.TimeoutError as error:
            what = "was not sent whole in time" if left < SILENCE_SECONDS else "stopped arriving"
            raise UploadTooSlowError(f"{shown} {what}: check the connection and send it again.") from error
        if not part:
            return
        received += len(part)
        if received > limit_bytes:
            raise UploadTooLargeError(_too_large(shown, f"is larger than {_size(limit_bytes)}", limit_bytes))
        yield part


def _size(count: int) -> str:
    """A count of bytes in words."""
    for unit, step in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= step:
            return f"{count / step:.3g} {unit}"
    return f"{count} bytes"


def _too_large(shown: str, found: str, limit_bytes: int) -> str:
    return (
        f"{shown} {found}, but an image may have at most {_size(limit_bytes)}: "
        "send the one image that is needed, not a whole sweep or film."
    )
