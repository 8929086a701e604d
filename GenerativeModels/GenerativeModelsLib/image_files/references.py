"""The files of an image, and a check of the file names in its header.

NRRD and MetaImage headers may name another file, a list of files or a pattern of names, anywhere on the disk; a NIfTI
header may be half of a pair. The libraries that read them open every such file. A file is therefore checked here before
a library reads it. The check parses a header more strictly than the libraries: it rejects everything it does not
recognise, so that a library cannot find a name that the check has missed.

Uses only the standard library.
"""

from __future__ import annotations

import re
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.kinds import first_bytes, required_kind, unzipped_head
from GenerativeModelsLib.image_files.meta_image import meta_image_data_file
from GenerativeModelsLib.image_files.text_headers import header_lines

__all__ = ["data_files", "require_own_folder", "require_self_contained"]

_NO_BARE_NAME = re.compile(r"""[/\\:%*?"<>|\x00-\x1f\x7f]|^(\.*|-|LIST.*)$|[ .]$""")
"""Path separators and drives of every platform, patterns, standard input, and the keyword before a list of names."""


def require_self_contained(path: Path, label: str) -> None:
    """Check that an image is a single file; for files from users who may not read the disk of this machine.

    Parameters
    ----------
    path
        The file. Its kind is determined by its content, not by its name.
    label
        Its name in messages.

    Raises
    ------
    InputError
        Its header names another file, it is half of a pair, not an image of a known kind, or it cannot be read.
    """
    kind, named = _named_file(path, label)
    if named is not None:
        raise InputError(f"{label} is a header that keeps its pixels in another file: {_remedy(kind)}.")


def require_own_folder(path: Path, label: str) -> None:
    """Check that the header of an image names no file outside its own folder; for files named by a local user.

    A detached header may name exactly one data file, without a path. The file must lie in the folder of the header,
    also after symbolic links are resolved. The header itself may be a link, since the user has named it.

    Raises
    ------
    InputError
        The header names anything else, the data file is missing, the file is half of a pair, not an image of a known
        kind, or cannot be read.
    """
    _checked_files(path, label)


def data_files(path: Path) -> tuple[Path, ...]:
    """The files of an image: the file itself, then the data file of a detached header.

    Raises
    ------
    InputError
        See `require_own_folder`.
    """
    return _checked_files(path, str(path))


def _checked_files(path: Path, label: str) -> tuple[Path, ...]:
    kind, named = _named_file(path, label)
    if named is None:
        return (path,)
    data = _own_file(path, named, kind, label)
    return (path,) if data == path else (path, data)


def _named_file(path: Path, label: str) -> tuple[str, bytes | None]:
    """The kind of a file, and the data file that its header names, None if the pixels are in the file."""
    head = first_bytes(path, label)
    kind = required_kind(head, label)
    if kind == "NIfTI":
        _refuse_nifti_pair(unzipped_head(head) if head[:2] == b"\x1f\x8b" else head, label)
    if kind == "NRRD":
        return kind, _nrrd_data_file(path, label)
    if kind == "MetaImage":
        return kind, meta_image_data_file(path, label)
    return kind, None


def _refuse_nifti_pair(head: bytes, label: str) -> None:
    """Check for the mark of a single NIfTI file, without which ITK looks for a second file."""
    if head[344:347] == b"ni1" or head[4:7] == b"ni2":
        raise InputError(f"{label} is half of a NIfTI pair (.hdr and .img): save it as a single .nii or .nii.gz file.")
    sizes = {int.from_bytes(head[:4], "little"), int.from_bytes(head[:4], "big")}
    first, second = 348 in sizes and head[344:348] == b"n+1\0", 540 in sizes and head[4:8] == b"n+2\0"
    if not first and not second:
        raise InputError(f"{label} is a damaged NIfTI file, its header contradicts itself: export it again.")


def _nrrd_data_file(path: Path, label: str) -> bytes | None:
    """The value of the field "data file" of a NRRD header, None if the pixels follow the header.

    The name of a field ends at a colon; Teem ignores its case and accepts it with and without the space.
    """
    found: list[bytes] = []
    for line, _ in header_lines(path, label, "NRRD"):
        if not line:
            break
        name, _, value = line.partition(b":")
        if not line.startswith(b"#") and re.sub(rb"[^a-z]", b"", name.lower()) == b"datafile":
            found.append(value.lstrip(b" \t"))
    if len(found) > 1:
        raise InputError(f"{label} names its data file {len(found)} times: {_remedy('NRRD')}.")
    return found[0] if found else None


def _own_file(path: Path, named: bytes, kind: str, label: str) -> Path:
    """Path of the data file that a header names, a regular file in the folder of the header."""
    shown = named[:80].decode("utf-8", "replace")
    try:
        name = named.decode("utf-8")
    except UnicodeDecodeError:
        name = ""
    if _NO_BARE_NAME.search(name):
        raise InputError(
            f"{label} names its data as {shown!r}: expected LOCAL or a single file in its own folder, {_remedy(kind)}."
        )
    data = path.parent / name
    try:
        real = data.resolve()
        elsewhere = real.parent != path.parent.resolve()
        there = real.is_file()
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError before Python 3.13
        raise InputError(f"{label} keeps its pixels in {data}, which cannot be read: {_remedy(kind)}.") from error
    if elsewhere:
        raise InputError(
            f"{label} keeps its pixels in {data}, a link to another folder: put the data file itself beside the header."
        )
    if not there:
        raise InputError(f"{label} keeps its pixels in {data}, which is missing: put the two files side by side.")
    return data


def _remedy(kind: str) -> str:
    return "save it as one .mha file" if kind == "MetaImage" else "save it as one .nrrd file"
