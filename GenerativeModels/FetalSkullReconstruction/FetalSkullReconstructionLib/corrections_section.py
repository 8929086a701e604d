"""Corrections of the planes: which way a head faces, its ellipse, a mask, a known length, and burnt-in text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ctk
import qt
import slicer
from slicer.i18n import tr as _

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.adjusting import ADJUSTMENTS, added_to_mask, adjusted, drawn_ellipse, measured_length
from GenerativeModelsLib.skull.corrections import FACINGS
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.skull.corrections import (
    corrections_of,
    forget_corrections,
    found_ellipse,
    marked_points,
    set_correction,
)
from GenerativeModelsScene.skull.planes import geometry_of, set_known_length

__all__ = ["CorrectionsSection"]

_TYPED = ("ellipse", "mask", "length")
_ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓", "clockwise": "↻", "anticlockwise": "↺"}


class CorrectionsSection:
    """Shows and edits the corrections of one plane at a time; they are kept with the image.

    Parameters
    ----------
    ui
        The panel's widgets; the section stands below the inputs.
    nodes
        Returns the chosen volumes by plane; None where none is chosen.
    say
        Called with a message after a failure, with None after a success.
    changed
        Called when a correction was changed.

    Attributes
    ----------
    plane, facing, facing_label, edits, line, millimetres, text_box, away : widgets, for tests.
    buttons : by the name of an adjustment of the ellipse, and by what the line is taken for.
    """

    def __init__(
        self,
        ui: Any,
        nodes: Callable[[], Mapping[str, Any]],
        say: Callable[[str | None], None],
        changed: Callable[[], None],
    ):
        self._nodes, self._say, self._changed = nodes, say, changed
        inputs = ui.inputsCollapsibleButton
        self.section = ctk.ctkCollapsibleButton()
        self.section.text, self.section.collapsed = _("Corrections"), True
        layout = inputs.parentWidget().layout()
        layout.insertWidget(layout.indexOf(inputs) + 1, self.section)
        form = qt.QFormLayout(self.section)
        self.plane, self.facing, self.edits = qt.QComboBox(), qt.QComboBox(), {}
        self.buttons: dict[str, qt.QAbstractButton] = {}
        for plane in PLANES:
            self.plane.addItem(_(plane), plane)
        for way in ("", *FACINGS):
            self.facing.addItem(_(way) if way else _("as found"), way)
        form.addRow(_("Plane:"), self.plane)
        self.facing_label = qt.QLabel()
        form.addRow(self.facing_label, self.facing)
        examples = {"ellipse": "column,row,a,b,angle", "mask": "x0,y0,x1,y1;...", "length": "x0,y0,x1,y1,mm"}
        labels = {"ellipse": _("Ellipse:"), "mask": _("Mask:"), "length": _("Known length:")}
        for kind in _TYPED:
            self.edits[kind] = qt.QLineEdit()
            self.edits[kind].setPlaceholderText(examples[kind])
            self.edits[kind].connect("editingFinished()", lambda kind=kind: self.take_typed(kind))
            form.addRow(labels[kind], self.edits[kind])
        form.addRow(_("Adjust the ellipse:"), self._row(_ARROWS))
        form.addRow("", self._row(("longer", "shorter")))
        form.addRow("", self._row(("wider", "narrower")))
        self.line = slicer.qMRMLNodeComboBox()
        self.line.nodeTypes = ["vtkMRMLMarkupsLineNode"]
        self.line.addEnabled, self.line.noneEnabled = True, True
        self.line.setMRMLScene(slicer.mrmlScene)
        form.addRow(_("Line over the image:"), self.line)
        self.millimetres = qt.QLineEdit()
        self.millimetres.setPlaceholderText(_("mm, for a known length"))
        form.addRow(_("Length of the line:"), self.millimetres)
        form.addRow(_("The line is:"), self._marking())
        self.text_box = qt.QCheckBox(_("Blank text that is burnt into the images"))
        form.addRow(self.text_box)
        self.away = qt.QPushButton(_("Take all corrections of this plane away"))
        self.away.connect("clicked()", self.take_away)
        form.addRow(self.away)
        self.plane.connect("currentIndexChanged(int)", lambda _index: self.refresh())
        self.facing.connect("activated(int)", lambda index: self.take("facing", self.facing.itemData(index)))

    @property
    def mask_text(self) -> bool:
        """Whether burnt-in text is to be blanked."""
        return bool(self.text_box.checked)

    @property
    def node(self) -> Any:
        """The image of the chosen plane; None without one."""
        return self._nodes().get(self.plane.currentData)

    def refresh(self) -> None:
        """Show the corrections of the image of the chosen plane."""
        node = self.node
        made = {} if node is None else corrections_of(node)
        for widget in (self.facing, *self.edits.values(), *self.buttons.values(), self.away):
            widget.enabled = node is not None
        coronal = self.plane.currentData == "coronal"
        self.facing_label.text = _("Vertex towards:") if coronal else _("Forehead towards:")
        self.facing.setCurrentIndex(self.facing.findData(made.get("facing", "")))
        for kind, edit in self.edits.items():
            if edit.text != made.get(kind, ""):
                edit.text = made.get(kind, "")

    def take(self, kind: str, text: str) -> None:
        """Keep a correction as typed; a text that cannot be used is reported, and the former one is shown again."""
        self._do(lambda node: _set(node, kind, text))

    def take_typed(self, kind: str) -> None:
        """Keep what the user typed; a field that is only left again takes no message away."""
        edit = self.edits[kind]
        if edit.modified:
            edit.modified = False
            self.take(kind, edit.text)

    def adjust(self, how: str) -> None:
        """Move, turn or stretch the ellipse by a step; at first the one that was found."""

        def change(node: Any) -> None:
            text = corrections_of(node).get("ellipse") or found_ellipse(node)
            if not text:
                raise InputError(_("There is no ellipse yet: reconstruct first, or draw a line from end to end."))
            set_correction(node, "ellipse", adjusted(text, how))

        self._do(change)

    def mark(self, kind: str) -> None:
        """Make a correction of the chosen line: its ends are those of the head, of a rectangle or of a known length."""

        def change(node: Any) -> None:
            points = marked_points(self.line.currentNode(), geometry_of(node))
            if kind == "ellipse":
                set_correction(node, kind, drawn_ellipse(points))
            elif kind == "mask":
                set_correction(node, kind, added_to_mask(corrections_of(node).get(kind, ""), points))
            else:
                set_known_length(node, measured_length(points, self.millimetres.text))

        self._do(change)

    def take_away(self) -> None:
        """Take the corrections of the plane away."""

        def forget(node: Any) -> None:
            set_known_length(node, "")
            forget_corrections(node)

        self._do(forget)

    def _do(self, change: Callable[[Any], None]) -> None:
        node = self.node
        if node is None:
            return
        try:
            change(node)
            self._say(None)
            self._changed()
        except InputError as error:
            self._say(str(error))
        self.refresh()

    def _row(self, adjustments: Iterable[str]) -> qt.QWidget:
        """A row of buttons that adjust the ellipse; arrows, or words where there are none."""
        widget = qt.QWidget()
        row = qt.QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        for how in adjustments:
            button = qt.QToolButton()
            button.text = _ARROWS.get(how) or _(ADJUSTMENTS[how])
            button.toolTip = button.accessibleName = _(ADJUSTMENTS[how])
            button.setSizePolicy(qt.QSizePolicy.Expanding, qt.QSizePolicy.Fixed)
            button.setFocusPolicy(qt.Qt.StrongFocus)  # a click leaves the field that is being typed in, which is taken
            button.connect("clicked()", lambda how=how: self.adjust(how))
            self.buttons[how] = button
            row.addWidget(button)
        return widget

    def _marking(self) -> qt.QWidget:
        """Buttons that say what the line is, one above the other, as their words need the width."""
        widget = qt.QWidget()
        column = qt.QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 0)
        words = {
            "ellipse": _("the long axis of the head"),
            "mask": _("the diagonal of a mask"),
            "length": _("a known length"),
        }
        for kind, text in words.items():
            button = qt.QPushButton(text)
            button.connect("clicked()", lambda kind=kind: self.mark(kind))
            self.buttons[kind] = button
            column.addWidget(button)
        return widget


def _set(node: Any, kind: str, text: str) -> None:
    """Keep a correction with its image; a known length also makes the spacing of an image that has none."""
    if kind == "length":
        set_known_length(node, text)
    else:
        set_correction(node, kind, text)
