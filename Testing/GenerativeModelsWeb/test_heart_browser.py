"""The left ventricle in a real Chromium: label maps in, walls and numbers out, a point dragged through the shapes."""

from __future__ import annotations

import importlib.util
import json
import shutil

import numpy as np
import pytest

pytest.importorskip("aiohttp")

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsWeb.heart.results import result_of
from GenerativeModelsWeb.server.sessions import SessionPlan
from Testing.helpers.heart_page import HeartPage
from Testing.helpers.hubs import running_hub, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(importlib.util.find_spec("trame_slicer") is None, reason="trame-slicer (extra web) is not here"),
]

SHAPE = ".gm-3d img"


@pytest.fixture(scope="module")
def tab(a_browser, sample_heart):
    """A tab with the sample heart analysed; it must end without a script error."""
    with running_hub(SessionPlan(grace_seconds=60.0, spare=False, device="cpu")) as hub:
        page = a_browser.new_page(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        tab = HeartPage(page, hub.address)
        tab.open("Explore")
        tab.middle = tab.wait_for_shape()
        tab.open("Analyse")
        tab.sample()
        tab.start()
        yield tab
        page.close()
        assert tab.errors == []


@pytest.fixture
def at_the_patient(tab):
    """The page Explore with the shape of the patient."""
    tab.open("Explore")
    tab.page.click("text=Back to patient")
    tab.wait_for_the_patient()
    yield tab
    tab.open("Analyse")


def test_explore_needs_no_case(tab):
    assert tab.middle, "the shape in the middle of the population was drawn before there was a case"


def test_numbers_are_the_command_lines(tab, sample_heart, tmp_path):
    request = HeartRequest(
        sample_heart / "ed.nii.gz", sample_heart / "es.nii.gz", sex="male", device="cpu", output=tmp_path / "own"
    )
    run_case(HEART, request)
    own = json.loads((tmp_path / "own" / "result.json").read_text(encoding="utf-8"))
    theirs = tab.result(tmp_path)
    for name in ("edv_ml", "esv_ml", "ef_percent", "hcm_probability", "wall_thickness_mm", "latent"):
        assert theirs[name] == own[name], name
    shown = result_of(own)
    assert tab.numbers() == [[row["short"], row["value"], *row["ranges"]] for row in shown.rows]
    statements = tab.page.locator(".gm-statement").all_inner_texts()
    assert len(statements) == 2
    for text, statement in zip(statements, shown.statements, strict=True):
        assert statement["figure"] in text and statement["words"] in text


def test_downloads_are_named_after_the_case(tab, tmp_path):
    names = {file["suggested"] for file in _offered(tab)}
    assert {
        "heart.report.html",
        "heart.ed.vtp",
        "heart.es.stl",
        "heart.ed_reconstruction.glb",
        "heart.case.zip",
    } <= names
    assert tab.download("report.html", tmp_path).name == "Left_ventricle-report.html"
    stl = tab.download("ed.stl", tmp_path)
    assert stl.name == "Left_ventricle-ed.stl" and stl.stat().st_size > 10_000


def test_phase_and_surfaces_change_the_picture_and_nothing_sticks_out(tab):
    picture = tab.settled(SHAPE)
    for words in ("ES", "Distance", "Patient", "Segments"):
        tab.page.click(f".gm-controls >> text={words}")
        picture = tab.changed(SHAPE, picture, 0.5)
    for words in ("Thickness", "ED"):
        tab.page.click(f".gm-controls >> text={words}")
    tab.shoot("heart")
    for width, height in ((820, 1180), (1920, 1080), (1280, 800)):
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.wait_until_nothing_sticks_out()


def test_the_pointer_reads_wall_and_label(tab):
    for view, word in ((".gm-3d", "mm, segment"), ('[data-gm-view="labels"]', "slice at")):
        box = tab.page.locator(view).bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for step in range(3):
            tab.page.mouse.move(middle[0] + step, middle[1])
            tab.page.wait_for_timeout(150)
        tab.page.wait_for_selector(f".gm-readout:has-text('{word}')")


def test_wheel_goes_through_the_slices_and_drag_moves(tab):
    selector = '[data-gm-view="labels"]'
    box = tab.page.locator(selector).bounding_box()
    before = tab.settled(selector)
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.page.mouse.wheel(0, -100)
    scrolled = tab.changed(selector, before, 0.5)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] / 2 + 80, box["y"] + box["height"] / 2, steps=3)
    tab.page.mouse.up()
    tab.changed(selector, scrolled, 2)


def test_arrow_keys_turn_and_home_returns(tab):
    tab.page.locator("[data-gm-kind=solid]").focus()
    tab.page.keyboard.press("Home")
    before = tab.settled(SHAPE)
    for _ in range(3):
        tab.page.keyboard.press("ArrowLeft")
    turned = tab.changed(SHAPE, before, 2)
    tab.page.keyboard.press("+")
    nearer = tab.changed(SHAPE, turned, 2)
    tab.page.keyboard.press("Home")
    assert np.abs(tab.changed(SHAPE, nearer, 2) - before).mean() < 1


def test_a_dragged_point_changes_the_shape_and_its_numbers(at_the_patient):
    tab = at_the_patient
    before, readings = tab.drawn, tab.readings()
    picture = tab.settled(SHAPE)
    box = tab.handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x - 60, y - 20, steps=5)
    tab.page.mouse.up()
    tab.wait_for_shape(before)
    tab.changed(SHAPE, picture, 0.5)
    assert tab.readings()["Wall up to"] != readings["Wall up to"]
    tab.shoot("explore")
    before = tab.drawn
    tab.handle.focus()
    tab.page.keyboard.press("ArrowLeft")
    tab.wait_for_shape(before)


