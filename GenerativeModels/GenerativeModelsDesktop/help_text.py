"""Link from the help section of a module to its documentation."""

from __future__ import annotations

from GenerativeModelsDesktop.package_install import HOMEPAGE

__all__ = ["tutorial_link"]


def tutorial_link(text: str, section: str = "") -> str:
    """HTML link with that text to the tutorial, or to a section of it."""
    address = f"{HOMEPAGE}/blob/main/docs/tutorial.md" + (f"#{section}" if section else "")
    return f'<a href="{address}">{text}</a>'
