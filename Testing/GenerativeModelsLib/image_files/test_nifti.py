"""NIfTI headers against nibabel, and files with bytes missing."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import HeartLabels
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsLib.image_files.nifti import HEADER_BYTES, nifti_header, require_whole_nifti

KINDS = {nibabel.Nifti1Header: nibabel.Nifti1Image, nibabel.Nifti2Header: nibabel.Nifti2Image}
NUMBERS = ["u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(list(KINDS)),
    order=st.sampled_from("<>"),
    number=st.sampled_from(NUMBERS),
    sizes=st.lists(st.integers(1, 300), min_size=2, max_size=5),
    side=st.floats(0.0625, 100, width=32),
    unit=st.sampled_from(["unknown", "meter", "mm", "micron"]),
    coded=st.booleans(),
    slope=st.sampled_from([(1.0, 0.0), (0.5, 10.0), (2.0, -3.0)]),
)
def test_a_header_is_what_nibabel_reads(kind, order, number, sizes, side, unit, coded, slope):
    written = kind(endianness=order)
    written.set_data_dtype(np.dtype(number))
    written.set_data_shape(sizes)
    written.set_zooms([side * (k + 1) for k in range(len(sizes))])
    written.set_xyzt_units(unit)
    written.set_slope_inter(*slope)
    written["descrip"] = b"of a scanner"
    affine = np.diag([side, 2 * side, 3 * side, 1.0])
    written.set_sform(affine, code=int(coded))
    found = nifti_header(written.binaryblock.ljust(HEADER_BYTES, b"\0"), "plane.nii")
    assert found.order == order
    assert found.sizes == written.get_data_shape() == tuple(sizes)
    assert found.payload_bytes == np.prod(sizes) * written.get_data_dtype().itemsize
    assert found.bits == int(written["bitpix"])
    assert found.description == "of a scanner"
    assert found.voxel == pytest.approx(tuple(written.get_zooms()))
    assert (found.slope, found.intercept) == pytest.approx(slope)
    assert found.unit_code == int(written["xyzt_units"]) & 7
    assert found.offset == int(written["vox_offset"])
    if coded:
        np.testing.assert_allclose(found.sform, written.get_sform()[:3], rtol=1e-6)
    else:
        assert found.sform is None


def whole(folder: Path, name: str, kind: type = nibabel.Nifti1Image) -> Path:
    values = np.random.default_rng(0).integers(0, 4, (12, 11, 10)).astype(np.uint16)
    kind(values, np.eye(4)).to_filename(folder / name)
    return folder / name


@pytest.mark.parametrize("kind", KINDS.values())
@pytest.mark.parametrize("name", ["map.nii", "map.nii.gz"])
def test_every_missing_byte_is_noticed(tmp_path, name, kind):
    path = whole(tmp_path, name, kind)
    require_whole_nifti(path, "map")
    content = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    for length in (0, 3, 100, 347, 352, 600, len(content) - 1):
        cut = content[:length]
        path.write_bytes(gzip.compress(cut) if name.endswith(".gz") else cut)
        with pytest.raises(InputError, match=r"map .*truncated"):
            require_whole_nifti(path, "map")


@pytest.mark.parametrize("bits", [0, 1, -16])
def test_the_number_type_counts_not_the_bits_that_the_header_claims(tmp_path, bits):
    """ITK uses the data type: with the header's smaller number of bits a truncated file would be accepted."""
    path = whole(tmp_path, "map.nii")
    content = bytearray(path.read_bytes())
    content[72:74] = np.int16(bits).tobytes()
    path.write_bytes(content)
    require_whole_nifti(path, "map")
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="map is truncated"):
        require_whole_nifti(path, "map")
    with pytest.raises(InputError, match=r"^ed map\.nii is truncated"):
        read_label_map(path, HeartLabels(lv=3, myo=2, rv=1), "ed")


@pytest.mark.parametrize(("offset", "value"), [(108, -1e6), (108, np.nan), (108, 1e30)])
def test_voxels_that_begin_nowhere_are_refused(tmp_path, offset, value):
    path = whole(tmp_path, "map.nii")
    content = bytearray(path.read_bytes())
    content[offset : offset + 4] = np.float32(value).tobytes()
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"map is (truncated|a truncated or damaged)"):
        require_whole_nifti(path, "map")


def test_half_of_a_pair_is_refused(tmp_path):
    nibabel.Nifti1Pair(np.zeros((3, 4, 5), np.uint8), np.eye(4)).to_filename(tmp_path / "map.hdr")
    with pytest.raises(InputError, match="half of a NIfTI pair"):
        require_whole_nifti(tmp_path / "map.hdr", "map")


def test_a_header_that_announces_more_than_memory_holds_takes_none(tmp_path):
    path = whole(tmp_path, "map.nii")
    content = bytearray(path.read_bytes())
    content[42:48] = np.int16([32000, 32000, 32000]).tobytes()
    path.write_bytes(content)
    with pytest.raises(InputError, match="of its 65536000000352 bytes are there"):
        require_whole_nifti(path, "map")
