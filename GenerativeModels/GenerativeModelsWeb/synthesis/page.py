"""The page of synthetic images: inputs and preview, the slice with the outlines of its labels, results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsLib.synthesis.images.anatomy import USEFULNESS
from GenerativeModelsWeb.parts.frame import sign
from GenerativeModelsWeb.parts.label_form import build_values
from GenerativeModelsWeb.parts.label_maps import ACCEPT
from GenerativeModelsWeb.parts.markup import attributes, build_card, build_select, build_switch, build_text
from GenerativeModelsWeb.parts.panel import build_input_panel, build_result_panel
from GenerativeModelsWeb.parts.stage import build_player, build_slice
from GenerativeModelsWeb.synthesis.views import SYNTHETIC

if TYPE_CHECKING:
    from GenerativeModelsWeb.synthesis.application import SynthesisApplication

__all__ = ["build_page"]

PRESET_WORDS = {"acdc": "ACDC", "ukbb": "UK Biobank"}
STRUCTURE_WORDS = {"lv": "Cavity", "myo": "Myocardium", "rv": "Right ventricle"}
OUTLINES = (("on", "Outlines"), ("off", "Image alone"))
CARDS = (
    ("labels", "Label map", "required", "A slice, a stack or a cine"),
    ("style", "Style image", "optional", "Cine MR whose grey values are taken"),
)


def build_page(page: SynthesisApplication) -> None:
    """Build it."""
    _inputs(page)
    _stage(page)
    _results(page)


def _inputs(page: SynthesisApplication) -> None:
    settings, inputs, views = page.settings.name, page.inputs.name, page.views_state.name
    with build_input_panel(page, "Image synthesis", "Draw", "Draw again"):
        for place, label, tag, hint in CARDS:
            build_card(page, place, label, tag=tag, hint=hint, accept=ACCEPT, icon="mdi-file-upload-outline")
        build_values(page, PRESET_WORDS, STRUCTURE_WORDS, "gm-image-value")
        build_select(page, "gm-method", "Method", settings.method, inputs.methods)
        html.P("{{ other }}", v_for=f"other in {inputs.others}", key="other", classes="gm-quiet")
        build_text(page, "gm-image-count", "Number of images", settings.count)
        build_text(page, "gm-image-seed", "Seed", settings.seed, hint="The same seed gives the same images.")
        html.Button(
            f"{{{{ {views.drawing} ? 'Drawing a slice…' : 'Preview a slice' }}}}",
            type="button",
            classes="gm-button",
            click=page.preview,
            disabled=(f"{page.run.name.busy} || {views.drawing} || !!{inputs.missing}",),
        )
        html.P(USEFULNESS, classes="gm-quiet")


def _stage(page: SynthesisApplication) -> None:
    views, playing, result = page.views_state.name, page.player.state.name, page.result.name
    with html.Main(classes="gm-stage"):
        with html.Template(v_if=f"{page.shown.name.present} || {views.preview}"):
            with html.Div(classes="gm-checked"), html.Div(classes="gm-pair"):
                hint = "Wheel goes through the slices, drag moves."
                build_slice(page, SYNTHETIC, "Synthetic image", hint, more=lambda: _over(page))
            with html.Div(classes="gm-controls gm-of-frames"):
                with html.Div(v_show=f"{playing.count} > 1", classes="gm-wide-slide"):
                    build_player(page.player, "Frame", f"frame {{{{ {playing.frame} }}}}")
                with html.Label(v_if=f"{views.slices} > 1", classes="gm-slide gm-wide-slide gm-of-slices"):
                    html.Span("Slice")
                    html.Input(
                        type="range",
                        min="0",
                        step="1",
                        input=f"{views.slice} = Number($event.target.value)",
                        raw_attrs=attributes(v_max=f"{views.slices} - 1", v_value=views.slice),
                    )
                    html.Output(f"slice {{{{ {views.slice} }}}}")
                with html.Select(
                    v_if=f"{page.shown.name.present} && {result.images}.length > 1",
                    v_model=(views.image,),
                    classes="gm-input gm-of-curve",
                    raw_attrs=['aria-label="Image"'],
                ):
                    html.Option("{{ name }}", v_for=f"(name, index) in {result.images}", key="index", value=("index",))
                build_switch(views.outlines, OUTLINES, "Outlines of the labels", "true")
        with html.Div(v_else=True, classes="gm-intro"):
            html.Div(sign("#86c1e6"), classes="gm-mark")
            html.H2("An image for a label map")
            html.P(
                "Add a label map of the heart, and an image whose grey values are taken if there is one. You get "
                "synthetic cine MR images on the grid of the labels, stamped as synthetic in every file."
            )
            html.P(USEFULNESS)
            html.Button("Try the sample", type="button", classes="gm-button", click=page.desk.take_sample)


def _over(page: SynthesisApplication) -> None:
    views, playing = page.views_state.name, page.player.state.name
    where = f"'Frame ' + {playing.frame} + ', slice ' + {views.slice}"
    html.Div(f"{{{{ {views.preview} || ({where}) }}}}", classes="gm-what", raw_attrs=attributes(role="status"))


def _results(page: SynthesisApplication) -> None:
    result = page.result.name
    with (
        build_result_panel(page, "synthesis"),
        html.Section(raw_attrs=attributes(aria_label="Images")),
    ):
        html.P(f"{{{{ {result.outcome} }}}}. They show nobody.", raw_attrs=attributes(role="status"))
        with html.Table(v_if=f"{result.rows}.length", classes="gm-table"):
            with html.Thead(), html.Tr():
                html.Th("From the style", scope="col", title="Distance of the grey values, in the range of the style")
                html.Th("{{ head }}", scope="col", v_for=f"head in {result.heads}", key="head")
            with html.Tbody(), html.Tr(v_for=f"row in {result.rows}", key="row.label"):
                html.Th("{{ row.label }}", scope="row")
                html.Td("{{ value }}", v_for="(value, index) in row.values", key="index")
        html.P(USEFULNESS, classes="gm-quiet")
        html.P(f"{{{{ {result.summary} }}}}.", classes="gm-quiet")
