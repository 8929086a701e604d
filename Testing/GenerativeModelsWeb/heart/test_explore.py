"""Heart and explored shapes in the views of a session on the real Slicer core, without a browser."""

from __future__ import annotations

import asyncio
import uuid
from types import SimpleNamespace

import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer (extra web) is not here")

from trame.app import get_server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.read import read_case
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsWeb.heart.explore import Explorer
from GenerativeModelsWeb.heart.state import Views
from GenerativeModelsWeb.heart.views import HeartViews
from GenerativeModelsWeb.parts.state import Colours


class InProcess:
    """A backend that answers queries in this process, the newest last."""

    def __init__(self, model) -> None:
        self.model, self.asked = model, []

    async def ask(self, anatomy, name, values, **options):
        self.asked.append((name, values))
        return HEART.queries[name](self.model, **values)


@pytest.fixture(scope="module")
def in_loop():
    """Runs a function in a loop, and what it has begun to its end."""
    loop = asyncio.new_event_loop()

    async def call(act, seconds):
        found = act()
        await asyncio.sleep(seconds)
        return found

    yield lambda act, seconds=0.1: loop.run_until_complete(call(act, seconds))
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@pytest.fixture(scope="module")
def a_case(tmp_path_factory, sample_heart):
    folder = tmp_path_factory.mktemp("heart") / "case"
    run_case(HEART, HEART.sample(folder))
    labels = parse_labels("acdc")
    maps = {phase: read_label_map(sample_heart / f"{phase}.nii.gz", labels, phase) for phase in ("ed", "es")}
    return read_case(folder), maps


@pytest.fixture(scope="module")
def page(in_loop):
    """What an explorer uses of its page."""
    from GenerativeModelsLib.heart.infer.model import load_heart_model
    from GenerativeModelsLib.resources import default_bundle

    server = get_server(f"explore {uuid.uuid4()}", client_type="vue3")
    page = SimpleNamespace(
        server=server,
        views=in_loop(lambda: HeartViews(server)),
        backend=InProcess(load_heart_model(default_bundle("heart"))),
        model=None,
        settings=SimpleNamespace(data=SimpleNamespace(device="cpu")),
        typed=lambda kind: TypedState(server.state, kind, namespace="heart"),
        fit_colours=lambda: None,
    )
    page.colours = page.typed(Colours)
    server.state.ready()
    page.explorer = Explorer(page)
    yield page
    in_loop(page.views.close)


def shown(page) -> list[str]:
    """The roles of the visible models."""
    models = [model for model in page.views.models() if model.GetDisplayNode().GetVisibility()]
    return [model.GetAttribute("GenerativeModels.Role") for model in models]


def test_a_point_is_explored_without_a_case_then_around_the_patient(page, in_loop, a_case):
    in_loop(page.explorer.enter)
    data = page.explorer.state.data
    assert data.svg.startswith("<svg") and data.own == [] and data.levels == [64, 32]
    assert shown(page) == ["latent.model.ed"] and data.drawn
    middle = data.drawn

    case, maps = a_case
    in_loop(lambda: page.views.show(case.folder, maps, title="mine"))
    in_loop(lambda: page.explorer.follow(case.result))
    assert data.own == data.z == pytest.approx(case.result["latent"]["z_top"]) and data.drawn != middle
    assert page.backend.asked[-1][1]["around"] == case.result["latent"]["z"]
    assert float(data.readings[1]["value"].split()[0]) > 15, "the thickest wall of the sample heart"

    in_loop(page.explorer.leave)
    in_loop(lambda: page.views.apply(Views()))
    assert shown(page) == ["model.ed.vtp"]
    in_loop(page.explorer.enter)
    assert shown(page) == ["latent.model.ed"]


