"""Outer border of the skull echo in a picture, per angle, with its standard deviation and visibility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.skull.locate.strip import ANGLES, Strip, bin_centres
from GenerativeModelsLib.skull.locate.window import normalise_grey, pixel_at
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse

if TYPE_CHECKING:
    from GenerativeModelsLib.models.border_reader import BorderReader

LOOKS = ((1.0, 1.0), (1.05, 1.05), (0.95, 0.95), (1.03, 0.97), (0.97, 1.03))
"""Factors on the half axes of the strips of the second reading, whose borders are averaged."""
WANDER = 0.08
"""Largest distance of the border from an ellipse given by the user, in units of the ellipse's radius."""
UNCONVINCED = 0.2
"""Share of a reading that is spread evenly over the strip before it is held against an ellipse given by the user."""
LEAST_SD = 0.01
"""Added in quadrature to the standard deviation for the weights of the ellipse, so that no angle dominates."""
MIRROR = (-np.arange(ANGLES)) % ANGLES


@dataclass(frozen=True)
class Border:
    """Border of the head section in one picture.

    Attributes
    ----------
    strip : polar coordinates of the reading.
    radius, sd : (ANGLES,) mean and standard deviation of the border's radius, in units of the strip's ellipse.
    visible : (ANGLES,) probability that an echo of the border is visible.
    """

    strip: Strip
    radius: np.ndarray
    sd: np.ndarray
    visible: np.ndarray

    def points_mm(self) -> np.ndarray:
        """(ANGLES, 2) u, v of the border in mm of the picture."""
        return self.strip.points(self.radius)

    def sd_mm(self) -> np.ndarray:
        """(ANGLES,) standard deviation along the rays in mm."""
        return self.sd * np.linalg.norm(self.strip.rays_mm(), axis=-1)

    def ellipse(self) -> Ellipse:
        """Ellipse fitted to the border, angles weighted by their precision."""
        return fit_ellipse(self.points_mm(), 1.0 / (self.sd**2 + LEAST_SD**2))


def read_border(
    net: BorderReader,
    pixels: np.ndarray,
    spacing_mm: tuple[float, float],
    ellipse: Ellipse,
    device: str = "cpu",
    *,
    hidden: np.ndarray | None = None,
    given: bool = False,
) -> Border:
    """Read the border near an `ellipse` in mm of the picture (rows, columns) of spacing (row, column) mm.

    The first reading looks along `ellipse`, the second along several ellipses near the one fitted to the first border.
    Its mean is that of all looks, its variance the mean variance of a look plus the variance between looks.

    Parameters
    ----------
    hidden
        (rows, columns) bool, pixels that are not looked at; no border is visible there.
    given
        Whether a user has given the ellipse. The border then stays within `WANDER` of it: there is no first reading,
        and the probability of each radius is multiplied by the biweight (1 - (d / WANDER)^2)^2 of its distance d from
        the ellipse. Where no echo is seen near the ellipse, the border is the ellipse with the standard deviation of
        the biweight, WANDER / sqrt(7), and does not count as visible.
    """
    grey = normalise_grey(pixels, hidden)
    if given:
        near = ellipse
    else:
        (first,) = read_strips(net, grey, spacing_mm, [Strip.about(ellipse)], device, hidden)
        near = first.ellipse()
    strips = [
        Strip.about(replace(near, semi_major=a * near.semi_major, semi_minor=b * near.semi_minor)) for a, b in LOOKS
    ]
    looks = read_strips(net, grey, spacing_mm, strips, device, hidden, ellipse if given else None)
    strip = strips[0]
    radii = np.stack([strip.radii_of(look.points_mm()) for look in looks])
    sds = np.stack([look.sd_mm() for look in looks]) / np.linalg.norm(strip.rays_mm(), axis=-1)
    variance = (sds**2).mean(0) + radii.var(0)
    return Border(strip, radii.mean(0), np.sqrt(variance), np.mean([look.visible for look in looks], axis=0))


def read_strips(
    net: BorderReader,
    grey: np.ndarray,
    spacing_mm: tuple[float, float],
    strips: Sequence[Strip],
    device: str = "cpu",
    hidden: np.ndarray | None = None,
    given: Ellipse | None = None,
) -> list[Border]:
    """Borders along strips of a picture of normalised grey values, each averaged with that of the mirror image.

    `hidden` and `given`: see `read_border`.
    """
    import torch

    samples = np.stack([strip.sample(grey, spacing_mm, hidden) for strip in strips])
    both = torch.from_numpy(np.concatenate([samples, samples[:, :, MIRROR]])).to(device)
    with torch.inference_mode():
        out = net(both)
        probability = out.log_probability.exp().cpu().double().numpy()
        visible = torch.sigmoid(out.visible.float()).cpu().double().numpy()
    count = len(strips)
    probability = 0.5 * (probability[:count] + probability[count:, MIRROR])
    visible = 0.5 * (visible[:count] + visible[count:, MIRROR])
    radii = bin_centres()
    if given is not None:
        probability, share = _held(probability, np.stack([strip.radii_of(given.points()) for strip in strips]))
        visible = visible * share
    mean = probability @ radii
    variance = (probability * (radii - mean[..., None]) ** 2).sum(-1) + (radii[1] - radii[0]) ** 2 / 12
    if hidden is not None:
        visible = [_where_seen(*parts, hidden, spacing_mm) for parts in zip(strips, mean, visible, strict=True)]
    return [Border(*parts) for parts in zip(strips, mean, np.sqrt(variance), visible, strict=True)]


def _held(probability: np.ndarray, ellipse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Readings (S, ANGLES, RADII) held near an ellipse of radius (S, ANGLES), and their share (S, ANGLES) there."""
    distance = np.abs(bin_centres() / ellipse[..., None] - 1) / WANDER
    share = (probability * (distance < 1)).sum(-1)
    even = UNCONVINCED / probability.shape[-1]
    held = ((1 - UNCONVINCED) * probability + even) * np.clip(1 - distance**2, 0, None) ** 2
    return held / held.sum(-1, keepdims=True), share


def _where_seen(
    strip: Strip, radius: np.ndarray, visible: np.ndarray, hidden: np.ndarray, spacing_mm: tuple[float, float]
) -> np.ndarray:
    """`visible` (ANGLES,), 0 where the border at `radius` lies on a hidden pixel."""
    u, v = strip.points(radius).T
    return np.where(pixel_at(hidden, v / spacing_mm[0], u / spacing_mm[1]), 0.0, visible)
