"""Readings of own cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.locate.canonical import PROFILE
from GenerativeModelsLib.skull.shape import from_labels
from GenerativeModelsLib.skull.shape.ellipse import perimeter
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.training.shared.cohort_table import read_cohort_table
from GenerativeModelsLib.training.skull import own_case
from GenerativeModelsLib.training.skull.own_case import OwnCase, case_readings, read_own_case, simulated_views
from GenerativeModelsLib.training.skull.readings import MIRROR, ReaderNets
from Testing.helpers.cohorts import HALVES, painted_views, write_cohort
from Testing.helpers.painted import (
    GreyLevelBorder,
    GreyLevelLocator,
    SteadyFacing,
    painted_planes,
    seeing_nets,
)
from Testing.helpers.tiny_models import tiny_basis

SIZES = [perimeter(*half[:2]) / (2 * np.pi) for half in HALVES]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[OwnCase]:
    with pytest.MonkeyPatch.context() as coarse:
        coarse.setattr(from_labels, "VOXELS", 100)
        return [read_own_case(row) for row in read_cohort_table(write_cohort(tmp_path_factory.mktemp("cohort")))]


def test_a_head_keeps_its_size(cases: list[OwnCase]) -> None:
    assert [case.head.hc_mm / (2 * np.pi) for case in cases] == pytest.approx(SIZES, rel=0.006)
    assert [sorted(case.images) for case in cases] == [[], ["axial", "sagittal"], [], []]


def test_own_pictures_give_size_and_shape_but_no_pose(cases: list[OwnCase]) -> None:
    basis = tiny_basis()
    readings, remark = case_readings(cases[1], seeing_nets(), basis, 3)
    assert readings is not None and remark == "" and len(readings.borders) == 1
    assert readings.present.tolist() == [[True, True, False]]
    assert np.isnan(readings.poses).all() and np.isnan(readings.truth).all()
    assert not readings.borders[0, 2].any()
    # half axes right and down in units of the axial size: axial 35 and 46, sagittal 46 and 39
    for k, halves in enumerate(((35, 46), (46, 39))):
        assert readings.borders[0, k, 0, [0, PROFILE // 4]] * SIZES[1] == pytest.approx(halves, abs=1.2)
    assert readings.log_size == pytest.approx([0.0], abs=0.02)  # the axial picture goes through the middle
    truth = basis.project(torch.from_numpy(unit_field(ellipsoid(*HALVES[1]), SIZES[1]))[None])
    assert readings.coefficients == pytest.approx(truth.numpy(), abs=0.01)


class Opinion(SteadyFacing):
    """Says of the orientation of the locator that it is upright by `logit`, and of the opposite one by -`logit`."""

    def __init__(self, logit: float) -> None:
        super().__init__()
        self.logit = logit

    def forward(self, picture: torch.Tensor, plane: torch.Tensor) -> torch.Tensor:
        return torch.tensor([self.logit, -self.logit])


def test_the_facing_network_decides_which_way_round_own_pictures_are(cases: list[OwnCase]) -> None:
    borders = []
    for logit in (1.0, -1.0):
        nets = ReaderNets(GreyLevelLocator(), GreyLevelBorder(), Opinion(logit))
        readings, _ = case_readings(cases[1], nets, tiny_basis(), 1)
        borders.append(readings.borders[0])
    np.testing.assert_allclose(borders[0][0], np.roll(borders[1][0], PROFILE // 2, axis=-1), atol=1e-4)
    np.testing.assert_allclose(borders[0][1], borders[1][1][:, MIRROR], atol=1e-4)
    assert np.abs(borders[0][1, 0] - borders[1][1, 0]).max() > 0.005


def test_a_head_without_pictures_is_imaged(cases: list[OwnCase], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_case, "simulated_views", painted_views)
    readings, _ = case_readings(cases[0], seeing_nets(), tiny_basis(), 3)
    assert readings is not None and len(readings.borders) == 3 and np.isfinite(readings.poses).all()
    assert readings.head_size_mm == pytest.approx([SIZES[0]] * 3, rel=0.006)


def test_views_are_reproducible_and_of_that_head(cases: list[OwnCase]) -> None:
    one, again = (simulated_views(cases[0], 1) for _ in range(2))
    assert np.array_equal(one.images, again.images) and len(one.images) == 1
    assert one.hc_mm == pytest.approx([cases[0].head.hc_mm]) and np.isnan(one.weeks).all()
    assert not np.array_equal(one.images, simulated_views(cases[2], 1).images)


def test_a_case_whose_pictures_do_not_go_with_its_head_says_so(cases: list[OwnCase]) -> None:
    small = painted_planes(ellipsoid(22, 27, 24), ["axial"])
    readings, remark = case_readings(replace(cases[1], images=small), seeing_nets(), tiny_basis(), 1)
    assert readings is None and remark.startswith("the axial picture shows an HC of 15")
    readings, remark = case_readings(cases[1], seeing_nets(presence=0.01), tiny_basis(), 1)
    assert readings is None and remark == "no head found in the axial picture"


def test_a_clip_is_refused_with_a_remedy_that_a_cohort_has(tmp_path: Path, rng: np.random.Generator) -> None:
    first, *more = (Image.fromarray(rng.integers(0, 255, (80, 80)).astype(np.uint8)) for _ in range(3))
    first.save(tmp_path / "a.gif", save_all=True, append_images=more)
    (tmp_path / "t.csv").write_text("case,axial,axial_spacing_mm,hc_mm\np,a.gif,1.0,250\n")
    (row,) = read_cohort_table(tmp_path / "t.csv")
    with pytest.raises(InputError, match=r"a\.gif holds 3 frames.*: save the frame .* as a picture of its own\.$"):
        read_own_case(row)


def test_what_the_basis_cannot_say_is_told_in_mm(cases: list[OwnCase]) -> None:
    usual = own_case.basis_error_mm(cases[0].head, tiny_basis())
    odd = replace(cases[0].head, shape=cases[0].head.shape.scaled(1, 1, 1.4))
    assert 0 < usual < own_case.basis_error_mm(odd, tiny_basis()) < 20
