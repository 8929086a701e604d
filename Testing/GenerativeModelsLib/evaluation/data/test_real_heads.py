"""Tests of heads from real templates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates, load_fetal_template
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse


def write_ellipsoid(path: Path, half_mm: tuple[float, float, float], spacing: tuple[float, float, float]) -> None:
    import SimpleITK as sitk

    z, y, x = np.mgrid[-40:41, -40:41, -40:41]
    inside = (x * spacing[0] / half_mm[0]) ** 2 + (y * spacing[1] / half_mm[1]) ** 2 + (
        z * spacing[2] / half_mm[2]
    ) ** 2 < 1
    image = sitk.GetImageFromArray(inside.astype(np.uint8))
    image.SetSpacing(spacing)
    sitk.WriteImage(image, str(path))


def test_ellipsoid_mask_becomes_an_ellipsoid_with_bone(tmp_path: Path) -> None:
    path = tmp_path / "x_ga25_mask.nii.gz"
    write_ellipsoid(path, (24.5, 30.5, 26.5), (1.0, 1.0, 1.0))
    head = load_fetal_template(path, bone_mm=1.0)
    ellipse = fit_ellipse(head.shape.axial_outline())
    assert (ellipse.semi_minor, ellipse.semi_major) == pytest.approx((25.5, 31.5), abs=0.5)
    assert head.height_mm == pytest.approx(55.0, abs=1.0)
    assert head.gestational_age_weeks == 25.0
    assert ellipse.centre == pytest.approx((0, 0), abs=0.05)


def test_unusable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gestational age"):
        load_fetal_template(tmp_path / "mask.nii.gz")
    with pytest.raises(InputError, match="cannot be read"):
        load_fetal_template(tmp_path / "a_ga30_mask.nii.gz")
    flat = tmp_path / "b_ga30_mask.nii.gz"
    write_ellipsoid(flat, (24.0, 30.0, 26.0), (1.0, 1.0, 2.0))
    with pytest.raises(InputError, match="isotropic"):
        load_fetal_template(flat)


def test_real_template_is_a_head_and_the_fitted_ones_are_kept_apart(shared_data: Path) -> None:
    paths = evaluation_templates(shared_data)
    assert len(paths) == 7
    assert not {"sb_ga31_operated_mask.nii.gz", "sb_ga23_notoperated_mask.nii.gz"} & {p.name for p in paths}
    head = load_fetal_template(shared_data / "fetal_heads_spina_bifida" / "sb_ga23_notoperated_mask.nii.gz")
    assert 178 < head.hc_mm < 192  # the mask without bone measures 179
    assert 0.75 < head.cephalic_index_percent / 100 < 0.85
    assert np.ptp(head.shape.log_radius[0]) < 1e-3
