"""The label maps of a session: what their values may mean, and what is missing."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.labels.label_map import PRESETS, STRUCTURES, parse_labels
from GenerativeModelsLib.heart.labels.phase_names import names_phase
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsWeb.heart.state import Inputs, Settings
from GenerativeModelsWeb.parts.desk import Desk
from GenerativeModelsWeb.parts.state import FileCard, Run
from GenerativeModelsWeb.parts.words import number_or_none, whole_number

__all__ = ["LabelDesk", "LabelFile"]

PLACES = ("ed", "es", "cine")
PATIENT = ("sex", "height", "weight", "ed_frame", "es_frame")
"""Settings that belong to one patient's files."""
MOST_FRAMES = 10_000
SETTINGS = ("sex", "height", "weight", "ed_frame", "es_frame", "force", "seed", "device", *STRUCTURES)


@dataclass(frozen=True)
class LabelFile:
    """A label map as uploaded: its values with words for them, and by structure the value that a name means."""

    path: Path
    name: str
    values: tuple[tuple[str, str], ...]
    named: dict[str, str]
    size: str


class LabelDesk(Desk):
    """Takes label maps in; the first one says which value is what.

    Parameters
    ----------
    inputs, settings, run
        The page's state; the first two are written.
    folder
        Where files are kept under the names that their user knows, which results and messages repeat.
    """

    card_type = FileCard

    def __init__(
        self, inputs: TypedState[Inputs], settings: TypedState[Settings], run: TypedState[Run], folder: Path
    ) -> None:
        self._folder, self._count = folder, 0
        watched = [getattr(settings.name, name) for name in SETTINGS]
        super().__init__(HEART, inputs, settings, run, PLACES, watched)

    async def read(self, place: str, path: Path, shown: str) -> tuple[LabelFile, FileCard]:
        """A label map and its card."""
        self._count += 1
        own = self._folder / f"{place}-{self._count}" / re.sub(r'[<>:"|?*]', "_", shown)
        found = await asyncio.to_thread(_read_copy, path, own, place)
        return found, FileCard(found.name, size=found.size)

    def sample(self, name: str) -> tuple[dict[str, tuple[LabelFile, FileCard]], dict[str, str], str]:
        """The sample heart at two phases, or "cine", another one over a whole cycle."""
        folder = sample_dir() / ("heart_cine" if name == "cine" else "heart")
        about = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
        paths = {"cine": "labels.nii.gz"} if name == "cine" else {phase: f"{phase}.nii.gz" for phase in ("ed", "es")}
        files = {place: _read(folder / path, place) for place, path in paths.items()}
        settings = {"sex": about["sex"]}
        if "height_cm" in about:
            settings |= {"height": f"{about['height_cm']:g}", "weight": f"{about['weight_kg']:g}"}
        cards = {place: (found, FileCard(found.name, size=found.size)) for place, found in files.items()}
        return cards, settings, "This is the sample case: a simulated heart of no patient."

    def put(self, place: str, found: LabelFile, card: FileCard) -> None:
        """Put a label map onto a card; a cine takes the place of phases, and phases that of a cine."""
        for other in PLACES:
            if other != place and self.has(other) and "cine" in (place, other):
                self.remove(other)
        self._drop(place)
        super().put(place, found, card)
        self._offer_values(place)

    def remove(self, place: str) -> None:
        """Empty a card."""
        self._drop(place)
        super().remove(place)

    def clear(self) -> None:
        """Empty all cards; what was typed of a patient goes with them."""
        super().clear()
        for name in PATIENT:
            setattr(self.settings.data, name, "")
        self.settings.data.force = False
        self.refresh()

    def refresh(self, **known: object) -> None:
        """Forget what the values mean once there is no file."""
        if not self.filled:
            self.inputs.data.values = []
        super().refresh(**known)

    def assign(self, names: list[str]) -> list[str | None]:
        """A single file named after a cine is one; else end diastole and end systole, by their names or in turn."""
        if len(names) == 1 and any(word in names[0].lower() for word in ("cine", "4d", "seq")):
            return ["cine"]
        if len(names) == 2 and (names_phase(names[0], "es") or names_phase(names[1], "ed")):
            return ["es", "ed"]
        free = [place for place in ("ed", "es") if len(names) == 2 or not self.has(place)]
        return [free.pop(0) if free else None for _ in names]

    def take_preset(self, preset: str) -> None:
        """Choose the values of a public data set."""
        labels = parse_labels(PRESETS[preset])
        for structure in STRUCTURES:
            setattr(self.settings.data, structure, str(getattr(labels, structure)))

    def wanting(self) -> str:
        """A label map, its cavity and wall, or numbers that cannot be read."""
        if not (self.has("ed") or self.has("cine")):
            return "Add the label map at end diastole, or a cine, to begin."
        settings = self.settings.data
        for structure in ("lv", "myo"):
            if not getattr(settings, structure):
                return f"Choose the value of the {STRUCTURES[structure]}."
        try:
            self.body(), self.frames(), whole_number(settings.seed, "seed", 2**53)
        except InputError as error:
            return str(error)
        return ""

    def labels(self) -> str:
        """The values of the structures; the preset where the names of segments decide in every file."""
        chosen = {name: getattr(self.settings.data, name) for name in STRUCTURES}
        files = [self.file(place) for place in PLACES if self.has(place)]
        if all(found.named and found.named.items() <= chosen.items() for found in files):
            return "acdc"
        return ",".join(f"{name}={value}" for name, value in chosen.items() if value)

    def body(self) -> dict[str, float | None]:
        """Height and weight as typed; `InputError` for anything but numbers."""
        return {
            "height_cm": _number(self.settings.data.height, "height", "centimetres, such as 172"),
            "weight_kg": _number(self.settings.data.weight, "weight", "kilograms, such as 70"),
        }

    def frames(self) -> dict[str, int | None]:
        """Frames of a cine as typed; none without a cine."""
        if not self.has("cine"):
            return {}
        typed = {name: str(getattr(self.settings.data, name)).strip() for name in ("ed_frame", "es_frame")}
        words = {"ed_frame": "frame at end diastole", "es_frame": "frame at end systole"}
        return {name: whole_number(text, words[name], MOST_FRAMES) if text else None for name, text in typed.items()}

    def _drop(self, place: str) -> None:
        """Remove the copy of a file."""
        if self.has(place) and self._folder in self.file(place).path.parents:
            shutil.rmtree(self.file(place).path.parent, ignore_errors=True)

    def _offer_values(self, place: str) -> None:
        """The values of the file that came last are those to choose from; its names, or a preset, choose at once."""
        found, settings = self.file(place), self.settings.data
        held = {value for value, _ in found.values}
        self.inputs.data.values = [["", "none"], *map(list, found.values)]
        fits = all(not getattr(settings, name) or getattr(settings, name) in held for name in STRUCTURES)
        if found.named or not (fits and settings.lv and settings.myo):
            acdc = parse_labels(PRESETS["acdc"])
            for name in STRUCTURES:
                value = found.named.get(name, "") if found.named else str(getattr(acdc, name))
                setattr(settings, name, value if value in held else "")


