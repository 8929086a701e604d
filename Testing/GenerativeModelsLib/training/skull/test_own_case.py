"""Crops of own cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.skull.shape import from_labels
from GenerativeModelsLib.skull.shape.ellipse import perimeter
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.training.shared.cohort_table import read_cohort_table
from GenerativeModelsLib.training.skull import own_case
from GenerativeModelsLib.training.skull.own_case import OwnCase, case_crops, read_own_case, simulated_views
from Testing.helpers.cohorts import HALVES, painted_views, write_cohort
from Testing.helpers.painted import GreyLevelLocator, painted_planes
from Testing.helpers.tiny_models import tiny_basis, tiny_skull

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
    crops, remark = case_crops(cases[1], GreyLevelLocator(), basis, 3)
    assert crops is not None and remark == "" and len(crops.pictures) == 1
    assert crops.present.tolist() == [[True, True, False]]
    assert np.isnan(crops.poses).all()
    assert crops.log_size == pytest.approx([0.0], abs=0.02)  # the axial picture goes through the middle
    truth = basis.project(torch.from_numpy(unit_field(ellipsoid(*HALVES[1]), SIZES[1]))[None])
    assert crops.coefficients == pytest.approx(truth.numpy(), abs=0.01)


def test_the_encoder_decides_which_way_round_own_pictures_are(cases: list[OwnCase]) -> None:
    case = replace(cases[1], images=painted_planes(cases[1].head.shape, ["axial"]))
    pictures = []
    for sign in (1, -1):
        skull = tiny_skull()
        torch.nn.init.constant_(skull.upright[0].weight, sign)
        crops, _ = case_crops(case, GreyLevelLocator(), tiny_basis(), 1, skull)
        pictures.append(crops.pictures[0, 0, 0].astype(int))
    assert np.abs(pictures[0] - pictures[1][::-1, ::-1]).mean() < 3 < np.abs(pictures[0] - pictures[1]).mean()


def test_a_head_without_pictures_is_imaged(cases: list[OwnCase], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_case, "simulated_views", painted_views)
    crops, _ = case_crops(cases[0], GreyLevelLocator(), tiny_basis(), 3)
    assert crops is not None and len(crops.pictures) == 3 and np.isfinite(crops.poses).all()
    assert crops.head_size_mm == pytest.approx([SIZES[0]] * 3, rel=0.006)


def test_views_are_reproducible_and_of_that_head(cases: list[OwnCase]) -> None:
    one, again = (simulated_views(cases[0], 1) for _ in range(2))
    assert np.array_equal(one.images, again.images) and len(one.images) == 1
    assert one.hc_mm == pytest.approx([cases[0].head.hc_mm]) and np.isnan(one.weeks).all()
    assert not np.array_equal(one.images, simulated_views(cases[2], 1).images)


def test_a_case_whose_pictures_do_not_go_with_its_head_says_so(cases: list[OwnCase]) -> None:
    small = painted_planes(ellipsoid(22, 27, 24), ["axial"])
    crops, remark = case_crops(replace(cases[1], images=small), GreyLevelLocator(), tiny_basis(), 1)
    assert crops is None and remark.startswith("the axial picture shows an HC of 15")
    crops, remark = case_crops(cases[1], GreyLevelLocator(presence=0.01), tiny_basis(), 1)
    assert crops is None and remark == "no head found in the axial picture"


def test_what_the_basis_cannot_say_is_told_in_mm(cases: list[OwnCase]) -> None:
    usual = own_case.basis_error_mm(cases[0].head, tiny_basis())
    odd = replace(cases[0].head, shape=cases[0].head.shape.scaled(1, 1, 1.4))
    assert 0 < usual < own_case.basis_error_mm(odd, tiny_basis()) < 20
