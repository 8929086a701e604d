"""The numbers of a case as FHIR Observations: a Bundle with codes of LOINC and SNOMED CT and UCUM units.

Built and checked with the models of fhir.resources for FHIR R4B, whose Observation, Patient and Device are those of R4
(https://hl7.org/fhir/R4B/diff.html).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.codes import Code, ucum_of
from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.numbers import beyond_percentiles
from GenerativeModelsLib.anatomy.record import Quantity, Reading
from GenerativeModelsLib.export.context import CARDIAC_PHASE, MANUFACTURER, MODEL_NAME
from GenerativeModelsLib.page.print_edges import RESEARCH

__all__ = ["SYSTEMS", "bundle_of", "write_bundle"]

FILE = "observations.fhir.json"
SYSTEMS = {
    "LN": "http://loinc.org",
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "UCUM": "http://unitsofmeasure.org",
}
"""Addresses that name a coding scheme; nothing is fetched from them."""
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
RANK = Code("125012", "DCM", "Growth Percentile Rank")
_GESTATIONAL_AGE = Code("18185-9", "LN", "Gestational Age")


def write_bundle(case: ExportCase, folder: Path) -> list[Path]:
    """Write `observations.fhir.json`; the same result gives the same bytes."""
    from fhir.resources.R4B.bundle import Bundle

    bundle = Bundle.model_validate(bundle_of(case))
    path = folder / FILE
    content = json.loads(bundle.model_dump_json(exclude_none=True))
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [path]


def bundle_of(case: ExportCase) -> dict[str, Any]:
    """The Bundle: a Patient with the case ID, if one was given, the software as Device, and the Observations."""
    resources = list(_resources(case))
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{_id(case, 'bundle')}"},
        "timestamp": case.result["created"],
        "entry": [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources],
    }


def _resources(case: ExportCase) -> Iterator[dict[str, Any]]:
    result = case.result
    identity = result.get("identity") or {}
    patient = identity.get("case_id")
    if patient:
        yield {"resourceType": "Patient", "id": _id(case, "patient"), "identifier": [{"value": patient}]}
    yield {
        "resourceType": "Device",
        "id": _id(case, "device"),
        "manufacturer": MANUFACTURER,
        "deviceName": [{"name": MODEL_NAME, "type": "model-name"}],
        "version": [{"value": str(result["software"]["version"])}],
        "note": [{"text": f"Model {result['model']['name']} {result['model']['version']}"}, {"text": RESEARCH}],
    }
    for quantity, reading in case.coded_readings():
        yield _observation(case, quantity.key, quantity.code, quantity.label) | _measured(quantity, reading)
    weeks = result.get("gestational_age_weeks")
    if weeks is not None:
        age = _observation(case, "gestational_age", _GESTATIONAL_AGE, "Gestational age")
        yield age | {"valueQuantity": _quantity(weeks, "wk", "weeks")}


def _observation(case: ExportCase, key: str, code: Code, label: str) -> dict[str, Any]:
    """What every Observation says: preliminary, by which device, of whom and when."""
    identity = case.result.get("identity") or {}
    found: dict[str, Any] = {
        "resourceType": "Observation",
        "id": _id(case, key),
        "status": "preliminary",
        "category": [{"coding": [{"system": _CATEGORY, "code": "imaging", "display": "Imaging"}]}],
        "code": _concept(code) | {"text": label},
        "issued": case.result["created"],
        "device": {"reference": f"urn:uuid:{_id(case, 'device')}"},
        "note": [{"text": text} for text in (RESEARCH, *case.result.get("warnings", []))],
    }
    if identity.get("case_id"):
        found["subject"] = {"reference": f"urn:uuid:{_id(case, 'patient')}"}
    if identity.get("examination_date"):
        found["effectiveDateTime"] = identity["examination_date"]
    performers = [identity[name] for name in ("operator", "institution") if identity.get(name)]
    if performers:
        found["performer"] = [{"display": name} for name in performers]
    return found


def _measured(quantity: Quantity, reading: Reading) -> dict[str, Any]:
    """Value, site, and as components the 90 % interval, the percentile and the phase of the cardiac cycle."""
    ucum = ucum_of(quantity.unit)
    found: dict[str, Any] = {"valueQuantity": _quantity(reading.value, ucum, quantity.unit)}
    if quantity.site is not None:
        found["bodySite"] = _concept(quantity.site)
    components: list[dict[str, Any]] = []
    if reading.interval90 is not None:
        low, high = (_quantity(end, ucum, quantity.unit) for end in reading.interval90)
        components.append({"code": {"text": "90 % interval"}, "valueRange": {"low": low, "high": high}})
    if reading.percentile is not None:
        components.append({"code": _concept(RANK), "valueQuantity": _percentile(reading.percentile)})
    if quantity.phase is not None:
        components.append({"code": _concept(CARDIAC_PHASE), "valueCodeableConcept": _concept(quantity.phase)})
    return found | ({"component": components} if components else {})


def _quantity(value: float, ucum: str, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": SYSTEMS["UCUM"], "code": ucum}


def _percentile(percentile: float) -> dict[str, Any]:
    """A percentile, "< 1" and "> 99" with a comparator: none is 0 or 100."""
    far = beyond_percentiles(percentile)
    if not far:
        return _quantity(percentile, "%", "%")
    return _quantity(1.0 if far == "<" else 99.0, "%", "%") | {"comparator": far}


def _concept(code: Code) -> dict[str, Any]:
    return {"coding": [{"system": SYSTEMS[code.scheme], "code": code.value, "display": code.meaning}]}


def _id(case: ExportCase, name: str) -> str:
    """A UUID that follows from the fingerprint of the case, its date and time, and a name."""
    made_from: Mapping[str, Any] = case.result["fingerprint"]
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{made_from['digest']} {case.result['created']} {name}"))
