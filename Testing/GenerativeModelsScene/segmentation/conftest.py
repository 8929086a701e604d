"""A beat with faults, checked and repaired once, and its nodes in a scene."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR
from GenerativeModelsLib.segmentation.repair.request import RepairRequest
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from Testing.helpers.faulty_beat import faulty_beat
from Testing.helpers.segmentation_phantoms import write_maps

VALUES = {"lv": 3, "myo": 2, "rv": 1}


@pytest.fixture(scope="session")
def faulty() -> LabelMaps:
    """Eight frames of five slices, one with a hole."""
    return faulty_beat()


@pytest.fixture(scope="session")
def checked(faulty: LabelMaps, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its check. Not to be changed."""
    folder = tmp_path_factory.mktemp("checked")
    path = write_maps(folder / "beat.nii.gz", faulty)
    run_case(SEGMENTATION, SegmentationRequest(path, output=folder / "case"))
    return folder / "case"


@pytest.fixture(scope="session")
def mended(faulty: LabelMaps, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its repair. Not to be changed."""
    folder = tmp_path_factory.mktemp("mended")
    path = write_maps(folder / "beat.nii.gz", faulty)
    run_case(REPAIR, RepairRequest(path, output=folder / "case"))
    return folder / "case"


@pytest.fixture
def frames(faulty: LabelMaps) -> list[SimpleNamespace]:
    """Its frames with the values of the ACDC data, as `add_label_map` and `add_segmentation` take them."""

    def frame(codes: np.ndarray) -> SimpleNamespace:
        values = np.zeros_like(codes)
        for name, value in VALUES.items():
            values[codes == CODES[name]] = value
        return SimpleNamespace(values=values, to_lps=faulty.to_lps, mask=lambda name: values == VALUES[name])

    return [frame(codes) for codes in faulty.values]


@pytest.fixture
def film(a_scene, frames):
    """A sequence of label maps, 50 ms a frame."""
    from Testing.helpers.heart_nodes import add_label_map, add_sequence

    return add_sequence(a_scene, [add_label_map(a_scene, frame) for frame in frames], name="Beat")


@pytest.fixture
def nodes(a_scene, film, checked):
    """The nodes of the check of `film`."""
    from GenerativeModelsScene.segmentation.show import show_check

    return show_check(a_scene, checked, key=film.GetID(), title="Beat")


@pytest.fixture
def three_views(a_scene) -> dict[str, SimpleNamespace]:
    """Slice node and composite node of a red, a yellow and a green view."""
    from GenerativeModelsScene.nodes.store import add_node

    views = {}
    for name in ("Red", "Yellow", "Green"):
        pair = {}
        for kind in ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode"):
            node = add_node(a_scene, kind, name)
            node.SetLayoutName(name)
            pair[kind] = node
        pair["vtkMRMLSliceNode"].SetDimensions(400, 300, 1)
        views[name] = SimpleNamespace(view=pair["vtkMRMLSliceNode"], layers=pair["vtkMRMLSliceCompositeNode"])
    return views
