"""Lines of a text header in front of binary data, restricted to what all libraries read in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = ["HEADER_BYTES", "header_lines", "nrrd_key_values"]

HEADER_BYTES = 2**20
"""Maximum size of a text header in bytes; no program writes a longer one."""


def header_lines(path: Path, label: str, kind: str) -> Iterator[tuple[bytes, int]]:
    """Each line without its end, \\n or \\r\\n, and the offset of the next line; the caller stops at the last line.

    Raises
    ------
    InputError
        The header is too long or unreadable, or contains a lone \\r, which ends a line only for some libraries, or a
        NUL, which ends a string for some.
    """
    taken = 0
    try:
        with path.open("rb") as stream:
            while raw := stream.readline(HEADER_BYTES + 1 - taken):
                taken += len(raw)
                line = raw.removesuffix(b"\n").removesuffix(b"\r")
                if taken > HEADER_BYTES:
                    problem = f"of more than {HEADER_BYTES} bytes"
                elif b"\r" in line or b"\0" in line:
                    problem = "with a stray control character"
                else:
                    yield line, taken
                    continue
                raise InputError(f"{label} has a {kind} header {problem}: save it as one .nrrd file.")
    except OSError as error:
        raise InputError(f"{label} cannot be read ({error.strerror or error}): check its permissions.") from error


def nrrd_key_values(path: Path, label: str) -> dict[str, str]:
    """The key/value pairs (`key:=value`) of a NRRD header, with their line breaks; raises as `header_lines`."""
    found = {}
    for line, _ in header_lines(path, label, "NRRD"):
        if not line:
            break
        key, mark, value = line.decode("utf-8", "replace").partition(":=")
        if mark and not key.startswith("#"):
            found[key] = re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], value)
    return found
