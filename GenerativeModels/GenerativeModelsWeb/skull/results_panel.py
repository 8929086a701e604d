"""The right panel: warnings first, then biometry, growth charts and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html
from trame.widgets import vuetify3 as vuetify

from GenerativeModelsWeb.parts.markup import attributes

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application_type import ApplicationType

__all__ = ["build_results"]

FILES = (
    ("report.html", "Report", ".html", "mdi-file-document-outline"),
    ("skull.vtp", "Mesh", ".vtp", "mdi-vector-triangle"),
    ("skull.nii.gz", "Label map", ".nii.gz", "mdi-cube-outline"),
    ("result.json", "Numbers", ".json", "mdi-code-json"),
    ("skull.mrb", "Scene", ".mrb", "mdi-view-quilt-outline"),
    ("skull-case.zip", "Whole case", ".zip", "mdi-folder-zip-outline"),
)


def build_results(application: ApplicationType) -> None:
    """The panel; absent until there is a result."""
    result = application.result.name
    with (
        html.Aside(v_if=result.present, classes="gm-side gm-results", raw_attrs=attributes(aria_label="Results")),
        html.Div(classes="gm-scroll"),
    ):
        html.P(
            "The inputs were changed since: reconstruct again to bring this up to date.",
            v_if=f"{result.stale} && !{application.run.name.busy}",
            classes="gm-note gm-plain",
            raw_attrs=attributes(role="status"),
        )
        with html.P(
            v_for=f"notice in {result.notices}",
            key="notice.text",
            classes=("['gm-note', 'gm-' + notice.severity]",),
            raw_attrs=attributes(role="alert"),
        ):
            html.Strong("Do not rely on this result", v_if="notice.severity === 'serious'")
            html.Span("{{ notice.text }}")
        _biometry(application)
        _charts(application)
        _downloads()


def _biometry(application: ApplicationType) -> None:
    result = application.result.name
    with html.Section(raw_attrs=attributes(aria_label="Biometry")):
        html.H2("Biometry", classes="gm-head")
        with html.Table(classes="gm-table"):
            with html.Thead(), html.Tr():
                for head in ("", "Value", "90 % interval", "Percentile"):
                    html.Th(head, scope="col")
            with html.Tbody(), html.Tr(v_for=f"row in {result.rows}", key="row.short"):
                html.Th("{{ row.short }}", scope="row", title=("row.label",))
                for cell in ("value", "interval", "percentile"):
                    html.Td(f"{{{{ row.{cell} }}}}")
        html.P(f"{{{{ {result.uncertainty} }}}}.", classes="gm-quiet", style="margin-top: .45rem")
        html.P(f"{{{{ {result.summary} }}}}.", classes="gm-quiet")


def _charts(application: ApplicationType) -> None:
    result = application.result.name
    with html.Section(raw_attrs=attributes(aria_label="Growth charts")):
        with html.Div(classes="gm-head", style="align-items: center; margin-bottom: .3rem"):
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
        html.P("mm over weeks, INTERGROWTH-21st centiles", classes="gm-quiet")


def _downloads() -> None:
    with html.Section(raw_attrs=attributes(aria_label="Downloads")):
        html.H2("Downloads", classes="gm-head")
        with html.Div(classes="gm-downloads"):
            for name, label, ending, icon in FILES:
                with html.A(href=f"download/{name}", raw_attrs=attributes(download=True)):
                    vuetify.VIcon(icon, size=16)
                    html.Span(label)
                    html.Small(ending)
