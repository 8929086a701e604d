"""Jumps in a series of values: where a value is not what its neighbours let expect."""

from __future__ import annotations

import numpy as np

__all__ = ["deviations", "jumps"]


def jumps(values: np.ndarray, limit: float) -> list[tuple[int, float]]:
    """Places of a series that lie off the middle of their neighbours by more than `limit`, and by how much.

    The deviation of a value is its distance from the mean of the values before and after it, half the second
    difference of the series with its sign turned. A single wrong value also moves its neighbours' deviations, by half
    of its own. So the largest is taken first and replaced by the mean of its neighbours, and the rest is looked at
    again.
    A deviation at the second or the last but one place whose other neighbour shows none of it belongs to the end.

    Parameters
    ----------
    values
        (n,) or (n, dimensions); NaN separates series.
    limit
        Largest usual deviation.

    Returns
    -------
    Place and size of each jump, in the order of the places. Fewer than three values in a row have none.

    Examples
    --------
    >>> jumps(np.array([1.0, 2.0, 9.0, 4.0, 5.0]), 1.0)
    [(2, 6.0)]
    """
    values = np.array(values, float)
    values = values[:, None] if values.ndim == 1 else values.copy()
    found: dict[int, float] = {}
    for _ in range(len(values)):
        size = deviations(values)
        if not len(size) or not np.isfinite(size).any() or np.nanmax(size) <= limit:
            break
        place = int(np.nanargmax(size)) + 1
        amount = float(size[place - 1])
        end = _end_at_fault(values, place)
        if end is None:
            values[place] = 0.5 * (values[place - 1] + values[place + 1])
        else:
            inner = 1 if end == 0 else -1
            place, amount = end, 2 * amount
            values[end] = 2 * values[end + inner] - values[end + 2 * inner]
        found[place] = max(amount, found.get(place, 0.0))
    return sorted(found.items())


def deviations(values: np.ndarray) -> np.ndarray:
    """(n - 2,) deviations of the inner values of a series (n,) or (n, dimensions)."""
    values = values[:, None] if values.ndim == 1 else values
    return np.linalg.norm(values[1:-1] - 0.5 * (values[:-2] + values[2:]), axis=1)


def _end_at_fault(values: np.ndarray, place: int) -> int | None:
    """The end of a series beside `place` whose value explains the deviation there; None for the value itself."""
    size = deviations(values)
    for end, inward in ((place - 1, 1), (place + 1, -1)):
        outside = end - inward
        is_end = outside < 0 or outside >= len(values) or not np.isfinite(values[outside]).all()
        inner = place + inward
        if is_end and 0 < inner < len(values) - 1 and size[inner - 1] < 0.25 * size[place - 1]:
            return end
    return None
