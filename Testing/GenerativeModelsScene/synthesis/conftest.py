"""Labels and style of a heart as nodes, and finished cases of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.label_files.files import lps_matrix
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from Testing.helpers.segmentation_phantoms import cine, maps_of, write_maps
from Testing.helpers.tiny_images import grey_file, write_heart


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A label map and an image on its grid, on oblique axes. Not to be changed."""
    folder = tmp_path_factory.mktemp("heart")
    labels = write_heart(folder / "labels.nii.gz", right=True)
    image = sitk.ReadImage(str(labels))
    c, s = np.cos(0.3), np.sin(0.3)
    image.SetDirection((c, -s, 0, s, c, 0, 0, 0, 1))
    image.SetOrigin((-10.0, 20.0, 5.0))
    sitk.WriteImage(image, str(labels))
    return SimpleNamespace(labels=labels, style=grey_file(labels, folder / "style.nii.gz"))


@pytest.fixture(scope="session")
def drawn(files: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of two images. Not to be changed."""
    folder = tmp_path_factory.mktemp("drawn") / "case"
    run_case(IMAGES, ImageSynthesisRequest(labels=files.labels, style=files.style, n=2, seed=3, output=folder))
    return folder


@pytest.fixture(scope="session")
def drawn_cine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an image of three frames. Not to be changed."""
    folder = tmp_path_factory.mktemp("drawn_cine")
    labels = write_maps(folder / "cine.nii.gz", maps_of(cine(3, 4)))
    run_case(IMAGES, ImageSynthesisRequest(labels=labels, output=folder / "case"))
    return folder / "case"


@pytest.fixture
def labels_node(a_scene, files):
    """The label map as a node."""
    from Testing.helpers.heart_nodes import add_label_map

    image = sitk.ReadImage(str(files.labels))
    heart = SimpleNamespace(values=sitk.GetArrayFromImage(image), to_lps=lps_matrix(image))
    return add_label_map(a_scene, heart, "Heart labels")


@pytest.fixture
def style_node(a_scene, files):
    """The image as a node."""
    from Testing.helpers.heart_nodes import add_label_map

    image = sitk.ReadImage(str(files.style))
    heart = SimpleNamespace(values=sitk.GetArrayFromImage(image), to_lps=lps_matrix(image))
    return add_label_map(a_scene, heart, "Cine", "vtkMRMLScalarVolumeNode")


@pytest.fixture
def nodes(a_scene, labels_node, drawn):
    """The nodes of two images of `labels_node`."""
    from GenerativeModelsScene.synthesis.show import show_images

    return show_images(a_scene, drawn, key=labels_node.GetID(), title="Heart")
