"""Finite differences for Laplace's equation in a wall between two surfaces with sub-voxel positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError

__all__ = ["CAVITY", "CLOSED", "OUTSIDE", "WALL", "WallPotential", "solve_potential"]

WALL, CAVITY, OUTSIDE, CLOSED = 0, 1, 2, 3
"""Kinds of voxels: in the wall, inside the inner surface, outside the outer one, beyond the cut or at the border."""

TOLERANCE = 1e-5
"""Root mean square residual at which the solver stops, as a share of the potential's range."""
ITERATIONS = 400
SHORTEST_ARM = 1e-3
"""Lower bound of the arms of a stencil, in voxels. Shorter arms make the system ill-conditioned."""


@dataclass(frozen=True, eq=False)
class WallPotential:
    """The potential at the wall's voxels.

    Attributes
    ----------
    voxels
        (N,) flat indices of the wall's voxels.
    values
        (N,) potential: 0 on the inner surface, 1 on the outer one.
    gradient
        (N, 3) per mm along z, y, x.
    kind
        (z, y, x) int8: `WALL`, `CAVITY`, `OUTSIDE` or `CLOSED`.
    iterations
        Number of solver iterations.
    lidded
        Whether a lid along the cut closes the outer surface.
    """

    voxels: np.ndarray
    values: np.ndarray
    gradient: np.ndarray
    kind: np.ndarray
    iterations: int
    lidded: bool


