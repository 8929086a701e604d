"""Damage to model bundles, and new checksums where a test is about what lies behind them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from GenerativeModelsLib.bundle.checksums import FILES, MANIFEST, SUMS, WEIGHTS, sums_text

__all__ = ["change_manifest", "flipped", "replace_weights", "reseal"]


def reseal(folder: Path) -> None:
    """Write the `SHA256SUMS` that goes with the files as they are."""
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    (folder / SUMS).write_bytes(sums_text(digests))


def change_manifest(folder: Path, change: Callable[[dict], object]) -> None:
    """Change `model.json` and seal the bundle again."""
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    change(content)
    (folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    reseal(folder)


def replace_weights(folder: Path, content: bytes) -> None:
    """Put other bytes in place of the weights and make all checksums agree."""
    (folder / WEIGHTS).write_bytes(content)
    change_manifest(folder, lambda c: c.update(sha256=hashlib.sha256(content).hexdigest()))


@contextmanager
def flipped(path: Path, bit: int) -> Iterator[None]:
    """One bit of a file is another one within the block."""
    _flip(path, bit)
    try:
        yield
    finally:
        _flip(path, bit)


def _flip(path: Path, bit: int) -> None:
    with path.open("r+b") as stream:
        stream.seek(bit // 8)
        (byte,) = stream.read(1)
        stream.seek(bit // 8)
        stream.write(bytes([byte ^ 1 << bit % 8]))
