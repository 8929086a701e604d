"""Pictures of an uncertainty: all frames and slices, and the slices with the largest expected area of wrong labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.language import _
from GenerativeModelsLib.page.figures import picture_of
from GenerativeModelsLib.segmentation.image_of import grey_of
from GenerativeModelsLib.segmentation.report.pictures import outlined, side_by_side, window_of
from GenerativeModelsLib.segmentation.uncertainty.anatomy import OVERVIEW, worst_slices

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

    from GenerativeModelsLib.segmentation.uncertainty.found import Uncertainty
    from GenerativeModelsLib.segmentation.uncertainty.read import Segmented

__all__ = ["SHOWN", "pictures", "write_overview"]

SHOWN, COLUMNS, WIDTH_PX = 8, 4, 220
"""Slices of the overview, those of a row, and the width of each."""
_WRONG = (255, 235, 59)
_OUTSIDE = (0.94, 0.95, 0.96)


def write_overview(path: Path, segmented: Segmented, found: Uncertainty) -> None:
    """Write a PNG of the `SHOWN` slices with the largest expected area of wrong labels, in their true aspect.

    Above each the outlines of its labels, below the image, the yellower the more probably the label is wrong.
    """
    from PIL import Image

    maps, grey = segmented.maps, grey_of(segmented.images)
    window = window_of(maps)
    height_mm, width_mm = np.array(maps.values[0, 0][window].shape) * maps.pixel_mm
    size = (WIDTH_PX, max(1, round(WIDTH_PX * height_mm / width_mm)))
    silent = np.isnan(found.similarity)
    areas = np.where(silent, -1.0, found.wrong_mm2(maps.pixel_mm))
    order = np.argsort(-areas, axis=None, kind="stable")[: min(SHOWN, int((~silent).sum()))]
    upper, lower = [], []
    for place in zip(*np.unravel_index(order, areas.shape), strict=True):
        plain = np.repeat(np.asarray(_resized(grey[place][window], size, Image.Resampling.BICUBIC))[..., None], 3, -1)
        codes = np.asarray(_resized(maps.values[place][window], size, Image.Resampling.NEAREST))
        share = np.asarray(_resized(found.probability[place][window], size, Image.Resampling.BILINEAR))[..., None]
        upper.append(outlined(plain, codes, codes))
        lower.append(np.round((1 - share) * plain + share * np.array(_WRONG)).astype(np.uint8))
    starts = range(0, len(upper), COLUMNS)
    side_by_side([row[i : i + COLUMNS] for i in starts for row in (upper, lower)]).save(path, optimize=True)


def pictures(result: Mapping[str, Any], folder: Path) -> list[list[tuple[str, Image]]]:
    """The overview in `folder`, and the expected areas of all frames and slices."""
    from PIL import Image

    with Image.open(folder / OVERVIEW) as overview:
        overview.load()
    named = ", ".join(f"{frame}/{slice_}" for frame, slice_, _area in worst_slices(result, SHOWN))
    caption = _(
        "Slices with the largest expected area of wrong labels, frame/slice {slices}: the outlines of the labels, and "
        "below the image, the yellower the more probably the label is wrong",
        slices=named,
    )
    areas = _("Expected area of wrong labels in mm², grey: nothing is said, crosses: unlike the training set")
    return [[(caption, overview)], [(areas, picture_of(_areas(result)))]]


def _resized(values: np.ndarray, size: tuple[int, int], way: int) -> Image:
    from PIL import Image

    return Image.fromarray(values).resize(size, way)


def _areas(result: Mapping[str, Any]) -> Figure:
    """Frames across and slices down, or the slices of a single frame across."""
    from matplotlib.figure import Figure

    values = np.array(result["wrong_mm2"], float).T
    single = result["frames"] == 1
    shown = values.T if single else values
    figure = Figure((7.2, 1.7 if single else 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_facecolor(_OUTSIDE)
    image = axes.imshow(shown, aspect="auto", cmap="YlOrRd", vmin=0)
    figure.colorbar(image, ax=axes, label="mm²")
    for frame, slice_ in result["unlike"]:
        axes.plot(*((slice_, frame) if single else (frame, slice_)), "kx", markersize=4)
    axes.set_xlabel(_("slice") if single else _("frame"))
    axes.set_ylabel(_("frame") if single else _("slice"))
    for axis, count in ((axes.yaxis, shown.shape[0]), (axes.xaxis, shown.shape[1])):
        axis.set_ticks(np.arange(0, count, max(1, round(count / 8))))
    return figure
