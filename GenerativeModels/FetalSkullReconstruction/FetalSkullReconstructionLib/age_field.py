"""The gestational age: shown as weeks and days, and remembered with the axial image it belongs to."""

from __future__ import annotations

import slicer
from slicer.i18n import tr as _

from FetalSkullReconstructionLib.style import NOTE, WARNING

__all__ = ["AgeField"]

AGE_ATTRIBUTE = "GenerativeModels.GestationalAgeWeeks"
"""Node attribute of an axial image: decimal weeks."""
CHART_WEEKS = (14.0, 40.0)


class AgeField:
    """Keeps the age of one head from being read as another's: choosing another axial image brings that one's age.

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
        """Belong to no image, until the next `follow`: what the box shows from now on is not the last image's."""
        self._axial_id = ""

    def follow(self, axial: slicer.vtkMRMLVolumeNode | None) -> None:
        """Take over the age of the chosen axial image; what was typed before any was chosen becomes its age."""
        axial_id = axial.GetID() if axial is not None else ""
        if axial_id == self._axial_id:
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
    """The age remembered with the image, 0 when there is none."""
    try:
        return float(axial.GetAttribute(AGE_ATTRIBUTE) or 0)
    except ValueError:
        return 0.0
