"""Imagined planes beside the true ones: held-out simulated heads as pictures, real heads by their outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates, load_fetal_template
from GenerativeModelsLib.evaluation.data.test_heads import TEST_SET, imaged, simulated_case
from GenerativeModelsLib.evaluation.scores.paired import PairedChange, paired_change
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.infer.imagine import imagine, mean_shape
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.locate.outlines import NORMAL_90, centre_of_area
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.skull.population.heads import Head, baseline_head, sample_head
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.ultrasound.standard_cut import StandardCut

__all__ = ["METHODS", "outline_distance_mm", "picture_scores", "run_imagined"]

IMAGINED = ("sagittal", "coronal")
METHODS = ("imagined", "scaled mean head", "another head")
"""The reconstruction from the axial plane alone, the population's mean head with the located axial ellipse, and another
simulated head with its circumference."""
OTHER_CONTENTS = 1_000_000
"""Added to the seed of a true picture whose contents, speckle and surroundings are its own."""
TEMPLATE_REPEATS = 5
PICTURE = {
    "ssim": ("SSIM", "higher"),
    "ncc": ("cross-correlation", "higher"),
    "ssim_own": ("SSIM, contents and speckle of its own", "higher"),
    "ncc_own": ("cross-correlation, contents and speckle of its own", "higher"),
}
OUTLINE = {
    "outline_mm": ("outline, mm", "lower"),
    "centred_mm": ("outline about its own centre, mm", "lower"),
}
"""Measures by key: how they are called, and which way is better."""

Scores = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By plane, method and measure; "held" is that of the method "imagined" alone."""


@lru_cache(maxsize=1)
def _model(bundle: str) -> SkullModel:
    import torch

    torch.set_num_threads(1)
    return load_skull_model(Path(bundle))


def picture_scores(found: np.ndarray, truth: np.ndarray, seen: np.ndarray) -> tuple[float, float]:
    """Structural similarity (Wang et al. 2004, Gaussian window of 1.5 pixels) and normalised cross-correlation.

    `found` and `truth` (H, W) are uint8, both are compared over the scanned field `seen` (H, W).
    """
    from skimage.metrics import structural_similarity

    _, similar = structural_similarity(
        found, truth, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )
    return float(similar[seen].mean()), float(np.corrcoef(found[seen].astype(float), truth[seen].astype(float))[0, 1])


def outline_distance_mm(one: np.ndarray, other: np.ndarray) -> float:
    """Mean distance of two closed outlines (N, 2), (M, 2), of the points of each from the lines of the other."""
    return 0.5 * (_from_line(one, other) + _from_line(other, one))


