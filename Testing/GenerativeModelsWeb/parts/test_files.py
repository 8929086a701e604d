"""The files of a case as they are offered to a browser."""

from __future__ import annotations

import asyncio
import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("aiohttp")

from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.page.colours import COLOURS, PLAIN, rgb
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsWeb.parts.files import offer_files
from GenerativeModelsWeb.server.downloads import Downloads
from Testing.helpers.dicom_inputs import HEADER, single_frame
from Testing.helpers.finished_cases import a_finished_case
from Testing.helpers.shapes import lump


@pytest.fixture
def offered(tmp_path):
    """Groups of links, what is offered, and the folder of a case with a mesh, a volume and a picture."""
    folder, surface = tmp_path / "case-1", lump()
    folder.mkdir()
    write_vtp(surface.with_data(uncertainty_mm=surface.points[:, 2]), folder / "skull.vtp")
    for name in ("report.html", "result.json", "skull.nii.gz", "bullseye.png", "curves.csv"):
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
    formats = [entry for entry in listed if entry[0] in ("Short report", "DICOM", "FHIR")]
    listed = [entry for entry in listed if entry not in formats]
    assert listed == [
        ("Report", [".html"]),
        ("Numbers", [".json"]),
        ("Scene", [".mrb"]),
        ("Whole case", [".zip"]),
        ("Skull", [".vtp", ".stl", ".ply", ".glb"]),
        ("Bullseye", [".png"]),
        ("Curves", [".csv"]),
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


def points_of(ply):
    """(N, 3) places and (N, 3) colours from 0 to 255 of the points of a PLY file."""
    head, _, body = ply.read_bytes().partition(b"end_header\n")
    count = int(re.search(rb"element vertex (\d+)", head)[1])
    found = np.frombuffer(body, np.dtype([("at", "<f4", 3), ("colour", "u1", 3)]), count)
    return found["at"], found["colour"]


def test_a_mesh_has_the_colours_of_its_scale_and_is_plain_where_no_value_is_known(offered):
    _, offers, folder = offered
    surface = lump()
    values = np.where(surface.points[:, 2] < 0, np.nan, np.where(surface.points[:, 0] < 0, 0.5, 0.7))
    write_vtp(surface.with_data(uncertainty_mm=values), folder / "skull.vtp")
    points, colours = points_of(made(offers["skull.skull.ply"]))
    plain, low, high = (np.round(255 * np.array(colour)) for colour in (PLAIN, rgb(COLOURS[0]), rgb(COLOURS[-1])))
    up, right = points[:, 2] > 1e-3, points[:, 0] > 1e-3
    assert (colours[points[:, 2] < -1e-3] == plain).all()
    assert (colours[up & right] == high).all() and (colours[up & (points[:, 0] < -1e-3)] == low).all()


def test_a_mesh_without_any_value_is_plain(offered):
    _, offers, folder = offered
    write_vtp(lump(), folder / "skull.vtp")
    _, colours = points_of(made(offers["skull.skull.ply"]))
    assert (colours == np.round(255 * np.array(PLAIN))).all()


def test_formats_whose_packages_are_installed_are_offered(offered, monkeypatch):
    _, _, folder = offered
    for name, exporter in SKULL.exporters.items():
        monkeypatch.setitem(SKULL.exporters, name, replace(exporter, packages=() if name != "fhir" else ("absent",)))
    groups = offer_files(Downloads(folder.with_name("others")), SKULL, folder, "P-1", lambda path: path)
    listed = {group["label"]: [(file["address"], file["ending"]) for file in group["files"]] for group in groups}
    assert listed["Short report"] == [("skull.report.pdf", ".pdf")]
    assert listed["DICOM"] == [
        ("skull.measurements-sr.dcm", "report"),
        ("skull.skull-seg.dcm", "segmentation"),
        ("skull.report-pdf.dcm", "PDF"),
        ("skull.skull-stl.dcm", "STL"),
    ]
    assert "FHIR" not in listed, "its package is missing"


def test_an_export_is_made_outside_the_case_and_belongs_to_the_patient_of_the_input(tmp_path):
    pydicom = pytest.importorskip("pydicom")
    folder = a_finished_case(tmp_path / "case", case_id="P-1")
    header = pydicom.dcmread(single_frame(tmp_path / "a.dcm", np.zeros((40, 50), np.uint8), (0.3, 0.3)))
    before = sorted(folder.rglob("*"))
    for headers, patient in (({"axial": header}, HEADER["PatientID"]), ({}, "P-1")):
        downloads = Downloads(tmp_path / "downloads")
        offer_files(downloads, SKULL, folder, "P-1", lambda path: path, headers)
        offer = downloads._offers["skull.skull-stl.dcm"]
        assert offer.file_name == "P-1-skull-stl.dcm"
        assert pydicom.dcmread(made(offer)).PatientID == patient
    assert sorted(folder.rglob("*")) == before


def test_several_files_of_an_export_come_as_an_archive(tmp_path):
    folder = a_finished_case(tmp_path / "case")
    second = replace(SKULL.meshes[0], file="other.vtp", label="Other")
    (folder / "other.vtp").write_bytes((folder / "skull.vtp").read_bytes())
    record = replace(SKULL, meshes=(*SKULL.meshes, second))
    downloads = Downloads(tmp_path / "downloads")
    offer_files(downloads, record, folder, "P-1", lambda path: path)
    with zipfile.ZipFile(made(downloads._offers["skull.dicom-stl.zip"])) as archive:
        assert archive.namelist() == ["skull-stl.dcm", "other-stl.dcm"]
