"""SimpleITK reads a file by its content, and no other file that its content or its name refers to."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.voxels import read_label_map
from GenerativeModelsLib.heart.labels.read import read_label_map as read_heart
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels
from GenerativeModelsLib.skull.planes.read import load_stored_plane
from GenerativeModelsLib.skull.shape.from_brain_mask import read_template
from Testing.helpers.heart_phantoms import ACDC

VOLUME = np.zeros((8, 9, 10), np.uint8)
VOLUME[2:6, 2:7, 2:8] = 1
READERS = {
    "heart": lambda path: read_heart(path, ACDC, "ed"),
    "mask": read_label_map,
    "template": read_template,
    "any": lambda path: read_pixels(image_reader(path, str(path)), str(path)),
}
every_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


def written(folder: Path, name: str, *, compress: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(VOLUME), str(folder / name), useCompression=compress)
    return folder / name


def renamed(path: Path, name: str) -> Path:
    return path.rename(path.with_name(name))


@every_reader
@pytest.mark.parametrize("name", ["head_ga30_mask.nhdr", "head_ga30_mask.mhd"])
def test_a_label_map_whose_header_names_a_file_elsewhere_is_refused(read, name: str, tmp_path: Path) -> None:
    header = written(tmp_path / "secret", name)
    data = next(file for file in header.parent.iterdir() if file != header)
    moved = tmp_path / name
    moved.write_bytes(header.read_bytes().replace(data.name.encode(), f"secret/{data.name}".encode()))
    assert np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(moved))), VOLUME), "SimpleITK alone reads it"
    with pytest.raises(InputError, match=r"expected LOCAL or a single file in its own folder"):
        read(moved)


@every_reader
@pytest.mark.parametrize("ending", ["hdr", "img", "nii", "nii.gz"])
def test_a_pair_of_nifti_files_is_refused(read, ending: str, tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    nibabel.Nifti1Pair(VOLUME.T, np.eye(4)).to_filename(tmp_path / "a_ga30_mask.img")
    path = tmp_path / "a_ga30_mask.hdr"
    assert sitk.ReadImage(str(path)).GetSize() == (10, 9, 8), "SimpleITK alone reads it"
    if ending == "img":
        path = path.with_suffix(".img")
    elif ending != "hdr":
        path = renamed(path, f"a_ga30_mask.{ending}")
    if ending == "nii.gz":
        path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(InputError):
        read(path)


@every_reader
@pytest.mark.parametrize(("ending", "other"), [("nrrd", "nii"), ("mha", "nrrd"), ("nii", "mha"), ("nii.gz", "nrrd")])
def test_a_label_map_under_the_name_of_another_format_is_refused(read, ending: str, other: str, tmp_path: Path) -> None:
    path = renamed(written(tmp_path, f"a.{ending}"), f"a_ga30_mask.{other}")
    with pytest.raises(InputError, match=r"by its content under another name: give it the ending"):
        read(path)


@every_reader
@pytest.mark.parametrize("name", ["a.hdf5", "a.vtk", "a.gipl", "a.tif"])
def test_a_format_with_references_or_for_pictures_is_refused_under_any_name(read, name: str, tmp_path: Path) -> None:
    path = renamed(written(tmp_path, name), "a_ga30_mask.nii")
    with pytest.raises(InputError, match=r"cannot be read, it is (no image of a known kind|TIFF by its content)"):
        read(path)


@every_reader
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no FIFOs")
def test_fifos_and_devices_do_not_hang(read, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a_ga30_mask.nrrd")
    (tmp_path / "b_ga30_mask.nrrd").symlink_to("/dev/zero")
    for name in ("a_ga30_mask.nrrd", "b_ga30_mask.nrrd"):
        with pytest.raises(InputError):
            read(tmp_path / name)


@every_reader
def test_damaged_compressed_pixels_do_not_become_memory_of_the_process(read, tmp_path: Path) -> None:
    path = written(tmp_path, "a_ga30_mask.mha", compress=True)
    header, _, pixels = path.read_bytes().partition(b"ElementDataFile = LOCAL\n")
    header += b"ElementDataFile = LOCAL\n"
    few = zlib.compress(bytes(16))
    resized = header.replace(b"CompressedDataSize = %d" % len(pixels), b"CompressedDataSize = %d" % len(few))
    for content in (header + b"x" * len(pixels), header + pixels[:-9] + bytes(9), resized + few):
        path.write_bytes(content)
        sitk.ReadImage(str(path))  # SimpleITK without the check returns an image
        with pytest.raises(InputError, match="damaged, its pixels cannot be unpacked: copy or export it again"):
            read(path)
    cut = header.replace(b"CompressedDataSize = %d" % len(pixels), b"CompressedDataSize = %d" % (len(pixels) - 2))
    path.write_bytes(cut + pixels[:-2])
    with pytest.raises(InputError, match="its pixels cannot be unpacked"):
        read(path)
    for old, new in ((b"Data = True", b"Data = T"), (b"DataSize = ", b"Size = "), (b"NDims", b"HeaderSize = 0\nNDims")):
        assert old in header
        path.write_bytes(header.replace(old, new) + pixels)
        with pytest.raises(InputError, match=r"save it as one \.nrrd file"):
            read(path)


def test_a_preview_of_a_damaged_plane_holds_no_memory_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "plane.mha"
    sitk.WriteImage(sitk.GetImageFromArray(VOLUME[3]), str(path), useCompression=True)
    header, mark, pixels = path.read_bytes().partition(b"ElementDataFile = LOCAL\n")
    path.write_bytes(header + mark + b"x" * len(pixels))
    with pytest.raises(InputError, match="its pixels cannot be unpacked"):
        load_stored_plane(path, "axial plane")


def test_a_detached_header_is_read_unless_one_file_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "a.nhdr")
    assert np.array_equal(sitk.GetArrayFromImage(READERS["any"](path)), VOLUME)
    with pytest.raises(InputError, match="keeps its pixels in another file"):
        image_reader(path, "skull", self_contained=True)


def test_a_picture_is_no_volume(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is TIFF by its content: expected NIfTI, NRRD or MetaImage, export it again"):
        image_reader(written(tmp_path, "a.tif"), "the mask")


def test_the_format_is_bound_to_the_content(tmp_path: Path) -> None:
    path = renamed(written(tmp_path, "a.nrrd"), "a.png")
    assert image_reader(path, "a", checks_name=False).GetImageIO() == "NrrdImageIO"
