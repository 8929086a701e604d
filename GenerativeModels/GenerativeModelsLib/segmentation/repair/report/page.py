"""Fills the template of the report of a repair and writes the file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.language import _
from GenerativeModelsLib.page.files import page_part, page_template, write_page
from GenerativeModelsLib.page.print_edges import print_edges
from GenerativeModelsLib.segmentation.repair.report.content import RepairReport, report_content
from GenerativeModelsLib.segmentation.report.page import legend_of

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case

__all__ = ["render", "write_case_report"]

_OF_CHECK = "GenerativeModelsLib.segmentation.report"


def write_case_report(case: Case, result: dict[str, Any], path: Path) -> None:
    """Write the page of a case."""
    write_page(render(report_content(case, result)), path)


def render(content: RepairReport) -> str:
    """The page as text: inline style and pictures; nothing is loaded from elsewhere."""
    from markupsafe import Markup

    apical = content.result["view"] == "apical"
    return _template().render(
        c=content,
        r=content.result,
        kind=_("Segmentation repair, apical view") if apical else _("Segmentation repair, short-axis view"),
        legend=legend_of(content.result["labels"]),
        curves=[(caption, Markup(svg)) for caption, svg in content.curves],
        style=Markup(
            page_part("page.css")
            + page_part("check.css", _OF_CHECK)
            + page_part("repair.css", __package__)
            + print_edges(_("Segmentation repair"), content.title, content.identity)
        ),
    )


@lru_cache(maxsize=1)
def _template():
    return page_template("template.html.j2", __package__)
