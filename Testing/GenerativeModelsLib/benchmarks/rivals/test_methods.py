"""Trainings of the comparison: their settings, their order, and what a later run takes up."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
import yaml

from GenerativeModelsLib.benchmarks.rivals import methods as module
from GenerativeModelsLib.benchmarks.rivals.ablations import VARIATIONS
from GenerativeModelsLib.benchmarks.rivals.inputs import FOLDS, Inputs
from GenerativeModelsLib.benchmarks.rivals.methods import BASE, METHODS, Method, fits_of, train_all
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training import run as training
from GenerativeModelsLib.training.config import read_config


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    found = Inputs(tmp_path / "rivals", None, shards=6, shapes=2, workers=1)
    found.networks.mkdir(parents=True)
    found.basis.write_bytes(b"basis")
    return found


@pytest.mark.parametrize("method", {m.key: m for m in (*METHODS, *VARIATIONS)}.values(), ids=lambda m: m.key)
def test_every_method_has_a_valid_config(method: Method, inputs: Inputs, tmp_path: Path) -> None:
    (fit, *_) = fits_of([method], [1], inputs)
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(module._config(fit, inputs)))
    config = read_config(path)
    assert config.bank.fold.index == 1 and config.seed == 1 and config.shapes == 2
    assert getattr(config, "bundle", None) is None and config.output == fit.folder


def test_the_settings_of_a_variation_differ_from_the_base_in_one_part() -> None:
    for method in VARIATIONS[2:]:
        base, own = BASE.settings(), method.settings()
        differing = {name for name in own if name not in base or own[name] != base[name]}
        assert len(differing) == 1, (method.key, differing)


def test_folds_share_out_the_shards(inputs: Inputs) -> None:
    left_out = [inputs.bank(fold).left_out_seeds for fold in range(FOLDS)]
    assert sorted(chain.from_iterable(left_out)) == list(range(2000, 2006))
    for fold in range(FOLDS):
        bank = inputs.bank(fold)
        assert not set(bank.seeds) & set(left_out[fold]) and len(bank.seeds) == 4
        assert set(bank.validation_seeds) <= set(left_out[fold])


def test_first_seeds_of_all_methods_come_first(inputs: Inputs) -> None:
    fits = fits_of(METHODS[:3], range(FOLDS), inputs)
    assert [fit.seed for fit in fits] == [1] * 9 + [2] * 6 + [3] * 6
    assert len({fit.folder for fit in fits}) == len(fits)


def test_trainings_are_taken_up_and_others_refused(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trained: list[str] = []

    def train(path: Path) -> None:
        content = yaml.safe_load(path.read_text())
        trained.append(path.parent.name)
        assert (path.parent / "basis.safetensors").read_bytes() == b"basis"
        (Path(content["output"]) / "training.json").write_text("{}")

    monkeypatch.setattr(training, "train", train)
    fits = fits_of([METHODS[1]], [0, 1], inputs)[:2]
    train_all(fits[:1], inputs)
    assert (fits[0].folder / module.SECONDS).is_file()
    train_all(fits, inputs)
    assert trained == ["rec-cvae-fold0-seed1", "rec-cvae-fold1-seed1"]
    train_all(fits, replace(inputs, workers=3))
    assert len(trained) == 2, "another number of processes is the same training"
    more = Inputs(inputs.folder, None, shards=9, shapes=2, workers=1)
    with pytest.raises(InputError, match=r"rec-cvae-fold0-seed1 holds a training with other settings .*: delete it"):
        train_all(fits[:1], more)


def test_a_training_that_goes_on_has_no_time(inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> None:
    (fit,) = fits_of([METHODS[2]], [0], inputs)
    (fit.folder / "checkpoints").mkdir(parents=True)
    monkeypatch.setattr(training, "train", lambda path: None)
    train_all([fit], inputs)
    assert not (fit.folder / module.SECONDS).exists()


def test_the_config_of_a_variation_without_real_pictures_has_none(inputs: Inputs) -> None:
    seen = replace(inputs, hc18=Path("hc18"))
    (without,) = fits_of([next(m for m in VARIATIONS if m.key == "no-real")], [0], seen)[:1]
    assert module._config(without, seen)["hc18"] is None
    assert module._config(fits_of([BASE], [0], seen)[0], seen)["hc18"] == "hc18"


@pytest.mark.parametrize("broken", ["config", "basis"])
def test_weights_of_another_population_and_broken_folders_are_refused(inputs: Inputs, broken: str) -> None:
    (fit,) = fits_of([METHODS[2]], [0], inputs)
    fit.folder.mkdir(parents=True)
    text = "" if broken == "config" else yaml.safe_dump(module._config(fit, inputs))
    (fit.folder / "config.yaml").write_text(text)
    (fit.folder / "basis.safetensors").write_bytes(b"basis" if broken == "config" else b"of another population")
    with pytest.raises(InputError, match=r"tl-net-fold0-seed1 holds a training with other settings or of another pop"):
        train_all([fit], inputs)
