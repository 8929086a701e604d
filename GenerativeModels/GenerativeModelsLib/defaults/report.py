"""The report of a case from its anatomy's record alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.fields import window_words
from GenerativeModelsLib.anatomy.record import Mesh, Quantity, Reading
from GenerativeModelsLib.defaults.case import read_meshes
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.thinning import thinned
from GenerativeModelsLib.page.case_page import CasePage, MeshView, Notice, Row, write_case_page
from GenerativeModelsLib.page.colour_scale import scale_of

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case

__all__ = ["page_content", "write_case_report"]

_HEADINGS = {
    "verdict": "Unusual input",
    "device": "Device",
    "missing": "Not computed",
    "quality": "Read with care",
}
"""By kind of a warning; others are cautions."""
_UNRELIABLE = "Do not rely on this result"
_VERDICTS = {
    "outside": "The input lies outside what the model was trained on.",
    "unusual": "The input is unusual for the model.",
}
_SAID_OTHERWISE = ("device", "seed", "title")
"""Options that the page shows in other lines."""


def write_case_report(case: Case, result: dict[str, Any], path: Path) -> None:
    """Write the page of a case; its meshes are read from the folder of `path`."""
    write_case_page(page_content(case, result, path.parent), path)


def page_content(case: Case, result: Mapping[str, Any], folder: Path) -> CasePage:
    """What the page shows of a case whose files are in `folder`."""
    anatomy = case.anatomy
    judged = result.get("in_distribution")
    return CasePage(
        kind=anatomy.title,
        title=case.request.shown_title,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        table=anatomy.quantities_title,
        rows=[_row(quantity, quantity.of(result)) for quantity in anatomy.quantities],
        verdict=None if judged is None else (judged["verdict"], judged["score"]),
        notices=_notices(result),
        notes=anatomy.notes(result),
        meshes=_views(read_meshes(anatomy, folder)),
        facts=list(_facts(case, result)),
    )


def _notices(result: Mapping[str, Any]) -> list[Notice]:
    """The verdict where it is not "typical", then the warnings."""
    verdict = (result.get("in_distribution") or {}).get("verdict", "typical")
    pairs = list(zip(result["warnings"], result["warning_kinds"]))
    if verdict in _VERDICTS and all(kind != "verdict" for _, kind in pairs):
        pairs.insert(0, (_VERDICTS[verdict], "verdict"))
    pairs.sort(key=lambda pair: pair[1] != "verdict")
    found = []
    for text, kind in pairs:
        serious = kind == "verdict" and verdict == "outside"
        found.append(Notice(text, _UNRELIABLE if serious else _HEADINGS.get(kind, "Caution"), serious))
    return found


def _row(quantity: Quantity, reading: Reading) -> Row:
    label = f"{quantity.label} ({quantity.short})" if quantity.short.isupper() else quantity.label
    value = "–" if reading.value is None else f"{reading.value:.1f} {quantity.unit}"
    interval = "" if reading.interval90 is None else f"{reading.interval90[0]:.1f} to {reading.interval90[1]:.1f}"
    return Row(label, value, interval, "" if reading.percentile is None else f"{reading.percentile:.0f}")


def _views(surfaces: Mapping[Mesh, Surface]) -> list[MeshView]:
    """The meshes as shown; those of one quantity have one scale, fitted to all their values."""
    views = []
    for mesh, surface in surfaces.items():
        light = thinned(surface)
        if not mesh.scalars:
            views.append(MeshView(mesh.label, light.points, light.triangles))
            continue
        same = [other.point_data[each.scalars] for each, other in surfaces.items() if each.scale == mesh.scale]
        values = light.point_data[mesh.scalars]
        views.append(MeshView(mesh.label, light.points, light.triangles, values, scale_of(mesh, same)))
    return views


def _facts(case: Case, result: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    made_from, model, manifest = result["fingerprint"], result["model"], case.run.model.manifest
    called = window_words(case.anatomy.request)

    def name_of(field: str) -> str:
        words = called(field).removeprefix("the ").removesuffix(f" {_unit(field)}")
        return words[:1].upper() + words[1:]

    for field, entry in made_from["inputs"].items():
        yield name_of(field), entry["name"]
    for field, value in made_from["options"].items():
        if field not in _SAID_OTHERWISE and value not in (None, {}, ""):
            yield name_of(field), f"{_text(value)} {_unit(field)}".strip()
    yield "Model", f"{model['name']} {model['version']}, sha256 {model['sha256']}"
    yield "Licence of the model", str(getattr(manifest, "licence", "") or "not stated")
    yield "Device", f"{result['device']}, seed {result['seed']}"
    software = result["software"]
    yield "Software", f"generative-models {software['version']}, torch {software['torch']}"
    yield "Seconds", ", ".join(f"{name} {value:.1f}" for name, value in result["seconds"].items())


def _unit(field: str) -> str:
    """The unit in the name of a field, "" for none."""
    return next((unit for unit in ("mm", "weeks", "ml", "g", "percent") if field.endswith(f"_{unit}")), "")


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
