"""How simulated pictures of heads differ from real ones: statistics on the outline, and what a linear classifier tells.

Run from the repository root: `python -m tools.picture_statistics --data ../shared/data`. Only the training part of HC18
is opened. Every statistic is measured on pictures of the same height in pixels and sampled in steps of 1/60 of the
head's radius.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d, map_coordinates
from scipy.stats import rankdata

from GenerativeModelsLib.evaluation.data.hc18 import read_hc18, split_hc18
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from tools.head_pictures import Picture, real_picture, sheet, simulated_like, usable

RADIUS = 60
"""Samples per radius of the head, the geometric mean of its half axes."""
ANGLES = 180
"""Samples along the outline."""
DEPTHS = np.arange(-RADIUS, RADIUS // 2 + 1)
"""Samples across the outline, outwards positive, in 1/60 of the radius."""
WALL, NEAR, FAR = 0.04, 0.08, 0.20
"""The wall's echo is sought within +-WALL of the outline; the background lies NEAR to FAR from it (radii)."""
MISSING = 0.15
"""An echo is missing if its contrast is less than this share of that of the strong parts (90 %) of the same wall."""
END_DEGREES = 25.0
"""Half width of each end of the long axis, and of each side, seen from the centre."""
YOUNG_HC_MM = 120.0


def band_positions(outline: Ellipse) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows and columns (ANGLES, depths) of the samples along the normals, and the normals (ANGLES, 2) right, down."""
    u = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    a, b = outline.semi_major, outline.semi_minor
    turn = np.array([[np.cos(outline.angle_rad), np.sin(outline.angle_rad)]])
    long_axis, short_axis = turn, turn[:, ::-1] * (-1, 1)
    points = np.asarray(outline.centre) + a * np.cos(u)[:, None] * long_axis + b * np.sin(u)[:, None] * short_axis
    normals = np.cos(u)[:, None] / a * long_axis + np.sin(u)[:, None] / b * short_axis
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    # inwards the samples converge to the centre, so that they cover the head; outwards they follow the normal
    depth = DEPTHS / RADIUS
    inward = points - np.asarray(outline.centre)
    radius = np.sqrt(a * b)
    blend = np.clip((-depth - 0.3) / 0.7, 0.0, 1.0)[None, :, None]
    along = points[:, None] + depth[None, :, None] * radius * normals[:, None]
    towards = np.asarray(outline.centre) + (1 + depth)[None, :, None] * inward[:, None]
    positions = (1 - blend) * along + blend * towards
    return positions[..., 1], positions[..., 0], normals


@dataclass(frozen=True)
class Band:
    """Grey values along the normals of an outline.

    Attributes
    ----------
    grey
        (ANGLES, depths) grey 0 to 1; NaN outside the picture.
    from_end_degrees
        (ANGLES,) angle seen from the centre to the long axis, 0 at an end, 90 laterally.
    beam
        (ANGLES,) outward normal's component against the beam (vertical): 1 near wall, -1 far wall, 0 tangential.
    """

    grey: np.ndarray
    from_end_degrees: np.ndarray
    beam: np.ndarray


def band(picture: Picture) -> Band:
    """Sample `picture` across its outline."""
    rows, columns, normals = band_positions(picture.outline)
    grey = map_coordinates(picture.grey, [rows, columns], order=1, mode="constant", cval=np.nan) / 255.0
    u = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    a, b = picture.outline.semi_major, picture.outline.semi_minor
    angle = np.degrees(np.arctan2(np.abs(b * np.sin(u)), np.abs(a * np.cos(u))))
    return Band(grey, angle, -normals[:, 1])


def depth_mask(low: float, high: float) -> np.ndarray:
    """Samples of a `Band` from `low` to `high` radii of the outline, outwards positive."""
    first, last = round(low * RADIUS), round(high * RADIUS)
    return np.isin(DEPTHS, np.arange(first, last + 1))


def wall_echo(band: Band) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Peak and contrast (ANGLES,) of the wall's echo, grey 0 to 1, and its width at half contrast in radii.

    The peak is that of the profile averaged over 6 degrees; the background is the median of both bands beside it. NaN
    outside the picture; the width is NaN where the contrast is below 0.08.
    """
    profile = gaussian_filter1d(np.nan_to_num(band.grey), 1.0, axis=0, mode="wrap")
    profile[np.isnan(band.grey)] = np.nan
    at = np.flatnonzero(depth_mask(-WALL, WALL))
    known = ~np.isnan(profile[:, at]).any(axis=1)
    beside = np.concatenate([profile[:, depth_mask(-FAR, -NEAR)], profile[:, depth_mask(NEAR, FAR)]], axis=1)
    with np.errstate(all="ignore"):
        background = np.nanmedian(np.where(known[:, None], beside, 0.0), axis=1)
    peak = np.where(known, np.max(np.nan_to_num(profile[:, at]), axis=1), np.nan)
    contrast = peak - background
    width = np.full(len(peak), np.nan)
    for i in np.flatnonzero(known & (contrast > 0.08)):
        top = at[0] + int(np.argmax(profile[i, at]))
        level = profile[i] - background[i] - 0.5 * contrast[i]
        ends = [_crossing(level[side]) for side in (slice(top, None), slice(top, None, -1))]
        width[i] = sum(ends) / RADIUS
    return peak, contrast, width


