"""What the commands share that write shapes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from GenerativeModelsLib.anatomy.shapes import MOST_SHAPES, check_count, load_on_chosen, sample_name, write_document
from GenerativeModelsLib.errors import InputError


def test_counts_are_bounded() -> None:
    check_count(1)
    check_count(0, least=0)
    check_count(MOST_SHAPES)
    with pytest.raises(InputError, match=r"^n is 0: give a number from 1 to 500.$"):
        check_count(0)
    with pytest.raises(InputError, match=r"^steps is 501: give a number from 0 \(none\) to 500.$"):
        check_count(501, "steps", 0, "none")


def test_names_sort_as_their_numbers() -> None:
    assert sample_name(0) == "sample_001" and sample_name(99) == "sample_100"


def test_the_document_says_what_made_the_shapes(tmp_path: Path) -> None:
    model = SimpleNamespace(manifest=SimpleNamespace(name="m", version="1", sha256="0" * 64))
    content = write_document(tmp_path, {"schema": "x-sample/1"}, [{"name": "a"}], model, time.perf_counter() - 2)
    assert json.loads((tmp_path / "shapes.json").read_text()) == content
    assert content["schema"] == "x-sample/1" and content["shapes"] == [{"name": "a"}]
    assert content["model"]["sha256"] == "0" * 64 and content["seconds"]["total"] >= 2


def test_the_model_is_that_of_the_bundle_on_the_device() -> None:
    asked = []
    model, device = load_on_chosen(
        SimpleNamespace(name="x", has_model=True), Path("b"), "cpu", lambda *given: asked.append(given) or 7
    )
    assert model == 7 and device == "cpu" and asked[0][1] == Path("b") and str(asked[0][2]) == "cpu"
