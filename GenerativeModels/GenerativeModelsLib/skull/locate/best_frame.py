"""The frame of a clip that shows the head best, chosen by the locator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.locate.border import Border, read_border
from GenerativeModelsLib.skull.locate.checks import MIN_PRESENCE
from GenerativeModelsLib.skull.locate.locator import HeadFinding, locate
from GenerativeModelsLib.skull.planes.grey import BlankImage
from GenerativeModelsLib.skull.planes.image import FrameChoice, PlaneClip, PlaneImage

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.infer.model import SkullModel

__all__ = ["best_frame"]

MOST_LOOKED_AT = 60
"""Frames of a longer clip are first looked at in equal steps, then all of them about the best."""
AS_GOOD = 0.02
"""Frames whose presence times agreement is less than this below the best are told apart by their border."""
MOST_COMPARED = 6
"""Frames whose border is read."""


@dataclass(frozen=True, eq=False)
class _Look:
    """A frame and the head found in it."""

    number: int
    image: PlaneImage
    finding: HeadFinding
    border: Border | None = None

    @property
    def score(self) -> float:
        return self.finding.presence * self.finding.agreement

    @property
    def visible(self) -> float:
        return float(self.border.visible.mean())


def best_frame(
    model: SkullModel, clip: PlaneClip, name: str, progress: Callable[[str, float], None] | None = None
) -> PlaneImage:
    """The frame with the highest product of presence and agreement; among those as good, the most visible border.

    Parameters
    ----------
    model
        A skull model; its locator and its border reader are used.
    clip
        The frames.
    name
        "axial", "sagittal" or "coronal".
    progress
        Called with a message and the share of the work.

    Returns
    -------
    The frame, whose attribute `frame` says which and why.

    Raises
    ------
    InputError
        No frame shows a head, or a frame cannot be read.
    """
    tell = progress or (lambda message, share: None)
    looks: dict[int, _Look | None] = {}

    def look_at(numbers: range) -> None:
        for number in numbers:
            if number not in looks:
                tell(f"Looking for the best {name} frame", 0.1 * len(looks) / clip.count)
                looks[number] = _look(model, clip, number, name)

    step = -(-clip.count // MOST_LOOKED_AT)
    look_at(range(0, clip.count, step))
    found = _with_heads(looks)
    if found and step > 1:
        best = max(found, key=lambda look: look.score).number
        look_at(range(max(0, best - step + 1), min(clip.count, best + step)))
        found = _with_heads(looks)
    if not found:
        raise InputError(
            f"The {clip.name} shows no fetal head that the locator can find in any of {len(looks)} frames: give a "
            "clip of the standard plane, or the number of the frame.",
            field=name,
        )
    best = max(look.score for look in found)
    alike = sorted((look for look in found if look.score >= best - AS_GOOD), key=lambda look: -look.score)
    read = [replace(look, border=_border(model, look)) for look in alike[:MOST_COMPARED]]
    chosen = max(read, key=lambda look: (look.visible, look.score))
    choice = FrameChoice(chosen.number, clip.count, "locator", _why(chosen, clip.count, len(looks), len(read)))
    return replace(clip.drawn(chosen.image), frame=choice)


def _with_heads(looks: dict[int, _Look | None]) -> list[_Look]:
    """Those that show a head, in the order of the frames."""
    heads = (looks[number] for number in sorted(looks))
    return [look for look in heads if look is not None and look.finding.presence >= MIN_PRESENCE]


def _look(model: SkullModel, clip: PlaneClip, number: int, name: str) -> _Look | None:
    """A frame with the head in it; None without one, as in a black frame at the beginning of a clip."""
    try:
        image = clip.read(number)
    except BlankImage:
        return None
    finding = locate(model.locator, image.pixels, image.spacing_mm, name, str(model.device), image.hidden)
    return None if finding is None else _Look(number, image, finding)


def _border(model: SkullModel, look: _Look) -> Border:
    image = look.image
    device, ellipse = str(model.device), look.finding.ellipse
    return read_border(model.border, image.pixels, image.spacing_mm, ellipse, device, hidden=image.hidden)


def _why(chosen: _Look, count: int, looked_at: int, compared: int) -> str:
    finding = chosen.finding
    values = {
        "frame": chosen.number,
        "count": count,
        "looked_at": looked_at,
        "presence": finding.presence,
        "agreement": finding.agreement,
        "visible": 100 * chosen.visible,
    }
    if compared > 1:
        return said(
            "Frame {frame:d} of the {count:d} frames, numbered from 0, was chosen by the locator out of {looked_at:d}: "
            "presence {presence:.2f}, agreement {agreement:.2f}, {visible:.0f} % of the border visible, the most "
            "visible border of {compared:d} frames as good.",
            **values,
            compared=compared,
        )
    return said(
        "Frame {frame:d} of the {count:d} frames, numbered from 0, was chosen by the locator out of {looked_at:d}: "
        "presence {presence:.2f}, agreement {agreement:.2f}, {visible:.0f} % of the border visible.",
        **values,
    )
