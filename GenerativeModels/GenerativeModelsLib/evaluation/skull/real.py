"""Benchmark on HC18: biometry, borders and features of real pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.hc18 import LEAST_HC_MM, Hc18Case, read_hc18, split_hc18
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.skull.benchmark import interval_share, share_cell
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.infer.variant_shape import RESEMBLANCE_COLUMN, resemblance_shares
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

GROSS = 0.06
"""Relative error of the circumference that a warning should go with."""
FOUND_DICE = 0.90
"""Smallest Dice of located and annotated ellipse at which a head counts as found."""


SMALL_HC_MM = 110.0
"""HC below which a head is reported as small, about 14 weeks."""
VERDICTS = ("typical", "unusual", "outside")


@dataclass(frozen=True)
class Reading:
    """Result of one picture; `refused` is the reason if there is none.

    Attributes
    ----------
    name : file name.
    hc_mm, found_mm, located_mm : annotated circumference, that of the reconstruction, and of the ellipse of the border.
    interval90 : of the reconstruction's circumference.
    dice : of the located and the annotated ellipse.
    verdict : of the in-distribution check.
    variants : by shape variant, the share of usual heads that resemble it less.
    warned : whether the result has a warning, as it has with every verdict but typical.
    departure : (64,) relative distance of the reconstructed outline from its own ellipse, see `departure`.
    """

    name: str
    hc_mm: float
    refused: str = ""
    found_mm: float = np.nan
    located_mm: float = np.nan
    interval90: tuple[float, float] | None = None
    dice: float = 0.0
    verdict: str = ""
    variants: dict[str, float] = field(default_factory=dict)
    warned: bool = False
    departure: np.ndarray = field(default_factory=lambda: np.zeros(0), repr=False)

    @property
    def error_mm(self) -> float:
        return self.found_mm - self.hc_mm


@lru_cache(maxsize=1)
def _model(bundle: str) -> SkullModel:
    import torch

    torch.set_num_threads(1)
    return load_skull_model(Path(bundle))


def read_picture(bundle: str, job: tuple[int, Hc18Case]) -> Reading:
    """Reconstruct one picture from its axial plane alone."""
    number, case = job
    image = plane_from_array(case.pixels(), (case.spacing_mm, case.spacing_mm), "axial")
    try:
        found = reconstruct(_model(bundle), {"axial": image}, seed=number)
    except InputError as error:
        return Reading(case.path.name, case.hc_mm, str(error))
    plane = found.planes["axial"]
    located = plane.finding.ellipse
    return Reading(
        case.path.name,
        case.hc_mm,
        "",
        found.biometry.hc_mm.value,
        located.perimeter,
        found.biometry.hc_mm.interval90,
        ellipse_dice(located, case.ellipse),
        found.in_distribution.verdict,
        found.variants,
        bool(found.warnings),
        departure(plane.outline_mm, plane.finding),
    )


def departure(outline: list[np.ndarray], finding) -> np.ndarray:
    """Distance of an outline from the ellipse fitted to it, over its radius, at 64 angles.

    The angles begin at the right of the picture turned upright and run towards the occiput.
    """
    from GenerativeModelsLib.skull.locate.canonical import profile
    from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse

    if not outline:
        return np.full(64, np.nan)
    ellipse = fit_ellipse(outline[0])
    window = finding.canonical_window(1.0)
    window = type(window)(np.asarray(ellipse.centre), window.right, window.down, 1.0)
    radius, smooth = (profile(points, window, 1.0) for points in (outline[0], ellipse.points(360)))
    return radius / smooth - 1


def run_hc18(bundle: Path, data: Path, cases: int | None, workers: int = 2, *, final: bool = False) -> Report:
    """Head circumference of held-out HC18 pictures, from the axial plane alone.

    `final` reads the part that never steers development, instead of the test part.
    """
    split = split_hc18(read_hc18(data))
    held_out = (split.final if final else split.test)[:cases]
    with bar("pictures") as progress:
        readings = parallel_map(
            partial(read_picture, str(bundle)), list(enumerate(held_out)), workers, progress=progress
        )
    return report(readings, "final" if final else "test")


def report(readings: Sequence[Reading], part: str) -> Report:
    """Tables of the readings by size of the head, and of what two pictures of one head share."""
    groups = {
        f"HC >= {LEAST_HC_MM:.0f} mm": [r for r in readings if r.hc_mm >= LEAST_HC_MM],
        f"HC {SMALL_HC_MM:.0f} to {LEAST_HC_MM:.0f} mm": [r for r in readings if SMALL_HC_MM <= r.hc_mm < LEAST_HC_MM],
        f"HC < {SMALL_HC_MM:.0f} mm": [r for r in readings if r.hc_mm < SMALL_HC_MM],
    }
    groups = {name: group for name, group in groups.items() if any(not r.refused for r in group)}
    if not groups:
        raise InputError(f"A head was found in none of the {len(readings)} pictures: there is nothing to report.")
    found = {name: group_figures(group) for name, group in groups.items()}
    rows = [[name, *_cells(figures)] for name, figures in found.items()]
    columns = ("heads", "pictures", "located (Dice >= 0.9)", "refused", "HC error, mm: mean absolute (bias)")
    columns += ("median", "95th percentile, mm", "relative, %", "90 % interval covers", "border's ellipse alone, mm")
    columns += ("departure from the ellipse, %", "typical / unusual / outside")
    columns += (
        RESEMBLANCE_COLUMN,
        f"off by over {100 * GROSS:.0f} %: warned of / all",
        "others: warned of",
    )
    titles = {
        "test": "HC18 pictures that did not train, but steered development",
        "final": "HC18 pictures that never steer development",
    }
    pairs = paired_departures(readings)
    note = (
        f"Two pictures of one examination ({pairs['pairs']} pairs): their departures from the ellipse correlate by "
        f"{pairs['same']:.2f}, those of different heads by {pairs['other']:.2f}; without the mean departure of all "
        f"pictures ({100 * pairs['common']:.2f} %) by {pairs['own_same']:.2f} and {pairs['own_other']:.2f}."
    )
    return Report(
        [Table(titles[part], columns, rows, [note] if pairs["pairs"] else [])],
        {"part": part, "groups": found, "pairs": pairs},
    )


def group_figures(readings: Sequence[Reading]) -> dict:
    """Figures of one group of pictures."""
    read = [r for r in readings if not r.refused]
    error = np.array([r.error_mm for r in read])
    truth = np.array([r.hc_mm for r in read])
    intervals = [r.interval90 for r in read]
    inside = interval_share(truth, intervals)
    gross = [r for r in read if abs(r.error_mm) > GROSS * r.hc_mm]
    return {
        "pictures": len(readings),
        "refused": [f"{r.name}: {r.refused}" for r in readings if r.refused],
        "locator_success": sum(r.dice >= FOUND_DICE for r in readings) / len(readings),
        "hc_mae_mm": float(np.abs(error).mean()),
        "hc_bias_mm": float(error.mean()),
        "hc_median_mm": float(np.median(np.abs(error))),
        "hc_p95_mm": float(np.quantile(np.abs(error), 0.95)),
        "hc_relative_percent": float(100 * np.mean(np.abs(error) / truth)),
        "coverage90": inside,
        "interval_width_mm": None if inside is None else float(np.mean([high - low for low, high in intervals])),
        "locator_hc_mae_mm": float(np.mean([abs(r.located_mm - r.hc_mm) for r in read])),
        "departure_percent": float(100 * np.nanmean([np.sqrt(np.mean(r.departure**2)) for r in read])),
        "resembles": resemblance_shares([r.variants for r in read]),
        "gross": len(gross),
        "gross_warned": sum(r.warned for r in gross),
        "others_warned": sum(r.warned for r in read) - sum(r.warned for r in gross),
        "verdicts": {v: sum(r.verdict == v for r in read) for v in VERDICTS},
    }


def _cells(f: dict) -> list[str]:
    width = "" if f["interval_width_mm"] is None else f" ({f['interval_width_mm']:.1f} mm wide)"
    return [
        str(f["pictures"]),
        f"{100 * f['locator_success']:.0f} %",
        str(len(f["refused"])),
        f"{f['hc_mae_mm']:.2f} ({f['hc_bias_mm']:+.2f})",
        f"{f['hc_median_mm']:.2f}",
        f"{f['hc_p95_mm']:.2f}",
        f"{f['hc_relative_percent']:.2f}",
        share_cell(f["coverage90"]) + width,
        f"{f['locator_hc_mae_mm']:.2f}",
        f"{f['departure_percent']:.2f}",
        " / ".join(str(n) for n in f["verdicts"].values()),
        " / ".join(f"{100 * share:.0f}" for share in f["resembles"].values()),
        f"{f['gross_warned']} / {f['gross']}",
        str(f["others_warned"]),
    ]


def paired_departures(readings: Sequence[Reading]) -> dict[str, float]:
    """Mean correlation of the departures of two pictures of one examination, and of pictures of different ones.

    The sign of left and right is unknown between pictures, so the larger of both correlations counts, in both groups.
    All heads share a part of their departure; `own_same` and `own_other` are the correlations without the mean over
    all pictures and their mirror images, whose root mean square is `common`.
    """
    usable = [r for r in readings if len(r.departure) and np.isfinite(r.departure).all()]
    if not usable:
        return {"pairs": 0, **dict.fromkeys(("same", "other", "common", "own_same", "own_other"), float("nan"))}
    departures = np.stack([r.departure for r in usable])
    common = 0.5 * (departures + _mirrored(departures)).mean(0)
    examinations = [r.name.split("_")[0] for r in usable]
    pairs = [(i, j) for i in range(len(usable)) for j in range(i + 1, len(usable))]
    same = [pair for pair in pairs if examinations[pair[0]] == examinations[pair[1]]]
    other = [pair for pair in pairs if examinations[pair[0]] != examinations[pair[1]]]

    def mean_correlation(among: list[tuple[int, int]], rows: np.ndarray) -> float:
        return float(np.mean([_correlation(rows[i], rows[j]) for i, j in among])) if among else float("nan")

    return {
        "pairs": len(same),
        "same": mean_correlation(same, departures),
        "other": mean_correlation(other, departures),
        "common": float(np.sqrt(np.mean(common**2))),
        "own_same": mean_correlation(same, departures - common),
        "own_other": mean_correlation(other, departures - common),
    }


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    return float(max(np.corrcoef(first, other)[0, 1] for other in (second, _mirrored(second))))


def _mirrored(departure: np.ndarray) -> np.ndarray:
    """Departures (..., angles) of the mirror image: the angles are counted from the right, the forehead is up."""
    count = departure.shape[-1]
    return departure[..., (count // 2 - np.arange(count)) % count]


def ellipse_dice(a: Ellipse, b: Ellipse, size: int = 200) -> float:
    """Dice of two ellipses, on size x size points of their common bounding box."""
    points = np.concatenate([a.points(90), b.points(90)])
    axes = [np.linspace(points[:, k].min(), points[:, k].max(), size) for k in range(2)]
    grid = np.stack(np.meshgrid(*axes), axis=-1)

    def inside(e: Ellipse) -> np.ndarray:
        offset = grid - np.asarray(e.centre)
        c, s = np.cos(e.angle_rad), np.sin(e.angle_rad)
        along = (offset[..., 0] * c + offset[..., 1] * s) / e.semi_major
        across = (offset[..., 1] * c - offset[..., 0] * s) / e.semi_minor
        return along**2 + across**2 <= 1

    first, second = inside(a), inside(b)
    return float(2 * (first & second).sum() / (first.sum() + second.sum()))
