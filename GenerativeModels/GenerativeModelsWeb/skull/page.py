"""The page of a session: a panel to the left, the views, the results to the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import html

from GenerativeModelsWeb.parts.markup import attributes
from GenerativeModelsWeb.skull.inputs import build_inputs
from GenerativeModelsWeb.skull.results_panel import build_results
from GenerativeModelsWeb.skull.stage import build_stage

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application import SkullApplication

__all__ = ["TITLE", "build_page"]

TITLE = "Fetal skull reconstruction"
STATIC = {
    "serve": {"gm_static": str(Path(__file__).with_name("static"))},
    "scripts": ["gm_static/gm_page.js"],
    "styles": ["gm_static/gm_page.css"],
}
THEME = {
    "theme": {
        "defaultTheme": "system",
        "themes": {
            "light": {"dark": False, "colors": {"primary": "#1f5f85"}},
            "dark": {"dark": True, "colors": {"primary": "#86c1e6"}},
        },
    }
}
HEAD = (
    '<path d="M24 5C13 5 5.5 12.7 5.5 22.500c0 6 2.6 10.3 6.7 13.3 1.3 1 2.3 2.3 2.7 4l.7 3.200h16.8'
    'l.7-3.200c.4-1.7 1.4-3 2.7-4 4.1-3 6.7-7.3 6.7-13.300C42.5 12.7 35 5 24 5z" fill="none" stroke="{colour}" '
    'stroke-width="2.6"/><path d="M6 21c9 3.5 27 3.5 36 0M24 5v18.5" fill="none" stroke="{colour}" '
    'stroke-width="1.6" stroke-dasharray="3 2.4"/>'
)
"""A head with the two planes that cut it."""


def build_page(application: SkullApplication) -> None:
    """Put the page into the application's server."""
    server = application.server
    server.enable_module(STATIC)
    server.state.trame__title = TITLE
    server.state.trame__favicon = f"data:image/svg+xml,{quote(_svg('#3c86b0', namespace=True))}"
    with VAppLayout(server, vuetify_config=THEME), html.Div(classes="gm-app"):
        with html.Header(classes="gm-bar"):
            mark("var(--accent)")
            html.H1(TITLE)
            with html.Div(classes="gm-research"):
                html.Strong("Research use only.")
                html.Span(" Not a medical device, not for diagnosis.")
            with html.Div(classes="gm-gone", raw_attrs=attributes(role="alert")):
                html.Span("The connection to the server is lost. Reload the page to go on.")
                html.Button(
                    "Reload", type="button", classes="gm-button", raw_attrs=attributes(onclick="location.reload()")
                )
        with html.Div(classes=(f"['gm-body', {application.result.name.present} ? 'gm-done' : '']",)):
            build_inputs(application)
            build_stage(application)
            build_results(application)
    # What trame shows once the connection is lost: the page as it stands, which then says so itself (gm_page.js).
    server.state.trame__template_error = server.state.trame__template_main
    server.state.trame__template_error_reconnect = server.state.trame__template_main


def mark(colour: str) -> None:
    """The product's sign as an SVG element."""
    html.Div(_svg(colour), style="display: contents")


def _svg(colour: str, *, namespace: bool = False) -> str:
    name = ' xmlns="http://www.w3.org/2000/svg"' if namespace else ' aria-hidden="true"'
    return f'<svg viewBox="0 0 48 48"{name}>{HEAD.format(colour=colour)}</svg>'
