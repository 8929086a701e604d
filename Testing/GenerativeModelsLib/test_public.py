"""What `import GenerativeModelsLib as gm` promises to scripts."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import GenerativeModelsLib as gm

PUBLIC = [
    *("CheckedSegmentation", "InputError", "LeftVentricle", "RepairedSegmentation", "SegmentationUncertainty"),
    *("Skull", "SynthesisedLabels", "__version__", "analyse_heart", "check_segmentation", "reconstruct_skull"),
    *("repair_segmentation", "segmentation_uncertainty", "synthesise_labels"),
]


def test_the_public_names_are_these() -> None:
    """Names that scripts use are added to, and never taken away."""
    assert sorted(gm.__all__) == PUBLIC and len(set(gm.__all__)) == len(gm.__all__)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    value = getattr(gm, name)
    assert name in dir(gm)
    if name != "__version__":
        assert value.__name__ == name and value.__module__.startswith("GenerativeModelsLib.")
        assert len(inspect.getdoc(value)) > 20


def test_all_of_it_can_be_imported_at_once() -> None:
    here: dict[str, object] = {}
    exec("from GenerativeModelsLib import *", here)
    assert set(PUBLIC) <= set(here)


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'GenerativeModelsLib' has no attribute 'reconstruct_liver'"):
        gm.reconstruct_liver  # noqa: B018
    assert not hasattr(gm, "_PLACE") and "reconstruct_liver" not in dir(gm)


SIGNATURES = {
    "reconstruct_skull": "axial sagittal coronal * spacing_mm gestational_age chart sex frame corrections samples "
    "seed device mask_text imagine model output overwrite title language identity identity_from_dicom export progress",
    "analyse_heart": "ed es * cine ed_frame es_frame labels affine es_affine septum sex height_cm weight_kg force "
    "realign seed device model output overwrite title language identity export progress",
    "check_segmentation": "labels_of * view labels affine frame_interval_ms output overwrite title language identity "
    "export progress",
    "repair_segmentation": "labels_of * view labels affine frame_interval_ms most_change keep_frames whole_cycle "
    "realign network image device model output overwrite title language identity export progress",
}
REQUIRED = {
    "reconstruct_skull": ["axial"],
    "analyse_heart": [],
    "check_segmentation": ["labels_of"],
    "repair_segmentation": ["labels_of"],
}
"""Of a heart either ed or a cine is given."""


@pytest.mark.parametrize("name", SIGNATURES)
def test_arguments_keep_their_names_and_order_and_are_all_explained(name: str) -> None:
    function = getattr(gm, name)
    positional, keywords = (part.split() for part in SIGNATURES[name].split(" * "))
    parameters = inspect.signature(function).parameters
    assert [p for p in parameters if parameters[p].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD] == positional
    assert [p for p in parameters if parameters[p].kind is inspect.Parameter.KEYWORD_ONLY] == keywords
    assert [p for p in parameters if parameters[p].default is inspect.Parameter.empty] == REQUIRED[name]
    explained = re.findall(r"^ {0,4}(\w[\w, ]*)$", inspect.getdoc(function), re.MULTILINE)
    assert set(parameters) <= {word for line in explained for word in line.split(", ")}


def test_type_checkers_may_read_the_package(repo_root: Path) -> None:
    assert (repo_root / "GenerativeModels" / "GenerativeModelsLib" / "py.typed").is_file()
    annotated = inspect.get_annotations(gm.reconstruct_skull)
    assert set(annotated) == {*inspect.signature(gm.reconstruct_skull).parameters, "return"}


def imported_by(code: str, repo_root: Path) -> set[str]:
    """Packages that are in memory after the code has run in a fresh Python."""
    code = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(repo_root / 'GenerativeModels')!r})\n{code}"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    "code",
    ["import GenerativeModelsLib", "import GenerativeModelsLib as gm; gm.Skull, gm.analyse_heart, gm.InputError"],
)
def test_importing_it_imports_nothing_heavy(code: str, repo_root: Path) -> None:
    heavy = {"torch", "numpy", "scipy", "vtk", "vtkmodules", "SimpleITK", "skimage", "matplotlib", "pydantic", "typer"}
    assert imported_by(code, repo_root) & heavy == set()
