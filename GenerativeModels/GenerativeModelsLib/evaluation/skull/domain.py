"""Whether real and simulated axial pictures can be told apart by what the skull model sees of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.hc18 import read_hc18, split_hc18
from GenerativeModelsLib.evaluation.data.test_heads import SIZE, TEST_SET
from GenerativeModelsLib.evaluation.scores.probability import auc, auc_interval
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.infer.find_heads import locate_all
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.typicality import border_vector
from GenerativeModelsLib.skull.locate.facing import conditions, upright_planes
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array
from GenerativeModelsLib.skull.population.heads import sample_head
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.ultrasound.simulate import simulate_plane

__all__ = ["Seen", "classifier_scores", "head_like", "run_domain", "simulated_like"]

FOLDS, RIDGE = 5, 0.02
ATTEMPTS = 60
"""Heads drawn for one of a given size before the last one is scaled to it."""


@dataclass(frozen=True)
class Seen:
    """What the model sees of one picture.

    Attributes
    ----------
    head : name of the head; pictures of one head stay on one side of a cross-validation.
    border : (3 * A,) canonical border.
    vector : summary of the border, see `border_vector`.
    features : (F,) of the axial encoder.
    """

    head: str
    border: np.ndarray
    vector: np.ndarray
    features: np.ndarray


@lru_cache(maxsize=1)
def _model(bundle: str) -> SkullModel:
    import torch

    torch.set_num_threads(1)
    return load_skull_model(Path(bundle))


def see(model: SkullModel, image: PlaneImage, head: str) -> Seen | None:
    """What the model sees of an axial picture; None if it finds no head."""
    import torch

    try:
        findings = locate_all(model, {"axial": image})
    except InputError:
        return None
    size = findings["axial"].radius_mm
    plane = upright_planes(model.facing, {"axial": image}, findings, size, model.device)["axial"].plane
    y = conditions([{"axial": plane}], model.device)
    with torch.no_grad():
        features = model.skull.encode_planes(y)[0, 0].cpu().numpy()
    return Seen(head, plane.border.ravel(), border_vector(plane.border, "axial"), features)


def head_like(hc_mm: float, rng: np.random.Generator) -> HeadShape:
    """A head of the population with this circumference."""
    for _ in range(ATTEMPTS):
        head = sample_head(rng)
        if abs(np.log(head.hc_mm / hc_mm)) < 0.08:
            break
    return HeadShape(head.shape.log_radius + np.log(hc_mm / head.hc_mm))


def simulated_like(hc_mm: float, seed: Sequence[int]) -> PlaneImage:
    """A simulated axial picture of a head of this circumference."""
    rng = np.random.default_rng(seed)
    plane = simulate_plane(head_like(hc_mm, rng), "axial", rng, size=SIZE)
    return plane_from_array(plane.image, plane.spacing_mm, "axial")


def classifier_scores(features: np.ndarray, real: np.ndarray, heads: Sequence[str]) -> np.ndarray:
    """Scores (N,) of a ridge regression of `real` (N,) on standardised `features` (N, F).

    Cross-validated in `FOLDS` folds so that no head is on both sides.
    """
    names, index = np.unique(heads, return_inverse=True)
    fold = (np.random.default_rng(0).permutation(len(names)) % FOLDS)[index]
    scores = np.zeros(len(real))
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        mean, sd = features[train].mean(0), features[train].std(0) + 1e-6
        x, z = ((features[part] - mean) / sd for part in (train, test))
        y = np.where(real[train], 1.0, -1.0)
        ridge = RIDGE * len(x) * np.eye(x.shape[1])
        scores[test] = z @ np.linalg.solve(x.T @ x + ridge, x.T @ (y - y.mean()))
    return scores


def _seen_real(bundle: str, job: tuple) -> Seen | None:
    case, _ = job
    image = plane_from_array(case.pixels(), (case.spacing_mm, case.spacing_mm), "axial")
    return see(_model(bundle), image, case.path.name.split("_")[0])


def _seen_simulated(bundle: str, seed: int, job: tuple) -> Seen | None:
    case, number = job
    image = simulated_like(case.hc_mm, [TEST_SET + 1000 * seed, 8, number])
    return see(_model(bundle), image, f"simulated {number}")


def run_domain(bundle: Path, data: Path, cases: int | None, seed: int, workers: int = 2) -> Report:
    """AUC of classifiers, real against simulated, on HC18 pictures that did not train and heads of equal size."""
    split = split_hc18(read_hc18(data))
    jobs = [(case, number) for number, case in enumerate((split.test + split.calibration)[:cases])]
    with bar("real pictures") as progress:
        real = parallel_map(partial(_seen_real, str(bundle)), jobs, workers, progress=progress)
    with bar("simulated pictures") as progress:
        made = parallel_map(partial(_seen_simulated, str(bundle), seed), jobs, workers, progress=progress)
    seen = [s for s in (*real, *made) if s is not None]
    count = sum(s is not None for s in real)
    truth = np.arange(len(seen)) < count
    rows, figures = [], {"real": count, "simulated": len(seen) - count}
    for name, title in (
        ("border", "border per angle: radius, standard deviation, visibility"),
        ("vector", "summary of the border (in-distribution check)"),
        ("features", "features of the axial encoder"),
    ):
        values = np.stack([getattr(s, name) for s in seen])
        scores = classifier_scores(values, truth, [s.head for s in seen])
        low, high = auc_interval(scores, truth)
        figures[name] = auc(scores, truth)
        rows.append([title, str(values.shape[1]), f"{figures[name]:.2f} ({low:.2f} to {high:.2f})"])
    columns = ("what is seen", "numbers", "AUC (95 % interval)")
    notes = [f"{count} real pictures and {len(seen) - count} simulated ones of the same head circumferences."]
    return Report([Table("Linear classifier, real against simulated axial pictures", columns, rows, notes)], figures)
