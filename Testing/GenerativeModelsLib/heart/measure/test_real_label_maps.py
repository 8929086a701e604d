"""Label maps of real patients and meshes of real people; none of them is stored."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.voxels import voxelize
from GenerativeModelsLib.heart.labels.label_map import LabelMap, parse_labels
from GenerativeModelsLib.heart.measure.load import LoadedHeart, heart_from_maps, load_hearts
from Testing.helpers.heart_phantoms import ACDC, NORMAL_POSE

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def acdc(shared_data: Path) -> list[tuple[dict, LoadedHeart]]:
    """All patients, both phases."""
    folder = shared_data / "acdc_labels"
    with (folder / "index.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    labels = parse_labels("acdc")
    return [(row, load_hearts(folder / row["ed_file"], folder / row["es_file"], labels)) for row in rows]


def test_every_patient_is_measured_as_labelled(acdc: list) -> None:
    ratios = []
    for row, heart in acdc:
        for phase, volume, muscle in ((heart.ed, "edv_ml", "myo_ed_ml"), (heart.es, "esv_ml", "myo_es_ml")):
            assert phase.cavity_ml == pytest.approx(float(row[volume]), rel=0.01)
            assert phase.observed.seen.mean() > 0.97
            assert phase.frame.septum == "rv"
            ratios.append(
                [phase.ventricle.cavity_ml / float(row[volume]), phase.ventricle.myocardium_ml / float(row[muscle])]
            )
    ratios = np.array(ratios)
    # Labels end with the last slice; the apex closed below it is muscle.
    np.testing.assert_allclose(ratios.mean(axis=0), [0.99, 1.015], atol=0.012)
    assert (np.abs(ratios - 1) < 0.08).all(axis=1).mean() > 0.97


def test_base_and_apex_are_told_by_anatomy(acdc: list) -> None:
    """In every file of the data set the first slice is the base."""
    for row, heart in acdc:
        for phase in (heart.ed, heart.es):
            assert phase.frame.axes[2] @ phase.label_map.to_lps[:3, 2] < 0, row["patient"]


def test_both_phases_have_the_same_septum(acdc: list) -> None:
    turns = [np.degrees(np.arccos(np.clip(h.ed.frame.axes[0] @ h.es.frame.axes[0], -1, 1))) for _, h in acdc]
    assert np.median(turns) < 8 and max(turns) < 25


def test_no_patient_is_taken_for_two(acdc: list) -> None:
    said = [(row["patient"], warning) for row, heart in acdc for warning in heart.warnings]
    assert not [some for some in said if "different patients" in some[1] or "hardly differs" in some[1]]


def test_the_headers_mirror_is_seen(acdc: list) -> None:
    """The files show mirror images; without correction, hypertrophy would be in the inferior septum.

    In hypertrophic hearts the anterior septum is usually the thickest, and the right ventricle is more anterior at the
    base, at its outflow tract, than at the apex.
    """
    assert all(heart.ed.frame.anterior == "display" and heart.ed.frame.mirrored for _, heart in acdc)
    thickest = []
    forward = []
    for row, heart in acdc:
        found = heart.ed
        if row["group"] == "HCM":
            wall = (found.ventricle.epi_mm - found.ventricle.endo_mm)[2:10].mean(axis=0)
            angle = 2 * np.pi * np.arange(len(wall)) / len(wall)
            excess = wall - wall.mean()
            thickest.append(float((excess * np.sin(angle)).sum()))
        right = found.frame.to_heart(found.label_map.points_lps(found.label_map.mask("rv")))
        depth = -right[:, 2] / found.ventricle.cavity_length_mm
        base, apex = right[(depth > 0) & (depth < 0.25)], right[depth > 0.5]
        if len(base) and len(apex):
            angles = [np.arctan2(*some.mean(axis=0)[1::-1]) for some in (base, apex)]
            forward.append(angles[0] > angles[1])
    assert np.mean(np.array(thickest) > 0) >= 0.7
    assert np.mean(forward) > 0.75


def lv_cap_map(data: dict, row: int, phase: str) -> LabelMap:
    """A person's meshes in the usual pose, voxelised at 1.25 mm; without a right ventricle."""
    points = data[f"mean_{phase}"] + np.tensordot(data[f"scores_{phase}"][row], data[f"modes_{phase}"], 1)
    # x to the apex, y to the septum: here x to the septum, z to the base.
    points = np.stack([points[:, 1], -points[:, 2], -points[:, 0]], axis=1) @ NORMAL_POSE.axes
    weld, rim = data["weld"].astype(int), data["base_rim_endo"].astype(int)
    masks = {}
    grid = Grid.around(points, 1.25, 10.0)
    for name, faces, ring in (("endo", data["faces_endo"], rim), ("epi", data["faces_epi"], rim + 841)):
        joined = weld[faces.astype(int)]
        whole = (joined[:, 0] != joined[:, 1]) & (joined[:, 1] != joined[:, 2]) & (joined[:, 0] != joined[:, 2])
        fan = np.c_[np.roll(ring, -1), ring, np.full(len(ring), len(points))]
        closed = np.concatenate([points, points[ring].mean(0, keepdims=True)])
        masks[name] = voxelize(Surface(closed, np.concatenate([joined[whole], fan])), grid) > 0
    values = np.where(masks["endo"], 3, np.where(masks["epi"], 2, 0)).astype(np.int32)
    to_lps = np.diag([1.25, 1.25, 1.25, 1.0])
    to_lps[:3, 3] = grid.origin_mm
    return LabelMap(values, ACDC, to_lps, f"person {row} {phase}")


@pytest.mark.parametrize("row", [0, 7, 400, 1111])
def test_people_of_the_atlas_are_measured_as_their_meshes_are(shared_data: Path, row: int) -> None:
    with np.load(shared_data / "lv_cap" / "lv_cap.npz") as stored:
        data = {name: stored[name] for name in stored.files}
    with (shared_data / "lv_cap" / "clinical_index.csv").open(newline="") as stream:
        index = list(csv.DictReader(stream))[row]
    heart = heart_from_maps(lv_cap_map(data, row, "ed"), lv_cap_map(data, row, "es"))
    for phase, volume, muscle in ((heart.ed, "edv_ml", "myo_ed_ml"), (heart.es, "esv_ml", "myo_es_ml")):
        assert phase.ventricle.cavity_ml == pytest.approx(float(index[volume]), rel=0.07)
        assert phase.ventricle.myocardium_ml == pytest.approx(float(index[muscle]), rel=0.07)
        assert phase.frame.axes[2] @ NORMAL_POSE.axes[2] > np.cos(np.radians(15))
