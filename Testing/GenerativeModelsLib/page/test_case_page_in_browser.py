"""The page of a case in a real Chromium: drawn, silent, offline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.page.case_page import Notice, Row, write_case_page
from GenerativeModelsLib.page.colour_scale import Scale
from Testing.helpers.browser import open_pages, picture_of
from Testing.helpers.case_page import HEIGHT, SHARE, a_mesh, a_page

pytestmark = pytest.mark.browser


@pytest.fixture
def open_page(a_browser, tmp_path):
    yield from open_pages(a_browser, lambda content: write_case_page(content, tmp_path / "report.html").as_uri())


def halves(page) -> tuple[np.ndarray, np.ndarray]:
    """The left and the right half of the canvas."""
    picture = picture_of(page, "#shape-canvas")
    middle = picture.shape[1] // 2
    return picture[:, : middle - 5], picture[:, middle + 5 :]


def yellow(picture: np.ndarray) -> int:
    return int(((picture[..., 1] > 120) & (picture[..., 2] < 90)).sum())


def on_the_left(mesh) -> np.ndarray:
    """(N,) bool, which points lie on the patient's left of the middle."""
    across = mesh.points[:, 0]
    return across > (across.min() + across.max()) / 2


def test_the_mesh_is_drawn_in_the_colours_of_its_scale(open_page):
    mesh = a_mesh()
    page = open_page(a_page(meshes=[replace(mesh, values=np.where(on_the_left(mesh), 40.0, 0.0))]))
    page.click('[data-view="front"]')
    far, near = halves(page)
    assert yellow(near) > 5000 and yellow(far) < 50, "the patient's left is on the viewer's right"
    assert "≥ 40 mm" in page.locator(".legend").inner_text()


def test_a_scale_may_begin_below_zero(open_page):
    """Its low end has the low colour."""
    mesh = a_mesh(scale=Scale("Offset", "mm", -2.0, 2.0))
    page = open_page(a_page(meshes=[replace(mesh, values=np.where(on_the_left(mesh), 2.0, -2.0))]))
    page.click('[data-view="front"]')
    far, near = halves(page)
    assert yellow(near) > 5000 and yellow(far) < 50
    page.mouse.move(*centre_of(page, 0.35))
    assert page.locator("#readout").inner_text() == "Here: -2.0 mm"
    marker = page.locator(".legend .ramp i")
    assert marker.is_visible() and marker.evaluate("i => i.style.left") == "0%"
    page.mouse.move(*centre_of(page, 0.65))
    assert page.locator("#readout").inner_text() == "Here: 2.0 mm"
    assert marker.evaluate("i => i.style.left") == "100%"


def centre_of(page, across: float = 0.5) -> tuple[float, float]:
    """A place on the canvas, so far from its left side."""
    box = page.locator("#shape-canvas").bounding_box()
    return box["x"] + across * box["width"], box["y"] + box["height"] / 2


def test_the_value_under_the_cursor_is_read_out(open_page):
    mesh = a_mesh()
    page = open_page(a_page(meshes=[replace(mesh, values=np.full(len(mesh.points), 17.25))]))
    page.mouse.move(*centre_of(page))
    assert page.locator("#readout").inner_text() == "Here: 17.3 mm"
    page.hover("h1")
    assert "Drag to turn" in page.locator("#readout").inner_text()
    unknown = replace(mesh, values=np.full(len(mesh.points), np.nan))
    page = open_page(a_page(meshes=[unknown]))
    page.mouse.move(*centre_of(page))
    assert page.locator("#readout").inner_text() == "Here: not known"
    assert not page.locator(".legend .ramp i").is_visible()


def test_what_is_not_known_among_micrometres_is_no_number(open_page):
    """For the pages whose values are packed as such."""
    page = open_page(a_page())
    first, unknown = page.evaluate("Array.from(millimetres(Uint16Array.of(1500, UNKNOWN)))")
    assert first == 1.5 and np.isnan(unknown)


def test_another_mesh_brings_its_own_picture_and_legend(open_page):
    meshes = [a_mesh("Height"), a_mesh("Share", SHARE), a_mesh("Plain", None)]
    page = open_page(a_page(meshes=meshes))
    before = picture_of(page, "#shape-canvas")

    def legends() -> list[str]:
        return [legend.inner_text().splitlines()[-1] for legend in page.locator(".legend").all() if legend.is_visible()]

    assert legends() == ["Height in mm."]
    page.click("text=Share")
    assert legends() == ["Share in %."] and np.abs(picture_of(page, "#shape-canvas") - before).mean() > 1
    page.mouse.move(*centre_of(page))
    assert page.locator("#readout").inner_text().endswith(" %")
    page.click("text=Plain")
    assert legends() == []
    page.mouse.move(*centre_of(page))
    assert "Drag to turn" in page.locator("#readout").inner_text(), "a mesh without values has none to read"
    page.click('label:has-text("Height")')
    assert not np.abs(picture_of(page, "#shape-canvas") - before).mean() > 1


def test_a_mesh_of_many_points_is_drawn(open_page):
    """Its triangles are counted by 32 bits."""
    mesh = a_mesh()
    far = np.zeros((66_000, 3))
    points, triangles = np.concatenate([far, mesh.points]), mesh.triangles + len(far)
    values = np.concatenate([np.zeros(len(far)), np.full(len(mesh.points), 40.0)])
    page = open_page(a_page(meshes=[replace(mesh, points=points, triangles=triangles, values=values)]))
    assert sum(map(yellow, halves(page))) > 10_000


def test_views_and_keys_turn_it(open_page):
    page = open_page(a_page())
    before = picture_of(page, "#shape-canvas")
    for act in (
        lambda: page.click('[data-view="top"]'),
        lambda: page.locator("#shape-canvas").press("ArrowLeft"),
        lambda: page.locator("#shape-canvas").press("+"),
    ):
        act()
        assert np.abs(picture_of(page, "#shape-canvas") - before).mean() > 0.5
        page.click('[data-view="home"]')
        assert not np.abs(picture_of(page, "#shape-canvas") - before).mean() > 0.5


def test_still_pictures_stand_in_without_webgl_and_on_paper(open_page):
    page = open_page(a_page(), init_script="HTMLCanvasElement.prototype.getContext = () => null;")
    assert page.locator(".stills").is_visible() and not page.locator(".viewer").is_visible()
    page = open_page(a_page())
    assert not page.locator(".stills").is_visible() and page.locator(".viewer").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".stills").is_visible() and not page.locator(".viewer").is_visible()


@pytest.mark.parametrize("width", [400, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_sideways(open_page, width, scheme):
    long = "a_very_long_file_name_" * 20
    rows = [Row("Head circumference, occipito-frontal (HC)", "1250.4 mm", "1246.9 to 1253.8", "49")]
    content = a_page(title=long, notices=[Notice(long)], facts=[(long[:30], long)], rows=rows, notes=[long])
    content = replace(content, meshes=[a_mesh(), a_mesh("Another one with a longer name", HEIGHT)])
    page = open_page(content, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("table").first.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
