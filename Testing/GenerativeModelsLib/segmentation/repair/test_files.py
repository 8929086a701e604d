"""Repaired label maps in the layout, values and type that they were given in."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from GenerativeModelsLib.image_files.nifti import open_nifti
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.repair.files import repaired_values, write_nifti
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from Testing.helpers.heart_phantoms import write_segmentation
from Testing.helpers.segmentation_phantoms import MYO, apical, cine, maps_of, stack, write_maps


def changed(maps: LabelMaps) -> LabelMaps:
    """The maps with one pixel of background as wall."""
    values = maps.values.copy()
    values[0, 0, 0, 0] = MYO
    return replace(maps, values=values)


def content(path: Path) -> bytes:
    with open_nifti(path) as stream:
        return stream.read()


@pytest.mark.parametrize("axes", ["xyz", "zxy"])
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_a_nifti_file_keeps_every_byte_but_those_of_changed_pixels(tmp_path: Path, axes: str, kind: type) -> None:
    path = write_maps(tmp_path / "in.nii.gz", maps_of(cine(3, 6)), axes=axes)
    image = nib.load(path)
    header = image.header.copy()
    header.set_data_dtype(kind)
    header["descrip"] = b"made by hand"
    values = np.asarray(image.dataobj).astype(kind)
    values[-1, -1, -1, -1] = 7  # of no structure
    made = nib.Nifti1Image(values, image.affine, header)
    made.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"kept"))
    nib.save(made, path)
    request = SegmentationRequest(path, labels="lv=3,myo=2,rv=1")
    maps = read_label_maps(request)
    write_nifti(path, maps, maps, tmp_path / "same.nii.gz")
    assert content(tmp_path / "same.nii.gz") == content(path)
    write_nifti(path, maps, changed(maps), tmp_path / "out.nii.gz")
    old, new = (np.frombuffer(content(each), np.uint8) for each in (path, tmp_path / "out.nii.gz"))
    assert len(old) == len(new) and 0 < (old != new).sum() <= np.dtype(kind).itemsize
    back = np.asarray(nib.load(tmp_path / "out.nii.gz").dataobj)
    assert (back != values).sum() == 1 and back[back != values] == 2
    again = read_label_maps(replace(request, file=tmp_path / "out.nii.gz"))
    assert np.array_equal(again.values, changed(maps).values)


def test_a_scaled_nifti_stores_what_reads_as_the_label(tmp_path: Path) -> None:
    path = write_maps(tmp_path / "in.nii.gz", maps_of(stack()))
    raw = bytearray(content(path))
    raw[112:120] = np.array([0.5, 0.0], "<f4").tobytes()  # scl_slope, scl_inter: values are half of what is stored
    (tmp_path / "in.nii.gz").write_bytes(gzip.compress(bytes(raw)))
    doubled = nib.load(path)
    stored = np.asarray(doubled.dataobj.get_unscaled()) * 2
    raw[352:] = stored.astype(np.uint8).tobytes(order="F")
    path.write_bytes(gzip.compress(bytes(raw)))
    maps = read_label_maps(SegmentationRequest(path))
    write_nifti(path, maps, changed(maps), tmp_path / "out.nii.gz")
    assert np.array_equal(read_label_maps(SegmentationRequest(tmp_path / "out.nii.gz")).values, changed(maps).values)


@pytest.mark.parametrize("name", ["in.nrrd", "in.mha"])
def test_other_files_become_nifti_on_their_grid_with_their_type(tmp_path: Path, name: str) -> None:
    path = write_maps(tmp_path / name, maps_of(stack()))
    image = sitk.ReadImage(str(path))
    image.SetDirection((0, 1, 0, -1, 0, 0, 0, 0, 1))
    sitk.WriteImage(sitk.Cast(image, sitk.sitkInt16), str(path))
    maps = read_label_maps(SegmentationRequest(path))
    write_nifti(path, maps, changed(maps), tmp_path / "out.nii.gz")
    back = sitk.ReadImage(str(tmp_path / "out.nii.gz"))
    assert back.GetPixelID() == sitk.sitkInt16 and back.GetSize() == image.GetSize()
    for one, other in ((back.GetSpacing(), image.GetSpacing()), (back.GetOrigin(), image.GetOrigin())):
        assert one == pytest.approx(other, abs=1e-4)
    assert back.GetDirection() == pytest.approx(image.GetDirection(), abs=1e-5)
    differs = sitk.GetArrayFromImage(back) != sitk.GetArrayFromImage(image)
    assert differs.sum() == 1


def test_a_segmentation_of_slicer_becomes_the_values_of_its_segments(tmp_path: Path) -> None:
    maps = maps_of(stack())
    heart = LabelMap(maps.values[0], HeartLabels(1, 2, 3), maps.to_lps, "phantom")
    segments = [(name, maps.values[0] == CODES[key], value, 0) for name, key, value in SEGMENTS]
    path = write_segmentation(tmp_path / "heart.seg.nrrd", heart, segments)
    read = read_label_maps(SegmentationRequest(path))
    write_nifti(path, read, changed(read), tmp_path / "out.nii.gz")
    again = read_label_maps(SegmentationRequest(tmp_path / "out.nii.gz", labels="lv=7,myo=9,rv=2"))
    assert np.array_equal(again.values, changed(read).values)
    assert np.linalg.norm(again.to_lps[:3, 3] - read.to_lps[:3, 3]) < 1e-3


SEGMENTS = (("LV cavity", "lv", 7), ("Myocardium", "myo", 9), ("Right ventricle", "rv", 2))


def test_a_slice_over_time_keeps_its_three_axes(tmp_path: Path) -> None:
    maps = maps_of(np.stack([apical()[None]] * 4), np.ones(2))
    image = sitk.GetImageFromArray(np.array([0, 1, 2, 0, 3], np.uint8)[maps.values[:, 0]])
    sitk.WriteImage(image, str(tmp_path / "in.mha"))
    request = SegmentationRequest(tmp_path / "in.mha", "apical", "camus", 40.0)
    read = read_label_maps(request)
    write_nifti(request.file, read, changed(read), tmp_path / "out.nii.gz")
    assert sitk.ReadImage(str(tmp_path / "out.nii.gz")).GetSize() == (130, 140, 4)
    assert repaired_values(read, changed(read)).shape == (4, 1, 140, 130)