def _crossing(level: np.ndarray) -> float:
    """Samples from the first one to where `level` becomes negative; NaN if it does not."""
    below = np.flatnonzero(~(level > 0))
    if not below.size or below[0] == 0:
        return float("nan")
    i = int(below[0])
    return i - 1 + float(level[i - 1] / (level[i - 1] - level[i]))


def statistics(picture: Picture) -> dict[str, float]:
    """The statistics of one picture, by name; NaN for what it does not show."""
    sampled = band(picture)
    peak, contrast, width = wall_echo(sampled)
    missing = np.where(np.isnan(contrast), np.nan, contrast < MISSING * np.nanpercentile(contrast, 90))
    end, side = sampled.from_end_degrees < END_DEGREES, sampled.from_end_degrees > 90.0 - END_DEGREES
    sectors = {
        "ends": end,
        "sides": side,
        "near wall": sampled.beam > 0.85,
        "far wall": sampled.beam < -0.85,
        "tangential": np.abs(sampled.beam) < 0.35,
    }
    out: dict[str, float] = {}
    for name, here in sectors.items():
        out[f"missing, {name}"] = _mean(missing[here])
        out[f"contrast, {name}"] = _mean(contrast[here])
    known = peak[~np.isnan(peak)]
    out["variation of the wall"] = float(known.std() / max(known.mean(), 1e-3))
    out["variation of the wall, 10 degrees"] = float(np.abs(np.diff(known, n=5)).mean() / 16 / max(known.mean(), 1e-3))
    out["width of the wall"] = float(np.nanmedian(width)) if np.isfinite(width).any() else np.nan
    out["width of the wall, sides"] = float(np.nanmedian(width[side])) if np.isfinite(width[side]).any() else np.nan
    out["grey, wall"] = _mean(peak)
    grey = sampled.grey
    upper = sampled.beam > 0.3
    out["grey, inside"] = _mean(grey[:, depth_mask(-0.9, -0.1)])
    out["grey, near half"] = _mean(grey[upper][:, depth_mask(-0.6, -0.1)])
    out["grey, far half"] = _mean(grey[sampled.beam < -0.3][:, depth_mask(-0.6, -0.1)])
    for low, high in ((-0.95, -0.7), (-0.7, -0.45), (-0.45, -0.25), (-0.25, -0.15), (-0.15, -0.08), (0.05, 0.1)):
        out[f"profile {low:.2f} to {high:.2f}"] = _mean(grey[:, depth_mask(low, high)])
    out["profile 0.10 to 0.20"] = _mean(grey[:, depth_mask(0.1, 0.2)])
    out["profile 0.20 to 0.50"] = _mean(grey[:, depth_mask(0.2, 0.5)])
    inside, outside = grey[:, depth_mask(-0.9, -0.1)].ravel(), grey[:, depth_mask(0.06, 0.5)].ravel()
    for name, values in (("inside", inside), ("outside", outside)):
        values = values[~np.isnan(values)]
        for low, high in ((0.0, 0.03), (0.03, 0.1), (0.1, 0.2), (0.2, 0.35), (0.35, 0.55), (0.55, 1.01)):
            out[f"share {name} {low:.2f} to {high:.2f}"] = float(np.mean((values >= low) & (values < high)))
    ring = grey[:, depth_mask(-0.18, -0.08)].mean(axis=1)
    fine = ring - gaussian_filter1d(np.nan_to_num(ring), 4.0, mode="wrap")
    out["beads under the wall"] = float(np.nanstd(fine) / max(np.nanmean(ring), 0.02)) if ring.size else np.nan
    out |= _texture(picture, _mean(grey[:, depth_mask(-0.9, -0.1)]))
    return out


