"""The mapping of labels in the panel: which segment or value is cavity, wall and right ventricle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from GenerativeModelsDesktop.style import NOTE, WARNING
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsScene.heart.inputs import structures_of

__all__ = ["LabelRow"]

TITLES = {"lv": _("Cavity"), "myo": _("Wall"), "rv": _("Right ventricle")}
HOW = {"name": _("by name"), "terminology": _("by terminology"), "value": _("by value, as in the ACDC data")}


class LabelRow:
    """Shows what the chosen node holds, and which of it is which; a change by the user is kept until another node.

    Parameters
    ----------
    ui
        The panel's widgets.
    changed
        Called when the user has changed the mapping.
    """

    def __init__(self, ui: Any, changed: Callable[[], None]):
        self._boxes = {"lv": ui.lvComboBox, "myo": ui.myoComboBox, "rv": ui.rvComboBox}
        self._label = ui.labelsFoundLabel
        self._changed = changed
        self._shown: Any = None
        self._edited = False
        for box in self._boxes.values():
            box.connect("activated(int)", self._activated)

    @property
    def structures(self) -> dict[str, str | None] | None:
        """Structure -> ID of a segment, or value; None as long as the user has not changed what was found."""
        return {name: box.currentData or None for name, box in self._boxes.items()} if self._edited else None

    def follow(self, node: Any, field: str) -> None:
        """Show the labels of a node of the scene; None clears the row."""
        try:
            found = None if node is None else structures_of(node, field)
        except InputError as error:
            found, problem = None, HEART.in_window_words(error)
        else:
            problem = ""
        shown = (node, found and found.choices)
        if shown != self._shown:
            self._shown, self._edited = shown, False
            self._fill(found)
        if self._edited or found is None:
            text = _("as chosen") if self._edited else ""
        else:
            how = sorted({HOW[how] for how in found.how.values() if how})
            text = _("found {how}").format(how=", ".join(how)) if how else ""
        self._label.setStyleSheet(WARNING if problem else NOTE)
        self._label.text = problem or text
        self._label.setVisible(bool(self._label.text))

    def _fill(self, found: Any) -> None:
        for name, box in self._boxes.items():
            box.clear()
            box.enabled = found is not None
            box.addItem(_("{structure}: none").format(structure=TITLES[name]), "")
            for id, held in found.choices if found is not None else ():
                box.addItem(_("{structure}: {held}").format(structure=TITLES[name], held=held), id)
            chosen = found.chosen[name] if found is not None else None
            box.currentIndex = max(box.findData(chosen), 0) if chosen else 0

    def _activated(self, index: int) -> None:
        self._edited = True
        self._changed()
