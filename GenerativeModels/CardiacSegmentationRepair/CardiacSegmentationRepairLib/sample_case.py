"""The sample: a simulated heart cycle with faults, made of a file that ships with the extension."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import slicer

from CardiacSegmentationRepairLib.choices import View
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.segmentation.case.samples import write_faulty_sample
from GenerativeModelsScene.labels.load_cine import load_cine
from GenerativeModelsScene.segmentation.frames import node_on_show

__all__ = ["SAMPLE_FILE", "load_sample"]

SAMPLE_FILE = sample_dir() / "heart_cine" / "labels.nii.gz"
NAME = "Heart cycle with faults"


def load_sample() -> dict[str, Any]:
    """Load the sample into the scene; no network is used.

    Returns
    -------
    dict
        The sequence node and the view, by field of the parameter node.
    """
    facts = json.loads((SAMPLE_FILE.parent / "sample.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=slicer.app.temporaryPath) as folder:
        path = write_faulty_sample(Path(folder) / "labels.nii.gz")
        sequence = load_cine(slicer.mrmlScene, path, facts["times_s"], NAME)
    slicer.util.setSliceViewerLayers(label=node_on_show(sequence), fit=True)
    return {"labels": sequence, "view": View.SHORT_AXIS, "frameIntervalMs": 0.0}
