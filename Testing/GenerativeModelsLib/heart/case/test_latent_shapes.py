import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.heart.case.latent_shapes import SampleRequest, WalkRequest, sample_shapes, walk_shapes
from GenerativeModelsLib.heart.request import HeartRequest
from Testing.helpers.stand_in_hearts import StandInModel, stand_in_walk


def stand_in(anatomy: object, bundle: Path, device: object) -> StandInModel:
    return StandInModel()


def test_a_class_gives_its_mean_and_samples(tmp_path: Path) -> None:
    request = SampleRequest("hcm", tmp_path / "out", 2, model=Path("x"), device="cpu")
    content = sample_shapes(request, load=stand_in)
    names = ["mean", "sample_001", "sample_002"]
    files = [f"{name}_{phase}.vtp" for name in names for phase in ("ed", "es")]
    assert sorted(path.name for path in request.output.iterdir()) == [*files, "shapes.json", "shapes.png"]
    assert json.loads((request.output / "shapes.json").read_text()) == content
    assert content["schema"] == "heart-sample/1" and [entry["name"] for entry in content["shapes"]] == names
    for entry in content["shapes"]:
        assert entry["ed"]["wall_thickness_mm"]["max"] > 14 and 0 < entry["ef_percent"] < 100
        surface = read_surface(request.output / entry["files"]["ed"])
        assert {"wall_thickness_mm", "aha_segment", "surface"} <= set(surface.point_data)
    picture = np.asarray(Image.open(request.output / "shapes.png").convert("RGB"))
    assert picture.std() > 20


def test_the_same_seed_gives_the_same_shapes(tmp_path: Path) -> None:
    for name, seed, prior in (("a", 1, "kernel"), ("b", 1, "kernel"), ("c", 2, "kernel"), ("d", 1, "flow")):
        request = SampleRequest("healthy", tmp_path / name, 1, Path("x"), "cpu", seed, prior=prior)
        assert sample_shapes(request, load=stand_in)["prior"] == prior
    a, b, c, d = ((tmp_path / name / "sample_001_ed.vtp").read_bytes() for name in "abcd")
    assert a == b != c
    assert d not in (a, c)


def test_a_walk_carries_place_and_probability(
    sample_heart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("GenerativeModelsLib.heart.infer.walk.walk", stand_in_walk)
    heart = HeartRequest(
        *(sample_heart / f"{phase}.nii.gz" for phase in ("ed", "es")),
        output=tmp_path / "out",
        model=Path("x"),
        device="cpu",
    )
    content = walk_shapes(WalkRequest(heart, "hcm", 2), load=stand_in)
    assert content["schema"] == "heart-walk/1" and content["towards"] == "hcm"
    chances = [entry["hcm_probability"] for entry in content["shapes"]]
    assert chances == sorted(chances) and len(chances) == 3
    assert all(len(entry["z_top"]) == 2 for entry in content["shapes"])
    assert (heart.output / "step_002_es.vtp").is_file() and (heart.output / "shapes.png").is_file()


@pytest.mark.parametrize(
    ("make", "field", "words"),
    [
        (lambda out: SampleRequest("sick", out), "condition", "^condition is 'sick': give healthy or hcm"),
        (lambda out: SampleRequest("hcm", out, -1), "n", r"^n is -1: give a number from 0 \(the mean only\) to 500"),
        (lambda out: SampleRequest("hcm", out, prior="normal"), "prior", "^prior is 'normal': give kernel or flow"),
        (lambda out: SampleRequest("hcm", out, device="tpu"), "device", "^device is 'tpu'"),
        (lambda out: WalkRequest(HeartRequest(Path("a"), output=out), "up"), "towards", "^towards is 'up'"),
        (lambda out: WalkRequest(HeartRequest(Path("a"), output=out), "hcm", 0), "steps", "^steps is 0"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, make, field: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        make(tmp_path / "out")
    assert caught.value.field == field
