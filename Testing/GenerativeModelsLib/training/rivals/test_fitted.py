"""Trainings of the models without a network, from existing readings: each writes what its predictor needs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.predictors.load import load_predictor
from Testing.helpers.known_borders import conditions, ellipsoid_borders
from Testing.helpers.tiny_models import RANK, tiny_basis
from Testing.helpers.training_folder import make_training_folder

pytest.importorskip("lightning")

from GenerativeModelsLib.training.rivals import fitted
from GenerativeModelsLib.training.rivals.fitted import FITS, train_fitted
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig

HEADS = 60


@pytest.fixture
def folder(tmp_path: Path, painted_readings: Path) -> Path:
    """An output folder with basis, readings, a file of drawn heads, and networks that are not used."""
    return make_training_folder(tmp_path / "fitted", painted_readings, HEADS)


def config_of(folder: Path, bank: Path, model: str, **fields: object) -> PredictorTrainingConfig:
    given = {"bank": {"folder": bank, "shards": 1, "validation_shards": 1, "workers": 0}, "shapes": 1}
    return PredictorTrainingConfig(model=model, output=folder, locator=folder, reader=folder, **(given | fields))


@pytest.mark.parametrize("model", FITS)
def test_a_model_is_trained_and_loaded(folder: Path, painted_bank: Path, model: str) -> None:
    if model == "ridge-head":
        pytest.importorskip("sklearn")
    shown: list[str] = []
    stages = Stages(lambda message, *_: shown.append(message))
    assert train_fitted(config_of(folder, painted_bank, model), False, {}, stages) == folder
    assert any(message.startswith("Training") for message in shown)
    found = load_predictor(folder, tiny_basis())
    y = conditions(ellipsoid_borders(0.86, 1.08, 0.88))
    predicted = found.predict(y, 4, torch.Generator().manual_seed(0))
    assert predicted.mean.shape == (1, RANK + 1) and predicted.mean.isfinite().all()
    assert abs(float(predicted.mean[0, -1])) < 0.2
    has_draws = model in ("ridge-head", "pca-head", "gp-head")
    assert (predicted.draws is not None) == has_draws
    assert (predicted.poses is not None) == (model in ("pca-head", "gp-head"))
    if has_draws:
        assert predicted.draws.shape == (4, RANK + 1) and predicted.draws.std(0).min() > 0


@pytest.mark.parametrize(
    ("model", "expected"), [("mean-head", "leave it out, it has none"), ("pca-head", "expected explained")]
)
def test_parameters_that_a_model_does_not_take_are_named(
    folder: Path, painted_bank: Path, model: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitted, "begin", lambda *_, **__: pytest.fail("the training began"))
    config = config_of(folder, painted_bank, model, network={"latent": 3})
    with pytest.raises(InputError, match=rf"network\.latent is no field of {model}: {expected}"):
        train_fitted(config, False, {}, Stages())


def test_without_scikit_learn_its_absence_is_said(
    folder: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before pictures are read."""
    monkeypatch.setattr(fitted, "begin", lambda *_, **__: pytest.fail("the training began"))
    monkeypatch.setattr(fitted, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'pip install "scikit-learn>=1\.5"'):
        train_fitted(config_of(folder, painted_bank, "ridge-head"), False, {}, Stages())


def test_parameters_reach_the_fit(folder: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {}
    for explained in (0.5, 0.999):
        train_fitted(config_of(folder, painted_bank, "pca-head", network={"explained": explained}), False, {}, Stages())
        kept[explained] = float(load_predictor(folder, tiny_basis()).prior.covariance[:RANK, :RANK].trace())
    assert kept[0.999] > 1.1 * kept[0.5]
