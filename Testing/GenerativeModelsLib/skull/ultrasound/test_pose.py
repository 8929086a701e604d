"""Poses of acquired planes."""

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.ultrasound.pose import PLANES, noisy_pose, standard_pose


def test_standard_poses_are_the_planes_of_the_head_frame():
    assert np.allclose(standard_pose("axial").normal, [0, 0, 1])
    assert np.allclose(standard_pose("sagittal").normal, [-1, 0, 0])
    assert np.allclose(standard_pose("coronal").normal, [0, 1, 0])


def test_unknown_plane_is_named():
    with pytest.raises(InputError, match=r"'oblique'.*axial, sagittal, coronal"):
        standard_pose("oblique")


@pytest.mark.parametrize("plane", PLANES)
def test_scatter_has_the_stated_size_and_limits(plane, rng):
    normal = standard_pose(plane).normal
    poses = [noisy_pose(plane, rng) for _ in range(4000)]
    offsets = np.array([p.origin_mm @ normal for p in poses])
    tilts = np.degrees([np.arccos(np.clip(p.normal @ normal, -1, 1)) for p in poses])
    assert np.sqrt(np.mean(offsets**2)) == pytest.approx(4.0, rel=0.1)
    assert np.sqrt(np.mean(tilts**2)) == pytest.approx(8.0, rel=0.1)
    assert np.abs(offsets).max() <= 12.0 and tilts.max() <= 25.0 + 1e-6
    assert np.mean(offsets**4) / np.mean(offsets**2) ** 2 > 3.3, "heavier tails than a normal"


def test_axes_stay_orthonormal_and_offset_scales_with_the_head():
    small, large = (noisy_pose("coronal", np.random.default_rng(4), scale) for scale in (0.5, 1.0))
    assert np.allclose(2 * small.origin_mm, large.origin_mm)
    axes = np.stack([large.u_axis, large.v_axis, large.normal])
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-12)
