"""The overview below the slice: a cell for every slice of every frame, reached by pointer and keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsWeb.parts.markup import attributes

if TYPE_CHECKING:
    from GenerativeModelsWeb.segmentation.application import SegmentationApplication

__all__ = ["build_overview"]

EVERY = 5
"""Frames between two numbers above the columns."""
KEY = (("fault", "breaks a rule"), ("shift", "shifted in the images"), ("fine", "keeps the rules"))


def build_overview(page: SegmentationApplication) -> None:
    """Rows are slices with labels, columns frames; arrow keys move from cell to cell (gm_views.js)."""
    result, views, playing = page.result.name, page.views_state.name, page.player.state.name
    here = f"frame === {playing.frame} && slice === {views.slice}"
    with html.Section(classes="gm-overview", raw_attrs=attributes(aria_label="Overview of slices and frames")):
        with html.Div(
            classes="gm-matrix",
            style=(f"'--frames: ' + ({result.cells}[0] || []).length",),
            raw_attrs=attributes(
                role="grid", aria_label="Slices by frames; arrow keys move", data_gm_grid=True, tabindex="-1"
            ),
        ):
            with html.Div(classes="gm-cells", raw_attrs=attributes(role="row")):
                html.Span("", raw_attrs=attributes(role="columnheader", aria_label="Slice"))
                html.Span(
                    f"{{{{ frame % {EVERY} ? '' : frame }}}}",
                    v_for=f"(_, frame) in {result.cells}[0] || []",
                    key="frame",
                    raw_attrs=attributes(role="columnheader", v_aria_label="'frame ' + frame"),
                )
            with html.Div(v_if=f"{result.whole}.some(Boolean)", classes="gm-cells", raw_attrs=attributes(role="row")):
                html.Span("all", title="The frame as a whole", raw_attrs=attributes(role="rowheader"))
                html.Button(
                    v_for=f"(words, frame) in {result.whole}",
                    key="frame",
                    type="button",
                    classes=("['gm-cell', words ? 'gm-cell-fault' : 'gm-cell-empty']",),
                    title=("words",),
                    disabled=("!words",),
                    click=(page.jump_to_frame, "[frame]"),
                    raw_attrs=attributes(
                        role="gridcell", v_aria_label="words || 'frame ' + frame + ' as a whole: no fault'"
                    ),
                )
            with html.Div(
                v_for=f"(row, slice) in {result.cells}",
                key="slice",
                v_show=f"slice === {views.slice} || row.some((cell) => cell[0] !== 'empty')",
                classes="gm-cells",
                raw_attrs=attributes(role="row"),
            ):
                html.Span("{{ slice }}", raw_attrs=attributes(role="rowheader", v_aria_label="'slice ' + slice"))
                html.Button(
                    v_for="(cell, frame) in row",
                    key="frame",
                    type="button",
                    classes=(
                        f"['gm-cell', 'gm-cell-' + cell[0], cell[2] && 'gm-cell-' + cell[2], {here} && 'gm-cell-here']",
                    ),
                    title=("cell[1]",),
                    click=(page.go_to, "[frame, slice]"),
                    raw_attrs=attributes(
                        role="gridcell",
                        v_data_gm_cell="slice + ',' + frame",
                        v_aria_label="cell[1]",
                        v_aria_selected=f"({here}).toString()",
                        v_tabindex=f"{here} ? 0 : -1",
                    ),
                )
        with html.P(classes="gm-cell-key"):
            for state, words in KEY:
                with html.Span():
                    html.I(classes=f"gm-cell gm-cell-{state}")
                    html.Span(words)
            with html.Span(v_if=result.repaired):
                html.I(classes="gm-cell gm-cell-fine gm-cell-changed")
                html.Span("repaired")
