"""The pictures of a session and what is known about their spacing, kept in step with the cards of the page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from pathlib import Path

from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsWeb.skull.form import missing, spacing_of
from GenerativeModelsWeb.skull.pictures import Picture, check_spacing, on_page, preview_url, read_picture
from GenerativeModelsWeb.skull.state import Inputs, PlaneCard, Run, Settings

__all__ = ["PictureDesk"]

SAMPLE = "fetal_head"


class PictureDesk:
    """Takes pictures in and judges their spacings.

    Parameters
    ----------
    inputs, settings, run
        The page's state; `inputs` is written, the others are read.
    """

    def __init__(self, inputs: TypedState[Inputs], settings: TypedState[Settings], run: TypedState[Run]) -> None:
        self._inputs, self._settings, self._run = inputs, settings, run
        self._pictures: dict[str, Picture] = {}
        self._judged: dict[Hashable, str] = {}
        self._announced: set[str] = set()
        self._sample_weeks: str | None = None
        self._changed: Callable[[], None] = lambda: None
        typed = [getattr(inputs.name, name) for name in PLANES]
        watched = [side for card in typed for side in (card.row_mm, card.column_mm, card.sending)]
        names = settings.name
        inputs.state.change(*watched, names.weeks, names.samples, names.seed, names.device)(self.refresh)

    def on_changed(self, call: Callable[[], None]) -> None:
        """Have `call` called whenever a picture, a spacing or a setting is another one."""
        self._changed = call

    def has(self, plane: str) -> bool:
        """Whether that plane has a picture."""
        return plane in self._pictures

    def picture(self, plane: str) -> Picture:
        """The picture of a plane that has one."""
        return self._pictures[plane]

    def given_spacing(self, plane: str) -> tuple[float, float] | None:
        """(row, col) mm per pixel as the user typed it; None where the file's own stands.

        Raises
        ------
        InputError
            Something else than numbers is typed.
        """
        card = self._card(plane)
        if self._source(plane, card) == "file":
            return None
        return spacing_of(card, plane)

    def announce(self, sentence: str, names: Collection[str]) -> None:
        """Show what becomes of files that are on their way; a file of another name takes the notice away."""
        self._announced = set(names)
        self._inputs.data.notice = sentence

    async def take(self, plane: str, path: Path, shown: str) -> str | None:
        """Put an uploaded file onto a plane's card; the sentence why not, when it cannot be used."""
        if self._run.data.busy:
            return "A reconstruction is under way: wait for it, or cancel it, before you change a picture."
        try:
            picture = await asyncio.to_thread(read_picture, path, shown, plane)
            preview = await asyncio.to_thread(preview_url, picture.pixels)
        except InputError as error:
            return on_page(error)
        if shown not in self._announced:
            self.announce("", ())
        self._remove_sample()
        self._put(plane, picture, preview)
        self.refresh()
        return None

    def refuse(self, plane: str, sentence: str) -> None:
        """Say on a plane's card why the file offered last was not taken; a picture it has stays."""
        card = self._card(plane)
        card.problem, card.sending = sentence, -1
        self.refresh()

    def remove(self, plane: str) -> None:
        """Empty a plane's card."""
        self._pictures.pop(plane, None)
        setattr(self._inputs.data, plane, PlaneCard())
        self.announce("", ())
        self.refresh()

    def take_sample(self) -> None:
        """Fill all cards from the sample case that ships with the software."""
        try:
            folder = sample_dir() / SAMPLE
            sample = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
            for plane in PLANES:
                picture = replace(read_picture(folder / f"{plane}.png", f"{plane}.png", plane), is_sample=True)
                self._put(plane, picture, preview_url(picture.pixels))
                card = self._card(plane)
                card.row_mm, card.column_mm = (f"{side:g}" for side in sample["spacing_mm"][plane])
            self._sample_weeks = self._settings.data.weeks = f"{sample['gestational_age_weeks']:g}"
            self.announce("This is the sample case: simulated pictures of no patient.", ())
        except (InputError, OSError) as error:
            self.announce(on_page(f"The sample case cannot be read: {error}"), ())
        self.refresh()

    def _remove_sample(self) -> None:
        """Take the sample's pictures and age away: a head of the user's must not be mixed with another."""
        if self._sample_weeks is None:
            return
        if self._settings.data.weeks == self._sample_weeks:
            self._settings.data.weeks = ""
        self._sample_weeks = None
        for plane in [plane for plane, picture in self._pictures.items() if picture.is_sample]:
            self.remove(plane)

    def refresh(self, **_: object) -> None:
        """Bring the cards' remarks, and what is missing, up to date with what is typed."""
        for plane in PLANES:
            card = self._card(plane)
            if plane in self._pictures:
                card.spacing_source = self._source(plane, card)
                card.caution = self._caution(plane, card)
        needed = missing(self._inputs.get_dataclass(), self._settings.get_dataclass())
        self._inputs.data.missing = needed or self._impossible()
        self._changed()

    def _card(self, plane: str) -> PlaneCard:
        return getattr(self._inputs.data, plane)

    def _put(self, plane: str, picture: Picture, preview: str) -> None:
        self._pictures[plane] = picture
        row, column = (f"{side:.5g}" for side in picture.spacing_mm) if picture.spacing_mm else ("", "")
        size = "{} × {} pixels".format(*picture.size)
        setattr(self._inputs.data, plane, PlaneCard(picture.file_name, preview, size, row, column))

    def _source(self, plane: str, card: PlaneCard) -> str:
        own = self._pictures[plane].spacing_mm
        if not card.row_mm.strip() and not card.column_mm.strip():
            return "file" if own else ""
        typed = (card.row_mm.strip(), card.column_mm.strip())
        return "file" if own and typed == tuple(f"{side:.5g}" for side in own) else "user"

    def _caution(self, plane: str, card: PlaneCard) -> str:
        picture = self._pictures[plane]
        if card.spacing_source == "":
            return "The file says no spacing. Type it: without it nothing can be measured."
        problem = self._spacing_problem(plane)
        if problem:
            return problem
        if card.spacing_source == "file" and picture.spacing_mm == (1.0, 1.0):
            return "The file says exactly 1 × 1 mm, which many programs write when they know none: check it."
        return " ".join(on_page(text) for text in picture.cautions)

    def _impossible(self) -> str:
        """The spacing that cannot be true of its picture, in a sentence; "" when all may be."""
        return next((sentence for plane in self._pictures if (sentence := self._spacing_problem(plane))), "")

    def _spacing_problem(self, plane: str) -> str:
        picture = self._pictures[plane]
        try:
            spacing = self.given_spacing(plane) or picture.spacing_mm
        except InputError as error:
            return str(error)
        judged = plane, picture.path, spacing
        if judged not in self._judged:  # a very large picture takes a while, and every key pressed asks again
            self._judged = {key: sentence for key, sentence in self._judged.items() if key[0] != plane}
            self._judged[judged] = _refusal(picture, spacing, plane)
        return self._judged[judged]


def _refusal(picture: Picture, spacing: tuple[float, float] | None, plane: str) -> str:
    """Why a picture cannot have that spacing; "" when it may, or while none is known."""
    if spacing is None:
        return ""
    try:
        check_spacing(picture, spacing, plane)
    except InputError as error:
        return on_page(error)
    return ""
