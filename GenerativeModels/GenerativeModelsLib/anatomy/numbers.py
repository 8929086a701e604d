"""Scores and ages as texts, the same wherever they are shown."""

from __future__ import annotations

from math import isnan

from GenerativeModelsLib.language import S_, _

__all__ = ["beyond_percentiles", "percentile_text", "weeks_and_days", "with_unit", "z_text"]


def beyond_percentiles(percentile: float) -> str:
    """ "<" below the 1st percentile, ">" above the 99th, otherwise "": there a percentile says no more than that."""
    return "<" if percentile < 1 else ">" if percentile > 99 else ""


def percentile_text(percentile: float | None, absent: str = "–") -> str:
    """A percentile, 0 to 100, as text from "< 1" to "> 99"; `absent` without one.

    >>> [percentile_text(p) for p in (0.02, 42.4, 99.7, None)]
    ['< 1', '42', '> 99', '–']
    """
    if percentile is None or isnan(percentile):
        return absent
    return {"<": "< 1", ">": "> 99"}.get(beyond_percentiles(percentile), f"{percentile:.0f}")


def z_text(z: float | None, absent: str = "–") -> str:
    """A z-score as text with its sign; `absent` without one.

    >>> [z_text(z) for z in (1.26, -0.04, None)]
    ['+1.3', '0.0', '–']
    """
    if z is None or isnan(z):
        return absent
    return f"{z:+.1f}" if abs(z) >= 0.05 else "0.0"


_IN_RESULTS = (S_("{weeks:d} weeks + 1 day"), S_("{weeks:d} weeks + {days:d} days"))
"""Ages within the sentences of a result."""


def weeks_and_days(weeks: float, short: bool = False) -> str:
    """Exact weeks as text, to the nearest day: "24 weeks + 2 days", or "24+2".

    >>> weeks_and_days(24.3), weeks_and_days(23.99, short=True)
    ('24 weeks + 2 days', '24+0')
    """
    whole, days = divmod(round(7 * weeks), 7)
    if short:
        return f"{whole}+{days}"
    if days == 1:
        return _("{weeks:d} weeks + 1 day", weeks=whole)
    return _("{weeks:d} weeks + {days:d} days", weeks=whole, days=days)


def with_unit(words: str, unit: str) -> str:
    """Words and a unit, or the words alone for a count.

    >>> with_unit("Head circumference", "mm"), with_unit("Slices that break a rule", "")
    ('Head circumference, mm', 'Slices that break a rule')
    """
    return f"{words}, {unit}" if unit else words
