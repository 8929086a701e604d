"""The part of a bundle with flows to draw from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from GenerativeModelsLib.bundle.bundle import read_card, read_manifest
from GenerativeModelsLib.bundle.verify import verify_bundle
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.infer.model import HEADS, load_skull_model
from GenerativeModelsLib.training.shared.card import card_text
from GenerativeModelsLib.training.shared.prior_part import add_prior, prior_part
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior
from Testing.helpers.bundles import change_manifest
from Testing.helpers.tiny_models import tiny_prior


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def test_a_prior_is_added_and_all_other_tensors_stay_bit_by_bit(bundle: Path) -> None:
    before, manifest = load_file(bundle / "model.safetensors"), read_manifest(bundle)
    add_prior(bundle, {HEADS: tiny_prior()}, card_text)
    after = load_file(bundle / "model.safetensors")
    assert all(after[name].dtype == v.dtype and after[name].tobytes() == v.tobytes() for name, v in before.items())
    assert {name.partition(".")[0] for name in after if name not in before} == {"prior"}
    assert after["prior.0.weights.00"].dtype == np.float16
    assert all(check.passed for check in verify_bundle(bundle))
    assert "* prior to draw from: normalising flow of heads (realnvp, 10 numbers)" in read_card(bundle)
    found = load_skull_model(bundle)
    assert found.manifest.in_distribution == manifest.in_distribution and found.manifest.version == manifest.version
    np.testing.assert_array_equal(
        found.prior.draw(5, np.random.default_rng(0)).vectors, tiny_prior().draw(5, np.random.default_rng(0)).vectors
    )


def test_a_prior_takes_the_place_of_the_one_before(bundle: Path) -> None:
    other = FlowPrior.fit(np.random.default_rng(0).standard_normal((200, 10)), kind="maf", epochs=0)
    add_prior(bundle, {HEADS: tiny_prior(), "more": other}, card_text)
    add_prior(bundle, {HEADS: other}, card_text)
    assert load_skull_model(bundle).prior.density.shape.kind == "maf"
    kept = {name for name in load_file(bundle / "model.safetensors") if name.startswith("prior.")}
    assert kept == set(prior_part({HEADS: other}).tensors)


def test_a_changed_prior_is_refused(bundle: Path) -> None:
    add_prior(bundle, {HEADS: tiny_prior()}, card_text)

    def change(content: dict) -> None:
        content["training_population"]["prior"][HEADS]["probe"] += 1.0

    change_manifest(bundle, change)
    with pytest.raises(InputError, match=r"cannot be read .*probe"):
        load_skull_model(bundle)


def test_settings_are_json() -> None:
    part = prior_part({HEADS: tiny_prior()})
    assert json.loads(json.dumps(part.settings, allow_nan=False)) == part.settings
    assert part.component.class_name == "FlowDensity" and prior_part({}).settings == {}
