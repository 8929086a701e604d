"""A bundle as networks: what is built, and what is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.cvae import HiRecCVAE
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.infer.model import PARTS, check_architecture, load_skull_model
from Testing.helpers import tiny_models
from Testing.helpers.tiny_models import CHANNELS, NETWORK, RANK, tiny_tensors, write_tiny_bundle

GOOD = {
    "locator": Component(class_name="HeadLocatorNet", parameters={"channels": CHANNELS}),
    "border": Component(class_name="BorderReader"),
    "facing": Component(class_name="FacingNet"),
    "skull": Component(class_name="HiRecCVAE", parameters=NETWORK),
    "basis": Component(class_name="LowRankField", parameters={"rank": RANK, "size": 32}),
}

FLOW = {"kind": "maf", "features": 4, "transforms": 1, "hidden": [8], "probe": 0.0}


def test_an_ensemble_has_the_members_of_the_bundle(tiny_bundle: Path) -> None:
    skull = load_skull_model(tiny_bundle).skull
    assert isinstance(skull, SkullEnsemble) and len(skull.members) == NETWORK["members"] == 2
    assert all(isinstance(member, HiRecCVAE) for member in skull.members)


def test_a_bundle_comes_back_as_it_was(tiny_bundle: Path) -> None:
    model = load_skull_model(tiny_bundle)
    state = {part: getattr(model, part) for part in PARTS}
    for name, value in tiny_tensors().items():
        part, _, key = name.partition(".")
        assert torch.equal(state[part].state_dict()[key], value), name
    assert not any(net.training for net in state.values())
    assert not any(p.requires_grad for net in state.values() for p in net.parameters())
    assert model.surface_calibration.scale == (1.2, 1.1, 1.0)
    assert model.device == torch.device("cpu") and model.manifest.name == "tiny"


def test_loading_draws_no_random_number_and_gives_the_same_network(tiny_bundle: Path) -> None:
    torch.manual_seed(1)
    one = load_skull_model(tiny_bundle)
    torch.manual_seed(2)
    other = load_skull_model(tiny_bundle)
    y = Conditions(torch.rand(1, 3, 3, 64), torch.ones(1, 3, dtype=torch.bool))
    draws = [m.skull.predict(y, 4, torch.Generator().manual_seed(1)).draws for m in (one, other)]
    assert torch.equal(*draws)


@pytest.mark.parametrize("part", ["locator", "border", "facing", "skull", "basis"])
def test_a_part_that_is_missing_is_named(part: str) -> None:
    with pytest.raises(InputError, match=f"no part '{part}': .* or is no fetal-skull bundle"):
        check_architecture({name: component for name, component in GOOD.items() if name != part})


@pytest.mark.parametrize(
    ("part", "component", "words"),
    [
        (
            "skull",
            Component(class_name="os.system"),
            r"skull is a os\.system, which .* \(it knows HiRecCVAE, RecCVAE\)",
        ),
        ("locator", Component(class_name="FeatureModel"), "locator is a FeatureModel, .* knows HeadLocatorNet"),
        ("extra", Component(class_name="LowRankField"), "its parts are locator, border, facing, skull, basis, typical"),
        ("basis", Component(class_name="LowRankField", parameters={"rank": 10**9}), "basis.rank is 1000000000"),
        ("basis", Component(class_name="LowRankField", parameters={"rank": "8"}), "basis.rank is '8', expected whole"),
        (
            "locator",
            Component(class_name="HeadLocatorNet", parameters={"channels": [4, -8]}),
            r"locator.channels\[1\] is -8",
        ),
        ("skull", Component(class_name="HiRecCVAE", parameters={"latent": 4.5}), "skull.latent is 4.5"),
        ("skull", Component(class_name="HiRecCVAE", parameters={"latent": True}), "skull.latent is True"),
    ],
)
def test_an_unknown_or_absurd_part_is_refused_before_anything_is_built(
    part: str, component: Component, words: str
) -> None:
    check_architecture(GOOD)
    with pytest.raises(InputError, match=words):
        check_architecture(GOOD | {part: component})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"architecture": GOOD | {"skull": Component(class_name="RecCVAE", parameters=NETWORK)}}, "'skull' do not fit"),
        (
            {"architecture": GOOD | {"skull": Component(class_name="HiRecCVAE", parameters={"depth": 3})}},
            "skull network cannot be built",
        ),
        (
            {
                "architecture": GOOD
                | {"basis": Component(class_name="LowRankField", parameters={"rank": 7, "size": 32})}
            },
            "'basis' do not fit",
        ),
        ({"calibration": {"surface": {"scale": [1.0, 2.0]}}}, "its calibration cannot be read"),
        ({"calibration": {"surface": 3}}, "its calibration cannot be read"),
        ({"in_distribution": {"flows": {"shape": FLOW}}}, "its calibration cannot be read .*mean"),
        (
            {"calibration": {"heads": {"weight": [], "log_excess": [], "factor": [], "volume_floor": []}}},
            "cannot be read .*shapes",
        ),
        ({"calibration": {"heads": {"factor": []}}}, "its calibration cannot be read .*weight"),
        ({"kind": "heart"}, "kind heart"),
    ],
)
def test_a_bundle_that_does_not_agree_with_itself_is_refused(tmp_path: Path, fields: dict, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        load_skull_model(write_tiny_bundle(tmp_path / "bundle", **fields))
    assert "\n" not in str(caught.value)


def test_basis_and_network_must_be_of_one_rank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiny_models, "tiny_basis", lambda: LowRankField(RANK - 1, 32))
    smaller = GOOD | {"basis": Component(class_name="LowRankField", parameters={"rank": RANK - 1, "size": 32})}
    folder = write_tiny_bundle(tmp_path / "bundle", architecture=smaller)
    with pytest.raises(InputError, match="the basis has 7 modes on 32 points a side, expected 8 on 32"):
        load_skull_model(folder)


def test_a_model_on_another_device_leaves_the_first_where_it_is(tiny_bundle: Path) -> None:
    model = load_skull_model(tiny_bundle)
    other = model.to(torch.device("meta"))
    for name in PARTS:
        assert {value.device.type for value in getattr(model, name).state_dict().values()} == {"cpu"}
        assert {value.device.type for value in getattr(other, name).state_dict().values()} == {"meta"}
    assert (model.device.type, other.device.type) == ("cpu", "meta")
    assert other.surface_calibration is model.surface_calibration and other.manifest is model.manifest


def test_a_model_is_loaded_onto_the_device_asked_for(tiny_bundle: Path) -> None:
    model = load_skull_model(tiny_bundle, "meta")
    assert model.device == torch.device("meta") and model.basis.modes.device == torch.device("meta")
