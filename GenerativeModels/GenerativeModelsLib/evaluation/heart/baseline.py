"""The VAE that is trained beside the Ladder VAE, for comparison alone: no bundle holds it, a training's weights do."""

from __future__ import annotations

from pathlib import Path

import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.infer.bundle import baseline_parameters
from GenerativeModelsLib.heart.infer.error import reconstruction_error
from GenerativeModelsLib.heart.infer.model import HeartModel, Placed
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.uncertainty.platt import PlattScale

__all__ = ["HeartBaseline", "load_heart_baseline"]


class HeartBaseline:
    """The published VAE with a classifier on its one latent space; `place` and `reconstruct` as a `HeartModel`'s.

    Its probability is the classifier's own, not calibrated, and it judges no heart's typicality.
    """

    def __init__(self, net: LadderVAE) -> None:
        self.net = net

    @torch.no_grad()
    def place(self, hearts: RayBatch, es_present: bool = True) -> Placed:
        """Means of the one level of hearts (N, 2) and their probability."""
        code = heart_code.encode(hearts)
        present = torch.tensor([[True, es_present]]).expand(len(code), 2)
        (level,) = self.net.encode(torch.from_numpy(code), present)
        logits = self.net.classify(level.z).double().numpy()
        rebuilt = self.net.decode([level.z]).numpy()
        error = reconstruction_error(code, rebuilt, es_present)
        probability = PlattScale(1.0, 0.0).probability(logits[:, 1] - logits[:, 0])
        return Placed((level.z.double().numpy(),), probability, error, (), es_present)

    @torch.no_grad()
    def reconstruct(self, placed: Placed) -> RayBatch:
        """Shapes (N, 2) of placed hearts."""
        z = torch.from_numpy(placed.levels[0]).float()
        return heart_code.decode(self.net.decode([z]).double().numpy())


def load_heart_baseline(weights: Path, ladder: HeartModel) -> HeartBaseline:
    """The VAE of a training's `heart.safetensors`, with the sizes of the ladder trained beside it.

    Raises
    ------
    InputError
        There is no such file, or no VAE of that size in it.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    weights = Path(weights)
    if not weights.is_file():
        raise InputError(f"{weights} does not exist: give the heart.safetensors of a training with `baseline: true`.")
    parameters = baseline_parameters(ladder.manifest.architecture["lvae"].parameters)
    try:
        tensors = load_file(weights)
        own = {name.removeprefix("vae."): tensor for name, tensor in tensors.items() if name.startswith("vae.")}
        net = LadderVAE(**parameters)
        net.load_state_dict(own)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise InputError(
            f"{weights} holds no VAE beside the bundle's ladder ({str(error).splitlines()[0]})."
        ) from error
    return HeartBaseline(net.eval().requires_grad_(False))
