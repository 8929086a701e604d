"""The first-run panel: visible only while Python packages are missing, with the one button that gets them."""

from __future__ import annotations

from collections.abc import Callable

from FetalSkullReconstructionLib.package_install import Installers, PackageState, install, package_state
from FetalSkullReconstructionLib.style import INFO_BOX
from GenerativeModelsLib.errors import InputError

__all__ = ["PackagesPanel"]


class PackagesPanel:
    """Says what is missing and installs it after consent. Nothing is installed but by its button.

    Parameters
    ----------
    ui
        The panel's widgets.
    complete
        Called when an installation has made the packages complete.
    installers, look
        How packages come in and how their state is found out; tests put others in their place.
    """

    def __init__(
        self,
        ui: object,
        complete: Callable[[], None],
        installers: Installers | None = None,
        look: Callable[[], PackageState] = package_state,
    ):
        self._ui = ui
        self._complete = complete
        self.installers = installers or Installers()
        self.look = look
        ui.firstRunFrame.setStyleSheet(INFO_BOX)
        ui.firstRunButton.connect("clicked()", self.install)
        self.refresh()

    def refresh(self) -> None:
        """Look again what is missing, and show or hide the panel."""
        self.state = self.look()
        self._ui.firstRunFrame.setVisible(not self.state.complete)
        self._ui.firstRunButton.setVisible(not self.state.broken)
        self._ui.firstRunLabel.text = "" if self.state.complete else self.state.sentence()
        self._say("")

    def install(self) -> None:
        """Install what is missing; the answer is a sentence, or the panel's disappearance."""
        try:
            install(self.state, self.installers, self.look)
        except InputError as error:
            self.refresh()
            self._say(str(error))
            return
        self.refresh()
        self._complete()

    def _say(self, sentence: str) -> None:
        self._ui.firstRunStatusLabel.text = sentence
        self._ui.firstRunStatusLabel.setVisible(bool(sentence))
