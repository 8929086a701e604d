"""The views of a page: names, legend, tools, the range of the colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from trame.widgets import client, html
from trame.widgets import vuetify3 as vuetify

from GenerativeModelsLib.page.colours import COLOURS
from GenerativeModelsWeb.parts.markup import attributes, build_switch

if TYPE_CHECKING:
    from GenerativeModelsWeb.parts.application import CaseApplication
    from GenerativeModelsWeb.parts.player import Player

__all__ = ["build_legend", "build_player", "build_range", "build_slice", "build_solid"]

KEYS_HINT = "Drag or arrow keys turn, wheel or + and − zoom, Home shows the whole."
RANGES = (("fit", "Fit to case"), ("compare", "Compare"))


def build_solid(
    page: CaseApplication,
    label: str,
    sides: Mapping[str, str],
    *,
    drawn: str = "",
    more: Callable[[], None] = lambda: None,
) -> None:
    """The 3D view with its tools.

    Parameters
    ----------
    sides
        Words of the standard views and the sides of `views.DIRECTIONS`.
    drawn
        State variable of what is drawn, for the attribute `data-shape-at`.
    more
        Builds what lies over the view.
    """
    name = page.views.names[0]
    with html.Section(classes="gm-view gm-3d", raw_attrs=attributes(aria_label=f"{label} in 3D")):
        with html.Div(
            classes="gm-window",
            tabindex="0",
            raw_attrs=attributes(
                data_gm_view=name,
                data_gm_kind="solid",
                role="application",
                aria_label=f"{label} in 3D. {KEYS_HINT}",
                **({"v_data_shape_at": drawn} if drawn else {}),
            ),
        ):
            client.ServerTemplate(name=page.views.templates[name])
        html.Div(label, classes="gm-name")
        html.Div(classes="gm-readout", raw_attrs=attributes(data_gm_readout=name, role="status"))
        more()
        with html.Div(classes="gm-tools", raw_attrs=attributes(role="group", aria_label="Standard views")):
            for words, side in sides.items():
                html.Button(
                    words,
                    type="button",
                    classes="gm-tool",
                    click=(page.views.look_from, f"['{side}']"),
                    title=f"Look at the {words.lower()}",
                )
            _fit(page.views.reset_solid, "", "Show all of it")


def build_slice(
    page: CaseApplication,
    name: str,
    label: str,
    hint: str,
    shown: str = "true",
    *,
    more: Callable[[], None] = lambda: None,
) -> None:
    """A slice view with its tools; `more` builds what lies over it."""
    with html.Section(v_if=shown, classes="gm-view", raw_attrs=attributes(aria_label=label)):
        html_attributes = attributes(data_gm_view=name, data_gm_kind="slice", aria_label=f"{label}. {hint}", role="img")
        with html.Div(classes="gm-window", raw_attrs=html_attributes):
            client.ServerTemplate(name=page.views.templates[name])
        html.Div(label, classes="gm-name")
        html.Div(classes="gm-readout", raw_attrs=attributes(data_gm_readout=name, role="status"))
        more()
        with html.Div(classes="gm-tools"):
            _fit(page.views.reset_slice, f"['{name}']", "Show the whole picture")


def build_player(player: Player, label: str, reading: str) -> None:
    """The slider of a player with its button, absent without frames.

    Parameters
    ----------
    label
        What the slider goes through.
    reading
        Text beside it, with expressions of the page.
    """
    playing = player.state.name
    with html.Div(v_if=playing.count, classes="gm-slide gm-player"):
        html.Button(
            f"{{{{ {playing.playing} ? 'Pause' : 'Play' }}}}", type="button", classes="gm-button", click=player.toggle
        )
        html.Input(
            type="range",
            min="0",
            step="1",
            input=f"{playing.frame} = Number($event.target.value)",
            raw_attrs=attributes(v_max=f"{playing.count} - 1", v_value=playing.frame, aria_label=label),
        )
        html.Output(reading)


def build_legend(page: CaseApplication, words: str, *, shown: str = "true") -> None:
    """What the colours mean; Slicer's own legend takes its letters' size from the view and covers the surface."""
    colours = page.colours.name
    low, high = (f"{colours.range_mm}[{end}]" for end in (0, 1))
    with html.Div(
        classes="gm-legend",
        v_if=f"{colours.known} && {shown}",
        raw_attrs=attributes(role="group", aria_label="Colour legend"),
    ):
        html.Div(words)
        with html.Section():
            with html.P():
                for quarter in (4, 3, 2, 1, 0):
                    html.Span(f"{{{{ ({low} + ({high} - {low}) * {quarter} / 4).toFixed(1) }}}}")
            html.I(style=f"background: linear-gradient(to top, {', '.join(COLOURS)})")


def build_range(page: CaseApplication, words: str, most_mm: float, *, shown: str = "true") -> None:
    """The range of the colours: fitted to the case, the same for all, or by hand; it keeps its place when not shown."""
    colours = page.colours.name
    with html.Div(classes="gm-range", v_if=colours.known, style=(f"{{ visibility: {shown} ? '' : 'hidden' }}",)):
        html.Span(words)
        build_switch(colours.chosen, RANGES, "Range of the colours")
        vuetify.VRangeSlider(
            v_model=(colours.range_mm,),
            min=0,
            max=most_mm,
            step=0.1,
            hide_details=True,
            density="compact",
            color="#86c1e6",
            strict=True,
            raw_attrs=attributes(aria_label="Range of the colours in mm"),
        )
        with html.Span(classes="gm-numbers"):
            html.Span(f"{{{{ {colours.range_mm}[0].toFixed(1) }}}} to {{{{ {colours.range_mm}[1].toFixed(1) }}}} mm")


def _fit(act, arguments: str, words: str) -> None:
    with html.Button(
        type="button",
        classes="gm-tool",
        click=(act, arguments) if arguments else act,
        title=words,
        raw_attrs=attributes(aria_label=words),
    ):
        vuetify.VIcon("mdi-fit-to-screen-outline", size=15)