def _read_copy(path: Path, own: Path, place: str) -> LabelFile:
    own.parent.mkdir(parents=True)
    shutil.copyfile(path, own)
    try:
        return _read(own, place)
    except InputError:
        shutil.rmtree(own.parent, ignore_errors=True)
        raise


def _read(path: Path, place: str) -> LabelFile:
    """What a label map holds; `InputError` when it is none."""
    import SimpleITK as sitk

    from GenerativeModelsLib.label_files.files import opened, require_size, unreadable
    from GenerativeModelsLib.label_files.segments import read_segments
    from GenerativeModelsLib.label_files.values import MOST_VALUES

    path, called, reader = opened(path, place)
    segments = read_segments(path, called) if reader.GetImageIO() == "NrrdImageIO" else []
    try:
        reader.ReadImageInformation()
        size = reader.GetSize()
        require_size((*size, reader.GetNumberOfComponents()), called)
        values = np.zeros(0) if segments else np.unique(sitk.GetArrayFromImage(reader.Execute()))
    except RuntimeError as error:
        raise unreadable(called, error) from error
    if len(values) > MOST_VALUES or np.any(values != np.round(values)):
        raise InputError(f"{called} is no label map: it holds {len(values)} grey levels, give one with few values.")
    named: dict[str, str] = {}
    for segment in segments:
        if segment.structure and segment.structure not in named:
            named[segment.structure] = str(segment.value)
    choices = [(str(segment.value), f"{segment.name} ({segment.value})") for segment in segments]
    choices = choices or [(str(int(value)), f"value {int(value)}") for value in values if value]
    return LabelFile(path, path.name, tuple(choices), named, " × ".join(map(str, size)) + " voxels")


def _number(text: str, what: str, example: str) -> float | None:
    number = number_or_none(text)
    if number is None and str(text).strip():
        raise InputError(f"The {what} is “{text}”: type {example}, or leave it empty.")
    return number
