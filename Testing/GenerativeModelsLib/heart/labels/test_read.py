"""Label maps of hearts from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.labels.read import read_label_map
from Testing.helpers.heart_phantoms import ACDC, bullet, short_axis, voxelised, write_label_map


@pytest.fixture(scope="module")
def phantom() -> LabelMap:
    return voxelised(bullet(), spacing_mm=(2.0, 2.2, 9.0), grid_axes=short_axis())


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha", ".nhdr", ".mhd"])
def test_every_format_gives_the_same_map(phantom: LabelMap, tmp_path: Path, suffix: str) -> None:
    read = read_label_map(write_label_map(phantom, tmp_path / f"ed{suffix}"), ACDC, "ed")
    assert read.name == f"ed{suffix}"
    for structure in ("lv", "myo", "rv"):
        np.testing.assert_allclose(
            read.points_lps(read.mask(structure)), phantom.points_lps(phantom.mask(structure)), atol=1e-3
        )


def test_a_fourth_dimension_of_one_is_no_film(phantom: LabelMap, tmp_path: Path) -> None:
    image = sitk.JoinSeries([sitk.GetImageFromArray(phantom.values.astype(np.uint8))])
    image.SetSpacing([2.0, 2.2, 9.0, 1.0])
    sitk.WriteImage(image, str(tmp_path / "one.nii.gz"))
    read = read_label_map(tmp_path / "one.nii.gz", ACDC, "ed")
    assert read.volume_ml("lv") == pytest.approx(phantom.volume_ml("lv"))


def write(image: sitk.Image, path: Path) -> Path:
    sitk.WriteImage(image, str(path))
    return path


def test_films_slices_and_colours_are_refused(phantom: LabelMap, tmp_path: Path) -> None:
    volume = sitk.GetImageFromArray(phantom.values.astype(np.uint8))
    film = write(sitk.JoinSeries([volume, volume]), tmp_path / "film.nii.gz")
    with pytest.raises(
        InputError, match=r"es film\.nii\.gz has 4 dimensions .*a film of several phases: give it as cine, or"
    ):
        read_label_map(film, ACDC, "es")
    slices = write(sitk.JoinSeries([volume[:, :, :1], volume[:, :, :1]]), tmp_path / "film.nrrd")
    with pytest.raises(InputError, match="a film of several phases"):
        read_label_map(slices, ACDC, "es")
    for name, image in (("flat.mha", volume[:, :, 4]), ("thin.mha", volume[:, :, 4:5])):
        with pytest.raises(InputError, match=rf"ed {name} is .* not a single slice"):
            read_label_map(write(image, tmp_path / name), ACDC, "ed")
    colours = write(sitk.Compose(volume, volume, volume), tmp_path / "colours.nrrd")
    with pytest.raises(InputError, match=r"has 3 numbers a voxel \(colours"):
        read_label_map(colours, ACDC, "ed")


def test_missing_foreign_and_broken_files_are_refused(phantom: LabelMap, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ed .*absent\.nii does not exist"):
        read_label_map(tmp_path / "absent.nii", ACDC, "ed")
    (tmp_path / "heart.png").write_bytes(b"x")
    with pytest.raises(InputError, match=r"ed heart\.png is no label map file"):
        read_label_map(tmp_path / "heart.png", ACDC, "ed")
    for suffix in (".nii", ".nii.gz", ".nrrd", ".mha"):
        path = write_label_map(phantom, tmp_path / f"whole{suffix}")
        cut = tmp_path / f"cut{suffix}"
        cut.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])
        with pytest.raises(InputError, match=rf"^ed cut\{suffix} .*export it again"):
            read_label_map(cut, ACDC, "ed")
        cut.write_bytes(b"not an image at all, only text")
        with pytest.raises(InputError, match=rf"^ed cut\{suffix} .*(export it again|damaged)"):
            read_label_map(cut, ACDC, "ed")


def test_sheared_axes_are_named(phantom: LabelMap, tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    affine = np.diag([2.0, 2.0, 9.0, 1.0])
    affine[0, 2] = 3.0
    image = nibabel.Nifti1Image(phantom.values.T.astype(np.uint8), affine)
    image.set_qform(None, 0)
    nibabel.save(image, tmp_path / "sheared.nii.gz")
    with pytest.raises(InputError, match="axes are sheared; resample"):
        read_label_map(tmp_path / "sheared.nii.gz", ACDC, "ed")
