"""Strict reading of MetaImage headers, and a check that all pixels are present.

MetaIO takes the value of an empty field from the next line, truncates long lines, and returns uninitialised memory of
the process for pixels that cannot be decompressed. Headers that could cause this are rejected.

Uses only the standard library.
"""

from __future__ import annotations

import re
import zlib
from math import prod
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.text_headers import header_lines

__all__ = ["meta_image_data_file", "meta_image_fields", "require_whole_meta_image"]

_LINE_BYTES = 480
"""Longest accepted line. MetaIO reads lines into buffers of 500 bytes and would truncate longer ones."""
_LINE = re.compile(r"[^\s=:][^=:]*=[ \t]*[^\s=:].*", re.DOTALL)
_LAST = "ElementDataFile"
_LOCAL = ("LOCAL", "Local", "local")
_BYTES = {"CHAR": 1, "SHORT": 2, "INT": 4, "LONG": 4, "LONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8}
_PIECE = 1 << 20


def meta_image_fields(path: Path, label: str) -> dict[str, str]:
    """The fields of the header by name, "ElementDataFile" last; non-ASCII bytes are decoded as Latin-1.

    Raises
    ------
    InputError
        A line is not a field, empty, too long or repeated, or the header does not end with "ElementDataFile".
    """
    return _header(path, label)[0]


def meta_image_data_file(path: Path, label: str) -> bytes | None:
    """The file that the header names for the pixels; None if the pixels follow the header."""
    named = meta_image_fields(path, label)[_LAST]
    return None if named in _LOCAL else named.encode("latin-1")


def require_whole_meta_image(path: Path, label: str) -> None:
    """Check that a file has all the pixels that its header announces, and that they can be decompressed.

    The caller must check the image size and the name of the data file first. The pixels of a compressed file are
    decompressed in chunks, which are not kept.

    Raises
    ------
    InputError
        Pixels are missing or damaged.
    """
    fields, end = _header(path, label)
    local = fields[_LAST] in _LOCAL
    data = path if local else path.parent / fields[_LAST].encode("latin-1").decode()
    start = end if local else 0
    expected = _announced_bytes(fields)
    available = data.stat().st_size - start
    packed = fields.get("CompressedData", "False")
    if packed in ("True", "true"):
        stored = fields.get("CompressedDataSize", "")
        if not stored.isdigit() or "HeaderSize" in fields:
            raise InputError(f"{label} has compressed pixels of unknown place or size: save it as one .nrrd file.")
        _require_bytes(available, int(stored), label)
        with data.open("rb") as stream:
            stream.seek(start)
            if not _unpacks(stream.read(int(stored)), expected):
                raise InputError(f"{label} is damaged, its pixels cannot be unpacked: copy or export it again.")
    elif packed in ("False", "false"):
        _require_bytes(available, expected, label)
    else:
        raise InputError(f"{label} has CompressedData = {packed}: expected True or False, save it as one .nrrd file.")


def _header(path: Path, label: str) -> tuple[dict[str, str], int]:
    """The fields, and the offset of the first byte after the header."""
    fields: dict[str, str] = {}
    for raw, end in header_lines(path, label, "MetaImage"):
        line = raw.decode("latin-1")
        name, _, value = (part.strip(" \t") for part in line.partition("="))
        if len(raw) > _LINE_BYTES or not _LINE.fullmatch(line) or name in fields:
            break
        fields[name] = value
        if name == _LAST:
            return fields, end
        if re.sub("[^a-z]", "", name.lower()) == _LAST.lower():
            break
    raise InputError(
        f"{label} has a MetaImage header with a line that is empty, too long, repeated or not of the form "
        f"'Name = value' before '{_LAST} = LOCAL': save it as one .nrrd file."
    )


def _announced_bytes(fields: dict[str, str]) -> int:
    """Size of the decompressed pixels in bytes; an unknown type counts as one byte."""
    sample = _BYTES.get(fields.get("ElementType", "").removeprefix("MET_").removesuffix("_ARRAY").lstrip("U"), 1)
    counts = [*fields.get("DimSize", "0").split(), fields.get("ElementNumberOfChannels", "1")]
    return prod(int(count) for count in counts if count.isdecimal()) * sample


def _require_bytes(available: int, expected: int, label: str) -> None:
    if available < expected:
        raise InputError(
            f"{label} is truncated, its header announces {expected} bytes of pixels but {available} are there: "
            f"copy or export it again."
        )


def _unpacks(stored: bytes, expected: int) -> bool:
    """Whether `stored` is a valid zlib or gzip stream of exactly `expected` bytes."""
    unpacker = zlib.decompressobj(wbits=47)
    found, rest = 0, stored
    try:
        while rest and not unpacker.eof and found <= expected:
            found += len(unpacker.decompress(rest, _PIECE))
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof and found == expected
