"""Fields with typed values: the gestational age and pixel spacings."""

from __future__ import annotations

import re

import slicer
from slicer.i18n import tr as _

from GenerativeModelsDesktop.style import NOTE, WARNING
from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.skull.case_nodes import AGE_ATTRIBUTE

__all__ = ["AgeField", "parse_spacing", "spacing_text"]

CHART_WEEKS = (14.0, 40.0)
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")


class AgeField:
    """Field of the gestational age, with weeks and days beside it; the age is stored with the axial image.

    Choosing another axial image shows the age of that image, so that the age of one head is not used for another.

    Parameters
    ----------
    ui
        The panel's widgets.
    """

    def __init__(self, ui: object):
        self._spin_box = ui.gestationalAgeSpinBox
        self._label = ui.gestationalAgeDaysLabel
        self._axial_id = ""
        self._spin_box.connect("valueChanged(double)", self._typed)
        self._typed()

    @property
    def problem(self) -> str | None:
        """Why the age cannot be used, or None."""
        low, high = CHART_WEEKS
        weeks = self._spin_box.value
        if weeks == 0 or low <= weeks <= high:
            return None
        return _("The gestational age is {weeks:g} weeks: give {low:g} to {high:g}, or 0 for not given.").format(
            weeks=weeks, low=low, high=high
        )

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
        days = round(weeks * 7)
        text = _("{weeks} weeks {days} days").format(weeks=days // 7, days=days % 7)
        self._label.setStyleSheet(WARNING if self.problem else NOTE)
        self._label.text = "" if weeks == 0 else _("outside 14 to 40 weeks") if self.problem else text


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
