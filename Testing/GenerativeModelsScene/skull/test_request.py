"""The same array, from a node or from a file, is the same plane and the same mesh."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import read_plane
from GenerativeModelsLib.skull.request import PLANES, SkullRequest
from GenerativeModelsScene.nodes.geometry import ijk_to_ras
from GenerativeModelsScene.skull.planes import plane_from_node, set_spacing
from GenerativeModelsScene.skull.request import case_request

SPACING = (0.4, 0.3)
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def oblique(spacing=SPACING, turn=(20, 130, 70), at=(12.0, -40.0, 90.0), mirrored: bool = False) -> np.ndarray:
    """(4, 4) voxel -> RAS."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", turn, degrees=True).as_matrix() * [spacing[1], spacing[0], 1.0]
    matrix[:3, 0] *= -1 if mirrored else 1
    matrix[:3, 3] = at
    return matrix


def write_as_it_lies(node, array: np.ndarray, path: Path) -> None:
    """The node's array in a file with the node's own geometry, as Slicer saves it."""
    to_lps = LPS @ ijk_to_ras(node)
    image = sitk.GetImageFromArray(array, isVector=array.ndim == 4)
    spacing = np.linalg.norm(to_lps[:3, :3], axis=0)
    image.SetSpacing(node.GetSpacing())
    image.SetDirection((to_lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(to_lps[:3, 3].tolist())
    sitk.WriteImage(image, str(path))


def asked_plane(node, workspace: Path):
    """What the command line reads of the file that the request makes of a node."""
    request = case_request({"axial": plane_from_node(node, "axial")}, workspace)
    plane = request.planes()["axial"]
    return read_plane(plane.image, spacing_mm=plane.spacing_mm, file_wins=plane.yields_to_file)


def same(plane, other) -> None:
    np.testing.assert_array_equal(plane.pixels, other.pixels)
    assert plane.pixels.dtype == other.pixels.dtype
    assert plane.spacing_mm == pytest.approx(other.spacing_mm, rel=1e-6)


RANGES = {"uint8": (0, 256), "int16": (-900, 1200), "uint16": (0, 4096), "float32": (0, 1), "float64": (-3, 8)}


@pytest.mark.parametrize("ending", ["nrrd", "nii.gz", "mha"])
@pytest.mark.parametrize("kind", RANGES)
@pytest.mark.parametrize("axis", [0, 1, 2], ids=["slice along i", "slice along j", "slice along k"])
def test_a_node_and_its_file_are_the_same_plane(add_volume, rng, tmp_path: Path, ending, kind, axis) -> None:
    """Oblique and mirrored: rows, columns and grey levels are those the command line finds in the saved file."""
    array = np.expand_dims(rng.uniform(*RANGES[kind], (60, 80)), 2 - axis).astype(kind)
    node = add_volume(array, oblique(mirrored=True), "scan")
    if axis != 2:
        node.SetSpacing(0.3, 0.35, 0.4)
    write_as_it_lies(node, array, tmp_path / f"scan.{ending}")
    same(asked_plane(node, tmp_path / "work"), read_plane(tmp_path / f"scan.{ending}"))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I;16"])
def test_a_node_and_its_png_are_the_same_plane(add_volume, rng, tmp_path: Path, mode: str) -> None:
    channels = {"RGB": (3,), "RGBA": (4,)}.get(mode, ())
    kind, top = (np.uint16, 4000) if mode == "I;16" else (np.uint8, 256)
    array = rng.integers(0, top, (60, 80, *channels)).astype(kind)
    Image.fromarray(array).save(tmp_path / "scan.png")
    node = add_volume(array[None], LPS)  # as Slicer's reader places it
    set_spacing(node, SPACING)
    plane = asked_plane(node, tmp_path / "work")
    same(plane, read_plane(tmp_path / "scan.png", spacing_mm=SPACING))
    assert plane.spacing_mm == SPACING
    assert plane.spacing_source == "argument"


def test_where_a_node_lies_does_not_change_its_file(add_volume, rng, tmp_path: Path) -> None:
    array = rng.integers(0, 256, (1, 60, 80)).astype(np.uint8)
    here = plane_from_node(add_volume(array, oblique()), "axial")
    there = plane_from_node(add_volume(array, oblique(turn=(0, 0, 0), at=(0, 0, 0))), "axial")
    case_request({"axial": here}, tmp_path / "here")
    case_request({"axial": there}, tmp_path / "there")
    one, other = (tmp_path / name / "axial.nrrd" for name in ("here", "there"))
    assert sitk.ReadImage(str(one)).GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    np.testing.assert_array_equal(read_plane(one).pixels, read_plane(other).pixels)
    assert read_plane(one).spacing_mm == pytest.approx(read_plane(other).spacing_mm, rel=1e-12)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(row=st.floats(0.3, 1.1), column=st.floats(0.3, 1.1))
def test_a_spacing_arrives_to_the_last_bit(add_volume, tmp_path: Path, row: float, column: float) -> None:
    array = np.zeros((1, 60, 80), np.uint8)
    array[0, 0, 0] = 255
    for mark in (False, True):
        node = add_volume(array)
        node.SetSpacing(column, row, 1.0)
        if mark:
            set_spacing(node, (row, column))
        elif row == column == 1.0:
            continue
        assert asked_plane(node, tmp_path).spacing_mm == (row, column)
        node.GetScene().RemoveNode(node)


def test_files_and_nodes_with_the_same_arrays_make_the_same_mesh(
    add_volume, tiny_bundle, tmp_path: Path, monkeypatch
) -> None:
    from GenerativeModelsLib.anatomy.run import run_case
    from GenerativeModelsLib.skull.anatomy import SKULL
    from GenerativeModelsLib.skull.infer import model as model_module
    from GenerativeModelsLib.skull.population.heads import mean_head
    from Testing.helpers.painted import SPACING as PAINTED_SPACING
    from Testing.helpers.painted import painted_planes
    from Testing.helpers.tiny_models import load_seeing

    monkeypatch.setattr(model_module, "load_skull_model", load_seeing)
    painted = {name: plane.pixels.astype(np.uint8) for name, plane in painted_planes(mean_head(250.0)).items()}
    inputs = {}
    for turn, (name, pixels) in enumerate(painted.items()):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        own = oblique(PAINTED_SPACING, turn=(40 * turn, 10, -70), mirrored=turn == 1)
        node = add_volume(pixels[None], own, name)
        set_spacing(node, PAINTED_SPACING)
        inputs[name] = plane_from_node(node, name)
    options = {"samples": 4, "seed": 3, "device": "cpu", "gestational_age_weeks": 25.0}
    asked = case_request(inputs, tmp_path / "work", model=tiny_bundle, title="mine", **options)
    files = {name: tmp_path / f"{name}.png" for name in PLANES}
    typed = SkullRequest(
        output=tmp_path / "case", pixel_spacing_mm=PAINTED_SPACING, model=tiny_bundle, **files, **options
    )
    of_nodes, of_files = run_case(SKULL, asked), run_case(SKULL, typed)
    assert (asked.output / "skull.vtp").read_bytes() == (typed.output / "skull.vtp").read_bytes()
    for key in ("biometry", "uncertainty_mm", "in_distribution", "seed", "samples", "device"):
        assert of_nodes.result[key] == of_files.result[key], key
    for name in PLANES:
        mine, theirs = of_nodes.result["planes"][name], of_files.result["planes"][name]
        assert mine["placement"] == theirs["placement"]
        assert mine["spacing_mm"] == theirs["spacing_mm"]
        assert mine["file"] == name, "results call an image by its node"
        path = f"planes/{name}.nii.gz"
        one, other = (sitk.ReadImage(str(request.output / path)) for request in (asked, typed))
        np.testing.assert_array_equal(sitk.GetArrayFromImage(one), sitk.GetArrayFromImage(other))


@pytest.fixture
def a_plane(add_volume, rng):
    return plane_from_node(add_volume(rng.integers(0, 256, (1, 60, 80)).astype(np.uint8), oblique(), "scan"), "axial")


def test_options_arrive_and_defaults_are_the_command_lines(a_plane, tmp_path: Path) -> None:
    request = case_request({"axial": a_plane}, tmp_path)
    default = SkullRequest(axial=tmp_path / "axial.nrrd", output=tmp_path / "case", shown_names={"axial": "scan"})
    assert request == default
    options = {
        "gestational_age_weeks": 25.5,
        "sex": "female",
        "samples": 7,
        "seed": 5,
        "device": "cuda:1",
        "title": "me",
    }
    full = case_request({"axial": a_plane, "coronal": a_plane}, tmp_path, model=str(tmp_path), **options)
    assert {name: getattr(full, name) for name in options} == options
    assert full.model == tmp_path
    assert list(full.planes()) == ["axial", "coronal"]
    assert full.planes()["coronal"].shown_as == "scan"


@pytest.mark.parametrize(
    ("planes", "options", "sentence"),
    [
        (("sagittal",), {}, "No axial image is given"),
        ((), {}, "No axial image is given"),
        (("axial", "oblique"), {}, "There is no plane 'oblique': expected axial, sagittal, coronal"),
        (("axial",), {"samples": -1}, "samples"),
        (("axial",), {"gestational_age_weeks": 50}, "gestational_age_weeks"),
        (("axial",), {"device": "tpu"}, "device"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_a_file_is_written(a_plane, tmp_path, planes, options, sentence) -> None:
    with pytest.raises(InputError, match=sentence):
        case_request(dict.fromkeys(planes, a_plane), tmp_path / "work", **options)
    assert not (tmp_path / "work").exists()
