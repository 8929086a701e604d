"""The sample: labels of a simulated heart, from a file that ships with the extension."""

from __future__ import annotations

from typing import Any

import slicer

from GenerativeModelsLib.resources import sample_dir

__all__ = ["SAMPLE_FILE", "load_sample"]

SAMPLE_FILE = sample_dir() / "heart" / "ed.nii.gz"
NAME = "Heart labels"


def load_sample() -> dict[str, Any]:
    """Load the sample into the scene; no network is used.

    Returns
    -------
    dict
        The label map node, by field of the parameter node.
    """
    labels = slicer.util.loadLabelVolume(str(SAMPLE_FILE), {"name": NAME})
    slicer.util.setSliceViewerLayers(label=labels, fit=True)
    return {"labels": labels}
