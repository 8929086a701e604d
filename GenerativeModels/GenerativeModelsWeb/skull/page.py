"""The page of the skull: a panel to the left, the views, the results to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsWeb.parts.frame import sign
from GenerativeModelsWeb.parts.markup import attributes
from GenerativeModelsWeb.parts.stage import build_legend, build_range, build_slice, build_solid
from GenerativeModelsWeb.skull.inputs import build_inputs
from GenerativeModelsWeb.skull.results_panel import build_results
from GenerativeModelsWeb.skull.views import MOST_MM

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application import SkullApplication

__all__ = ["build_page"]

SIDES = {"Front": "front", "Left": "left", "Right": "right", "Back": "back", "Top": "top"}


def build_page(page: SkullApplication) -> None:
    """Build it."""
    build_inputs(page)
    _stage(page)
    build_results(page)


def _stage(page: SkullApplication) -> None:
    """The views once there is a result; before, the pictures; before those, an introduction."""
    inputs, present = page.inputs.name, page.shown.name.present
    files = [getattr(inputs, plane).file_name for plane in PLANES]
    with html.Main(classes="gm-stage"):
        with html.Template(v_if=present):
            _views(page)
            _controls(page)
        with html.Div(v_else_if=" || ".join(files), classes="gm-previews"):
            for plane in PLANES:
                card = getattr(inputs, plane)
                with html.Figure(v_if=card.file_name):
                    html.Img(src=(card.preview,), alt=f"{plane.capitalize()} picture")
                    html.Figcaption(plane.capitalize(), classes="gm-name")
        with html.Div(v_else=True, classes="gm-intro"):
            html.Div(sign("#86c1e6"), classes="gm-mark")
            html.H2("A fetal skull from one to three ultrasound planes")
            html.P(
                "Add the axial picture, and the sagittal and coronal ones if you have them. "
                "You get the skull coloured by its uncertainty in millimetres, its biometry with 90 % intervals, "
                "and its place on the growth charts."
            )
            html.Button("Try the sample", type="button", classes="gm-button", click=page.desk.take_sample)


def _views(page: SkullApplication) -> None:
    shown = page.views_state.name.planes
    with html.Div(
        classes="gm-views", style=(f"`--planes: ${{{shown}.length}}; --share: ${{{shown}.length > 2 ? 25 : 34}}%`",)
    ):
        build_solid(page, "Skull", SIDES, more=lambda: build_legend(page, "Uncertainty, mm"))
        for plane in PLANES:
            label = f"{plane.capitalize()} plane"
            build_slice(
                page,
                plane,
                label,
                "Wheel zooms, drag moves.",
                f"{shown}.includes('{plane}')",
                more=lambda plane=plane: _imagined_sign(page, plane),
            )


def _imagined_sign(page: SkullApplication, plane: str) -> None:
    """Words over a view whose picture is imagined."""
    imagined = page.views_state.name.imagined
    html.Div("imagined, not observed", v_if=f"{imagined}.includes('{plane}')", classes="gm-imagined")


def _controls(page: SkullApplication) -> None:
    names = page.views_state.name
    with html.Div(classes="gm-controls"):
        build_range(page, "Uncertainty", MOST_MM)
        for name, words, shown in (
            (names.show_lines, "Lines each 0.5 mm", page.colours.name.known),
            (names.show_planes, "Planes in 3D", "true"),
            (names.show_outlines, "Outlines", "true"),
        ):
            with html.Label(v_if=shown, raw_attrs=attributes(title=words)):
                html.Input(type="checkbox", v_model=(name,))
                html.Span(words)
