"""Reading of bundle files within size limits, and verification against `SHA256SUMS`.

Only the standard library is used, so that a bundle can be verified before any package is installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from GenerativeModelsLib.errors import InputError, named

__all__ = [
    "ALL_FILES",
    "CARD",
    "FILES",
    "GET_ANOTHER",
    "LIMITS",
    "MANIFEST",
    "SUMS",
    "WEIGHTS",
    "SealedBundle",
    "bundle_checksum",
    "file_digest",
    "open_file",
    "open_sealed",
    "read_file",
    "require_files",
    "require_size",
    "sums_text",
]

WEIGHTS, MANIFEST, CARD, SUMS = "model.safetensors", "model.json", "CARD.md", "SHA256SUMS"
FILES = (CARD, MANIFEST, WEIGHTS)
"""Files listed in `SHA256SUMS`, in this order."""
ALL_FILES = (*FILES, SUMS)
LIMITS = {CARD: 2**20, MANIFEST: 16 * 2**20, WEIGHTS: 2 * 2**30, SUMS: 4 * 2**10}
"""Largest size of each file in bytes; a larger one is refused before it is read."""
GET_ANOTHER = f"get a fresh copy of the bundle or give another one as {named('model')}"

_PICKLES = {".pt", ".pth", ".pkl", ".ckpt", ".bin", ".pickle"}
_SUMS_PATTERN = re.compile("".join(rf"([0-9a-f]{{64}})  {re.escape(name)}\n" for name in FILES).encode())
_CHUNK = 2**20


@dataclass(frozen=True)
class SealedBundle:
    """A bundle whose `SHA256SUMS` was read; its files are checked against it as they are read.

    Attributes
    ----------
    folder : the bundle.
    sums : SHA-256 by file name, as listed.
    checksum : SHA-256 of `SHA256SUMS` itself, which is the identity of the bundle.
    """

    folder: Path
    sums: Mapping[str, str]
    checksum: str

    def read(self, name: str) -> bytes:
        """Bytes of one file; raises InputError if their checksum differs from the listed one."""
        content = read_file(self.folder, name)
        self._require(name, hashlib.sha256(content).hexdigest())
        return content

    def check(self, name: str) -> None:
        """Raise InputError if the checksum of a file differs from the listed one; the file is read in pieces."""
        self._require(name, file_digest(self.folder, name))

    def _require(self, name: str, digest: str) -> None:
        due = self.sums[name]
        if digest != due:
            raise InputError(
                f"The checksum of {self.folder / name} is {digest[:12]}..., where {SUMS} says {due[:12]}...: one of "
                f"the two was truncated or changed, so {GET_ANOTHER}."
            )


def open_sealed(folder: Path) -> SealedBundle:
    """Read `SHA256SUMS` of a bundle that has all its files; their content is not checked yet.

    Raises
    ------
    InputError
        The folder or a file is missing, a file is a link to another place, not regular or too large, or `SHA256SUMS`
        differs from the format of `sums_text`.
    """
    folder = Path(folder)
    require_files(folder)
    if not os.path.lexists(folder / SUMS):
        raise InputError(
            f"The model bundle {folder} has no {SUMS}, as bundles made by earlier versions: run "
            "`generative-models model seal DIR` if you trust where it comes from, or get a fresh copy."
        )
    text = read_file(folder, SUMS)
    found = _SUMS_PATTERN.fullmatch(text)
    if found is None:
        raise InputError(
            f"{folder / SUMS} does not hold one line for each of {', '.join(FILES)} as sha256sum writes them: "
            f"{GET_ANOTHER}."
        )
    sums = {name: digest.decode("ascii") for name, digest in zip(FILES, found.groups(), strict=True)}
    return SealedBundle(folder, sums, hashlib.sha256(text).hexdigest())


def bundle_checksum(folder: Path) -> str:
    """The identity of a bundle: SHA-256 of its `SHA256SUMS`, after every file was checked against it.

    Raises
    ------
    InputError
        A file is missing or does not agree with `SHA256SUMS`.
    """
    sealed = open_sealed(folder)
    for name in FILES:
        sealed.check(name)
    return sealed.checksum


def sums_text(digests: Mapping[str, str]) -> bytes:
    """Content that `SHA256SUMS` must have for files with these SHA-256, in the format of `sha256sum -c`."""
    return "".join(f"{digests[name]}  {name}\n" for name in FILES).encode("ascii")


def require_files(folder: Path, names: Iterable[str] = (MANIFEST, WEIGHTS, CARD)) -> None:
    """Raise InputError if a file is missing or must not be opened; no file is read."""
    if not os.path.isdir(folder):
        raise InputError(
            f"The model bundle {folder} is not a folder: name a folder that holds {MANIFEST} and {WEIGHTS}."
        )
    for name in names:
        _place(folder, name)


def require_size(path: Path, name: str, size: int) -> None:
    """Raise InputError if a bundle file is larger than `LIMITS` allows."""
    if size > LIMITS[name]:
        raise InputError(f"{path} has {size} bytes, expected at most {LIMITS[name]} for a {name}: {GET_ANOTHER}.")


def read_file(folder: Path, name: str) -> bytes:
    """Bytes of one file of a bundle; only its type and size are checked."""
    with open_file(folder, name) as stream:
        content = stream.read(os.fstat(stream.fileno()).st_size + 1)
    require_size(folder / name, name, len(content))
    return content


def file_digest(folder: Path, name: str) -> str:
    """SHA-256 of one file of a bundle, read in pieces."""
    digest, size = hashlib.sha256(), 0
    with open_file(folder, name) as stream:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            require_size(folder / name, name, size)  # it may grow while it is read
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def open_file(folder: Path, name: str) -> Iterator[BinaryIO]:
    """Open a file of a bundle for reading.

    Raises
    ------
    InputError
        It is missing, a link to another place, not a regular file, too large, or cannot be read.
    """
    place = _place(folder, name)
    try:
        with open(place, "rb", opener=_open_without_waiting) as stream:
            status = os.fstat(stream.fileno())  # of the open file: it may have been replaced since `_place`
            _require_regular(folder / name, status)
            require_size(folder / name, name, status.st_size)
            yield stream
    except OSError as error:
        raise _unreadable(folder / name, error) from error


def _place(folder: Path, name: str) -> Path:
    """Resolved path of a file of the bundle; raises InputError if it must not be opened."""
    path = Path(folder) / name
    if not os.path.lexists(path):
        raise InputError(f"The model bundle {folder} has no {name}{_pickle_remark(Path(folder))}: {GET_ANOTHER}.")
    try:
        # Resolving covers symbolic links of every system as well as Windows junctions.
        home, place = (Path(os.path.realpath(p, strict=True)) for p in (folder, path))
        if not place.is_relative_to(home):
            raise InputError(f"{path} is a link to another place: copy the file itself into the bundle.")
        status = place.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    _require_regular(path, status)
    require_size(path, name, status.st_size)
    return place


def _require_regular(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path} is not a regular file: {GET_ANOTHER}.")


def _open_without_waiting(path: str, flags: int) -> int:
    """Open without blocking if the file was replaced by a FIFO; Windows has neither this flag nor FIFOs."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} cannot be read ({error.strerror or type(error).__name__}): {GET_ANOTHER}.")


def _pickle_remark(folder: Path) -> str:
    pickles = sorted(p.name for p in folder.iterdir() if p.suffix in _PICKLES)
    return f" (it has {pickles[0]}, a kind of file that can run code and is never opened)" if pickles else ""
