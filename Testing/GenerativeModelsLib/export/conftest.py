"""Finished cases of the sample head, from DICOM files of three kinds, and of the sample heart, with their exports."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.extras import install_command
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.dicom_inputs import enhanced, jpeg_loop, loop_of, screenshot, single_frame

PACKAGES = ("highdicom", "reportlab", "fhir.resources")
SPACING = (0.22346, 0.22346)
IDENTITY = {"case_id": "H-7", "examination_date": "2026-01-31", "operator": "Ada Lovelace", "institution": "St Mary"}


class ExportTests(pytest.Module):
    """Tests that are skipped where a package of the exports is missing; a conftest.py cannot be skipped itself."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        for package in PACKAGES:
            pytest.importorskip(package, reason=f"{package} is not installed ({install_command('dicom')})")
        return super().collect()


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Collect the modules of this folder as `ExportTests`."""
    return ExportTests.from_parent(parent, path=module_path)


@dataclass(frozen=True)
class Finished:
    """A finished case: its folder, the content of its `result.json`, and its input where that is DICOM."""

    folder: Path
    result: dict[str, Any]
    source: Path | None = None

    def export(self, name: str) -> Path:
        """A file among its exports."""
        return self.folder / "exports" / name


def finished(anatomy: Any, request: Any, source: Path | None = None) -> Finished:
    """Compute a case and read what it wrote."""
    run_case(anatomy, request)
    return Finished(request.output, json.loads((request.output / "result.json").read_text(encoding="utf-8")), source)


@pytest.fixture(scope="session", params=["single frame", "colour loop", "enhanced"])
def skull(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sample_head: Path) -> Finished:
    """The sample head from a DICOM file: one frame with regions, a JPEG loop with regions, an enhanced file."""
    folder = tmp_path_factory.mktemp("skull")
    pixels = np.array(Image.open(sample_head / "axial.png").convert("L"))
    path = folder / "axial.dcm"
    if request.param == "single frame":
        single_frame(path, pixels, SPACING)
    elif request.param == "colour loop":
        jpeg_loop(path, loop_of(pixels, 2, 4), SPACING, BurnedInAnnotation="YES")
    else:
        enhanced(path, loop_of(pixels, 1, 3), SPACING)
    asked = SkullRequest(
        path,
        gestational_age_weeks=27.0,
        samples=8,
        device="cpu",
        output=folder / "case",
        export=",".join(SKULL.exporters),
        identity_from_dicom=True,
    )
    return finished(SKULL, asked, path)


@pytest.fixture(scope="session")
def new_patient(tmp_path_factory: pytest.TempPathFactory, sample_head: Path) -> Finished:
    """The sample head from a screenshot in DICOM, its exports of a patient and study of their own, without identity."""
    folder = tmp_path_factory.mktemp("new")
    pixels = np.array(Image.open(sample_head / "axial.png").convert("L"))
    path = screenshot(folder / "axial.dcm", pixels, SPACING)
    asked = SkullRequest(
        path,
        samples=0,
        device="cpu",
        output=folder / "case",
        export="dicom-sr,dicom-seg,dicom-pdf,dicom-stl,fhir,pdf",
        dicom_patient="new",
    )
    return finished(SKULL, asked, path)


@pytest.fixture(scope="session")
def heart(tmp_path_factory: pytest.TempPathFactory, sample_heart: Path) -> Finished:
    """The sample heart."""
    folder = tmp_path_factory.mktemp("heart")
    asked = HeartRequest(
        sample_heart / "ed.nii.gz",
        sample_heart / "es.nii.gz",
        device="cpu",
        output=folder / "case",
        export=",".join(HEART.exporters),
        **IDENTITY,
    )
    return finished(HEART, asked)
