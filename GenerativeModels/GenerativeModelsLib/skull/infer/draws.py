"""Mean, standard deviation and biometry of draws of the head's signed distance."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.shape.biometry import Biometry, axial_outline, measure_field
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT

REFINEMENT = 3
"""Factor of the cubic-spline refinement of the mean distance before the surface is extracted."""
CHUNK = 100
"""Number of draws decoded at once: 100 fields of 32^3 are 13 MB."""


@dataclass(frozen=True, eq=False)
class DrawnShapes:
    """Draws without the rigid motions that their position in the head frame is.

    Attributes
    ----------
    basis : decoder of the K coefficients.
    coefficients : (S, K).
    sizes_mm : (S,) head size of each draw.
    common_mm : head size that the common grid belongs to.
    """

    basis: LowRankField
    coefficients: Tensor
    sizes_mm: Tensor
    common_mm: float

    def __len__(self) -> int:
        return len(self.coefficients)

    def fields_mm(self, rows: slice | Tensor) -> Tensor:
        """Signed distances (s, G, G, G) in mm of some draws on the common grid, negative inside."""
        return _fields_mm(self.basis, self.coefficients[rows], self.sizes_mm[rows], self.common_mm)


@dataclass(frozen=True)
class FieldStatistics:
    """Mean and standard deviation of the draws' signed distance.

    Attributes
    ----------
    grid : head frame, mm.
    mean_mm : (G, G, G) float32 mean signed distance, negative inside.
    sd_mm : (G, G, G) float32 standard deviation of the shape without the draws' rigid motions; None without draws.
    biometry : biometry of every draw with a closed axial outline.
    drawn : the draws themselves; None where they are not kept.
    """

    grid: Grid
    mean_mm: np.ndarray
    sd_mm: np.ndarray | None
    biometry: list[Biometry]
    drawn: DrawnShapes | None = None

    def recentred(self) -> tuple[FieldStatistics, np.ndarray]:
        """The same with its origin at the centre of the outline in z = 0, which defines the head frame, and the shift.

        Raises
        ------
        InputError
            The mean has no closed outline in z = 0.
        """
        ellipse = fit_ellipse(axial_outline(self.mean_mm, self.grid))
        by = np.array([-ellipse.centre[0], -ellipse.centre[1], 0.0])
        return replace(self, grid=replace(self.grid, origin_mm=tuple(np.asarray(self.grid.origin_mm) + by))), by

    def surface(self) -> Surface:
        """Zero level of the mean, in mm."""
        fine, grid = self.grid.refine(self.mean_mm, REFINEMENT)
        return Surface.from_field(fine, grid)

    def along_normals(self, sd_mm: np.ndarray, surface: Surface) -> np.ndarray:
        """Standard deviation (N,) of the surface along its normals: that of the distance over the mean's slope.

        `sd_mm` (G, G, G) is the standard deviation of the distance, as it is or calibrated.
        """
        step = 0.5 * min(self.grid.spacing_mm)
        normals = surface.vertex_normals
        ahead = self.grid.sample(self.mean_mm, surface.points + step * normals)
        behind = self.grid.sample(self.mean_mm, surface.points - step * normals)
        slope = np.clip((ahead - behind) / (2 * step), 0.3, 1.5)
        return self.grid.sample(sd_mm, surface.points) / slope


def field_statistics(basis: LowRankField, draws: Tensor, measured_size_mm: float, *, spread: bool) -> FieldStatistics:
    """Decode draws and average them on one grid in mm.

    Parameters
    ----------
    basis
        Decoder of the K coefficients.
    draws
        (S, K + 1): coefficients and the log of the head size over `measured_size_mm`, S >= 1.
    measured_size_mm
        s, the size of the axial ellipse.
    spread
        Whether to compute the standard deviation and the biometry; False for a single mean.

    Each draw is a field in units of its own head size. It is resampled to the common grid, whose half extent
    corresponds to the mean size, and multiplied by its size, which gives distances in mm.

    The head frame is defined by the reconstructed head, so the position of a draw in it is not an uncertainty of the
    shape. For the mean and the standard deviation, the part of a draw's deviation from the mean that a small rigid
    motion explains is therefore removed from its coefficients. Biometry depends on the position of the axial plane and
    is measured on the unchanged draws.
    """
    rigid = basis.rigid_directions(HALF_EXTENT)
    shapes = draws[:, :-1] - draws[:, :-1].mean(0)
    shapes = draws[:, :-1] - shapes @ rigid.T @ rigid
    sizes = measured_size_mm * draws[:, -1].exp()
    common = measured_size_mm * float(draws[:, -1].mean().exp())
    drawn = DrawnShapes(basis, shapes, sizes, common)
    grid = Grid.centred(HALF_EXTENT * common, basis.size)
    total = torch.zeros((basis.size,) * 3, dtype=torch.float64)
    squares = torch.zeros_like(total)
    biometry: list[Biometry] = []
    # Squares are taken about the first draw, because distances are large compared with their standard deviation.
    reference = drawn.fields_mm(slice(1))[0].cpu()
    for rows in torch.arange(len(draws)).split(CHUNK):
        fields = drawn.fields_mm(rows).cpu()
        total += fields.sum(0, dtype=torch.float64)
        if spread:
            squares += (fields - reference).square().sum(0, dtype=torch.float64)
            biometry += _measured(_fields_mm(basis, draws[rows, :-1], sizes[rows], common).cpu().numpy(), grid)
    mean = total / len(draws)
    sd = None
    if spread:
        variance = squares / len(draws) - (mean - reference).square()
        sd = (variance * (len(draws) / max(len(draws) - 1, 1))).clamp_min(0).sqrt().float().numpy()
    return FieldStatistics(grid, mean.float().numpy(), sd, biometry, drawn)


def _fields_mm(basis: LowRankField, coefficients: Tensor, sizes: Tensor, common: float) -> Tensor:
    fields = basis(coefficients)
    zoom = common / sizes
    theta = torch.zeros(len(fields), 3, 4, device=fields.device)
    theta[:, 0, 0] = theta[:, 1, 1] = theta[:, 2, 2] = zoom
    where = F.affine_grid(theta, [len(fields), 1, *fields.shape[1:]], align_corners=True)
    moved = F.grid_sample(fields[:, None], where, padding_mode="border", align_corners=True)[:, 0]
    return moved * sizes[:, None, None, None]


def _measured(fields: np.ndarray, grid: Grid) -> list[Biometry]:
    found = []
    for field in fields:
        try:
            found.append(measure_field(field, grid))
        except InputError:
            continue
    return found
