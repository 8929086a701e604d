"""Test cases of the comparison: read once, the left-out ones of every fold, refusals kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.benchmarks.rivals import cases as module
from GenerativeModelsLib.benchmarks.rivals import inputs as inputs_module
from GenerativeModelsLib.benchmarks.rivals.cases import COMPARED, hc18_cases, simulated_cases, template_cases
from GenerativeModelsLib.benchmarks.rivals.inputs import FOLDS, Inputs
from GenerativeModelsLib.benchmarks.rivals.results import head_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import read_hc18, split_hc18
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates
from GenerativeModelsLib.skull.infer.find_heads import find_heads
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.training.skull.bank import shard_path
from Testing.helpers.painted import painted_shard
from Testing.helpers.tiny_models import load_seeing, write_tiny_bundle

SHARDS = 6


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """Six shards of two painted heads, the first head of the first shard with an empty axial picture."""
    folder = tmp_path_factory.mktemp("rivals")
    (folder / "bank").mkdir()
    for number in range(SHARDS):
        heads = list(sample_heads(2, number, weeks=(22.0, 28.0)))
        sizes = [head.hc_mm / (2 * np.pi) for head in heads]
        shard = painted_shard([head.shape for head in heads], sizes, np.random.default_rng(number))
        if number == 0:
            shard.images[0, 0] = np.indices(shard.images.shape[2:]).sum(0) % 2
        shard.save(shard_path(folder / "bank", inputs_module.FIRST_SHARD + number))
    return Inputs(folder, None, SHARDS, 0, 1)


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = load_seeing(write_tiny_bundle(tmp_path / "tiny"))
    monkeypatch.setattr(module, "_model", lambda bundle: model)
    monkeypatch.setattr(module, "_checksum", lambda bundle: "tiny")


def test_cases_of_a_fold_are_those_its_training_leaves_out(inputs: Inputs, painted: None) -> None:
    found = simulated_cases(inputs, Path("bundle"), 3)
    assert len(found) == 3 * FOLDS and tuple(found.subsets) == COMPARED
    for name, fold in zip(found.names, found.fold, strict=True):
        shard, case = (int(part) for part in name.removesuffix("-0").split("."))
        assert shard in inputs.bank(int(fold)).left_out_seeds and case in (0, 1)
    assert len(set(found.names)) == len(found)


def test_a_case_without_a_head_stays_with_its_reason(
    inputs: Inputs, painted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found_heads(model, images, corrections):
        if len(np.unique(images["axial"].pixels)) == 2:
            raise InputError("no head in it")
        return find_heads(model, images, corrections)

    monkeypatch.setattr(module, "find_heads", found_heads)
    found = simulated_cases(inputs, Path("bundle"), 2)
    (row,) = np.flatnonzero(found.names == f"{inputs_module.FIRST_SHARD}.0-0")
    assert (found.refused[row] == "no head in it").all() and np.isnan(found.size_mm[row]).all()
    others = np.delete(np.arange(len(found)), row)
    assert (found.refused[others] == "").all() and (found.size_mm[others] > 10).all()
    assert found.present[others].sum(axis=(0, 2)).tolist() == [3 * len(others), 2 * len(others), len(others)]


def test_pictures_are_read_once(inputs: Inputs, painted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = simulated_cases(inputs, Path("bundle"), 3)
    monkeypatch.setattr(module, "find_heads", lambda *_: pytest.fail("read again"))
    again = simulated_cases(inputs, Path("bundle"), 3)
    np.testing.assert_array_equal(first.borders, again.borders)
    with pytest.raises(pytest.fail.Exception):
        simulated_cases(inputs, Path("bundle"), 1)


def test_templates_and_pictures(
    inputs: Inputs, shared_data: Path, painted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = evaluation_templates(shared_data)[:1]
    monkeypatch.setattr(module, "evaluation_templates", lambda data: one)
    templates = template_cases(inputs, Path("bundle"), shared_data, 1)
    assert len(templates) == 1 and (templates.fold == -1).all() and templates.log_radius.shape[1:] == (65, 128)
    real = Inputs(inputs.folder, shared_data / "hc18", SHARDS, 0, 1)
    large = module.large_heads(split_hc18(read_hc18(shared_data)).test)
    pair = next([a, b] for a in large for b in large if a is not b and a.examination == b.examination)
    monkeypatch.setattr(module, "large_heads", lambda cases: [*pair, next(c for c in large if c not in pair)])
    pictures = hc18_cases(real, Path("bundle"))
    assert len(pictures) == 3 and pictures.log_radius.size == 0 and (pictures.hc_mm >= 150).all()
    assert len({head_of(str(name)) for name in pictures.names}) == 2, "two pictures of an examination are one head"
