"""A small U-Net trained on few patients, whose segmentations fail as real ones do. Nothing of it is shipped.

Cavity, wall and background on slices of short-axis cine MR, or further structures. Where the wall is not labelled, a
pixel without cavity may be wall or background: its loss is that of the sum of both probabilities, and the wall's Dice
is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase
from GenerativeModelsLib.segmentation.maps import CODES

if TYPE_CHECKING:
    import torch
    from torch import Tensor

__all__ = ["SETTINGS", "predicted", "probabilities", "segmentation_loss", "standardised", "train_unet", "unet"]

LV, MYO = CODES["lv"], CODES["myo"]
SETTINGS = {
    "channels": [16, 32, 64, 128, 256],
    "crop": 128,
    "batch": 4,
    "steps": 1500,
    "learning_rate": 4e-3,
    "degrees": 30,
    "scale": 0.15,
    "contrast": 0.3,
}
"""What follows of the training: all in the digest of the predictions."""


def unet(classes: int = 3) -> torch.nn.Module:
    """An untrained U-Net of MONAI: (N, 1, rows, columns) -> logits (N, classes, rows, columns), sides divisible by 16.

    Raises
    ------
    InputError
        MONAI is not installed.
    """
    try:
        from monai.networks.nets import UNet
    except ImportError as error:
        raise InputError(
            'The network of this benchmark is one of MONAI, which is not installed: pip install "monai>=1.6".'
        ) from error
    channels = SETTINGS["channels"]
    return UNet(2, 1, classes, channels, [2] * (len(channels) - 1), num_res_units=1)


def segmentation_loss(logits: Tensor, labels: Tensor, walled: Tensor) -> Tensor:
    """Cross entropy plus one minus Dice of cavity, wall and the structures after them.

    Parameters
    ----------
    logits
        (N, classes, rows, columns): background, cavity, wall, and further structures by their codes.
    labels
        (N, rows, columns) integers below `classes`.
    walled
        (N,) bool: whether the wall is labelled. Else 0 means background or wall, and the wall's Dice is left out.
    """
    import torch

    logs = logits.log_softmax(1)
    of_label = logs.gather(1, labels[:, None])[:, 0]
    no_cavity = torch.logaddexp(logs[:, 0], logs[:, MYO])
    of_label = torch.where(~walled[:, None, None] & (labels == 0), no_cavity, of_label)
    dice = [_dice(logs[:, LV].exp(), labels == LV)]
    if walled.any():
        dice += [_dice(logs[walled, code].exp(), labels[walled] == code) for code in range(MYO, logs.shape[1])]
    return -of_label.mean() + sum(1 - value for value in dice)


def _dice(share: Tensor, mask: Tensor) -> Tensor:
    return (2 * (share * mask).sum() + 1) / (share.sum() + mask.sum() + 1)


def train_unet(
    cases: Sequence[ImagedCase],
    seed: int,
    steps: int = SETTINGS["steps"],
    classes: int = 3,
    synthetic: Sequence[ImagedCase] = (),
) -> torch.nn.Module:
    """A U-Net trained on the slices of cases whose cavity is labelled; the same seed gives the same network.

    With `synthetic` cases half of every batch, rounded down, is of them: number of steps and size of a batch stay.
    """
    import torch

    images, labels, walls = _slices(cases)
    if synthetic:
        images, labels, walls = (np.concatenate(both) for both in zip((images, labels, walls), _slices(synthetic)))
    seen, wanted, walled = standardised(images), torch.from_numpy(labels.astype(np.int64)), torch.from_numpy(walls)
    real = int(sum(case.known["lv"].sum() for case in cases))
    others = SETTINGS["batch"] // 2 if synthetic else 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = unet(classes).train()
        optimiser = torch.optim.Adam(net.parameters(), SETTINGS["learning_rate"])
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, SETTINGS["learning_rate"], total_steps=steps)
        for _ in range(steps):
            batch = torch.randint(real, (SETTINGS["batch"] - others,))
            if others:
                batch = torch.cat([batch, torch.randint(real, len(seen), (others,))])
            loss = segmentation_loss(*_moved(net, seen[batch], wanted[batch]), walled[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return net.eval()


def _slices(cases: Sequence[ImagedCase]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images and labels (N, rows, columns) of the slices whose cavity is labelled, and whether the wall is, (N,)."""
    images = np.concatenate([case.images[case.known["lv"]] for case in cases])
    labels = np.concatenate([case.truth.values[case.known["lv"]] for case in cases])
    return images, labels, np.concatenate([case.known["myo"][case.known["lv"]] for case in cases])


