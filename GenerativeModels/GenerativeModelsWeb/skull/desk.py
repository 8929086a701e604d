"""The pictures of a session and what is known about their spacing, kept in step with the cards of the page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.corrections import KINDS, ellipse_text
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsWeb.parts.desk import Desk
from GenerativeModelsWeb.parts.state import Run
from GenerativeModelsWeb.parts.words import on_page
from GenerativeModelsWeb.skull.assignment import assign
from GenerativeModelsWeb.skull.corrections import adjust, correction_fields, draw_over, forget_corrections, mark
from GenerativeModelsWeb.skull.form import frame_of, missing, spacing_of
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
        watched = [side for card in typed for side in (card.row_mm, card.column_mm, card.frame)]
        watched += [getattr(card, kind) for card in typed for kind in KINDS]
        watched += [names.weeks, names.sex, names.chart, names.samples, names.seed, names.device]
        watched += [names.mask_text, names.imagine]
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

    def frames(self) -> dict[str, int | None]:
        """Fields of the request on the frames of clips, as typed; None = the best one.

        Raises
        ------
        InputError
            Something else than the number of a frame is typed.
        """
        clips = [plane for plane in PLANES if self.has(plane) and self.file(plane).frames > 1]
        return {f"{plane}_frame": frame_of(self.card(plane), plane) for plane in clips}

    def corrections(self) -> dict[str, Any]:
        """Fields of the request on corrections, as typed or marked.

        Raises
        ------
        InputError
            A correction cannot be used.
        """
        fields: dict[str, Any] = {}
        for plane in PLANES:
            if self.has(plane):
                fields |= correction_fields(self.card(plane), plane)
        return fields

    def marking(self, plane: str, kind: str) -> None:
        """Have the next two clicks on the picture of a plane mark an ellipse, a mask or a length."""
        card = self.card(plane)
        card.marking, card.points = "" if card.marking == kind else kind, []
        card.correction_problem = ""
        draw_over(card)

    def clicked(self, plane: str, x: float, y: float) -> None:
        """Take a click at shares `x` of the width and `y` of the height of the picture of a plane."""
        card = self.card(plane)
        self._corrected(plane, lambda: mark(card, x * card.columns - 0.5, y * card.rows - 0.5))

    def adjusted(self, plane: str, how: str) -> None:
        """Move, turn or stretch the ellipse of a plane by a step."""
        card = self.card(plane)
        self._corrected(plane, lambda: adjust(card, how))

    def uncorrected(self, plane: str) -> None:
        """Take the corrections of a plane away."""
        self._corrected(plane, lambda: forget_corrections(self.card(plane)))

    def found(self, result: Mapping[str, Any], pictures: Collection[Path]) -> None:
        """Show the ellipses of a result over those of the pictures it was made from that are still on the cards.

        A name does not tell pictures apart: scanners begin to number anew with every patient.
        """
        for plane in PLANES:
            entry = (result.get("planes") or {}).get(plane)
            if self.has(plane) and entry and self.file(plane).path in pictures:
                card = self.card(plane)
                card.found = ellipse_text([round(value, 1) for value in entry["head"]["ellipse_px"]])
                draw_over(card)

    def _corrected(self, plane: str, change: Callable[[], None]) -> None:
        """Make a change to the corrections of a plane, or say why not."""
        card = self.card(plane)
        if self.run.data.busy or not self.has(plane):
            return
        card.correction_problem = ""
        try:
            change()
        except InputError as error:
            card.correction_problem = on_page(SKULL, error)
        draw_over(card)
        self.refresh()

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

    def clear(self) -> None:
        """Empty all cards; age and sex of the fetus go with them."""
        super().clear()
        self.settings.data.weeks = self.settings.data.sex = ""
        self.refresh()

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
                draw_over(card)
        needed = missing(self.inputs.get_dataclass(), self.settings.get_dataclass())
        return needed or next((sentence for plane in self._files if (sentence := self._spacing_problem(plane))), "")

    def _source(self, plane: str, card: PlaneCard) -> str:
        own = self.file(plane).spacing_mm
        if not card.row_mm.strip() and not card.column_mm.strip():
            return "file" if own else "length" if card.length.strip() else ""
        typed = (card.row_mm.strip(), card.column_mm.strip())
        return "file" if own and typed == tuple(f"{side:.5g}" for side in own) else "user"

    def _caution(self, plane: str, card: PlaneCard) -> str:
        picture = self.file(plane)
        if card.spacing_source == "":
            says = f"contradicts itself about its spacing ({picture.contradiction})"
            if not picture.contradiction:
                says = f"says no spacing{picture.offers}"
            return f"The file {says}. Type it, or mark a known length: without it nothing can be measured."
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
    if picture.frames > 1:
        size = f"{picture.frames} frames of {size}"
    rows, columns = picture.size
    return PlaneCard(
        picture.file_name,
        preview,
        size,
        row_mm=row,
        column_mm=column,
        frames=picture.frames,
        columns=columns,
        rows=rows,
    )


def _refusal(picture: Picture, spacing: tuple[float, float] | None, plane: str) -> str:
    """Why a picture cannot have that spacing; "" when it may, or while none is known."""
    if spacing is None:
        return ""
    try:
        check_spacing(picture, spacing, plane)
    except InputError as error:
        return on_page(SKULL, error)
    return ""
