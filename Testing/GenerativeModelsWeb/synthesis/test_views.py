"""The slice view of synthetic images on the real Slicer core, without a browser."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer (extra web) is not here")

from trame.app import get_server

from GenerativeModelsLib.synthesis.images.queries import preview
from GenerativeModelsLib.synthesis.images.read import read_labels
from GenerativeModelsScene.nodes.store import nodes_of_class
from GenerativeModelsWeb.synthesis.views import SynthesisViews
from Testing.helpers.tiny_images import write_heart


def test_outlines_that_were_switched_off_stay_off_for_the_next_image(tmp_path: Path) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz")
    answer, volume = preview(None, labels), read_labels(labels, "labels", "acdc")

    async def opacities() -> list[set[float]]:
        views = SynthesisViews(get_server(f"images {uuid.uuid4()}", client_type="vue3"), lambda steps: None)
        found = []
        for on in (True, False):
            views.set_outlines(on)
            views.show_preview(answer, volume, title="heart", method="synthseg", seed=0)
            layers = nodes_of_class(views.scene, "vtkMRMLSliceCompositeNode")
            found.append({each.GetLabelOpacity() for each in layers if each.GetLabelVolumeID()})
        views.close()
        return found

    assert asyncio.run(opacities()) == [{1.0}, {0.0}]
