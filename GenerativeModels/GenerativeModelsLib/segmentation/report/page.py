"""Fills the template of the report and writes the file."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.page.files import page_part, page_template, write_page
from GenerativeModelsLib.page.print_edges import print_edges
from GenerativeModelsLib.segmentation.report.content import CheckReport, report_content
from GenerativeModelsLib.segmentation.report.pictures import LABEL_COLOURS

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case

__all__ = ["legend_of", "render", "write_case_report"]

_NAMES = {
    "lv": N_("Left cavity"),
    "myo": N_("Myocardium"),
    "rv": N_("Right ventricle"),
    "la": N_("Left atrium"),
}
_KINDS = {
    "short-axis": N_("Segmentation check, short-axis view"),
    "apical": N_("Segmentation check, apical view"),
}


def write_case_report(case: Case, result: dict[str, Any], path: Path) -> None:
    """Write the page of a case."""
    write_page(render(report_content(case, result)), path)


def render(content: CheckReport) -> str:
    """The page as text: inline style and pictures; nothing is loaded from elsewhere."""
    from markupsafe import Markup

    view = content.result["view"]
    return _template().render(
        c=content,
        r=content.result,
        kind=_(_KINDS[view]),
        legend=legend_of(content.result["labels"]),
        curves=[(caption, Markup(svg)) for caption, svg in content.curves],
        style=Markup(
            page_part("page.css")
            + page_part("check.css", __package__)
            + print_edges(_("Segmentation check"), content.title, content.identity)
        ),
    )


def legend_of(labels: Collection[str]) -> list[tuple[str, str]]:
    """Name and CSS colour of the structures that are named in a file."""
    return [(_(_NAMES[name]), f"rgb{colour}") for name, colour in LABEL_COLOURS.items() if name in labels]


@lru_cache(maxsize=1)
def _template():
    return page_template("template.html.j2", __package__)
