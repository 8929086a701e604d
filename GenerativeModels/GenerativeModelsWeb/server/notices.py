"""The hub's own pages: the list of applications, the token is missing, a session starts, no room, a failure.

Each is whole in itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from GenerativeModelsWeb.applications import Application

__all__ = ["entrance_page", "failed_page", "full_page", "list_page", "locked_page", "starting_page"]

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="data:,">
{head}
<style>
:root {{ color-scheme: light dark;
  --ink: #1b2733; --quiet: #5b6875; --ground: #f4f6f8; --card: #fff; --accent: #1f6f8b; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e8edf2; --quiet: #9aa8b5; --ground: #12181e; --card: #1b232b; --accent: #58b4d1; }}
}}
html, body {{ height: 100%; margin: 0; }}
body {{ display: flex; align-items: center; justify-content: center; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }}
main {{ box-sizing: border-box; width: min(30rem, calc(100% - 2rem)); padding: 2.25rem; border-radius: 12px;
  background: var(--card); box-shadow: 0 1px 3px #0002, 0 8px 32px #0001; text-align: center; }}
h1 {{ margin: 0 0 .5rem; font-size: 1.25rem; font-weight: 600; }}
p {{ margin: .5rem 0; color: var(--quiet); overflow-wrap: anywhere; }}
small {{ display: block; margin-top: 1.5rem; color: var(--quiet); }}
a, button {{ display: inline-block; margin-top: 1rem; padding: .5rem 1.25rem; border: 0; border-radius: 6px;
  background: var(--accent); color: var(--card); font: inherit; text-decoration: none; cursor: pointer; }}
label {{ display: block; margin-top: 1.25rem; text-align: left; }}
input {{ box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .5rem .75rem; border: 1px solid var(--quiet);
  border-radius: 6px; background: var(--ground); color: var(--ink); font: inherit; }}
:is(a, button, input):focus-visible {{ outline: 3px solid var(--ink); outline-offset: 2px; }}
.turning {{ width: 44px; height: 44px; margin: 0 auto 1.25rem; border: 4px solid #8884; border-top-color: var(--accent);
  border-radius: 50%; animation: turn 1s linear infinite; }}
@keyframes turn {{ to {{ transform: rotate(1turn); }} }}
@media (prefers-reduced-motion: reduce) {{ .turning {{ animation-duration: 6s; }} }}
</style>
</head>
<body>
<main>
{body}
<small>Research use only. Not a medical device.</small>
</main>
{script}
</body>
</html>
"""

_POLL = """<script>
(async () => {
  for (;;) {
    await new Promise((done) => setTimeout(done, 400));
    try {
      const answer = await fetch("starting", { cache: "no-store" });
      if (!answer.ok || !(await answer.json()).starting) { location.reload(); return; }
    } catch (error) { /* the server may be back at the next attempt */ }
  }
})();
</script>"""


_LOADING_STYLE = """<style>
#app:has(> .turning) { display: flex; height: 100vh; align-items: center; justify-content: center; }
.turning { width: 44px; height: 44px; border: 4px solid #8884; border-top-color: #1f6f8b; border-radius: 50%;
  animation: turn 1s linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }
</style>
"""
_LOADING = '<div class="turning" role="status" aria-label="loading"></div>'


_LIST_STYLE = """<style>
html body { height: auto; min-height: 100%; padding: 1rem 0; box-sizing: border-box; }
body main { width: min(40rem, calc(100% - 2rem)); text-align: left; }
ul { display: grid; gap: .75rem; margin: 1.25rem 0 0; padding: 0; list-style: none; }
li a { display: block; margin: 0; padding: .9rem 1.1rem; border: 1px solid #8885; border-radius: 8px; background: none;
  color: inherit; }
li a:hover { border-color: var(--accent); }
li strong { display: block; color: var(--accent); font-weight: 600; }
li span { color: var(--quiet); }
</style>"""


def list_page(title: str, applications: Mapping[str, Application]) -> str:
    """The page that lists the applications; the links are their names."""
    entries = "\n".join(
        f'<li><a href="{escape(name)}"><strong>{escape(one.title)}</strong> <span>{escape(one.about)}</span></a></li>'
        for name, one in applications.items()
    )
    body = f"<h1>{escape(title)}</h1>\n<p>Choose what to open.</p>\n<ul>\n{entries}\n</ul>"
    return _page(title, body, head=_LIST_STYLE)


def starting_page(title: str) -> str:
    """The page shown while a session process comes up; it goes on by itself."""
    body = (
        '<div class="turning" role="status" aria-label="starting"></div>\n<h1>Starting your session</h1>\n'
        "<p>The 3D Slicer core is being loaded. This takes a few seconds.</p>"
    )
    return _page(title, body, head='<noscript><meta http-equiv="refresh" content="3"></noscript>', script=_POLL)


def full_page(title: str, limit: int, grace_seconds: float, home: str) -> str:
    """The page shown when there are `limit` sessions already, each kept so long after its tab was closed."""
    heading = "The only session is in use" if limit == 1 else f"All {limit} sessions are in use"
    body = (
        f"<h1>{heading}</h1>\n<p>Close a tab of this application that is no longer needed; its "
        f'place is free {grace_seconds:.0f} seconds later.</p>\n<a href="{escape(home)}">Try again</a>'
    )
    return _page(title, body)


def locked_page(title: str, by_link: bool, by_token: bool) -> str:
    """The page shown to who comes without a valid token: by a link that opens once, with a wrong token, or with none.

    The form sends the token where the page came from.
    """
    if by_link:
        why = "A link like this one opens only once, and only for two minutes after the start of the server."
    elif by_token:
        why = "The access token is not the one of this server. It may be that of an earlier start."
    else:
        why = "The address alone does not open it."
    body = (
        f"<h1>This page wants an access token</h1>\n<p>{why} The address that the server printed when it started holds "
        "the token: open that address, or enter the token here.</p>\n"
        '<form method="get" action="./">\n<label>Access token\n'
        '<input name="token" type="password" autocomplete="off" spellcheck="false" required autofocus></label>\n'
        "<button>Open</button>\n</form>"
    )
    return _page(title, body)


def failed_page(title: str, sentence: str, home: str) -> str:
    """The page shown when a session could not be started or is no more."""
    body = (
        f"<h1>This session is not available</h1>\n<p>{escape(sentence)} The terminal of the server says more.</p>\n"
        f'<a href="{escape(home)}">Start a new session</a>'
    )
    return _page(title, body)


def entrance_page(client_page: str, title: str) -> str:
    """Trame's own first page under our title, which goes on turning as the starting page did.

    Trame fetches what is shown until the application is there, and puts it in place whenever it comes: on a slow line
    that is over the application. Here it is part of the page, and the application takes its place.
    """
    named = f"<title>{escape(title)}</title>"
    page = re.sub(r"<title>.*?</title>", lambda _: named, client_page, flags=re.DOTALL)
    page = re.sub(r'<meta\s+name="description"\s+content=".*?"\s*/>', "", page, flags=re.DOTALL)
    page = re.sub(r"<script>\s*fetch\([^<]*loading\.tpl[^<]*</script>", "", page)
    page = page.replace('<div id="app"></div>', f'{_LOADING_STYLE}<div id="app">{_LOADING}</div>')
    return page.replace('href="logo.png"', 'href="data:,"')


def _page(title: str, body: str, *, head: str = "", script: str = "") -> str:
    return _FRAME.format(title=escape(title), head=head, body=body, script=script)
