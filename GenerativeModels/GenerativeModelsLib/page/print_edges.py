"""Head and foot of the pages of a report in print: the identity of the case, and page numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from GenerativeModelsLib.language import N_, _

__all__ = ["RESEARCH", "print_edges"]

RESEARCH = N_("Research use only. Not a medical device, not for diagnosis.")


def print_edges(kind: str, title: str, identity: Sequence[tuple[str, str]]) -> str:
    """Style sheet with the margin boxes of CSS Paged Media, which browsers of the Chromium family (131 on) print.

    Other browsers print the title of the page, which begins with the case ID, and page numbers by themselves.

    Parameters
    ----------
    kind, title
        What the report is, and its title, for cases without an identity.
    identity
        Label and text.
    """
    who = "   ".join(f"{label}: {text}" for label, text in identity) or title
    return (
        "@page { size: auto; margin: 20mm 14mm 18mm; "
        f"@top-left {{ content: {_css_string(who)}; font: 8pt sans-serif; width: 70%; text-align: left; }} "
        f"@top-right {{ content: {_css_string(kind)}; font: 8pt sans-serif; }} "
        f"@bottom-left {{ content: {_css_string(_(RESEARCH))}; font: 8pt sans-serif; width: 70%; text-align: left; }} "
        f"@bottom-right {{ content: {_page_number()}; font: 8pt sans-serif; }} }}"
    )


def _page_number() -> str:
    """ "Page 1 of 2" as content of CSS, the numbers being its counters."""
    parts = re.split("(\x01|\x02)", _("Page {page} of {pages}", page="\x01", pages="\x02"))
    counters = {"\x01": "counter(page)", "\x02": "counter(pages)"}
    return " ".join(counters.get(part) or _css_string(part) for part in parts if part)


def _css_string(text: str) -> str:
    """The text as a string of CSS within a style element; everything but plain characters is escaped by its number."""
    return '"' + re.sub(r"[^\w .,:;()+-]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'
