"""Run times of the check of a cine of 25 frames and 12 slices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from GenerativeModelsLib.evaluation.scores.timing import Cold, best, cold_process
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.request import SegmentationRequest

__all__ = ["FRAMES", "SLICES", "CheckTimes", "check_times", "timed_cine"]

FRAMES, SLICES = 25, 12


@dataclass(frozen=True)
class CheckTimes:
    """Run times in seconds.

    Attributes
    ----------
    check : all rules on a cine in memory.
    command : `segmentation check` of it in a new process, report and files included.
    """

    check: float
    command: Cold


def check_times(repeats: int, threads: int) -> CheckTimes:
    """Measure the run times, the shortest of `repeats` runs."""
    cine = timed_cine()
    return CheckTimes(best(lambda: check_maps(cine), repeats), _cold_command(cine, threads))


def timed_cine() -> LabelMaps:
    """The shipped simulated cine with the most labelled slices, its first frames repeated at the end."""
    cine = read_label_maps(SegmentationRequest(sample_dir() / "heart_cine" / "labels.nii.gz"))
    labelled = (cine.values == CODES["lv"]).any(axis=(2, 3)).sum(axis=0)
    slices = np.sort(np.argsort(labelled, kind="stable")[::-1][:SLICES])
    return replace(cine, values=cine.values[np.arange(FRAMES) % cine.frames][:, slices], grid=None)


def _cold_command(cine: LabelMaps, threads: int) -> Cold:
    import SimpleITK as sitk

    image = sitk.JoinSeries([sitk.GetImageFromArray(frame) for frame in cine.values], 0.0, cine.frame_s)
    image.SetSpacing((*cine.pixel_mm[::-1], cine.slice_mm, cine.frame_s))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cine.nii.gz"
        sitk.WriteImage(image, str(path))
        labels = ",".join(f"{name}={CODES[name]}" for name in cine.labels)
        arguments = ["segmentation", "check", str(path), "--labels", labels, "--output", str(Path(folder) / "out")]
        return cold_process(arguments, threads)
