"""Trainings of the models without a network, from existing readings: each writes what its predictor needs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.predictors.load import load_predictor
from GenerativeModelsLib.training.skull.shapes import Shapes, draw_shapes, shapes_path
from Testing.helpers.known_borders import conditions, ellipsoid_borders
from Testing.helpers.tiny_models import RANK, tiny_basis, tiny_locator, tiny_reader

pytest.importorskip("lightning")

from GenerativeModelsLib.training.rivals import fitted
from GenerativeModelsLib.training.rivals.fitted import FITS, train_fitted
from GenerativeModelsLib.training.rivals.known_heads import known_heads
from GenerativeModelsLib.training.rivals.start import begin
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from GenerativeModelsLib.training.skull.derived import readings_folder, shapes_folder

HEADS = 60


@lru_cache(maxsize=1)
def some_shapes() -> Shapes:
    return draw_shapes(0, tiny_basis(), heads=HEADS)


@pytest.fixture
def folder(tmp_path: Path, painted_readings: Path) -> Path:
    """An output folder with basis, readings, a file of drawn heads, and networks that are not used."""
    output = tmp_path / "fitted"
    output.mkdir()
    for name, net in (("locator", tiny_locator()), ("reader", tiny_reader()), ("basis", tiny_basis())):
        save_file({k: v.contiguous() for k, v in net.state_dict().items()}, output / f"{name}.safetensors")
    made = SimpleNamespace(output=output, locator=output, reader=output, derived=None)
    readings, shapes = (f(made, output / "basis.safetensors") for f in (readings_folder, shapes_folder))
    readings.mkdir()
    shapes.mkdir()
    for path in painted_readings.iterdir():
        (readings / path.name).write_bytes(path.read_bytes())
    np.savez(shapes_path(shapes, 0), **vars(some_shapes()))
    return output


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


def test_every_reading_and_drawn_head_is_known_once_with_its_mirror_image(folder: Path, painted_bank: Path) -> None:
    sources = begin(config_of(folder, painted_bank, "mean-head"), Stages(), seconds=1)
    heads = known_heads(sources, 3)
    count = len(sources.readings) + HEADS
    assert len(heads.reading) == len(heads.read) == len(heads.batch.borders) == 2 * count
    assert heads.read.sum() == 2 * len(sources.readings)
    torch.testing.assert_close(
        heads.batch.coefficients[: len(sources.readings)], torch.from_numpy(sources.readings.coefficients).float()
    )
    np.testing.assert_array_equal(heads.reading[:count], heads.reading[count:])
    torch.testing.assert_close(
        heads.batch.coefficients[count:], heads.batch.coefficients[:count] @ sources.mirror.T, rtol=0, atol=1e-5
    )
    borders = heads.batch.borders[:count]
    turned = borders[:, [0, 2]][..., (32 - torch.arange(64)) % 64]
    torch.testing.assert_close(heads.batch.borders[count:][:, [0, 2]], turned)
    drawn = slice(len(sources.readings), count)
    donors = sources.readings.borders[heads.reading[drawn]]
    np.testing.assert_allclose(borders[drawn, :, 1:].numpy(), donors[:, :, 1:], atol=1e-6)
    np.testing.assert_array_equal(heads.reading[: len(sources.readings)], np.arange(len(sources.readings)))


def test_placed_heads_have_their_poses(folder: Path, painted_bank: Path) -> None:
    sources = begin(config_of(folder, painted_bank, "mean-head"), Stages(), seconds=1)
    heads, first = known_heads(sources, 3), len(sources.readings)
    at = int(np.flatnonzero(heads.placed_rows == first)[0])
    drawn = heads.placed[at]
    by = sources.data(2, 0).size_errors[heads.reading[first]]
    wanted = sources.shapes.poses[0].astype(float)
    wanted[:, :3] *= np.exp(-by)
    np.testing.assert_allclose(drawn[RANK + 1 :], wanted.ravel(), atol=1e-4)
    np.testing.assert_allclose(drawn[:RANK], sources.shapes.coefficients[0], atol=1e-6)
    assert drawn[RANK] == pytest.approx(sources.shapes.log_size[0] - by, abs=1e-5)
    heads.batch.present[first, 2] = False
    assert first not in heads.placed_rows


def test_without_drawn_heads_the_readings_are_known_alone(folder: Path, painted_bank: Path) -> None:
    sources = begin(config_of(folder, painted_bank, "mean-head", shapes=0), Stages(), seconds=1)
    heads = known_heads(sources, 3)
    assert heads.read.all() and len(heads.read) == 2 * len(sources.readings)
