"""One plane in the panel: its selector, its cut from a slice view, its pixel spacing."""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from FetalSkullReconstructionLib.sample_case import SAMPLE_SPACING
from FetalSkullReconstructionLib.typed_fields import parse_spacing, spacing_text
from GenerativeModelsDesktop.style import NOTE, WARNING
from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.skull.planes import NodeSpacing, reset_spacing, ruler_offer, set_spacing, spacing_of
from GenerativeModelsScene.skull.slice_cut import cut_volume

__all__ = ["PlaneRow"]


class PlaneRow:
    """Shows and edits the image of one plane; independent of the run.

    Parameters
    ----------
    ui
        The panel's widgets; those named `<plane>...` belong to this row.
    plane
        "axial", "sagittal" or "coronal".
    say
        Called with a message after a failure, with None after a success.
    changed
        Called when the user has changed the chosen volume.
    """

    def __init__(self, ui: object, plane: str, say: Callable[[str | None], None], changed: Callable[[], None]):
        self.plane = plane
        self._say = say
        self._changed = changed
        self._offer: tuple[object, str] = (None, "")
        self._selector = getattr(ui, f"{plane}Selector")
        self._edit = getattr(ui, f"{plane}SpacingEdit")
        self._label = getattr(ui, f"{plane}SpacingLabel")
        button = getattr(ui, f"{plane}CutButton")
        self._menu = qt.QMenu(button)
        button.setMenu(self._menu)
        self._menu.connect("aboutToShow()", self.fill_menu)
        self._edit.connect("editingFinished()", self.take_spacing)

    @property
    def node(self) -> slicer.vtkMRMLVolumeNode | None:
        """The chosen volume."""
        return self._selector.currentNode()

    def refresh(self) -> None:
        """Show the spacing of the chosen volume and its source."""
        spacing = self._spacing()
        self._edit.setVisible(spacing is not None)
        self._label.setVisible(spacing is not None)
        if spacing is None:
            return
        if not self._edit.modified:
            self._edit.text = _shown(spacing)
        of_sample = self.node.GetAttribute(SAMPLE_SPACING) == _shown(spacing)
        given = _("mm per pixel, of the sample") if of_sample else _("mm per pixel, as entered")
        notes = {"file": _("mm per pixel, from the file"), "user": given}
        notes["length"] = _("mm per pixel, by the known length")
        self._label.text = notes.get(spacing.source) or self._asking()
        self._label.setStyleSheet(NOTE if spacing.source in notes else WARNING)

    def take_spacing(self) -> None:
        """Write the typed spacing into the volume; an empty text removes a spacing typed before.

        A text that cannot be read is reported, and the spacing of the volume is shown again.
        """
        spacing, text = self._spacing(), self._edit.text.strip()
        self._edit.modified = False
        if spacing is not None and text != _shown(spacing):
            try:
                if text:
                    set_spacing(self.node, parse_spacing(text))
                else:
                    reset_spacing(self.node)
                self._say(None)
                self._changed()
            except InputError as error:
                self._say(str(error))
        self.refresh()

    def fill_menu(self) -> None:
        """List the slice views that show a 3D volume."""
        self._menu.clear()
        for view, volume in _volumes_in_views().items():
            action = self._menu.addAction(_("{view}: cut of {volume}").format(view=view, volume=volume.GetName()))
            action.connect("triggered()", lambda view=view: self.cut(view))
        if not self._menu.actions():
            self._menu.addAction(_("Show a 3D volume in a slice view first")).enabled = False

    def cut(self, view: str) -> None:
        """Cut the volume shown in the slice view of that name, and choose the cut as this plane."""
        widget = slicer.app.layoutManager().sliceWidget(view)
        volume = _volumes_in_views().get(view)
        try:
            node = cut_volume(slicer.mrmlScene, volume, widget.mrmlSliceNode(), self.plane)
        except InputError as error:
            self._say(str(error))
            return
        self._say(None)
        self._selector.setCurrentNode(node)

    def _asking(self) -> str:
        """The sentence that asks for a spacing; a ruler in the picture is said in it, and never used by itself."""
        image = self.node.GetImageData()
        key = self.node.GetID(), image.GetMTime()
        if self._offer[0] != key:  # looking for a ruler takes longer than a panel may stand still again and again
            self._offer = key, ruler_offer(self.node, self.plane)
        return _("There is no pixel spacing in the file: type it{offer}.").format(offer=self._offer[1])

    def _spacing(self) -> NodeSpacing | None:
        """Spacing of the chosen volume; None if none is chosen or it is not a plane."""
        if self.node is None:
            return None
        try:
            return spacing_of(self.node)
        except InputError:
            return None


def _shown(spacing: NodeSpacing) -> str:
    """Text of the spacing field; empty for an unknown spacing."""
    return "" if spacing.source == "unknown" else spacing_text(spacing.spacing_mm)


def _volumes_in_views() -> dict[str, slicer.vtkMRMLVolumeNode]:
    """The 3D volume in the background of each slice view that shows one, by view name."""
    manager = slicer.app.layoutManager()
    shown = {}
    for view in manager.sliceViewNames() if manager is not None else ():
        composite = manager.sliceWidget(view).mrmlSliceCompositeNode()
        volume = slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID() or "")
        if volume is not None and volume.GetImageData() is not None and min(volume.GetImageData().GetDimensions()) > 1:
            shown[view] = volume
    return shown
