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


def wall_of(head, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of an axial plane: picture 0 to 255, signed distance in mm, angle to the long axis in degrees, slope to the beam.

    The slope is the vertical part of the distance's gradient, -1 on the near wall to 1 on the far wall.
    """
    rng = np.random.default_rng(seed)
    domain = calm(seed, scalp=0.0, body=1.0, shadow=1.0)
    result = simulate_plane(head, "axial", rng, pose=standard_pose("axial"), size=(192, 288), domain=domain)
    points = pixel_points(result)
    distance = head.implicit(points)
    slope = np.gradient(distance, axis=0) / result.spacing_mm[0]
    angle = np.degrees(np.arctan2(np.abs(points[..., 0]), np.abs(points[..., 1])))
    return result.image.astype(float), distance, angle, slope


def test_ends_are_weaker_than_sides_and_grazed_walls_than_faced_ones():
    values = {"ends": [], "sides": [], "faced": [], "grazed": []}
    for seed in range(12):
        image, distance, angle, slope = wall_of(HEAD, seed)
        wall = (distance < -0.2) & (distance > -1.5)
        for name, here in (
            ("ends", angle < 20),
            ("sides", angle > 70),
            ("faced", np.abs(slope) > 0.95),
            ("grazed", np.abs(slope) < 0.25),
        ):
            values[name].append(image[wall & here].mean())
    means = {name: np.mean(v) for name, v in values.items()}
    assert means["sides"] > 1.4 * means["ends"]
    assert means["faced"] > 1.8 * means["grazed"]


def test_no_second_ring_inside_the_wall():
    """From the wall inwards the mean grey falls; no inner line is nearly as bright as the wall."""
    profile = []
    for seed in range(12):
        image, distance, _, slope = wall_of(HEAD, seed)
        faced = np.abs(slope) > 0.7
        profile.append([image[faced & (distance < -d) & (distance > -d - 0.8)].mean() for d in (0.4, 3.0, 4.5, 6.0)])
    wall, *inner = np.mean(profile, axis=0)
    assert max(inner) < 0.65 * wall


@pytest.mark.parametrize("circumference", [44.0, 75.0, 110.0])
def test_young_heads_are_drawn(circumference):
    head = HEAD.scaled(*[circumference / 283.6] * 3)
    for plane in PLANES:
        one, two = (simulate_plane(head, plane, np.random.default_rng(8), size=SMALL) for _ in range(2))
        assert np.array_equal(one.image, two.image)
        assert np.array_equal(one.mask, head.contains(pixel_points(one))) and one.mask.any()


def test_young_heads_are_smaller_in_their_pictures(rng):
    domain = Domain.sample(rng)
    young = [domain.for_young(1.0, np.random.default_rng(seed)) for seed in range(20)]
    assert np.mean([d.head_fraction for d in young]) < 0.85 * domain.head_fraction
    assert replace(domain.for_young(0.0, rng), body=domain.body).head_fraction == domain.head_fraction


def test_calipers_lie_near_the_outline_and_not_on_it():
    """Marks are drawn in 15 to 20 % of the pictures, some millimetres off."""
    drawn = [Domain.sample(np.random.default_rng(seed)).calipers < 0.18 for seed in range(400)]
    assert 0.12 < np.mean(drawn) < 0.24
    differs = 0
    for seed in range(20):
        with_marks, without = (
            simulate_plane(HEAD, "axial", np.random.default_rng(seed), size=(192, 256), domain=calm(seed, calipers=c))
            for c in (0.1, 1.0)
        )
        changed = with_marks.image != without.image
        offset = np.abs(HEAD.implicit(pixel_points(with_marks)))[changed]
        differs += changed.any() and np.median(offset) > 0.3
    assert differs >= 15
