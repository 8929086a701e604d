"""Evaluation of a finished reconstruction folder against the truth."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.scores.calibration import (
    CLIP_MM,
    Calibration,
    Offsets,
    calibration,
    clipped_share,
    signed_offsets,
)
from GenerativeModelsLib.evaluation.scores.surfaces import Accuracy, Alignment, compare
from GenerativeModelsLib.geometry.registration import rigid_align
from GenerativeModelsLib.geometry.surface_files import MESH_SUFFIXES, read_surface
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.voxels import read_label_map, surface_from_image

__all__ = ["SCHEMA", "FolderEvaluation", "evaluate_folder", "read_shape", "write_evaluation"]

SCHEMA = "skull-evaluation/1"
UNCERTAINTY = "uncertainty_mm"


@dataclass(frozen=True)
class FolderEvaluation:
    """Result of `skull evaluate`.

    Attributes
    ----------
    prediction, truth
        Files that were compared.
    align
        "none" or "rigid": whether the prediction was moved onto the truth first.
    accuracy
        Agreement of the surfaces.
    calibration
        Calibration of the uncertainty; None if the prediction has none.
    clipped_share
        Share of the surface whose offset reached 10 mm and was clipped; None without calibration.
    warnings
        Sentences on limitations of the results.
    """

    prediction: Path
    truth: Path
    align: Alignment
    accuracy: Accuracy
    calibration: Calibration | None
    clipped_share: float | None
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Content of `evaluation.json`; numbers that are not finite become null."""
        content = asdict(self)
        files = {"prediction": str(self.prediction), "truth": str(self.truth)}
        return _finite({"schema": SCHEMA, **content, **files, "warnings": list(self.warnings)})


def evaluate_folder(prediction: str | Path, truth: str | Path, align: Alignment = "none") -> FolderEvaluation:
    """Compare the reconstruction in the folder `prediction` with the mesh or label map `truth`.

    Reads `skull.vtp` with its point array `uncertainty_mm` or, if it is missing, `skull.nii.gz`. Both shapes are in LPS
    mm; `align="rigid"` first registers the prediction to a truth in another frame.

    Raises
    ------
    InputError
        A file or the folder is missing or unusable.
    """
    folder, truth_file = Path(prediction), Path(truth)
    if not folder.is_dir():
        raise InputError(f"Prediction {folder} is not a folder; expected the output folder of a reconstruction.")
    files = [folder / name for name in ("skull.vtp", "skull.nii.gz") if (folder / name).is_file()]
    if not files:
        raise InputError(f"Prediction {folder} has neither skull.vtp nor skull.nii.gz; reconstruct the case first.")
    predicted, true = read_shape(files[0]), read_shape(truth_file)
    warnings = [
        f"{path} is not closed: Dice and volumes may be wrong."
        for path, surface in ((files[0], predicted), (truth_file, true))
        if not surface.is_closed
    ]
    if align == "rigid":
        predicted = predicted.transformed(rigid_align(predicted, true))
    accuracy = compare(predicted, true)
    if accuracy.dice < 0.5 and align == "none":
        warnings.append("The shapes hardly overlap; if the truth is in another frame, use --align rigid.")
    figures, clipped = None, None
    if UNCERTAINTY in predicted.point_data:
        d = signed_offsets(predicted, true)
        figures = _calibration(files[0], d, predicted)
        clipped = clipped_share(d, predicted.vertex_areas)
        if clipped > 0.01:
            warnings.append(f"{clipped:.0%} of the surface is {CLIP_MM:.0f} mm or more from the truth and was clipped.")
        if figures.dropped:
            warnings.append(f"{figures.dropped} points without an uncertainty were left out of the calibration.")
    else:
        warnings.append(f"{files[0]} has no point array {UNCERTAINTY}: the uncertainty is not evaluated.")
    return FolderEvaluation(files[0], truth_file, align, accuracy, figures, clipped, tuple(warnings))


def read_shape(path: str | Path) -> Surface:
    """The surface in a mesh file, or of the nonzero voxels of a label map (sub-voxel), in LPS mm.

    Raises
    ------
    InputError
        The file is missing or unusable.
    """
    path = Path(path)
    if path.suffix.lower() in MESH_SUFFIXES:
        return read_surface(path)
    return surface_from_image(read_label_map(path))


def write_evaluation(evaluation: FolderEvaluation, path: str | Path) -> None:
    """Write `evaluation` as JSON; the file is written atomically.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_text(json.dumps(evaluation.to_json(), indent=2, allow_nan=False) + "\n", encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(f"Output file {path} cannot be written: {error.strerror or error}.") from error


def _calibration(path: Path, d: np.ndarray, surface: Surface) -> Calibration:
    try:
        return calibration(Offsets.of(d, surface.point_data[UNCERTAINTY], surface.vertex_areas))
    except ValueError as error:
        raise InputError(f"Point array {UNCERTAINTY} of {path} cannot be used: {error}") from error


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, float | np.floating):
        return float(content) if math.isfinite(content) else None
    return content
