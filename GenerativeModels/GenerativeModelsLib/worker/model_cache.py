"""Models kept between jobs."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.bundle.checksums import ALL_FILES

if TYPE_CHECKING:
    import torch

    from GenerativeModelsLib.skull.infer.model import SkullModel

__all__ = ["ModelCache"]


class ModelCache:
    """Loads skull models, verified, and gives a loaded one again while its files have not changed.

    Parameters
    ----------
    capacity
        Models kept at most; the one unused for longest goes first.
    """

    def __init__(self, capacity: int = 2) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[tuple, SkullModel] = OrderedDict()

    def load(self, folder: Path, device: torch.device | str) -> SkullModel:
        """The model on that device; arguments and errors as `load_skull_model`."""
        from GenerativeModelsLib.skull.infer.model import load_skull_model

        key = (str(device), *_state(folder))
        if key not in self._kept:
            self._kept[key] = load_skull_model(folder, device)
        self._kept.move_to_end(key)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return self._kept[key]


def _state(folder: Path) -> tuple:
    """What changes when a file of the bundle does. A file that is not there is for the loader to complain of.

    The time of the last change of status (`st_ctime_ns`) shows on POSIX also a change of content whose time of
    modification was put back.
    """
    folder = Path(folder).resolve()
    stats = [(folder / name).stat() if (folder / name).is_file() else None for name in ALL_FILES]
    return str(folder), *((s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_ino) if s else None for s in stats)
