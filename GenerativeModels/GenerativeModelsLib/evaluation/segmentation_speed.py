"""Run times of the check and of the repair of a cine of 25 frames and 12 slices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from GenerativeModelsLib.evaluation.scores.timing import Cold, best, cold_process
from GenerativeModelsLib.evaluation.segmentation.corrupted import corrupted
from GenerativeModelsLib.resources import default_bundle, sample_dir
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.label_model import load_label_model
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.repair.repair import repair_maps
from GenerativeModelsLib.segmentation.request import SegmentationRequest

__all__ = ["FRAMES", "SLICES", "SegmentationTimes", "faulty_cine", "segmentation_times", "timed_cine"]

FRAMES, SLICES = 25, 12


@dataclass(frozen=True)
class SegmentationTimes:
    """Run times in seconds.

    Attributes
    ----------
    check : all rules on a cine in memory.
    check_command : `segmentation check` of it in a new process, report and files included.
    repair : the repair, with the shipped label network, of the cine with faults in a quarter of its slices.
    repair_command : `segmentation repair` of that in a new process.
    """

    check: float
    check_command: Cold
    repair: float
    repair_command: Cold


def segmentation_times(repeats: int, threads: int) -> SegmentationTimes:
    """Measure the run times, the shortest of `repeats` runs."""
    cine, faulty, model = timed_cine(), faulty_cine(), load_label_model(default_bundle("repair"))
    return SegmentationTimes(
        best(lambda: check_maps(cine), repeats),
        _cold_command("check", cine, threads),
        best(lambda: repair_maps(faulty, model=model), repeats),
        _cold_command("repair", faulty, threads),
    )


def timed_cine() -> LabelMaps:
    """The shipped simulated cine with the most labelled slices, its first frames repeated at the end."""
    cine = read_label_maps(SegmentationRequest(sample_dir() / "heart_cine" / "labels.nii.gz"))
    labelled = (cine.values == CODES["lv"]).any(axis=(2, 3)).sum(axis=0)
    slices = np.sort(np.argsort(labelled, kind="stable")[::-1][:SLICES])
    return replace(cine, values=cine.values[np.arange(FRAMES) % cine.frames][:, slices], grid=None)


def faulty_cine() -> LabelMaps:
    """`timed_cine` with faults of random kinds and middle size in a quarter of its slices."""
    return corrupted(timed_cine(), "moderate", np.random.default_rng(0))


def _cold_command(verb: str, cine: LabelMaps, threads: int) -> Cold:
    import SimpleITK as sitk

    image = sitk.JoinSeries([sitk.GetImageFromArray(frame) for frame in cine.values], 0.0, cine.frame_s)
    image.SetSpacing((*cine.pixel_mm[::-1], cine.slice_mm, cine.frame_s))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cine.nii.gz"
        sitk.WriteImage(image, str(path))
        labels = ",".join(f"{name}={CODES[name]}" for name in cine.labels)
        arguments = ["segmentation", verb, str(path), "--labels", labels, "--output", str(Path(folder) / "out")]
        return cold_process(arguments, threads)
