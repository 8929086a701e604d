"""What a fine-tuned skull model keeps of the bundle that it started from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from GenerativeModelsLib.bundle.bundle import Bundle, read_bundle, write_bundle
from GenerativeModelsLib.skull.infer.model import KIND
from GenerativeModelsLib.training.shared.prior_part import PRIOR, PriorPart
from GenerativeModelsLib.training.shared.rewritten import as_stored, changed
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.start import start_bundle

__all__ = ["Start", "read_start"]

TYPICAL = "typical"


@dataclass(frozen=True)
class Start:
    """The bundle that a training started from.

    Attributes
    ----------
    bundle : as read.
    same_reader : whether locator and plane reader of the training are the bundle's.
    """

    bundle: Bundle
    same_reader: bool

    @property
    def name(self) -> str:
        """Name and version."""
        return f"{self.bundle.manifest.name} {self.bundle.manifest.version}"

    @property
    def calibration(self) -> dict[str, Any]:
        return dict(self.bundle.manifest.calibration)

    @property
    def size(self) -> dict[str, Any]:
        """The entry of its calibration for the size; empty if it has none."""
        return {name: value for name, value in self.calibration.items() if name == "size"}

    @property
    def calibrated_on(self) -> str:
        """Words on the cases that its calibration was fitted to."""
        return str(self.calibration.get("set", "cases that are not stated"))

    @property
    def in_distribution(self) -> dict[str, Any] | None:
        """What it calls usual, which holds for the pictures of the same reader; None if it does not, or is unknown."""
        settings = dict(self.bundle.manifest.in_distribution)
        whole = all(settings.get(name) for name in ("flows", "quantiles", "worst"))
        return settings if whole and self.same_reader else None

    @property
    def typical_tensors(self) -> dict[str, torch.Tensor]:
        """Tensors that go with `in_distribution`, by bundle name."""
        return {k: v for k, v in as_stored(self.bundle).items() if k.startswith(f"{TYPICAL}.")}

    @property
    def prior(self) -> PriorPart | None:
        """Its prior of whole heads, which a few own heads do not change; None if it has none."""
        component = self.bundle.manifest.architecture.get(PRIOR)
        if component is None:
            return None
        tensors = {k: v for k, v in as_stored(self.bundle).items() if k.startswith(f"{PRIOR}.")}
        return PriorPart(component, tensors, dict(self.bundle.manifest.training_population[PRIOR]))

    def write_uncalibrated(self, folder: Path) -> Path:
        """Write the bundle with the calibration of the size alone: its draws have the deviations of the networks."""
        description = changed(self.bundle, calibration=self.size)
        write_bundle(folder, as_stored(self.bundle), description, f"# {self.name}\n")
        return folder


def read_start(config: SkullTrainingConfig) -> Start | None:
    """The bundle that a training starts from; None if it starts from scratch.

    Parameters
    ----------
    config
        As the user wrote it: before `with_start` names the bundle's locator and plane reader.

    Raises
    ------
    InputError
        The bundle is missing or invalid.
    """
    folder = start_bundle(config)
    if folder is None:
        return None
    return Start(read_bundle(folder, KIND), config.locator is None and config.reader is None)
