"""Initialisation of a skull training from a bundle."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.training.shared.cohort_report import shipped_before
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig

__all__ = ["SHIPPED", "START", "compared_bundle", "start_bundle", "with_start"]

START = "start.safetensors"
SHIPPED = "shipped"
"""Value of `start_from` for the bundle that comes with the software; a folder of this name is given as "./shipped"."""


def start_bundle(config: SkullTrainingConfig) -> Path | None:
    """Folder of the bundle that a training starts from; None if it starts from scratch.

    Raises
    ------
    InputError
        It is no folder, or this installation has no shipped bundle.
    """
    if config.start_from is None:
        return None
    if config.start_from == SHIPPED:
        return default_bundle("skull")
    folder = Path(config.start_from)
    if not folder.is_dir():
        raise InputError(
            f"start_from: {folder} is no folder in {Path.cwd()}: name the folder of a bundle, or write {SHIPPED} for "
            "the model that comes with the software."
        )
    return folder


def compared_bundle(config: SkullTrainingConfig) -> Path | None:
    """Bundle that a new one is compared with: that it started from, else the shipped one; None if there is neither."""
    start = start_bundle(config)
    return shipped_before("skull", config.bundle.output) if start is None else start


def with_start(config: SkullTrainingConfig) -> SkullTrainingConfig:
    """Config completed from the bundle `start_from`; unchanged if there is none.

    Writes the bundle's skull networks (`start.safetensors`), basis and, if the config names none, locator and plane
    reader into the output folder. The parameters of the network are those of the bundle.

    Raises
    ------
    InputError
        The bundle is invalid or of another model or size than the config, or the output folder contains the basis of
        another training.
    """
    start = start_bundle(config)
    if start is None:
        return config
    if config.bundle is not None and config.bundle.output.resolve() == start.resolve():
        raise InputError(
            f"bundle.output: {config.bundle.output} is the bundle that the training starts from, which it would "
            "replace: name another folder."
        )
    from GenerativeModelsLib.skull.infer.model import load_skull_model

    model = load_skull_model(start)
    component = model.manifest.architecture["skull"]
    if component.class_name != config.model:
        raise InputError(
            f"start_from: {start} holds a {component.class_name}, where the config trains a "
            f"{config.model}: name the same model, or another bundle."
        )
    wrong = {k: v for k, v in config.network.items() if component.parameters.get(k) != v}
    if wrong:
        raise InputError(
            f"network: {wrong} differs from the bundle's {component.parameters} in {start}: leave network "
            "out, it is taken from the bundle."
        )
    config.output.mkdir(parents=True, exist_ok=True)
    _save(model.skull, config.output / START)
    basis = config.output / "basis.safetensors"
    if not basis.exists():
        _save(model.basis, basis)
    elif not _same(load_file(basis), model.basis.state_dict()):
        raise InputError(
            f"output: {config.output} holds the basis of another training than {start}: name a new folder."
        )
    update: dict = {"network": dict(component.parameters)}
    if config.locator is None:
        _save(model.locator, config.output / "locator.safetensors")
        update["locator"] = config.output
    if config.reader is None:
        reader = torch.nn.ModuleDict({"border": model.border, "facing": model.facing})
        _save(reader, config.output / "reader.safetensors")
        update["reader"] = config.output
    return config.model_copy(update=update)


def _save(net: torch.nn.Module, path: Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, path)


def _same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)
