"""Comparison of densities of the populations on held-out heads and hearts, and of drawn heads with held-out ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.heart.facts import ks_distance
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.infer.code import encode
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.heart.population.simulate import observed_hearts, simulated_hearts
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.anatomy import QUANTITIES
from GenerativeModelsLib.skull.infer.model import HEADS, KIND
from GenerativeModelsLib.skull.infer.prior import decoded_surface, head_coefficients, head_vectors, heads_of
from GenerativeModelsLib.skull.population.heads import sample_head
from GenerativeModelsLib.skull.shape.biometry import measure
from GenerativeModelsLib.skull.shape.field import GRID_SIZE
from GenerativeModelsLib.uncertainty.density_comparison import ComparedDensity, compare_densities
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior, read_flows

__all__ = ["Population", "drawn_table", "heart_codes", "population_of", "run"]

CASES = 2000
"""Held-out heads; four times as many are fitted to."""
MEASURED = 400
"""Most heads whose surfaces are made and measured, drawn and held out each."""
HELD_OUT_SET, HEART_SET = 73, 7_400_000
"""First numbers of the seeds; trainings use others."""
PER_JOB = 100
AGES = ((14.0, 18.0), (24.0, 28.0), (34.0, 38.0))
"""Ranges of weeks in which circumferences are compared."""
NAMES = {"gaussian": "Gaussian", "kernel": "kernel density", "maf": "masked autoregressive flow", "realnvp": "RealNVP"}


@dataclass(frozen=True, eq=False)
class Population:
    """Basis of a skull bundle, its prior of heads if it has one, and vectors (N, K + 2) of heads drawn afresh."""

    basis: LowRankField
    prior: FlowPrior | None
    heads: np.ndarray


def run(skull: Path, heart: Path, cases: int | None, seed: int, workers: int = 2) -> Report:
    """Compare densities of the coefficients of heads, of whole heads, and of the top level of hearts by class."""
    cases = cases or CASES
    heads = population_of(skull, 5 * cases, seed, workers)
    codes = heart_codes(heart, 5 * cases // 2, seed)
    sets = {"field coefficients of heads": heads.heads[:, :-2], "coefficients, size and age of heads": heads.heads}
    sets |= {f"top level of hearts, {name}": codes[name] for name in CLASSES}
    compared = {}
    for name, rows in sets.items():
        with bar(name):
            compared[name] = compare_densities(rows[len(rows) // 5 :], rows[: len(rows) // 5], seed=seed)
    tables = [_density_table({name: rows.shape[1] for name, rows in sets.items()}, compared, cases)]
    figures: dict[str, Any] = {
        "heads": len(heads.heads),
        "nats_per_dimension": {
            name: {one.name: one.nats_per_dimension for one in found} for name, found in compared.items()
        },
    }
    if heads.prior is not None:
        table, figures["drawn"] = drawn_table(heads, cases, seed)
        tables.append(table)
    return Report(tables, figures)


def population_of(bundle: Path, count: int, seed: int, workers: int) -> Population:
    """`count` heads of the population, drawn with seeds of their own, in the basis of a skull bundle."""
    basis, prior = _basis_and_prior(str(bundle))
    jobs = [(HELD_OUT_SET + 1000 * seed, number, min(PER_JOB, count - number)) for number in range(0, count, PER_JOB)]
    with bar("heads") as progress:
        parts = parallel_map(partial(_drawn_afresh, str(bundle)), jobs, workers, progress=progress)
    return Population(basis, prior, np.concatenate(parts))


def heart_codes(bundle: Path, count: int, seed: int) -> dict[str, np.ndarray]:
    """By class: points (count, d_L) on the top level of simulated hearts, as their label maps show them."""
    import torch

    model, found = load_heart_model(bundle), {}
    for name in CLASSES:
        shown = observed_hearts(
            np.random.default_rng([HEART_SET, seed]), simulated_hearts(count, HEART_SET + seed, name)
        )
        with torch.no_grad():
            levels = model.net.encode(model.tensor(encode(shown)), torch.as_tensor(shown.present))
        found[name] = levels[-1].z.double().numpy()
    return found


def drawn_table(population: Population, cases: int, seed: int) -> tuple[Table, dict[str, Any]]:
    """Heads drawn from the bundle's prior against the population: measures of their surfaces, and HC by age."""
    assert population.prior is not None
    found = population.prior.draw(cases, np.random.default_rng(seed))
    vectors = {"drawn": found.vectors, "population": population.heads[:cases]}
    measured = {name: _measured(population.basis, rows[:MEASURED]) for name, rows in vectors.items()}
    columns = {q.label: (q.unit, [m[:, k] for m in measured.values()]) for k, q in enumerate(QUANTITIES)}
    sizes = {name: heads_of(rows)[1:] for name, rows in vectors.items()}
    for low, high in AGES:
        of_age = [2 * np.pi * size[(weeks >= low) & (weeks <= high)] for size, weeks in sizes.values()]
        columns[f"HC at {low:g} to {high:g} weeks"] = ("mm", of_age)
    rows, figures = [], {}
    for label, (unit, (drawn, own)) in columns.items():
        moments = [(float(v.mean()), float(v.std(ddof=1))) for v in (drawn, own)]
        distance = ks_distance(drawn, own)
        figures[label] = {"drawn": moments[0], "population": moments[1], "ks": distance}
        rows.append([f"{label}, {unit}", *(f"{mean:.1f} +- {sd:.1f}" for mean, sd in moments), f"{distance:.2f}"])
    figures["acceptance"] = found.accepted / found.made
    notes = [
        f"{len(measured['drawn'])} heads each, HC by age of {cases} each; {100 * figures['acceptance']:.0f} % of draws "
        "were accepted. Both go through the bundle's basis."
    ]
    return Table("Heads drawn from the prior", ("measure", "drawn", "population", "KS distance"), rows, notes), figures


