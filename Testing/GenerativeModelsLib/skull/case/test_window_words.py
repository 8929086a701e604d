"""What users of windows read of the backend's sentences."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.case.window_words import for_window, window_words

LIB = Path(__file__).resolve().parents[4] / "GenerativeModels" / "GenerativeModelsLib"
BATCH_ONLY = {"batch.py", "batch_summary.py", "batch_table.py"}
REACHED = sorted({*LIB.glob("*.py"), *LIB.glob("skull/**/*.py"), *LIB.glob("geometry/*.py"), *LIB.glob("worker/*.py")})


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (
            "--gestational-age is 13: give decimal weeks from 14 to 40, or leave it out.",
            "The gestational age is 13: give decimal weeks from 14 to 40, or leave it out.",
        ),
        (
            "--sagittal and --axial name the same file a.png: each plane is an image of its own.",
            "The sagittal plane and the axial plane name the same file a.png: each plane is an image of its own.",
        ),
        (
            "axial plane a-b--c.png carries no pixel spacing: give --axial-spacing or --pixel-spacing in mm.",
            "axial plane a-b--c.png carries no pixel spacing: give the spacing of the axial plane in mm.",
        ),
        (
            "coronal plane x would show 2 x 3 mm: give the true one by --coronal-spacing in mm.",
            "coronal plane x would show 2 x 3 mm: give the true spacing of the coronal plane in mm.",
        ),
        (
            "axial plane x carries a spacing of exactly 1 x 1 mm: check the sizes or give --axial-spacing.",
            "axial plane x carries a spacing of exactly 1 x 1 mm: check the sizes or give the spacing of the axial "
            "plane.",
        ),
        (
            "axial plane x carries a spacing of 1 x 2 mm, which was used; the 3 x 3 mm of --pixel-spacing is for files "
            "that carry none (--axial-spacing overrides).",
            "axial plane x carries a spacing of 1 x 2 mm, which was used; the 3 x 3 mm given for all planes is for "
            "images that carry none (a spacing given for the axial plane overrides).",
        ),
        (
            "model.json is not readable as JSON: get a fresh copy of the bundle or name another one with --model DIR.",
            "model.json is not readable as JSON: get a fresh copy of the bundle or choose another one.",
        ),
        (
            "reinstall the package, or name a bundle of your own with --model DIR.",
            "reinstall the package, or choose a bundle of your own.",
        ),
        (
            "--device cuda is not available here (available: cpu): use --device auto.",
            "The device cuda is not available here (available: cpu): use the device auto.",
        ),
        ("out is not empty: give another folder or --overwrite.", "out is not empty: give another folder."),
        ("--samples is -1: give a number.", "The number of samples is -1: give a number."),
        ("decompress it with `gdcmconv --raw --model IN OUT`.", "decompress it with `gdcmconv --raw --model IN OUT`."),
        ("Nothing to change - at all.", "Nothing to change - at all."),
        ("", ""),
    ],
)
def test_options_become_what_a_window_shows(sentence: str, words: str) -> None:
    assert for_window(sentence) == words
    assert for_window(words) == words


def sentences(path: Path) -> list[str]:
    """String literals of a file, docstrings apart, with "axial" for what is filled in."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    apart = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    apart |= {id(part) for string in joined for part in string.values}
    whole = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    found = [node.value for node in whole if id(node) not in apart]
    return found + [
        "".join(getattr(part, "value", "") if isinstance(part, ast.Constant) else "axial" for part in string.values)
        for string in joined
    ]


@pytest.mark.parametrize(
    "path", [p for p in REACHED if p.name not in BATCH_ONLY | {"window_words.py"}], ids=lambda p: p.stem
)
def test_no_sentence_of_the_backend_keeps_an_option(path: Path) -> None:
    """A new option in a message wants its words in `window_words`."""
    for sentence in sentences(path):
        if re.search(r"--[a-z]", sentence) and " " in sentence:  # an option alone is an argument's default
            assert "--" not in re.sub(r"`[^`]*`", "", for_window(sentence)), sentence


def test_the_walk_finds_the_sentences() -> None:
    found = [s for path in REACHED for s in sentences(path) if re.search(r"--[a-z]+.* ", s)]
    assert len(found) > 12


def test_refusals_leave_a_block_in_the_words_of_a_window() -> None:
    with pytest.raises(InputError, match=r"^The seed is -1: give more\.$"), window_words():
        raise InputError("--seed is -1: give more.")
    with pytest.raises(KeyError, match="--seed"), window_words():
        raise KeyError("--seed")
