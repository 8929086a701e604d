"""The command on files: what it writes, with which stamp, what it refuses, and that nothing measures its images."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import read_plane
from GenerativeModelsLib.synthesis.translate.domains import CINE_MR, DOMAINS, HC18, SIMULATED
from GenerativeModelsLib.synthesis.translate.model import load_translator
from GenerativeModelsLib.synthesis.translate.request import TranslationRequest
from GenerativeModelsLib.synthesis.translate.run import translate_image
from Testing.helpers.segmentation_phantoms import cine, maps_of, write_maps
from Testing.helpers.tiny_images import grey_file, write_heart, write_images_bundle
from Testing.helpers.tiny_translation import VENDORS, write_translation_bundle

nibabel = pytest.importorskip("nibabel")


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_translation_bundle(tmp_path_factory.mktemp("heads") / "bundle")


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_translation_bundle(tmp_path_factory.mktemp("vendors") / "bundle", CINE_MR)


def translated(image: Path, output: Path, bundle: Path, to: str = HC18, **given) -> dict:
    return translate_image(TranslationRequest(image, to, output, bundle, device="cpu", **given))


def test_a_picture_is_translated_and_its_drift_is_told(tmp_path: Path, sample_case: Path, heads: Path) -> None:
    image = sample_case / "axial.png"
    content = translated(image, tmp_path / "a", heads, spacing_mm=(0.3, 0.3), seed=4)
    translated(image, tmp_path / "b", heads, seed=4)
    translated(image, tmp_path / "c", heads, seed=5)
    one, other, third = ((tmp_path / name / "image.png").read_bytes() for name in "abc")
    assert one == other != third
    with Image.open(tmp_path / "a" / "image.png") as made, Image.open(image) as given:
        assert made.size == given.size and made.info["Description"].startswith("SYNTHETIC")
    assert content == json.loads((tmp_path / "a" / "result.json").read_text(encoding="utf-8"))
    assert content["synthetic"] is True and content["domains"] == {"from": SIMULATED, "to": HC18}
    assert 0 < content["drift"]["mean_mm"] <= content["drift"]["largest_mm"] and content["drift"]["mean_percent"] > 0
    assert content["seed"] == 4 and content["model"]["name"] == "tiny" and str(tmp_path) not in json.dumps(content)
    unknown = json.loads((tmp_path / "b" / "result.json").read_text(encoding="utf-8"))
    assert unknown["drift"]["mean_mm"] is None and unknown["drift"]["mean_percent"] > 0
    assert unknown["warning_kinds"] == ["missing"]


def test_nothing_measures_a_translated_image(tmp_path: Path, sample_case: Path, heads: Path) -> None:
    translated(sample_case / "axial.png", tmp_path / "png", heads)
    values = np.asarray(Image.open(sample_case / "axial.png").convert("L"))
    slice_ = sitk.GetImageFromArray(values[None])
    slice_.SetSpacing((0.3, 0.4, 1.0))
    slice_.SetOrigin((5.0, -7.0, 2.0))
    sitk.WriteImage(slice_, str(tmp_path / "slice.nii.gz"))
    content = translated(tmp_path / "slice.nii.gz", tmp_path / "nifti", heads)
    assert content["drift"]["mean_mm"] > 0
    found, given = nibabel.load(tmp_path / "nifti" / "image.nii.gz"), nibabel.load(tmp_path / "slice.nii.gz")
    np.testing.assert_array_equal(found.affine, given.affine)
    assert found.shape == given.shape
    for file in (tmp_path / "png" / "image.png", tmp_path / "nifti" / "image.nii.gz"):
        with pytest.raises(InputError, match=f"{file.name} is synthetic, made by this software: give an image that"):
            read_plane(file, spacing_mm=(0.3, 0.3))
        with pytest.raises(InputError, match="is synthetic"):
            translated(file, tmp_path / "again", heads)


def test_a_cine_keeps_its_grid_and_its_frames(tmp_path: Path, vendors: Path) -> None:
    labels = write_maps(tmp_path / "labels.nii.gz", maps_of(cine(3, 4)))
    image = tmp_path / "image.nii.gz"
    maps = nibabel.load(labels)
    grey = np.asarray(maps.dataobj, np.float32) * 60 + 20
    grey[:3] = 150  # a bright side
    maps.header.set_data_dtype(np.float32)
    nibabel.Nifti1Image(grey, maps.affine, maps.header).to_filename(image)
    content = translated(image, tmp_path / "out", vendors, VENDORS[0])
    found, given = (nibabel.load(path) for path in (tmp_path / "out" / "image.nii.gz", image))
    np.testing.assert_array_equal(found.affine, given.affine)
    assert found.shape == given.shape and found.header["pixdim"][4] == given.header["pixdim"][4]
    assert found.header["descrip"].item().decode().startswith("SYNTHETIC")
    assert not np.array_equal(found.get_fdata(), given.get_fdata())
    assert content["drift"] is None and content["domains"] == {"from": VENDORS[1], "to": VENDORS[0]}


def refused(tmp_path: Path, *words: object) -> str:
    out = tmp_path / "refused"
    found = CliRunner().invoke(app, ["synthesise", "translate", *map(str, words), "--output", str(out)])
    assert found.exit_code == 2 and not out.exists(), found.output
    return " ".join(found.stderr.split("Error: ")[1].split())


def test_bad_input_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, sample_case: Path, heads: Path, vendors: Path
) -> None:
    axial = sample_case / "axial.png"
    known = ", ".join(DOMAINS)
    assert refused(tmp_path, axial, "--to", "hc19").startswith(f"--to is 'hc19': give one of {known}, or name a bundle")
    assert refused(tmp_path, axial, "--to", VENDORS[0], "--model", heads) == (
        f"--to is '{VENDORS[0]}', and {heads} leads to {SIMULATED} and {HC18}: give one of these."
    )
    assert "is no image file" in refused(tmp_path, axial, "--to", VENDORS[0], "--model", vendors)
    assert refused(tmp_path, tmp_path / "none.png", "--to", HC18, "--model", heads).startswith("IMAGE none.png")
    other = write_images_bundle(tmp_path / "other", "cgan")
    assert "heart-image-synthesis" in refused(tmp_path, axial, "--to", HC18, "--model", other)
    assert "--seed is -1" in refused(tmp_path, axial, "--to", HC18, "--seed", "-1")
    assert "--spacing is 'x'" in refused(tmp_path, axial, "--to", HC18, "--spacing", "x")


def test_images_of_another_modality_are_refused(tmp_path: Path, heads: Path, vendors: Path) -> None:
    heart = grey_file(write_heart(tmp_path / "labels.nii.gz", slices=4), tmp_path / "stack.nii.gz")
    assert "IMAGE stack.nii.gz" in refused(tmp_path, heart, "--to", HC18, "--model", heads)
    ct = sitk.GetImageFromArray(np.random.default_rng(0).normal(0, 400, (1, 60, 80)).astype(np.int16))
    sitk.WriteImage(ct, str(tmp_path / "ct.nii.gz"))
    assert "holds values down to" in refused(tmp_path, tmp_path / "ct.nii.gz", "--to", HC18, "--model", heads)
    assert "as CT has them" in refused(tmp_path, tmp_path / "ct.nii.gz", "--to", VENDORS[0], "--model", vendors)
    noise = np.random.default_rng(0).uniform(0, 60, (120, 160)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    said = refused(tmp_path, tmp_path / "noise.png", "--to", HC18, "--model", heads)
    assert said == "IMAGE noise.png shows no fetal head: give an axial picture of ultrasound."


def test_pictures_of_other_organs_and_modalities_are_refused(tmp_path: Path, shared_data: Path, heads: Path) -> None:
    for name in ("cardiac_mr", "fetal_mri_axial", "adult_skull_axial"):
        said = refused(tmp_path, shared_data / "ood" / f"{name}.png", "--to", HC18, "--model", heads)
        assert "fetal head: give an axial picture of" in said


@pytest.mark.parametrize(
    "told", [{"rows": 8}, {"rows": "many"}, {"domains": [HC18]}, {"domains": [HC18, HC18]}, {"modality": "ct"}]
)
def test_a_bundle_with_settings_that_cannot_be_is_refused(tmp_path: Path, told: dict) -> None:
    write_translation_bundle(tmp_path / "bundle", **told)
    with pytest.raises(InputError, match="its settings are not those of image translation"):
        load_translator(tmp_path / "bundle")


def test_dicom_of_another_modality_is_refused_by_its_header(tmp_path: Path, heads: Path) -> None:
    pytest.importorskip("pydicom")
    from Testing.helpers.dicom_datasets import saved, ultrasound

    dataset = ultrasound(np.random.default_rng(0).integers(0, 255, (64, 80)).astype(np.uint8))
    dataset.Modality = "MR"
    saved(tmp_path, dataset, "mr.dcm")
    said = refused(tmp_path, tmp_path / "mr.dcm", "--to", HC18, "--model", heads)
    assert said == "IMAGE mr.dcm is of the DICOM modality MR: give a picture of ultrasound."
