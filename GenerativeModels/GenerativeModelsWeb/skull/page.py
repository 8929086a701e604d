"""The page of a session: a panel to the left, the views, the results to the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import html

from GenerativeModelsWeb.parts.markup import attributes
from GenerativeModelsWeb.skull.inputs import build_inputs
from GenerativeModelsWeb.skull.mark import mark, sign
from GenerativeModelsWeb.skull.results_panel import build_results
from GenerativeModelsWeb.skull.stage import build_stage

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application_type import ApplicationType

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


def build_page(application: ApplicationType) -> None:
    """Put the page into the application's server."""
    server = application.server
    server.enable_module(STATIC)
    server.state.trame__title = TITLE
    server.state.trame__favicon = f"data:image/svg+xml,{quote(sign('#3c86b0', namespace=True))}"
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
