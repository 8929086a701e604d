from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest
from GenerativeModelsLib.synthesis.labels.scars import asked_scar, scarred, wall_depth
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS

GRID = VoxelGrid((90, 90, 9), np.diag([1.0, 1.0, 8.0, 1.0]))
GRID.to_lps[:3, 3] = [-44.5, -44.5, -68.0]
FRAME = HeartFrame(np.zeros(3), np.eye(3), "given")
LENGTH_MM = 66.0


def ring() -> np.ndarray:
    """Eight rings below the base, of radii 20 and 32 mm, and an empty slice above it."""
    place = np.arange(90) - 44.5
    flat = np.hypot(place[None], place[:, None])
    one = np.select([flat < 20, flat < 32], [LABELS["lv"], LABELS["myo"]], 0).astype(np.uint8)
    values = np.stack([one] * 9)
    values[-1] = 0
    return values


def flat_mm(mask: np.ndarray) -> np.ndarray:
    return np.hypot(*(np.argwhere(mask)[:, 1:] - 44.5).T)


def test_depth_goes_from_the_endocardium_to_the_epicardium():
    values = ring()
    depth = wall_depth(values, GRID, np.zeros(values.shape, bool) | (np.arange(9) > 7)[:, None, None])
    wall = values == LABELS["myo"]
    inner = wall & (np.arange(9) > 1)[:, None, None]  # the last slices have an end below
    assert np.isnan(depth[~wall]).all()
    assert depth[inner] == pytest.approx((flat_mm(inner) - 20) / 12, abs=0.1)
    assert depth[7][wall[7]] == pytest.approx(depth[5][wall[5]])  # the end at the base is no epicardium


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_a_scar_takes_its_share_of_the_wall_from_the_inside(share):
    changed = scarred(ring(), GRID, FRAME, LENGTH_MM, tuple(range(1, 18)), share)
    scar = changed[4] == LABELS["scar"]
    radius = np.hypot(*(np.argwhere(scar) - 44.5).T)
    assert radius.min() < 21.5 and radius.max() == pytest.approx(20 + 12 * share, abs=1.2)
    assert ((changed == LABELS["scar"]) <= (ring() == LABELS["myo"])).all()


def test_a_scar_lies_in_its_segment():
    """Segment 7 is mid anterior: the middle ring, from 60 to 120 degrees of the septum; LAD has the apex too."""
    changed = scarred(ring(), GRID, FRAME, LENGTH_MM, (7,), 1.0)
    k, j, i = np.argwhere(changed == LABELS["scar"]).T
    angle = np.degrees(np.arctan2(j - 44.5, i - 44.5))
    assert angle.min() >= 60 and angle.max() <= 120
    heights = -68.0 + 8 * k
    assert (heights < -LENGTH_MM / 3).all() and (heights > -2 * LENGTH_MM / 3).all()


def test_a_thin_scar_has_one_layer_at_least():
    assert (scarred(ring(), GRID, FRAME, LENGTH_MM, (7,), 0.01) == LABELS["scar"]).any()


def test_a_thin_scar_of_a_thin_segment_has_a_layer_too():
    """The wall is 2 mm where the segment lies, and 12 mm elsewhere."""
    values, place = ring(), np.arange(90) - 44.5
    thin = (place[:, None] > np.abs(place[None])) & (np.hypot(place[None], place[:, None]) > 22)
    values[:, thin] = 0
    assert (scarred(values, GRID, FRAME, LENGTH_MM, (7,), 0.05) == LABELS["scar"]).any()


def test_a_scar_without_a_voxel_is_refused():
    request = LabelsRequest(source=Path("a.nii.gz"), scar="17")
    values = ring()
    values[0] = 0
    with pytest.raises(InputError, match="scar 17 has no voxel of the wall on this grid"):
        asked_scar(request, values, GRID, FRAME, LENGTH_MM, required=True)
    assert np.array_equal(asked_scar(request, values, GRID, FRAME, LENGTH_MM, required=False), values)