def test_hundreds_of_moves_leave_the_number_of_nodes(page, in_loop, monkeypatch):
    nodes = page.views.scene.GetNumberOfNodes()
    found = HEART.queries["shape_at"](page.backend.model, z_top=[0.0, 0.0], phase="ed")

    async def quick(anatomy, name, values, **options):
        return {**found, "z_top": values["z_top"]}

    monkeypatch.setattr(page.backend, "ask", quick)
    for number in range(300):
        in_loop(lambda number=number: page.explorer._move([0.01 * number, 0.1]), 0.001)
    assert page.views.scene.GetNumberOfNodes() == nodes
    assert page.explorer.state.data.drawn == "2.9900,0.1000"


def test_a_mean_moves_the_point_and_a_difference_has_a_scale(page, in_loop):
    data = page.explorer.state.data
    in_loop(lambda: page.explorer.show_mean("healthy"))
    mean = data.z
    assert data.title == "Healthy mean" and data.scale == 0
    in_loop(page.explorer.show_difference)
    assert data.scale > 0 and data.z != mean and "minus" in data.title


def test_what_is_shown_is_named_after_a_difference_was_left(page, in_loop):
    data = page.explorer.state.data
    for leave in (page.explorer.back, lambda: (page.explorer.leave(), page.explorer.enter())):
        in_loop(page.explorer.show_difference)
        assert "minus" in data.title
        in_loop(leave)
        assert data.title == "Shape at the point" and data.scale == 0


def test_another_heart_has_no_numbers_of_the_one_before(page, in_loop, a_case):
    case, _ = a_case
    data = page.explorer.state.data
    in_loop(page.explorer.leave)
    assert (data.readings, data.title, data.drawn) == ([], "", ""), "another surface is on show now"
    in_loop(lambda: page.explorer.follow(None))
    assert (data.svg, data.readings, data.title, data.drawn) == ("", [], "", "")
    in_loop(lambda: page.explorer.follow(case.result))
    in_loop(page.explorer.enter)
    assert data.svg and data.readings and data.drawn
    in_loop(lambda: page.explorer.follow(case.result))
    assert data.svg, "the plot of the same heart stays"


def test_lower_levels_are_moved_by_standard_deviations(page, in_loop):
    data = page.explorer.state.data
    in_loop(page.explorer.back)
    before = data.readings
    data.level = "2"
    in_loop(lambda: page.explorer._choose_number("2", 99))
    assert data.dimension == 32, "the last there is"
    in_loop(lambda: page.explorer._shift(3.0))
    assert data.moved == 1 and data.readings != before
    in_loop(page.explorer.back)
    assert data.moved == 0 and data.readings == before


def test_a_question_that_is_refused_is_a_sentence(page, in_loop):
    in_loop(lambda: page.explorer._move([float("nan"), 0.0]))
    assert "finite numbers" in page.explorer.state.data.problem
    in_loop(page.explorer.back)
    assert page.explorer.state.data.problem == ""


def test_the_scene_is_saved_with_its_legends(page, in_loop, tmp_path):
    target = in_loop(lambda: page.views.save(tmp_path / "heart.mrb"))
    assert target.stat().st_size > 10_000
    assert not any(legend.GetVisibility() for legend in page.views.legends())


def test_the_pointer_reads_wall_segment_and_label(page, in_loop, a_case):
    in_loop(page.explorer.leave)
    in_loop(lambda: page.views.apply(Views()))
    views = page.views
    in_loop(lambda: [view.update_size(400, 400) for view in views._views()])
    in_loop(views.reset_solid)
    words = views.point("heart", 0.5, 0.5)
    assert words.startswith("wall ") and ", segment " in words
    assert views.point("heart", 0.01, 0.01) == ""
    in_loop(lambda: views.reset_slice("labels"))
    assert "slice at" in views.point("labels", 0.5, 0.5)
    before = views.point("labels", 0.5, 0.5)
    views.wheel("labels", 1.0, 0.5, 0.5)
    assert views.point("labels", 0.5, 0.5) != before
    assert "not labelled" in views.point("labels", 2.0, 2.0)
