"""TensorBoard figures of reconstructions during training."""

from __future__ import annotations

import lightning as L
import numpy as np
import torch

from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH, PROFILE
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT
from GenerativeModelsLib.training.skull.data import FixedBatches

PLANES_SHOWN = (("axial", 0), ("sagittal", 2), ("coronal", 1))


class ReconstructionPictures(L.Callback):
    """Sections of the reconstruction (mean and draws) and of the truth through the standard planes, every few epochs.

    The border read in the picture is drawn with its section. It is *not* registered: an offset shows the plane's pose.
    """

    def __init__(self, validation: FixedBatches, every: int = 5, cases: int = 4, name: str = "reconstructions") -> None:
        self.validation, self.every, self.cases, self.name = validation, every, cases, name

    def on_validation_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        if trainer.sanity_checking or trainer.current_epoch % self.every:
            return
        figure = draw_sections(module, self.validation, self.cases)
        trainer.logger.experiment.add_figure(self.name, figure, trainer.global_step)


@torch.no_grad()
def draw_sections(module: L.LightningModule, validation: FixedBatches, cases: int = 4, draws: int = 8):
    """Figure with one row per case and one column per plane: truth black, border blue, draws grey, mean orange."""
    from matplotlib.figure import Figure

    net, basis = module.net, module.basis
    batch = validation[0].to(module.device)
    cases = min(cases, len(batch.borders))
    figure = Figure(figsize=(9, 3 * cases), layout="constrained")
    axes = figure.subplots(cases, 3, squeeze=False)
    middle = basis.size // 2
    theta = np.arange(PROFILE) * (2 * np.pi / PROFILE)
    extent = np.linspace(-HALF_EXTENT, HALF_EXTENT, basis.size)
    for row in range(cases):
        y = Conditions(batch.borders[row : row + 1], batch.present[row : row + 1])
        found = net.predict(y, draws, torch.Generator().manual_seed(row))
        x = () if found.draws is None else found.draws
        fields = [(basis(batch.coefficients[row : row + 1]), batch.log_size[row].exp(), "black", 1.6)]
        fields += [(basis(d[None, :-1]), d[-1].exp(), "0.6", 0.5) for d in x]
        fields += [(basis(found.mean[:, :-1]), found.mean[0, -1].exp(), "tab:orange", 1.4)]
        for axis, (name, dimension), k in zip(axes[row], PLANES_SHOWN, range(3), strict=True):
            half = HALF_WIDTH
            radius = batch.borders[row, k, 0].cpu().numpy()
            axis.plot(radius * np.cos(theta), radius * np.sin(theta), ".", color="tab:blue", markersize=2)
            for field, size, colour, width in fields:
                section = field[0].select(dimension, middle).cpu().numpy()
                vertical = extent if name == "axial" else -extent
                axis.contour(
                    extent * float(size), vertical * float(size), section, [0.0], colors=colour, linewidths=width
                )
            axis.set(xlim=(-half, half), ylim=(half, -half), aspect="equal")
            axis.set_axis_off()
            axis.set_title(name, fontsize=8)
    return figure
