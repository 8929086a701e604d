"""Part of the panel that is visible while Python packages are missing, with the button that installs them."""

from __future__ import annotations

from collections.abc import Callable

from GenerativeModelsDesktop.package_install import Installers, PackageState, install, package_state
from GenerativeModelsDesktop.style import INFO_BOX
from GenerativeModelsLib.errors import InputError

__all__ = ["PackagesPanel"]


class PackagesPanel:
    """Shows missing packages and installs them after consent; nothing is installed without a click on its button.

    Parameters
    ----------
    ui
        The module's widgets; `firstRunFrame`, `firstRunButton`, `firstRunLabel` and `firstRunStatusLabel` are used.
    complete
        Called after an installation if no package is missing.
    title
        Title of the module, shown in Slicer's own dialog.
    run
        Name of a run of the module, such as "analysis".
    installers, look
        Functions that install packages and read their state; tests replace them.
    """

    def __init__(
        self,
        ui: object,
        complete: Callable[[], None],
        *,
        title: str,
        run: str,
        installers: Installers | None = None,
        look: Callable[[], PackageState] = package_state,
    ):
        self._ui = ui
        self._complete = complete
        self._title = title
        self._run = run
        self.installers = installers or Installers()
        self.look = look
        ui.firstRunFrame.setStyleSheet(INFO_BOX)
        ui.firstRunButton.connect("clicked()", self.install)
        self.refresh()

    def refresh(self) -> None:
        """Read the state of the packages again, and show or hide this part."""
        self.state = self.look()
        self._ui.firstRunFrame.setVisible(not self.state.complete)
        self._ui.firstRunButton.setVisible(not self.state.broken)
        self._ui.firstRunLabel.text = "" if self.state.complete else self.state.sentence(self._run)
        self._say("")

    def install(self) -> None:
        """Install the missing packages; then hide this part, or show the error."""
        try:
            install(self.state, self.installers, self._title, self.look)
        except InputError as error:
            self.refresh()
            self._say(str(error))
            return
        self.refresh()
        self._complete()

    def _say(self, sentence: str) -> None:
        self._ui.firstRunStatusLabel.text = sentence
        self._ui.firstRunStatusLabel.setVisible(bool(sentence))
