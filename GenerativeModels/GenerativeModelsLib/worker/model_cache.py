"""Cache of models between jobs."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.bundle.checksums import ALL_FILES

if TYPE_CHECKING:
    import torch

__all__ = ["ModelCache"]


class ModelCache:
    """Loads verified models, and returns a loaded one again until its files change.

    Parameters
    ----------
    capacity
        Largest number of models; the least recently used one is removed first.
    """

    def __init__(self, capacity: int = 2) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[tuple, Any] = OrderedDict()

    def load(self, anatomy: Anatomy, folder: Path, device: torch.device | str) -> Any:
        """The model of a bundle on that device; errors as `anatomy.load_model`."""
        key = (anatomy.name, str(device), *_state(folder))
        if key not in self._kept:
            self._kept[key] = anatomy.load_model(folder, device)
        self._kept.move_to_end(key)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return self._kept[key]


def _state(folder: Path) -> tuple:
    """State of the files of a bundle, for comparison; None for a missing file, which the loader reports.

    The time of the last change of status (`st_ctime_ns`) shows, on POSIX, also a change of content with a restored time
    of modification.
    """
    folder = Path(folder).resolve()
    stats = [(folder / name).stat() if (folder / name).is_file() else None for name in ALL_FILES]
    return str(folder), *((s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_ino) if s else None for s in stats)
