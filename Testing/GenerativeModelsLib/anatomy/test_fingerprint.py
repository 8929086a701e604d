"""What changes the result of a request changes its fingerprint, and nothing else does."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.output.fingerprint import file_checksum
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.corrections import EllipsePx, KnownLength
from GenerativeModelsLib.skull.request import PLANES, SkullRequest

SHARED = {
    "device": "cpu",
    "seed": 1,
    "title": "other",
    "case_id": "P-1",
    "examination_date": "2026-01-31",
    "operator": "A. B",
    "institution": "Hospital",
    "export": "fhir",
    "identity_from_dicom": True,
    "dicom_patient": "new",
}


@pytest.fixture
def head(sample_head: Path, tmp_path: Path, tiny_bundle: Path) -> SkullRequest:
    axial = sample_head / "axial.png"
    return SkullRequest(axial=axial, output=tmp_path / "p1", pixel_spacing_mm=(0.2, 0.2), model=tiny_bundle)


@pytest.fixture
def heart(sample_heart: Path, tmp_path: Path, tiny_bundle: Path) -> HeartRequest:
    return HeartRequest(sample_heart / "ed.nii.gz", output=tmp_path / "p1", model=tiny_bundle)


def with_(request: CaseRequest, name: str, value: object) -> Any:
    """The request with another value, whatever it says to that."""
    changed = copy.copy(request)
    object.__setattr__(changed, name, value)
    return changed


def digests(anatomy: Anatomy, request: CaseRequest, changes: dict[str, object]) -> set[str]:
    """Of the request and of each change, which must all differ."""
    found = {fingerprint_of(anatomy, request).digest}
    found |= {fingerprint_of(anatomy, with_(request, *change)).digest for change in changes.items()}
    assert len(found) == len(changes) + 1
    return found


def test_every_option_of_a_reconstruction_is_in_its_fingerprint(
    head: SkullRequest, sample_head: Path, tmp_path: Path
) -> None:
    """Whoever adds a field to the request must say here whether it changes the result."""
    (tmp_path / "copy").mkdir()
    same_name = tmp_path / "copy" / "axial.png"
    same_name.write_bytes(head.axial.read_bytes() + b"\0")
    changes = {
        "axial": same_name,
        "sagittal": sample_head / "sagittal.png",
        "coronal": sample_head / "coronal.png",
        "axial_spacing_mm": (0.2, 0.2),
        "pixel_spacing_mm": (0.2, 0.21),
        "samples": 99,
        "gestational_age_weeks": 27.0,
        "chart": "who",
        "sex": "female",
        "shown_names": {"axial": "node"},
        **dict.fromkeys(("axial_frame", "sagittal_frame", "coronal_frame", "frame"), 1),
        "mask_text": True,
        "imagine": True,
        **{f"{plane}_facing": "flip" for plane in PLANES},
        **{f"{plane}_ellipse": EllipsePx(40, 30, 20, 15, 0) for plane in PLANES},
        **{f"{plane}_mask": (((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)),) for plane in PLANES},
        **{f"{plane}_length": KnownLength(0, 0, 100, 0, 20) for plane in PLANES},
        **SHARED,
    }
    without_effect = {"output", "overwrite", "language", "sagittal_spacing_mm", "coronal_spacing_mm", "model"}
    assert set(changes) | without_effect == set(vars(head))
    found = digests(SKULL, head, changes)
    for name, value in (("overwrite", True), ("output", None), ("language", "de")):
        assert fingerprint_of(SKULL, with_(head, name, value)).digest in found


def test_every_option_of_an_analysis_is_in_its_fingerprint(heart: HeartRequest, sample_heart: Path) -> None:
    changes = {
        "ed": sample_heart / "es.nii.gz",
        "es": sample_heart / "es.nii.gz",
        "labels": "lv=1,myo=2",
        "septum": "dir:1,0,0",
        "sex": "male",
        "height_cm": 171.0,
        "weight_kg": 71.0,
        "force": True,
        "realign": True,
        "cine": sample_heart / "es.nii.gz",
        "ed_frame": 1,
        "es_frame": 1,
        **SHARED,
    }
    assert set(changes) | {"output", "overwrite", "language", "model"} == set(vars(heart))
    found = digests(HEART, heart, changes)
    for name, value in (("overwrite", True), ("output", None), ("language", "de")):
        assert fingerprint_of(HEART, with_(heart, name, value)).digest in found


def test_another_bundle_is_another_fingerprint_wherever_it_lies(
    head: SkullRequest, tiny_bundle: Path, tmp_path: Path
) -> None:
    own = fingerprint_of(SKULL, head)
    shipped = fingerprint_of(SKULL, with_(head, "model", None))
    assert shipped.differences(own.document()) == ["the model"]
    (tmp_path / "moved").symlink_to(tiny_bundle)
    assert fingerprint_of(SKULL, with_(head, "model", tmp_path / "moved")) == own


def test_a_file_counts_by_its_bytes_and_its_own_name(head: SkullRequest, tmp_path: Path) -> None:
    own = fingerprint_of(SKULL, head)
    assert own.inputs == {"axial": {"name": "axial.png", "sha256": file_checksum(head.axial)}}
    for name, differences in (("axial.png", []), ("other.png", ["the axial file"])):
        copied = tmp_path / name
        copied.write_bytes(head.axial.read_bytes())
        assert fingerprint_of(SKULL, with_(head, "axial", copied)).differences(own.document()) == differences


def test_an_image_in_memory_counts_by_its_content(head: SkullRequest) -> None:
    image = GivenImage(np.arange(6, dtype=np.uint8).reshape(2, 3), "given as axial (array)")
    found = fingerprint_of(SKULL, with_(head, "axial", image))
    assert found.inputs == {"axial": {"name": "given as axial (array)", "sha256": image.checksum()}}
    again = GivenImage(image.values.copy(), image.name)
    assert fingerprint_of(SKULL, with_(head, "axial", again)) == found
    other = GivenImage(image.values + 1, image.name)
    assert fingerprint_of(SKULL, with_(head, "axial", other)).differences(found.document()) == ["the axial file"]


@pytest.mark.parametrize("field", ["axial", "model"])
def test_what_cannot_be_read_is_named(field: str, head: SkullRequest, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent"):
        fingerprint_of(SKULL, with_(head, field, tmp_path / "absent"))
