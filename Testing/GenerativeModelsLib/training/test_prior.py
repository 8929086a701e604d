"""A prior is added to a finished bundle from its training's config."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from safetensors.torch import save_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.skull.infer.model import HEADS, load_skull_model
from GenerativeModelsLib.training import prior as module
from GenerativeModelsLib.training.heart.publish import PRIOR_HIDDEN
from GenerativeModelsLib.training.skull.field_basis import fit_basis
from Testing.helpers.tiny_hearts import tiny_hearts, write_tiny_heart_bundle
from Testing.helpers.tiny_models import RANK, tiny_basis, tiny_prior

pytest.importorskip("lightning")

from GenerativeModelsLib.training.heart import publish
from GenerativeModelsLib.training.heart.bank import LabelledHearts


def config(tmp_path: Path, **fields: object) -> Path:
    """A config file; `fields` replace those of a skull training in `tmp_path`."""
    path = tmp_path / "config.yaml"
    given = {"model": "HiRecCVAE", "output": str(tmp_path), "bank": {"folder": str(tmp_path)}}
    path.write_text(yaml.safe_dump({name: value for name, value in (given | fields).items() if value is not None}))
    return path


def test_hearts_get_a_flow_a_class_of_the_codes_of_the_training_hearts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, (rays, label) = write_tiny_heart_bundle(tmp_path / "heart"), tiny_hearts()
    sixfold = np.tile(np.arange(len(label)), 6)
    monkeypatch.setattr(publish, "fill_heart_bank", lambda bank, seeds: LabelledHearts(rays[sixfold], label[sixfold]))
    path = config(tmp_path, model="heart-lvae")
    assert module.add_prior_of(path, bundle) == bundle
    model = load_heart_model(bundle)
    assert set(model.flows) == {"healthy", "hcm"}
    for name, flow in model.flows.items():
        k = ("healthy", "hcm").index(name)
        assert flow.density.shape.features == 2 and flow.density.shape.hidden == PRIOR_HIDDEN
        np.testing.assert_allclose(flow.density.mean, model.typical.density.mean(k), atol=0.4)
    monkeypatch.setattr(publish, "LEAST_HEARTS", 6 * len(label))
    with pytest.raises(InputError, match="hearts of a class, too few for a prior"):
        module.add_prior_of(path, bundle)


def test_heads_get_the_flow_of_their_training(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))
    monkeypatch.setattr(module, "head_priors", lambda config: {HEADS: tiny_prior()})
    monkeypatch.setattr(module, "stored", lambda tensor: tensor)  # tiny bundles are not halved
    path = config(tmp_path)
    with pytest.raises(InputError, match=r"basis\.safetensors does not exist"):
        module.add_prior_of(path, bundle)
    save_file(fit_basis(RANK, heads=12).state_dict(), tmp_path / "basis.safetensors")
    with pytest.raises(InputError, match="is not the basis of"):
        module.add_prior_of(path, bundle)
    save_file({k: v.contiguous() for k, v in tiny_basis().state_dict().items()}, tmp_path / "basis.safetensors")
    module.add_prior_of(path, bundle)
    assert load_skull_model(bundle).prior is not None
    monkeypatch.setattr(module, "head_priors", lambda config: {})
    with pytest.raises(InputError, match="has fewer than 2000 heads"):
        module.add_prior_of(path, bundle)


def test_other_configs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="trains a plane-reader, which has no prior"):
        module.add_prior_of(config(tmp_path, model="plane-reader"), tmp_path)
    with pytest.raises(InputError, match="has no section bundle"):
        module.add_prior_of(config(tmp_path))
