"""The warnings of a finished case as a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from GenerativeModelsLib.anatomy.verdict import is_outside
from GenerativeModelsLib.errors import SCALE

__all__ = ["notices_of"]

_ORDER = (SCALE, "verdict")


def notices_of(result: Mapping[str, Any], on_page: Callable[[str], str]) -> list[dict[str, str]]:
    """Notices with "severity", "heading" and "text": on scale and age first, then on the verdict, then the others.

    Parameters
    ----------
    result
        Content of `result.json`.
    on_page
        A sentence of the backend -> as the page shows it.
    """
    outside = is_outside(result)
    warnings = [*zip(result["warnings"], result["warning_kinds"], strict=True)]
    warnings.sort(key=lambda warning: _ORDER.index(warning[1]) if warning[1] in _ORDER else len(_ORDER))
    headings = {SCALE: "Check scale and age", "verdict": "Do not rely on this result" if outside else ""}
    return [
        {
            "severity": "serious" if headings.get(kind) else "caution",
            "heading": headings.get(kind, ""),
            "text": on_page(text),
        }
        for text, kind in warnings
    ]
