"""What a method of the comparison takes: training, prediction, memory and size."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.benchmarks.rivals.inputs import Inputs
from GenerativeModelsLib.benchmarks.rivals.methods import SECONDS, Fit
from GenerativeModelsLib.benchmarks.rivals.scored import Scored
from GenerativeModelsLib.evaluation.scores.timing import cold_process

__all__ = ["Cost", "cost_of"]


@dataclass(frozen=True)
class Cost:
    """What a method takes.

    Attributes
    ----------
    training_s : mean processor time of the trainings that were not stopped; None if all were.
    case_s : median of a prediction with its draws, on one core.
    memory_mb : peak of a process that loads the method and predicts one case; None where the platform has no figure.
    parameters : numbers stored.
    """

    training_s: float | None
    case_s: float
    memory_mb: float | None
    parameters: int


def cost_of(trainings: Sequence[Scored], inputs: Inputs) -> Cost:
    """Cost of a method from its scored trainings; the memory is measured once and kept."""
    seconds = [score.seconds for found in trainings for score in found.scores["simulated"] if score.seconds is not None]
    trained = [s for s in (_training_seconds(found.fit) for found in trainings) if s is not None]
    first = trainings[0].fit
    return Cost(
        float(np.mean(trained)) if trained else None,
        float(np.median(seconds)),
        _memory_mb(first, inputs),
        _parameters(first.folder),
    )


def _training_seconds(fit: Fit) -> float | None:
    path = fit.folder / SECONDS
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _memory_mb(fit: Fit, inputs: Inputs) -> float | None:
    kept = fit.folder / "memory.json"
    if not kept.is_file():
        measured = cold_process([str(fit.folder), str(inputs.basis)], 1, __name__)
        kept.write_text(json.dumps(asdict(measured)), encoding="utf-8")
    peak = json.loads(kept.read_text(encoding="utf-8"))["memory_gb"]
    return None if peak is None else 1000 * peak


def _parameters(folder: Path) -> int:
    from safetensors import safe_open

    count = 0
    for path in (folder / "predictor.safetensors", folder / "skull.safetensors"):
        if path.is_file():
            with safe_open(path, "np") as tensors:
                shapes = [tensors.get_slice(key).get_shape() for key in tensors.keys()]  # noqa: SIM118
            count += sum(int(np.prod(shape)) for shape in shapes)
    return count


def main() -> None:
    """Load a predictor and predict one case, in a process of its own."""
    import torch

    from GenerativeModelsLib.models.predictor import PLANES, Conditions
    from GenerativeModelsLib.skull.locate.canonical import CHANNELS, PROFILE
    from GenerativeModelsLib.skull.predictors.load import load_predictor
    from GenerativeModelsLib.training.skull.field_basis import load_basis

    torch.set_num_threads(1)
    predictor = load_predictor(Path(sys.argv[1]), load_basis(Path(sys.argv[2])))
    circles = torch.zeros(1, len(PLANES), len(CHANNELS), PROFILE)
    circles[:, :, 0], circles[:, :, 1], circles[:, :, 2] = 1.0, -4.0, 1.0
    predictor.predict(Conditions(circles, torch.ones(1, len(PLANES), dtype=torch.bool)), 100)


if __name__ == "__main__":
    main()