def _mean(values: np.ndarray) -> float:
    values = values[~np.isnan(values)]
    return float(values.mean()) if values.size else float("nan")


def head_window(picture: Picture, samples: int, reach: float) -> np.ndarray:
    """Grey 0 to 1 (2 * samples * reach)^2 of the upright square around the head, `samples` per radius; 0 outside."""
    radius = np.sqrt(picture.outline.semi_major * picture.outline.semi_minor)
    shrink = max(radius / samples, 1.0)
    grey = gaussian_filter(picture.grey, 0.5 * shrink) if shrink > 1.2 else picture.grey
    axis = (np.arange(round(2 * samples * reach)) + 0.5) / samples - reach
    rows = picture.outline.centre[1] + radius * axis[:, None] + 0 * axis
    columns = picture.outline.centre[0] + radius * axis + 0 * axis[:, None]
    return map_coordinates(grey, [rows, columns], order=1, mode="constant") / 255.0


def _texture(picture: Picture, level: float) -> dict[str, float]:
    """Contrast within the head in three bands of size, relative to its grey, and how much lines run across the beam."""
    grey = head_window(picture, RADIUS, 1.3)
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]] / RADIUS - 1.3
    e, root = picture.outline, np.sqrt(picture.outline.semi_major * picture.outline.semi_minor)
    c, s = np.cos(e.angle_rad), np.sin(e.angle_rad)
    within = np.hypot((x * c + y * s) / (e.semi_major / root), (y * c - x * s) / (e.semi_minor / root)) < 0.82
    smoothed = [grey, *(gaussian_filter(grey, sigma) for sigma in (1.2, 3.0, 8.0))]
    out = {}
    for name, fine, coarse in zip(("fine", "medium", "coarse"), smoothed[:-1], smoothed[1:], strict=True):
        out[f"contrast, {name}"] = float((fine - coarse)[within].std() / max(level, 0.02))
    rows, columns = np.gradient(smoothed[1])
    out["lines across the beam"] = float(np.log(rows[within].std() + 1e-4) - np.log(columns[within].std() + 1e-4))
    tail = smoothed[1][within]
    out["bright spots"] = float(np.percentile(tail, 98) - np.percentile(tail, 50))
    return out


def wall_patches(picture: Picture, count: int = 8) -> np.ndarray:
    """(count, 576) grey of 24 x 24 samples, 1/40 radius apart, upright, centred on the outline at equal steps."""
    points = picture.outline.points(count)
    step = np.sqrt(picture.outline.semi_major * picture.outline.semi_minor) / 40.0
    axis = (np.arange(24) - 11.5) * step
    rows = points[:, 1, None, None] + axis[None, :, None] + 0 * axis
    columns = points[:, 0, None, None] + axis[None, None, :] + 0 * axis[:, None]
    return map_coordinates(picture.grey, [rows, columns], order=1, mode="constant").reshape(count, -1) / 255.0


def auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve of `scores` (N,) for the cases `positive` (N,) bool."""
    ranks = rankdata(scores)
    ones, zeros = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def classifier_auc(features: np.ndarray, positive: np.ndarray, heads: np.ndarray, folds: int = 5) -> float:
    """AUC of a ridge regression on standardised `features` (N, K), cross-validated so that no head is on both sides.

    Not-known features are replaced by the mean of the training side.
    """
    names = np.unique(heads)
    fold_of = dict(zip(names, np.random.default_rng(0).permutation(len(names)) % folds, strict=True))
    fold = np.array([fold_of[h] for h in heads])
    scores = np.zeros(len(positive))
    for i in range(folds):
        train, test = fold != i, fold == i
        mean, sd = np.nanmean(features[train], axis=0), np.nanstd(features[train], axis=0) + 1e-6
        x, z = ((np.nan_to_num((features[part] - mean) / sd)) for part in (train, test))
        y = np.where(positive[train], 1.0, -1.0)
        ridge = 0.02 * len(x) * np.eye(x.shape[1])
        scores[test] = z @ np.linalg.solve(x.T @ x + ridge, x.T @ (y - y.mean()))
    return auc(scores, positive)


def compare(real: list[Picture], simulated: list[Picture]) -> Iterator[str]:
    """Lines of a table of both sides' statistics, then the AUC of the classifiers."""
    sides = [[statistics(p) for p in side] for side in (real, simulated)]
    names = list(sides[0][0])
    tables = [np.array([[row[name] for name in names] for row in side]) for side in sides]
    yield f"{'':36s} {'real':>7s} {'simul.':>7s}   {'SD real':>7s} {'SD sim.':>7s}  {'AUC':>5s}"
    positive = np.r_[np.zeros(len(real), bool), np.ones(len(simulated), bool)]
    heads = np.array([p.head for p in (*real, *simulated)])
    for k, name in enumerate(names):
        a, b = tables[0][:, k], tables[1][:, k]
        both, known = np.r_[a, b], ~np.isnan(np.r_[a, b])
        yield (
            f"{name:36s} {np.nanmean(a):7.3f} {np.nanmean(b):7.3f}   {np.nanstd(a):7.3f} {np.nanstd(b):7.3f}"
            f"  {auc(both[known], positive[known]):5.2f}"
        )
    yield f"AUC of a linear classifier on these {len(names)}: {classifier_auc(np.vstack(tables), positive, heads):.3f}"
    whole = np.array([head_window(p, 9, 12 / 9).ravel() for p in (*real, *simulated)])
    yield f"AUC on the head in 24 x 24 samples: {classifier_auc(whole, positive, heads):.3f}"
    patches = np.array([wall_patches(p) for p in (*real, *simulated)])
    each = np.repeat(heads, patches.shape[1])
    value = classifier_auc(patches.reshape(-1, 576), np.repeat(positive, patches.shape[1]), each)
    yield f"AUC on patches of 24 x 24 samples of the wall: {value:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds hc18")
    parser.add_argument("--count", type=int, default=400, help="at most this many real pictures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, help="PNG to write with some pictures of both sides, sorted by size")
    parser.add_argument("--young", action="store_true", help=f"only heads of HC below {YOUNG_HC_MM:.0f} mm")
    given = parser.parse_args()
    cases = split_hc18(read_hc18(given.data / "hc18")).training
    if given.young:
        cases = [case for case in cases if case.hc_mm < YOUNG_HC_MM]
    order = np.random.default_rng(given.seed).permutation(len(cases))[: given.count]
    cases = [cases[i] for i in order]
    real = [picture for picture in map(real_picture, cases) if usable(picture)]
    simulated = simulated_like([case.hc_mm for case in cases], given.seed)
    print(f"{len(real)} real and {len(simulated)} simulated pictures")
    for line in compare(real, simulated):
        print(line)
    if given.sheet:
        sheet(given.sheet, *(_by_size(pictures, 18) for pictures in (simulated, real)))


def _by_size(pictures: list[Picture], count: int) -> list[Picture]:
    """Pictures at even steps of the order by the head's size in its picture."""
    ordered = sorted(pictures, key=lambda picture: picture.outline.perimeter)
    return [ordered[i] for i in np.linspace(0, len(ordered) - 1, count).astype(int)]


if __name__ == "__main__":
    main()
