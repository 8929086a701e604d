"""The page of cardiac segmentations: inputs, the slice with its overview, results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsLib.segmentation.request import VIEW_NAMES
from GenerativeModelsWeb.parts.frame import sign
from GenerativeModelsWeb.parts.label_form import build_values
from GenerativeModelsWeb.parts.label_maps import ACCEPT
from GenerativeModelsWeb.parts.markup import attributes, build_card, build_select, build_switch, build_text
from GenerativeModelsWeb.parts.panel import build_input_panel
from GenerativeModelsWeb.parts.stage import build_player, build_slice
from GenerativeModelsWeb.segmentation.overview_panel import build_overview
from GenerativeModelsWeb.segmentation.results_panel import build_results
from GenerativeModelsWeb.segmentation.views import CHECKED, REPAIRED

if TYPE_CHECKING:
    from GenerativeModelsWeb.segmentation.application import SegmentationApplication

__all__ = ["build_page"]

VIEWS = str([[name, name.capitalize()] for name in VIEW_NAMES])
"""Choices of `build_select`, as an expression of the page."""
PRESET_WORDS = {"acdc": "ACDC", "ukbb": "UK Biobank", "camus": "CAMUS"}
STRUCTURE_WORDS = {"lv": "Cavity", "myo": "Myocardium", "rv": "Right ventricle", "la": "Left atrium"}
SIDES = (("before", "Before"), ("after", "After"))
LAYERS = (("both", "Both"), ("labels", "Labels"), ("image", "Image"))
CARDS = (
    ("labels", "Segmentation", "required", "A stack, a cine, or a slice over time"),
    ("image", "Image", "optional", "What was segmented, on the same grid"),
)


def build_page(page: SegmentationApplication) -> None:
    """Build it."""
    _inputs(page)
    _stage(page)
    build_results(page)


def _inputs(page: SegmentationApplication) -> None:
    settings = page.settings.name
    with build_input_panel(page, "Segmentation", "Check", "Check again"):
        for place, label, tag, hint in CARDS:
            build_card(page, place, label, tag=tag, hint=hint, accept=ACCEPT, icon="mdi-file-upload-outline")
        build_select(page, "gm-view", "View", settings.view, VIEWS)
        build_values(page, PRESET_WORDS, STRUCTURE_WORDS, "gm-value")
        hint = "From one frame to the next, in ms; needed where the file has none."
        build_text(
            page, "gm-frame-interval", "Frame interval", settings.frame_interval, placeholder="of the file", hint=hint
        )


def _stage(page: SegmentationApplication) -> None:
    present = page.shown.name.present
    with html.Main(classes="gm-stage"):
        with html.Template(v_if=present):
            with html.Div(classes="gm-checked"):
                with html.Div(classes="gm-pair"):
                    hint = "Wheel goes through the slices, drag moves."
                    build_slice(page, CHECKED, "Segmentation", hint, more=lambda: _over(page))
                    build_slice(page, REPAIRED, "Repaired", hint, page.result.name.repaired)
                build_overview(page)
            _controls(page)
        with html.Div(v_else=True, classes="gm-intro"):
            html.Div(sign("#86c1e6"), classes="gm-mark")
            html.H2("Is a segmentation one that an anatomist would accept?")
            html.P(
                "Add a label map of the heart from any software. You get every slice and frame that breaks a rule, "
                "where and why, the curves of areas and volumes, and the ejection fraction. The check needs no model."
            )
            html.Button("Try the sample", type="button", classes="gm-button", click=page.desk.take_sample)
            html.Button(
                "Try the sample with faults",
                type="button",
                classes="gm-button",
                click=(page.desk.take_sample, "['faults']"),
            )


def _over(page: SegmentationApplication) -> None:
    result, views, playing = page.result.name, page.views_state.name, page.player.state.name
    html.Div(f"Frame {{{{ {playing.frame} }}}}, slice {{{{ {views.slice} }}}}", classes="gm-what")
    with (
        html.Ul(classes="gm-structures", raw_attrs=attributes(aria_label="Colours of the labels")),
        html.Li(v_for=f"one in {result.structures}", key="one.words"),
    ):
        html.I(style=("'background: ' + one.colour",))
        html.Span("{{ one.words }}")


def _controls(page: SegmentationApplication) -> None:
    result, views, playing = page.result.name, page.views_state.name, page.player.state.name
    with html.Div(classes="gm-controls gm-of-frames"):
        with html.Div(v_show=f"{playing.count} > 1", classes="gm-wide-slide"):
            build_player(page.player, "Frame", f"frame {{{{ {playing.frame} }}}}")
        with html.Label(v_if=f"{result.cells}.length > 1", classes="gm-slide gm-wide-slide gm-of-slices"):
            html.Span("Slice")
            html.Input(
                type="range",
                min="0",
                step="1",
                input=f"{views.slice} = Number($event.target.value)",
                raw_attrs=attributes(v_max=f"{result.cells}.length - 1", v_value=views.slice),
            )
            html.Output(f"slice {{{{ {views.slice} }}}}")
        with html.Div(v_if=f"{result.violations}.length", classes="gm-steps"):
            for words, label, by in (("‹ Fault", "Previous fault", -1), ("Fault ›", "Next fault", 1)):
                html.Button(
                    words,
                    type="button",
                    classes="gm-button gm-step",
                    click=(page.step, f"[{by}]"),
                    title=label,
                    raw_attrs=attributes(aria_label=label),
                )
        build_switch(views.layers, LAYERS, "Layers", result.image)
        build_switch(views.when, SIDES, "Overview, violations and curves", result.repaired)
