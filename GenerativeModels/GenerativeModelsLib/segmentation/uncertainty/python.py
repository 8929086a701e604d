"""The uncertainty of segmentations for Python users; see `GenerativeModelsLib.segmentation_uncertainty`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.python import IDENTITY_KEYWORDS, CaseView, computed, export_names, identity_fields
from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.segmentation.python import given_maps
from GenerativeModelsLib.segmentation.uncertainty.anatomy import UNCERTAINTY
from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest

if TYPE_CHECKING:
    import numpy as np

    from GenerativeModelsLib.segmentation.python import Labels

__all__ = ["SegmentationUncertainty", "segmentation_uncertainty"]


def segmentation_uncertainty(
    image: Labels,
    prediction: Labels,
    *,
    view: str = "short-axis",
    labels: str = "acdc",
    affine: np.ndarray | None = None,
    frame_interval_ms: float | None = None,
    device: str = "auto",
    model: str | Path | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    title: str | None = None,
    language: str = DEFAULT,
    identity: Mapping[str, str | None] | None = None,
    export: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> SegmentationUncertainty:
    """Probability that the label of each voxel is wrong. Nothing is written unless `output` is given.

    Parameters
    ----------
    image
        Grey image on the grid of the prediction: a file, a SimpleITK image of three or four dimensions, or an array
        (x, y, z) or (x, y, z, time) with `affine`.
    prediction
        Label map of the same kinds; see `check_segmentation`.
    view, labels, frame_interval_ms
        As in `check_segmentation`.
    affine
        (4, 4) index -> RAS mm of arrays, as in nibabel.
    device, model, output, overwrite, title, language, identity, export, progress
        As in `reconstruct_skull`.

    Raises
    ------
    InputError
        An image or a value cannot be used.

    Examples
    --------
    >>> import GenerativeModelsLib as gm
    >>> found = gm.segmentation_uncertainty("cine.nii.gz", "labels.nii.gz", labels="acdc")  # doctest: +SKIP
    >>> found.probability.max(), found.result["mean"]  # doctest: +SKIP
    """

    def request() -> UncertaintyRequest:
        grey, _ = given_maps(image, affine, None, "image")
        maps, interval_ms = given_maps(prediction, affine, frame_interval_ms, "prediction")
        return UncertaintyRequest(
            grey,
            maps,
            view,
            labels,
            interval_ms,
            device=device,
            model=None if model is None else Path(model),
            output=None if output is None else Path(output),
            overwrite=overwrite,
            title=title,
            language=language,
            **identity_fields(identity),
            export=export_names(export),
        )

    return SegmentationUncertainty(computed(UNCERTAINTY, request, progress, IDENTITY_KEYWORDS))


class SegmentationUncertainty(CaseView):
    """Probabilities of wrong labels."""

    @property
    def probability(self) -> np.ndarray:
        """Probability, float32, in the layout of the file or array: (x, y, z), with time (x, y, z, time).

        An apical view of three dimensions is (x, y, time). 0 in slices without labels, of which nothing is said.
        """
        maps = self._case.inputs.maps
        return maps.grid.as_array(self._case.run.found.in_file(maps))
