"""The files of a case as they are offered to a browser."""

from __future__ import annotations

import asyncio
import zipfile

import numpy as np
import pytest

pytest.importorskip("aiohttp")

from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsWeb.parts.files import UNKNOWN, _colours, offer_files
from GenerativeModelsWeb.server.downloads import Downloads
from Testing.helpers.shapes import lump


@pytest.fixture
def offered(tmp_path):
    """Groups of links, what is offered, and the folder of a case with a mesh, a volume and a picture."""
    folder, surface = tmp_path / "case-1", lump()
    folder.mkdir()
    write_vtp(surface.with_data(uncertainty_mm=surface.points[:, 2]), folder / "skull.vtp")
    for name in ("report.html", "result.json", "skull.nii.gz", "bullseye.png"):
        (folder / name).write_text(name)
    downloads = Downloads(tmp_path / "downloads")

    def save(path):
        path.write_text("scene")
        return path

    return offer_files(downloads, SKULL, folder, "Jane Doe: 27+3", save), downloads._offers, folder


def made(offer):
    """The file that an offer makes."""
    found = offer.make()
    return asyncio.run(found) if asyncio.iscoroutine(found) else found


def test_links_are_grouped_and_named_after_the_case(offered):
    groups, offers, _ = offered
    listed = [(group["label"], [file["ending"] for file in group["files"]]) for group in groups]
    assert listed == [
        ("Report", [".html"]),
        ("Numbers", [".json"]),
        ("Scene", [".mrb"]),
        ("Whole case", [".zip"]),
        ("Skull", [".vtp", ".stl", ".ply", ".glb"]),
        ("Bullseye", [".png"]),
        ("Skull volume", [".nii.gz"]),
    ]
    assert offers["skull.report.html"].file_name == "Jane_Doe_27_3-report.html"
    assert offers["skull.skull.nii.gz"].file_name == "Jane_Doe_27_3-skull.nii.gz"


@pytest.mark.parametrize("suffix, start", [(".stl", b"GenerativeModels SPACE"), (".ply", b"ply"), (".glb", b"glTF")])
def test_meshes_are_made_in_other_formats_outside_the_case(offered, suffix, start):
    _, offers, folder = offered
    before = sorted(folder.iterdir())
    path = made(offers[f"skull.skull{suffix}"])
    assert path.read_bytes().startswith(start) and sorted(folder.iterdir()) == before


def test_the_archive_holds_the_case_under_its_name(offered):
    _, offers, _ = offered
    with zipfile.ZipFile(made(offers["skull.case.zip"])) as archive:
        assert "Jane_Doe_27_3/result.json" in archive.namelist()


def test_points_without_a_value_are_grey():
    colours = _colours(np.array([np.nan, 1.0, 5.0]))
    assert tuple(colours[0]) == UNKNOWN and tuple(colours[1]) != tuple(colours[2])
    assert _colours(np.full(3, np.nan)) is None and _colours(np.zeros(3)) is None
