"""Request of a check of label maps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.entries import label_scheme, number_parser
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.language import N_

__all__ = ["OPTIONAL", "PRESETS", "VIEW_NAMES", "SegmentationRequest", "interval_of_frames", "view_of_slices"]

VIEW_NAMES = (N_("short-axis"), N_("apical"))
PRESETS = {"acdc": "lv=3,myo=2,rv=1", "ukbb": "lv=1,myo=2,rv=3", "camus": "lv=1,myo=2,la=3"}
"""Values of public data sets."""
OPTIONAL = ("rv", "la")
"""Structures that may be named beside lv and myo."""
INTERVAL_RANGE_MS = (3.0, 250.0)
"""Plausible time from one frame of a heart cycle to the next: 4 to 300 frames a second."""


def view_of_slices() -> Any:
    """The dataclass field `view` of a request of label maps."""
    return asked(
        "View of the slices.",
        default="short-axis",
        metavar="short-axis|apical",
        called=N_("the view"),
        column=True,
        batch=True,
    )


def interval_of_frames() -> Any:
    """The dataclass field `frame_interval_ms` of a request of label maps."""
    return asked(
        "Time from one frame to the next, for a file that carries none.",
        default=None,
        metavar="MS",
        called=N_("the frame interval"),
        parse=number_parser("milliseconds such as 35"),
        column=True,
        batch=True,
        default_text="that of the file",
    )


@dataclass(frozen=True)
class SegmentationRequest(CaseRequest):
    """Request of one check, validated without opening files.

    Attributes
    ----------
    file
        Label map of a stack, of a cine (x, y, z, time), or of one slice over time.
    view
        "short-axis" or "apical".
    labels
        A preset or values, such as "acdc" or "lv=3,myo=2,rv=1".
    frame_interval_ms
        Time from one frame to the next; None = that of the file.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    file: Source = asked(
        "Label map (NIfTI, NRRD, MHA, .seg.nrrd): a stack, a cine (x, y, z, time), or a slice over time.",
        metavar="FILE",
        called=N_("the label map"),
        image=True,
        column=True,
        argument=True,
    )
    view: str = view_of_slices()
    labels: str = label_scheme(PRESETS)
    frame_interval_ms: float | None = interval_of_frames()

    def __post_init__(self) -> None:
        from GenerativeModelsLib.label_files.values import parse_values

        super().__post_init__()
        if self.view not in VIEW_NAMES:
            raise InputError(f"{named('view')} is '{self.view}': give {' or '.join(VIEW_NAMES)}.")
        parse_values(self.labels, PRESETS, OPTIONAL)
        low, high = INTERVAL_RANGE_MS
        if self.frame_interval_ms is not None and not low <= self.frame_interval_ms <= high:
            raise InputError(
                f"{named('frame_interval_ms')} is {self.frame_interval_ms:g}: give milliseconds from one frame to the "
                f"next, {low:g} to {high:g}."
            )

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return super().shown_title or Path(self.file.name).name.split(".")[0]
