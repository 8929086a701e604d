"""Add the prior that a training would store to a bundle of it that has none; nothing else of the bundle changes.

Run as ``python -m GenerativeModelsLib.training.prior CONFIG.yaml [--bundle DIR]``. The flows are those of the bundle's
own publication: of the codes of its training hearts by the bundle's network, or of the heads that the training drew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.bundle import build_ladder
from GenerativeModelsLib.heart.infer.model import KIND as HEART_KIND
from GenerativeModelsLib.skull.infer.model import KIND as SKULL_KIND
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.heart.card import heart_card_text
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.heart.publish import LEAST_HEARTS, class_priors, encoded, training_population
from GenerativeModelsLib.training.shared.card import card_text
from GenerativeModelsLib.training.shared.prior_part import add_prior
from GenerativeModelsLib.training.shared.recorded_figures import stored
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.field_basis import load_basis
from GenerativeModelsLib.training.skull.prior import LEAST_HEADS, head_priors

__all__ = ["add_prior_of", "main"]


def add_prior_of(path: Path, bundle: Path | None = None) -> Path:
    """Fit the prior of a training's config and add it to a bundle (None = that of the config); returns its folder.

    Raises
    ------
    InputError
        The config is not that of a skull or heart model, the bundle cannot be used or is of another training.
    """
    config = read_config(path)
    if not isinstance(config, (HeartTrainingConfig, SkullTrainingConfig)):
        raise InputError(
            f"{path} trains a {config.model}, which has no prior: give the config of a skull or heart model."
        )
    folder = bundle or (config.bundle.output if config.bundle else None)
    if folder is None:
        raise InputError(f"{path} has no section bundle: name the folder of the bundle.")
    if isinstance(config, HeartTrainingConfig):
        _add_to_heart(folder, config)
    else:
        _add_to_skull(folder, config)
    return folder


def _add_to_heart(folder: Path, config: HeartTrainingConfig) -> None:
    net = build_ladder(read_bundle(folder, HEART_KIND)).requires_grad_(False)
    population, _ = training_population(net, config)
    flows = class_priors(encoded(net, population)[-1], population.label.numpy(), config.seed)
    if not flows:
        raise InputError(
            f"{config.bank.folder} has fewer than {LEAST_HEARTS} hearts of a class, too few for a prior: "
            "give `bank` more shards."
        )
    add_prior(folder, flows, heart_card_text)


def _add_to_skull(folder: Path, config: SkullTrainingConfig) -> None:
    bundle, path = read_bundle(folder, SKULL_KIND), config.output / "basis.safetensors"
    if not path.is_file():
        raise InputError(f"{path} does not exist: the prior needs the folder of the bundle's training.")
    modes = bundle.tensors["basis.modes"]
    if not torch.equal(stored(load_basis(path).modes).float(), modes):
        raise InputError(f"{path} is not the basis of {folder}: give the config of the bundle's own training.")
    flows = head_priors(config)
    if not flows:
        raise InputError(
            f"{config.output} has fewer than {LEAST_HEADS} heads, too few for a prior: draw more `shapes`."
        )
    add_prior(folder, flows, card_text)


def main() -> None:
    parser = argparse.ArgumentParser(description="Add the prior of a training to a model bundle.")
    parser.add_argument("config", type=Path, help="config of the training")
    parser.add_argument("--bundle", type=Path, help="folder of the bundle; that of the config by default")
    options = parser.parse_args()
    print(f"added a prior to {add_prior_of(options.config, options.bundle)}")


if __name__ == "__main__":
    main()
