"""The files a user has given, kept in step with their cards on the page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.identity import IDENTITY, identity_in_files
from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.parts.typed_identity import identity_typed, is_dicom
from GenerativeModelsWeb.parts.words import on_page

if TYPE_CHECKING:
    from trame_server.utils.typed_state import TypedState

    from GenerativeModelsLib.anatomy.record import Anatomy
    from GenerativeModelsWeb.parts.state import FileCard

__all__ = ["Desk"]

_OF_A_CASE = ("case_id", "examination_date")
"""Parts of the identity that belong to one case; operator and institution stay for the next."""


class Desk:
    """Takes files in and says what is missing. An anatomy derives its own from this.

    Parameters
    ----------
    anatomy
        Whose files.
    inputs, settings, run
        The page's state; `inputs` has a card for each place, `missing` and `notice`.
    places
        Names of the cards.
    watched
        State variables that change what is missing.
    """

    card_type: type[FileCard]

    def __init__(
        self,
        anatomy: Anatomy,
        inputs: TypedState,
        settings: TypedState,
        run: TypedState,
        places: Collection[str],
        watched: Collection[str],
    ) -> None:
        self.anatomy, self.places = anatomy, tuple(places)
        self.inputs, self.settings, self.run = inputs, settings, run
        self._files: dict[str, Any] = {}
        self._announced: set[str] = set()
        self._sample: dict[str, str] | None = None
        self._changed: Callable[[], None] = lambda: None
        sending = [getattr(inputs.name, place).sending for place in self.places]
        identity = [getattr(settings.name, name) for name in (*IDENTITY, "language", "new_patient")]
        inputs.state.change(*sending, *watched, *identity)(self.refresh)

    # What an anatomy defines.

    async def read(self, place: str, path: Path, shown: str) -> tuple[Any, FileCard]:
        """What a file holds, and its card; `InputError` when it cannot be used."""
        raise NotImplementedError

    def sample(self, name: str) -> tuple[dict[str, tuple[Any, FileCard]], dict[str, str], str]:
        """Files of a sample case with their cards by place, its settings by name, and a sentence; "" = the first."""
        raise NotImplementedError

    def wanting(self) -> str:
        """The one thing to do before a run can start; "" = nothing."""
        raise NotImplementedError

    # What all have.

    @property
    def missing(self) -> str:
        """What the page says is missing."""
        return self.inputs.data.missing

    @property
    def filled(self) -> bool:
        """Whether there is any file."""
        return bool(self._files)

    def on_changed(self, call: Callable[[], None]) -> None:
        """Have `call` called whenever a file or a setting is another one."""
        self._changed = call

    def has(self, place: str) -> bool:
        """Whether that card has a file."""
        return place in self._files

    def file(self, place: str) -> Any:
        """What the file of a card holds, for one that has a file."""
        return self._files[place]

    def card(self, place: str) -> Any:
        """The card of a place."""
        return getattr(self.inputs.data, place)

    def announce(self, sentence: str, names: Collection[str] = ()) -> None:
        """Show what becomes of files that are on their way; a file of another name takes the notice away."""
        self._announced = set(names)
        self.inputs.data.notice = sentence

    def assign(self, names: list[str]) -> list[str | None]:
        """The place for each file dropped beside the cards, None = left out."""
        free = [place for place in self.places if not self.has(place)]
        return [free.pop(0) if free else None for _ in names]

    async def take(self, place: str, path: Path, shown: str) -> str | None:
        """Put an uploaded file onto a card; the sentence why not, when it cannot be used."""
        if self.run.data.busy:
            return "A run is under way: wait for it, or cancel it, before you change a file."
        try:
            found, card = await self.read(place, path, shown)
        except InputError as error:
            return on_page(self.anatomy, error)
        if shown not in self._announced:
            self.announce("")
        self._remove_sample()
        self.put(place, found, card)
        self.refresh()
        return None

    def put(self, place: str, found: Any, card: FileCard) -> None:
        """Put a file onto a card."""
        self._files[place] = found
        setattr(self.inputs.data, place, card)

    def refuse(self, place: str, sentence: str) -> None:
        """Say on a card why the file offered last was not taken; a file it has stays."""
        card = self.card(place)
        card.problem, card.sending = sentence, -1
        self.refresh()

    def remove(self, place: str) -> None:
        """Empty a card."""
        self._files.pop(place, None)
        setattr(self.inputs.data, place, self.card_type())
        self.announce("")
        self.refresh()

    def clear(self) -> None:
        """Empty all cards; the settings of the sample go with it."""
        self._remove_sample()
        for place in list(self._files):
            self.remove(place)
        for name in _OF_A_CASE:
            setattr(self.settings.data, name, "")
        self.announce("")
        self.refresh()

    def fill_identity(self) -> None:
        """Type in what the DICOM headers of the files say about the identity."""
        paths = {place: self.file(place).path for place in self.places if self.has(place)}
        try:
            found = identity_in_files(paths)
        except InputError as error:
            self.announce(on_page(self.anatomy, error))
            return
        for name, text in found.items():
            setattr(self.settings.data, name, text)
        self.refresh()

    def take_sample(self, name: str = "") -> None:
        """Fill the cards from a sample case that ships with the software; "" = the first."""
        try:
            files, settings, sentence = self.sample(name)
            self.clear()
            for place, (found, card) in files.items():
                self.put(place, found, card)
            for name, text in settings.items():
                setattr(self.settings.data, name, text)
            self._sample = settings
            self.announce(sentence)
        except (InputError, OSError) as error:
            self.announce(on_page(self.anatomy, f"The sample case cannot be read: {error}"))
        self.refresh()

    def say_device(self, sentence: str) -> None:
        """Say what the device "auto" is here."""
        self.settings.data.device_found = sentence

    def refresh(self, **_: object) -> None:
        """Bring what is missing up to date with what is typed."""
        sending = any(self.card(place).sending >= 0 for place in self.places)
        self.inputs.data.dicom = is_dicom(found.path for found in self._files.values())
        self.inputs.data.missing = "The files are being sent." if sending else self.wanting() or self._unusable()
        self._changed()

    def _unusable(self) -> str:
        """Why the identity as typed cannot be used; "" when it can."""
        try:
            identity_typed(self.settings.data)
        except InputError as error:
            return on_page(self.anatomy, error)
        return ""

    def _remove_sample(self) -> None:
        """Take the sample's files and settings away: a case of the user's must not be mixed with another."""
        if self._sample is None:
            return
        settings, self._sample = self._sample, None
        for name, text in settings.items():
            if getattr(self.settings.data, name) == text:
                setattr(self.settings.data, name, "")
        for place in list(self._files):
            self.remove(place)
