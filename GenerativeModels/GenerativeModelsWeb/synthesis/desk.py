"""Label map and style of a session, the methods that can be used, and what is missing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.segmentation.request import PRESETS
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.methods import offered_methods
from GenerativeModelsWeb.parts.label_maps import LabelDesk, LabelFile, opened_file
from GenerativeModelsWeb.parts.state import FileCard, Run
from GenerativeModelsWeb.parts.words import number_or_none, on_page
from GenerativeModelsWeb.synthesis.state import Inputs, Settings

__all__ = ["PLACES", "SETTINGS", "StyleFile", "SynthesisDesk"]

PLACES = ("labels", "style")
STRUCTURES = ("lv", "myo", "rv")
SETTINGS = (*STRUCTURES, "method", "count", "seed")


@dataclass(frozen=True)
class StyleFile:
    """An image as uploaded: the copy, what its user calls it, its number of voxels along each axis."""

    path: Path
    name: str
    size: tuple[int, ...]

    @property
    def card(self) -> FileCard:
        """As the page shows it."""
        return FileCard(self.name, size=" × ".join(map(str, self.size)) + " voxels")


class SynthesisDesk(LabelDesk):
    """Takes a label map in, and the image whose grey values are taken.

    Parameters
    ----------
    inputs, settings, run
        The page's state; the first two are written.
    folder
        Of the copies.
    model
        Folder of a model bundle; None = the shipped ones.
    """

    label_places = ("labels",)
    structures = STRUCTURES
    presets = PRESETS

    def __init__(
        self,
        inputs: TypedState[Inputs],
        settings: TypedState[Settings],
        run: TypedState[Run],
        folder: Path,
        model: Path | None,
    ) -> None:
        watched = [getattr(settings.name, name) for name in SETTINGS]
        super().__init__(IMAGES, inputs, settings, run, PLACES, watched, folder=folder)
        offered = offered_methods(model)
        inputs.data.methods = [[each.name, each.title] for each in offered if not each.problem]
        reasons: dict[str, list[str]] = {}
        for each in offered:
            if each.problem:
                reasons.setdefault(each.problem, []).append(each.title)
        inputs.data.others = [f"{', '.join(titles)}: {reason}" for reason, titles in reasons.items()]
        settings.data.method = inputs.data.methods[0][0] if inputs.data.methods else ""

    async def read(self, place: str, path: Path, shown: str) -> tuple[LabelFile | StyleFile, FileCard]:
        """A label map or a style, and its card."""
        if place == "labels":
            return await super().read(place, path, shown)
        found = await asyncio.to_thread(self.copied, place, path, shown, _read_style)
        return found, found.card

    def sample(self, name: str) -> tuple[dict[str, tuple[LabelFile, FileCard]], dict[str, str], str]:
        """Labels of a simulated heart."""
        shipped = sample_dir() / "heart" / "ed.nii.gz"
        found = self.copied("labels", shipped, "sample_labels.nii.gz", self.read_labels)
        return {"labels": (found, found.card)}, {}, "This is the sample: labels of a simulated heart of no patient."

    def wanting(self) -> str:
        """A label map, its cavity and wall, a method, or a number that cannot be read."""
        if not self.has("labels"):
            return "Add a label map to begin."
        if wanting := self.wanting_value():
            return wanting
        if not self.settings.data.method:
            return "No method can be used: " + " ".join(self.inputs.data.others)
        try:
            self.count(), self.seed()
        except InputError as error:
            return on_page(IMAGES, error)
        return ""

    def count(self) -> int:
        """Number of images as typed."""
        return self._whole("number of images", self.settings.data.count, 1)

    def seed(self) -> int:
        """Seed as typed."""
        return self._whole("seed", self.settings.data.seed, 0)

    @staticmethod
    def _whole(called: str, typed: str, least: int) -> int:
        number = number_or_none(str(typed).strip())
        if number is None or number != int(number) or number < least:
            raise InputError(f"The {called} is “{typed}”: type a whole number from {least}.")
        return int(number)


def _read_style(path: Path, place: str) -> StyleFile:
    path, called, reader = opened_file(path, place)
    if reader.GetDimension() < 3:
        raise InputError(f"{called} is a picture: give a volume of cine MR.")
    return StyleFile(path, path.name, tuple(reader.GetSize()))
