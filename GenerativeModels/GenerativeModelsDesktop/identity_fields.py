"""Fields of the identity of a case, filled from the DICOM file of the chosen images when the user asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slicer.i18n import tr as _

from GenerativeModelsLib.anatomy.identity import IDENTITY, identity_as_typed, identity_in_files
from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.dicom_source import file_of

__all__ = ["PARAMETERS", "IdentityFields"]

PARAMETERS = {
    "case_id": "caseId",
    "examination_date": "examinationDate",
    "operator": "operatorName",
    "institution": "institution",
}
"""Field of a request -> field of the parameter node; the widgets of the .ui file are connected to these."""


class IdentityFields:
    """The identity in the parameter node of a panel.

    Parameters
    ----------
    ui
        Widgets of the .ui file.
    nodes
        Returns the chosen nodes by field; those loaded from DICOM files have headers.
    say
        Shows a sentence after a failure, or removes it for None.
    in_words
        The sentence of an error as the panel says it.
    """

    def __init__(
        self,
        ui: Any,
        nodes: Callable[[], Mapping[str, Any]],
        say: Callable[[str | None], None],
        in_words: Callable[[InputError], str],
    ):
        self._nodes, self._say, self._in_words = nodes, say, in_words
        self.parameters: Any = None
        ui.identityButton.connect("clicked()", self.fill)

    def values(self) -> dict[str, str | None]:
        """Fields of a request, None where nothing is typed; raises `InputError` for what cannot be used."""
        return identity_as_typed({name: getattr(self.parameters, field) for name, field in PARAMETERS.items()})

    @property
    def problem(self) -> str | None:
        """Why the identity cannot be used, or None."""
        try:
            self.values()
        except InputError as error:
            return self._in_words(error)
        return None

    def fill(self) -> None:
        """Type in what the DICOM headers of the chosen nodes say."""
        files = {name: path for name, node in self._nodes().items() if (path := file_of(node)) is not None}
        try:
            if not files:
                raise InputError(_("The chosen images were not loaded from DICOM files: type the identity."))
            found = identity_in_files(files)
        except InputError as error:
            self._say(self._in_words(error))
            return
        self._say(None)
        for name in IDENTITY:
            setattr(self.parameters, PARAMETERS[name], found[name])