def _moved(net: torch.nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Logits and labels of randomly turned, scaled, mirrored and shifted crops with another contrast."""
    import torch
    from torch.nn.functional import affine_grid, grid_sample

    count, (height, width), crop = len(images), images.shape[-2:], SETTINGS["crop"]
    angle = torch.deg2rad(SETTINGS["degrees"] * (2 * torch.rand(count) - 1))
    size = (1 + SETTINGS["scale"] * (2 * torch.rand(count) - 1)) * crop / min(height, width)
    mirror = 2.0 * torch.randint(2, (count,)) - 1
    room = (1 - crop / min(height, width)) * (2 * torch.rand(count, 2) - 1)
    rows = torch.stack([size * angle.cos() * mirror, -size * angle.sin(), room[:, 0]], 1)
    columns = torch.stack([size * angle.sin() * mirror, size * angle.cos(), room[:, 1]], 1)
    grid = affine_grid(torch.stack([rows, columns], 1), [count, 1, crop, crop], align_corners=False)
    seen = grid_sample(images[:, None], grid, align_corners=False, padding_mode="border")
    wanted = grid_sample(labels[:, None].float(), grid, "nearest", align_corners=False)[:, 0].long()
    factor, offset = (SETTINGS["contrast"] * (2 * torch.rand(2, count, 1, 1, 1) - 1)).unbind()
    return net(seen * (1 + factor) + offset), wanted


def standardised(images: np.ndarray) -> Tensor:
    """(N, rows, columns) float32 of mean 0 and standard deviation 1 each."""
    import torch

    values = images.astype(np.float32)
    mean, deviation = (getattr(values, name)(axis=(1, 2), keepdims=True) for name in ("mean", "std"))
    return torch.from_numpy((values - mean) / np.maximum(deviation, 1e-3))


def probabilities(net: torch.nn.Module, images: np.ndarray, views: int = 1) -> np.ndarray:
    """(N, classes, rows, columns) float32 softmax of slices (N, rows, columns).

    With up to ten `views` the mean over as many ways to look at them, test-time augmentation: plain and mirrored, each
    as it is, with contrast 0.8 and 1.2, and turned by 15 degrees both ways.
    """
    import torch
    from torch.nn.functional import affine_grid, grid_sample

    seen, total = standardised(images)[:, None], 0.0
    ways = [(mirror, *way) for way in ((1.0, 0), (0.8, 0), (1.2, 0), (1.0, 15), (1.0, -15)) for mirror in (1, -1)]
    for mirror, contrast, degrees in ways[:views]:
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        there = torch.tensor([[mirror * c, -mirror * s, 0.0], [s, c, 0.0]], dtype=torch.float32)
        back = torch.cat([torch.linalg.inv(there[:, :2]), torch.zeros(2, 1)], dim=1)
        with torch.inference_mode():
            grids = [
                affine_grid(each.expand(len(seen), -1, -1), seen.shape, align_corners=False) for each in (there, back)
            ]
            turned = grid_sample(contrast * seen, grids[0], padding_mode="border", align_corners=False)
            found = torch.cat([net(part).softmax(1) for part in turned.split(16)])
            total = total + grid_sample(found, grids[1], padding_mode="border", align_corners=False)
    return (total / min(views, len(ways))).numpy()


def predicted(net: torch.nn.Module, case: ImagedCase) -> np.ndarray:
    """(frames, slices, rows, columns) uint8 labels of every slice, each segmented alone."""
    import torch

    flat = standardised(case.images.reshape(-1, *case.images.shape[-2:]))
    with torch.inference_mode():
        found = [net(part[:, None]).argmax(1) for part in flat.split(16)]
    return torch.cat(found).numpy().astype(np.uint8).reshape(case.images.shape)
