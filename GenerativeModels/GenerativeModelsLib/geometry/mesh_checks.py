"""Checks of the counts and the prolog in a mesh file's header, made before VTK reads the file.

VTK opens no file that a mesh file names. It does expand XML entities, and it ends the process when a count in a header
requires more memory than there is.
"""

from __future__ import annotations

import re
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = ["require_sound_counts"]

LARGEST_COUNT = 50_000_000
"""Largest number of points, cells or tuples of a mesh; a head has about 100 000."""
LARGEST_COMPONENTS = 64
_PROLOG = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)*<VTKFile\b", re.DOTALL)
"""Permitted content before the root element. A DOCTYPE is not permitted, because it can declare entities."""
_XML_COUNT = re.compile(rb"(NumberOf\w+)\s*=\s*[\"']([^\"']*)[\"']")
_PLY_COUNT = re.compile(rb"^\s*element\s+\S+\s+(\S+)", re.MULTILINE)


def require_sound_counts(path: Path) -> None:
    """Check that a .vtp or .ply file has plausible counts, and that a .vtp file has no DOCTYPE.

    Raises
    ------
    InputError
        The file is unreadable or fails a check.
    """
    suffix = path.suffix.lower()
    if suffix not in (".vtp", ".ply"):
        return
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"Surface file {path} cannot be read: {error.strerror or error}.") from error
    if suffix == ".vtp":
        _check_xml(path, content.partition(b"<AppendedData")[0])
    else:
        _check_ply(path, content.partition(b"end_header")[0], len(content))


def _check_xml(path: Path, head: bytes) -> None:
    if not _PROLOG.match(head):
        raise InputError(
            f"Surface file {path} cannot be read as .vtp: it is not a VTK XML file or has a DOCTYPE, export it "
            "again as a surface mesh."
        )
    for name, count in _XML_COUNT.findall(head):
        limit = LARGEST_COMPONENTS if name == b"NumberOfComponents" else LARGEST_COUNT
        _check_count(path, name.decode(), count, limit)


def _check_ply(path: Path, head: bytes, size: int) -> None:
    for count in _PLY_COUNT.findall(head):
        _check_count(path, "an element count", count, size)


def _check_count(path: Path, name: str, count: bytes, limit: int) -> None:
    digits = count.strip()
    if not re.fullmatch(rb"\d{1,18}", digits) or int(digits) > limit:
        raise InputError(
            f"Surface file {path} cannot be read, {name} is {count[:40].decode('latin-1')!r}: expected at most "
            f"{limit}, export it again as a surface mesh."
        )
