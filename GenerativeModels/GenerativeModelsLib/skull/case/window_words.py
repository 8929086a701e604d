"""The backend's sentences in the words of a window: no options of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from GenerativeModelsLib.errors import InputError

__all__ = ["for_window", "window_words"]

_PLANES = "(axial|sagittal|coronal)"
_REWORDED = (
    (rf"give the true one by --{_PLANES}-spacing in mm", r"give the true spacing of the \1 plane in mm"),
    (rf"give --{_PLANES}-spacing or --pixel-spacing in mm", r"give the spacing of the \1 plane in mm"),
    (
        rf"the ([^;]*?) of --pixel-spacing is for files that carry none \(--{_PLANES}-spacing overrides\)",
        r"the \1 given for all planes is for images that carry none (a spacing given for the \2 plane overrides)",
    ),
    (rf"--{_PLANES}-spacing", r"the spacing of the \1 plane"),
    (r"--pixel-spacing", "the pixel spacing"),
    (r"(?:name|named) (another one|a bundle of your own) with --model DIR", r"choose \1"),
    (r"--model( DIR)?", "the model folder"),
    (r"give another folder or --overwrite", "give another folder"),
    (r"--gestational-age", "the gestational age"),
    (r"--samples", "the number of samples"),
    (r"--device", "the device"),
    (r"--seed", "the seed"),
    (r"--output", "the output folder"),
    (rf"--{_PLANES}\b", r"the \1 plane"),
)
_PATTERNS = tuple((re.compile(rf"(?<![\w-]){pattern}(?!-)"), words) for pattern, words in _REWORDED)
_COMMAND = re.compile(r"(`[^`]*`)")


def for_window(sentence: str) -> str:
    """The sentence with what a window shows in place of options such as --gestational-age.

    Commands of other programs, which stand between back quotes, stay as they are.
    """
    parts = _COMMAND.split(sentence)
    for i in range(0, len(parts), 2):
        for pattern, words in _PATTERNS:
            parts[i] = pattern.sub(words, parts[i])
    reworded = "".join(parts)
    return reworded[:1].upper() + reworded[1:] if sentence.startswith("--") else reworded


@contextmanager
def window_words() -> Iterator[None]:
    """Let every InputError of the block leave it in a window's words."""
    try:
        yield
    except InputError as error:
        raise InputError(for_window(str(error))) from error
