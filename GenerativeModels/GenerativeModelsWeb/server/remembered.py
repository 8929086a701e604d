"""Tokens that were given away, kept up to a number."""

from __future__ import annotations

__all__ = ["Remembered"]


class Remembered(dict[str, str]):
    """Token -> what it stands for; the oldest are forgotten.

    Parameters
    ----------
    most
        How many are kept.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, token: str, meaning: str) -> None:
        super().__setitem__(token, meaning)
        while len(self) > self._most:
            del self[next(iter(self))]
