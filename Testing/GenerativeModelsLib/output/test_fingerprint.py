from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.batch.finished import why_unfinished
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.case.fingerprint import fingerprint_of as heart_fingerprint
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.output.fingerprint import Fingerprint, checksums_of_folder, file_checksum
from GenerativeModelsLib.skull.case.fingerprint import fingerprint_of as skull_fingerprint
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import stand_in_fingerprint, write_result

values = st.one_of(st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
texts = st.dictionaries(st.text(max_size=5), st.fixed_dictionaries({"name": st.text(), "sha256": st.text()}))
fingerprints = st.builds(Fingerprint, texts, st.text(), st.dictionaries(st.text(), values), st.text())


@given(fingerprints, fingerprints)
def test_two_fingerprints_differ_when_anything_does(one: Fingerprint, other: Fingerprint) -> None:
    assert (one.digest == other.digest) == (one == other) == (one.differences(other.document()) == [])


@given(fingerprints)
def test_a_document_that_is_none_is_a_difference(one: Fingerprint) -> None:
    for document in (None, [], {}, {"digest": one.digest}, one.document() | {"inputs": []}):
        assert one.differences(document) == ["it has no fingerprint"]
    assert one.differences(one.document() | {"digest": "0"}) == ["its digest"]


def test_the_checksum_is_of_all_files_of_an_input(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"ab")
    (tmp_path / "b").write_bytes(b"c")
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert file_checksum([tmp_path / "a", tmp_path / "b"]) == abc
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x").write_bytes(b"abc")
    assert checksums_of_folder(tmp_path)["sub/x"] == abc and len(checksums_of_folder(tmp_path)) == 3
    with pytest.raises(InputError, match="cannot be read"):
        file_checksum(tmp_path / "none")


@pytest.fixture
def head(sample_head: Path, tmp_path: Path) -> SkullRequest:
    return SkullRequest(axial=sample_head / "axial.png", output=tmp_path / "p1", pixel_spacing_mm=(0.2, 0.2))


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
        "device": "cpu",
        "seed": 1,
        "gestational_age_weeks": 27.0,
        "labels": {"axial": "node"},
        "title": "other",
    }
    without_effect = {"output", "overwrite", "sagittal_spacing_mm", "coronal_spacing_mm", "model"}
    assert set(changes) | without_effect == set(vars(head))
    digests = {skull_fingerprint(head).digest}
    for name, value in changes.items():
        digests.add(skull_fingerprint(_with(head, name, value)).digest)
    assert len(digests) == len(changes) + 1
    assert skull_fingerprint(_with(head, "overwrite", True)).digest in digests


def test_another_bundle_is_another_fingerprint(head: SkullRequest, tiny_bundle: Path) -> None:
    own = skull_fingerprint(head)
    assert skull_fingerprint(_with(head, "model", tiny_bundle)).differences(own.document()) == ["the model"]


def test_every_option_of_an_analysis_is_in_its_fingerprint(sample_heart: Path, tmp_path: Path) -> None:
    request = HeartRequest(sample_heart / "ed.nii.gz", tmp_path / "p1")
    changes = {
        "ed": sample_heart / "es.nii.gz",
        "es": sample_heart / "es.nii.gz",
        "labels": "lv=1,myo=2",
        "septum": "dir:1,0,0",
        "sex": "male",
        "device": "cpu",
        "seed": 1,
        "title": "other",
    }
    assert set(changes) | {"output", "overwrite", "model"} == set(vars(request))
    digests = {heart_fingerprint(request).digest}
    for name, value in changes.items():
        digests.add(heart_fingerprint(_with(request, name, value)).digest)
    assert len(digests) == len(changes) + 1
    assert heart_fingerprint(_with(request, "labels", "lv=3,myo=2,rv=1")).digest in digests, "acdc in other words"


def test_a_result_is_finished_as_long_as_every_file_is_as_it_was(tmp_path: Path) -> None:
    request = SkullRequest(axial=tmp_path / "a.png", output=tmp_path / "p1")
    write_result(request)
    wanted, schema = stand_in_fingerprint(request), "skull-reconstruction/1"
    assert why_unfinished(request.output, schema, wanted) == ""
    (request.output / "evaluation.json").write_text("the user's own file")
    assert why_unfinished(request.output, schema, wanted) == ""
    (request.output / "skull.nii.gz").write_text("x")
    assert why_unfinished(request.output, schema, wanted) == "skull.nii.gz is missing or was changed"
    (request.output / "skull.nii.gz").unlink()
    assert why_unfinished(request.output, schema, wanted) == "skull.nii.gz is missing or was changed"
    assert why_unfinished(request.output, "heart-analysis/1", wanted) == "there is no whole result"


def test_a_result_of_an_earlier_version_is_computed_anew(tmp_path: Path) -> None:
    request = SkullRequest(axial=tmp_path / "a.png", output=tmp_path / "p1")
    write_result(request)
    path = request.output / "result.json"
    path.write_text(path.read_text().replace('"fingerprint"', '"finger"'))
    wanted = stand_in_fingerprint(request)
    assert why_unfinished(request.output, "skull-reconstruction/1", wanted) == "it has no fingerprint"


def _with(request, name: str, value: object):
    changed = copy.copy(request)
    object.__setattr__(changed, name, value)
    return changed
