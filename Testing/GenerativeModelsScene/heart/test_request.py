"""A label map in a node and in a file is the same heart; what cannot be asked is refused before a file is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsScene.heart.request import heart_request
from GenerativeModelsScene.nodes.store import add_node
from Testing.helpers.heart_nodes import NAMES, add_label_map, add_segmentation, add_sequence, from_file, move
from Testing.helpers.heart_phantoms import ACDC, bullet, short_axis, voxelised

PHANTOM = voxelised(bullet(), spacing_mm=(3.0, 3.0, 9.0), grid_axes=short_axis())
SMALL = LabelMap(
    voxelised(bullet(radius_mm=18.0), spacing_mm=(3.0, 3.0, 9.0), grid_axes=short_axis()).values,
    ACDC,
    PHANTOM.to_lps,
    "small",
)


def loaded(scene, path: Path, name: str):
    """The node that Slicer's own reader makes of a file."""
    storage = add_node(scene, "vtkMRMLVolumeArchetypeStorageNode", "storage")
    storage.SetFileName(str(path))
    node = add_node(scene, "vtkMRMLLabelMapVolumeNode", name)
    assert storage.ReadData(node)
    return node


def numbers(request: HeartRequest) -> dict:
    return run_case(HEART, replace(request, output=None, device="cpu")).result


@pytest.fixture(scope="module")
def of_files(sample_heart: Path) -> dict:
    """What the command line finds in the sample."""
    return numbers(HeartRequest(sample_heart / "ed.nii.gz", sample_heart / "es.nii.gz"))


@pytest.mark.parametrize("add", [add_label_map, add_segmentation, loaded])
def test_nodes_and_files_make_the_same_numbers(a_scene, sample_heart: Path, tmp_path, of_files, add) -> None:
    files = {phase: sample_heart / f"{phase}.nii.gz" for phase in ("ed", "es")}
    if add is loaded:
        nodes = {phase: loaded(a_scene, path, f"Patient {phase}") for phase, path in files.items()}
    else:
        nodes = {phase: add(a_scene, from_file(path), f"Patient {phase}") for phase, path in files.items()}
    request = heart_request(a_scene, **nodes, workspace=tmp_path, title="Patient")
    found = numbers(request)
    # Slicer's reader turns LPS into RAS and back, which costs the last bit of a volume.
    assert found["edv_ml"] == (pytest.approx(of_files["edv_ml"], rel=1e-13) if add is loaded else of_files["edv_ml"])
    for key in ("ef_percent", "latent", "hcm_probability", "in_distribution", "warnings"):
        assert found[key] == of_files[key], key
    assert [entry["file"] for entry in found["inputs"].values()] == ["Patient ed.nrrd", "Patient es.nrrd"]
    assert request.shown_title == "Patient" and request.output == tmp_path / "case"


def test_a_moved_heart_has_the_same_numbers_and_lies_where_it_is(a_scene, sample_heart, tmp_path, of_files) -> None:
    from scipy.spatial.transform import Rotation

    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = Rotation.from_euler("z", 8, degrees=True).as_matrix(), (30, -20, 10)
    nodes = {
        phase: add_label_map(a_scene, from_file(sample_heart / f"{phase}.nii.gz"), phase) for phase in ("ed", "es")
    }
    for node in nodes.values():
        move(node, matrix)
    found = numbers(heart_request(a_scene, **nodes, workspace=tmp_path))
    assert found["edv_ml"] == pytest.approx(of_files["edv_ml"], rel=1e-6)
    flip = np.diag([-1.0, -1.0, 1.0])
    moved, own = (np.array(some["inputs"]["ed"]["frame"]["origin_lps_mm"]) for some in (found, of_files))
    np.testing.assert_allclose(moved, flip @ (matrix[:3, :3] @ flip @ own + matrix[:3, 3]), atol=1e-3)


def test_options_arrive_and_defaults_are_the_command_lines(a_scene, tmp_path: Path) -> None:
    node = add_label_map(a_scene, PHANTOM)
    files = {"ed": tmp_path / "ed" / "ED.nrrd"}
    assert heart_request(a_scene, ed=node, workspace=tmp_path) == HeartRequest(**files, output=tmp_path / "case")
    options = {
        "height_cm": 170.0,
        "weight_kg": 60.0,
        "sex": "female",
        "septum": "dir:1,0,0",
        "force": True,
        "realign": True,
    }
    options |= {"device": "cuda:1", "seed": 5, "title": "me"}
    full = heart_request(a_scene, ed=node, model=str(tmp_path), workspace=tmp_path, **options)
    assert full == HeartRequest(**files, output=tmp_path / "case", model=tmp_path, **options)


