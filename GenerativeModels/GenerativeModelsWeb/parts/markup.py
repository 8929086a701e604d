"""Attributes that trame's HTML widgets would drop without a word."""

from __future__ import annotations

from html import escape

__all__ = ["attributes"]


def attributes(**values: str | bool) -> list[str]:
    """For `raw_attrs`: aria_label becomes aria-label, a leading v_ binds an expression, True lets a name stand alone.

    >>> attributes(role="alert", v_aria_valuenow="share", data_pick=True)
    ['role="alert"', ':aria-valuenow="share"', 'data-pick']
    """
    written = []
    for name, value in values.items():
        key = f":{name[2:]}" if name.startswith("v_") else name
        key = key.replace("_", "-")
        written.append(key if value is True else f'{key}="{escape(str(value))}"')
    return written