def _density_table(sizes: Mapping[str, int], compared: Mapping[str, Sequence[ComparedDensity]], cases: int) -> Table:
    rows = [
        [name, str(sizes[name]), *(f"{one.nats_per_dimension:.3f}" for one in found)]
        for name, found in compared.items()
    ]
    columns = ("vectors", "numbers", *(NAMES[one.name] for one in next(iter(compared.values()))))
    notes = [
        f"Fitted to {4 * cases} heads and {4 * cases // 2} hearts a class, evaluated on {cases} and {cases // 2} "
        "others; larger is better. Differences within a row count, not those between rows."
    ]
    return Table("Held-out log density, nats per dimension", columns, rows, notes)


@lru_cache(maxsize=1)
def _basis_and_prior(bundle: str) -> tuple[LowRankField, FlowPrior | None]:
    found = read_bundle(Path(bundle), KIND)
    basis = network_of(found, "basis", LowRankField)
    if basis.size != GRID_SIZE:
        raise InputError(f"{bundle}: its basis has {basis.size} points a side, not {GRID_SIZE}: name another bundle.")
    stored = found.manifest.training_population.get("prior", {})
    return basis, read_flows(stored, found.component("prior"), FlowPrior.from_bundle).get(HEADS)


def _drawn_afresh(bundle: str, job: tuple[int, int, int]) -> np.ndarray:
    """Vectors of the heads of one job: set, number of the first head, number of heads."""
    import torch

    torch.set_num_threads(1)
    basis, _ = _basis_and_prior(bundle)
    rng, rows = np.random.default_rng(job[:2]), []
    for _ in range(job[2]):
        head = sample_head(rng)
        rows.append((head_coefficients(basis, head), head.hc_mm / (2 * np.pi), head.gestational_age_weeks))
    return head_vectors(*(np.array(column) for column in zip(*rows)))


def _measured(basis: LowRankField, vectors: np.ndarray) -> np.ndarray:
    """Measures (N, Q) of the surfaces of vectors, in the order of `QUANTITIES`."""
    coefficients, sizes, _ = heads_of(vectors)
    return np.array([astuple(measure(decoded_surface(basis, c, s))) for c, s in zip(coefficients, sizes)])
