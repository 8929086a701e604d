"""The pictures of a session and what is known about their spacing, kept in step with the cards of the page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsWeb.parts.desk import Desk
from GenerativeModelsWeb.parts.state import Run
from GenerativeModelsWeb.parts.words import on_page
from GenerativeModelsWeb.skull.assignment import assign
from GenerativeModelsWeb.skull.form import missing, spacing_of
from GenerativeModelsWeb.skull.pictures import Picture, check_spacing, preview_url, read_picture
from GenerativeModelsWeb.skull.state import Inputs, PlaneCard, Settings

__all__ = ["PictureDesk"]

SAMPLE = "fetal_head"


class PictureDesk(Desk):
    """Takes pictures in and judges their spacings.

    Parameters
    ----------
    inputs, settings, run
        The page's state; `inputs` is written, the others are read.
    """

    card_type = PlaneCard

    def __init__(self, inputs: TypedState[Inputs], settings: TypedState[Settings], run: TypedState[Run]) -> None:
        self._judged: dict[Hashable, str] = {}
        typed = [getattr(inputs.name, name) for name in PLANES]
        names = settings.name
        watched = [side for card in typed for side in (card.row_mm, card.column_mm)]
        watched += [names.weeks, names.samples, names.seed, names.device]
        super().__init__(SKULL, inputs, settings, run, PLANES, watched)

    def given_spacing(self, plane: str) -> tuple[float, float] | None:
        """(row, col) mm per pixel as the user typed it; None where the file's own stands.

        Raises
        ------
        InputError
            Something else than numbers is typed.
        """
        card = self.card(plane)
        if self._source(plane, card) == "file":
            return None
        return spacing_of(card, plane)

    async def read(self, plane: str, path: Path, shown: str) -> tuple[Picture, PlaneCard]:
        """The picture in a file, and its card."""
        picture = await asyncio.to_thread(read_picture, path, shown, plane)
        return picture, _card(picture, await asyncio.to_thread(preview_url, picture.pixels))

    def sample(self, name: str) -> tuple[dict[str, tuple[Picture, PlaneCard]], dict[str, str], str]:
        """The pictures of the sample head, their spacings typed in, and its age."""
        folder = sample_dir() / SAMPLE
        about = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
        files = {}
        for plane in PLANES:
            picture = read_picture(folder / f"{plane}.png", f"{plane}.png", plane)
            row, column = (f"{side:g}" for side in about["spacing_mm"][plane])
            files[plane] = picture, replace(_card(picture, preview_url(picture.pixels)), row_mm=row, column_mm=column)
        weeks = f"{about['gestational_age_weeks']:g}"
        return files, {"weeks": weeks}, "This is the sample case: simulated pictures of no patient."

    def assign(self, names: list[str]) -> list[str | None]:
        """Planes for pictures dropped beside the cards, by the words in their names."""
        assignment = assign(names, [name for name in PLANES if self.has(name)])
        self.announce(assignment.sentence, names)
        return list(assignment.planes)

    def wanting(self) -> str:
        """What is missing, or the spacing that cannot be true of its picture."""
        for plane in PLANES:
            card = self.card(plane)
            if self.has(plane):
                card.spacing_source = self._source(plane, card)
                card.caution = self._caution(plane, card)
        needed = missing(self.inputs.get_dataclass(), self.settings.get_dataclass())
        return needed or next((sentence for plane in self._files if (sentence := self._spacing_problem(plane))), "")

    def _source(self, plane: str, card: PlaneCard) -> str:
        own = self.file(plane).spacing_mm
        if not card.row_mm.strip() and not card.column_mm.strip():
            return "file" if own else ""
        typed = (card.row_mm.strip(), card.column_mm.strip())
        return "file" if own and typed == tuple(f"{side:.5g}" for side in own) else "user"

    def _caution(self, plane: str, card: PlaneCard) -> str:
        picture = self.file(plane)
        if card.spacing_source == "":
            return "The file says no spacing. Type it: without it nothing can be measured."
        problem = self._spacing_problem(plane)
        if problem:
            return problem
        if card.spacing_source == "file" and picture.spacing_mm == (1.0, 1.0):
            return "The file says exactly 1 × 1 mm, which many programs write when they know none: check it."
        return " ".join(on_page(SKULL, text) for text in picture.cautions)

    def _spacing_problem(self, plane: str) -> str:
        picture = self.file(plane)
        try:
            spacing = self.given_spacing(plane) or picture.spacing_mm
        except InputError as error:
            return str(error)
        judged = plane, picture.path, spacing
        if judged not in self._judged:  # a very large picture takes a while, and every key pressed asks again
            self._judged = {key: sentence for key, sentence in self._judged.items() if key[0] != plane}
            self._judged[judged] = _refusal(picture, spacing, plane)
        return self._judged[judged]


def _card(picture: Picture, preview: str) -> PlaneCard:
    row, column = (f"{side:.5g}" for side in picture.spacing_mm) if picture.spacing_mm else ("", "")
    size = "{} × {} pixels".format(*picture.size)
    return PlaneCard(picture.file_name, preview, size, row_mm=row, column_mm=column)


def _refusal(picture: Picture, spacing: tuple[float, float] | None, plane: str) -> str:
    """Why a picture cannot have that spacing; "" when it may, or while none is known."""
    if spacing is None:
        return ""
    try:
        check_spacing(picture, spacing, plane)
    except InputError as error:
        return on_page(SKULL, error)
    return ""
