"""Pictures of imagined planes as files of a case, each with the word "imagined" in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.skull.infer.imagined_plane import ImaginedPlane
from GenerativeModelsLib.skull.planes.pictures import IMAGINED

if TYPE_CHECKING:
    from PIL.Image import Image

    from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction

__all__ = [
    *("FOLDER", "MARK", "imagined_entry", "marked_pictures", "picture_file", "picture_files"),
    *("write_imagined", "write_picture"),
]

FOLDER = "imagined"
MARK = "imagined"
"""Word in the lower right corner of every picture, which stays with it outside its case."""
MEAN_COLOUR, DRAW_COLOUR = (0, 213, 255), (255, 176, 32)
"""Outlines of the mean reconstruction, as in the report, and of the draws."""
_FINER = 3
"""Outlines are drawn in so many times the pixels along a side."""


def picture_files(plane: str, draws: int) -> dict[str, str]:
    """Names of the files of a plane in `FOLDER`, by what they show: "mean", and with draws "000", ..., "spread"."""
    shown = ["mean"] if draws == 0 else ["mean", *(f"{number:03d}" for number in range(draws)), "spread"]
    return {what: picture_file(plane, what) for what in shown}


def picture_file(plane: str, what: str) -> str:
    """Name of the file of one picture."""
    return f"{plane}_{what}.png"


def imagined_entry(found: Reconstruction) -> dict[str, Any] | None:
    """Entry `imagined` of `result.json`; None where nothing was imagined."""
    if not found.imagined:
        return None
    planes = {}
    for name, plane in found.imagined.items():
        pose = plane.pose
        planes[name] = {
            "spacing_mm": [plane.spacing_mm, plane.spacing_mm],
            "size": list(plane.mean.shape),
            "placement": {
                "origin_mm": pose.origin_mm.tolist(),
                "u_axis": pose.u_axis.tolist(),
                "v_axis": pose.v_axis.tolist(),
            },
            "outline_spread_mm": plane.spread_mm,
        }
    first = next(iter(found.imagined.values()))
    counts = {"draws": len(first.draws), "outlines": len(first.outlines_px)}
    return {"synthetic": True, **counts, "seed": found.seed, "planes": planes}


def write_imagined(folder: Path, planes: Mapping[str, ImaginedPlane]) -> None:
    """Write the pictures of the planes into `FOLDER` of the folder of a case."""
    for name, plane in planes.items():
        pictures = marked_pictures(plane)
        for what, file in picture_files(name, len(plane.draws)).items():
            write_picture(folder / FOLDER / file, pictures[what])


def marked_pictures(plane: ImaginedPlane) -> dict[str, np.ndarray]:
    """The pictures of a plane as in its files, by the keys of `picture_files`: (H, W) uint8, "spread" (H, W, 3)."""
    pictures = {"mean": plane.mean, **{f"{number:03d}": draw for number, draw in enumerate(plane.draws)}}
    if plane.draws:
        pictures["spread"] = _with_outlines(plane)
    return {what: marked(pixels) for what, pixels in pictures.items()}


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """Write a picture (H, W) or (H, W, 3) uint8 as PNG with `IMAGINED` as its description; its folder is made."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    about = PngInfo()
    about.add_text("Description", IMAGINED)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "png", pnginfo=about)


def marked(pixels: np.ndarray) -> np.ndarray:
    """A picture (H, W) or (H, W, 3) uint8 with `MARK` in its lower right corner."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.fromarray(pixels)
    height = max(10, pixels.shape[0] // 20)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(height)
    white, black = (255, 0) if pixels.ndim == 2 else ((255, 255, 255), (0, 0, 0))
    corner = pixels.shape[1] - height // 2, pixels.shape[0] - height // 3
    draw.text(corner, MARK, fill=white, font=font, anchor="rb", stroke_width=2, stroke_fill=black)
    return np.asarray(picture)


def _with_outlines(plane: ImaginedPlane) -> np.ndarray:
    """The mean picture (H, W, 3) uint8 with the outlines of the draws, and that of the mean above them."""
    from PIL import Image

    picture = Image.fromarray(plane.mean).convert("RGB")
    picture.paste(DRAW_COLOUR, mask=_lines(plane, plane.outlines_px, 1).point(lambda share: round(0.55 * share)))
    picture.paste(MEAN_COLOUR, mask=_lines(plane, plane.outline_px[None], 6))
    return np.asarray(picture)


def _lines(plane: ImaginedPlane, outlines: np.ndarray, width: int) -> Image:
    """Share of every pixel, 0 to 255, that closed lines (S, N, 2) cover; `width` in the finer pixels."""
    from PIL import Image, ImageDraw

    rows, columns = plane.mean.shape
    fine = Image.new("L", (_FINER * columns, _FINER * rows))
    draw = ImageDraw.Draw(fine)
    for line in outlines:
        points = _FINER * (np.concatenate([line, line[:1]]) + 0.5)
        draw.line([tuple(point) for point in points.tolist()], fill=255, width=width, joint="curve")
    return fine.resize((columns, rows), Image.Resampling.BOX)
