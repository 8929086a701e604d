"""Image files opened with SimpleITK after checks of their format and header.

By default SimpleITK selects a reader by content or by name among twenty formats, and several of these open further
files that the content names. Here the format is one of a few and is determined by the first bytes of the file, and the
file names in its header are checked before SimpleITK reads it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.kinds import SUFFIXES, file_kind, first_bytes
from GenerativeModelsLib.image_files.meta_image import require_whole_meta_image
from GenerativeModelsLib.image_files.references import require_own_folder, require_self_contained

if TYPE_CHECKING:
    import SimpleITK as sitk

__all__ = ["VOLUMES", "image_reader", "read_pixels"]

VOLUMES = ("NIfTI", "NRRD", "MetaImage")
"""Kinds of files that contain volumes."""

_IMAGE_IO = {
    "DICOM": "GDCMImageIO",
    "NIfTI": "NiftiImageIO",
    "NRRD": "NrrdImageIO",
    "MetaImage": "MetaImageIO",
    "PNG": "PNGImageIO",
    "JPEG": "JPEGImageIO",
    "TIFF": "TIFFImageIO",
    "BMP": "BMPImageIO",
}


def image_reader(
    path: Path,
    label: str,
    kinds: Collection[str] = VOLUMES,
    *,
    self_contained: bool = False,
    checks_name: bool = True,
) -> sitk.ImageFileReader:
    """A SimpleITK reader for one file, bound to the format of its content.

    Parameters
    ----------
    path, label
        The file and its name in messages.
    kinds
        Accepted kinds, keys of `kinds.SUFFIXES`.
    self_contained
        Reject every detached header; if False, a header may name a data file in its own folder.
    checks_name
        Reject a file whose suffix belongs to another kind than its content. ITK reads NIfTI by its name.

    Raises
    ------
    InputError
        The file is none of `kinds`, its suffix contradicts its content, or its header names a file that is not allowed.
    """
    import SimpleITK as sitk

    kind = file_kind(first_bytes(path, label))
    if kind is None or kind not in kinds:
        raise InputError(f"{label} cannot be read, it is {_content(kind)}: expected {_either(kinds)}, export it again.")
    if checks_name and not path.name.lower().endswith(SUFFIXES[kind]):
        raise InputError(
            f"{label} cannot be read, it is {_content(kind)} under another name: give it the ending "
            f"{_either(SUFFIXES[kind])}."
        )
    (require_self_contained if self_contained else require_own_folder)(path, label)
    reader = sitk.ImageFileReader()
    reader.SetImageIO(_IMAGE_IO[kind])
    reader.SetFileName(str(path))
    return reader


def read_pixels(reader: sitk.ImageFileReader, label: str) -> sitk.Image:
    """The image of a reader from `image_reader`; the caller must check the size of the image first.

    Raises
    ------
    InputError
        Pixels of a MetaImage are missing or damaged; MetaIO would return memory of this process in their place.
    RuntimeError
        SimpleITK cannot read the file.
    """
    if reader.GetImageIO() == _IMAGE_IO["MetaImage"]:
        require_whole_meta_image(Path(reader.GetFileName()), label)
    return reader.Execute()


def _content(kind: str | None) -> str:
    return "no image of a known kind" if kind is None else f"{kind} by its content"


def _either(words: Collection[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
