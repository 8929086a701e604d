"""The sample hearts of the demo, the tests and Slicer's Sample Data: generated, never taken from a patient."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.heart.population.cycle import SYSTOLE, ejected_share
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.thickness import ray_distances
from GenerativeModelsLib.heart.shape.ventricle import Heart, Ventricle

SEED = 34
LABELS = HeartLabels(lv=3, myo=2, rv=1)
SPACING_MM = (1.5, 1.5, 8.0)
"""In the plane, and from slice to slice of the short-axis stack."""
MARGIN_MM = 15.0
CLEAR_MM = 19.0
"""Wall at end diastole of a heart that shows what it has."""
BASE_LPS = np.array([18.0, -32.0, 12.0])
TO_BASE, TO_SEPTUM = np.array([-0.65, 0.45, 0.61]), np.array([-0.5, -0.8, -0.2])
"""As hearts lie in people, LPS."""
NOTE = "Simulated: no patient. python -m tools.sample_heart"


@dataclass(frozen=True)
class RightVentricle:
    """A right ventricle beside the septum: its width, how far it reaches around the left one and towards the apex."""

    width_mm: float
    half_angle: float = np.radians(62.0)
    depth: float = 0.75


RIGHT = {"ed": RightVentricle(26.0), "es": RightVentricle(15.5)}
"""Of the two label maps; it empties by some 55 %."""

FRAMES = 20
CYCLE_S = 0.86
"""A heart rate of 70 a minute."""
CINE_SEED = 18
CINE_SPACING_MM = (1.5, 1.5, 6.0)
CINE_RIGHT = RightVentricle(36.0, np.radians(72.0), 0.88)
CINE_RIGHT_LEFT = 0.66
"""Share of the right ventricle's width that is left at end systole: it ejects as much as the left one."""


def write_heart_sample(folder: Path, seed: int = SEED) -> None:
    """Write ed.nii.gz, es.nii.gz (labels as ACDC's) and sample.json of a heart with septal hypertrophy."""
    folder.mkdir(parents=True, exist_ok=True)
    sample = sample_hearts(24, seed, "hcm")
    clear = (sample.pattern == "septal") & (sample.rays.thickest_mm[:, 0] >= CLEAR_MM)
    chosen = int(np.flatnonzero(clear)[0])
    heart, frame = sample.heart(chosen), patient_frame()
    grid = stack_over(heart.ed, frame, SPACING_MM, RIGHT["ed"].width_mm)
    for name, ventricle in (("ed", heart.ed), ("es", heart.es)):
        values = labelled(ventricle, lowered(frame, heart.ed, ventricle), grid, RIGHT[name])
        _write_image(values, grid, folder / f"{name}.nii.gz")
    about = {
        "labels": str(LABELS),
        "condition": "hcm",
        "pattern": "septal",
        "sex": "male" if sample.male[chosen] else "female",
        "edv_ml": round(heart.ed.cavity_ml, 1),
        "esv_ml": round(heart.es.cavity_ml, 1),
    }
    _write_facts(about, seed, folder)


def write_cine_sample(folder: Path, seed: int = CINE_SEED) -> None:
    """Write labels.nii.gz, label maps of a healthy heart cycle (x, y, z, time), and sample.json."""
    folder.mkdir(parents=True, exist_ok=True)
    sample = sample_hearts(1, seed, "healthy")
    heart, frame = sample.heart(0), patient_frame()
    grid = stack_over(heart.ed, frame, CINE_SPACING_MM, CINE_RIGHT.width_mm)
    times = np.arange(FRAMES) / FRAMES
    frames = []
    for emptied in ejected_share(times):
        ventricle = moment(heart, heart.ed.cavity_ml - emptied * (heart.ed.cavity_ml - heart.es.cavity_ml))
        right = replace(CINE_RIGHT, width_mm=CINE_RIGHT.width_mm * (1 - (1 - CINE_RIGHT_LEFT) * emptied))
        frames.append(labelled(ventricle, lowered(frame, heart.ed, ventricle), grid, right))
    _write_image(np.stack(frames), grid, folder / "labels.nii.gz", CYCLE_S / FRAMES)
    about = {
        "labels": str(LABELS),
        "condition": "healthy",
        "sex": "male" if sample.male[0] else "female",
        "height_cm": 178 if sample.male[0] else 165,
        "weight_kg": 76 if sample.male[0] else 62,
        "frames": {"ed": 0, "es": round(SYSTOLE * FRAMES), "count": FRAMES},
        "times_s": [round(CYCLE_S * float(t), 4) for t in times],
        "edv_ml": round(heart.ed.cavity_ml, 1),
        "esv_ml": round(heart.es.cavity_ml, 1),
    }
    _write_facts(about, seed, folder)


