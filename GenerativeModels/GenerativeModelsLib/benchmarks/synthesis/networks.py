"""U-Nets of a comparison: trained now or by an earlier run, and what they segment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.evaluation.kept import kept
from GenerativeModelsLib.evaluation.scores.stacks import stack_score
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase
from GenerativeModelsLib.evaluation.segmentation.unet import SETTINGS, predicted, standardised, train_unet, unet
from GenerativeModelsLib.segmentation.maps import CODES

if TYPE_CHECKING:
    import torch

__all__ = ["MEASURES", "features", "network", "scores_of"]

MEASURES = ("dice_lv", "dice_myo", "hd95_lv_mm", "hd95_myo_mm")


def network(
    folder: Path,
    name: str,
    settings: Mapping[str, Any],
    seed: int,
    steps: int,
    data: Callable[[], tuple[Sequence[ImagedCase], Sequence[ImagedCase]]],
) -> torch.nn.Module:
    """The U-Net of real and synthetic cases, which `data` makes if they are needed.

    Parameters
    ----------
    settings
        All that the cases follow from.
    """
    import torch

    def weights() -> dict[str, np.ndarray]:
        real, synthetic = data()
        net = train_unet(real, seed, steps, synthetic=synthetic)
        return {key: tensor.numpy() for key, tensor in net.state_dict().items()}

    found = kept(folder, name, {**SETTINGS, **settings, "steps": steps, "seed": seed}, weights)
    net = unet()
    net.load_state_dict({key: torch.from_numpy(values) for key, values in found.items()})
    return net.eval()


def scores_of(net: torch.nn.Module, case: ImagedCase) -> dict[str, float]:
    """`MEASURES` of the structures that are labelled in a stack, of all its slices where they are."""
    labels, found = predicted(net, case)[0], {}
    spacing = np.array([case.truth.slice_mm, *case.truth.pixel_mm])
    for name, known in case.known.items():
        rows = known[0]
        wanted = case.truth.values[0][rows] == CODES[name]
        if wanted.any():
            score = stack_score(labels[rows] == CODES[name], wanted, spacing)
            found |= {f"dice_{name}": score.dice, f"hd95_{name}_mm": score.hd95_mm}
    return found


def features(net: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    """(N, channels) means over the places of the deepest feature maps of the U-Net, of slices (N, rows, columns)."""
    import torch

    deepest, found = net.model, []
    while isinstance(deepest, torch.nn.Sequential):
        deepest = deepest[1].submodule
    hook = deepest.register_forward_hook(lambda _, __, maps: found.append(maps.mean((2, 3))))
    try:
        with torch.inference_mode():
            for part in standardised(images)[:, None].split(16):
                net(part)
    finally:
        hook.remove()
    return torch.cat(found).numpy()
