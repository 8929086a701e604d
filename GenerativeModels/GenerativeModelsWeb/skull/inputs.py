"""The left panel of the skull's page: planes, age, settings, and the button that starts it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trame.widgets import html

from GenerativeModelsLib.skull.growth.registry import CHARTS
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsWeb.parts.markup import SEXES, attributes, build_card, build_device, build_select, build_text
from GenerativeModelsWeb.parts.panel import build_input_panel
from GenerativeModelsWeb.skull.correction_controls import build_corrections

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application import SkullApplication

__all__ = ["build_inputs"]

ACCEPT = "image/*,.gif,.dcm,.dicom,.ima,.nii,.nii.gz,.gz,.nrrd,.nhdr,.mha,.mhd,.tif,.tiff,.bmp"

_CHARTS = str([[chart.name, chart.title] for chart in CHARTS.values()])
"""As an expression of the page."""


def build_inputs(page: SkullApplication) -> None:
    """The panel; everything in it is disabled while a reconstruction is under way."""
    with build_input_panel(page, "Ultrasound planes", "Reconstruct", "Reconstruct again"):
        for plane in PLANES:
            build_card(
                page,
                plane,
                plane.capitalize(),
                tag="required" if plane == "axial" else "optional",
                hint="Drop or choose a picture",
                accept=ACCEPT,
                icon="mdi-image-plus-outline",
                more=lambda card, plane=plane: _below(page, plane, card),
            )
        _settings(page)


def _below(page: SkullApplication, plane: str, card: Any) -> None:
    _spacing(page, plane, card)
    build_corrections(page, plane, card)


def _spacing(page: SkullApplication, plane: str, card: Any) -> None:
    wanted = f"['gm-input', {card.spacing_source} ? '' : 'gm-wanted']"
    with html.Div(v_if=card.file_name, classes="gm-spacing"):
        html.Span("Spacing", classes="gm-quiet")
        for name, other, words in ((card.row_mm, card.column_mm, "rows"), (card.column_mm, card.row_mm, "columns")):
            if words == "columns":
                html.Span("×", classes="gm-quiet")
            html.Input(
                v_model=(name,),
                type="text",
                inputmode="decimal",
                placeholder=(f"{other} || '{words}'",),  # one number counts for both
                disabled=(page.run.name.busy,),
                classes=(wanted,),
                autocomplete="off",
                title=f"Distance of neighbouring {words} in mm",
                raw_attrs=attributes(aria_label=f"Distance of {words} of the {plane} picture in mm"),
            )
        html.Span(
            f"{{{{ {card.spacing_source} === 'file' ? 'mm, file' : 'mm' }}}}",
            classes="gm-quiet",
            title=(f"{card.spacing_source} === 'file' ? 'As the file says' : 'As typed'",),
        )
    with html.Div(v_if=f"{card.file_name} && {card.frames} > 1", classes="gm-spacing"):
        html.Span("Frame", classes="gm-quiet")
        html.Input(
            v_model=(card.frame,),
            type="text",
            inputmode="numeric",
            placeholder="best",
            disabled=(page.run.name.busy,),
            classes="gm-input",
            autocomplete="off",
            raw_attrs=attributes(aria_label=f"Frame of the {plane} clip, numbered from 0; empty for the best one"),
        )
        html.Span(f"{{{{ 'of 0 to ' + ({card.frames} - 1) }}}}", classes="gm-quiet")


def _settings(page: SkullApplication) -> None:
    names = page.settings.name
    hint = "For percentiles: 27.4, or 27+3 in weeks and days."
    build_text(page, "gm-weeks", "Gestational age", names.weeks, placeholder="weeks", hint=hint)
    build_select(page, "gm-fetal-sex", "Sex of the fetus", names.sex, SEXES)
    build_select(page, "gm-chart", "Growth chart", names.chart, _CHARTS)
    with html.Label(classes="gm-check"):
        html.Input(type="checkbox", v_model=(names.mask_text,), disabled=(page.run.name.busy,))
        html.Span("Blank text that is burnt into the pictures")
    with html.Label(
        classes="gm-check",
        title="Simulated from the reconstruction: nothing in them was observed or is to be measured.",
    ):
        html.Input(type="checkbox", v_model=(names.imagine,), disabled=(page.run.name.busy,))
        html.Span("Imagine the planes that are not given")
    with html.Details(classes="gm-more"):
        html.Summary("Advanced")
        hint = "Draws for the uncertainty; 0 gives the mean alone."
        build_text(page, "gm-samples", "Samples", names.samples, hint=hint)
        build_text(page, "gm-seed", "Seed", names.seed)
        build_device(page, names.device, names.device_found)
