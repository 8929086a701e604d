"""What a finished skull training left: its networks and readings, loaded when they are first used, and once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from safetensors.torch import load_file

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.models import cvae
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.readings import ReaderNets, Readings, RealReadings, load_reader, read_real
from GenerativeModelsLib.training.skull.sources import bank_readings

__all__ = ["FinishedTraining"]


@dataclass(frozen=True, eq=False)
class FinishedTraining:
    """Networks and readings of a training.

    Attributes
    ----------
    config
        With its locator and reader named, see `start.with_start`.
    """

    config: SkullTrainingConfig

    @cached_property
    def net(self) -> SkullEnsemble:
        """The trained skull networks, in evaluation mode."""
        net = SkullEnsemble(getattr(cvae, self.config.model), **{"rank": 64, **self.config.network})
        net.load_state_dict(load_file(self.config.output / "skull.safetensors"))
        return net.eval()

    @property
    def readings(self) -> Readings:
        """Of the training shards of the bank."""
        return self._bank[0]

    @property
    def held_out(self) -> Readings:
        """Of the validation shards of the bank."""
        return self._bank[1]

    def read(self, pictures: Sequence[Hc18Case]) -> RealReadings:
        """Readings of real pictures by locator and plane reader."""
        return read_real(pictures, self._reader)

    @cached_property
    def _bank(self) -> tuple[Readings, Readings]:
        return bank_readings(self.config, self.config.output / "basis.safetensors")

    @cached_property
    def _reader(self) -> ReaderNets:
        return load_reader(self.config.locator, self.config.reader)
