"""The page of a case: what is given is what is printed and drawn."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.page.case_page import MeshView, Notice, Row, render, write_case_page
from GenerativeModelsLib.page.colour_scale import Scale
from Testing.helpers.case_page import SHARE, a_mesh, a_page


def scene_of(page: str) -> dict:
    return json.loads(re.search(r'id="scene">(.*?)</script>', page, re.DOTALL)[1])


def unpacked(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


def test_all_that_is_given_is_printed() -> None:
    page = render(a_page())
    assert "<h1>Case 7</h1>" in page and "<title>Lump: Case 7</title>" in page and "2026-01-01 10:00 UTC" in page
    assert '<b class="verdict unusual">unusual for the model</b>' in page
    assert '<p class="notice caution"><strong>Caution</strong> It is cut off.</p>' in page
    assert '<p class="notice serious"><strong>Do not rely on this result</strong> It is no lump.</p>' in page
    for text in ("Sizes", "12.0 ml", "11.0 to 13.0", ">55<", "A line.", "lumps 1.0", "cpu, seed 0"):
        assert text in page
    assert page.count("Research use only.") == 3, "twice on the page, and at the foot of printed ones"


def test_the_page_asks_for_nothing_and_may_not() -> None:
    page = render(a_page())
    assert "default-src 'none'" in page
    assert not re.search(r'(src|href)="(?!data:)', page) and "http:" not in page and "https:" not in page


def test_what_a_case_has_not_leaves_no_trace() -> None:
    page = render(a_page(title="", verdict=None, notices=[], meshes=[], rows=[Row("Volume", "12.0 ml")]))
    assert "<h1>Lump</h1>" in page and "<title>Lump</title>" in page
    for text in ('class="verdict', 'class="notices"', "<canvas", "90 % interval", "Percentile", "<script", "<img"):
        assert text not in page, text


def test_words_from_outside_are_no_markup() -> None:
    bad = "<script>alert(1)</script>"
    page = render(
        a_page(
            title=bad,
            notices=[Notice(bad)],
            notes=[bad],
            facts=[(bad, bad)],
            meshes=[a_mesh(bad, Scale(bad, bad, 0, 1)), a_mesh(bad)],
        )
    )
    assert "<script>alert" not in page


def test_meshes_survive_the_packing() -> None:
    mesh = a_mesh(gap=True)
    (packed,) = (scene := scene_of(render(a_page(meshes=[mesh]))))["meshes"]
    points = unpacked(packed["points"], "<i2").reshape(-1, 3) * scene["step_mm"]
    middle = (mesh.points.min(axis=0) + mesh.points.max(axis=0)) / 2
    np.testing.assert_allclose(points, mesh.points - middle, atol=scene["step_mm"])
    np.testing.assert_array_equal(unpacked(packed["triangles"], "<u2").reshape(-1, 3), mesh.triangles)
    np.testing.assert_allclose(unpacked(packed["values"], "<f4"), mesh.values, rtol=1e-6)
    assert scene["extent_mm"] == pytest.approx(np.linalg.norm(mesh.points - middle, axis=1).max())


def test_a_mesh_of_many_points_keeps_its_triangles() -> None:
    count = 65_537
    points = np.random.default_rng(0).normal(size=(count, 3))
    triangles = np.array([[0, 1, count - 1]])
    (packed,) = scene_of(render(a_page(meshes=[MeshView("Cloud", points, triangles)])))["meshes"]
    assert packed["wide"] and unpacked(packed["triangles"], "<u4").tolist() == [0, 1, count - 1]


def test_meshes_of_one_scale_share_its_legend() -> None:
    meshes = [a_mesh("One"), a_mesh("Two", SHARE), a_mesh("Three", gap=True), a_mesh("Plain", None)]
    page = render(a_page(meshes=meshes))
    scene = scene_of(page)
    assert [mesh["scale"] for mesh in scene["meshes"]] == [0, 1, 0, None]
    assert [mesh["values"] is None for mesh in scene["meshes"]] == [False, False, False, True]
    assert scene["scales"] == [
        {"ranges": {"fit": [0.0, 40.0], "compare": [0.0, 40.0]}, "unit": "mm", "digits": 1, "line_step": 0.0},
        {"ranges": {"fit": [-0.5, 0.5], "compare": [-0.5, 0.5]}, "unit": "%", "digits": 1, "line_step": 0.0},
    ]
    assert re.findall(r"<figcaption>(\w+ in .*?)</figcaption>", page) == [
        "Height in mm. Grey: not known.",
        "Share in %.",
    ]
    assert re.findall(r'name="mesh" value="(\d)"', page) == ["0", "1", "2", "3"]
    assert 'name="mesh" value' not in render(a_page()), "one mesh is no choice"


def test_still_pictures_are_four_sides_of_one_mesh_or_one_of_each() -> None:
    def captions(*meshes: MeshView) -> list[str]:
        return re.findall(r'alt="(\w+)"><figcaption>', render(a_page(meshes=meshes)))

    assert captions(a_mesh()) == ["Left", "Front", "Right", "Back"]
    assert captions(a_mesh("One"), a_mesh("Two"), a_mesh("Three")) == ["One", "Two", "Three"]


def test_the_file_is_the_page(tmp_path: Path) -> None:
    path = write_case_page(a_page(), tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == render(a_page())
