"""The uncertainty of segmentations for Python users; see `GenerativeModelsLib.segmentation_uncertainty`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.python import in_keywords
from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.segmentation.python import given_maps
from GenerativeModelsLib.segmentation.uncertainty.case import UncertaintyCase, uncertainty_case
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
    model: str | Path | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
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
    model
        Folder of a bundle of kind heart-segmentation-uncertainty; None = the shipped one.
    output, overwrite, progress
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
    with in_keywords({}):
        grey, _ = given_maps(image, affine, None, "image")
        maps, interval_ms = given_maps(prediction, affine, frame_interval_ms, "prediction")
        request = UncertaintyRequest(
            grey,
            maps,
            None if output is None else Path(output),
            None if model is None else Path(model),
            labels,
            view,
            interval_ms,
            overwrite,
        )
        return SegmentationUncertainty(uncertainty_case(request, progress=progress))


class SegmentationUncertainty:
    """Probabilities of wrong labels.

    Attributes
    ----------
    result
        The content of `result.json`; see docs/formats.md.
    """

    def __init__(self, case: UncertaintyCase) -> None:
        self._case = case
        self.result: dict[str, Any] = case.content

    @property
    def probability(self) -> np.ndarray:
        """Probability, float32, in the layout of the file or array: (x, y, z), with time (x, y, z, time).

        An apical view of three dimensions is (x, y, time). 0 in slices without labels, of which nothing is said.
        """
        return self._case.maps.grid.as_array(self._case.volume)

    @property
    def warnings(self) -> list[str]:
        """Warnings about this case."""
        return list(self.result["warnings"])
