"""The mapping of labels in a panel: which segment or value of a node is which structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slicer.i18n import tr as _

from GenerativeModelsDesktop.style import NOTE, WARNING
from GenerativeModelsLib.errors import InputError

__all__ = ["LabelRow"]


class LabelRow:
    """Shows what the chosen node holds, and which of it is which; a change by the user is kept until another node.

    Parameters
    ----------
    boxes
        Combo boxes, one for each structure.
    label
        For how the structures were found, or why not.
    in_words
        An error in the words of a window.
    changed
        Called when the user has changed the mapping.
    """

    def __init__(
        self, boxes: Sequence[Any], label: Any, in_words: Callable[[InputError], str], changed: Callable[[], None]
    ):
        self._boxes = list(boxes)
        self._label = label
        self._in_words = in_words
        self._changed = changed
        self._names: list[str] = []
        self._shown: Any = None
        self._edited = False
        for box in self._boxes:
            box.connect("activated(int)", self._activated)

    @property
    def structures(self) -> dict[str, str | None] | None:
        """Structure -> ID of a segment, or value; None as long as the user has not changed what was found."""
        if not self._edited:
            return None
        return {name: box.currentData or None for name, box in zip(self._names, self._boxes)}

    def follow(self, node: Any, titles: Mapping[str, str], find: Callable[[], Any], by_value: str) -> None:
        """Show the labels of a node of the scene; None clears the row.

        Parameters
        ----------
        titles
            Structure -> its title, one for each box.
        find
            Called without arguments where there is a node: what has `choices`, `chosen` and `how`, as
            `LabelStructures`; or raises `InputError`.
        by_value
            Words for structures that were found by their values.
        """
        try:
            found = None if node is None else find()
        except InputError as error:
            found, problem = None, self._in_words(error)
        else:
            problem = ""
        shown = (node, tuple(titles), found and found.choices)
        if shown != self._shown:
            self._shown, self._edited, self._names = shown, False, list(titles)
            self._fill(found, titles)
        if self._edited or found is None:
            text = _("as chosen") if self._edited else ""
        else:
            words = {"name": _("by name"), "terminology": _("by terminology"), "value": by_value}
            how = sorted({words[how] for how in found.how.values() if how})
            text = _("found {how}").format(how=", ".join(how)) if how else ""
        self._label.setStyleSheet(WARNING if problem else NOTE)
        self._label.text = problem or text
        self._label.setVisible(bool(self._label.text))

    def _fill(self, found: Any, titles: Mapping[str, str]) -> None:
        for (name, title), box in zip(titles.items(), self._boxes):
            box.clear()
            box.enabled = found is not None
            box.addItem(_("{structure}: none").format(structure=title), "")
            for id, held in found.choices if found is not None else ():
                box.addItem(_("{structure}: {held}").format(structure=title, held=held), id)
            chosen = found.chosen[name] if found is not None else None
            box.currentIndex = max(box.findData(chosen), 0) if chosen else 0

    def _activated(self, index: int) -> None:
        self._edited = True
        self._changed()
