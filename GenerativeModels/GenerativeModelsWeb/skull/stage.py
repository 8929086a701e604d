"""The middle of the page: what to do first, then the pictures, then the skull and its planes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import client, html
from trame.widgets import vuetify3 as vuetify

from GenerativeModelsLib.skull.anatomy import COLOUR_RANGE_MM
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsWeb.parts.markup import attributes
from GenerativeModelsWeb.skull.mark import mark

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application_type import ApplicationType

__all__ = ["build_stage"]

SIDES = {"Front": "front", "Left": "left", "Right": "right", "Back": "back", "Top": "top"}


def build_stage(application: ApplicationType) -> None:
    """The views once there is a result; before, the pictures; before those, an introduction."""
    inputs, present = application.inputs.name, application.result.name.present
    files = [getattr(inputs, plane).file_name for plane in PLANES]
    with html.Main(classes="gm-stage"):
        with html.Template(v_if=present):
            _views(application)
            _controls(application)
        with html.Div(v_else_if=" || ".join(files), classes="gm-previews"):
            for plane in PLANES:
                card = getattr(inputs, plane)
                with html.Figure(v_if=card.file_name):
                    html.Img(src=(card.preview,), alt=f"{plane.capitalize()} picture")
                    html.Figcaption(plane.capitalize(), classes="gm-name")
        with html.Div(v_else=True, classes="gm-intro"):
            mark("#86c1e6")
            html.H2("A fetal skull from one to three ultrasound planes")
            html.P(
                "Add the axial picture, and the sagittal and coronal ones if you have them. "
                "You get the skull coloured by its uncertainty in millimetres, its biometry with 90 % intervals, "
                "and its place on the growth charts."
            )
            html.Button("Try the sample", type="button", classes="gm-button", click=application.try_sample)


def _views(application: ApplicationType) -> None:
    shown = application.views_state.name.planes
    with html.Div(
        classes="gm-views", style=(f"`--planes: ${{{shown}.length}}; --share: ${{{shown}.length > 2 ? 25 : 34}}%`",)
    ):
        with html.Section(classes="gm-view gm-3d", raw_attrs=attributes(aria_label="Skull in 3D")):
            with html.Div(classes="gm-window"):
                client.ServerTemplate(name=application.views.templates["skull"])
            html.Div("Skull", classes="gm-name")
            _legend(application)
            with html.Div(classes="gm-tools", raw_attrs=attributes(role="group", aria_label="Standard views")):
                for label, side in SIDES.items():
                    html.Button(
                        label,
                        type="button",
                        classes="gm-tool",
                        click=(application.views.look_from, f"['{side}']"),
                        title=f"Look at the {side}",
                    )
                _fit(application.views.reset_skull, "", "Show the whole skull")
        for plane in PLANES:
            with html.Section(
                v_if=f"{shown}.includes('{plane}')",
                classes="gm-view",
                raw_attrs=attributes(aria_label=f"{plane.capitalize()} plane"),
            ):
                with html.Div(classes="gm-window"):
                    client.ServerTemplate(name=application.views.templates[plane])
                html.Div(plane.capitalize(), classes="gm-name")
                with html.Div(classes="gm-tools"):
                    _fit(application.views.reset_slice, f"['{plane}']", "Show the whole picture")


def _legend(application: ApplicationType) -> None:
    """What the colours mean; Slicer's own legend takes its letters' size from the view and covers the skull."""
    names = application.views_state.name
    with html.Div(classes="gm-legend", v_if=names.coloured, raw_attrs=attributes(aria_label="Colour legend")):
        html.Div("Uncertainty, mm")
        with html.Section():
            with html.P():
                for quarter in (4, 3, 2, 1, 0):
                    low, high = (f"{names.range_mm}[{end}]" for end in (0, 1))
                    html.Span(f"{{{{ ({low} + ({high} - {low}) * {quarter} / 4).toFixed(1) }}}}")
            html.I(style=f"background: linear-gradient(to top, {', '.join(application.views.colours)})")


def _fit(act, arguments: str, words: str) -> None:
    with html.Button(
        type="button",
        classes="gm-tool",
        click=(act, arguments) if arguments else act,
        title=words,
        raw_attrs=attributes(aria_label=words),
    ):
        vuetify.VIcon("mdi-fit-to-screen-outline", size=15)


def _controls(application: ApplicationType) -> None:
    names = application.views_state.name
    with html.Div(classes="gm-controls"):
        with html.Div(classes="gm-range", v_if=names.coloured):
            html.Span("Uncertainty")
            vuetify.VRangeSlider(
                v_model=(names.range_mm,),
                min=0,
                max=2 * COLOUR_RANGE_MM,
                step=0.1,
                hide_details=True,
                density="compact",
                color="#86c1e6",
                strict=True,
                raw_attrs=attributes(aria_label="Range of the colours in mm"),
            )
            with html.Span(classes="gm-numbers"):
                html.Span(f"{{{{ {names.range_mm}[0].toFixed(1) }}}} to {{{{ {names.range_mm}[1].toFixed(1) }}}} mm")
        for name, words in ((names.show_planes, "Planes in 3D"), (names.show_outlines, "Outlines")):
            with html.Label():
                html.Input(type="checkbox", v_model=(name,))
                html.Span(words)
