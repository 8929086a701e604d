"""The reader of a folder in the layout of CAMUS: lengths and labels as in the files, and what is missing named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation.camus_images import camus_cases
from GenerativeModelsLib.segmentation.maps import CODES
from Testing.helpers.camus_folder import write_camus


def test_cases_are_resampled_about_their_middle(tmp_path: Path) -> None:
    cases = camus_cases(write_camus(tmp_path, 2), "4CH", 96, 1.2)
    assert [(case.patient, case.kind) for case in cases] == [
        (patient, phase) for patient in ("patient0001", "patient0002") for phase in ("ED", "ES")
    ]
    one = cases[0]
    assert one.images.shape == one.truth.values.shape == (1, 1, 96, 96) and one.images.dtype == np.uint8
    assert set(one.known) == {"lv", "myo", "la"} and all(each.all() for each in one.known.values())
    values = one.truth.values[0, 0]
    assert set(np.unique(values)) == {0, CODES["lv"], CODES["myo"], CODES["la"]}
    written = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "patient0001" / "patient0001_4CH_ED_gt.nii.gz")))[0]
    for code, value in ((CODES["lv"], 1), (CODES["la"], 3)):
        assert (values == code).sum() * 1.2**2 == pytest.approx((written == value).sum() * 1.5, rel=0.03)
    # The middle of 60 x 70 pixels of 1.5 x 1 mm is that of the grid.
    rows, columns = np.nonzero(written == 1)
    there = np.argwhere(values == CODES["lv"]).mean(axis=0)
    expected = [(rows.mean() - 29.5) * 1.5 / 1.2 + 47.5, (columns.mean() - 34.5) / 1.2 + 47.5]
    np.testing.assert_allclose(there, expected, atol=0.3)
    assert one.images[0, 0][values == CODES["la"]].mean() > one.images[0, 0][values == CODES["lv"]].mean()


def test_what_is_missing_or_odd_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no patient0001/patient0001_2CH_ED"):
        camus_cases(write_camus(tmp_path, 1), "2CH", 96, 1.2)
    drawn = tmp_path / "patient0001" / "patient0001_4CH_ES_gt.nii.gz"
    labels = sitk.ReadImage(str(drawn))
    for changed, words in ((labels * 5, "holds the values"), (labels[:-1], "have different grids")):
        sitk.WriteImage(changed, str(drawn))
        with pytest.raises(InputError, match=words):
            camus_cases(tmp_path, "4CH", 96, 1.2)
    drawn.unlink()
    with pytest.raises(InputError, match=r"patient0001_4CH_ES_gt\.nii\.gz is missing"):
        camus_cases(tmp_path, "4CH", 96, 1.2)
