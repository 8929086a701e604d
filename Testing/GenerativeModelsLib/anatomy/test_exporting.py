"""Exporters: which an anatomy has, what is refused, and that their files are those they announce."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.exporters import EXPORT_NAMES, exporters_of, parse_exports
from GenerativeModelsLib.anatomy.exporting import ExportCase, export_case, require_exports
from GenerativeModelsLib.anatomy.record import Lazy
from GenerativeModelsLib.anatomy.registry import anatomy_names, anatomy_of
from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import SKULL
from Testing.helpers.toy_anatomy import TOY


def test_names_are_taken_in_one_order_and_once() -> None:
    assert parse_exports(" PDF, dicom-sr,pdf,") == "dicom-sr,pdf"
    for text in ("", ",", "dicom", "dicom-sr,docx"):
        with pytest.raises(InputError, match=r"^export is .*give names of dicom-sr, dicom-seg"):
            parse_exports(text)


@pytest.mark.parametrize("name", anatomy_names())
def test_every_exporter_of_an_anatomy_names_a_function_that_there_is(name: str) -> None:
    exporters = anatomy_of(name).exporters
    plain = {"segmentation": ("dicom-pdf", "pdf"), "images": ("dicom-pdf", "pdf", "dicom-mr")}
    plain["repair"] = plain["uncertainty"] = plain["segmentation"]
    of_bodies = tuple(each for each in EXPORT_NAMES if each != "dicom-mr")
    assert tuple(exporters) == plain.get(name, of_bodies)
    for key, exporter in exporters.items():
        assert exporter.name == key and callable(Lazy(exporter.place).get())


def test_an_anatomy_without_codes_has_what_needs_none() -> None:
    assert set(EXPORT_NAMES) - set(exporters_of()) == {"dicom-sr", "dicom-seg", "fhir", "dicom-mr"}
    assert set(TOY.exporters) == set(exporters_of())
    with pytest.raises(InputError, match=r"^export has fhir, which there is not for toy"):
        require_exports(TOY, ["fhir"])


def test_an_anatomy_without_surfaces_or_label_maps_exports_none() -> None:
    assert not {"dicom-stl", "stl", "ply", "glb"} & set(replace(TOY, meshes=()).exporters)
    whole = replace(SKULL, label_maps=())
    assert set(SKULL.exporters) - set(whole.exporters) == {"dicom-seg"}


def test_a_missing_package_is_one_sentence_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    wanting = replace(SKULL.exporters["fhir"], packages=("not_there_at_all", "also.not_there"))
    monkeypatch.setitem(SKULL.exporters, "fhir", wanting)
    with pytest.raises(InputError) as caught:
        require_exports(SKULL, ["stl", "fhir"])
    assert str(caught.value) == (
        'The export fhir needs the packages not_there_at_all and also.not_there: pip install "highdicom>=0.25" '
        '"fhir.resources>=8.0" "reportlab>=4.2".'
    )


def test_a_missing_package_is_found_before_anything_is_computed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_bundle: Path
) -> None:
    monkeypatch.setitem(TOY.exporters, "pdf", replace(TOY.exporters["pdf"], packages=("not_there_at_all",)))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    request = TOY.request(picture=tmp_path / "a.png", output=tmp_path / "out", model=tiny_bundle, export="pdf")
    with pytest.raises(InputError, match="needs the package not_there_at_all"):
        run_case(TOY, request, load=lambda *given: pytest.fail("the model was loaded"))
    assert not (tmp_path / "out").exists()


def test_a_case_of_an_earlier_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="An earlier version computed this case: reconstruct it again"):
        export_case(ExportCase(SKULL, {"schema": SKULL.schema}, tmp_path), ["stl"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
