"""Whether the network's answer agrees with a shape model fitted to the same borders case by case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.folders import find_data_set
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case, large_heads, read_hc18, split_hc18
from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, TEST_SET, head_surface, simulated_case
from GenerativeModelsLib.evaluation.scores.normal_offsets import signed_offsets
from GenerativeModelsLib.evaluation.scores.resampling import paired_mean
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.geometry.registration import rigid_align
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.models.predictor import Conditions, Prediction, Predictor
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.infer.border_fit import BorderFit, head_prior
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array
from GenerativeModelsLib.skull.shape.regions import VAULT, regions

__all__ = ["run_agreement"]

COMPARED = ("three planes", "axial")
POINTS = 3000


@dataclass
class _Recorded:
    """A predictor that keeps the last conditions and prediction."""

    inner: Predictor
    y: Conditions | None = None
    prediction: Prediction | None = None

    def predict(self, y: Conditions, samples: int = 0, generator=None) -> Prediction:
        self.y, self.prediction = y, self.inner.predict(y, samples, generator)
        return self.prediction

    def __getattr__(self, name: str):
        return getattr(self.inner, name)


@lru_cache(maxsize=1)
def _models(bundle: str) -> tuple[SkullModel, SkullModel, BorderFit]:
    """The model, the same with the fit in place of the network, and the fit."""
    import torch

    torch.set_num_threads(1)
    model = load_skull_model(Path(bundle))
    fit = BorderFit(model.basis, head_prior(model.basis))
    return replace(model, skull=_Recorded(model.skull)), replace(model, skull=_Recorded(fit)), fit


def _both(bundle: str, images: Mapping[str, PlaneImage], seed: int) -> tuple[Reconstruction, Reconstruction, dict]:
    network, fitted, fit = _models(bundle)
    found = reconstruct(network, images, seed=seed)
    other = reconstruct(fitted, images, samples=0, seed=seed)
    misfits = {
        name: fit.misfit(model.skull.y, model.skull.prediction)
        for name, model in (("network_misfit", network), ("fit_misfit", fitted))
    }
    return found, other, misfits


def _distance(surface: Surface, truth: Surface, hc_mm: float) -> tuple[float, float]:
    """Mean distances on the vault and everywhere, mm, after rigid alignment."""
    some = np.random.default_rng(0).permutation(len(surface.points))[:POINTS]
    moved = surface.transformed(rigid_align(surface, truth))
    d, area = np.abs(signed_offsets(moved, truth, some)), surface.vertex_areas[some]
    vault = regions(surface.points[some], hc_mm / (2 * np.pi)) == VAULT
    return float(np.average(d[vault], weights=area[vault])), float(np.average(d, weights=area))


def _simulated(bundle: str, set_seed: int, index: int) -> dict[str, dict[str, float]]:
    """Figures of one simulated case by subset of planes; none where no head was found."""
    case = simulated_case(set_seed, index)
    truth, found = head_surface(case.head.shape), {}
    for subset in COMPARED:
        try:
            network, fit, figures = _both(bundle, {name: case.images[name] for name in SUBSETS[subset]}, index)
        except InputError:
            continue
        for name, surface, other in (
            ("network", network.surface, truth),
            ("fit", fit.surface, truth),
            ("apart", fit.surface, network.surface),
        ):
            vault, whole = _distance(surface, other, case.head.hc_mm)
            figures |= {f"{name}_vault_mm": vault, f"{name}_whole_mm": whole}
        found[subset] = figures
    return found


def _real(bundle: str, job: tuple[int, Hc18Case]) -> dict[str, float] | None:
    number, case = job
    image = plane_from_array(case.pixels(), (case.spacing_mm, case.spacing_mm), "axial")
    try:
        network, fit, figures = _both(bundle, {"axial": image}, number)
    except InputError:
        return None
    values = [r.biometry.hc_mm.value for r in (network, fit)]
    return figures | {"network_mm": values[0] - case.hc_mm, "fit_mm": values[1] - case.hc_mm}


def run_agreement(bundle: Path, data: Path, cases: int, seed: int, workers: int = 2) -> Report:
    """Network and fit on held-out simulated heads, and on HC18's test pictures of large heads where they are."""
    with bar("simulated heads") as progress:
        jobs = range(cases)
        found = parallel_map(partial(_simulated, str(bundle), TEST_SET + 1000 * seed), jobs, workers, progress=progress)
    if not any(found):
        raise InputError(f"A head was found in none of the {cases} simulated cases: there is nothing to report.")
    tables, figures = [_simulated_table(found)], {"simulated": _means(found)}
    if find_data_set(data, "hc18"):
        pictures = list(enumerate(large_heads(split_hc18(read_hc18(data)).test)[:cases]))
        with bar("real pictures") as progress:
            read = parallel_map(partial(_real, str(bundle)), pictures, workers, progress=progress)
        real = [r for r in read if r is not None]
        tables += [_real_table(real)] if real else []
        figures["hc18"] = real
    return Report(tables, figures)


def _means(found: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    means = {}
    for subset in COMPARED:
        rows = [f[subset] for f in found if subset in f]
        means[subset] = {name: float(np.mean([r[name] for r in rows])) for name in rows[0]} if rows else {}
    return means


def _simulated_table(found: list[dict[str, dict[str, float]]]) -> Table:
    rows = []
    for subset, m in _means(found).items():
        if not m:
            continue
        cases = [f[subset] for f in found if subset in f]
        gain, low, high = paired_mean(np.array([c["fit_whole_mm"] - c["network_whole_mm"] for c in cases]))
        cells = [f"{m[f'{name}_vault_mm']:.2f} / {m[f'{name}_whole_mm']:.2f}" for name in ("network", "fit", "apart")]
        cells.append(f"{gain:+.2f} ({low:+.2f} to {high:+.2f})")
        rows.append([f"{subset} ({len(cases)})", *cells, f"{m['network_misfit']:.2f} / {m['fit_misfit']:.2f}"])
    columns = ("planes (heads)", "network's error, mm: vault / whole", "fit's error, mm", "network to fit, mm")
    columns += ("fit minus network, whole, mm (95 % interval)", "distance from the border in its sd: network / fit")
    return Table("Network and Gaussian shape model fitted to the same borders", columns, rows)


def _real_table(rows: list[dict[str, float]]) -> Table:
    network, fit = (np.array([r[name] for r in rows]) for name in ("network_mm", "fit_mm"))
    cells = [str(len(rows)), f"{np.abs(network).mean():.2f}", f"{np.abs(fit).mean():.2f}"]
    cells.append(f"{np.abs(network - fit).mean():.2f}")
    cells.append(" / ".join(f"{np.mean([r[name] for r in rows]):.2f}" for name in ("network_misfit", "fit_misfit")))
    columns = ("pictures", "network's HC error, mm", "fit's HC error, mm", "network to fit, HC, mm")
    columns += ("distance from the border in its sd: network / fit",)
    return Table("The same on HC18's test pictures, HC >= 150 mm, axial plane alone", columns, [cells])
