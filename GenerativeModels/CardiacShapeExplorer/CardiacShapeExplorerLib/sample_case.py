"""The sample case: a simulated heart cycle as a sequence of label maps, from a file that ships with the extension."""

from __future__ import annotations

import json
from typing import Any

import slicer

from GenerativeModelsDesktop.choices import Sex
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsScene.labels.load_cine import frames_on_show, load_cine

__all__ = ["load_sample"]


def load_sample() -> dict[str, Any]:
    """Load the sample into the scene; no network is used.

    Returns
    -------
    dict
        The sequence node and the facts of the simulated person, by field of the parameter node.
    """
    folder = sample_dir() / "heart_cine"
    facts = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
    sequence = load_cine(slicer.mrmlScene, folder / "labels.nii.gz", facts["times_s"], "Heart cycle")
    frame = next(node for node in frames_on_show(slicer.mrmlScene) if node.GetName() == sequence.GetName())
    slicer.util.setSliceViewerLayers(label=frame, fit=True)
    return {
        "cine": sequence,
        "sex": Sex(facts["sex"]),
        "heightCm": float(facts["height_cm"]),
        "weightKg": float(facts["weight_kg"]),
    }
