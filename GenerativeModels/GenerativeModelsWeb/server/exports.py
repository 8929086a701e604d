"""The whole case as one file."""

from __future__ import annotations

import asyncio
import zipfile
from pathlib import Path

__all__ = ["zip_folder"]


async def zip_folder(folder: Path, target: Path) -> Path:
    """All files of `folder` as one archive, under the folder's name; packed beside the loop."""
    await asyncio.to_thread(_pack, folder, target)
    return target


def _pack(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"{target.stem}/{path.relative_to(folder).as_posix()}")
