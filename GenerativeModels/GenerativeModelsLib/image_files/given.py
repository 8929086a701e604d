"""Images given as arrays in memory instead of files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["GivenImage", "Source"]


@dataclass(frozen=True, eq=False)
class GivenImage:
    """An image in memory.

    Attributes
    ----------
    values
        Pixels (rows, columns) or (rows, columns, 3 or 4), or voxels (k, j, i).
    name
        Its name in messages, such as "the array given as axial".
    spacing_mm
        (row, column) of a plane; None if it is unknown.
    to_lps
        (4, 4), index (i, j, k, 1) of a volume -> LPS mm.
    """

    values: np.ndarray
    name: str
    spacing_mm: tuple[float, float] | None = None
    to_lps: np.ndarray | None = None

    def checksum(self) -> str:
        """SHA-256 of the values, spacing and transform, in hexadecimal."""
        import numpy as np

        digest = hashlib.sha256(repr((self.values.shape, self.values.dtype.str, self.spacing_mm)).encode())
        for array in (self.values, self.to_lps):
            if array is not None:
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def __str__(self) -> str:
        return self.name


Source = Path | GivenImage
"""An image of a request: a file, or the image in memory."""