def moment(heart: Heart, cavity_ml: float) -> Ventricle:
    """The ventricle between end diastole and end systole whose cavity has a volume."""
    low, high = 0.0, 1.0
    for _ in range(30):
        share = (low + high) / 2
        found = Ventricle(
            *((1 - share) * getattr(heart.ed, name) + share * getattr(heart.es, name) for name in vars(heart.ed))
        )
        low, high = (share, high) if found.cavity_ml > cavity_ml else (low, share)
    return found


def patient_frame() -> HeartFrame:
    """The heart frame in a patient."""
    z = TO_BASE / np.linalg.norm(TO_BASE)
    x = TO_SEPTUM - (TO_SEPTUM @ z) * z
    x /= np.linalg.norm(x)
    return HeartFrame(BASE_LPS, np.stack([x, np.cross(z, x), z]), "given")


def lowered(frame: HeartFrame, ed: Ventricle, now: Ventricle) -> HeartFrame:
    """The frame of a moment: the base descends towards an apex that hardly moves."""
    drop = ed.cavity_length_mm - now.cavity_length_mm
    return replace(frame, origin_lps=frame.origin_lps - drop * frame.axes[2])


def stack_over(
    ventricle: Ventricle, frame: HeartFrame, spacing_mm: tuple[float, float, float], right_mm: float
) -> LabelMap:
    """An empty short-axis stack over the ventricle and its neighbour, turned by 20 degrees in its plane."""
    turn = np.radians(20.0)
    about = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    axes = frame.axes.T @ about
    reach = np.array([[right_mm, 0.0, 0.0], [0.0, 0.0, 0.0]])
    points = (ventricle.points("epi").reshape(-1, 1, 3) + reach).reshape(-1, 3) @ about
    low, high = points.min(0) - MARGIN_MM, points.max(0) + MARGIN_MM
    # The base plane lies half way between two slices.
    low[2] = -spacing_mm[2] * (np.ceil(-low[2] / spacing_mm[2]) + 0.5)
    count = np.ceil((high - low) / spacing_mm).astype(int) + 1
    to_lps = np.eye(4)
    to_lps[:3, :3] = axes * spacing_mm
    to_lps[:3, 3] = frame.origin_lps + axes @ low
    return LabelMap(np.zeros(count[::-1], np.int32), LABELS, to_lps, "sample")


def labelled(ventricle: Ventricle, frame: HeartFrame, grid: LabelMap, right: RightVentricle) -> np.ndarray:
    """(k, j, i) label of each voxel's centre: the ventricle, and a right one beside its septum."""
    shape = grid.values.shape
    points = frame.to_heart(grid.points_lps(np.ones(shape, bool))).reshape(*shape, 3)
    endo, epi = ray_distances(ventricle, points)
    angle = np.abs(np.arctan2(points[..., 1], points[..., 0])) / right.half_angle
    depth = -points[..., 2] / (right.depth * ventricle.cavity_length_mm)
    width = right.width_mm * (1 - np.clip(angle, 0, 1) ** 2) * np.sqrt(np.clip(1 - depth, 0, 1))
    values = np.select([endo < 0, epi < 0, epi < width], [LABELS.lv, LABELS.myo, LABELS.rv], 0)
    return np.where(points[..., 2] < 0, values, 0)


def _write_image(values: np.ndarray, grid: LabelMap, path: Path, step_s: float = 1.0) -> None:
    """Write label maps ((time, )k, j, i) on a grid; `step_s` is the time from frame to frame."""
    import SimpleITK as sitk

    volumes = []
    for one in values if values.ndim == 4 else [values]:
        image = sitk.GetImageFromArray(one.astype(np.uint8))
        image.SetSpacing(grid.spacing_mm.tolist())
        image.SetDirection((grid.to_lps[:3, :3] / grid.spacing_mm).ravel().tolist())
        image.SetOrigin(grid.to_lps[:3, 3].tolist())
        volumes.append(image)
    joined = sitk.JoinSeries(volumes, 0.0, step_s) if values.ndim == 4 else volumes[0]
    sitk.WriteImage(joined, str(path), useCompression=True)


def _write_facts(about: dict[str, Any], seed: int, folder: Path) -> None:
    text = json.dumps({**about, "note": NOTE, "seed": seed}, indent=2)
    (folder / "sample.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample hearts into the folders heart and heart_cine.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("Resources/SampleData"))
    options = parser.parse_args()
    write_heart_sample(options.folder / "heart")
    write_cine_sample(options.folder / "heart_cine")


if __name__ == "__main__":
    main()
