"""The label maps of a session: what their values may mean, and what is missing."""

from __future__ import annotations

import json
from pathlib import Path

from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.labels.label_map import PRESETS, STRUCTURES
from GenerativeModelsLib.heart.labels.phase_names import names_phase
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsWeb.heart.state import Inputs, Settings
from GenerativeModelsWeb.parts.label_maps import LabelDesk, LabelFile
from GenerativeModelsWeb.parts.state import FileCard, Run
from GenerativeModelsWeb.parts.words import number_or_none, whole_number

__all__ = ["HeartDesk"]

PLACES = ("ed", "es", "cine")
PATIENT = ("sex", "height", "weight", "ed_frame", "es_frame")
"""Settings that belong to one patient's files."""
MOST_FRAMES = 10_000
SETTINGS = ("sex", "height", "weight", "ed_frame", "es_frame", "force", "realign", "seed", "device", *STRUCTURES)


class HeartDesk(LabelDesk):
    """Takes label maps in: of two phases, or a cine.

    Parameters
    ----------
    inputs, settings, run
        The page's state; the first two are written.
    folder
        Of the copies.
    """

    label_places = PLACES
    structures = tuple(STRUCTURES)
    presets = PRESETS

    def __init__(
        self, inputs: TypedState[Inputs], settings: TypedState[Settings], run: TypedState[Run], folder: Path
    ) -> None:
        watched = [getattr(settings.name, name) for name in SETTINGS]
        super().__init__(HEART, inputs, settings, run, PLACES, watched, folder=folder)

    def sample(self, name: str) -> tuple[dict[str, tuple[LabelFile, FileCard]], dict[str, str], str]:
        """The sample heart at two phases, or "cine", another one over a whole cycle."""
        folder = sample_dir() / ("heart_cine" if name == "cine" else "heart")
        about = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
        paths = {"cine": "labels.nii.gz"} if name == "cine" else {phase: f"{phase}.nii.gz" for phase in ("ed", "es")}
        files = {place: self.read_labels(folder / path, place) for place, path in paths.items()}
        settings = {"sex": about["sex"]}
        if "height_cm" in about:
            settings |= {"height": f"{about['height_cm']:g}", "weight": f"{about['weight_kg']:g}"}
        cards = {place: (found, found.card) for place, found in files.items()}
        return cards, settings, "This is the sample case: a simulated heart of no patient."

    def put(self, place: str, found: LabelFile, card: FileCard) -> None:
        """Put a label map onto a card; a cine takes the place of phases, and phases that of a cine."""
        for other in PLACES:
            if other != place and self.has(other) and "cine" in (place, other):
                self.remove(other)
        super().put(place, found, card)

    def clear(self) -> None:
        """Empty all cards; what was typed of a patient goes with them."""
        super().clear()
        for name in PATIENT:
            setattr(self.settings.data, name, "")
        self.settings.data.force = self.settings.data.realign = False
        self.refresh()

    def assign(self, names: list[str]) -> list[str | None]:
        """A single file named after a cine is one; else end diastole and end systole, by their names or in turn."""
        if len(names) == 1 and any(word in names[0].lower() for word in ("cine", "4d", "seq")):
            return ["cine"]
        if len(names) == 2 and (names_phase(names[0], "es") or names_phase(names[1], "ed")):
            return ["es", "ed"]
        free = [place for place in ("ed", "es") if len(names) == 2 or not self.has(place)]
        return [free.pop(0) if free else None for _ in names]

    def wanting(self) -> str:
        """A label map, its cavity and wall, or numbers that cannot be read."""
        if not (self.has("ed") or self.has("cine")):
            return "Add the label map at end diastole, or a cine, to begin."
        if wanting := self.wanting_value():
            return wanting
        try:
            self.body(), self.frames(), whole_number(self.settings.data.seed, "seed", 2**53)
        except InputError as error:
            return str(error)
        return ""

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


def _number(text: str, what: str, example: str) -> float | None:
    number = number_or_none(text)
    if number is None and str(text).strip():
        raise InputError(f"The {what} is “{text}”: type {example}, or leave it empty.")
    return number
