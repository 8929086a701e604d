"""The one way in which image files reach SimpleITK.

SimpleITK by itself picks the reader by content or by name among twenty formats, several of which open further files
that their content names. Here the first bytes of a file decide, among few formats, and what its header names is checked
before SimpleITK sees it.
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
"""Kinds of files that hold volumes."""

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
        The file and how messages call it.
    kinds
        What it may be, keys of `file_kinds.SUFFIXES`.
    self_contained
        Refuse every detached header; without, one may name a data file in its own folder.
    checks_name
        Refuse a file whose name has the ending of another kind than its content. ITK reads NIfTI by its name.

    Raises
    ------
    InputError
        The file is none of `kinds`, contradicts its name, or names a file it must not.
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
    """The image behind a reader of `image_reader`, once the size of the image has been checked.

    Raises
    ------
    InputError
        Pixels of a MetaImage are missing or damaged; MetaIO would give memory of this process in their place.
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
