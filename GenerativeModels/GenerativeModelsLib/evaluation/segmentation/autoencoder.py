"""A denoising auto-encoder of slices: Post-DAE, Larrazabal et al., IEEE TMI 39(12), 2020, at a small size.

Label maps are corrupted, and the network gives back what they were; applied to a segmentation it gives a plausible one.
The corruptions are those of `faults`, at other sizes; the test's graded faults are of the same family, which is to the
advantage of this method.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.evaluation.segmentation.faults import FAULTS
from GenerativeModelsLib.evaluation.segmentation.methods import Outcome, with_ventricle
from GenerativeModelsLib.evaluation.segmentation.window import SIDE, STEP_MM, Window, contracted, ventricle_of
from GenerativeModelsLib.segmentation.maps import LabelMaps

if TYPE_CHECKING:
    import torch

__all__ = ["SETTINGS", "DenoisingAutoencoder", "autoencoder", "corrupted_square", "train_autoencoder"]

SETTINGS = {"widths": [16, 32, 64], "code": 128, "batch": 16, "steps": 1500, "learning_rate": 2e-3, "most_faults": 4}
KINDS = ("lv_hole", "myo_hole", "lv_island", "myo_island", "opened_wall", "shrunk_slice")
PIXEL_MM = np.full(2, STEP_MM)


def autoencoder() -> torch.nn.Module:
    """An untrained network: (N, 3, SIDE, SIDE) shares of the labels -> logits of the same shape, through one code."""
    from torch import nn

    widths, code, corner = [3, *SETTINGS["widths"]], SETTINGS["code"], SIDE // 2 ** len(SETTINGS["widths"])
    down = [(nn.Conv2d(a, b, 3, 2, 1), nn.ReLU()) for a, b in pairwise(widths)]
    up = [(nn.ConvTranspose2d(b, a, 4, 2, 1), nn.ReLU()) for a, b in pairwise(widths)][::-1]
    numbers = widths[-1] * corner**2
    layers = [*(layer for pair in down for layer in pair), nn.Flatten(), nn.Linear(numbers, code)]
    layers += [nn.Linear(code, numbers), nn.ReLU(), nn.Unflatten(1, (widths[-1], corner, corner))]
    return nn.Sequential(*layers, *[layer for pair in up for layer in pair][:-1])


def corrupted_square(square: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Labels (SIDE, SIDE) with up to `most_faults` faults of random kind and size."""
    made = square
    for _ in range(int(rng.integers(SETTINGS["most_faults"] + 1))):
        fault = FAULTS[str(rng.choice(KINDS))]
        low, high = fault.grades[0], fault.grades[-1]
        changed = fault.make(made, PIXEL_MM, float(rng.uniform(low, 1.5 * high)), rng)
        made = made if changed is None else changed
    return made


def train_autoencoder(
    slices: Sequence[np.ndarray], pixel_mm: np.ndarray, seed: int, steps: int = SETTINGS["steps"]
) -> torch.nn.Module:
    """The network trained on slices (rows, columns) with cavity and wall, varied and corrupted at random."""
    import torch
    from torch.nn.functional import cross_entropy

    from GenerativeModelsLib.evaluation.segmentation.unet import segmentation_loss

    rng = np.random.default_rng(seed)
    squares = [Window.around(values, pixel_mm).cut(values, 0, order=0).astype(np.uint8) for values in slices]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = autoencoder().train()
    optimiser = torch.optim.Adam(net.parameters(), SETTINGS["learning_rate"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    walled = torch.ones(SETTINGS["batch"], dtype=torch.bool)
    for _ in range(steps):
        wanted = np.stack([_varied(squares[rng.integers(len(squares))], rng) for _ in range(SETTINGS["batch"])])
        seen = np.stack([corrupted_square(square, rng) for square in wanted])
        logits, labels = net(_shares(seen)), torch.from_numpy(wanted.astype(np.int64))
        loss = segmentation_loss(logits, labels, walled) + cross_entropy(logits, labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return net.eval()


def _varied(square: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A training map contracted, turned, scaled, mirrored and moved by a few pixels at random."""
    from scipy.ndimage import affine_transform

    made = contracted(square, float(rng.uniform(0.2, 1.0)))
    angle, scale = rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 1.25)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.full(2, 0.5 * (SIDE - 1))
    made = affine_transform(made, turn, middle - turn @ middle + rng.uniform(-3, 3, 2), order=0)
    return made[:, ::-1] if rng.integers(2) else made


def _shares(squares: np.ndarray) -> torch.Tensor:
    """(N, SIDE, SIDE) labels -> (N, 3, SIDE, SIDE) float32 of 0 and 1."""
    import torch

    return torch.from_numpy(np.stack([squares == code for code in range(3)], axis=1).astype(np.float32))


@dataclass(frozen=True, eq=False)
class DenoisingAutoencoder:
    """Post-DAE: every slice is replaced by what the network makes of it.

    Attributes
    ----------
    weights
        Its arrays by name.
    """

    weights: Mapping[str, np.ndarray]
    name: str = "denoising auto-encoder (Post-DAE)"

    def repair(self, maps: LabelMaps) -> Outcome:
        import torch

        net = autoencoder()
        net.load_state_dict({key: torch.from_numpy(array) for key, array in self.weights.items()})
        values = maps.values.copy()
        for place in np.ndindex(values.shape[:2]):
            window = Window.around(values[place], maps.pixel_mm)
            if window is None:
                continue
            square = ventricle_of(window.cut(values[place], 0, order=0).astype(np.uint8))
            with torch.inference_mode():
                logits = net.eval()(_shares(square[None]))[0].numpy()
            found = np.stack([window.back(part, float(k == 0)) for k, part in enumerate(logits)])
            inside = window.back(np.ones_like(square), 0) > 0.5
            values[place] = with_ventricle(values[place], np.where(inside, found.argmax(axis=0), 0))
        return Outcome(replace(maps, values=values))
