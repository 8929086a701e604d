"""Properties of the reconstruction that hold for any weights, with painted planes and tiny untrained networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES, SurfaceCalibration
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.skull.population.heads import mean_head, sample_head
from GenerativeModelsLib.skull.shape.biometry import measure
from Testing.helpers.painted import (
    SIZE,
    SPACING,
    GreyLevelLocator,
    painted_plane,
    painted_planes,
    picture_pose,
)
from Testing.helpers.tiny_models import tiny_skull

SHAPE = mean_head(250.0)
PLANES = ("axial", "sagittal", "coronal")


@pytest.fixture(scope="module")
def three(tiny_model: SkullModel) -> Reconstruction:
    return reconstruct(tiny_model, painted_planes(SHAPE), samples=24, seed=3)


def uncertainty(found: Reconstruction) -> np.ndarray:
    return found.surface.point_data["uncertainty_mm"]


def test_a_closed_outward_head_in_its_own_frame(three: Reconstruction) -> None:
    surface = three.surface
    assert surface.is_closed and surface.volume_mm3 > 0
    ring = surface.section(np.zeros(3), np.array([0.0, 0, 1]))[0]
    np.testing.assert_allclose(0.5 * (ring.max(0) + ring.min(0)), 0, atol=1.5)
    assert np.ptp(ring[:, 1]) > np.ptp(ring[:, 0])  # OFD runs along y, BPD along x
    assert three.biometry.hc_mm.value == pytest.approx(250, rel=0.05)


def test_biometry_is_that_of_the_surface_with_its_spread(three: Reconstruction) -> None:
    value = measure(three.surface)
    for name in QUANTITIES:
        found = getattr(three.biometry, name)
        assert found.value == getattr(value, name) and found.sd > 0
        low, high = found.interval90
        assert 0.5 * (low + high) == pytest.approx(found.value)
        assert high - low == pytest.approx(2 * 1.645 * found.sd, rel=1e-3)


def test_uncertainty_is_positive_and_that_of_the_draws(three: Reconstruction) -> None:
    sigma = uncertainty(three)
    assert sigma.min() > 0 and sigma.max() < 5 and sigma.dtype == np.float32
    size = three.biometry.hc_mm.value / (2 * np.pi)
    assert three.sd_mm.min() >= 0.006 * size * 0.999  # the floor of the tiny bundle's calibration for three planes


def test_the_same_seed_gives_the_same_bits_and_another_one_does_not(tiny_model: SkullModel) -> None:
    planes = painted_planes(SHAPE)
    one, same, other = (reconstruct(tiny_model, planes, samples=6, seed=s) for s in (1, 1, 2))
    for name in ("points", "triangles"):
        np.testing.assert_array_equal(getattr(one.surface, name), getattr(same.surface, name))
    np.testing.assert_array_equal(uncertainty(one), uncertainty(same))
    np.testing.assert_array_equal(one.distance_mm, same.distance_mm)
    assert one.biometry == same.biometry
    assert not np.array_equal(one.distance_mm, other.distance_mm)


def test_the_order_in_which_the_planes_are_given_does_not_matter(three: Reconstruction, tiny_model: SkullModel) -> None:
    backwards = dict(reversed(painted_planes(SHAPE).items()))
    found = reconstruct(tiny_model, backwards, samples=24, seed=3)
    np.testing.assert_array_equal(found.distance_mm, three.distance_mm)
    assert list(found.planes) == list(PLANES)


@pytest.mark.parametrize("plane", PLANES)
def test_a_picture_turned_in_its_plane_changes_its_placement_and_not_the_head(
    plane: str, three: Reconstruction, tiny_model: SkullModel
) -> None:
    """np.rot90 moves pixels without resampling them: pixel (r, c) goes to (columns - 1 - c, r)."""
    images = painted_planes(SHAPE)
    turned = np.rot90(images[plane].pixels)
    images[plane] = plane_from_array(turned, (SPACING[1], SPACING[0]), plane)
    found = reconstruct(tiny_model, images, samples=24, seed=3)
    np.testing.assert_allclose(found.distance_mm, three.distance_mm, atol=0.05)
    assert found.biometry.hc_mm.value == pytest.approx(three.biometry.hc_mm.value, abs=0.05)
    for row, column in ((0, 0), (30, 90)):
        before = three.planes[plane].placement.to_head(np.array([column * SPACING[1], row * SPACING[0]]))
        after_uv = np.array([row * SPACING[0], (SIZE[1] - 1 - column) * SPACING[1]])
        np.testing.assert_allclose(found.planes[plane].placement.to_head(after_uv), before, atol=0.6)


def test_a_mirrored_sagittal_picture_gives_the_same_head(three: Reconstruction, tiny_model: SkullModel) -> None:
    images = painted_planes(SHAPE)
    mirrored = images["sagittal"].pixels[:, ::-1]
    images["sagittal"] = plane_from_array(mirrored, SPACING, "sagittal")
    found = reconstruct(tiny_model, images, samples=24, seed=3)
    np.testing.assert_allclose(found.distance_mm, three.distance_mm, atol=0.05)
    before, after = (r.planes["sagittal"].placement for r in (three, found))
    assert np.sign(after.normal @ before.normal) == -1


@pytest.mark.parametrize("k", [0.8, 1.25])
def test_scaling_the_spacing_scales_every_length(k: float, three: Reconstruction, tiny_model: SkullModel) -> None:
    images = {
        name: plane_from_array(image.pixels, (k * SPACING[0], k * SPACING[1]), name)
        for name, image in painted_planes(SHAPE).items()
    }
    found = reconstruct(tiny_model, images, samples=24, seed=3)
    powers = {"cephalic_index_percent": 0, "head_volume_ml": 3}
    for name in QUANTITIES:
        one, other = getattr(three.biometry, name), getattr(found.biometry, name)
        factor = k ** powers.get(name, 1)
        assert other.value == pytest.approx(factor * one.value, rel=1e-3)
        assert other.sd == pytest.approx(factor * one.sd, rel=1e-2)
    assert uncertainty(found).mean() == pytest.approx(k * uncertainty(three).mean(), rel=1e-2)
    for name in PLANES:
        before, after = three.planes[name].placement, found.planes[name].placement
        np.testing.assert_allclose(after.origin_mm, k * before.origin_mm, atol=0.05)
        assert after.tilt_deg == pytest.approx(before.tilt_deg, abs=0.05)


def test_a_constant_decoder_has_no_uncertainty(tiny_model: SkullModel) -> None:
    net = tiny_skull()
    for parameter in (p for member in net.members for p in member.decoder[-1].parameters()):
        parameter.zero_()
    model = replace(tiny_model, skull=net, surface_calibration=SurfaceCalibration())
    found = reconstruct(model, painted_planes(SHAPE, ["axial"]), samples=10)
    assert uncertainty(found).max() < 1e-3 and found.biometry.hc_mm.sd < 1e-3


def test_calibration_reaches_the_surface_and_the_biometry(three: Reconstruction, tiny_model: SkullModel) -> None:
    raw, wide = (
        reconstruct(
            replace(tiny_model, surface_calibration=SurfaceCalibration((s,) * 3)),
            painted_planes(SHAPE),
            samples=24,
            seed=3,
        )
        for s in (1.0, 3.0)
    )
    np.testing.assert_allclose(uncertainty(wide), 3 * uncertainty(raw), rtol=1e-4)
    assert raw.biometry == three.biometry  # it has its own calibration


def test_the_sd_of_the_surface_is_taken_along_the_normal(tiny_model: SkullModel) -> None:
    """Where the mean distance has a slope of 1 per mm, it is the SD of the distance."""
    model = replace(tiny_model, surface_calibration=SurfaceCalibration())
    found = reconstruct(model, painted_planes(SHAPE), samples=24)
    at_surface = found.grid.sample(found.sd_mm, found.surface.points)
    ratio = uncertainty(found) / at_surface
    assert 0.8 < np.median(ratio) < 1.3


def test_each_plane_gets_its_outline_and_lies_near_its_standard_plane(three: Reconstruction) -> None:
    assert list(three.planes) == list(PLANES)
    for plane in three.planes.values():
        (outline,) = plane.outline_mm[:1]
        head = plane.placement.to_head(outline)
        distance = three.grid.sample(three.distance_mm, head)
        assert np.abs(distance).max() < 0.6
        assert plane.placement.tilt_deg < 30 and abs(plane.placement.offset_mm) < 15


def test_a_perfect_pose_puts_an_axial_picture_where_it_was_taken(tiny_model: SkullModel) -> None:
    """With a pose head that returns the standard plane."""
    net = tiny_skull()
    for parameter in (p for member in net.members for p in member.pose.net[-1].parameters()):
        parameter.zero_()
    truth = picture_pose("axial", 0.8)
    found = reconstruct(replace(tiny_model, skull=net), {"axial": painted_plane(SHAPE, "axial", truth)}, samples=0)
    placement = found.planes["axial"].placement
    corners = np.array([[0, 0], [SIZE[1] * SPACING[1], 0], [0, SIZE[0] * SPACING[0]]])
    expected = truth.points(corners[:, 0], corners[:, 1])
    assert np.linalg.norm(placement.to_head(corners) - expected, axis=1).max() < 4
    assert placement.tilt_deg == pytest.approx(0, abs=1e-3) and abs(placement.offset_mm) < 1e-3


def test_a_plane_left_out_is_not_a_plane_of_black(tiny_model: SkullModel) -> None:
    images = painted_planes(SHAPE)
    alone = reconstruct(tiny_model, {"axial": images["axial"]}, samples=0)
    two = reconstruct(tiny_model, {n: images[n] for n in ("axial", "coronal")}, samples=0)
    assert list(alone.planes) == ["axial"] and list(two.planes) == ["axial", "coronal"]
    assert not np.allclose(alone.distance_mm, two.distance_mm, atol=1e-4)


@pytest.mark.parametrize("samples", [0, 1])
def test_without_a_spread_there_is_no_uncertainty_and_a_warning(samples: int, tiny_model: SkullModel) -> None:
    found = reconstruct(tiny_model, painted_planes(SHAPE, ["axial"]), samples=samples)
    assert found.sd_mm is None and uncertainty(found).max() == 0
    assert found.biometry.hc_mm.sd is None and found.biometry.hc_mm.interval90 is None
    assert any(f"samples {samples}" in sentence for sentence in found.warnings)


def test_planes_of_another_head_give_another_head(tiny_model: SkullModel, rng: np.random.Generator) -> None:
    """The network must not ignore its conditions."""
    other = reconstruct(tiny_model, painted_planes(sample_head(rng, weeks=30).shape), samples=0)
    mine = reconstruct(tiny_model, painted_planes(SHAPE), samples=0)
    unit = [r.distance_mm / r.grid.spacing_mm[0] for r in (other, mine)]
    assert np.abs(unit[0] - unit[1]).max() > 2e-5


def test_the_axial_plane_is_required(tiny_model: SkullModel) -> None:
    with pytest.raises(InputError, match="The axial plane is missing"):
        reconstruct(tiny_model, painted_planes(SHAPE, ["sagittal", "coronal"]))


@pytest.mark.parametrize("plane", PLANES)
def test_a_plane_without_a_head_is_named(plane: str, tiny_model: SkullModel) -> None:
    images = painted_planes(SHAPE) | {plane: plane_from_array(np.eye(80) * 255, (1.0, 1.0), plane)}
    with pytest.raises(InputError, match=f"The {plane} plane shows no fetal head"):
        reconstruct(tiny_model, images, samples=0)
    unsure = replace(tiny_model, locator=GreyLevelLocator(presence=0.1))
    with pytest.raises(InputError, match="The axial plane shows no fetal head"):
        reconstruct(unsure, painted_planes(SHAPE), samples=0)


def test_an_impossible_spacing_is_warned_of_and_outside(tiny_model: SkullModel) -> None:
    """A circumference of 409 mm is outside the training population."""
    image = plane_from_array(painted_planes(SHAPE, ["axial"])["axial"].pixels, (1.8, 1.8), "axial")
    found = reconstruct(tiny_model, {"axial": image}, samples=0)
    assert any("check the pixel spacing" in sentence for sentence in found.warnings)
    assert found.in_distribution.verdict == "outside"
    assert found.in_distribution.reasons[0] == "the head is smaller or larger than those of the training"


def test_an_input_that_is_not_typical_is_said_to_be(tiny_model: SkullModel) -> None:
    quantiles = {"axial head": np.linspace(0, 1e-6, 50)}
    typical = replace(tiny_model.typical, quantiles=quantiles, worst={len(quantiles): np.linspace(0, 0.9, 400)})
    found = reconstruct(replace(tiny_model, typical=typical), painted_planes(SHAPE, ["axial"]), samples=0)
    assert found.in_distribution.verdict == "outside"
    assert any("the axial image shows a doubtful head outline" in sentence for sentence in found.warnings)


def test_progress_is_told_in_order(tiny_model: SkullModel) -> None:
    told: list[tuple[str, float]] = []
    reconstruct(tiny_model, painted_planes(SHAPE, ["axial"]), samples=2, progress=lambda m, s: told.append((m, s)))
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] <= 1 and len(told) >= 3


def test_the_random_state_of_the_caller_is_left_alone(tiny_model: SkullModel) -> None:
    before = torch.random.get_rng_state()
    reconstruct(tiny_model, painted_planes(SHAPE, ["axial"]), samples=2)
    assert torch.equal(torch.random.get_rng_state(), before)
