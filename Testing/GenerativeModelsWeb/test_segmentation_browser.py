"""Cardiac segmentations in a real Chromium: a label map in, faults out, and every way to jump to one."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

pytest.importorskip("aiohttp")

import SimpleITK as sitk

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from GenerativeModelsWeb.server.sessions import SessionPlan
from Testing.helpers.hubs import running_hub, until
from Testing.helpers.segmentation_page import SegmentationPage
from Testing.helpers.segmentation_phantoms import CODES, apical, cine, maps_of, write_maps

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(importlib.util.find_spec("trame_slicer") is None, reason="trame-slicer (extra web) is not here"),
]

NOTHING_STICKS_OUT = """() => {
    const whole = document.documentElement;
    return whole.scrollWidth <= innerWidth && whole.scrollHeight <= innerHeight
        && [...document.querySelectorAll(".gm-scroll")].every((panel) => panel.scrollWidth <= panel.clientWidth);
}"""
VIEW = ".gm-pair img"
HOLE, ISLAND = (2, 3), (6, 1)
"""Frame and slice of the faults of the phantom."""


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    """Label map and image of a small beat with a hole in the cavity and an island."""
    folder = tmp_path_factory.mktemp("phantom")
    values = cine(10, 6)
    frame, slice_ = HOLE
    rows, columns = np.nonzero(values[frame, slice_] == CODES["lv"])
    middle = round(rows.mean()), round(columns.mean())
    values[frame, slice_, middle[0] - 2 : middle[0] + 3, middle[1] - 2 : middle[1] + 3] = 0
    values[ISLAND][2:7, 70:75] = CODES["lv"]
    labels = write_maps(folder / "beat.nii.gz", maps_of(values))
    image = sitk.ReadImage(str(labels))
    grey = sitk.GetImageFromArray(100.0 * sitk.GetArrayFromImage(image).astype(np.float32) + 20, isVector=False)
    grey.CopyInformation(image)
    sitk.WriteImage(grey, str(folder / "mri.nii.gz"))
    return folder


@pytest.fixture(scope="module")
def tab(a_browser, phantom):
    """A tab with the phantom checked; it must end without a script error."""
    with running_hub(SessionPlan(grace_seconds=3.0, spare=False, device="cpu")) as hub:
        page = a_browser.new_page(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        tab = SegmentationPage(page, hub.address)
        tab.open("Cardiac segmentation")
        tab.choose("labels", phantom / "beat.nii.gz")
        tab.choose("image", phantom / "mri.nii.gz")
        tab.card("image").get_by_text("mri.nii.gz").wait_for()
        tab.start()
        yield tab
        page.close()
        assert tab.errors == []


def test_the_first_fault_is_on_show_and_all_are_listed(tab, phantom, tmp_path):
    tab.wait_for_place(*HOLE)
    run_case(SEGMENTATION, SegmentationRequest(phantom / "beat.nii.gz", output=tmp_path / "own"))
    own = SEGMENTATION.read(tmp_path / "own")
    assert {(one.frame, one.slice) for one in own.violations} >= {HOLE, ISLAND}
    listed = tab.page.locator(".gm-violations li").all_inner_texts()
    assert [text.split("\n")[1] for text in listed] == [one.text for one in own.violations]
    faulty = {(one.frame, one.slice) for one in own.violations if not one.acquisition and one.slice is not None}
    cells = [cell.get_attribute("data-gm-cell") for cell in tab.page.locator(".gm-cell-fault[data-gm-cell]").all()]
    assert {tuple(map(int, cell.split(",")))[::-1] for cell in cells} == faulty
    shown = dict(tab.numbers())
    assert shown["EF"] == f"{own.result['ef_percent']:.1f} %" and shown["Faulty slices"] == str(own.result["violating"])
    tables = {tab.download(name, tmp_path).name for name in ("violations.csv", "curves.csv", "report.html")}
    assert tables == {"beat-violations.csv", "beat-curves.csv", "beat-report.html"}
    assert tab.result(tmp_path)["criteria"] == own.result["criteria"]


def test_cells_violations_and_curve_lead_to_their_place(tab):
    page = tab.page
    picture = tab.settled(VIEW)
    tab.cell(4, 0).click()
    tab.wait_for_place(0, 4)
    picture = tab.changed(VIEW, picture, 0.5)
    page.locator(".gm-violations button", has_text=f"Frame {ISLAND[0]}, slice {ISLAND[1]}").first.click()
    tab.wait_for_place(*ISLAND)
    page.wait_for_selector(".gm-violations [aria-current=true]")
    ring = tab.changed(VIEW, picture, 0.5)
    yellow = (ring[..., 0] > 200) & (ring[..., 1] > 180) & (ring[..., 2] < 120)
    assert yellow.sum() > 20, "a ring lies about the place"
    page.click("[aria-label='Next fault']")
    tab.wait_for_place(*HOLE)
    box = page.locator(".gm-results [data-gm-area]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * (9 + 0.8) / 10.6, box["y"] + 10)
    page.wait_for_selector(".gm-what:has-text('Frame 9')")
    page.locator(".gm-handle.gm-now").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".gm-what:has-text('Frame 8')")


def test_arrow_keys_go_from_cell_to_cell(tab):
    tab.cell(2, 5).click()
    for key, place in (("ArrowRight", (6, 2)), ("ArrowDown", (6, 3)), ("Home", (0, 3)), ("ArrowLeft", (0, 3))):
        tab.page.keyboard.press(key)
        tab.wait_for_place(*place)
    assert tab.page.evaluate("document.activeElement.dataset.gmCell") == "3,0"
    assert tab.page.locator("[data-gm-cell][tabindex='0']").count() == 1, "one stop of the tab key"


def test_frames_play_the_wheel_scrolls_and_layers_change(tab):
    page = tab.page
    page.click(".gm-controls >> text=Play")
    page.wait_for_function("Number(window.trame.state.get('segmentation__Playing__frame')) >= 2")
    page.click(".gm-controls >> text=Pause")
    tab.cell(3, 2).click()
    tab.wait_for_place(2, 3)
    box = page.locator(VIEW).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".gm-readout:has-text('slice 3')")
    page.mouse.wheel(0, -100)
    tab.wait_for_place(2, 4)
    picture = tab.settled(VIEW)
    for words in ("Image", "Labels", "Both"):
        page.click(f".gm-controls >> text={words}")
        picture = tab.changed(VIEW, picture, 0.5)


def test_a_repair_stands_beside_and_a_frame_is_undone(tab, tmp_path):
    page = tab.page
    run = page.locator(".gm-repair .gm-button")
    run.click()
    page.wait_for_selector("[data-gm-view=repaired] img")
    tab.go.wait_for()
    tab.wait_for_place(*HOLE)
    assert {row[0]: row[1:] for row in tab.numbers()}["Faulty slices"] == ["2", "0"]
    assert page.locator("[data-gm-cell].gm-cell-fault").count() == 0
    page.click(".gm-controls >> text=Before")
    page.wait_for_selector("[data-gm-cell].gm-cell-fault.gm-cell-changed >> nth=1")
    before, after = (tab.settled(f"[data-gm-view={name}] img") for name in ("checked", "repaired"))
    assert np.abs(before - after).max() > 30, "the hole is filled on the right"
    page.click(f"[aria-label='Undo frame {HOLE[0]}']")
    page.wait_for_selector(".gm-results .gm-note:has-text('repair again')")
    run.click()
    page.wait_for_selector(".gm-changes:has-text('Kept as it was.')")
    tab.go.wait_for()
    repaired = sitk.GetArrayFromImage(sitk.ReadImage(str(tab.download("repaired.nii.gz", tmp_path, of="repair"))))
    assert (repaired[HOLE][30:60, 30:60] == 0).any() and not (repaired[ISLAND][2:7, 70:75] == 3).any()


def test_nothing_sticks_out(tab):
    tab.shoot("segmentation-image")
    for width, height in ((820, 1180), (1920, 1080), (1280, 800)):
        tab.page.set_viewport_size({"width": width, "height": height})
        assert tab.page.evaluate(NOTHING_STICKS_OUT)


def test_what_is_no_label_map_is_a_sentence_on_the_card(tab, tmp_path):
    numbers = tab.numbers()
    noise = sitk.GetImageFromArray(np.random.default_rng(0).normal(size=(6, 20, 20)))
    sitk.WriteImage(noise, str(tmp_path / "scan.nrrd"))
    tab.choose("labels", tmp_path / "scan.nrrd")
    tab.card("labels").locator(".gm-serious", has_text="scan.nrrd is no label map").wait_for()
    empty = sitk.Image(20, 20, 6, sitk.sitkUInt8)
    sitk.WriteImage(empty, str(tmp_path / "empty.nii.gz"))
    tab.choose("labels", tmp_path / "empty.nii.gz")
    tab.card("labels").locator(".gm-serious", has_text="has no labels").wait_for()
    tab.choose("image", tmp_path / "empty.nii.gz")
    tab.card("image").locator(".gm-serious", has_text="on the grid of the labels").wait_for()
    assert tab.card("labels").get_by_text("beat.nii.gz").count() and tab.numbers() == numbers


def test_an_apical_view_wants_the_time_between_its_frames(tab, tmp_path):
    beat = np.stack([apical(width_mm=44 - 8 * np.sin(np.pi * t / 7)) for t in range(8)])
    image = sitk.GetImageFromArray(beat)
    sitk.WriteImage(image, str(tmp_path / "four_chamber.nii.gz"))
    tab.clear()
    tab.choose("labels", tmp_path / "four_chamber.nii.gz")
    tab.page.select_option("#gm-view", "apical")
    tab.page.select_option("#gm-value-la", "4")
    until(lambda: "frame interval" in tab.refusal())
    tab.page.fill("#gm-frame-interval", "40")
    tab.start()
    tab.page.wait_for_selector(".gm-case-title:has-text('four_chamber')")
    assert tab.page.locator("[data-gm-cell]").count() == 8
    tab.shoot("segmentation-apical")


def test_a_view_that_becomes_narrower_shows_all_it_showed(tab):
    page = tab.page
    page.click("text=New case >> visible=true")
    page.click("text=with faults >> visible=true")
    tab.start()
    page.get_by_role("button", name="Repair", exact=True).click()
    page.wait_for_selector("text=Repair again")
    page.wait_for_selector("[data-gm-view=repaired] img")
    views = [tab.settled(f"[data-gm-view={name}] img")[:300] for name in ("checked", "repaired")]
    one, other = (((view[..., 2] > 150) & (view[..., 0] < 120)).sum() for view in views)
    assert one > 1000 and abs(one / other - 1) < 0.1, "the right ventricle is as large on both sides"
