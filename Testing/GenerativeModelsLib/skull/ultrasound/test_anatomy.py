"""The labelled head."""

import numpy as np
import pytest

from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy, Tissue


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    return Anatomy.sample(ellipsoid(40.0, 50.0, 43.0), np.random.default_rng(3))


def plane_labels(anatomy, z: float) -> np.ndarray:
    """Labels of an axial slice, mm apart, x along columns and y along rows."""
    x, y = np.meshgrid(np.arange(-60.0, 61.0), np.arange(-60.0, 61.0))
    return anatomy.labels(np.stack([x, y, np.full_like(x, z)], axis=-1))


def test_unit_coordinates_of_an_ellipsoid_are_the_affine_ones(anatomy, rng):
    points = rng.normal(scale=30.0, size=(50, 3))
    q, s = anatomy.unit_coordinates(points)
    expected = points / [40.0, 50.0, 43.0]
    assert np.allclose(q.T, expected, atol=0.01)
    assert np.allclose(s, np.linalg.norm(expected, axis=1), atol=0.01)


def test_labels_fill_exactly_the_head(anatomy, rng):
    points = rng.uniform(-60, 60, size=(4000, 3))
    points = points[points[:, 2] > -10]  # face and neck lie below
    labels = anatomy.labels(points)
    assert labels.dtype == np.uint8
    agree = (labels != Tissue.OUTSIDE) == anatomy.head.contains(points)
    assert agree.mean() > 0.999


def test_wall_has_the_stated_thickness(anatomy):
    depth = np.arange(0.05, 6.0, 0.1)
    line = np.stack([np.zeros_like(depth), 50.0 - depth, np.zeros_like(depth)], axis=-1)
    wall = np.isin(anatomy.labels(line), [Tissue.SKULL, Tissue.SUTURE])
    assert wall.sum() * 0.1 == pytest.approx(anatomy.wall_mm, abs=0.15)
    assert 1.0 < anatomy.wall_mm < 3.5


def test_front_and_back_follow_the_head_frame():
    """The cavum lies in the anterior third (-y), choroid plexus and cerebellum behind (+y), falx in the middle."""
    seen = set()
    for seed in range(6):
        anatomy = Anatomy.sample(ellipsoid(40.0, 50.0, 43.0), np.random.default_rng(seed))
        level, low = plane_labels(anatomy, 3.0), plane_labels(anatomy, -17.0)
        rows = {tissue: np.argwhere(level == tissue)[:, 0] - 60.0 for tissue in (Tissue.CAVUM, Tissue.CHOROID)}
        assert rows[Tissue.CAVUM].mean() < -10.0
        assert rows[Tissue.CHOROID].mean() > 8.0
        assert (np.argwhere(low == Tissue.CEREBELLUM)[:, 0] - 60.0).mean() > 15.0
        assert np.abs(np.argwhere(level == Tissue.FALX)[:, 1] - 60.0).max() <= 1.0
        seen |= set(np.unique(level)) | set(np.unique(low))
    assert {Tissue.THALAMUS, Tissue.VENTRICLE, Tissue.INSULA, Tissue.BRAINSTEM, Tissue.CISTERNA} <= seen


def test_pairs_are_symmetric(anatomy, rng):
    points = rng.uniform(-38, 38, size=(3000, 3))
    same = anatomy.labels(points) == anatomy.labels(points * [-1.0, 1.0, 1.0])
    assert same.mean() > 0.97, "but for the small sideways scatter of the midline"


def test_structures_scale_with_the_head(anatomy, rng):
    larger = Anatomy(
        anatomy.head.scaled(1.5, 1.5, 1.5),
        anatomy.half_mm * np.float32(1.5),
        anatomy.wall_mm * 1.5,
        anatomy.brain,
        anatomy.outside,
        anatomy.falx_mm * 1.5,
        anatomy.suture_mm * 1.5,
        anatomy.suture_depth,
    )
    points = rng.uniform(-45, 45, size=(2000, 3))
    assert np.mean(anatomy.labels(points) == larger.labels(1.5 * points)) > 0.995


def test_gaps_lie_on_sutures_and_nowhere_below(anatomy, rng):
    directions = rng.normal(size=(3, 5000)).astype(np.float32)
    gap = anatomy.gap(directions)
    assert gap.min() >= 0.0 and gap.max() <= 1.0
    unit = directions / np.linalg.norm(directions, axis=0)
    assert np.all(gap[unit[2] < -0.8] < 1e-3), "no suture is drawn on the base"
    assert anatomy.gap(np.array([[0.0], [-0.25], [0.97]], np.float32))[0] > 0.05, "anterior fontanelle"


def test_same_seed_same_fetus():
    one, two, other = (Anatomy.sample(ellipsoid(35, 45, 38), np.random.default_rng(s)) for s in (1, 1, 2))
    assert one.wall_mm == two.wall_mm and np.array_equal(one.brain[3].start, two.brain[3].start)
    assert one.wall_mm != other.wall_mm


def test_first_trimester_head_is_filled_by_choroid_plexus():
    shares = []
    for factor in (0.25, 0.35, 0.7):
        young = Anatomy.sample(ellipsoid(40.0, 50.0, 43.0).scaled(factor, factor, factor), np.random.default_rng(3))
        x, y = np.meshgrid(np.arange(-50.0, 51.0) * factor, np.arange(-60.0, 61.0) * factor)
        labels = young.labels(np.stack([x, y, np.full_like(x, 3.0 * factor)], axis=-1))
        shares.append((labels == Tissue.CHOROID).sum() / (labels != Tissue.OUTSIDE).sum())
        assert young.folding == 0.0
    assert shares[0] > 0.2 and shares[1] > 0.15 and shares[2] < 0.1


def test_growth_is_smooth_from_the_smallest_heads_on():
    """Wall, skull echo and choroid plexus change little between heads that differ by 2 %."""
    previous = None
    for size in np.geomspace(0.2, 1.3, 60):
        head = ellipsoid(40.0, 50.0, 43.0).scaled(size, size, size)
        now = Anatomy.sample(head, np.random.default_rng(1))
        values = np.array([now.wall_mm, now.falx_mm, now.skull_db / 10.0, now.soft_ends])
        if previous is not None:
            assert np.all(np.abs(values - previous) < 0.13)
        previous = values


def test_sulci_are_of_older_heads():
    rng = np.random.default_rng(2)
    assert Anatomy.sample(ellipsoid(27.0, 34.0, 29.0), rng).folding == 0.0
    assert Anatomy.sample(ellipsoid(46.0, 57.0, 49.0), rng).folding > 0.1
