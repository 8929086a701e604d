"""The label map of a session, the image behind it, and what is missing."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from pathlib import Path

import numpy as np
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.samples import write_faulty_sample
from GenerativeModelsLib.segmentation.request import OPTIONAL, PRESETS
from GenerativeModelsWeb.parts.label_maps import ImageFile, LabelDesk, LabelFile, opened_file, read_image_file
from GenerativeModelsWeb.parts.state import FileCard, Run
from GenerativeModelsWeb.parts.words import number_or_none
from GenerativeModelsWeb.segmentation.state import Inputs, Settings

__all__ = ["SegmentationDesk"]

PLACES = ("labels", "image")
STRUCTURES = ("lv", "myo", *OPTIONAL)
SETTINGS = ("view", *STRUCTURES, "frame_interval")
"""Of a check."""
REPAIR_SETTINGS = ("most_change", "whole_cycle", "realign", "use_network", "keep")
"""Further ones of a repair."""
PRESET_OF_VIEW = {"short-axis": "acdc", "apical": "camus"}
"""The values that are tried on a new file."""
LABEL_WORDS = re.compile(r"label|seg|mask|gt|pred", re.IGNORECASE)
"""What names of label maps have and those of images have not."""
SAME_GRID_MM = 0.1
"""Largest distance between the corners of two grids that are the same."""
MOST_NAMED = 8
_IMAGE = partial(read_image_file, wanted="the image on the grid of the label map")


class SegmentationDesk(LabelDesk):
    """Takes a label map in, and the image that it was drawn on.

    Parameters
    ----------
    inputs, settings, run
        The page's state; the first two are written.
    folder
        Of the copies.
    """

    label_places = ("labels",)
    structures = STRUCTURES
    presets = PRESETS

    def __init__(
        self, inputs: TypedState[Inputs], settings: TypedState[Settings], run: TypedState[Run], folder: Path
    ) -> None:
        watched = [getattr(settings.name, name) for name in (*SETTINGS, *REPAIR_SETTINGS)]
        super().__init__(SEGMENTATION, inputs, settings, run, PLACES, watched, folder=folder)
        self._view = settings.data.view

    async def read(self, place: str, path: Path, shown: str) -> tuple[LabelFile | ImageFile, FileCard]:
        """A label map or an image, and its card."""
        if place == "labels":
            return await super().read(place, path, shown)
        found = await asyncio.to_thread(self.copied, place, path, shown, _IMAGE)
        if self.has("labels") and (sentence := other_grid(self.file("labels"), found)):
            raise InputError(sentence)
        return found, found.card

    def sample(self, name: str) -> tuple[dict[str, tuple[LabelFile, FileCard]], dict[str, str], str]:
        """The sample cine of a simulated heart, or "faults", the same with faults."""
        if name == "faults":
            path = write_faulty_sample(self.new_path("labels", "sample_with_faults.nii.gz"))
            found = self.read_labels(path, "labels")
            sentence = "This is the sample with faults: five were put into the cine of a simulated heart."
        else:
            shipped = sample_dir() / "heart_cine" / "labels.nii.gz"
            found = self.copied("labels", shipped, "sample_cine.nii.gz", self.read_labels)
            sentence = "This is the sample cine: a simulated heart of no patient."
        return {"labels": (found, found.card)}, {}, sentence

    def put(self, place: str, found: LabelFile | ImageFile, card: FileCard) -> None:
        """Put a file onto a card; frames of another label map are not kept."""
        if place == "labels":
            self.settings.data.keep = []
        super().put(place, found, card)

    def clear(self) -> None:
        """Empty all cards; what was typed of a file goes with them."""
        super().clear()
        self.settings.data.frame_interval, self.settings.data.keep = "", []
        self.refresh()

    def take_sample(self, name: str = "") -> None:
        """Both samples are short-axis stacks over time."""
        self.settings.data.view = "short-axis"
        super().take_sample(name)

    def assign(self, names: list[str]) -> list[str | None]:
        """Of two files, that called like a label map is one; else the places in turn."""
        if len(names) == 2 and LABEL_WORDS.search(names[1]) and not LABEL_WORDS.search(names[0]):
            return ["image", "labels"]
        return super().assign(names)

    def refresh(self, **known: object) -> None:
        """Bring the values to another view, and the cautions of the card up to date."""
        view = self.settings.data.view
        if view != self._view:
            before, self._view = self._view, view
            self._follow_view(before)
        if self.has("labels"):
            self.inputs.data.labels.caution = " ".join(self._cautions(self.file("labels")))
        super().refresh(**known)

    def default_preset(self) -> str:
        """That of the view."""
        return PRESET_OF_VIEW[self.settings.data.view]

    def wanting(self) -> str:
        """A label map, its cavity and wall, an image of its grid, or a number that cannot be read."""
        if not self.has("labels"):
            return "Add a label map to begin."
        if wanting := self.wanting_value():
            return wanting
        if self.has("image") and (sentence := other_grid(self.file("labels"), self.file("image"))):
            return sentence
        try:
            self.interval_ms()
        except InputError as error:
            return str(error)
        return ""

    def interval_ms(self) -> float | None:
        """Milliseconds between frames as typed; None where nothing is."""
        typed = str(self.settings.data.frame_interval).strip()
        number = number_or_none(typed)
        if typed and number is None:
            raise InputError(f"The frame interval is “{typed}”: type milliseconds such as 35, or leave it empty.")
        return number

    def most_change(self) -> float:
        """Percent as typed; `InputError` for anything but a number."""
        typed = str(self.settings.data.most_change).strip().removesuffix("%")
        number = number_or_none(typed)
        if number is None:
            raise InputError(f"The largest change is “{typed}”: type percent such as 50.")
        return number

    def _follow_view(self, before: str) -> None:
        """Values that are those usual in the view before become those usual in this one; others stay.

        Where cavity or wall has another value, the file has labels of its own kind, and all stay. A value that was
        chosen right after the view may arrive with it.
        """
        settings, usual = self.settings.data, self.values_of(PRESET_OF_VIEW[before])
        chosen = {name: getattr(settings, name) for name in STRUCTURES if getattr(settings, name)}
        own = {name: value for name, value in chosen.items() if usual.get(name) != value}
        if not chosen or {"lv", "myo"} & set(own):
            return
        for name in STRUCTURES:
            setattr(settings, name, "")
        if self.has("labels"):
            self._offer_values(self.file("labels"))
        for name, value in own.items():
            setattr(settings, name, value)

    def _cautions(self, found: LabelFile) -> list[str]:
        """Frames without labels, and values without a meaning."""
        sentences = []
        if found.empty:
            sentences.append(f"{_counted('frame', found.empty)} without labels.")
        chosen = {getattr(self.settings.data, name) for name in STRUCTURES}
        others = [value for value, _ in found.values if value not in chosen]
        if others and self.wanting_value():
            sentences.append(f"It holds the {_counted('value', others).lower()}: choose what they mean.")
        elif others and not found.named:
            sentences.append(f"{_counted('value', others)} count{'s' * (len(others) == 1)} as background.")
        return sentences


def other_grid(labels: LabelFile, image: ImageFile) -> str:
    """The sentence for an image that does not lie on the grid of a label map; "" for one that does."""
    if image.size in (labels.size, labels.size[:3]):
        corners = [_corners(path, labels.size) for path in (labels.path, image.path)]
        if np.abs(corners[0] - corners[1]).max() <= SAME_GRID_MM:
            return ""
        return f"The image {image.name} lies elsewhere than the label map {labels.name}: give the image segmented."
    shown = [" × ".join(map(str, size)) for size in (image.size, labels.size)]
    return (
        f"The image {image.name} has {shown[0]} voxels and the label map {labels.name} {shown[1]}: give the image on "
        "the grid of the labels."
    )


def _corners(path: Path, size: tuple[int, ...]) -> np.ndarray:
    """LPS mm of the first voxel and of the last along each axis in space."""
    _, _, reader = opened_file(path, "image")
    dimensions = reader.GetDimension()
    axes = np.array(reader.GetDirection()).reshape(dimensions, dimensions)[:3, :3] * np.array(reader.GetSpacing())[:3]
    ends = np.diag(np.array(size[:3]) - 1)
    return np.array(reader.GetOrigin())[:3] + np.vstack([np.zeros(len(ends)), ends @ axes.T])


def _counted(word: str, numbers: list | tuple) -> str:
    """Numbers with a word before: "Frames 3, 5"."""
    shown = ", ".join(map(str, numbers[:MOST_NAMED])) + (", …" if len(numbers) > MOST_NAMED else "")
    return f"{word.capitalize()}{'s' * (len(numbers) > 1)} {shown}"
