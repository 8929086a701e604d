"""Label map and style of a session, the methods that can be used, and what is missing."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.segmentation.request import PRESETS
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.methods import offered_methods, reasons
from GenerativeModelsLib.synthesis.images.request import MOST_IMAGES
from GenerativeModelsWeb.parts.label_maps import ImageFile, LabelDesk, LabelFile, read_image_file
from GenerativeModelsWeb.parts.state import FileCard, Run
from GenerativeModelsWeb.parts.words import on_page, whole_number
from GenerativeModelsWeb.synthesis.state import Inputs, Settings

__all__ = ["PLACES", "SETTINGS", "SynthesisDesk"]

PLACES = ("labels", "style")
STRUCTURES = ("lv", "myo", "rv")
SETTINGS = (*STRUCTURES, "method", "count", "seed")
_STYLE = partial(read_image_file, wanted="a volume of cine MR")


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
        inputs.data.others = reasons(offered)
        settings.data.method = inputs.data.methods[0][0] if inputs.data.methods else ""

    async def read(self, place: str, path: Path, shown: str) -> tuple[LabelFile | ImageFile, FileCard]:
        """A label map or a style, and its card."""
        if place == "labels":
            return await super().read(place, path, shown)
        found = await asyncio.to_thread(self.copied, place, path, shown, _STYLE)
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
        return whole_number(self.settings.data.count, "number of images", MOST_IMAGES, least=1)

    def seed(self) -> int:
        """Seed as typed."""
        return whole_number(self.settings.data.seed, "seed", 2**53)
