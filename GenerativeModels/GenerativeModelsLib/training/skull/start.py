"""Initialisation of a skull training from a bundle."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig

__all__ = ["START", "with_start"]

START = "start.safetensors"


def with_start(config: SkullTrainingConfig) -> SkullTrainingConfig:
    """Config completed from the bundle `start_from`; unchanged if there is none.

    Writes the bundle's skull network (`start.safetensors`), basis and, if the config names no locator, locator into the
    output folder. The parameters of the network are those of the bundle.

    Raises
    ------
    InputError
        The bundle is invalid or of another model or size than the config, or the output folder contains the basis of
        another training.
    """
    if config.start_from is None:
        return config
    from GenerativeModelsLib.skull.infer.model import load_skull_model

    model = load_skull_model(config.start_from)
    component = model.manifest.architecture["skull"]
    if component.class_name != config.model:
        raise InputError(
            f"start_from: {config.start_from} holds a {component.class_name}, where the config trains a "
            f"{config.model}: name the same model, or another bundle."
        )
    wrong = {k: v for k, v in config.network.items() if component.parameters.get(k) != v}
    if wrong:
        raise InputError(
            f"network: {wrong} differs from the bundle's {component.parameters} in {config.start_from}: leave network "
            "out, it is taken from the bundle."
        )
    config.output.mkdir(parents=True, exist_ok=True)
    _save(model.skull, config.output / START)
    basis = config.output / "basis.safetensors"
    if not basis.exists():
        _save(model.basis, basis)
    elif not _same(load_file(basis), model.basis.state_dict()):
        raise InputError(
            f"output: {config.output} holds the basis of another training than {config.start_from}: name a new folder."
        )
    update: dict = {"network": dict(component.parameters)}
    if config.locator is None:
        _save(model.locator, config.output / "locator.safetensors")
        update["locator"] = config.output
    return config.model_copy(update=update)


def _save(net: torch.nn.Module, path: Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, path)


def _same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)
