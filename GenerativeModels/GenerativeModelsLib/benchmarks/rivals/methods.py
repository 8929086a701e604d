"""Methods of the comparison, and their trainings: one for each fold and seed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from GenerativeModelsLib.benchmarks.rivals.inputs import Inputs
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.fingerprint import data_hash
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.training.shared.whole_file import whole_file

__all__ = ["BASE", "METHODS", "SECONDS", "Fit", "Method", "fits_of", "train_all"]

CONFIGS = Path(__file__).parents[2] / "training" / "configs"
SECONDS = "seconds.json"
"""Seconds of processor time of a training that was not stopped; other work on the machine does not count."""
LEFT_OUT = ("bundle", "heads", "reader", "locator", "bank", "hc18", "shapes", "output")
"""Fields of the shipped configs that a comparison replaces or does not need."""


@dataclass(frozen=True)
class Method:
    """A method of the comparison.

    Attributes
    ----------
    key : of its folders and in the JSON.
    title : in tables.
    config : file of `training/configs`.
    fields : that differ from the file; those of `network` are merged.
    seeds : trainings of each fold; the two CVAEs and the cheap methods have three.
    published : its name in `evaluation.data.published`, if the papers have it.
    """

    key: str
    title: str
    config: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    seeds: int = 1
    published: str | None = None

    def settings(self) -> dict[str, Any]:
        """Fields of its config that do not depend on fold and folders."""
        import yaml

        content = yaml.safe_load((CONFIGS / self.config).read_text(encoding="utf-8"))
        given = {name: value for name, value in content.items() if name not in LEFT_OUT}
        network = {**given.get("network", {}), **self.fields.get("network", {})}
        return {**given, **self.fields, "network": network}


ONE = {"network": {"members": 1}}
"""A single network instead of an ensemble: every method has one."""
BASE = Method("hirec-cvae", "HiREC-CVAE", "hirec-cvae.yaml", ONE, seeds=3, published="HiREC-CVAE")
METHODS = (
    BASE,
    Method("rec-cvae", "REC-CVAE", "rec-cvae.yaml", ONE, seeds=3, published="REC-CVAE"),
    Method("tl-net", "TL-net", "tl-net.yaml", published="TL-net"),
    Method("skull-gan", "GAN", "skull-gan.yaml", published="GAN"),
    Method("implicit-head", "implicit auto-decoder", "implicit-head.yaml"),
    Method("ridge-head", "ridge regression", "ridge-head.yaml", seeds=3),
    Method("pca-head", "PCA shape model, fitted", "pca-head.yaml", seeds=3),
    Method("gp-head", "Gaussian-process shape model, fitted", "gp-head.yaml", seeds=3),
    Method("mean-head", "mean head, scaled", "mean-head.yaml", seeds=3),
    Method("ellipsoid-head", "ellipsoid", "ellipsoid-head.yaml", seeds=3),
)


@dataclass(frozen=True)
class Fit:
    """One training of a method.

    Attributes
    ----------
    folder : its output.
    """

    method: Method
    fold: int
    seed: int
    folder: Path


def fits_of(methods: Sequence[Method], folds: Sequence[int], inputs: Inputs) -> list[Fit]:
    """All trainings, those of one seed of every method and fold first, so that a stopped comparison is a whole one."""
    most = max(method.seeds for method in methods)
    return [
        Fit(method, fold, seed, inputs.folder / "trainings" / f"{method.key}-fold{fold}-seed{seed}")
        for seed in range(1, most + 1)
        for method in methods
        if seed <= method.seeds
        for fold in folds
    ]


def train_all(fits: Sequence[Fit], inputs: Inputs, progress: Progress | None = None) -> None:
    """Train what is not trained yet, on one core each; a stopped training goes on where it stopped.

    Raises
    ------
    InputError
        A folder holds a training with other settings.
    """
    left = [fit for fit in fits if not _finished(fit, inputs)]
    parallel_map(partial(_train, inputs), left, inputs.workers, threads=1, progress=progress)


def _config(fit: Fit, inputs: Inputs) -> dict[str, Any]:
    fields = inputs.fields(fit.fold)
    bank = fields.pop("bank").model_dump(mode="json", exclude_none=True)
    others = {name: None if value is None else str(value) for name, value in fields.items() if name != "shapes"}
    others = {name: value for name, value in others.items() if name not in fit.method.fields}
    settings = fit.method.settings() | {"seed": fit.seed, "shapes": inputs.shapes, "output": str(fit.folder)}
    return {**settings, "bank": bank, **others}


def _decisive(config: Any) -> dict[str, Any] | None:
    """What of a config changes the result: not how the folder of pictures is written, nor the number of processes.

    None for what is no config.
    """
    if not isinstance(config, dict) or not {"bank", "hc18"} <= set(config):
        return None
    bank = {name: value for name, value in config["bank"].items() if name != "workers"}
    return {**config, "bank": bank, "hc18": config["hc18"] is not None}


def _finished(fit: Fit, inputs: Inputs) -> bool:
    import yaml

    written, basis = fit.folder / "config.yaml", fit.folder / "basis.safetensors"
    if not written.is_file():
        return False
    same = _decisive(yaml.safe_load(written.read_text(encoding="utf-8"))) == _decisive(_config(fit, inputs))
    if not same or (basis.is_file() and data_hash([basis]) != data_hash([inputs.basis])):
        raise InputError(f"{fit.folder} holds a training with other settings or of another population: delete it.")
    return (fit.folder / "training.json").is_file()


def _train(inputs: Inputs, fit: Fit) -> None:
    import yaml

    from GenerativeModelsLib.training.run import train

    fit.folder.mkdir(parents=True, exist_ok=True)
    config, basis = fit.folder / "config.yaml", fit.folder / "basis.safetensors"
    with whole_file(config) as part:
        part.write_text(yaml.safe_dump(_config(fit, inputs), sort_keys=True), encoding="utf-8")
    if not basis.exists():
        with whole_file(basis) as part:
            shutil.copyfile(inputs.basis, part)
    began = None if (fit.folder / "checkpoints").exists() else time.process_time()
    train(config)
    if began is not None:
        (fit.folder / SECONDS).write_text(json.dumps(time.process_time() - began), encoding="utf-8")
