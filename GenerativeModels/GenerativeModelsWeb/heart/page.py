"""The pages of the left ventricle: Analyse and Explore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsLib.heart.anatomy import THICKNESS_RANGE_MM
from GenerativeModelsWeb.heart.explore_panel import build_explore
from GenerativeModelsWeb.heart.results_panel import build_results
from GenerativeModelsWeb.parts.frame import sign
from GenerativeModelsWeb.parts.label_form import build_values
from GenerativeModelsWeb.parts.label_maps import ACCEPT
from GenerativeModelsWeb.parts.markup import (
    SEXES,
    attributes,
    build_card,
    build_device,
    build_select,
    build_switch,
    build_text,
)
from GenerativeModelsWeb.parts.panel import build_input_panel
from GenerativeModelsWeb.parts.stage import build_legend, build_range, build_slice, build_solid

if TYPE_CHECKING:
    from GenerativeModelsWeb.heart.application import HeartApplication

__all__ = ["build_page"]

SIDES = {"Front": "front", "Left": "left", "Right": "right", "Back": "back", "Top": "top", "Below": "below"}
PHASES = (("ed", "ED"), ("es", "ES"))
SURFACES = (("patient", "Patient"), ("model", "Model"), ("both", "Both"), ("distance", "Distance"))
COLOURED_BY = (("thickness", "Thickness"), ("segments", "Segments"))
PRESET_WORDS = {"acdc": "ACDC", "ukbb": "UK Biobank"}
STRUCTURE_WORDS = {"lv": "Cavity", "myo": "Myocardium", "rv": "Right ventricle"}
CARDS = (
    ("ed", "End diastole", "required", "Drop or choose a label map"),
    ("es", "End systole", "optional", "Drop or choose a label map"),
    ("cine", "Cine", "instead of the two", "One file with all frames"),
)


def build_page(page: HeartApplication) -> None:
    """Build them."""
    analyse = "Navigation__page === 'heart/analyse'"
    _inputs(page, analyse)
    build_explore(page, "Navigation__page === 'heart/explore'")
    _stage(page, analyse)
    build_results(page, analyse)


def _inputs(page: HeartApplication, shown: str) -> None:
    inputs, settings, busy = page.inputs.name, page.settings.name, page.run.name.busy
    with build_input_panel(page, "Label maps", "Analyse", "Analyse again", shown=shown):
        phases = f"{inputs.ed.file_name} || {inputs.es.file_name}"
        for place, label, tag, hint in CARDS:
            here = f"!({phases})" if place == "cine" else f"!{inputs.cine.file_name}"
            build_card(
                page, place, label, tag=tag, hint=hint, accept=ACCEPT, icon="mdi-file-upload-outline", shown=here
            )
        build_values(page, PRESET_WORDS, STRUCTURE_WORDS, "gm")
        build_select(page, "gm-sex", "Sex", settings.sex, SEXES)
        build_text(page, "gm-height", "Height", settings.height, placeholder="cm")
        hint = "Height and weight index the volumes by body surface."
        build_text(page, "gm-weight", "Weight", settings.weight, placeholder="kg", hint=hint)
        with html.Details(classes="gm-more"):
            html.Summary("Advanced")
            with html.Div(v_if=inputs.cine.file_name):
                build_text(page, "gm-ed-frame", "ED frame", settings.ed_frame, placeholder="largest")
                build_text(page, "gm-es-frame", "ES frame", settings.es_frame, placeholder="smallest")
            for setting, words in (
                (settings.realign, "Realign slices"),
                (settings.force, "Analyse phases that look like two patients"),
            ):
                with html.Label(classes="gm-check"):
                    html.Input(type="checkbox", v_model=(setting,), disabled=(busy,))
                    html.Span(words)
            build_text(page, "gm-heart-seed", "Seed", settings.seed)
            build_device(page, settings.device, settings.device_found)


def _stage(page: HeartApplication, analyse: str) -> None:
    present = page.shown.name.present
    with html.Main(classes="gm-stage"):
        with html.Template(v_if=f"{present} || !({analyse})"):
            with html.Div(classes="gm-views", style=(f"`--planes: 1; --share: ${{{analyse} ? 34 : 0}}%`",)):
                build_solid(
                    page,
                    "Left ventricle",
                    SIDES,
                    drawn=page.explorer.state.name.drawn,
                    more=lambda: _over(page, analyse),
                )
                hint = "Wheel goes through the slices, drag moves."
                build_slice(page, "labels", "Label map", hint, f"{analyse} && {present}")
            _controls(page, analyse)
        with html.Div(v_else=True, classes="gm-intro"):
            html.Div(sign("#86c1e6"), classes="gm-mark")
            html.H2("A left ventricle from label maps")
            html.P(
                "Add the label maps at end diastole and end systole, or a cine. You get both surfaces coloured by wall "
                "thickness, the 17 segments, volumes with their reference ranges, and the heart's place among healthy "
                "and hypertrophic ones. Explore needs no files."
            )
            html.Button("Try the sample", type="button", classes="gm-button", click=page.desk.take_sample)
            html.Button(
                "Try the sample cine", type="button", classes="gm-button", click=(page.desk.take_sample, "['cine']")
            )


def _over(page: HeartApplication, analyse: str) -> None:
    views, explored = page.views_state.name, page.explorer.state.name
    distance = f"{_of_patient(page, analyse)} && {views.of} === 'distance'"
    build_legend(page, "Wall thickness, mm", shown=_wall_coloured(page, analyse))
    for words, ends, shown in (
        ("Distance to the model, mm", views.distance_mm, distance),
        ("HCM minus healthy, mm", explored.scale, f"!({analyse}) && {explored.scale}"),
    ):
        with html.Div(classes="gm-legend", v_if=shown, raw_attrs=attributes(role="group", aria_label="Colour legend")):
            html.Div(words)
            with html.Section():
                with html.P():
                    for share in ("", "/ 2", "* 0", "/ -2", "* -1"):
                        html.Span(f"{{{{ ({ends} {share}).toFixed(1) }}}}")
                html.I(style=f"background: linear-gradient(to top, {', '.join(page.views.two_sided)})")
    html.Div(f"{{{{ {explored.title} }}}}", v_if=f"!({analyse})", classes="gm-what")


def _controls(page: HeartApplication, analyse: str) -> None:
    views, explored, phases = page.views_state.name, page.explorer.state.name, page.result.name.phases
    with html.Div(classes="gm-controls"):
        build_switch(views.phase, PHASES, "Phase", f"{analyse} && {phases}.length > 1")
        build_switch(explored.phase, PHASES, "Phase", f"!({analyse})")
        build_switch(views.of, SURFACES, "Surfaces", analyse)
        build_switch(views.by, COLOURED_BY, "Coloured by", f"{analyse} && {views.of} !== 'distance'")
        build_range(page, "Wall", THICKNESS_RANGE_MM, shown=_wall_coloured(page, analyse))


def _wall_coloured(page: HeartApplication, analyse: str) -> str:
    """Whether the colours on show are those of the wall."""
    explored, patient = page.explorer.state.name, _of_patient(page, analyse)
    return f"({patient} ? {page.views_state.name.of} !== 'distance' : {explored.drawn} && !{explored.scale})"


def _of_patient(page: HeartApplication, analyse: str) -> str:
    """Whether the case is on show; on Explore it is until the first shape is drawn."""
    return f"({page.shown.name.present} && ({analyse} || !{page.explorer.state.name.drawn}))"
