"""Sequences as cines: the curve of the cavity, and the frames as the command line finds them in a file."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.cine import read_cine
from GenerativeModelsLib.heart.labels.label_map import LabelMap, parse_labels
from GenerativeModelsScene.heart.cine_nodes import cavity_curve
from GenerativeModelsScene.heart.request import heart_request
from GenerativeModelsScene.labels.cines import cine_images, cine_to_world
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import add_node
from Testing.helpers.heart_nodes import add_label_map, add_segmentation, add_sequence, move
from Testing.helpers.heart_phantoms import ACDC, NORMAL_POSE, bullet, labelled, voxelised

RADII = (21.0, 24.0, 19.0, 15.0, 18.0)
FIRST = voxelised(bullet(), spacing_mm=(3.5, 3.5, 5.0))


def _moments() -> list[LabelMap]:
    index = np.stack(np.meshgrid(*map(np.arange, FIRST.values.shape), indexing="ij")[::-1], axis=-1)
    points = NORMAL_POSE.to_heart(index @ FIRST.to_lps[:3, :3].T + FIRST.to_lps[:3, 3])
    shapes = [bullet(radius_mm=r, wall_mm=9.0 + 0.5 * (24.0 - r), length_mm=70 + 15 * r / 24) for r in RADII]
    return [LabelMap(labelled(shape, points), ACDC, FIRST.to_lps, "") for shape in shapes]


MOMENTS = _moments()
VOLUMES = [moment.volume_ml("lv") for moment in MOMENTS]


def film(scene, add=add_label_map, moments=MOMENTS, **options):
    return add_sequence(scene, [add(scene, moment) for moment in moments], **options)


@pytest.mark.parametrize("add", [add_label_map, add_segmentation])
def test_the_curve_is_that_of_the_voxels(a_scene, add) -> None:
    curve = cavity_curve(film(a_scene, add))
    assert curve.cavity_ml == pytest.approx(VOLUMES, rel=1e-9)
    assert (curve.ed, curve.es, curve.frames) == (1, 3, (0, 1, 2, 3, 4))
    assert curve.times == pytest.approx([0, 0.05, 0.1, 0.15, 0.2]) and curve.unit == "s"


@pytest.mark.parametrize("add", [add_label_map, add_segmentation])
def test_the_frames_are_those_of_the_command_line(a_scene, tmp_path, add) -> None:
    """Curve, file and `read_cine` agree."""
    sequence = film(a_scene, add)
    curve = cavity_curve(sequence)
    request = heart_request(a_scene, cine=sequence, workspace=tmp_path, title="film")
    found = read_cine(request.cine, parse_labels(request.labels))
    assert found.frames == {"ed": curve.ed, "es": curve.es, "count": 5}
    assert found.cavity_ml == pytest.approx(curve.cavity_ml, abs=1e-3)
    for phase, number in (("ed", 1), ("es", 3)):
        label_map = getattr(found, phase)
        for structure in ("lv", "myo", "rv"):
            points = label_map.points_lps(label_map.mask(structure))
            expected = MOMENTS[number].points_lps(MOMENTS[number].mask(structure))
            np.testing.assert_allclose(points, expected, atol=1e-6)


def test_frames_by_hand_arrive(a_scene, tmp_path) -> None:
    request = heart_request(a_scene, cine=film(a_scene), ed_frame=0, es_frame=4, workspace=tmp_path)
    found = read_cine(request.cine, parse_labels(request.labels), request.ed_frame, request.es_frame)
    assert found.frames == {"ed": 0, "es": 4, "count": 5}


@pytest.mark.parametrize("add", [add_label_map, add_segmentation])
def test_items_without_labels_are_frames_without_a_cavity(a_scene, tmp_path, add) -> None:
    blank = LabelMap(np.zeros_like(FIRST.values), ACDC, FIRST.to_lps, "")
    sequence = film(a_scene, add, [*MOMENTS[:3], blank, MOMENTS[3], MOMENTS[3]])
    curve = cavity_curve(sequence)
    assert curve.cavity_ml[3] == 0 and (curve.ed, curve.es) == (1, 4)
    request = heart_request(a_scene, cine=sequence, workspace=tmp_path)
    found = read_cine(request.cine, parse_labels("acdc"))
    assert found.frames == {"ed": 1, "es": 4, "count": 6}
    assert len(found.warnings) == 2, "an empty and a repeated frame"


def test_an_item_without_voxels_is_a_frame_without_a_cavity(a_scene) -> None:
    nodes = [add_label_map(a_scene, MOMENTS[0]), add_node(a_scene, "vtkMRMLLabelMapVolumeNode", "hollow")]
    sequence = add_sequence(a_scene, [*nodes, add_label_map(a_scene, MOMENTS[3])])
    assert cavity_curve(sequence).cavity_ml == pytest.approx([VOLUMES[0], 0, VOLUMES[3]])
    images = cine_images(sequence, {"lv": "3", "myo": "2", "rv": "1"})
    assert [bool(image.values.any()) for image in images] == [True, False, True]
    empty = add_node(a_scene, "vtkMRMLSegmentationNode", "hollow")
    sequence = add_sequence(a_scene, [add_segmentation(a_scene, MOMENTS[0]), empty])
    assert cavity_curve(sequence).cavity_ml == pytest.approx([VOLUMES[0], 0])
    images = cine_images(sequence, {"lv": "id of lv", "myo": "id of myo"})
    assert [bool(image.values.any()) for image in images] == [True, False]


def test_an_index_of_words_counts_the_frames(a_scene) -> None:
    sequence = film(a_scene, moments=MOMENTS[:3], index=["a", "b", "c"])
    curve = cavity_curve(sequence)
    assert (curve.times, curve.unit) == ((0.0, 1.0, 2.0), "")


def test_a_transform_of_what_a_browser_shows_moves_the_cine(a_scene, tmp_path) -> None:
    sequence = film(a_scene)
    assert np.array_equal(cine_to_world(sequence), np.eye(4))
    browser = add_node(a_scene, "vtkMRMLSequenceBrowserNode", "browser")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    proxy = add_label_map(a_scene, MOMENTS[0], "shown")
    browser.AddProxyNode(proxy, sequence, False)
    matrix = np.array([[0.0, -2, 0, 5], [2, 0, 0, 6], [0, 0, 2, 7], [0, 0, 0, 1]])
    move(proxy, matrix)
    image = cine_images(sequence, {"lv": "3", "myo": "2"})[0]
    np.testing.assert_allclose(image.to_ras, matrix @ LPS_TO_RAS @ FIRST.to_lps)
    assert cavity_curve(sequence).cavity_ml == pytest.approx([8 * volume for volume in VOLUMES])
    proxy.SetAndObserveTransformNodeID(add_node(a_scene, "vtkMRMLBSplineTransformNode", "warp").GetID())
    with pytest.raises(InputError, match="cine 'cine' is under the non-linear transform 'warp'"):
        cine_to_world(sequence)


def test_items_on_different_grids_are_refused(a_scene) -> None:
    other = LabelMap(FIRST.values, ACDC, FIRST.to_lps @ np.diag([1.1, 1.1, 1.0, 1.0]), "")
    with pytest.raises(InputError, match="cine 'cine' has item 1 on another grid"):
        cine_images(film(a_scene, moments=[MOMENTS[0], other]), {"lv": "3", "myo": "2"})
    smaller = LabelMap(FIRST.values[1:], ACDC, FIRST.to_lps, "")
    with pytest.raises(InputError, match="cine 'cine' has item 1 on another grid"):
        cine_images(film(a_scene, moments=[MOMENTS[0], smaller]), {"lv": "3", "myo": "2"})


def test_segments_of_items_are_known_by_id_or_name_and_missed_otherwise(a_scene) -> None:
    chosen = {"lv": "id of lv", "myo": "id of myo"}
    renamed = add_segmentation(a_scene, MOMENTS[3])
    segmentation = renamed.GetSegmentation()
    segment = segmentation.GetSegment("id of lv")
    segmentation.RemoveSegment("id of lv")
    segmentation.AddSegment(segment, "another id")
    sequence = add_sequence(a_scene, [add_segmentation(a_scene, MOMENTS[0]), renamed])
    images = cine_images(sequence, chosen)
    assert (images[1].values == 3).sum() == MOMENTS[3].mask("lv").sum()
    assert cavity_curve(sequence).cavity_ml == pytest.approx([VOLUMES[0], VOLUMES[3]])
    without = add_segmentation(a_scene, MOMENTS[3], names={"myo": "Myocardium"})
    sequence = add_sequence(a_scene, [add_segmentation(a_scene, MOMENTS[0]), without])
    with pytest.raises(InputError, match="cine 'cine' has no segment 'LV cavity' in item 1: name the segments alike"):
        cine_images(sequence, chosen)


def test_a_cine_without_a_cavity_is_refused(a_scene) -> None:
    values = np.where(FIRST.values == 3, 0, FIRST.values)
    blank = LabelMap(values, ACDC, FIRST.to_lps, "")
    segmentations = film(a_scene, add_segmentation, [blank, blank])
    with pytest.raises(InputError, match="cine 'cine' has no cavity in any of its 2 items"):
        cavity_curve(segmentations)
