"""The skull in a real Chromium: pictures in, skull and files out, through the hub."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("aiohttp")
pytest.importorskip("psutil")

import psutil

from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsWeb.server.sessions import SessionPlan
from GenerativeModelsWeb.skull.results import result_of
from Testing.helpers.browser import picture_of
from Testing.helpers.hubs import running_hub, until
from Testing.helpers.skull_page import SkullPage, names_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(importlib.util.find_spec("trame_slicer") is None, reason="trame-slicer (extra web) is not here"),
]

SAMPLES = 8
GRACE_SECONDS = 15.0
LONG_NAME = "fetal head of the second trimester, transthalamic plane, exported from the scanner " * 2 + "(final).png"
AXIAL_VIEW = '[aria-label="Axial plane"] img'


@pytest.fixture(scope="module")
def a_hub(tmp_path_factory, skull_bundle):
    # On macOS a temporary folder has some fifty letters, the folder of a session below it a hundred.
    folder = tmp_path_factory.mktemp("sessions" * 12 if os.name == "posix" else "sessions")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TMPDIR", str(folder))
        environment.setattr("tempfile.tempdir", None)
        plan = SessionPlan(grace_seconds=GRACE_SECONDS, spare_delay_seconds=0.5, device="cpu")
        with running_hub(plan) as hub:
            yield hub


@pytest.fixture(scope="module")
def open_page(a_hub, a_browser):
    """Opens a tab with a session of its own; it must end without a script error."""

    @contextmanager
    def open_(**options):
        page = a_browser.new_page(viewport={"width": 1280, "height": 800}, accept_downloads=True, **options)
        tab = SkullPage(page, a_hub.address)
        try:
            yield tab
        finally:
            page.close()
        assert tab.errors == []

    return open_


@pytest.fixture(scope="module")
def a_tab(open_page):
    """A tab for tests that need no result."""
    with open_page() as tab:
        yield tab


@pytest.fixture(scope="module")
def a_busy_tab(open_page):
    """A tab for tests that reconstruct pictures of their own; each clears it first."""
    with open_page() as tab:
        yield tab


@pytest.fixture(scope="module")
def a_done_tab(open_page):
    """A tab with the sample case reconstructed, seed 1."""
    with open_page() as tab:
        tab.sample()
        tab.set(samples=SAMPLES, seed=1)
        tab.start()
        yield tab


@pytest.fixture(scope="module")
def spacings(sample_case) -> dict[str, float]:
    sample = json.loads((sample_case / "sample.json").read_text(encoding="utf-8"))
    return {plane: row for plane, (row, _) in sample["spacing_mm"].items()}


def children_of(hub, token: str) -> list:
    """The processes of a session's page, its worker among them."""
    session = hub.hub.sessions.find(token)
    process = psutil.Process(session.process.pid)
    return [process, *process.children(recursive=True)]


def workers(processes: list) -> list:
    return [one for one in processes if one.is_running() and "worker.serve" in " ".join(one.cmdline())]


