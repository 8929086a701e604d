"""The right panel of the page Analyse: verdict on the wall, measurements, segments, the curve of a cine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsScene.heart.tables import SEGMENT_COLUMNS
from GenerativeModelsWeb.heart.results import CURVE_HEIGHT
from GenerativeModelsWeb.parts.markup import attributes
from GenerativeModelsWeb.parts.panel import build_result_panel, build_verdict
from GenerativeModelsWeb.parts.plots import build_handle, build_plot

if TYPE_CHECKING:
    from GenerativeModelsWeb.heart.application import HeartApplication

__all__ = ["build_results"]


def build_results(page: HeartApplication, shown: str) -> None:
    """Build it."""
    with build_result_panel(page, "analyse", shown=shown):
        _verdict(page)
        _measurements(page)
        _curve(page)
        _segments(page)


def _verdict(page: HeartApplication) -> None:
    result = page.result.name
    with html.Section(raw_attrs=attributes(aria_label="Hypertrophic cardiomyopathy")):
        html.H2("Hypertrophic cardiomyopathy", classes="gm-heading")
        with html.Div(
            v_for=f"statement in {result.statements}",
            key="statement.words",
            classes=("['gm-statement', statement.muted ? 'gm-muted' : '']",),
        ):
            with html.P(classes="gm-figure"):
                html.Span("{{ statement.figure }}")
                html.Small(" {{ statement.unit }}", v_if="statement.unit")
            html.P("{{ statement.words }}", classes="gm-quiet")
        with html.Details(classes="gm-more"):
            html.Summary("What the probability adds")
            html.P(f"{{{{ {result.remark} }}}}", classes="gm-quiet")


def _measurements(page: HeartApplication) -> None:
    result = page.result.name
    with html.Section(raw_attrs=attributes(aria_label="Measurements")):
        html.H2("Volumes, function and mass", classes="gm-heading")
        with html.Table(classes="gm-table gm-measures"):
            with html.Thead(), html.Tr():
                html.Th("", scope="col")
                html.Th("Value", scope="col")
                html.Th("{{ head }}", scope="col", v_for=f"head in {result.heads}", key="head")
            with html.Tbody(), html.Tr(v_for=f"row in {result.rows}", key="row.short"):
                html.Th("{{ row.short }}", scope="row", title=("row.label",))
                html.Td("{{ row.value }}")
                html.Td("{{ one }}", v_for="(one, index) in row.ranges", key="index")
        build_verdict(result)
        html.P(f"{{{{ {result.summary} }}}}.", classes="gm-quiet")


def _curve(page: HeartApplication) -> None:
    result = page.result.name
    with html.Section(v_if=result.curve, raw_attrs=attributes(aria_label="Volume of the cavity")):
        html.H2("Volume of the cavity over the frames", classes="gm-heading")
        with build_plot("Volume over frames", result.curve, result.curve_x, result.curve_y, height=CURVE_HEIGHT):
            for name, words in ((result.frame_ed, "ED"), (result.frame_es, "ES")):
                at = (name, f"{result.volumes}[{name}]")
                label = f"Frame of {words}; drag it, or use the arrow keys"
                build_handle(name, result.curve_x, result.curve_y, at, label, axes="x", kind=f"gm-{words.lower()}")
        html.P(
            f"ED frame {{{{ {result.frame_ed} }}}}, {{{{ {result.volumes}[{result.frame_ed}]?.toFixed(0) }}}} ml; "
            f"ES frame {{{{ {result.frame_es} }}}}, {{{{ {result.volumes}[{result.frame_es}]?.toFixed(0) }}}} ml. "
            "Move a point and analyse again to take another frame.",
            classes="gm-quiet",
        )


def _segments(page: HeartApplication) -> None:
    result = page.result.name
    with html.Section(raw_attrs=attributes(aria_label="Segments")):
        html.H2("Wall of the 17 segments", classes="gm-heading")
        html.Div(v_html=f"{result.bullseyes}[{page.views_state.name.phase}]", classes="gm-chart gm-bullseye")
        with html.Details(classes="gm-more"):
            html.Summary("Table of the segments")
            with html.Table(classes="gm-table gm-segments"):
                with html.Thead(), html.Tr():
                    for head in SEGMENT_COLUMNS:
                        html.Th(head, scope="col")
                with html.Tbody(), html.Tr(v_for=f"row in {result.segments}", key="row[0]"):
                    html.Td("{{ cell }}", v_for="(cell, index) in row", key="index")
