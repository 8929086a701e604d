"""The scene and views of a session on the real Slicer core, without a browser."""

from __future__ import annotations

import asyncio
import uuid
import zipfile

import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer (extra web) is not here")

from trame.app import get_server

from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsWeb.skull.state import Views
from GenerativeModelsWeb.skull.views import SkullViews
from Testing.helpers.finished_cases import a_finished_case


@pytest.fixture(scope="module")
def in_loop():
    """Runs a function where trame's schedulers find a loop."""
    loop = asyncio.new_event_loop()

    async def call(act):
        return act()

    yield lambda act: loop.run_until_complete(call(act))
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@pytest.fixture(scope="module")
def views(in_loop):
    views = in_loop(lambda: SkullViews(get_server(f"views {uuid.uuid4()}", client_type="vue3")))
    yield views
    in_loop(views.close)


def show(views, folder, wanted: Views | None = None) -> None:
    """Show a case."""
    for _ in views.show_steps(read_case(folder), wanted or Views(), title="head"):
        pass


def shown(views) -> set[str]:
    return set(views._app.view_manager.get_current_view_ids())


def test_a_case_is_shown_and_another_takes_its_place(views, in_loop, tmp_path):
    first = a_finished_case(tmp_path / "first")
    in_loop(lambda: show(views, first))
    assert shown(views) == {"skull", "axial", "sagittal", "coronal"}
    for name in ("axial", "sagittal", "coronal"):
        assert views._slices[name].get_background_volume_id() == views.nodes.planes[name].GetID()
        assert not views._slices[name].is_visible_in_3d(), "the switch of the page is off"
    models = views.scene.GetNumberOfNodesByClass("vtkMRMLModelNode")

    second = a_finished_case(tmp_path / "second", planes=("axial",), draws=False)
    in_loop(lambda: show(views, second))
    assert shown(views) == {"skull", "axial"} and list(views.nodes.planes) == ["axial"]
    assert views.scene.GetNumberOfNodesByClass("vtkMRMLModelNode") < models, "nothing is there twice"


def test_switches_and_range_reach_the_nodes(views, in_loop, tmp_path):
    in_loop(lambda: show(views, a_finished_case(tmp_path / "case"), Views(show_planes=True)))
    display = views.nodes.model.GetDisplayNode()
    in_loop(lambda: views.set_range(0.5, 2.0))
    assert display.GetScalarRange() == (0.5, 2.0) and views._slices["axial"].is_visible_in_3d()
    in_loop(lambda: views.set_range(1.0, 1.0))
    assert display.GetScalarRange() == pytest.approx((1.0, 1.05)), "two thumbs of a slider may meet"
    in_loop(lambda: views.set_outlines(False))
    assert not views.nodes.outlines["axial"].GetDisplayNode().GetVisibility()
    in_loop(lambda: views.set_planes(False))
    assert not views._slices["axial"].is_visible_in_3d()


def test_a_picture_fills_its_view_whatever_the_views_size(views, in_loop, tmp_path):
    in_loop(lambda: show(views, a_finished_case(tmp_path / "case")))
    for size in ((300, 200), (500, 900)):
        in_loop(lambda size=size: views._slices["axial"].update_size(*size))
        in_loop(lambda: views.reset_slice("axial"))
        node = views._slices["axial"].get_view_node()
        assert tuple(node.GetDimensions()[:2]) == size
        width, height = node.GetFieldOfView()[:2]
        assert width / height == pytest.approx(size[0] / size[1], rel=0.02), "pixels are square"
        assert width >= 200 * 0.6 and height >= 150 * 0.8, "the whole picture is in sight"
        assert min(width / (200 * 0.6), height / (150 * 0.8)) < 1.1, "and little else"


def test_the_scene_is_saved_with_its_legend(views, in_loop, tmp_path):
    in_loop(lambda: show(views, a_finished_case(tmp_path / "case")))
    target = in_loop(lambda: views.save(tmp_path / "skull.mrb"))
    with zipfile.ZipFile(target) as bundle:
        (scene,) = [name for name in bundle.namelist() if name.endswith(".mrml")]
        text = bundle.read(scene).decode("utf-8")
    assert "skull" in text
    legend = next(line for line in text.split("<") if line.startswith("ColorLegendDisplay"))
    assert 'visibility="true"' in legend
    assert not views.nodes.legend.GetVisibility(), "the page has its own"


def test_wheel_zooms_about_the_pointer_and_drag_moves_a_plane(views, in_loop, tmp_path):
    in_loop(lambda: show(views, a_finished_case(tmp_path / "case")))
    in_loop(lambda: views._slices["axial"].update_size(400, 300))
    in_loop(lambda: views.reset_slice("axial"))
    node = views._slices["axial"].get_view_node()

    def at(x: float, y: float) -> list[float]:
        return [float(number) for number in views.point("axial", x, y).removesuffix(" mm").split(", ")]

    width, held, middle = node.GetFieldOfView()[0], at(0.6, 0.4), at(0.5, 0.5)
    views.answer("axial", "wheel", [2.0, 0.6, 0.4])
    assert node.GetFieldOfView()[0] == pytest.approx(width / 1.15**2)
    assert at(0.6, 0.4) == pytest.approx(held, abs=0.5), "what is under the pointer stays there"
    views.answer("axial", "wheel", [-2.0, 0.6, 0.4])
    assert at(0.5, 0.5) == pytest.approx(middle, abs=0.5)
    views.answer("axial", "pan", [0.1, 0.0])
    moved = at(0.6, 0.5)
    assert moved == pytest.approx(middle, abs=0.5), "it follows the hand"
    views.answer("axial", "zoom", [1e9, 0.5, 0.5])
    assert node.GetFieldOfView()[0] >= 4.9
    assert views.point("axial", 40.0, 40.0) == ""


def test_keys_turn_the_skull_and_the_pointer_reads_it(views, in_loop, tmp_path):
    in_loop(lambda: show(views, a_finished_case(tmp_path / "case")))
    in_loop(lambda: views._solid.update_size(400, 400))
    in_loop(lambda: views.answer("skull", "press", ["Home"]))
    camera = views._solid.get_camera_node()
    home = camera.GetPosition()
    assert views.point("skull", 0.5, 0.5).startswith("uncertainty 0.")
    assert views.point("skull", 0.0, 0.0) == ""
    for key in ("ArrowLeft", "ArrowUp", "+"):
        before = camera.GetPosition()
        in_loop(lambda key=key: views.answer("skull", "press", [key]))
        assert camera.GetPosition() != before, key
    in_loop(lambda: views.answer("skull", "press", ["Home"]))
    assert camera.GetPosition() == pytest.approx(home, abs=1e-6)
    assert views.answer("skull", "pan", [1, 1]) == views.answer("axial", "drop", [1]) == ""
    node = views._solid.get_view_node()
    assert [node.GetAxisLabel(axis) for axis in range(6)] == ["L", "R", "P", "A", "I", "S"]
    assert node.GetOrientationMarkerType() == node.OrientationMarkerTypeCube


def test_lines_and_ranges_of_the_uncertainty(views, in_loop, tmp_path):
    in_loop(lambda: show(views, a_finished_case(tmp_path / "case"), Views(show_lines=True)))
    low, high = views.fitting_range("fit")
    assert (low, high) != views.fitting_range("compare") == (0.0, 4.0)
    lines = views.scene.GetNumberOfNodesByClass("vtkMRMLModelNode")
    in_loop(lambda: views.set_lines(False))
    assert views.scene.GetNumberOfNodesByClass("vtkMRMLModelNode") < lines