def test_pictures_become_a_skull_with_its_numbers_and_files(a_busy_tab, sample_case, spacings, tmp_path):
    tab = a_busy_tab
    tab.clear()
    tab.shoot("empty")
    assert "Add the axial picture" in tab.page.inner_text(".gm-foot")
    tab.choose("axial", sample_case / "axial.png")
    tab.card("axial").locator(".gm-caution").wait_for()
    assert "no spacing" in tab.card("axial").inner_text()
    assert tab.page.locator(".gm-go").is_disabled()
    tab.card("axial").locator(".gm-spacing input").first.fill(str(spacings["axial"]))
    tab.card("axial").locator(".gm-caution").wait_for(state="detached")
    for plane in ("sagittal", "coronal"):
        tab.give(plane, sample_case / f"{plane}.png", spacings[plane])
    tab.set(weeks="27+0", samples=SAMPLES, seed=3)
    tab.page.locator(".gm-side:visible .gm-more summary", has_text="Advanced").click()
    tab.shoot("pictures")
    seconds = tab.start()

    result = tab.result(tmp_path)
    beyond = seconds - result["seconds"]["total"]
    print(f"from click to skull {seconds:.2f} s, {beyond:.2f} s beyond the backend's own time")
    assert (result["seed"], result["samples"], result["gestational_age_weeks"]) == (3, SAMPLES, 27.0)
    assert {name: plane["file"] for name, plane in result["planes"].items()} == {
        plane: f"{plane}.png" for plane in spacings
    }
    cells = ("short", "value", "interval", "z", "percentile")
    shown = [[row[cell] for cell in cells] for row in result_of(result).rows]
    assert tab.numbers() == shown
    hc = result["biometry"]["hc_mm"]
    low, high = hc["interval90"]
    assert tab.numbers()[2] == [
        "HC",
        f"{hc['value']:.1f} mm",
        f"{low:.1f} to {high:.1f}",
        z_text(hc["z_score"]),
        percentile_text(hc["percentile"]),
    ]

    surface = read_surface(tab.download("skull.vtp", tmp_path))
    assert len(surface.points) > 1000 and surface.point_data["uncertainty_mm"].max() == pytest.approx(
        result["uncertainty_mm"]["max"], abs=1e-4
    )
    assert tab.download("report.html", tmp_path).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert tab.download("skull.nii.gz", tmp_path).stat().st_size > 1000
    assert {"skull.vtp", "skull.nii.gz", "uncertainty.nii.gz", "report.html", "result.json"} <= names_in(
        tab.download("case.zip", tmp_path)
    )
    scene = names_in(tab.download("skull.mrb", tmp_path))
    assert any(name.endswith(".mrml") for name in scene) and any("skull" in name for name in scene)

    assert tab.page.locator(".gm-view").count() == 4
    tab.chart()
    tab.shoot("result")


def test_skull_answers_to_range_switches_and_mouse(a_done_tab):
    tab = a_done_tab

    view = ".gm-3d img"
    before, numbers = tab.settled(view), tab.page.inner_text(".gm-numbers")
    tab.page.locator(".gm-range [role=slider]").last.focus()
    for _ in range(4):
        tab.page.keyboard.press("ArrowLeft")
    narrowed = tab.changed(view, before)
    assert tab.page.inner_text(".gm-numbers") != numbers
    tab.page.locator(".gm-range [aria-checked=true]").wait_for(state="detached")  # neither fitted nor for comparison
    tab.page.click("text=Compare")
    tab.page.wait_for_selector("text=0.0 to 4.0 mm")
    compared = tab.changed(view, narrowed)
    tab.page.click("text=Planes in 3D")
    with_planes = tab.changed(view, compared)
    tab.page.click("text=Planes in 3D")
    tab.changed(view, with_planes)
    assert _cyan(tab.settled(AXIAL_VIEW)) > 50
    tab.page.click("text=Outlines")
    until(lambda: _cyan(picture_of(tab.page, AXIAL_VIEW)) == 0)

    before = tab.settled(view)
    tab.page.click("text=Front")
    front = tab.changed(view, before)
    box = tab.page.locator(".gm-3d").bounding_box()
    tab.page.mouse.move(box["x"] + 200, box["y"] + 250)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 300, box["y"] + 250, steps=4)
    tab.page.mouse.up()
    tab.changed(view, front)


def test_a_changed_input_is_said_and_a_reload_finds_the_session_as_it_was(a_done_tab):
    tab = a_done_tab
    tab.page.fill("#gm-seed", "9")
    tab.page.wait_for_selector("text=The inputs were changed since")
    numbers = tab.numbers()
    tab.page.reload()
    tab.page.wait_for_selector(".gm-3d img")
    assert tab.numbers() == numbers


