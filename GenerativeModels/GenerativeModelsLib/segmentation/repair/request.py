"""Request of a repair of label maps: that of a check, and how much may change."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import ModelRequest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.language import N_
from GenerativeModelsLib.segmentation.request import SegmentationRequest

__all__ = ["MOST_CHANGE_PERCENT", "RepairRequest", "parse_frames"]

MOST_CHANGE_PERCENT = 50.0
"""Half of what was drawn: a repair that changes more draws the slice anew."""


def parse_frames(text: str, field: str) -> str:
    """Frame numbers separated by commas, sorted and without repetition.

    Raises
    ------
    InputError
        It is something else.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        raise InputError(f"{named(field)} is '{text[:40]}': give numbers of frames, from 0, such as 3,7.")
    return ",".join(map(str, sorted({int(part) for part in parts})))


def _percent(text: str, field: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError as error:
        raise InputError(f"{named(field)} is '{text[:40]}': give percent such as 50.") from error


@dataclass(frozen=True)
class RepairRequest(SegmentationRequest, ModelRequest):
    """Request of one repair, validated without opening files.

    Attributes
    ----------
    most_change
        Largest change of a slice in percent of its labelled area.
    keep_frames
        Numbers of frames that stay as they are, such as "3,7"; None = none.
    whole_cycle
        Whether the last frame is followed by the first.
    realign
        Whether slices are shifted in their plane.
    no_network
        Whether the label network is left out.
    image
        Image on the grid of the label map, shown in the report; None = the labels alone.
    seed
        No option: nothing is drawn at random.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    most_change: float = asked(
        "Largest change of a slice in percent of its labelled area; what needs more is left as it is.",
        default=MOST_CHANGE_PERCENT,
        metavar="PERCENT",
        called=N_("the largest change"),
        parse=_percent,
        column=True,
        batch=True,
    )
    keep_frames: str | None = asked(
        "Frames that stay as they are, such as 3,7.",
        default=None,
        metavar="N,...",
        called=N_("the frames to keep"),
        parse=parse_frames,
        column=True,
        default_text="none",
    )
    whole_cycle: bool = asked(
        "The cine is one whole heartbeat: its last frame is followed by the first.",
        default=False,
        called=N_("whether it is a whole cycle"),
        batch=True,
    )
    realign: bool = asked(
        "Also shift slices back in their plane, by whole pixels, where a breath hold moved them.",
        default=False,
        called=N_("whether slices are realigned"),
        batch=True,
    )
    no_network: bool = asked(
        "Leave out the label network, which brings slices to the nearest valid map.",
        default=False,
        called=N_("whether the label network is left out"),
        batch=True,
    )
    image: Source | None = asked(
        "Image that was segmented, on the grid of FILE; the report shows the labels over it.",
        default=None,
        metavar="FILE",
        called=N_("the image"),
        image=True,
        column=True,
    )
    seed: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.most_change <= 100:
            raise InputError(f"{named('most_change')} is {self.most_change:g}: give percent, above 0 and up to 100.")
        if self.keep_frames is not None:
            object.__setattr__(self, "keep_frames", parse_frames(self.keep_frames, "keep_frames"))

    @property
    def kept(self) -> tuple[int, ...]:
        """The numbers in `keep_frames`."""
        return tuple(map(int, self.keep_frames.split(","))) if self.keep_frames else ()

    @property
    def uses_network(self) -> bool:
        """Whether a label network takes part; the shipped one is of short-axis views."""
        return not self.no_network and (self.model is not None or self.view == "short-axis")

    def as_check(self, **changes: object) -> SegmentationRequest:
        """The request of the check of this file, with other values of some fields; nothing is exported."""
        values = {field.name: getattr(self, field.name) for field in fields(SegmentationRequest)}
        return SegmentationRequest(**{**values, "export": None, **changes})
