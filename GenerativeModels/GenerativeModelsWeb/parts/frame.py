"""The frame of the application: the bar with its navigation and the list of cases, and the pages below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import html
from trame.widgets import vuetify3 as vuetify

from GenerativeModelsWeb.parts.markup import attributes

if TYPE_CHECKING:
    from trame_server import Server
    from trame_server.utils.typed_state import TypedState

    from GenerativeModelsWeb.parts.application import CaseApplication
    from GenerativeModelsWeb.parts.state import Navigation

__all__ = ["STATIC", "TITLE", "build_frame"]

TITLE = "Generative models"
STATIC = {
    "serve": {"gm_static": str(Path(__file__).with_name("static"))},
    "scripts": ["gm_static/gm_page.js", "gm_static/gm_views.js"],
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
SIGN = (
    '<svg viewBox="0 0 48 48"{name} fill="none" stroke="{colour}" stroke-width="2.6">'
    '<path d="M24 5C13 5 5.5 12.7 5.5 22.500c0 6 2.6 10.3 6.7 13.3 1.3 1 2.3 2.3 2.7 4l.7 3.200h16.8'
    'l.7-3.200c.4-1.7 1.4-3 2.7-4 4.1-3 6.7-7.3 6.7-13.300C42.5 12.7 35 5 24 5z"/>'
    '<path d="M6 21c9 3.5 27 3.5 36 0M24 5v18.500" stroke-width="1.6" stroke-dasharray="3 2.4"/></svg>'
)
"""A closed outline with the two lines that cut it."""


def build_frame(
    server: Server,
    navigation: TypedState[Navigation],
    applications: Sequence[CaseApplication],
    bodies: Sequence[Callable[[CaseApplication], None]],
    show_case: Callable[[int], None],
) -> None:
    """Put the application into the tab's server.

    Parameters
    ----------
    applications, bodies
        The anatomies, and what builds the pages of each.
    show_case
        Shows a case of the list.
    """
    server.enable_module(STATIC)
    server.state.trame__title = TITLE
    server.state.trame__favicon = f"data:image/svg+xml,{quote(sign('#3c86b0', namespace=True))}"
    page = navigation.name.page
    with VAppLayout(server, vuetify_config=THEME), html.Div(classes="gm-app"):
        with html.Header(classes="gm-bar"):
            html.Div(sign("var(--accent)"), classes="gm-mark")
            with html.Nav(classes="gm-nav", raw_attrs=attributes(aria_label="Pages")):
                for application in applications:
                    _pages(page, application)
            _cases(navigation, show_case)
            with html.Div(classes="gm-research"):
                html.Strong("Research use only.")
                html.Span(" Not a medical device, not for diagnosis.")
            with html.Div(classes="gm-gone", raw_attrs=attributes(role="alert")):
                html.Span("The connection to the server is lost. Reload the page to go on.")
                html.Button(
                    "Reload", type="button", classes="gm-button", raw_attrs=attributes(onclick="location.reload()")
                )
        for application, build in zip(applications, bodies, strict=True):
            name = application.anatomy.name
            first = f"{page} === '{name}/{application.pages[0][0]}'"
            layout = f"{first} ? ({application.shown.name.present} ? 'gm-done' : '') : 'gm-wide'"
            with html.Div(v_if=f"{page}.startsWith('{name}/')", classes=(f"['gm-body', {layout}]",)):
                build(application)
    # What trame shows once the connection is lost: the page as it stands, which then says so itself (gm_page.js).
    server.state.trame__template_error = server.state.trame__template_main
    server.state.trame__template_error_reconnect = server.state.trame__template_main


def sign(colour: str, *, namespace: bool = False) -> str:
    """The product's sign as the text of an SVG element; with its namespace it can stand alone."""
    name = ' xmlns="http://www.w3.org/2000/svg"' if namespace else ' aria-hidden="true"'
    return SIGN.format(colour=colour, name=name)


def _pages(page: str, application: CaseApplication) -> None:
    """The links to the pages of an anatomy."""
    name = application.anatomy.name
    single = len(application.pages) == 1
    with html.Div(classes="gm-pages", raw_attrs=attributes(role="group", aria_label=application.anatomy.title)):
        if not single:
            html.Span(application.anatomy.title, classes="gm-pages-of")
        for own, label in application.pages:
            address = f"{name}/{own}"
            html.Button(
                application.anatomy.title if single else label,
                type="button",
                classes="gm-page",
                click=f"{page} = '{address}'",
                raw_attrs=attributes(v_aria_current=f"{page} === '{address}' ? 'page' : 'false'"),
            )


def _cases(navigation: TypedState[Navigation], show_case: Callable[[int], None]) -> None:
    """The finished cases of the session."""
    names = navigation.name
    with html.Div(classes="gm-cases", v_if=f"{names.cases}.length"):
        with html.Button(
            type="button",
            classes="gm-button",
            click=f"{names.cases_open} = !{names.cases_open}",
            raw_attrs=attributes(v_aria_expanded=f"{names.cases_open}.toString()", aria_haspopup="true"),
        ):
            html.Span(f"Cases ({{{{ {names.cases}.length }}}})")
            vuetify.VIcon("mdi-menu-down", size=16)
        with (
            html.Ul(v_if=names.cases_open, classes="gm-case-list", raw_attrs=attributes(aria_label="Finished cases")),
            html.Li(v_for=f"one in {names.cases}", key="one.number"),
            html.Button(type="button", click=(show_case, "[one.number]")),
        ):
            html.Strong("{{ one.title }}")
            html.Small("{{ one.time }}")
            html.Span("{{ one.kind }}")
            html.Span("{{ one.headline }}")
