"""Steps of a check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.segmentation.request import SegmentationRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Progress
    from GenerativeModelsLib.segmentation.check import Findings
    from GenerativeModelsLib.segmentation.maps import LabelMaps

__all__ = ["compute", "sample_request"]


def compute(request: SegmentationRequest, maps: LabelMaps, model: None, progress: Progress) -> Findings:
    """What the check finds in the label maps of a request."""
    from GenerativeModelsLib.segmentation.check import check_maps

    return check_maps(maps, request.view, progress)


def sample_request(output: Path) -> SegmentationRequest:
    """Request of the shipped cine of a simulated heart; results are written to the folder `output`."""
    from GenerativeModelsLib.resources import sample_dir

    return SegmentationRequest(file=sample_dir() / "heart_cine" / "labels.nii.gz", output=output)