def _from_line(points: np.ndarray, line: np.ndarray) -> float:
    start, along = line, np.roll(line, -1, axis=0) - line
    share = ((points[:, None] - start) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
    nearest = start + np.clip(share, 0.0, 1.0)[..., None] * along
    return float(np.linalg.norm(points[:, None] - nearest, axis=-1).min(axis=1).mean())


def _shapes(found: Reconstruction, rng: np.random.Generator) -> dict[str, HeadShape]:
    """The head of every method."""
    ellipse = found.planes["axial"].finding.ellipse
    other = sample_head(rng)
    factor = ellipse.perimeter / other.hc_mm
    mean = baseline_head(2 * ellipse.semi_minor, 2 * ellipse.semi_major)
    return dict(zip(METHODS, (mean_shape(found), mean, other.shape.scaled(factor, factor, factor)), strict=True))


def _scores(model: SkullModel, truth: Head, axial: PlaneImage, seed: int, *, pictures: bool) -> Scores | str:
    """Scores of one head, or why there are none."""
    try:
        found = reconstruct(model, {"axial": axial}, seed=seed)
    except InputError as error:
        return str(error)
    if found.in_distribution.verdict == "outside":
        return "outside"
    shapes = _shapes(found, np.random.default_rng([TEST_SET, seed, 1]))
    drawn = imagine(found, IMAGINED) if pictures else {}
    scores: dict[str, dict[str, dict[str, float]]] = {}
    for plane in IMAGINED:
        cut = StandardCut.of(truth.shape, plane)
        line = cut.outline_px(truth.shape) * cut.spacing_mm
        scores[plane] = {}
        for method, shape in shapes.items():
            own = cut.outline_px(shape) * cut.spacing_mm
            row = {
                "outline_mm": outline_distance_mm(own, line),
                "centred_mm": outline_distance_mm(own - centre_of_area(own), line - centre_of_area(line)),
            }
            if pictures:
                picture = cut.picture(shape, seed)
                for name, number in (("", seed), ("_own", seed + OTHER_CONTENTS)):
                    true = cut.picture(truth.shape, number)
                    row[f"ssim{name}"], row[f"ncc{name}"] = picture_scores(picture, true, cut.scan.seen)
            scores[plane][method] = row
        if made := drawn.get(plane):
            own_cut = StandardCut.of(shapes["imagined"], plane)
            sd = made.spacing_mm * np.sqrt(made.outlines_px.var(axis=0, ddof=1).sum(-1))
            off = np.linalg.norm(own_cut.outline_px(truth.shape) - made.outline_px, axis=-1) * made.spacing_mm
            scores[plane]["imagined"]["held"] = float((off <= NORMAL_90 * sd).mean())
    return scores


def _simulated(bundle: str, set_seed: int, index: int) -> Scores | str:
    case = simulated_case(set_seed, index)
    return _scores(_model(bundle), case.head, case.images["axial"], index, pictures=True)


def _template(bundle: str, seed: int, path: Path) -> list[Scores | str]:
    head = load_fetal_template(path)
    found = []
    for repeat in range(TEMPLATE_REPEATS):
        rng = np.random.default_rng([TEST_SET + 1000 * seed, int(10 * head.gestational_age_weeks), repeat])
        axial = imaged(head.shape, rng)["axial"]
        found.append(_scores(_model(bundle), head, axial, repeat, pictures=False))
    return found


def run_imagined(bundle: Path, data: Path, cases: int, seed: int, workers: int = 2) -> Report:
    """Held-out simulated heads, and the real heads of `data` where they are; only the axial plane is given."""
    with bar("simulated heads") as progress:
        jobs = range(cases)
        found = parallel_map(partial(_simulated, str(bundle), TEST_SET + 1000 * seed), jobs, workers, progress=progress)
    numbered = [(number, scores) for number, scores in enumerate(found)]
    if not any(isinstance(scores, Mapping) for scores in found):
        raise InputError(f"None of the {cases} simulated heads was reconstructed: there is nothing to report.")
    title = "Imagined planes of held-out simulated heads, axial plane given"
    table, figures = _table(title, numbered, PICTURE | OUTLINE)
    held = {p: np.mean([s[p]["imagined"]["held"] for s in found if isinstance(s, Mapping)]) for p in IMAGINED}
    spread = ", ".join(f"{plane} {100 * share:.0f} %" for plane, share in held.items())
    notes = [*table.notes, f"Share of the true outline within 1.645 standard deviations of the draws: {spread}."]
    tables, content = [Table(table.title, table.columns, table.rows, notes)], {"simulated": figures, "held": held}
    if paths := evaluation_templates(data):
        with bar("real heads") as progress:
            real = parallel_map(partial(_template, str(bundle), seed), paths, workers, progress=progress)
        examined = [(path.name, scores) for path, many in zip(paths, real, strict=True) for scores in many]
        if any(isinstance(scores, Mapping) for _, scores in examined):
            title = f"Real fetal heads, {TEMPLATE_REPEATS} simulated axial planes each, outlines alone"
            table, content["templates"] = _table(title, examined, OUTLINE)
            tables.append(table)
    return Report(tables, content)


def _table(
    title: str, found: Sequence[tuple[object, Scores | str]], measures: Mapping[str, tuple[str, str]]
) -> tuple[Table, dict]:
    """Rows by plane and measure: the three methods, and what the first gains on the others, paired by head."""
    scored = [(subject, scores) for subject, scores in found if isinstance(scores, Mapping)]
    subjects = [subject for subject, _ in scored]
    rows, figures = [], {}
    for plane in IMAGINED:
        for key, (words, better) in measures.items():
            values = {method: [scores[plane][method][key] for _, scores in scored] for method in METHODS}
            changes = {
                method: paired_change(values[method], values[METHODS[0]], subjects, better) for method in METHODS[1:]
            }
            first = next(iter(changes.values()))
            means = [first.after, *(change.before for change in changes.values())]
            rows.append([plane, words, *(f"{mean:.3f}" for mean in means), *map(_cell, changes.values())])
            figures[f"{plane} {key}"] = {method: vars(change) for method, change in changes.items()}
    columns = ("plane", "measure", *METHODS, *(f"imagined minus {method} (95 %)" for method in METHODS[1:]))
    outside = sum(scores == "outside" for _, scores in found)
    failed = len(found) - len(scored) - outside
    counts = f"{len(set(subjects))} heads, {len(scored)} axial pictures; {outside} judged outside the population, for"
    counts += f" which nothing is imagined, and {failed} in which no head was found."
    return Table(title, columns, rows, [counts]), figures


def _cell(change: PairedChange) -> str:
    if change.interval95 is None:
        return f"{change.difference:+.3f}, {change.verdict}"
    low, high = change.interval95
    return f"{change.difference:+.3f} ({low:+.3f} to {high:+.3f}), {change.verdict}"
