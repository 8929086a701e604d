"""The committed shape basis, and its harmonics."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.population.basis import BASIS_FILE, COEFFICIENTS, read_shape_basis, shape_basis
from GenerativeModelsLib.skull.shape import harmonics as sh
from GenerativeModelsLib.skull.shape.star_surface import table_directions
from GenerativeModelsLib.skull.shape.unit_head import Extents, measure, place, unit_head


def test_file_is_small_and_states_its_sources_and_licences() -> None:
    assert BASIS_FILE.stat().st_size < 100_000
    provenance = shape_basis().provenance
    assert "Copyright (c) 2023 cuMIP" in provenance["calvaria"]["licence"]
    assert "Permission is hereby granted" in provenance["calvaria"]["licence"]
    assert provenance["fetal_heads"]["licence"].startswith("CC0")
    used = provenance["fetal_heads"]["used_late"] + provenance["fetal_heads"]["used_early"]
    assert sorted(used) == ["sb_ga23_notoperated", "sb_ga31_operated", "sb_ga33_operated"]


def test_all_but_the_one_sided_suture_are_symmetric() -> None:
    basis = shape_basis()
    for name in COEFFICIENTS:
        odd = np.where(sh.mirror_signs(10) < 0, sh.fit(getattr(basis, name), 10), 0.0)
        assert (np.abs(odd).max() > 1e-3) == (name == "left_coronal")


def test_sutures_point_the_way_they_should() -> None:
    basis, extents = shape_basis(), Extents(40.0, 50.0, 42.0, 42.0)
    x, y, z = np.moveaxis(table_directions(), -1, 0)
    temples = (np.abs(x) > 0.5) & (y < -0.5) & (np.abs(z) < 0.4)
    assert basis.metopic[temples].mean() < -0.01  # narrow forehead
    left_brow = (x > 0.3) & (y < -0.5) & (np.abs(z) < 0.4)
    assert basis.left_coronal[left_brow].mean() < basis.left_coronal[(-x > 0.3) & (y < -0.5) & (np.abs(z) < 0.4)].mean()
    assert place(basis.mean + basis.sagittal, extents).log_radius.std() > 0


def test_harmonics_are_orthonormal_and_fit_undoes_synthesis() -> None:
    coefficients = np.random.default_rng(0).normal(size=121)
    np.testing.assert_allclose(sh.fit(sh.synthesise(coefficients), 10), coefficients, atol=1e-5)
    field = sh.synthesise(sh.smooth_spectrum(10, 0.75) * np.random.default_rng(1).standard_normal(121))
    assert 0.4 < field.std() < 1.8
    assert np.ptp(field[0]) < 1e-6 and np.ptp(field[-1]) < 1e-6


def test_mirror_signs_reflect_left_and_right() -> None:
    coefficients = np.random.default_rng(0).normal(size=121)
    table = sh.synthesise(coefficients)
    mirrored = sh.synthesise(coefficients * sh.mirror_signs(10))
    np.testing.assert_allclose(mirrored, table[:, (64 - np.arange(128)) % 128], atol=1e-5)


def test_unit_head_and_placing_undo_each_other() -> None:
    extents = Extents(40.0, 50.0, 40.0, 45.0)
    head = place(shape_basis().mean, extents)
    found, centre, angle = measure(head)
    assert (found.half_x, found.half_y) == pytest.approx((40.0, 50.0), abs=1e-3)
    assert np.hypot(*centre) < 1e-3 and abs(angle) < 1e-3
    again = place(unit_head(head, found), found)
    np.testing.assert_allclose(again.log_radius, head.log_radius, atol=0.01)


@pytest.mark.parametrize("content", ["", "[]", '{"format": "other"}', None])
def test_other_files_are_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "basis.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match="basis"):
        read_shape_basis(path)


def test_missing_coefficients_are_named(tmp_path: Path) -> None:
    content = json.loads(BASIS_FILE.read_text(encoding="utf-8"))
    del content["coefficients"]["metopic"]
    path = tmp_path / "basis.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match="metopic"):
        read_shape_basis(path)
