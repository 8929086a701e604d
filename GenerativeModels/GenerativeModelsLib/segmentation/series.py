"""Jumps in a series of values: where a value is not what its neighbours let expect."""

from __future__ import annotations

from itertools import combinations

import numpy as np

__all__ = ["deviations", "jumps"]

_LEFT_BY_AN_END = 0.25
"""Share of a deviation up to which the rest of the series may still deviate where an end is to blame for it."""


def jumps(values: np.ndarray, limit: float, longest: int = 1) -> list[tuple[int, float]]:
    """Places of a series that lie off the line through their neighbours by more than `limit`, and by how much.

    The deviation of a value is its distance from the mean of the values before and after it, half the second
    difference of the series with its sign turned. A wrong value also moves its neighbours' deviations, by half of its
    own, and a run of wrong values moves those of the correct ones beside it as much as its own. So the smallest set of
    at most `longest` values is looked for that leaves no deviation above the limit when a line through the others
    replaces them; of sets of one size the one that leaves least. Where there is none, the value of the largest
    deviation is replaced, and the rest is looked at again.

    Parameters
    ----------
    values
        (n,) or (n, dimensions); NaN separates series.
    limit
        Largest usual deviation.
    longest
        Largest number of wrong values side by side that are told from the correct ones beside them.

    Returns
    -------
    Place and size of each jump, in the order of the places. Fewer than three values in a row have none.

    Examples
    --------
    >>> jumps(np.array([1.0, 2.0, 9.0, 4.0, 5.0]), 1.0)
    [(2, 6.0)]
    >>> jumps(np.array([1.0, 2.0, 9.0, 10.0, 5.0, 6.0]), 1.0, longest=2)
    [(2, 6.0), (3, 6.0)]
    """
    values = np.asarray(values, float)
    values = values[:, None] if values.ndim == 1 else values
    known = np.flatnonzero(np.isfinite(values).all(axis=1))
    found: list[tuple[int, float]] = []
    for row in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if len(row) > 2:
            found += [(int(row[place]), size) for place, size in _in_row(values[row], limit, longest)]
    return found


def deviations(values: np.ndarray) -> np.ndarray:
    """(n - 2,) deviations of the inner values of a series (n,) or (n, dimensions)."""
    values = values[:, None] if values.ndim == 1 else values
    return np.linalg.norm(values[1:-1] - 0.5 * (values[:-2] + values[2:]), axis=1)


def _in_row(values: np.ndarray, limit: float, longest: int) -> list[tuple[int, float]]:
    """The jumps of finite values (n, dimensions), n > 2."""
    found: dict[int, float] = {}
    for _ in range(len(values)):
        size = deviations(values)
        if size.max() <= limit:
            break
        largest = int(size.argmax()) + 1
        wrong = _smallest_set(values, largest, limit, longest) or (largest,)
        without = _replaced(values, wrong)
        for place in wrong:
            off = float(np.linalg.norm(values[place] - without[place]))
            found[place] = max(off, found.get(place, 0.0))
        values = without
    return sorted(found.items())


def _smallest_set(values: np.ndarray, largest: int, limit: float, longest: int) -> tuple[int, ...] | None:
    """The fewest values whose replacement explains the deviations around the largest one; None without such a set."""
    size = deviations(values)
    first, last = _around(np.flatnonzero(size > limit) + 1, largest)
    if first < largest - longest - 1 or last > largest + longest + 1:
        return None
    ends = {0, len(values) - 1}
    places = range(max(0, first - 1, largest - longest), min(len(values) - 1, last + 1, largest + longest) + 1)
    looked_at = slice(max(0, first - 2), last + 1)
    for count in range(1, min(longest, len(values) - 2) + 1):
        explaining = []
        for wrong in combinations(places, count):
            without = _replaced(values, wrong)
            off = np.linalg.norm(values[list(wrong)] - without[list(wrong)], axis=1)
            left = float(deviations(without)[looked_at].max())
            most = _LEFT_BY_AN_END * size[largest - 1] if ends & set(wrong) else limit
            if left <= min(most, limit) and off.min() > limit:
                explaining.append((round(left, 9), float(off.sum()), wrong))
        if explaining:
            return min(explaining)[-1]
    return None


def _around(places: np.ndarray, largest: int) -> tuple[int, int]:
    """First and last of the places that are linked with the largest one, by steps of at most two."""
    parts = np.split(places, np.flatnonzero(np.diff(places) > 2) + 1)
    part = next(part for part in parts if largest in part)
    return int(part[0]), int(part[-1])


def _replaced(values: np.ndarray, wrong: tuple[int, ...]) -> np.ndarray:
    """The series with values on the line through the nearest two others: between them, or beyond them at an end."""
    others = np.delete(np.arange(len(values)), wrong)
    replaced = values.copy()
    for place in wrong:
        after = int(np.clip(np.searchsorted(others, place), 1, len(others) - 1))
        left, right = others[after - 1], others[after]
        replaced[place] = values[left] + (place - left) / (right - left) * (values[right] - values[left])
    return replaced
