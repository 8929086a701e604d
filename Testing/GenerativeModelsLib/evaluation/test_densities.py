"""The benchmark of densities, with a tiny bundle and few cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation import densities as module
from GenerativeModelsLib.evaluation.densities import Population, drawn_table, heart_codes, population_of
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.skull.infer.prior import heads_of
from GenerativeModelsLib.uncertainty.density_comparison import ComparedDensity
from Testing.helpers.tiny_hearts import write_tiny_heart_bundle
from Testing.helpers.tiny_models import RANK, tiny_basis, tiny_prior, write_tiny_bundle_with_prior


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_bundle_with_prior(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="module")
def population(bundle: Path) -> Population:
    return population_of(bundle, 130, 0, 1)


def test_heads_are_of_the_population_and_reproducible(bundle: Path, population: Population) -> None:
    assert population.heads.shape == (130, RANK + 2) and population.prior is not None
    assert len(np.unique(population.heads, axis=0)) == 130
    _, sizes, weeks = heads_of(population.heads)
    assert weeks.min() < 18 and weeks.max() > 36 and np.corrcoef(sizes, weeks)[0, 1] > 0.95
    np.testing.assert_array_equal(population_of(bundle, 20, 0, 1).heads, population.heads[:20])
    assert not np.array_equal(population_of(bundle, 20, 1, 1).heads, population.heads[:20])


def test_codes_are_those_of_the_model_by_class(tmp_path: Path) -> None:
    folder = write_tiny_heart_bundle(tmp_path / "heart")
    codes = heart_codes(folder, 30, 0)
    assert {name: z.shape for name, z in codes.items()} == {"healthy": (30, 2), "hcm": (30, 2)}
    probability = load_heart_model(folder).probability
    assert probability(codes["hcm"]).mean() > probability(codes["healthy"]).mean() + 0.2


def test_drawn_heads_are_set_beside_the_population(population: Population, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEASURED", 30)
    table, figures = drawn_table(Population(tiny_basis(), tiny_prior(), population.heads), 100, 0)
    assert [row[0] for row in table.rows][2:4] == ["Head circumference, mm", "Cephalic index, %"]
    assert len(table.rows) == 8 and all(0 <= float(row[-1]) <= 1 for row in table.rows)
    sizes = 2 * np.pi * heads_of(population.heads[:30])[1]
    assert figures["Head circumference"]["population"][0] == pytest.approx(sizes.mean(), rel=0.02)
    assert 0.5 < figures["acceptance"] <= 1


def test_densities_are_evaluated_on_heads_that_they_were_not_fitted_to(
    bundle: Path, population: Population, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def compared(train: np.ndarray, test: np.ndarray, seed: int) -> list[ComparedDensity]:
        asked.append((train, test))
        return [ComparedDensity("gaussian", 1.5, None, 0.0, len), ComparedDensity("maf", 2.25, None, 0.0, len)]

    monkeypatch.setattr(module, "compare_densities", compared)
    monkeypatch.setattr(module, "population_of", lambda *given: Population(tiny_basis(), None, population.heads))
    monkeypatch.setattr(module, "heart_codes", lambda *given: dict.fromkeys(("healthy", "hcm"), np.zeros((65, 2))))
    report = module.run(bundle, bundle, 26, 0, 1)
    assert [(len(train), len(test), train.shape[1]) for train, test in asked] == [
        (104, 26, RANK),
        (104, 26, RANK + 2),
        (52, 13, 2),
        (52, 13, 2),
    ]
    joined = np.concatenate(asked[1])
    assert len(np.unique(joined, axis=0)) == 130
    (table,) = report.tables
    assert table.columns[2:] == ("Gaussian", "masked autoregressive flow")
    assert list(table.rows[0]) == ["field coefficients of heads", str(RANK), "1.500", "2.250"]
    assert report.figures["nats_per_dimension"]["top level of hearts, hcm"] == {"gaussian": 1.5, "maf": 2.25}


def test_a_bundle_of_another_grid_is_refused(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRID_SIZE", 40)
    module._basis_and_prior.cache_clear()
    with pytest.raises(InputError, match="its basis has 32 points a side, not 40"):
        population_of(bundle, 10, 0, 1)
    module._basis_and_prior.cache_clear()
