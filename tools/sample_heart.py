"""The sample heart of the demo, the tests and Slicer's Sample Data: generated, never taken from a patient."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.thickness import ray_distances
from GenerativeModelsLib.heart.shape.ventricle import Ventricle

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
RV_WIDTH_MM, RV_HALF_ANGLE, RV_DEPTH = 26.0, np.radians(62.0), 0.75


def write_heart_sample(folder: Path, seed: int = SEED) -> None:
    """Write ed.nii.gz, es.nii.gz (labels as ACDC's) and sample.json of a heart with septal hypertrophy."""
    import SimpleITK as sitk

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sample = sample_hearts(24, seed, "hcm")
    clear = (sample.pattern == "septal") & (sample.rays.thickest_mm[:, 0] >= CLEAR_MM)
    chosen = int(np.flatnonzero(clear)[0])
    heart, frame = sample.heart(chosen), patient_frame()
    grid = stack_over(heart.ed, frame)
    for name, ventricle in (("ed", heart.ed), ("es", heart.es)):
        # The base descends towards an apex that hardly moves.
        drop = heart.ed.cavity_length_mm - heart.es.cavity_length_mm if name == "es" else 0.0
        lowered = replace(frame, origin_lps=frame.origin_lps - drop * frame.axes[2])
        values = labelled(ventricle, lowered, grid)
        image = sitk.GetImageFromArray(values.astype(np.uint8))
        image.SetSpacing(SPACING_MM)
        image.SetDirection((grid.to_lps[:3, :3] / grid.spacing_mm).ravel().tolist())
        image.SetOrigin(grid.to_lps[:3, 3].tolist())
        sitk.WriteImage(image, str(folder / f"{name}.nii.gz"), useCompression=True)
    about = {
        "labels": str(LABELS),
        "condition": "hcm",
        "pattern": "septal",
        "sex": "male" if sample.male[chosen] else "female",
        "edv_ml": round(heart.ed.cavity_ml, 1),
        "esv_ml": round(heart.es.cavity_ml, 1),
        "note": "Simulated: no patient. python -m tools.sample_heart",
        "seed": seed,
    }
    (folder / "sample.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def patient_frame() -> HeartFrame:
    """The heart frame in a patient."""
    z = TO_BASE / np.linalg.norm(TO_BASE)
    x = TO_SEPTUM - (TO_SEPTUM @ z) * z
    x /= np.linalg.norm(x)
    return HeartFrame(BASE_LPS, np.stack([x, np.cross(z, x), z]), "given")


def stack_over(ventricle: Ventricle, frame: HeartFrame) -> LabelMap:
    """An empty short-axis stack over the ventricle and its neighbour, turned by 20 degrees in its plane."""
    turn = np.radians(20.0)
    about = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    axes = frame.axes.T @ about
    reach = np.array([[RV_WIDTH_MM, 0.0, 0.0], [0.0, 0.0, 0.0]])
    points = (ventricle.points("epi").reshape(-1, 1, 3) + reach).reshape(-1, 3) @ about
    low, high = points.min(0) - MARGIN_MM, points.max(0) + MARGIN_MM
    # The base plane lies half way between two slices.
    low[2] = -SPACING_MM[2] * (np.ceil(-low[2] / SPACING_MM[2]) + 0.5)
    count = np.ceil((high - low) / SPACING_MM).astype(int) + 1
    to_lps = np.eye(4)
    to_lps[:3, :3] = axes * SPACING_MM
    to_lps[:3, 3] = frame.origin_lps + axes @ low
    return LabelMap(np.zeros(count[::-1], np.int32), LABELS, to_lps, "sample")


def labelled(ventricle: Ventricle, frame: HeartFrame, grid: LabelMap) -> np.ndarray:
    """(k, j, i) label of each voxel's centre: the ventricle, and a right one beside its septum."""
    shape = grid.values.shape
    points = frame.to_heart(grid.points_lps(np.ones(shape, bool))).reshape(*shape, 3)
    endo, epi = ray_distances(ventricle, points)
    angle = np.abs(np.arctan2(points[..., 1], points[..., 0])) / RV_HALF_ANGLE
    depth = -points[..., 2] / (RV_DEPTH * ventricle.cavity_length_mm)
    width = RV_WIDTH_MM * (1 - np.clip(angle, 0, 1) ** 2) * np.sqrt(np.clip(1 - depth, 0, 1))
    values = np.select([endo < 0, epi < 0, epi < width], [LABELS.lv, LABELS.myo, LABELS.rv], 0)
    return np.where(points[..., 2] < 0, values, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample heart into a folder.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("Resources/SampleData/heart"))
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    write_heart_sample(options.folder, options.seed)


if __name__ == "__main__":
    main()
