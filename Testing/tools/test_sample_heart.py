"""The bundled heart: generated, small, and what its module makes."""

import json
from pathlib import Path

import SimpleITK as sitk

from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.load import load_hearts
from tools.sample_heart import write_heart_sample


def test_it_is_what_its_module_makes(sample_heart: Path, tmp_path: Path) -> None:
    write_heart_sample(tmp_path)
    assert (tmp_path / "sample.json").read_text() == (sample_heart / "sample.json").read_text()
    for name in ("ed.nii.gz", "es.nii.gz"):
        kept, made = (sitk.GetArrayFromImage(sitk.ReadImage(str(folder / name))) for folder in (sample_heart, tmp_path))
        assert kept.shape == made.shape and (kept != made).mean() < 1e-4, "last digits differ from machine to machine"


def test_it_is_small_and_loads_without_a_warning(sample_heart: Path) -> None:
    assert sum(path.stat().st_size for path in sample_heart.iterdir()) < 300_000
    loaded = load_hearts(sample_heart / "ed.nii.gz", sample_heart / "es.nii.gz", parse_labels("acdc"))
    assert loaded.warnings == () and loaded.ed.frame.septum == "rv"
    about = json.loads((sample_heart / "sample.json").read_text())
    assert "no patient" in about["note"]
    assert abs(loaded.ed.myocardium_ml / loaded.es.myocardium_ml - 1) < 0.05, "muscle keeps its volume"
