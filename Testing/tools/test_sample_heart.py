"""The bundled hearts: generated, small, and what their module makes."""

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.heart.labels.cine import read_cine
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.load import heart_from_cine, load_hearts
from tools.sample_heart import write_cine_sample, write_heart_sample

ACDC = parse_labels("acdc")


@pytest.fixture(scope="module")
def cine(repo_root: Path) -> Path:
    return repo_root / "Resources" / "SampleData" / "heart_cine"


def assert_remade(kept: Path, made: Path, names: tuple[str, ...]) -> None:
    assert (made / "sample.json").read_text() == (kept / "sample.json").read_text()
    for name in names:
        one, other = (sitk.ReadImage(str(folder / name)) for folder in (kept, made))
        assert one.GetSize() == other.GetSize()
        np.testing.assert_allclose(one.GetOrigin(), other.GetOrigin(), atol=1e-3)
        np.testing.assert_allclose(one.GetSpacing(), other.GetSpacing(), rtol=1e-5)
        difference = sitk.GetArrayFromImage(one) != sitk.GetArrayFromImage(other)
        assert difference.mean() < 1e-4, "last digits differ from machine to machine"


def test_they_are_what_their_module_makes(sample_heart: Path, cine: Path, tmp_path: Path) -> None:
    write_heart_sample(tmp_path / "heart")
    write_cine_sample(tmp_path / "heart_cine")
    assert_remade(sample_heart, tmp_path / "heart", ("ed.nii.gz", "es.nii.gz"))
    assert_remade(cine, tmp_path / "heart_cine", ("labels.nii.gz",))


def test_the_two_phases_are_small_and_load_without_a_warning(sample_heart: Path) -> None:
    assert sum(path.stat().st_size for path in sample_heart.iterdir()) < 300_000
    loaded = load_hearts(sample_heart / "ed.nii.gz", sample_heart / "es.nii.gz", ACDC)
    assert loaded.warnings == () and loaded.ed.frame.septum == "rv"
    about = json.loads((sample_heart / "sample.json").read_text())
    assert "no patient" in about["note"]
    assert abs(loaded.ed.myocardium_ml / loaded.es.myocardium_ml - 1) < 0.05, "muscle keeps its volume"
    assert 0.5 < 1 - loaded.es.right_ml / loaded.ed.right_ml < 0.6, "the right ventricle contracts"


def test_the_cine_is_small_and_a_heart_cycle(cine: Path) -> None:
    assert sum(path.stat().st_size for path in cine.iterdir()) < 400_000
    about = json.loads((cine / "sample.json").read_text())
    found = read_cine(cine / "labels.nii.gz", ACDC)
    assert found.frames == about["frames"] and found.warnings == () and "no patient" in about["note"]
    assert len(about["times_s"]) == about["frames"]["count"] == len(found.cavity_ml)
    loaded = heart_from_cine(found)
    assert loaded.warnings == ()
    assert loaded.ed.cavity_ml == pytest.approx(about["edv_ml"], rel=0.02)
    assert loaded.es.cavity_ml == pytest.approx(about["esv_ml"], rel=0.04)
    strokes = [getattr(loaded.ed, side) - getattr(loaded.es, side) for side in ("cavity_ml", "right_ml")]
    assert strokes[0] == pytest.approx(strokes[1], rel=0.05), "both ventricles eject the same"
    steps = np.diff([*found.cavity_ml, found.cavity_ml[0]])
    es = found.frames["es"]
    assert (steps[:es] < 0).all() and (steps[es:] > 0).all(), "it empties, then fills"
    middle = steps[13:16].max()
    assert steps[es:13].max() > 5 * middle and steps[17:].max() > 5 * middle, "filled by suction, then by the atrium"