def test_cancel_ends_the_worker_and_leaves_what_is_shown(a_done_tab, a_hub):
    tab = a_done_tab
    before = tab.numbers()
    tab.set(samples=9000, seed=2)
    (former,) = workers(children_of(a_hub, tab.token))
    tab.go.click()
    tab.wait_until_it_computes()
    tab.shoot("running")
    tab.page.click("text=Cancel")
    tab.go.wait_for()
    until(lambda: not former.is_running() or former.status() == psutil.STATUS_ZOMBIE)
    assert tab.numbers() == before and tab.page.locator(".gm-foot .gm-serious").count() == 0
    tab.set(samples=SAMPLES)
    tab.start()
    tab.page.wait_for_selector("text=seed 2")


def test_files_dropped_on_the_page_find_their_planes(a_tab, sample_case):
    tab = a_tab
    tab.clear()
    tab.page.evaluate(
        """files => {
            const carried = new DataTransfer();
            for (const [name, data] of files) {
                const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
                carried.items.add(new File([bytes], name, {type: "image/png"}));
            }
            const drop = new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true});
            document.querySelector(".gm-stage").dispatchEvent(drop);
        }""",
        [["IMG_1.png", _coded(sample_case / "axial.png")], ["cor.png", _coded(sample_case / "coronal.png")]],
    )
    for plane, name in (("axial", "IMG_1.png"), ("coronal", "cor.png")):
        tab.card(plane).locator(f"text={name}").wait_for()
    assert "Took IMG_1.png as the axial plane" in tab.page.inner_text(".gm-scroll")


def test_the_last_word_on_progress_may_come_after_the_answer(open_page, sample_case):
    with open_page() as tab:
        tab.page.evaluate(
            """() => {
                const remote = window.trame.client.getRemote().Trame;
                const send = remote.updateState.bind(remote);
                let before = Promise.resolve();
                remote.updateState = (changes) => {
                    const late = changes.some(({ key, value }) => key.endsWith("sending") && value > 0);
                    if (late) document.body.classList.add("test-late");
                    before = before.then(() => new Promise((resolve) => setTimeout(resolve, late ? 1500 : 0)));
                    return before.then(() => send(changes));
                };
                const heard = { set(call) { this.addEventListener("loadend", () => setTimeout(call, 700)); } };
                Object.defineProperty(XMLHttpRequest.prototype, "onloadend", heard);
            }"""
        )
        tab.choose("axial", sample_case / "axial.png")
        tab.card("axial").locator("text=axial.png").wait_for()
        assert tab.page.locator("body.test-late").count(), "the page has said how much was sent"
        tab.page.wait_for_timeout(2500)
        assert "The files are being sent." not in tab.page.inner_text(".gm-foot:visible")


def test_bad_files_are_refused_in_a_sentence(a_tab, sample_case, spacings, tmp_path):
    text = tmp_path / "holiday.png"
    text.write_text("not a picture")
    huge = tmp_path / "sweep.nii"
    with huge.open("wb") as file:
        file.truncate(2 * 2**30)
    tab = a_tab
    tab.clear()
    tab.choose("axial", text)
    tab.card("axial").locator(".gm-serious").wait_for()
    assert "holiday.png is not an image" in tab.card("axial").inner_text()
    sent = []
    tab.page.on("request", lambda request: sent.append(request.url))
    tab.choose("sagittal", huge)
    tab.card("sagittal").locator(".gm-serious").wait_for()
    assert not [address for address in sent if "/upload/" in address], "refused before it is sent"
    assert "sweep.nii has 2 GiB" in tab.card("sagittal").inner_text()
    tab.shoot("bad-file")
    noise = np.random.default_rng(0).integers(0, 255, (400, 500)).astype(np.uint8)
    tab.give("axial", {"name": "noise.png", "mimeType": "image/png", "buffer": _png(noise)}, 0.25)
    assert tab.card("axial").locator(".gm-serious").count() == 0
    tab.go.click()
    tab.page.wait_for_selector(".gm-foot .gm-serious")
    assert "noise.png shows no fetal head" in tab.page.inner_text(".gm-foot")
    assert tab.page.locator(".gm-results").count() == 0


