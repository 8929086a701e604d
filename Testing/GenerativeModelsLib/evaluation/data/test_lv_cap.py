"""Closed and voxelised meshes, tested on synthetic half ellipsoids in the layout of the data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.heart_label_maps import USUAL_AXES
from GenerativeModelsLib.evaluation.data.lv_cap import ENDO_POINTS, LvCap, read_lv_cap
from GenerativeModelsLib.heart.measure.frame import find_frame

SIDE = 29
BASE_MM, INNER, OUTER, LONG, WALL = -28.0, 24.0, 33.0, 85.0, 9.0
DATA = Path(__file__).resolve().parents[5] / "shared" / "data" / "lv_cap"


def sheet(across: float, along: float) -> np.ndarray:
    """(841, 3) half ellipsoid in cardiac axes, apex along +x; seam and apex repeat points, as in the data set."""
    depth = np.linspace(0, np.pi / 2, SIDE)[:, None]
    turn = np.linspace(0, 2 * np.pi, SIDE)[None]
    flat = across * np.cos(depth)
    points = [BASE_MM + along * np.sin(depth) + 0 * turn, flat * np.cos(turn), flat * np.sin(turn)]
    return np.stack(points, axis=-1).reshape(-1, 3)


@pytest.fixture
def collection(tmp_path: Path) -> LvCap:
    points = np.concatenate([sheet(INNER, LONG), sheet(OUTER, LONG + WALL)])
    index = np.arange(SIDE**2).reshape(SIDE, SIDE)
    weld = index.copy()
    weld[:, -1] = weld[:, 0]
    weld[-1] = weld[-1, 0]
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    faces = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((c, b, a), (d, c, a))])
    scores = np.array([[0.0], [1.0], [2.0]])
    mode = np.concatenate([sheet(INNER, LONG), sheet(OUTER, LONG + WALL)]) * 0.05
    arrays = {f"{kind}_{p}": v for p in ("ed", "es") for kind, v in (("mean", points), ("scores", scores))}
    arrays |= {f"modes_{p}": mode[None] for p in ("ed", "es")}
    weld = np.concatenate([weld.ravel(), weld.ravel() + ENDO_POINTS])
    np.savez(tmp_path / "lv_cap.npz", weld=weld, faces_endo=faces, base_rim_endo=index[0, :-1], **arrays)
    rows = ["row,edv_ml,esv_ml,myo_ed_ml,myo_es_ml", *(f"{k},1,2,3,4" for k in range(3))]
    (tmp_path / "clinical_index.csv").write_text("\n".join(rows))
    return read_lv_cap(tmp_path)


def half_ellipsoid_ml(across: float, along: float) -> float:
    return 2 / 3 * np.pi * across**2 * along / 1000


def test_the_meshes_are_closed_and_have_the_ellipsoids_volumes(collection):
    person = collection.person(0, "ed")
    assert person.cavity.is_closed
    assert person.whole.is_closed
    assert not person.endo.is_closed
    assert not person.epi.is_closed
    assert person.cavity.volume_mm3 / 1000 == pytest.approx(half_ellipsoid_ml(INNER, LONG), rel=0.015)
    assert person.whole.volume_mm3 / 1000 == pytest.approx(half_ellipsoid_ml(OUTER, LONG + WALL), rel=0.015)


def test_scores_add_their_modes(collection):
    sizes = [collection.person(row, "es").cavity.volume_mm3 for row in range(3)]
    assert sizes[1] / sizes[0] == pytest.approx(1.05**3)
    assert sizes[2] / sizes[0] == pytest.approx(1.10**3)


def test_voxels_hold_the_meshes_volumes_and_the_septum_is_where_it_was(collection):
    person = collection.person(0, "ed")
    found = person.label_map(1.5)
    wall = person.whole.volume_mm3 - person.cavity.volume_mm3
    assert found.volume_ml("lv") == pytest.approx(person.cavity.volume_mm3 / 1000, rel=0.01)
    assert found.volume_ml("myo") == pytest.approx(wall / 1000, rel=0.02)
    frame = find_frame(found)
    assert frame.septum == "rv"
    assert np.degrees(np.arccos(np.clip((frame.axes * USUAL_AXES).sum(1), -1, 1))).max() < 3.0


def test_the_sample_is_the_same_every_time_and_of_different_people(collection):
    assert (collection.sample(3) == [0, 1, 2]).all()
    rows = collection.sample(2)
    assert len(set(rows)) == 2
    assert (rows == collection.sample(2)).all()


def test_a_folder_without_the_collection_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nor its folder lv_cap holds lv_cap\.npz: name the folder"):
        read_lv_cap(tmp_path)


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the shared reference data are not beside the checkout")
def test_the_real_meshes_have_the_volumes_that_their_index_lists():
    cohort = read_lv_cap(DATA)
    assert len(cohort) == 1600
    for row in cohort.sample(3):
        people = [cohort.person(row, p) for p in ("ed", "es")]
        found = [person.cavity.volume_mm3 / 1000 for person in people]
        found += [(person.whole.volume_mm3 - person.cavity.volume_mm3) / 1000 for person in people]
        assert found == pytest.approx(cohort.volumes_ml[row], rel=1e-3)
