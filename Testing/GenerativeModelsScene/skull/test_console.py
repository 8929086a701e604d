"""From loaded nodes to a skull in the scene, as a script does it."""

from __future__ import annotations

import gc
import textwrap

import numpy as np
import pytest
import slicer

from GenerativeModelsLib import environment
from GenerativeModelsLib.anatomy import run as case_module
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.infer import model as model_module
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsScene.skull import console
from GenerativeModelsScene.skull.case_nodes import AGE_ATTRIBUTE
from GenerativeModelsScene.skull.planes import set_spacing
from Testing.helpers.painted import SPACING, painted_planes
from Testing.helpers.tiny_models import load_seeing


@pytest.fixture
def images(add_volume):
    """Painted planes of one head as nodes named by their plane, without a spacing."""
    planes = painted_planes(mean_head(250.0)).items()
    return {name: add_volume(plane.pixels[None].astype(np.uint8), name=name) for name, plane in planes}


@pytest.fixture
def with_tiny_model(monkeypatch, ship, tiny_bundle):
    """The bundled model is the tiny one, which sees painted planes."""
    monkeypatch.setattr(model_module, "load_skull_model", load_seeing)
    ship(tiny_bundle)


def test_five_lines_make_a_skull(a_scene, images, with_tiny_model, nothing_left, monkeypatch, capsys) -> None:
    """The example of the module, as it stands there."""
    import slicer.util

    monkeypatch.setattr(slicer, "mrmlScene", a_scene, raising=False)
    example = [line for line in console.__doc__.splitlines() if line.startswith("    ")]
    assert len(example) == 5
    space = {"slicer": slicer}
    exec(textwrap.dedent("\n".join(example)), space)
    printed = capsys.readouterr().out
    skull = space.pop("skull")
    assert skull.nodes.model.GetScene() is a_scene
    assert skull.nodes.model.GetPolyData().GetNumberOfPoints() == len(skull.case.surface.points)
    assert skull.biometry["hc_mm"]["value"] == skull.case.result["biometry"]["hc_mm"]["value"]
    assert str(skull.biometry["hc_mm"]) in printed
    assert str(skull.uncertainty_mm) in printed
    assert skull.warnings == skull.case.result["warnings"]


def test_the_same_images_again_update_their_nodes(a_scene, images, with_tiny_model, nothing_left) -> None:
    for node in images.values():
        set_spacing(node, SPACING)
    told = []
    options = {"samples": 3, "scene": a_scene, "progress": lambda message, share: told.append(share)}
    first = console.reconstruct_skull(*images.values(), **options)
    count = a_scene.GetNumberOfNodes()
    second = console.reconstruct_skull(*images.values(), **options)
    assert a_scene.GetNumberOfNodes() == count
    assert second.nodes.model is first.nodes.model
    assert list(second.nodes.planes) == ["axial", "sagittal", "coronal"]
    end = told.index(1.0) + 1
    assert told[:end] == sorted(told[:end]) and told[end:] == [0.05, 0.8, 1.0], "nothing is computed again"


def test_the_age_goes_to_the_image_and_the_views_show_the_case(
    a_scene, a_slice_view, images, with_tiny_model, nothing_left
) -> None:
    composite = a_scene.CreateNodeByClass("vtkMRMLSliceCompositeNode")
    composite.UnRegister(None)
    composite.SetSingletonTag("Red")
    composite.SetLayoutName("Red")
    composite = a_scene.AddNode(composite)
    set_spacing(images["axial"], SPACING)
    nodes = console.reconstruct_skull(images["axial"], gestational_age_weeks=27, samples=3, scene=a_scene).nodes
    assert images["axial"].GetAttribute(AGE_ATTRIBUTE) == "27"
    assert composite.GetBackgroundVolumeID() == nodes.planes["axial"].GetID()
    assert nodes.planes["axial"].GetName() == "Head axial plane"


def test_the_files_last_as_long_as_the_case(a_scene, images, with_tiny_model, nothing_left) -> None:
    set_spacing(images["axial"], SPACING)
    case = console.reconstruct_skull(images["axial"], samples=3, scene=a_scene).case
    gc.collect()
    assert case.report.is_file()
    assert case.uncertainty[0].ndim == 3
    del case  # the fixture looks for what is left


