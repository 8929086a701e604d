"""The right panel of the page: outcome and numbers, curves with the frame on show, the list of violations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsWeb.parts.markup import attributes
from GenerativeModelsWeb.parts.panel import build_result_panel
from GenerativeModelsWeb.parts.plots import build_handle, build_plot
from GenerativeModelsWeb.segmentation.repair_panel import build_repair
from GenerativeModelsWeb.segmentation.results import CURVE_HEIGHT

if TYPE_CHECKING:
    from GenerativeModelsWeb.segmentation.application import SegmentationApplication

__all__ = ["build_results"]


def build_results(page: SegmentationApplication) -> None:
    """Build it."""
    verb = f"{{{{ {page.result.name.repaired} ? 'repair' : 'check' }}}}"
    with build_result_panel(page, verb):
        _numbers(page)
        _violations(page)
        build_repair(page)
        _curves(page)


def _numbers(page: SegmentationApplication) -> None:
    result = page.result.name
    with html.Section(raw_attrs=attributes(aria_label="Numbers")):
        html.P(f"{{{{ {result.outcome} }}}}.", raw_attrs=attributes(role="status"))
        with html.Table(classes="gm-table"):
            with html.Thead(), html.Tr():
                html.Th("By counting", scope="col")
                html.Th("{{ head }}", scope="col", v_for=f"head in {result.heads}", key="head")
            with html.Tbody(), html.Tr(v_for=f"row in {result.rows}", key="row.short"):
                html.Th("{{ row.short }}", scope="row", title=("row.label",))
                html.Td("{{ value }}", v_for="(value, index) in row.values", key="index")
        html.P(f"{{{{ {result.summary} }}}}.", classes="gm-quiet")


def _violations(page: SegmentationApplication) -> None:
    result, views, playing = page.result.name, page.views_state.name, page.player.state.name
    here = f"one.frame === {playing.frame} && one.slice === {views.slice}"
    with html.Section(v_if=f"{result.violations}.length", raw_attrs=attributes(aria_label="Violations")):
        html.H2(f"Violations ({{{{ {result.violations}.length + {result.unlisted} }}}})", classes="gm-heading")
        with (
            html.Ul(classes="gm-violations"),
            html.Li(v_for=f"one in {result.violations}", key="one.number"),
            html.Button(
                type="button",
                click=(page.jump, "[one.number]"),
                classes=(f"[{here} ? 'gm-here' : '', one.acquisition ? 'gm-of-images' : '']",),
                raw_attrs=attributes(v_aria_current=f"({here} && one.number === {views.chosen}).toString()"),
            ),
        ):
            html.Strong("{{ one.heading }}")
            html.Span("{{ one.text }}")
        html.P(f"{{{{ {result.unlisted} }}}} more are in violations.csv.", v_if=result.unlisted, classes="gm-quiet")


def _curves(page: SegmentationApplication) -> None:
    result, views, playing = page.result.name, page.views_state.name, page.player.state.name
    curve = f"{result.curves}[{views.curve}]"
    with html.Section(v_if=curve, raw_attrs=attributes(aria_label="Curves over the frames")):
        with html.Div(classes="gm-heading"):
            html.H2("Over the frames")
            with html.Select(v_model=(views.curve,), classes="gm-input gm-of-curve", raw_attrs=['aria-label="Curve"']):
                html.Option(
                    "{{ one.label }}, {{ one.unit }}",
                    v_for=f"(one, index) in {result.curves}",
                    key="index",
                    value=("index",),
                )
        x, y, value = f"{curve}.x", f"{curve}.y", f"{curve}.values[{playing.frame}]"
        with build_plot("Curve over the frames; a click goes to a frame", f"{curve}.svg", x, y, height=CURVE_HEIGHT):
            at = (playing.frame, f"({value} ?? {y}[0])")
            label = "Frame on show; drag it, or use the arrow keys"
            build_handle(playing.frame, x, y, at, label, axes="x", kind="gm-now")
        reading = f"{value} == null ? 'not known' : {value}.toFixed(1) + ' ' + {curve}.unit"
        html.P(
            f"Frame {{{{ {playing.frame} }}}}: {{{{ {reading} }}}}. Large dots are frames with a fault"
            f"{{{{ {result.repaired} && {views.when} === 'after' ? ', the dashed line is as it was before' : '' }}}}.",
            classes="gm-quiet",
        )
