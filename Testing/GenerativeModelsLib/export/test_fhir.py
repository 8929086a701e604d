"""The FHIR bundle parsed by fhir.resources: the numbers are those of the case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.export.fhir import SYSTEMS, bundle_of
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.skull.anatomy import SKULL
from Testing.helpers.results import far_off_result

Bundle = pytest.importorskip("fhir.resources.R4B.bundle", reason="fhir.resources is not installed").Bundle
FILE = "observations.fhir.json"


def resources(case: Any, kind: str) -> list[Any]:
    """The resources of a kind in the bundle of a case."""
    bundle = Bundle.model_validate_json(case.export(FILE).read_text(encoding="utf-8"))
    assert bundle.type == "collection"
    return [entry.resource for entry in bundle.entry if entry.resource.get_resource_type() == kind]


def coded(resource: Any) -> tuple[str, str]:
    """System and code of an observation."""
    return resource.code.coding[0].system, resource.code.coding[0].code


def test_every_coded_quantity_of_a_head_is_an_observation_with_its_value(skull) -> None:
    _check(skull, SKULL, more=1)  # and the gestational age


def test_every_coded_quantity_of_a_heart_is_an_observation_with_its_value(heart) -> None:
    _check(heart, HEART, more=0)


def _check(case: Any, anatomy: Anatomy, *, more: int) -> None:
    """Compare the first observations with the quantities of a result; `more` follow them."""
    observations = resources(case, "Observation")
    coded_ones = [quantity for quantity in anatomy.quantities if quantity.code]
    expected = [quantity for quantity in coded_ones if quantity.of(case.result).value is not None]
    for quantity, found in zip(expected, observations):
        assert coded(found) == (SYSTEMS[quantity.code.scheme], quantity.code.value)
        reading = quantity.of(case.result)
        assert float(found.valueQuantity.value) == pytest.approx(reading.value, rel=1e-12)
        assert found.valueQuantity.system == "http://unitsofmeasure.org" and found.status == "preliminary"
        if reading.interval90 is not None:
            interval = found.component[0].valueRange
            assert [float(interval.low.value), float(interval.high.value)] == pytest.approx(reading.interval90)
    assert len(observations) == len(expected) + more


def test_the_age_and_percentiles_of_a_head(skull) -> None:
    observations = {coded(one)[1]: one for one in resources(skull, "Observation")}
    assert float(observations["18185-9"].valueQuantity.value) == 27
    assert observations["18185-9"].valueQuantity.code == "wk"
    (rank,) = [part for part in observations["11984-2"].component if part.code.coding]
    assert float(rank.valueQuantity.value) == pytest.approx(skull.result["biometry"]["hc_mm"]["percentile"])


def test_no_percentile_is_0_or_100_and_an_outside_input_has_no_intervals(skull) -> None:
    observations = {one["code"]["coding"][0]["code"]: one for one in far_off(skull)}
    parts = observations["11984-2"]["component"]
    assert [part["code"].get("text") for part in parts] == [None]
    assert parts[0]["valueQuantity"] | {"comparator": ">", "value": 99.0} == parts[0]["valueQuantity"]
    (rank,) = observations["11820-8"]["component"]
    assert (rank["valueQuantity"]["comparator"], rank["valueQuantity"]["value"]) == ("<", 1.0)


def far_off(case: Any) -> list[dict[str, Any]]:
    """Observations of the head as if it were far off the chart and outside what the model knows."""
    result = far_off_result(case.result)
    bundle = bundle_of(ExportCase(SKULL, result, case.folder))
    Bundle.model_validate(bundle)
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Observation"]


def test_whose_when_and_by_what(heart) -> None:
    (patient,) = resources(heart, "Patient")
    (device,) = resources(heart, "Device")
    assert patient.identifier[0].value == "H-7" and patient.name is None
    for found in resources(heart, "Observation"):
        assert found.subject.reference == f"urn:uuid:{patient.id}"
        assert found.device.reference == f"urn:uuid:{device.id}"
        assert str(found.effectiveDateTime) == "2026-01-31"
        assert [one.display for one in found.performer] == ["Ada Lovelace", "St Mary"]
    phases = {one.id: one.component for one in resources(heart, "Observation") if one.component}
    assert len(phases) == 2, "the volumes of the right ventricle name their phase"


def test_without_an_identity_there_is_no_patient(new_patient) -> None:
    assert resources(new_patient, "Patient") == []
    for found in resources(new_patient, "Observation"):
        assert found.subject is None and found.effectiveDateTime is None and found.performer is None


def test_every_reference_within_the_bundle_leads_somewhere(heart) -> None:
    content = json.loads(heart.export(FILE).read_text(encoding="utf-8"))
    addresses = {entry["fullUrl"] for entry in content["entry"]}
    assert len(addresses) == len(content["entry"])
    for entry in content["entry"]:
        for name in ("subject", "device"):
            if name in entry["resource"]:
                assert entry["resource"][name]["reference"] in addresses
