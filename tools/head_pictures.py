"""Pictures of heads with a known outline, real and simulated, of the same height in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.skull.population.heads import sample_head
from GenerativeModelsLib.skull.population.sizes import WEEKS, hc_moments
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from GenerativeModelsLib.skull.ultrasound.simulate import PlanePose, section_outline, simulate_plane

SIZE = (192, 288)
"""Rows and columns of the simulated pictures; real ones are reduced to these rows."""


@dataclass(frozen=True)
class Picture:
    """Grey values (H, W) 0 to 255, the outline as `Ellipse` in pixels, and whose head it is (pictures of one head share
    `head`)."""

    grey: np.ndarray
    outline: Ellipse
    head: str


def real_picture(case: Hc18Case) -> Picture:
    """A picture of HC18, reduced by averaging to the height of the simulated ones."""
    from PIL import Image

    pixels = case.pixels()
    shrink = SIZE[0] / pixels.shape[0]
    image = Image.fromarray(pixels).resize((round(pixels.shape[1] * shrink), SIZE[0]), Image.Resampling.BOX)
    scale = shrink / case.spacing_mm
    e = case.ellipse
    centre = tuple(np.asarray(e.centre) * scale + 0.5 * shrink - 0.5)
    outline = Ellipse(centre, e.semi_major * scale, e.semi_minor * scale, e.angle_rad)
    return Picture(np.asarray(image, np.float32), outline, case.path.name.split("_")[0])


def simulated_picture(hc_mm: float, rng: np.random.Generator) -> Picture | None:
    """A simulated axial plane of a head of this circumference; None if no quarter of it could be seen."""
    ages = np.linspace(WEEKS[0] + 0.5, WEEKS[1] - 0.5, 301)
    weeks = float(np.interp(hc_mm, [hc_moments(age)[0] for age in ages], ages))
    head = sample_head(rng, weeks=(weeks - 0.5, weeks + 0.5))
    factor = hc_mm / head.hc_mm
    shape = head.shape.scaled(factor, factor, factor)
    plane = simulate_plane(shape, "axial", rng, size=SIZE)
    rows, columns = np.nonzero(plane.mask)
    if not rows.size:
        return None
    middle, step = np.array([columns.mean(), rows.mean()]), plane.spacing_mm[0]
    origin = plane.pose.points(middle[0] * step, middle[1] * step)
    outline = section_outline(shape, PlanePose(origin, plane.pose.u_axis, plane.pose.v_axis)) / step + middle
    return Picture(plane.image.astype(np.float32), fit_ellipse(outline), "")


def simulated_like(circumferences: list[float], seed: int) -> list[Picture]:
    """As many simulated pictures, of heads of these sizes, that show three quarters of the outline."""
    pictures = []
    for i, hc_mm in enumerate(circumferences):
        for attempt in range(12):
            picture = simulated_picture(hc_mm, np.random.default_rng((seed, i, attempt)))
            if picture is not None and usable(picture):
                pictures.append(Picture(picture.grey, picture.outline, f"simulated {i}"))
                break
    return pictures


def usable(picture: Picture) -> bool:
    """Whether three quarters of the outline lie in the picture, and it is not nearly black."""
    column, row = picture.outline.points(180).T
    height, width = picture.grey.shape
    inside = (row > 1) & (row < height - 2) & (column > 1) & (column < width - 2)
    return inside.mean() > 0.75 and float(picture.grey.mean()) > 6.0


def sheet(output_png: Path, simulated: list[Picture], real: list[Picture]) -> None:
    """Write a PNG with three columns of simulated pictures on the left and three of real ones on the right."""
    from PIL import Image

    step_y, step_x = SIZE[0] + 4, SIZE[1] + 4
    rows = min(len(simulated), len(real)) // 3
    page = Image.new("L", (6 * step_x + 8, rows * step_y), 255)
    for pictures, left in ((simulated, 0), (real, 3 * step_x + 8)):
        for i, picture in enumerate(pictures[: 3 * rows]):
            grey = picture.grey[:, : SIZE[1]].astype(np.uint8)
            place = left + (i % 3) * step_x + (SIZE[1] - grey.shape[1]) // 2
            page.paste(Image.new("L", SIZE[::-1]), (left + (i % 3) * step_x, (i // 3) * step_y))
            page.paste(Image.fromarray(grey), (place, (i // 3) * step_y))
    page.save(output_png)
