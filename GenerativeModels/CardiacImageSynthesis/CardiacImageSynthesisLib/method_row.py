"""The choice of the method: what can be used here, and why the others cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from CardiacImageSynthesisLib.choices import Method
from GenerativeModelsDesktop.style import NOTE, breakable
from GenerativeModelsLib.synthesis.images.methods import offered_methods, reasons

__all__ = ["MethodRow"]

_FLAGS_ROLE = 255
"""Qt::UserRole - 1, by which the items of a combo box are disabled."""


class MethodRow:
    """Disables the methods that cannot be used, and says why below.

    Parameters
    ----------
    box
        Combo box of all methods, in the order of `Method`.
    label
        For the reasons.

    Attributes
    ----------
    problems
        By name of a method the sentence why it cannot be used.
    """

    def __init__(self, box: Any, label: Any):
        self._box, self._label = box, label
        self.problems: dict[str, str] = {}
        label.setStyleSheet(NOTE)

    def follow(self, model: Path | None) -> None:
        """Show what can be used with a chosen bundle, None = the shipped ones; raises `InputError` for another kind."""
        offered = offered_methods(model)
        self.problems = {each.name: each.problem for each in offered if each.problem}
        for number, method in enumerate(Method):
            self._box.setItemData(number, 0 if method.value in self.problems else None, _FLAGS_ROLE)
        lines = reasons(offered, _)
        self._label.text = breakable(" ".join(lines))
        self._label.setVisible(bool(lines))
