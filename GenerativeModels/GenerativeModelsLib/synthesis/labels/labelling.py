"""From hearts of the latent space to label maps on the grid of a request, with what the check says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.heart.population.cycle import SYSTOLE, ejected_share
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.synthesis.labels.accept import Judged, judged
from GenerativeModelsLib.synthesis.labels.grid import (
    LikeFile,
    Placed,
    on_faces,
    placed_like,
    rasterised,
    read_like,
    usual_stack,
)
from GenerativeModelsLib.synthesis.labels.made import MadeHeart
from GenerativeModelsLib.synthesis.labels.request import FRAMES, PIXEL_MM, SLICE_MM, VIEW_MM, LabelsRequest
from GenerativeModelsLib.synthesis.labels.scars import asked_scar
from GenerativeModelsLib.synthesis.labels.whole_heart import CYCLE_S, LABELS, WholeHeart, whole_heart

__all__ = ["Labelling"]

LEAST_HELD = 0.9
"""Share of a left ventricle's volume that a grid holds at least."""


@dataclass(frozen=True, eq=False)
class Labelling:
    """What a request says of its label maps, with the file of `like` as it was read."""

    request: LabelsRequest
    like: LikeFile | None

    @classmethod
    def of(cls, request: LabelsRequest) -> Labelling:
        """That of a request; raises `InputError` as `read_like`."""
        return cls(request, None if request.like is None else read_like(request.like, request.labels))

    def whole(self, rays: RayBatch, seed: Sequence[int]) -> WholeHeart:
        """A shape (1, PHASES) with right ventricle and atrium, at the moments of the request."""
        frames = self.request.frames or FRAMES
        ejected = np.array([0.0, 1.0])
        if self.request.phases == "cycle":
            systole = max(1, round(SYSTOLE * frames)) / frames  # end systole is a frame
            ejected = ejected_share(np.arange(frames) / frames, systole)
        return whole_heart(rays[0], ejected, list(seed), atrium=self.request.atrium)

    def placed(self, wholes: Sequence[WholeHeart]) -> Placed:
        """The grid of all maps. A heart lies on its voxels in the same way whatever the others are."""
        if self.like is not None:
            return placed_like(self.like, wholes)
        request = self.request
        lengths = request.slice_distance_mm or SLICE_MM, request.pixel_size_mm or PIXEL_MM
        return usual_stack(wholes, *lengths, request.field_of_view_mm or VIEW_MM)

    def labels(self, whole: WholeHeart, placed: Placed) -> np.ndarray:
        """(moments, k, j, i) labels of a heart, with its scar.

        Raises
        ------
        InputError
            The grid does not hold the left ventricle, or no voxel of the scar.
        """
        made = []
        for moment, frame in enumerate(self._frames(whole, placed)):
            if self.request.phases == "ed" and moment:
                break
            kept = self.request.phases != "cycle"  # the base of a cycle's frames lies anywhere between two slices
            values = rasterised(whole, moment, placed.grid, frame, volumes_kept=kept)
            if moment == 0:
                self._require_held(whole, placed, values)
            length = -float(whole.left.endo[moment, -1, 0, 2])
            made.append(asked_scar(self.request, values, placed.grid, frame, length, required=moment == 0))
        return np.stack(made)

    def judged(self, whole: WholeHeart, placed: Placed, frames: np.ndarray) -> Judged:
        """The check of frames on their grid where its planes are short-axis slices, and else on a usual stack."""
        axis = placed.grid.across(placed.frame.axes[2])
        frame_s = CYCLE_S / whole.frames if self.request.phases == "cycle" else None
        if axis is not None:
            return judged(frames, placed.grid, axis, frame_s)
        stack = usual_stack([whole], SLICE_MM, PIXEL_MM, VIEW_MM)
        return judged(self.labels(whole, stack), stack.grid, 2, frame_s)

    def made(self, whole: WholeHeart, frames: np.ndarray, found: Judged, about: dict[str, Any]) -> MadeHeart:
        """The maps of a heart by phase; end systole of a cycle is its frame of the smallest cavity."""
        if self.request.phases == "ed":
            return MadeHeart(frames[0], None, None, None, found.applied, about)
        late = int(np.argmax(whole.left.ejected))
        cycle = frames if self.request.phases == "cycle" else None
        return MadeHeart(frames[0], frames[late], cycle, CYCLE_S / whole.frames, found.applied, about)

    def _frames(self, whole: WholeHeart, placed: Placed) -> list[HeartFrame]:
        """The heart frame of every moment: on faces of slices, but for the frames of a cycle, which follow the base."""
        descent = whole.left.descent_mm
        if self.request.phases != "cycle":
            return [on_faces(placed, float(way)) for way in descent]
        first = on_faces(placed)
        return [replace(first, origin_lps=first.origin_lps - way * first.axes[2]) for way in descent]

    def _require_held(self, whole: WholeHeart, placed: Placed, values: np.ndarray) -> None:
        held = float(np.isin(values, (LABELS["lv"], LABELS["myo"])).sum()) * placed.grid.voxel_ml
        own = float(whole.left.left.cavity_ml[0] + whole.left.left.myocardium_ml[0])
        if held < LEAST_HELD * own:
            raise InputError(
                f"{named('like')} {self.request.like.name} holds {held:.0f} of the {own:.0f} ml of a left ventricle: "
                "give a grid that holds the whole heart."
            )
