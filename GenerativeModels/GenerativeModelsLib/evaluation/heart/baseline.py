"""VAE trained for comparison with the Ladder VAE; it is read from the weights of a training, not from a bundle."""

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
    """Published VAE with a classifier on its latent space; `place` and `reconstruct` as in `HeartModel`.

    The probability of its classifier is not calibrated, and it has no in-distribution check.
    """

    def __init__(self, net: LadderVAE) -> None:
        self.net = net

    @torch.no_grad()
    def place(self, hearts: RayBatch) -> Placed:
        """Latent means and probability of hearts (N, PHASES), from the phases that are present."""
        code = heart_code.encode(hearts)
        (level,) = self.net.encode(torch.from_numpy(code), torch.from_numpy(hearts.present))
        logits = self.net.classify(level.z).double().numpy()
        rebuilt = self.net.decode([level.z]).numpy()
        error = reconstruction_error(code, rebuilt, hearts.present)
        probability = PlattScale(1.0, 0.0).probability(logits[:, 1] - logits[:, 0])
        return Placed((level.z.double().numpy(),), probability, error, (), hearts.present)

    @torch.no_grad()
    def reconstruct(self, placed: Placed) -> RayBatch:
        """Shapes (N, PHASES) of placed hearts."""
        z = torch.from_numpy(placed.levels[0]).float()
        return heart_code.decode(self.net.decode([z]).double().numpy())


def load_heart_baseline(weights: Path, ladder: HeartModel) -> HeartBaseline:
    """Load the VAE from the `heart.safetensors` of a training; its sizes follow from the Ladder VAE.

    Raises
    ------
    InputError
        The file is missing or contains no VAE of that size.
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