def test_the_request_does_not_follow_the_node(a_scene, tmp_path: Path) -> None:
    node = add_label_map(a_scene, PHANTOM)
    request = heart_request(a_scene, ed=node, workspace=tmp_path)
    a_scene.RemoveNode(node)
    assert read_label_map(request.ed, ACDC, "ed").volume_ml("lv") == pytest.approx(PHANTOM.volume_ml("lv"))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a/b: c?", "a_b_ c_.nrrd"),
        ("", "ed.nrrd"),
        ("..", "ed.nrrd"),
        ("Müller ED", "Müller ED.nrrd"),
        ("x" * 99, None),
    ],
)
def test_files_are_named_after_their_nodes(a_scene, tmp_path: Path, name: str, file: str | None) -> None:
    node = add_label_map(a_scene, PHANTOM)
    node.SetName(name)
    path = heart_request(a_scene, ed=node, workspace=tmp_path).ed
    assert path.parent == tmp_path / "ed" and path.is_file()
    assert path.name == (file or "x" * 60 + ".nrrd")


def test_structures_may_be_given(a_scene, tmp_path: Path) -> None:
    names = {"lv": "Segment_1", "myo": "Segment_2", "rv": "Segment_3"}
    node = add_segmentation(a_scene, PHANTOM, names=names)
    with pytest.raises(InputError, match=r"has nothing that is known as the cavity \(lv\); it holds 'Segment_1', 'Seg"):
        heart_request(a_scene, ed=node, workspace=tmp_path)
    request = heart_request(a_scene, ed=node, structures={"lv": "Segment_1", "myo": "id of myo"}, workspace=tmp_path)
    found = read_label_map(request.ed, ACDC, "ed")
    assert found.mask("lv").sum() == PHANTOM.mask("lv").sum() and not found.mask("rv").any()


def test_ids_of_one_phase_name_the_segments_of_the_other(a_scene, tmp_path: Path) -> None:
    """Slicer gives the segments of each segmentation IDs of their own."""
    ed, es = add_segmentation(a_scene, PHANTOM), add_node(a_scene, "vtkMRMLSegmentationNode", "ES")
    for structure, name in NAMES.items():
        segment = add_segmentation(a_scene, SMALL).GetSegmentation().GetSegment(f"id of {structure}")
        es.GetSegmentation().AddSegment(segment, f"S_{structure}")
        assert segment.GetName() == name
    structures = {name: f"id of {name}" for name in NAMES}
    request = heart_request(a_scene, ed=ed, es=es, structures=structures, workspace=tmp_path)
    assert read_label_map(request.es, ACDC, "es").volume_ml("lv") == pytest.approx(SMALL.volume_ml("lv"))
    by_input = {"ed": structures, "es": {name: f"S_{name}" for name in NAMES}}
    again = heart_request(a_scene, ed=ed, es=es, structures=by_input, workspace=tmp_path / "again")
    assert again.es.read_bytes() == request.es.read_bytes()


def test_hearts_in_different_frames_are_refused_unless_forced(a_scene, tmp_path: Path) -> None:
    ed, es = add_label_map(a_scene, PHANTOM), add_label_map(a_scene, SMALL, "ES")
    away = np.eye(4)
    away[2, 3] = 500.0
    move(es, away)
    with pytest.raises(InputError, match=r"^ed 'ED' and es 'ES' lie \d+ mm apart, in different frames: put both under"):
        heart_request(a_scene, ed=ed, es=es, workspace=tmp_path / "no")
    assert not (tmp_path / "no").exists()
    assert heart_request(a_scene, ed=ed, es=es, force=True, workspace=tmp_path).es.is_file()
    move(ed, away)
    assert heart_request(a_scene, ed=ed, es=es, workspace=tmp_path).es.is_file()


def test_what_cannot_be_asked_is_refused_before_a_file_is_written(a_scene, tmp_path: Path) -> None:
    ed = add_label_map(a_scene, PHANTOM)
    empty = add_segmentation(
        a_scene, PHANTOM, "hollow", masks={name: PHANTOM.mask(name) & (name != "rv") for name in NAMES}
    )
    cine = add_sequence(a_scene, [add_label_map(a_scene, PHANTOM), add_label_map(a_scene, SMALL)])
    for options, sentence in (
        ({}, "ed is missing"),
        ({"es": ed}, "ed is missing beside es"),
        ({"ed": ed, "es": ed}, "'ED' is chosen as ed and as es: each phase"),
        ({"ed": ed, "cine": cine}, "cine and ed are given"),
        ({"ed": cine}, "ed 'cine' is a sequence: choose it as cine"),
        ({"cine": ed}, "cine 'ED' is one label map and no sequence"),
        ({"ed": ed, "height_cm": 170.0}, "weight_kg is missing beside height_cm"),
        ({"ed": ed, "height_cm": 3.0, "weight_kg": 70.0}, "height_cm is 3 cm"),
        ({"ed": ed, "ed_frame": 1}, "ed_frame needs a cine"),
        ({"ed": ed, "structures": {"la": "3"}}, "There is no structure 'la': give lv, myo, rv"),
        ({"ed": empty}, r"ed 'hollow' has no voxel of the right ventricle \(rv\)"),
        ({"ed": "ED"}, "ed is a str: give a node"),
    ):
        with pytest.raises(InputError, match=f"^{sentence}"):
            heart_request(a_scene, **options, workspace=tmp_path / "no")
    assert not (tmp_path / "no").exists()
    with pytest.raises(InputError, match="ed 'ED' is in another scene"):
        heart_request(slicer.vtkMRMLScene(), ed=ed, workspace=tmp_path)