def test_a_point_outside_the_population_is_shown_as_such(at_the_patient):
    tab = at_the_patient
    before = tab.drawn
    area = tab.page.locator("[data-gm-area]").first.bounding_box()
    tab.page.mouse.click(area["x"] + area["width"] - 12, area["y"] + 12)
    tab.wait_for_shape(before)
    tab.page.wait_for_selector(".gm-readings .gm-muted:has-text('outside the population')")


def test_class_means_walks_and_the_heartbeat_are_shown(at_the_patient):
    tab = at_the_patient
    for words, title in (("Healthy mean", "Healthy mean"), ("Difference", "minus that of the healthy mean")):
        tab.page.locator(".gm-ways button", has_text=words).click()
        tab.page.wait_for_selector(f".gm-what:has-text('{title}')")
    tab.page.locator(".gm-legend", has_text="HCM minus healthy").wait_for()
    tab.page.click("text=Walk towards healthy")
    tab.page.wait_for_selector(".gm-player")
    tab.page.wait_for_selector(".gm-what:has-text('Walk towards healthy')")
    tab.page.click("text=Play ED-ES-ED")
    tab.page.wait_for_selector(".gm-what:has-text('Cardiac cycle')")
    tab.page.click("text=Pause")


def test_pages_of_the_other_anatomy_lose_nothing(tab):
    numbers = tab.numbers()
    tab.open("Fetal skull")
    assert tab.page.locator(".gm-results").count() == 0
    tab.open("Analyse")
    tab.page.wait_for_selector(SHAPE)
    assert tab.numbers() == numbers
    tab.page.click("text=New case")
    tab.page.wait_for_selector(".gm-intro")
    tab.page.click("text=Cases (1)")
    tab.page.locator(".gm-case-list button").click()
    tab.page.wait_for_selector(SHAPE)
    assert tab.numbers() == numbers


def test_bad_input_is_a_sentence_and_leaves_what_is_shown(tab, sample_heart, tmp_path):
    numbers = tab.numbers()
    text = tmp_path / "notes.nii.gz"
    text.write_text("no label map")
    tab.choose("ed", text)
    tab.card("ed").locator(".gm-serious").wait_for()
    assert "notes.nii.gz" in tab.card("ed").inner_text()
    one = shutil.copy(sample_heart / "ed.nii.gz", tmp_path / "one.nii.gz")
    two = shutil.copy(sample_heart / "ed.nii.gz", tmp_path / "two.nii.gz")
    for place, file in (("ed", one), ("es", two)):
        tab.choose(place, file)
        tab.card(place).get_by_text(file.name).wait_for()
    until(lambda: "hold the same labels in the same place" in tab.refusal())
    tab.page.click("[aria-label='Remove: End systole']")
    tab.page.fill("#gm-height", "3")
    tab.page.fill("#gm-weight", "70")
    until(lambda: "height is 3 cm" in tab.refusal())
    tab.page.fill("#gm-height", "")
    tab.page.fill("#gm-weight", "")
    tab.page.select_option("#gm-lv", "2")
    until(lambda: "lv=2,myo=2" in tab.refusal())
    tab.page.select_option("#gm-lv", "")
    tab.page.wait_for_selector(".gm-why:has-text('cavity')")
    assert tab.numbers() == numbers


def test_what_was_typed_while_the_server_was_busy_counts_for_the_button_pressed_next(tab):
    tab.clear()
    tab.sample()
    tab.page.evaluate("window.trame.client.beginBusy()")
    tab.page.fill("#gm-height", "3")
    tab.page.fill("#gm-weight", "70")
    tab.go.click()
    tab.page.wait_for_timeout(500)
    assert tab.page.locator(".gm-progress").count() == 0, "the run began without the height"
    tab.page.evaluate("window.trame.client.endBusy()")
    tab.page.wait_for_selector(".gm-foot .gm-serious:has-text('height is 3 cm')")
    tab.page.fill("#gm-height", "")
    tab.page.fill("#gm-weight", "")


def test_a_frame_of_a_cine_stays_within_it_and_what_is_coloured_has_its_legend(tab):
    tab.page.click("text=New case")
    tab.page.click("text=Try the sample cine")
    tab.start()
    for kind, key in (("gm-es", "ArrowRight"), ("gm-ed", "ArrowLeft")):
        tab.page.locator(f".gm-handle.{kind}").focus()
        for _ in range(22):
            tab.page.keyboard.press(key)
    tab.page.wait_for_selector("text=/ED frame 0, .*ES frame 19, [0-9]+ ml/")
    tab.page.click(".gm-controls >> text=Distance")
    tab.page.wait_for_selector(".gm-legend:has-text('Distance to the model')")
    tab.page.locator(".gm-range").wait_for(state="hidden")  # the range of the wall has no effect on distances
    tab.open("Explore")
    tab.wait_for_shape()
    tab.page.wait_for_selector(".gm-legend:has-text('Wall thickness')")
    tab.page.locator(".gm-range").wait_for()


def _offered(tab) -> list[dict[str, str]]:
    links = tab.page.locator(".gm-downloads a").all()
    return [{"suggested": link.get_attribute("href").removeprefix("download/")} for link in links]
