"""The report of a case from its anatomy's record alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.fields import window_words
from GenerativeModelsLib.anatomy.identity import IDENTITY, shown_identity
from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.anatomy.record import Anatomy, Mesh, Quantity, Reading
from GenerativeModelsLib.anatomy.result import made_with
from GenerativeModelsLib.anatomy.verdict import score_text, verdict_text
from GenerativeModelsLib.bundle.bundle import read_manifest
from GenerativeModelsLib.defaults.case import read_meshes
from GenerativeModelsLib.errors import SCALE
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.thinning import thinned
from GenerativeModelsLib.language import N_, _, in_words_of_page
from GenerativeModelsLib.page.case_page import CasePage, MeshView, Notice, Row, write_case_page
from GenerativeModelsLib.page.colour_scale import scale_of
from GenerativeModelsLib.page.files import translated
from GenerativeModelsLib.page.meshes import webp_uri
from GenerativeModelsLib.resources import default_bundle

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.request import CaseRequest
    from GenerativeModelsLib.anatomy.run import Case

__all__ = ["page_content", "write_case_report", "write_report_again"]

_HEADINGS = {
    SCALE: N_("Check the scale"),
    "verdict": N_("Unusual input"),
    "device": N_("Device"),
    "missing": N_("Not computed"),
    "quality": N_("Read with care"),
}
"""By kind of a warning; others are cautions."""
_UNRELIABLE = N_("Do not rely on this result")
_VERDICTS = {
    "outside": N_("The input lies outside what the model was trained on."),
    "unusual": N_("The input is unusual for the model."),
}
_SAID_OTHERWISE = ("device", "seed", "title", "export", "identity_from_dicom", "dicom_patient", *IDENTITY)
"""Options that the page shows in other lines."""


def write_case_report(case: Case, result: dict[str, Any], path: Path) -> None:
    """Write the page of a case; its meshes are read from the folder of `path`."""
    write_case_page(page_content(case, result, path.parent), path)


def write_report_again(
    anatomy: Anatomy, folder: Path, result: dict[str, Any], request: CaseRequest, path: Path
) -> None:
    """Write the page of the finished case in `folder`."""
    licence = ""
    if anatomy.uses_model(request):
        licence = read_manifest(request.model or default_bundle(anatomy.bundle_name(request))).licence
    write_case_page(_content(anatomy, request.shown_title, licence, result, folder), path)


def page_content(case: Case, result: Mapping[str, Any], folder: Path) -> CasePage:
    """What the page shows of a case whose files are in `folder`."""
    licence = "" if case.run.model is None else str(getattr(case.run.model.manifest, "licence", "") or "")
    return _content(case.anatomy, case.request.shown_title, licence, result, folder)


def _content(anatomy: Anatomy, title: str, licence: str, result: Mapping[str, Any], folder: Path) -> CasePage:
    judged = result.get("in_distribution")
    return CasePage(
        kind=_(anatomy.title),
        title=title,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        table=_(anatomy.quantities_title),
        rows=[_row(quantity, quantity.of(result), anatomy.unreliable(result)) for quantity in anatomy.quantities],
        verdict=None if judged is None else (judged["verdict"], verdict_text({"verdict": judged["verdict"]})),
        grey=anatomy.unreliable(result),
        notices=_notices(result),
        notes=anatomy.notes(result),
        meshes=_views(read_meshes(anatomy, folder)),
        pictures=_pictures(anatomy, result, folder),
        facts=list(_facts(anatomy, licence, result)),
        identity=shown_identity(result),
    )


def _notices(result: Mapping[str, Any]) -> list[Notice]:
    """Warnings on the scale, the verdict where it is not "typical", then the other warnings."""
    verdict = (result.get("in_distribution") or {}).get("verdict", "typical")
    pairs = list(zip(result["warnings"], result["warning_kinds"]))
    if verdict in _VERDICTS and all(kind != "verdict" for _, kind in pairs):
        pairs.insert(0, (_VERDICTS[verdict], "verdict"))
    pairs.sort(key=lambda pair: {SCALE: 0, "verdict": 1}.get(pair[1], 2))
    found = []
    for text, kind in pairs:
        void = kind == "verdict" and verdict == "outside"
        found.append(
            Notice(translated(text), _UNRELIABLE if void else _HEADINGS.get(kind, "Caution"), void or kind == SCALE)
        )
    return found


def _row(quantity: Quantity, reading: Reading, outside: bool) -> Row:
    value = quantity.text(reading.value)
    ends = None if outside else reading.interval90
    interval = "" if ends is None else _("{low:.1f} to {high:.1f}", low=ends[0], high=ends[1])
    return Row(
        quantity.long_label, value, interval, percentile_text(reading.percentile, ""), z_text(reading.z_score, "")
    )


def _views(surfaces: Mapping[Mesh, Surface]) -> list[MeshView]:
    """The meshes as shown; those of one quantity have one scale, fitted to all their values."""
    views = []
    for mesh, surface in surfaces.items():
        light = thinned(surface)
        if not mesh.scalars:
            views.append(MeshView(_(mesh.label), light.points, light.triangles))
            continue
        same = [other.point_data[each.scalars] for each, other in surfaces.items() if each.scale == mesh.scale]
        values = light.point_data[mesh.scalars]
        views.append(MeshView(_(mesh.label), light.points, light.triangles, values, scale_of(mesh, same)))
    return views


def _pictures(anatomy: Anatomy, result: Mapping[str, Any], folder: Path) -> list[tuple[str, str, int, int]]:
    """The pictures of the record, for an anatomy that has such."""
    rows = [] if anatomy.pictures is None else anatomy.pictures(result, folder)
    return [(caption, webp_uri(np.asarray(each)), *each.size) for row in rows for caption, each in row]


def _facts(anatomy: Anatomy, licence: str, result: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    made_from = result["fingerprint"]
    called = window_words(anatomy.request)

    def name_of(field: str) -> str:
        words = in_words_of_page(called(field)).removeprefix("the ").removesuffix(f" {_unit(field)}")
        return words[:1].upper() + words[1:]

    for field, entry in made_from["inputs"].items():
        yield name_of(field), entry["name"]
    for field, value in made_from["options"].items():
        if field not in _SAID_OTHERWISE and value not in (None, {}, ""):
            yield name_of(field), f"{_text(value)} {_(_unit(field))}".strip()
    yield from made_with(result)
    if result["model"] is not None:
        yield _("Licence of the model"), licence or _("not stated")
    if result.get("in_distribution"):
        yield _("How usual"), score_text(result["in_distribution"])
    yield _("Seconds"), ", ".join(f"{_(name)} {value:.1f}" for name, value in result["seconds"].items())


def _unit(field: str) -> str:
    """The unit in the name of a field, "" for none."""
    return next((unit for unit in ("mm", "weeks", "ml", "g", "percent") if field.endswith(f"_{unit}")), "")


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else in_words_of_page(str(value))