def test_a_wrong_choice_leaves_the_scene_alone(a_scene, images, with_tiny_model, nothing_left) -> None:
    count = a_scene.GetNumberOfNodes()
    axial = images["axial"]
    for arguments, options, sentence in (
        ((None,), {}, "No axial image is chosen"),
        ((axial,), {}, "The axial image 'axial' came without a pixel spacing"),
        ((axial, axial), {}, "chosen as axial and as sagittal"),
        ((axial,), {"samples": -1}, "samples"),
        ((axial,), {"model": "no such folder"}, "no such folder"),
        ((axial,), {"scene": slicer.vtkMRMLScene()}, "'axial' is in another scene"),
    ):
        if options or len(arguments) == 2:
            set_spacing(axial, SPACING)
        with pytest.raises(InputError, match=sentence):
            console.reconstruct_skull(*arguments, **{"scene": a_scene, "device": "cpu", **options})
    assert a_scene.GetNumberOfNodes() == count


def test_outside_slicer_the_scene_must_be_given(images, monkeypatch) -> None:
    monkeypatch.setattr(slicer, "mrmlScene", None, raising=False)
    with pytest.raises(InputError, match=r"There is no slicer\.mrmlScene outside 3D Slicer: give the scene"):
        console.reconstruct_skull(images["axial"])


def test_the_axial_node_may_go_during_the_run(a_scene, images, with_tiny_model, nothing_left) -> None:
    set_spacing(images["axial"], SPACING)

    def delete(message: str, share: float) -> None:
        a_scene.RemoveNode(images["axial"])

    skull = console.reconstruct_skull(images["axial"], samples=3, scene=a_scene, progress=delete)
    assert skull.nodes.model.GetScene() is a_scene


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "ran out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "ran out of memory"),
        (ImportError("DLL load failed", name="torch"), "'torch' is missing or broken"),
        (ModuleNotFoundError("No module named 'jinja2'", name="jinja2"), "'jinja2' is missing"),
    ],
)
def test_troubles_of_the_machine_are_sentences(a_scene, images, nothing_left, monkeypatch, error, sentence) -> None:
    set_spacing(images["axial"], SPACING)

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(case_module, "run_case", fail)
    monkeypatch.setattr(environment, "half_installed", list)
    count = a_scene.GetNumberOfNodes()
    with pytest.raises(InputError, match=sentence):
        console.reconstruct_skull(images["axial"], scene=a_scene)
    assert a_scene.GetNumberOfNodes() == count


def test_a_broken_installation_says_how_to_repair_it(a_scene, images, nothing_left, monkeypatch) -> None:
    set_spacing(images["axial"], SPACING)

    def fail(*args, **kwargs):
        raise ImportError("DLL load failed", name="torch")

    monkeypatch.setattr(case_module, "run_case", fail)
    monkeypatch.setattr(environment, "half_installed", lambda: ["The Python package torch is only half installed."])
    with pytest.raises(InputError, match="torch is only half installed"):
        console.reconstruct_skull(images["axial"], scene=a_scene)


def test_a_slicer_without_the_packages_says_where_to_get_them(a_scene, images, nothing_left, monkeypatch) -> None:
    set_spacing(images["axial"], SPACING)
    monkeypatch.setattr(environment, "torch_missing", lambda: True)
    monkeypatch.setattr(environment, "missing_packages", lambda: ["jinja2>=3.1"])
    with pytest.raises(InputError, match=r"torch>=.*, jinja2>=3.1\): open the module Fetal Skull Reconstruction"):
        console.reconstruct_skull(images["axial"], scene=a_scene)


def test_the_console_names_its_own_keywords_and_no_option_of_the_command_line(a_scene, images, nothing_left) -> None:
    set_spacing(images["axial"], SPACING)
    with pytest.raises(InputError, match=r"^samples is -1: ") as refused:
        console.reconstruct_skull(images["axial"], samples=-1, scene=a_scene)
    assert "--" not in str(refused.value)
    with pytest.raises(InputError, match=r"no model\.json") as refused:
        console.reconstruct_skull(images["axial"], model=nothing_left, samples=2, scene=a_scene)
    assert "--" not in str(refused.value)
