"""Request of the uncertainty of a segmentation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from GenerativeModelsLib.anatomy.entries import label_scheme
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import ModelRequest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.language import N_
from GenerativeModelsLib.segmentation.request import PRESETS, SegmentationRequest, interval_of_frames, view_of_slices

__all__ = ["UncertaintyRequest", "of_the_prediction"]


@contextmanager
def of_the_prediction() -> Iterator[None]:
    """Errors on the file of a check speak of the prediction."""
    try:
        yield
    except InputError as error:
        raise InputError(error.text.replace(named("file"), named("prediction"))) from error


@dataclass(frozen=True)
class UncertaintyRequest(ModelRequest):
    """Request of one map, validated without opening files.

    Attributes
    ----------
    image
        Grey image on the grid of the prediction.
    prediction
        Label map, as `SegmentationRequest.file`.
    view, labels, frame_interval_ms
        As in `SegmentationRequest`.
    seed
        No option: nothing is drawn at random.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    image: Source = asked(
        "Grey image on the grid of the prediction.",
        metavar="FILE",
        called=N_("the image"),
        image=True,
        column=True,
    )
    prediction: Source = asked(
        "Its label map: a stack, a cine (x, y, z, time), or a slice over time.",
        metavar="FILE",
        called=N_("the label map"),
        image=True,
        column=True,
    )
    view: str = view_of_slices()
    labels: str = label_scheme(PRESETS)
    frame_interval_ms: float | None = interval_of_frames()
    seed: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.as_check()

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return super().shown_title or self.as_check().shown_title

    def as_check(self) -> SegmentationRequest:
        """The request of a check of the prediction; raises `InputError` in the words of this one."""
        with of_the_prediction():
            return SegmentationRequest(
                file=self.prediction, view=self.view, labels=self.labels, frame_interval_ms=self.frame_interval_ms
            )
