"""Fields with typed values: the gestational age with its growth chart, and pixel spacings."""

from __future__ import annotations

import re
from enum import Enum

import slicer
from slicer.i18n import tr as _

from GenerativeModelsDesktop.style import NOTE, WARNING
from GenerativeModelsLib.anatomy.entries import parse_age
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth.registry import AGES, CHARTS, DEFAULT_CHART, check_age
from GenerativeModelsScene.skull.case_nodes import AGE_ATTRIBUTE

__all__ = ["AgeField", "GrowthChart", "parse_spacing", "spacing_text"]

DECIMALS = 4
"""Of an age typed in weeks and days; a day is 0.1429 weeks."""
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")


class GrowthChart(Enum):
    """Growth charts, by their names in requests."""

    _ignore_ = "members name"
    members = vars()
    for name in CHARTS:
        members[name.upper().replace("-", "_")] = name

    def label(self) -> str:
        """Text of the choice in a panel."""
        return CHARTS[self.value].title


class AgeField:
    """Field of the gestational age, with weeks and days beside it; the age is stored with the axial image.

    Choosing another axial image shows the age of that image, so that the age of one head is not used for another.

    Parameters
    ----------
    ui
        The panel's widgets.
    """

    def __init__(self, ui: object):
        self._chart = CHARTS[DEFAULT_CHART]
        self._spin_box = ui.gestationalAgeSpinBox
        self._label = ui.gestationalAgeDaysLabel
        self._edit = ui.gestationalAgeEdit
        self._axial_id = ""
        self._spin_box.connect("valueChanged(double)", self._typed)
        self._edit.connect("editingFinished()", self.take_text)
        self._typed()

    @property
    def problem(self) -> str | None:
        """Why the age cannot be used, or None."""
        weeks = self._spin_box.value
        try:
            if weeks:
                check_age(weeks)
        except InputError as error:
            return SKULL.in_window_words(error)
        return None

    def use_chart(self, chart: GrowthChart) -> None:
        """Say of another growth chart whether it reaches the age."""
        self._chart = CHARTS[chart.value]
        self._say()

    def take_text(self) -> None:
        """Make the typed text, such as "27+3", the age; a text that is none stays, and is said to be none."""
        text = self._edit.text.strip()
        if not text:
            return
        try:
            weeks = parse_age(text)
        except InputError as error:
            self._label.setStyleSheet(WARNING)
            self._label.text = SKULL.in_window_words(error)
            return
        self._edit.text = ""
        self._spin_box.decimals = DECIMALS
        self._spin_box.value = weeks

    def forget(self) -> None:
        """Detach from the image until the next `follow`, so that a typed value is not stored with it."""
        self._axial_id = ""

    def follow(self, axial: slicer.vtkMRMLVolumeNode | None) -> None:
        """Show the age of the chosen axial image, also one that a script has stored with it.

        An age typed before any image was chosen becomes its age.
        """
        axial_id = axial.GetID() if axial is not None else ""
        if axial_id == self._axial_id:
            if axial is not None and _weeks(axial) != self._spin_box.value:
                self._spin_box.value = _weeks(axial)
            return
        before, self._axial_id = self._axial_id, axial_id
        if axial is None:
            return
        known = _weeks(axial)
        if known or before:
            self._spin_box.value = known
        else:
            self._typed()

    def _typed(self) -> None:
        weeks = self._spin_box.value
        axial = slicer.mrmlScene.GetNodeByID(self._axial_id) if self._axial_id else None
        if axial is not None and _weeks(axial) != weeks:
            axial.SetAttribute(AGE_ATTRIBUTE, f"{weeks:g}" if weeks else None)
        self._say()

    def _say(self) -> None:
        """Show the age in weeks and days, and whether the chart reaches it."""
        weeks = self._spin_box.value
        days = round(weeks * 7)
        text = _("{weeks} weeks {days} days").format(weeks=days // 7, days=days % 7)
        if self.problem:
            text = _("outside {low:g} to {high:g} weeks").format(low=AGES[0], high=AGES[1])
        elif not self._chart.covers(weeks):
            text += _(", beyond the chart")
        self._label.setStyleSheet(WARNING if self.problem else NOTE)
        self._label.text = "" if weeks == 0 else text


def _weeks(axial: slicer.vtkMRMLVolumeNode) -> float:
    """Age stored with the image; 0 without one."""
    try:
        return float(axial.GetAttribute(AGE_ATTRIBUTE) or 0)
    except ValueError:
        return 0.0


def parse_spacing(text: str) -> tuple[float, float]:
    """(row, col) spacing in mm of a text such as "0.22" or "0.22 x 0.25 mm".

    Raises
    ------
    InputError
        The text is not one or two positive numbers.
    """
    words = [word for word in re.split(r"[,;x×\s]+", text.lower().replace("mm", " ").strip()) if word]
    numbers = [float(word) for word in words if _NUMBER.fullmatch(word)]
    if len(numbers) != len(words) or len(numbers) not in (1, 2) or min(numbers) <= 0:
        raise InputError(
            f"The pixel spacing '{text.strip()}' cannot be read: type one number in mm, such as 0.22, "
            "or row and column, such as 0.22, 0.25."
        )
    return numbers[0], numbers[-1]


def spacing_text(spacing_mm: tuple[float, float]) -> str:
    """The shortest text of a (row, col) spacing in mm that `parse_spacing` reads back to 1 in 10 000."""
    row, column = (f"{value:.4g}" for value in spacing_mm)
    return row if row == column else f"{row}, {column}"
