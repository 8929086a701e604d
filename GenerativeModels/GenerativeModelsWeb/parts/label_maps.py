"""Label maps of hearts on the cards of a page: what their values may mean, and the copies that keep their names."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.label_files.values import STRUCTURES, labels_text, parse_values
from GenerativeModelsWeb.parts.desk import Desk
from GenerativeModelsWeb.parts.state import FileCard

if TYPE_CHECKING:
    import SimpleITK as sitk

__all__ = ["ACCEPT", "ImageFile", "LabelDesk", "LabelFile", "kept_copy", "opened_file", "read_image_file"]

ACCEPT = ".nii,.nii.gz,.gz,.nrrd,.nhdr,.mha,.mhd"
"""Endings of the files that a card takes."""


@dataclass(frozen=True)
class ImageFile:
    """An image as uploaded.

    Attributes
    ----------
    path, name
        The copy, and what its user calls it.
    size
        Number of voxels along each axis.
    """

    path: Path
    name: str
    size: tuple[int, ...]

    @property
    def card(self) -> FileCard:
        """As the page shows it."""
        return FileCard(self.name, size=" × ".join(map(str, self.size)) + " voxels")


@dataclass(frozen=True)
class LabelFile(ImageFile):
    """A label map as uploaded.

    Attributes
    ----------
    values
        Its values but 0 with words for them.
    named
        By structure the value that the name of a segment means.
    empty
        Frames without any value but 0, of a file that has time.
    """

    values: tuple[tuple[str, str], ...]
    named: dict[str, str]
    empty: tuple[int, ...] = ()


class LabelDesk(Desk):
    """Takes label maps in; the one that came last says which value is what. An anatomy derives its own from this.

    The settings have a variable for each structure, the inputs one named `values`.

    Parameters
    ----------
    given
        Those of `Desk`.
    folder
        Where files are kept under the names that their user knows, which results and messages repeat.

    Attributes
    ----------
    label_places
        The cards of label maps.
    presets
        Values of public data sets by name, such as "lv=3,myo=2,rv=1".
    structures
        Those that may have a value.
    """

    card_type = FileCard
    label_places: tuple[str, ...]
    presets: Mapping[str, str]
    structures: tuple[str, ...]

    def __init__(self, *given: Any, folder: Path) -> None:
        self._folder, self._count = folder, 0
        super().__init__(*given)

    async def read(self, place: str, path: Path, shown: str) -> tuple[LabelFile, FileCard]:
        """A label map and its card."""
        found = await asyncio.to_thread(self.copied, place, path, shown, self.read_labels)
        return found, found.card

    def read_labels(self, path: Path, place: str) -> LabelFile:
        """What a label map holds; `InputError` when it is none."""
        return read_label_file(path, place, self.structures)

    def copied(self, place: str, path: Path, shown: str, read: Any) -> Any:
        """What `read` (path, place) makes of a copy of a file under its own name; no copy is left if it raises."""
        return kept_copy(path, self.new_path(place, shown), place, read)

    def new_path(self, place: str, shown: str) -> Path:
        """Where a file for a card may lie under its own name, in a folder that no other has and that goes with it."""
        self._count += 1
        return self._folder / f"{place}-{self._count}" / re.sub(r'[<>:"|?*]', "_", shown)

    def put(self, place: str, found: Any, card: FileCard) -> None:
        """Put a file onto a card; a label map brings its values."""
        self._drop(place)
        super().put(place, found, card)
        if place in self.label_places:
            self._offer_values(found)

    def remove(self, place: str) -> None:
        """Empty a card."""
        self._drop(place)
        super().remove(place)

    def take_sample(self, name: str = "") -> None:
        """As of all desks; the values chosen for other files may mean something else in the sample."""
        for structure in self.structures:
            setattr(self.settings.data, structure, "")
        super().take_sample(name)

    def refresh(self, **known: object) -> None:
        """Forget what the values mean once there is no label map."""
        if not any(self.has(place) for place in self.label_places):
            self.inputs.data.values = []
        super().refresh(**known)

    def take_preset(self, preset: str) -> None:
        """Choose the values of a public data set."""
        values = self.values_of(preset)
        for structure in self.structures:
            setattr(self.settings.data, structure, values.get(structure, ""))

    def values_of(self, preset: str) -> dict[str, str]:
        """The values of a public data set by structure."""
        return {name: str(value) for name, value in parse_values(preset, self.presets, self.structures).items()}

    def wanting_value(self) -> str:
        """Which value is still to be chosen; "" = none."""
        for structure in ("lv", "myo"):
            if not getattr(self.settings.data, structure):
                return f"Choose the value of the {STRUCTURES[structure]}."
        return ""

    def labels(self) -> str:
        """The values of the structures; the first preset where the names of segments decide in every file."""
        chosen = {name: getattr(self.settings.data, name) for name in self.structures}
        files = [self.file(place) for place in self.label_places if self.has(place)]
        if all(found.named and found.named.items() <= chosen.items() for found in files):
            return next(iter(self.presets))
        return labels_text({name: value or None for name, value in chosen.items()})

    def default_preset(self) -> str:
        """That of `presets` which is tried on a new file."""
        return next(iter(self.presets))

    def _drop(self, place: str) -> None:
        """Remove the copy of a file."""
        if self.has(place) and self._folder in self.file(place).path.parents:
            shutil.rmtree(self.file(place).path.parent, ignore_errors=True)

    def _offer_values(self, found: LabelFile) -> None:
        """The values of the file that came last are those to choose from; its names, or a preset, choose at once."""
        settings = self.settings.data
        held = {value for value, _ in found.values}
        self.inputs.data.values = [["", "none"], *map(list, found.values)]
        chosen = [getattr(settings, name) for name in self.structures]
        fits = all(not value or value in held for value in chosen)
        if found.named or not (fits and settings.lv and settings.myo):
            preset = found.named or self.values_of(self.default_preset())
            for name in self.structures:
                value = preset.get(name, "")
                setattr(settings, name, value if value in held else "")


def kept_copy(path: Path, own: Path, place: str, read: Any) -> Any:
    """What `read` (path, place) makes of a copy `own` of a file; no copy is left if it raises."""
    own.parent.mkdir(parents=True)
    shutil.copyfile(path, own)
    try:
        return read(own, place)
    except InputError:
        shutil.rmtree(own.parent, ignore_errors=True)
        raise


def opened_file(path: Path, place: str) -> tuple[Path, str, sitk.ImageFileReader]:
    """A file with its header read: path, what messages call it, and its reader.

    Raises
    ------
    InputError
        It cannot be read, or is too large.
    """
    from GenerativeModelsLib.label_files.files import opened, require_size, unreadable

    path, called, reader = opened(path, place)
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise unreadable(called, error) from error
    require_size((*reader.GetSize(), reader.GetNumberOfComponents()), called)
    return path, called, reader


def read_image_file(path: Path, place: str, wanted: str) -> ImageFile:
    """What an image holds; `InputError` when it is a picture, with `wanted` to be given instead."""
    path, called, reader = opened_file(path, place)
    if reader.GetDimension() < 3:
        raise InputError(f"{called} is a picture: give {wanted}.")
    return ImageFile(path, path.name, tuple(reader.GetSize()))


def read_label_file(path: Path, place: str, structures: Collection[str]) -> LabelFile:
    """What a label map holds; `InputError` when it is none."""
    import SimpleITK as sitk

    from GenerativeModelsLib.label_files.files import unreadable
    from GenerativeModelsLib.label_files.segments import read_segments
    from GenerativeModelsLib.label_files.values import MOST_VALUES

    path, called, reader = opened_file(path, place)
    segments = read_segments(path, called) if reader.GetImageIO() == "NrrdImageIO" else []
    try:
        pixels = np.zeros(0) if segments else sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        raise unreadable(called, error) from error
    values = np.unique(pixels)
    if len(values) > MOST_VALUES or np.any(values != np.round(values)):
        raise InputError(f"{called} is no label map: it holds {len(values)} grey levels, give one with few values.")
    named: dict[str, str] = {}
    for segment in segments:
        structure = segment.structure_among(structures)
        if structure and structure not in named:
            named[structure] = str(segment.value)
    choices = [(str(segment.value), f"{segment.name} ({segment.value})") for segment in segments]
    choices = choices or [(str(int(value)), f"value {int(value)}") for value in values if value]
    if not choices:
        raise InputError(f"{called} has no labels, all its values are 0: give the label map.")
    labelled = pixels.any(axis=(1, 2, 3)) if pixels.ndim == 4 and reader.GetNumberOfComponents() == 1 else ()
    empty = tuple(frame for frame, there in enumerate(labelled) if not there)
    return LabelFile(path, path.name, tuple(reader.GetSize()), tuple(choices), named, empty)
