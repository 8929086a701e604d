"""Simulated ultrasound: exact geometry, reproducible and plausible images."""

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.skull.ultrasound.simulate import (
    PLANES,
    Domain,
    PlanePose,
    section_outline,
    simulate_negative,
    simulate_plane,
    standard_pose,
)

HEAD = ellipsoid(40.0, 50.0, 43.0)
SMALL = (96, 128)


def calm(seed: int = 0, **changes) -> Domain:
    """A domain without overlays, with the whole head inside a field as large as the image."""
    quiet = {"probe": "full", "head_fraction": 0.7, "shift": (0.0, 0.0), "overlays": 0.9, "black_boxes": 0.7}
    quiet |= {"calipers": 1.0, "mirrored": False}
    return replace(Domain.sample(np.random.default_rng(seed)), **(quiet | changes))


def pixel_points(plane) -> np.ndarray:
    """Head-frame positions (H, W, 3) of the pixel centres."""
    rows, columns = np.mgrid[: plane.image.shape[0], : plane.image.shape[1]]
    return plane.pose.points(columns * plane.spacing_mm[1], rows * plane.spacing_mm[0])


@pytest.mark.parametrize("plane", PLANES)
def test_image_shape_type_and_mask_through_the_pose(plane, rng):
    for _ in range(3):
        result = simulate_plane(HEAD, plane, rng, size=SMALL)
        assert result.image.shape == SMALL and result.image.dtype == np.uint8
        assert result.plane == plane and result.image.max() > 20
        assert 0.0 <= result.visible <= 1.0
        axes = np.stack([result.pose.u_axis, result.pose.v_axis])
        assert np.allclose(axes @ axes.T, np.eye(2), atol=1e-12)
        assert np.array_equal(result.mask, HEAD.contains(pixel_points(result)))


@pytest.mark.parametrize(
    ("plane", "area"), [("axial", np.pi * 40 * 50), ("sagittal", np.pi * 50 * 43), ("coronal", np.pi * 40 * 43)]
)
def test_section_area_is_that_of_the_ellipsoid(plane, area, rng):
    result = simulate_plane(HEAD, plane, rng, pose=standard_pose(plane), size=(192, 256), domain=calm())
    assert result.visible == 1.0
    assert result.mask.sum() * np.prod(result.spacing_mm) == pytest.approx(area, rel=0.01)


def test_section_outline_lies_on_the_surface(rng):
    pose = standard_pose("sagittal")
    moved = PlanePose(np.array([5.0, 0.0, 0.0]), pose.u_axis, pose.v_axis)
    outline = section_outline(HEAD, moved)
    assert np.abs(HEAD.implicit(moved.points(outline[:, 0], outline[:, 1]))).max() < 0.02


def test_same_seed_same_picture_and_spacing_follows_size():
    one, two = (simulate_plane(HEAD, "coronal", np.random.default_rng(5), size=SMALL) for _ in range(2))
    assert np.array_equal(one.image, two.image) and np.array_equal(one.mask, two.mask)
    double = simulate_plane(HEAD.scaled(2, 2, 2), "coronal", np.random.default_rng(5), size=SMALL)
    assert double.spacing_mm[0] == pytest.approx(2 * one.spacing_mm[0], rel=1e-3)
    assert np.mean(double.mask == one.mask) > 0.995


def test_mirroring_turns_the_handedness(rng):
    pose = standard_pose("axial")
    for mirrored, sign in ((False, 1.0), (True, -1.0)):
        result = simulate_plane(HEAD, "axial", rng, pose=pose, size=SMALL, domain=calm(mirrored=mirrored))
        assert result.pose.normal @ pose.normal == pytest.approx(sign)


def test_outer_border_of_the_echo_is_the_head_surface(rng):
    """Averaged over images the wall is bright just inside the surface and about half as bright on it."""
    inside, on, outside = [], [], []
    for seed in range(12):
        result = simulate_plane(HEAD, "axial", rng, pose=standard_pose("axial"), domain=calm(seed, scalp=0.0))
        distance = HEAD.implicit(pixel_points(result))
        upright = np.abs(np.gradient(distance, axis=0)) > 0.8 * result.spacing_mm[0]
        for bag, low, high in ((inside, -2.0, -0.8), (on, -0.3, 0.3), (outside, 1.5, 2.5)):
            bag.append(result.image[upright & (distance > low) & (distance < high)].mean())
    inside, on, outside = np.mean(inside), np.mean(on), np.mean(outside)
    assert inside > on > outside
    assert 0.55 < on / inside < 0.95


def test_base_gives_no_even_arc(rng):
    """In the sagittal plane the vault has an echo, the closed base has none."""
    vault, base = [], []
    for seed in range(8):
        result = simulate_plane(HEAD, "sagittal", rng, pose=standard_pose("sagittal"), domain=calm(seed))
        points = pixel_points(result)
        wall = (HEAD.implicit(points) < -0.5) & (HEAD.implicit(points) > -2.0)
        vault.append(np.percentile(result.image[wall & (points[..., 2] > 15.0)], 75))
        base.append(np.percentile(result.image[wall & (points[..., 2] < -35.0)], 75))
    assert np.mean(vault) > 1.4 * np.mean(base)


def test_wrong_arguments_are_named(rng):
    with pytest.raises(InputError, match="plane is 'oblique'"):
        simulate_plane(HEAD, "oblique", rng)
    with pytest.raises(InputError, match="size is"):
        simulate_plane(HEAD, "axial", rng, size=(8, 256))
    away = PlanePose(np.array([0.0, 0.0, 90.0]), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    with pytest.raises(InputError, match="outside the head"):
        simulate_plane(HEAD, "axial", rng, pose=away)


@pytest.mark.parametrize("probe", ["sector", "linear", "full"])
def test_every_probe_covers_a_centred_head(probe, rng):
    result = simulate_plane(HEAD, "axial", rng, size=SMALL, domain=calm(probe=probe, coverage=1.5, head_fraction=0.5))
    assert result.visible > 0.7
    assert (result.image == 0).mean() < 0.9


def test_negatives_have_the_form_of_pictures():
    images = [simulate_negative(np.random.default_rng(seed), SMALL) for seed in range(60)]
    assert all(image.shape == SMALL and image.dtype == np.uint8 for image in images)
    assert len({image.tobytes() for image in images}) > 55
    assert np.array_equal(images[3], simulate_negative(np.random.default_rng(3), SMALL))
