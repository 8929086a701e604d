"""Derivation of the shape basis."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.population.basis import BASIS_FILE
from GenerativeModelsLib.skull.population.heads import mean_head
from tools.shape_basis import Alignment, align_calvarium, derive, read_calvarium


def test_alignment_finds_pitch_and_shift_of_a_vault() -> None:
    target = mean_head(300.0)
    vault = target.points(4)
    vault = vault[vault[:, 2] > 0]
    c, s = np.cos(0.1), np.sin(0.1)
    moved = (vault - [0.0, -15.0, 4.0]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    found = align_calvarium(moved, target)
    assert found.pitch == pytest.approx(0.1, abs=0.02)
    assert (found.shift_y, found.shift_z) == pytest.approx((-15.0, 4.0), abs=1.0)


def test_alignment_turns_then_moves() -> None:
    at = Alignment(np.pi / 2, 1.0, 2.0).apply(np.array([[0.0, 3.0, 0.0]]), scale=2.0)
    np.testing.assert_allclose(at, [[0.0, 2.0, 7.0]], atol=1e-12)


def test_open_vault_has_weight_only_where_it_is() -> None:
    points = mean_head(300.0).points(4)
    vault = read_calvarium(points[points[:, 2] > -10], 0.49)
    assert vault.weight[:28].min() > 0.99
    assert vault.weight[-12:].max() == 0.0


def test_missing_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        derive(tmp_path)


def test_committed_file_is_what_the_script_makes(shared_data: Path) -> None:
    fresh, committed = derive(shared_data), json.loads(BASIS_FILE.read_text(encoding="utf-8"))
    assert fresh["provenance"]["fetal_heads"] == committed["provenance"]["fetal_heads"]
    for name, values in committed["coefficients"].items():
        np.testing.assert_allclose(fresh["coefficients"][name], values, atol=2e-3)
