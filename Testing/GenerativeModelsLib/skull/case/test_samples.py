"""Folders of heads drawn from the prior of a skull bundle."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.skull.case.samples import SkullSampleRequest, parse_weeks, write_heads
from GenerativeModelsLib.skull.shape.biometry import measure
from Testing.helpers.tiny_models import write_tiny_bundle_with_prior


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_bundle_with_prior(tmp_path_factory.mktemp("bundles") / "tiny")


def test_surfaces_table_and_picture_say_the_same(bundle: Path, tmp_path: Path) -> None:
    request = SkullSampleRequest(tmp_path / "out", 3, (22.0, 34.0), bundle, "cpu", 1)
    content = write_heads(request)
    names = ["sample_001", "sample_002", "sample_003"]
    files = sorted(path.name for path in request.output.iterdir())
    assert files == [*(f"{name}.vtp" for name in names), "shapes.csv", "shapes.json", "shapes.png"]
    assert json.loads((request.output / "shapes.json").read_text()) == content
    assert content["schema"] == "skull-sample/1" and content["weeks"] == [22.0, 34.0] and content["seed"] == 1
    draws = content["draws"]
    assert draws["made"] > draws["of_these_weeks"] >= draws["accepted"] >= 3
    assert content["acceptance"] == draws["accepted"] / draws["made"]
    with (request.output / "shapes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [entry["name"] for entry in content["shapes"]] == names
    for row, entry in zip(rows, content["shapes"], strict=True):
        surface = read_surface(request.output / entry["file"])
        assert surface.is_closed and measure(surface).hc_mm == pytest.approx(entry["biometry"]["hc_mm"], rel=1e-4)
        assert float(row["hc_mm"]) == pytest.approx(entry["biometry"]["hc_mm"], abs=0.01)
        assert float(row["head_volume_ml"]) == pytest.approx(entry["biometry"]["head_volume_ml"], abs=0.01)
        assert 22 <= float(row["gestational_age_weeks"]) <= 34
    picture = np.asarray(Image.open(request.output / "shapes.png").convert("RGB"))
    assert picture.std() > 20


def test_the_same_seed_gives_the_same_heads(bundle: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_heads(SkullSampleRequest(tmp_path / name, 1, None, bundle, "cpu", seed))
    a, b, c = ((tmp_path / name / "sample_001.vtp").read_bytes() for name in "abc")
    assert a == b != c


def test_meshes_of_an_earlier_run_go(bundle: Path, tmp_path: Path) -> None:
    write_heads(SkullSampleRequest(tmp_path / "out", 2, None, bundle, "cpu"))
    write_heads(SkullSampleRequest(tmp_path / "out", 1, None, bundle, "cpu", overwrite=True))
    assert [path.name for path in (tmp_path / "out").glob("*.vtp")] == ["sample_001.vtp"]


def test_a_bundle_without_a_prior_leaves_nothing(tiny_bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'tiny 0.1' holds no flow to draw from"):
        write_heads(SkullSampleRequest(tmp_path / "out", 1, None, tiny_bundle, "cpu"))
    assert not (tmp_path / "out").exists()


def test_ages_are_a_range_or_half_a_week_about_one() -> None:
    assert parse_weeks("24-32") == (24.0, 32.0) and parse_weeks("28") == (27.5, 28.5)
    assert parse_weeks("27+3-28.5") == pytest.approx((27 + 3 / 7, 28.5))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("32-24", "weeks is '32-24': give the younger age first"),
        ("soon", "weeks is 'soon': give decimal weeks"),
        ("24-", "weeks is ''"),
        ("50", "weeks is '50': the model's population has heads of 11 to 42 weeks"),
        ("nan", "weeks is 'nan'"),
    ],
)
def test_other_texts_are_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=f"^{words.replace('+', '.')}") as found:
        parse_weeks(text)
    assert found.value.field == "weeks"


def test_counts_and_devices_are_checked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^n is 0"):
        SkullSampleRequest(tmp_path, 0)
    with pytest.raises(InputError, match=r"^device is 'tpu'"):
        SkullSampleRequest(tmp_path, device="tpu")
