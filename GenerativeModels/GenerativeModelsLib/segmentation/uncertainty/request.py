"""Request of the uncertainty of a segmentation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.segmentation.request import SegmentationRequest

__all__ = ["UncertaintyRequest", "of_the_prediction"]


@contextmanager
def of_the_prediction() -> Iterator[None]:
    """Errors on the file of a check speak of the prediction."""
    try:
        yield
    except InputError as error:
        raise InputError(error.text.replace(named("file"), named("prediction"))) from error


@dataclass(frozen=True)
class UncertaintyRequest:
    """Request of one map, validated without opening files.

    Attributes
    ----------
    image
        Grey image on the grid of the prediction.
    prediction
        Label map, as `SegmentationRequest.file`.
    output
        Folder of the results; None: nothing is written.
    model
        Folder of a bundle of kind `model.KIND`; None = the shipped one.
    labels, view, frame_interval_ms
        As in `SegmentationRequest`.
    overwrite
        As in `CaseRequest`.

    Raises
    ------
    InputError
        A value cannot be used; the message names the option.
    """

    image: Source
    prediction: Source
    output: Path | None = None
    model: Path | None = None
    labels: str = "acdc"
    view: str = "short-axis"
    frame_interval_ms: float | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        self.as_check()

    def as_check(self) -> SegmentationRequest:
        """The request of a check of the prediction; raises `InputError` in the words of this one."""
        with of_the_prediction():
            return SegmentationRequest(
                file=self.prediction, view=self.view, labels=self.labels, frame_interval_ms=self.frame_interval_ms
            )