def test_a_session_that_ends_under_the_page_is_said_calmly_and_a_reload_helps(open_page, a_hub):
    with open_page() as tab:
        tab.sample()
        a_hub.hub.sessions.find(tab.token).process.kill()
        tab.page.get_by_text("The connection to the server is lost.").wait_for()
        assert tab.card("axial").locator(".gm-thumb img").is_visible(), "what was there can still be read"
        tab.shoot("lost")
        tab.page.click("text=Reload >> nth=-1")
        tab.page.click("text=Start a new session")
        tab.page.wait_for_selector(".gm-app")
        tab.errors.clear()  # calls of trame's own that were under way when the line broke


def test_axial_alone_with_a_long_name_and_a_doubtful_picture(a_busy_tab, sample_case, spacings):
    cut = np.asarray(Image.open(sample_case / "axial.png").convert("L"))[:, :330]
    tab = a_busy_tab
    tab.clear()
    tab.give("axial", {"name": LONG_NAME, "mimeType": "image/png", "buffer": _png(cut)}, spacings["axial"])
    tab.set(weeks=27, samples=SAMPLES)
    tab.start()
    assert tab.page.locator(".gm-view").count() == 2, "the skull and the only plane there is"
    notices = tab.notices()
    assert notices[0].startswith("The input is unusual") and any("outside the image" in text for text in notices)
    name = tab.card("axial").locator(".gm-file")
    assert name.get_attribute("title") == LONG_NAME and name.bounding_box()["height"] < 30
    tab.chart()
    tab.shoot("warning")
    for width, height in ((820, 1180), (1920, 1080), (1280, 800)):
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.wait_until_nothing_sticks_out()


def test_two_tabs_do_not_disturb_each_other(open_page, a_busy_tab, tmp_path):
    one = a_busy_tab
    one.clear()
    with open_page() as other:
        wanted = {one: (11, 25.0), other: (12, 29.0)}
        for tab, (seed, weeks) in wanted.items():
            tab.sample()
            for plane in ("sagittal", "coronal"):
                tab.card(plane).locator(".gm-remove").click()
            tab.set(seed=seed, weeks=weeks, samples=SAMPLES)
            tab.go.click()
            tab.page.wait_for_selector(".gm-progress")
        results = {}
        for tab, (seed, weeks) in wanted.items():
            tab.page.wait_for_selector(".gm-3d img")
            tab.go.wait_for()
            folder = tmp_path / str(seed)
            folder.mkdir()
            results[tab] = tab.result(folder)
            assert (results[tab]["seed"], results[tab]["gestational_age_weeks"]) == (seed, weeks)
            assert tab.numbers()[2][4] == percentile_text(results[tab]["biometry"]["hc_mm"]["percentile"])
        assert results[one]["biometry"]["hc_mm"]["sd"] != results[other]["biometry"]["hc_mm"]["sd"]
        assert one.token != other.token


def test_a_browser_that_goes_away_mid_run_leaves_no_process_and_no_file(open_page, a_hub):
    with open_page() as tab:
        tab.sample()
        tab.set(samples=9000)
        tab.go.click()
        tab.wait_until_it_computes()
        processes = children_of(a_hub, tab.token)
        folder = Path(processes[0].environ()["TMPDIR"])
        assert workers(processes) and any(folder.rglob("upload*"))
    until(lambda: not any(one.is_running() for one in processes), GRACE_SECONDS + 60)
    until(lambda: not folder.exists())


def _cyan(pixels: np.ndarray) -> int:
    """Number of pixels in the outline's colour."""
    return int((pixels[..., 2] - pixels[..., 0] > 60).sum())


def _png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def _coded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")
