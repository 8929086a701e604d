"""A cohort small enough for tests: label maps of ellipsoids, one of them with painted pictures."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from GenerativeModelsLib.skull.shape.ellipse import perimeter
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.training.skull.bank import Shard
from GenerativeModelsLib.training.skull.own_case import OwnCase
from Testing.helpers.label_maps import write_ellipsoid
from Testing.helpers.painted import SPACING, painted_pixels, painted_shard, picture_pose

HALVES = ((38.0, 48.0, 40.0), (35.0, 46.0, 39.0), (40.0, 50.0, 43.0), (37.0, 45.0, 38.0))


def write_cohort(folder: Path, parts: tuple[str, ...] = ("train", "train", "calibration", "test")) -> Path:
    """`cohort.csv` of four heads; the second one comes with a painted axial and sagittal picture."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for i, (half, part) in enumerate(zip(HALVES, parts, strict=True)):
        write_ellipsoid(folder / f"p{i}.nii.gz", half, centre=(5.0 * i, 3.0, -20.0))
        rows.append({"case": f"p{i}", "label_map": f"p{i}.nii.gz", "part": part, "axial": "", "sagittal": ""})
    shape = ellipsoid(*HALVES[1])
    for plane, turn in (("axial", 0.4), ("sagittal", -0.6)):
        image = sitk.GetImageFromArray(painted_pixels(shape, picture_pose(plane, turn)))
        image.SetSpacing(SPACING[::-1])
        sitk.WriteImage(image, str(folder / f"p1-{plane}.mha"))
        rows[1][plane] = f"p1-{plane}.mha"
    path = folder / "cohort.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def painted_views(case: OwnCase, views: int, seed: int = 7) -> Shard:
    """Stands in for `own_case.simulated_views`: painted planes in place of simulated ultrasound."""
    size = case.head.hc_mm / (2 * np.pi)
    return painted_shard([case.head.shape] * views, [size] * views, np.random.default_rng(seed))


def write_circumferences(folder: Path, parts: tuple[str, ...]) -> Path:
    """`circumferences.csv`: painted axial pictures of heads of which the circumference alone is known."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["case,axial,hc_mm,part"]
    for i, part in enumerate(parts):
        half = HALVES[i % len(HALVES)]
        factor = 1 + 0.2 * (i % 2)
        image = sitk.GetImageFromArray(
            painted_pixels(ellipsoid(*(factor * h for h in half)), picture_pose("axial", 0.1 * i))
        )
        image.SetSpacing(SPACING[::-1])
        sitk.WriteImage(image, str(folder / f"c{i}.mha"))
        lines.append(f"c{i},c{i}.mha,{factor * perimeter(*half[:2]):.1f},{part}")
    path = folder / "circumferences.csv"
    path.write_text("\n".join(lines) + "\n")
    return path
