"""A finished case folder made by hand: a lump for a skull, three pictures placed askew, one of them mirrored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.skull.case.imagined_files import FOLDER, picture_files, write_picture
from GenerativeModelsLib.skull.case.placed_planes import write_placed_plane
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.skull.ultrasound.pose import standard_pose
from Testing.helpers.results import result_of, stand_in_fingerprint
from Testing.helpers.shapes import lump, rigid

SPACING = (0.8, 0.6)
"""(row, column) mm of every picture."""
SIZE = (150, 200)
"""(rows, columns) of every picture."""
REPORT = "<!DOCTYPE html>\n<p>Größe µ – ½ 頭</p>\n"

_STANDARD = {"axial": ((1, 0, 0), (0, 1, 0)), "sagittal": ((0, 1, 0), (0, 0, -1)), "coronal": ((1, 0, 0), (0, 0, -1))}
_ASKEW = {"axial": (4, -3, 25), "sagittal": (-20, 5, 6), "coronal": (3, 15, -4)}
MIRRORED = "sagittal"


def a_finished_case(
    folder: Path,
    *,
    planes: Sequence[str] = ("axial", "sagittal", "coronal"),
    weeks: float | None = 27.0,
    draws: bool = True,
    larger: float = 1.0,
    case_id: str | None = None,
    imagined: Sequence[str] = (),
) -> Path:
    """Write the files of a case into `folder`; without `draws` nothing is known of its uncertainty.

    Planes that are `imagined` have a mean, one draw and the picture of the outlines.
    """
    surface = lump().transformed(np.diag([larger, larger, larger, 1.0]))
    grid = Grid.around(surface.points, 2.5, 4.0)
    inside = (np.linalg.norm(grid.points(), axis=-1) < 40 * larger).astype(np.uint8)
    sigma = (0.6 + 0.01 * surface.points[:, 2]).astype(np.float32) * draws
    band = (inside * draws * (0.6 + 0.01 * grid.points()[..., 2])).astype(np.float32)

    folder.mkdir(parents=True)
    write_vtp(surface.with_data(uncertainty_mm=sigma), folder / "skull.vtp")
    _write(grid, inside, folder / "skull.nii.gz")
    _write(grid, band, folder / "uncertainty.nii.gz")
    (folder / "report.html").write_bytes(REPORT.encode("utf-8"))

    files = {name: Path(f"{name}.png") for name in planes}
    given = {"pixel_spacing_mm": SPACING, "samples": 100 if draws else 0, "case_id": case_id}
    request = SkullRequest(output=folder, **given, **files)
    result = result_of(request)
    result["fingerprint"] = stand_in_fingerprint(request).document()
    result["gestational_age_weeks"] = weeks  # without the scores of that age
    for number, name in enumerate(planes):
        origin, u, v = placed(name)
        pixels = np.random.default_rng(number).integers(0, 256, SIZE).astype(np.uint8)
        write_placed_plane(folder / "planes" / f"{name}.nii.gz", pixels, SPACING, origin, u, v)
        at = {"origin_mm": origin.tolist(), "u_axis": u.tolist(), "v_axis": v.tolist()}
        result["planes"][name] |= {
            "spacing_mm": list(SPACING),
            "size": list(SIZE),
            "placement": {**at, "offset_mm": 0.0, "tilt_deg": 5.0},
            "head": {"ellipse_px": [320.0, 200.0, 150.0, 120.0, 3.0]},
        }
    if imagined:
        result["imagined"] = _imagined(folder, imagined)
    if not draws:
        result["uncertainty_mm"] = dict.fromkeys(("mean", "median", "p95", "max"))
        for measure in result["biometry"].values():
            measure |= {"sd": None, "interval90": None}
    (folder / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return folder


def placed(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Origin, u and v axis of a picture in the head frame, LPS mm: its middle about the middle of the head."""
    turn = rigid(_ASKEW[name])[:3, :3]
    u, v = (turn @ np.array(axis, float) for axis in _STANDARD[name])
    if name == MIRRORED:
        u = -u
    middle = np.array([1.5, -2.0, 3.0])
    return middle - (SIZE[1] / 2) * SPACING[1] * u - (SIZE[0] / 2) * SPACING[0] * v, u, v


def _imagined(folder: Path, planes: Sequence[str]) -> dict:
    """Write pictures of a grey level each; the entry of `result.json`."""
    entries = {}
    for name in planes:
        pose = standard_pose(name)
        for number, (what, file) in enumerate(picture_files(name, 1).items()):
            colours = (3,) if what == "spread" else ()
            write_picture(folder / FOLDER / file, np.full((30, 40, *colours), 50 + number, np.uint8))
        entries[name] = {
            "spacing_mm": [3.0, 3.0],
            "size": [30, 40],
            "placement": {
                "origin_mm": pose.points(-58.5, -43.5).tolist(),
                "u_axis": pose.u_axis.tolist(),
                "v_axis": pose.v_axis.tolist(),
            },
            "outline_spread_mm": {"mean": 1.0, "max": 2.0},
        }
    return {"synthetic": True, "draws": 1, "outlines": 9, "seed": 0, "planes": entries}


def _write(grid: Grid, array: np.ndarray, path: Path) -> None:
    import SimpleITK as sitk

    sitk.WriteImage(grid.to_image(array), str(path), useCompression=True)