def solve_potential(
    inner_mm: np.ndarray,
    outer_mm: np.ndarray,
    cut_mm: np.ndarray | None,
    spacing_zyx: tuple[float, float, float],
    *,
    tolerance: float = TOLERANCE,
) -> WallPotential:
    """Solve div grad u = 0 between two surfaces: u = 0 on the inner, u = 1 on the outer, no flux through the cut.

    Finite differences with arms of unequal length (Shortley and Weller 1938): if a neighbour lies beyond a surface,
    the stencil ends on that surface, where the signed distance changes sign along the axis. u is therefore accurate to
    second order in the spacing, although no surface passes through voxel centres. At the cut, the conductance of a
    voxel's face is scaled by its share on the wall's side. BiCGStab (van der Vorst 1992) with Jacobi scaling starts
    from the approximation d_inner / (d_inner - d_outer) and converges in about ten iterations.

    Parameters
    ----------
    inner_mm, outer_mm, cut_mm
        (z, y, x) signed distances, negative inside the inner surface, inside the outer one, and on the wall's side of
        the cut. The outermost layer of voxels counts as beyond the cut.

    Raises
    ------
    InputError
        The solver does not reach `tolerance` within `ITERATIONS`.
    """
    inner, outer = inner_mm.ravel(), outer_mm.ravel()
    lidded = cut_mm is not None and _has_lid(inner_mm, outer_mm, cut_mm, max(spacing_zyx))
    kind, openness = _kinds(inner_mm, outer_mm, cut_mm, lidded, spacing_zyx)
    flat = kind.ravel()
    voxels = np.flatnonzero(flat == WALL).astype(np.int32)
    count = len(voxels)
    own = np.arange(count, dtype=np.int32)
    number = np.zeros(flat.size, np.int32)
    number[voxels] = own
    a, b = inner[voxels], outer[voxels]
    start = a / np.maximum(a - b, 1e-12)

    arms, kinds = np.empty((6, count)), np.empty((6, count), np.int8)
    columns, weights, right = np.empty((count, 6), np.int32), np.empty((count, 6)), np.zeros(count)
    for face, step in enumerate(_steps(kind.shape)):
        neighbour = voxels + step
        kinds[face] = found = flat[neighbour]
        arms[face] = spacing_zyx[face // 2]
        for surface, here, field in ((CAVITY, a, inner), (OUTSIDE, b, outer)):
            at = np.flatnonzero(found == surface)
            share = here[at] / (here[at] - field[neighbour[at]])
            arms[face, at] *= np.clip(share, SHORTEST_ARM, 1.0)
        columns[:, face] = np.where(found == WALL, number[neighbour], own)
    for face in range(6):
        low = face - face % 2
        conductance = 2 / (arms[face] * (arms[low] + arms[low + 1])) * (kinds[face] != CLOSED)
        if openness is not None:
            conductance *= openness[face]
        right += conductance * (kinds[face] == OUTSIDE)
        weights[:, face] = conductance
    total = weights.sum(axis=1)
    alone = total == 0
    total[alone], right[alone] = 1.0, start[alone]
    weights *= (kinds.T == WALL) / -total[:, None]

    values, iterations = _solve(columns, weights, right / total, start, tolerance)
    gradient = _gradient(values, voxels, arms, kinds, kind.shape)
    return WallPotential(voxels, values, gradient, kind, iterations, lidded)


def _steps(shape_zyx: tuple[int, ...]) -> tuple[int, ...]:
    """Offsets in a flat array to the six neighbours: down and up along z, y, x."""
    z, y, x = shape_zyx[1] * shape_zyx[2], shape_zyx[2], 1
    return -z, z, -y, y, -x, x


def _has_lid(inner_mm: np.ndarray, outer_mm: np.ndarray, cut_mm: np.ndarray, step: float) -> bool:
    """Whether the distance to the outer surface equals the distance to the cut where the wall meets the cut.

    This is the case for the distances of a label map that ends at the base. Values beyond the cut are then not used.
    """
    near = (np.abs(cut_mm) < step) & (inner_mm > 0) & (outer_mm < step)
    return bool(near.any() and np.median(np.abs(outer_mm[near] - cut_mm[near])) < 0.4 * step)


def _kinds(inner_mm, outer_mm, cut_mm, lidded, spacing_zyx) -> tuple[np.ndarray, np.ndarray | None]:
    """Kind of every voxel and, if there is a cut, the open share (6, N) of each face of the wall's voxels."""
    kind = np.zeros(inner_mm.shape, np.int8)
    kind[outer_mm >= 0] = OUTSIDE
    kind[inner_mm <= 0] = CAVITY
    for axis in range(3):
        for end in (0, -1):
            kind[(slice(None),) * axis + (end,)] = CLOSED
    if cut_mm is None:
        return kind, None
    # A voxel belongs to the wall if any part of it, even a corner, lies on the wall's side of the cut.
    reach = np.sqrt(sum(s * s for s in spacing_zyx)) / 2
    kind[(kind == WALL) & (cut_mm >= reach)] = CLOSED
    if lidded:
        kind[cut_mm >= 0] = CLOSED
    flat, cut = kind.ravel(), cut_mm.ravel()
    voxels = np.flatnonzero(flat == WALL)
    near = np.flatnonzero(np.abs(cut[voxels]) < 2 * reach)
    steps = _steps(kind.shape)
    here = voxels[near]
    # Half the extent of a voxel along the cut's normal, for each axis.
    half = np.stack([np.abs(cut[here + steps[2 * k + 1]] - cut[here + steps[2 * k]]) / 4 for k in range(3)])
    shares = np.empty((6, len(near)))
    for face, step in enumerate(steps):
        width = np.maximum(half.sum(axis=0) - half[face // 2], 1e-9)
        shares[face] = np.clip(0.5 - (cut[here] + cut[here + step]) / (4 * width), 0.0, 1.0)
    closed = shares.sum(axis=0) == 0
    flat[here[closed]] = CLOSED
    openness = np.ones((6, len(voxels)))
    openness[:, near] = shares
    keep = np.ones(len(voxels), bool)
    keep[near[closed]] = False
    return kind, openness[:, keep]


def _solve(columns, weights, right, start, tolerance) -> tuple[np.ndarray, int]:
    """BiCGStab for x + W x = right, where row i of W holds `weights[i]` at `columns[i]`.

    `scipy.sparse.linalg.bicgstab` is not used, because it takes its inner products from a threaded BLAS. On the sample
    heart (four systems of 94 000 voxels, 2 cores) it needs 0.05 to 0.10 s a system with one thread, as this function
    does, but 0.28 to 1.1 s with two threads (this function: 0.07 to 0.16 s). Its potential also depends on the number
    of threads, by up to 4e-4. Here the sums are the same for every number of threads. lgmres and tfqmr take twice as
    long as this function with one thread.

    Raises
    ------
    InputError
        The root mean square residual is above `tolerance` after `ITERATIONS`.
    """
    from scipy.sparse import csr_matrix

    count = len(right)
    pointers = np.arange(0, 6 * count + 1, 6, dtype=np.int32)
    off_diagonal = csr_matrix((weights.ravel(), columns.ravel(), pointers), (count, count))
    x = start.copy()
    residual = right - x - off_diagonal @ x
    goal = tolerance**2 * count
    shadow, direction, image = residual, residual, residual
    rho, alpha, omega = 0.0, 1.0, 1.0
    for iteration in range(ITERATIONS):
        if _dot(residual, residual) <= goal:
            return x, iteration
        previous, rho = rho, _dot(shadow, residual)
        if previous == 0 or abs(rho) < 1e-10 * _dot(residual, residual):
            # First iteration, or breakdown of the recurrence: restart from the current residual.
            shadow, direction, rho = residual, residual, _dot(residual, residual)
        else:
            direction = residual + (rho / previous) * (alpha / omega) * (direction - omega * image)
        image = direction + off_diagonal @ direction
        alpha = rho / (_dot(shadow, image) or 1e-300)
        half = residual - alpha * image
        turned = half + off_diagonal @ half
        omega = _dot(turned, half) / max(_dot(turned, turned), 1e-300) or 1e-300
        x += alpha * direction + omega * half
        residual = half - omega * turned
    reached = _dot(residual, residual)
    if reached <= goal:
        return x, ITERATIONS
    raise InputError(
        f"The potential in the wall did not converge: after {ITERATIONS} iterations the residual is "
        f"{np.sqrt(reached / count):.1e}, expected at most {tolerance:.0e}; check that the label map shows one whole "
        "wall around the cavity."
    )


def _dot(a: np.ndarray, b: np.ndarray) -> float:
    # numpy's own loop: for one short product, starting BLAS threads costs more than the product.
    return float(np.einsum("i,i->", a, b))


def _gradient(values, voxels, arms, kinds, shape_zyx) -> np.ndarray:
    """Gradient (N, 3) per mm at the voxels, from the parabola through the ends of both arms, which may be unequal."""
    potential = np.zeros(int(np.prod(shape_zyx)))
    potential[voxels] = values
    slopes = np.empty((6, len(voxels)))
    for face, step in enumerate(_steps(shape_zyx)):
        end = potential[voxels + step]
        end[kinds[face] == OUTSIDE] = 1.0
        closed = kinds[face] == CLOSED
        end[closed] = values[closed]
        slopes[face] = (end - values) / arms[face]
    low, high = arms[0::2], arms[1::2]
    return ((slopes[1::2] * low - slopes[0::2] * high) / (low + high)).T
