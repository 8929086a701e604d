"""The check of segmentations for Python users; see `GenerativeModelsLib.check_segmentation`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.python import IDENTITY_KEYWORDS, CaseView, computed, export_names, identity_fields
from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.image_files.in_memory import label_map_source
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.request import INTERVAL_RANGE_MS, SegmentationRequest

if TYPE_CHECKING:
    import numpy as np
    import SimpleITK as sitk

    from GenerativeModelsLib.image_files.given import Source
    from GenerativeModelsLib.segmentation.criteria.record import Violation

    Labels = str | Path | np.ndarray | sitk.Image

__all__ = ["CheckedSegmentation", "check_segmentation", "given_maps"]


def check_segmentation(
    labels_of: Labels,
    *,
    view: str = "short-axis",
    labels: str = "acdc",
    affine: np.ndarray | None = None,
    frame_interval_ms: float | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    title: str | None = None,
    language: str = DEFAULT,
    identity: Mapping[str, str | None] | None = None,
    export: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> CheckedSegmentation:
    """Check a segmentation of the heart. Nothing is written unless `output` is given.

    Parameters
    ----------
    labels_of
        A label map: a file (NIfTI, NRRD, MHA, .seg.nrrd), a SimpleITK image of three or four dimensions, or an array
        (x, y, z) or (x, y, z, time) with `affine`. In an apical view an array of three dimensions is (x, y, time).
    view
        "short-axis" or "apical".
    labels
        Meaning of the values: a preset ("acdc", "ukbb", "camus") or values such as "lv=3,myo=2,rv=1".
    affine
        (4, 4) index -> RAS mm of an array, as in nibabel.
    frame_interval_ms
        Time from one frame to the next, for data that carry none, as arrays; None = that of the file or the image.
    output, overwrite, title, language, identity, export, progress
        As in `reconstruct_skull`.

    Raises
    ------
    InputError
        The label map or a value cannot be used.

    Examples
    --------
    >>> import GenerativeModelsLib as gm
    >>> checked = gm.check_segmentation("cine.nii.gz", labels="acdc")  # doctest: +SKIP
    >>> checked.violations[0].text, checked.violations[0].where, checked.curves["lv_ml"]  # doctest: +SKIP
    """

    def request() -> SegmentationRequest:
        source, interval_ms = given_maps(labels_of, affine, frame_interval_ms)
        return SegmentationRequest(
            source,
            view,
            labels,
            interval_ms,
            output=None if output is None else Path(output),
            overwrite=overwrite,
            title=title,
            language=language,
            **identity_fields(identity),
            export=export_names(export),
        )

    return CheckedSegmentation(computed(SEGMENTATION, request, progress, IDENTITY_KEYWORDS | {"file": "labels_of"}))


def given_maps(
    labels_of: Labels, affine: np.ndarray | None, frame_interval_ms: float | None, keyword: str = "labels_of"
) -> tuple[Source, float | None]:
    """Label maps as a request takes them, and the interval of their frames.

    Without `frame_interval_ms` it is that of a SimpleITK image of four dimensions, as of its file; None elsewhere, and
    where it is implausible.

    Raises
    ------
    InputError
        `labels_of` is nothing that label maps are read from; the message names it by `keyword`.
    """
    dimensions = 4 if getattr(labels_of, "GetDimension", lambda: 3)() == 4 else 3
    source = label_map_source(labels_of, keyword, affine, dimensions=dimensions)
    if frame_interval_ms is not None:
        return source, float(frame_interval_ms)
    low, high = INTERVAL_RANGE_MS
    milliseconds = 1000 * float(labels_of.GetSpacing()[3]) if dimensions == 4 else 0.0
    return source, milliseconds if low <= milliseconds <= high else None


class CheckedSegmentation(CaseView):
    """A checked segmentation."""

    @property
    def violations(self) -> list[Violation]:
        """All violations: `criterion`, `value`, `limit`, `frame`, `slice`, `where` (LPS mm) and `text`."""
        return list(self._case.run.found.violations)

    @property
    def violating(self) -> int:
        """Number of slices with a fault of their own."""
        return self.result["violating"]

    @property
    def curves(self) -> dict[str, np.ndarray]:
        """Values by frame, (frames,) with NaN where they are not known, by column of `curves.csv`."""
        return dict(self._case.run.found.curves.columns)

    @property
    def roles(self) -> list[list[str | None]]:
        """Role of each slice by frame: "base", "outflow", "mid", "apex", "alone", None without left ventricle."""
        return self.result["roles"]

    @property
    def ef_percent(self) -> float | None:
        """Ejection fraction, by counting pixels; None without two frames."""
        return self.result["ef_percent"]
