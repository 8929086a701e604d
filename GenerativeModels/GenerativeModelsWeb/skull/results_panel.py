"""The right panel of the skull's page: biometry and growth charts between warnings and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsWeb.parts.markup import attributes
from GenerativeModelsWeb.parts.panel import build_result_panel, build_verdict

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application import SkullApplication

__all__ = ["build_results"]


def build_results(page: SkullApplication) -> None:
    """The panel; absent until there is a result."""
    with build_result_panel(page, "reconstruct"):
        _biometry(page)
        _charts(page)


def _biometry(page: SkullApplication) -> None:
    result = page.result.name
    with html.Section(raw_attrs=attributes(aria_label="Biometry")):
        html.H2("Biometry", classes="gm-heading")
        with html.Table(classes=(f"['gm-table', {result.grey} ? 'gm-grey' : '']",)):
            with html.Thead(), html.Tr():
                for head in ("", "Value", "90 % interval", "z", "Percentile"):
                    html.Th(head, scope="col")
            with html.Tbody(), html.Tr(v_for=f"row in {result.rows}", key="row.short"):
                html.Th("{{ row.short }}", scope="row", title=("row.label",))
                for cell in ("value", "interval", "z", "percentile"):
                    html.Td(f"{{{{ row.{cell} }}}}")
        html.P(
            "{{ line }}",
            v_for=f"line in {result.ages}",
            key="line",
            classes=(f"['gm-age', {result.grey} ? 'gm-grey' : '']",),
        )
        html.P(f"{{{{ {result.uncertainty} }}}}.", classes="gm-quiet", style="margin-top: .45rem")
        build_verdict(result)
        html.P(f"{{{{ {result.summary} }}}}.", classes="gm-quiet")


def _charts(page: SkullApplication) -> None:
    result = page.result.name
    with html.Section(raw_attrs=attributes(aria_label="Growth charts")):
        with html.Div(classes="gm-heading", style="align-items: center; margin-bottom: .3rem"):
            html.H2("Growth chart")
            with html.Div(classes="gm-tabs", raw_attrs=attributes(role="tablist")):
                html.Button(
                    "{{ chart.name }}",
                    v_for=f"chart in {result.charts}",
                    key="chart.name",
                    type="button",
                    classes="gm-tab",
                    raw_attrs=attributes(role="tab", v_aria_selected=f"(chart.name === {result.chart}).toString()"),
                    click=f"{result.chart} = chart.name",
                )
        html.Div(
            v_for=f"chart in {result.charts}",
            key="chart.name",
            v_show=f"chart.name === {result.chart}",
            v_html="chart.svg",
            classes="gm-chart",
        )
        html.P(
            "Give the gestational age for a point and percentiles; the band is this head across all weeks.",
            v_if=f"!{result.dated}",
            classes="gm-quiet",
        )
        html.P(f"mm over weeks, {{{{ {result.chart_title} }}}} percentiles", classes="gm-quiet")
