"""Benchmark of the translation of heads: how far outlines move, and whether the looks come nearer to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case, read_hc18, split_hc18
from GenerativeModelsLib.evaluation.data.test_heads import SIZE, TEST_SET
from GenerativeModelsLib.evaluation.scores.paired import paired_change
from GenerativeModelsLib.evaluation.scores.probability import auc, auc_interval
from GenerativeModelsLib.evaluation.scores.resampling import bootstrap_interval
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.skull.domain import classifier_scores, head_like
from GenerativeModelsLib.evaluation.synthesis.translation_picture import Shown, draw_translation
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.locate.border import Border
from GenerativeModelsLib.skull.locate.strip import Strip
from GenerativeModelsLib.skull.locate.window import normalise_grey
from GenerativeModelsLib.skull.ultrasound.simulate import simulate_plane
from GenerativeModelsLib.synthesis.translate.domains import HC18, SIMULATED
from GenerativeModelsLib.synthesis.translate.drift import distances_mm
from GenerativeModelsLib.synthesis.translate.head import border_in
from GenerativeModelsLib.synthesis.translate.model import load_translator
from GenerativeModelsLib.synthesis.translate.translator import Translator

__all__ = ["Moved", "reader_features", "run", "translated"]

SIMULATED_HEADS, REAL_HEADS = "simulated heads", "HC18"
EVERY, PICTURES = 5, 6
"""Every so many pictures is kept to be drawn; so many of each domain are."""


@dataclass(frozen=True)
class Moved:
    """What a translation did to one picture.

    Attributes
    ----------
    head : name of the head.
    drift_mm : mean distance of the outlines read before and after; None where no head is found any more.
    before_mm, after_mm : mean distance of these from the true outline, of a real picture from the annotated ellipse.
    features, translated : (F,) as `reader_features`, before and after; the latter None where no head is found.
    pictures : before and after, of every fifth picture.
    """

    head: str
    drift_mm: float | None
    before_mm: float
    after_mm: float | None
    features: np.ndarray
    translated: np.ndarray | None
    pictures: tuple[np.ndarray, np.ndarray] | None = None


@lru_cache(maxsize=1)
def _models(bundle: str) -> tuple[Translator, SkullModel]:
    import torch

    torch.set_num_threads(1)
    translator = load_translator(Path(bundle))
    if set(translator.generators) != {SIMULATED, HC18}:
        raise InputError(f"{bundle} leads to {' and '.join(translator.generators)}: name a bundle of heads.")
    return translator, load_skull_model(default_bundle("skull"))


def reader_features(
    model: SkullModel, pixels: np.ndarray, spacing_mm: tuple[float, float], border: Border
) -> np.ndarray:
    """(F,) means of the deepest feature maps of the border reader on the strip about the head.

    They say what echoes and speckle look like, and little of the shape, which the strip has taken out.
    """
    import torch
    from torch.nn import functional as F

    strip = Strip.about(border.ellipse()).sample(normalise_grey(pixels), spacing_mm)
    net = model.border
    with torch.inference_mode():
        deep = net.first(torch.from_numpy(strip)[None].to(model.device))
        for part in (net.second, net.third):
            deep = part(F.max_pool2d(deep, 2))
    return deep.mean((2, 3))[0].double().cpu().numpy()


def translated(
    bundle: str,
    to: str,
    pixels: np.ndarray,
    spacing_mm: tuple[float, float],
    truth_mm: np.ndarray,
    head: str,
    seed: int,
) -> Moved | None:
    """What a translation does to a picture (rows, columns) whose outline (K, 2) is known; None without a head in it."""
    translator, model = _models(bundle)
    try:
        before = border_in(model, pixels, spacing_mm)
    except InputError:
        return None
    made = translator.translate(np.asarray(pixels, np.float32)[None], to, seed).values[0]
    pictures = (np.asarray(pixels), made) if seed % EVERY == 0 else None
    features, error = reader_features(model, pixels, spacing_mm, before), float(distances_mm(before, truth_mm).mean())
    try:
        after = border_in(model, made, spacing_mm)
    except InputError:
        return Moved(head, None, error, None, features, None, pictures)
    return Moved(
        head,
        float(distances_mm(before, after.points_mm()).mean()),
        error,
        float(distances_mm(after, truth_mm).mean()),
        features,
        reader_features(model, made, spacing_mm, after),
        pictures,
    )


def _of_simulated(bundle: str, seed: int, job: tuple[Hc18Case, int]) -> Moved | None:
    case, number = job
    rng = np.random.default_rng([TEST_SET + 1000 * seed, 9, number])
    plane = simulate_plane(head_like(case.hc_mm, rng), "axial", rng, size=SIZE)
    return translated(bundle, HC18, plane.image, plane.spacing_mm, plane.outline_mm, f"simulated {number}", number)


def _of_real(bundle: str, job: tuple[Hc18Case, int]) -> Moved | None:
    case, number = job
    spacing = (case.spacing_mm, case.spacing_mm)
    return translated(bundle, SIMULATED, case.pixels(), spacing, case.ellipse.points(360), case.examination, number)


def run(bundle: Path, data: Path, cases: int | None, seed: int, workers: int = 2, output: Path | None = None) -> Report:
    """Drift of the outlines and distance of the looks, on HC18 pictures that did not train and heads of equal size.

    Of HC18 the parts that steer development are read, never the final one. With `output` some pictures are drawn too,
    as `translation.png`.
    """
    split = split_hc18(read_hc18(data))
    jobs = [(case, number) for number, case in enumerate((split.test + split.calibration)[:cases])]
    with bar("simulated pictures") as progress:
        made = parallel_map(partial(_of_simulated, str(bundle), seed), jobs, workers, progress=progress)
    with bar("real pictures") as progress:
        real = parallel_map(partial(_of_real, str(bundle)), jobs, workers, progress=progress)
    found = {name: [one for one in some if one] for name, some in ((SIMULATED_HEADS, made), (REAL_HEADS, real))}
    if any(len({one.head for one in some if one.translated is not None}) < 2 for some in found.values()):
        raise InputError("Fewer than two heads were found in the pictures of a domain: there is nothing to report.")
    moved, drift = _drift_table(found, len(jobs))
    looks, apart = _look_table(found)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        draw_translation(*(_shown(found, name) for name in found), output / "translation.png")
    return Report([moved, looks], {"drift": drift, "looks": apart, "seed": seed})


def _drift_table(found: Mapping[str, Sequence[Moved]], asked: int) -> tuple[Table, dict]:
    rows, figures = [], {}
    for name, some in found.items():
        kept = [one for one in some if one.drift_mm is not None]
        drift, before, after = (
            np.array([getattr(one, part) for one in kept]) for part in ("drift_mm", "before_mm", "after_mm")
        )
        names = np.array([one.head for one in kept])
        by_head = np.array([drift[names == head].mean() for head in dict.fromkeys(names.tolist())])
        low, high = bootstrap_interval([by_head], np.mean, np.random.default_rng(0))
        mean, p95 = float(by_head.mean()), float(np.quantile(drift, 0.95))
        change = paired_change(before, after, [one.head for one in kept], "lower")
        figures[name] = {
            "pictures": len(kept),
            "lost": len(some) - len(kept),
            "drift_mm": {"mean": mean, "interval95": [low, high], "p95": p95},
            "error_mm": vars(change),
        }
        ends = "" if change.interval95 is None else " ({:+.2f} to {:+.2f})".format(*change.interval95)
        rows.append(
            [
                *(name, str(len(kept)), str(len(some) - len(kept))),
                *(f"{mean:.2f} ({low:.2f} to {high:.2f})", f"{p95:.2f}"),
                *(f"{change.before:.2f}", f"{change.after:.2f}", f"{change.difference:+.2f}{ends}"),
            ]
        )
    columns = ("pictures", "number", "heads lost", "drift, mm (95 %)", "95th percentile", "error before, mm")
    notes = [
        f"{asked} pictures of each; drift: mean distance of the outlines that the shipped border reader reads before "
        "and after, along its rays. Error: of these outlines from the true one, of real pictures from the annotated "
        "ellipse. Means and intervals over heads, of which some have two pictures or more; the "
        "percentile over pictures.",
    ]
    return Table("Outlines before and after", (*columns, "after", "change (95 %)"), rows, notes), figures


def _look_table(found: Mapping[str, Sequence[Moved]]) -> tuple[Table, dict]:
    """How far apart two sets of pictures look, before the translation and after that of one of them."""
    import torch
    from monai.metrics import FIDMetric

    simulated, real = ([one for one in found[name] if one.translated is not None] for name in found)
    pairs = {
        "real and simulated": (real, "features", simulated, "features"),
        "real and simulated, translated": (real, "features", simulated, "translated"),
        "real, translated, and simulated": (real, "translated", simulated, "features"),
    }
    rows, figures = [], {}
    for name, (one, mine, other, theirs) in pairs.items():
        values = [np.stack([getattr(each, part) for each in some]) for some, part in ((one, mine), (other, theirs))]
        truth = np.arange(len(one) + len(other)) < len(one)
        scores = classifier_scores(np.concatenate(values), truth, [each.head for each in (*one, *other)])
        low, high = auc_interval(scores, truth)
        distance = float(FIDMetric()(*(torch.from_numpy(each) for each in values)))
        figures[name] = {"auc": auc(scores, truth), "interval95": [low, high], "frechet": distance}
        rows.append([name, f"{figures[name]['auc']:.2f} ({low:.2f} to {high:.2f})", f"{distance:.3f}"])
    count = len(values[0][0])
    notes = [
        f"{len(real)} real and {len(simulated)} simulated pictures, {count} features of the shipped border reader."
    ]
    columns = ("what is told apart", "AUC (95 %)", "Frechet distance")
    return Table("Linear classifier of the look, and distance of the features", columns, rows, notes), figures


def _shown(found: Mapping[str, Sequence[Moved]], name: str) -> list[Shown]:
    """Pictures of a domain before and after, with the picture of the other domain whose features are nearest."""
    (other,) = (some for own, some in found.items() if own != name)
    pictured = [one for one in other if one.pictures is not None]
    shown = []
    for one in found[name]:
        if one.pictures is None or one.translated is None or not pictured:
            continue
        near = min(pictured, key=lambda each: float(np.linalg.norm(each.features - one.translated)))
        shown.append(Shown(*one.pictures, near.pictures[0]))
    return shown[:PICTURES]
