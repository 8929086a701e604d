"""Pictures of a plane that was not given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.skull.ultrasound.pose import PlanePose

__all__ = ["ImaginedPlane"]


@dataclass(frozen=True, eq=False)
class ImaginedPlane:
    """Simulated pictures of a standard plane that was not given; nothing in them was observed.

    Attributes
    ----------
    plane
        "sagittal" or "coronal".
    pose
        Pose of the pictures in the head frame: pixel (row, column) is at origin_mm + u_axis * column * spacing_mm +
        v_axis * row * spacing_mm.
    spacing_mm
        Pixel size.
    mean
        (H, W) uint8, the picture of the mean reconstruction.
    draws
        (H, W) uint8 each, pictures of draws; empty without draws.
    outline_px
        (N, 2) column, row: outline of the mean reconstruction.
    outlines_px
        (S, N, 2) outlines of draws at the same angles about the centre of the head; S = 0 without draws.
    """

    plane: str
    pose: PlanePose
    spacing_mm: float
    mean: np.ndarray
    draws: tuple[np.ndarray, ...]
    outline_px: np.ndarray
    outlines_px: np.ndarray

    @property
    def spread_mm(self) -> dict[str, float] | None:
        """Standard deviation of the draws' outlines along rays from the centre of the head: `mean` and `max` over the
        outline in mm; None without draws."""
        if len(self.outlines_px) < 2:
            return None
        sd = self.spacing_mm * np.sqrt(self.outlines_px.var(axis=0, ddof=1).sum(axis=-1))
        return {"mean": float(sd.mean()), "max": float(sd.max())}
