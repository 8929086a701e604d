"""The repair of segmentations for Python users; see `GenerativeModelsLib.repair_segmentation`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.python import IDENTITY_KEYWORDS, CaseView, computed, export_names, identity_fields
from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.segmentation.python import given_maps
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR
from GenerativeModelsLib.segmentation.repair.request import MOST_CHANGE_PERCENT, RepairRequest

if TYPE_CHECKING:
    import numpy as np

    from GenerativeModelsLib.segmentation.python import Labels
    from GenerativeModelsLib.segmentation.repair.change import Abstention, Change

__all__ = ["RepairedSegmentation", "repair_segmentation"]

_KEYWORDS = IDENTITY_KEYWORDS | {"file": "labels_of", "no_network": "network"}


def repair_segmentation(
    labels_of: Labels,
    *,
    view: str = "short-axis",
    labels: str = "acdc",
    affine: np.ndarray | None = None,
    frame_interval_ms: float | None = None,
    most_change: float = MOST_CHANGE_PERCENT,
    keep_frames: Iterable[int] = (),
    whole_cycle: bool = False,
    realign: bool = False,
    network: bool = True,
    image: str | Path | None = None,
    device: str = "auto",
    model: str | Path | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    title: str | None = None,
    language: str = DEFAULT,
    identity: Mapping[str, str | None] | None = None,
    export: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> RepairedSegmentation:
    """Repair a segmentation of the heart. Nothing is written unless `output` is given.

    Parameters
    ----------
    labels_of, view, labels, affine, frame_interval_ms
        As in `check_segmentation`.
    most_change
        Largest change of a slice in percent of its labelled area; what needs more is left as it is.
    keep_frames
        Numbers of frames, from 0, that stay as they are.
    whole_cycle
        Whether the last frame is followed by the first.
    realign
        Whether slices are also shifted back in their plane, by whole pixels.
    network
        Whether slices may be brought to the nearest valid map of the label network.
    image
        File of the image that was segmented, on the grid of the labels; the report shows the labels over it.
    device, model, output, overwrite, title, language, identity, export, progress
        As in `reconstruct_skull`.

    Raises
    ------
    InputError
        The label map or a value cannot be used.

    Examples
    --------
    >>> import GenerativeModelsLib as gm
    >>> repaired = gm.repair_segmentation("cine.nii.gz", labels="acdc")  # doctest: +SKIP
    >>> repaired.labels, repaired.changes[0].reasons, repaired.abstained  # doctest: +SKIP
    """

    def request() -> RepairRequest:
        source, interval_ms = given_maps(labels_of, affine, frame_interval_ms)
        return RepairRequest(
            source,
            view,
            labels,
            interval_ms,
            float(most_change),
            ",".join(map(str, keep_frames)) or None,
            whole_cycle,
            realign,
            not network,
            None if image is None else Path(image),
            device=device,
            model=None if model is None else Path(model),
            output=None if output is None else Path(output),
            overwrite=overwrite,
            title=title,
            language=language,
            **identity_fields(identity),
            export=export_names(export),
        )

    return RepairedSegmentation(computed(REPAIR, request, progress, _KEYWORDS))


class RepairedSegmentation(CaseView):
    """A repaired segmentation."""

    @property
    def labels(self) -> np.ndarray:
        """The repaired values in the layout and type of the file or array: (x, y, z), with time (x, y, z, time).

        An apical view of three dimensions is (x, y, time).
        """
        from GenerativeModelsLib.segmentation.repair.files import repaired_values

        before = self._case.run.found.before.maps
        return before.grid.as_array(repaired_values(before, self._case.run.found.after.maps))

    @property
    def changes(self) -> list[Change]:
        """All changed slices: `frame`, `slice`, `steps`, `changed_mm2` and `reasons`."""
        return list(self._case.run.found.changes)

    @property
    def abstained(self) -> list[Abstention]:
        """What still breaks rules, in part of slices that were changed: `frame`, `slice`, `rules` and `reason`."""
        return list(self._case.run.found.abstained)

    @property
    def shifts_mm(self) -> dict[int, tuple[float, float]]:
        """By slice how far it was moved, (row, column) in mm; empty without `realign`."""
        return {shift.slice: shift.applied_mm for shift in self._case.run.found.shifts}
