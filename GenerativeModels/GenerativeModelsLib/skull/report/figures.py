"""Still pictures of the report: input planes with the outline over them, and views of the skull without OpenGL."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsLib.page.meshes import View, data_uri, shaded_picture, value_colours, webp_uri
from GenerativeModelsLib.skull.report.content import ImaginedView, PlaneView, SkullSurface

MAX_IMAGE_PX = 1000
SCALE_BARS_MM = (1, 2, 5, 10, 20, 50, 100, 200)


VIEWS = (
    View("left", N_("Left"), (0, 1, 0), (0, 0, 1), N_("Look from the left")),
    View("front", N_("Front"), (1, 0, 0), (0, 0, 1), N_("Look from the front")),
    View("back", N_("Back"), (-1, 0, 0), (0, 0, 1), N_("Look from the back")),
    View("top", N_("Top"), (-1, 0, 0), (0, -1, 0), N_("Look from the top")),
    View("below", N_("Below"), (1, 0, 0), (0, -1, 0), N_("Look from below")),
)


@dataclass(frozen=True)
class PlaneFigure:
    """An input plane as SVG parts, in mm from the outer corner of the first pixel; boxes are SVG view boxes."""

    width_mm: float
    height_mm: float
    image: str
    outline: str
    band: str
    ellipse: str
    uncorrected: str
    mask: str
    length: str
    scale_bar_mm: int
    full_box: str
    head_box: str


def plane_figure(plane: PlaneView) -> PlaneFigure:
    """Picture of `plane` in its true aspect, its outline, band and locator ellipse as SVG path data."""
    rows, cols = plane.pixels.shape
    width, height = cols * plane.spacing_mm[1], rows * plane.spacing_mm[0]
    band = "" if plane.band_px is None else "".join(_path(part, plane.spacing_mm) for part in plane.band_px)
    scale_bar_mm = max((bar for bar in SCALE_BARS_MM if bar <= width / 4), default=SCALE_BARS_MM[0])
    return PlaneFigure(
        width_mm=round(width, 3),
        height_mm=round(height, 3),
        image=data_uri(_jpeg(plane.pixels), "jpeg"),
        outline=_path(plane.outline_px, plane.spacing_mm),
        band=band,
        ellipse="" if plane.ellipse is None else _path([plane.ellipse.polyline()], plane.spacing_mm),
        uncorrected="" if plane.uncorrected is None else _path([plane.uncorrected.polyline()], plane.spacing_mm),
        mask=_path([np.concatenate([part, part[:1]]) for part in plane.mask_px], plane.spacing_mm),
        length="" if plane.length_px is None else _path([plane.length_px], plane.spacing_mm),
        scale_bar_mm=scale_bar_mm,
        full_box=f"0 0 {width:.3f} {height:.3f}",
        head_box=_head_box(plane, width, height, 1.2 * scale_bar_mm),
    )


@dataclass(frozen=True)
class ImaginedFigure:
    """A picture of an imagined plane: its `data:` address, its caption and its size in pixels."""

    image: str
    caption: str
    width: int
    height: int


def imagined_figures(view: ImaginedView) -> list[ImaginedFigure]:
    """The pictures of an imagined plane side by side: the mean, the draws, the outlines."""
    figures = []
    for what, pixels in view.pictures.items():
        caption = {"mean": _("Mean reconstruction"), "spread": _("Outlines of the draws over the mean")}.get(what)
        height, width = pixels.shape[:2]
        picture = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
        caption = caption or _("Draw {number}", number=int(what) + 1)
        figures.append(ImaginedFigure(webp_uri(np.ascontiguousarray(picture)), caption, width, height))
    return figures


def _head_box(plane: PlaneView, width: float, height: float, least_width: float) -> str:
    """View box in mm of the aspect of the image about the outline, or the locator's ellipse; else the whole image."""
    shown = list(plane.outline_px) or ([] if plane.ellipse is None else [plane.ellipse.polyline()])
    points = np.concatenate([np.asarray(part, float).reshape(-1, 2) for part in shown] or [np.empty((0, 2))])
    points = (points[np.isfinite(points).all(axis=1)] + 0.5) * (plane.spacing_mm[1], plane.spacing_mm[0])
    if not len(points):
        return f"0 0 {width:.3f} {height:.3f}"
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    part = np.clip(1.25 * max((right - left) / width, (bottom - top) / height, least_width / width / 1.25), 0, 1)
    x = np.clip((left + right - part * width) / 2, 0, (1 - part) * width)
    y = np.clip((top + bottom - part * height) / 2, 0, (1 - part) * height)
    return f"{x:.3f} {y:.3f} {part * width:.3f} {part * height:.3f}"


def _path(polylines: Sequence[np.ndarray], spacing_mm: tuple[float, float]) -> str:
    """SVG path data in mm of polylines (K, 2) of (column, row); points that are not finite are left out."""
    parts = []
    for polyline in polylines:
        points = (np.asarray(polyline, float).reshape(-1, 2) + 0.5) * (spacing_mm[1], spacing_mm[0])
        points = points[np.isfinite(points).all(axis=1)]
        if len(points) > 1:
            parts.append("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points))
    return "".join(parts)


def _jpeg(pixels: np.ndarray) -> bytes:
    """Grey picture, at most `MAX_IMAGE_PX` on its longer side."""
    from PIL import Image

    step = max(1, max(pixels.shape) // (4 * MAX_IMAGE_PX))
    grey = np.clip(np.nan_to_num(np.asarray(pixels)[::step, ::step], nan=0.0, posinf=255.0, neginf=0.0), 0, 255)
    image = Image.fromarray(np.round(grey).astype(np.uint8))
    if max(image.size) > MAX_IMAGE_PX:
        shrink = MAX_IMAGE_PX / max(image.size)
        image = image.resize([max(1, round(side * shrink)) for side in image.size], Image.Resampling.BOX)
    buffer = io.BytesIO()
    image.save(buffer, "jpeg", quality=88)
    return buffer.getvalue()


def still_views(surface: SkullSurface, ends_mm: tuple[float, float], size_px: int = 420) -> dict[str, str]:
    """Shaded pictures from four sides as `data:` addresses, by view key; the light comes from the upper left.

    `ends_mm` are those of the colour scale; the skull is bone where its uncertainty is not known.
    """
    extent = 1.03 * np.abs(surface.points - _centre(surface.points)).max()
    points = surface.points - _centre(surface.points)
    colours = value_colours(surface.uncertainty_mm, len(points), ends_mm, PLAIN)
    wanted = [view for view in VIEWS if view.key != "back"]
    return {
        view.key: webp_uri(shaded_picture(points, surface.triangles, colours, view.rotation, extent, size_px))
        for view in wanted
    }


def _centre(points: np.ndarray) -> np.ndarray:
    return (points.min(axis=0) + points.max(axis=0)) / 2


def saturated_share(surface: SkullSurface, high_mm: float) -> float:
    """Share of the surface's area, 0 to 1, whose uncertainty exceeds `high_mm`, the end of the colour scale."""
    if surface.uncertainty_mm is None:
        return 0.0
    a, b, c = np.moveaxis(surface.points[surface.triangles], 1, 0)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    above = (surface.uncertainty_mm > high_mm)[surface.triangles].mean(axis=1)
    return float((area * above).sum() / max(area.sum(), 1e-12))
