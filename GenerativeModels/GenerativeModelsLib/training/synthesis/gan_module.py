"""Lightning module of the two GANs that draw images of label maps."""

from __future__ import annotations

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.synthesis.images.classes import CLASSES
from GenerativeModelsLib.synthesis.images.model import NETWORKS
from GenerativeModelsLib.training.synthesis.config import GanTrainingConfig
from GenerativeModelsLib.training.synthesis.data import SynthesisBatch

__all__ = ["GanTraining", "feature_distance", "gan_parameters"]

BETAS = (0.5, 0.999)
"""Of Adam."""
WARM_UP = 0.05


def gan_parameters(config: GanTrainingConfig) -> dict:
    """Keyword arguments of the networks of a config."""
    sizes = {name: list(v) if isinstance(v, tuple) else v for name, v in config.network.model_dump().items()}
    return {"size": config.grid, "labels": len(CLASSES), **sizes}


def feature_distance(drawn: list[Tensor], real: list[Tensor]) -> Tensor:
    """Mean absolute difference of the discriminator's feature maps, mean over its layers (Wang et al., CVPR 2018)."""
    return torch.stack([F.l1_loss(mine, theirs.detach()) for mine, theirs in zip(drawn, real)]).mean()


class GanTraining(L.LightningModule):
    """Losses of least squares, with D(x, y) the discriminator of MONAI on patches.

        discriminator   mean (D(x, y) - 1)^2 + mean D(G(y, z), y)^2
        generator       a (D(G(y, z), y) - 1)^2 + f |features(G(y, z)) - features(x)| + i |G(y, z) - x|
                        + beta KL[q(z | x) || N(0, I)]

    z ~ q(z | x); for `swapped_share` of a batch z is that of the next image, and of these the image is judged and not
    compared, so that a style is taken from other hearts too. Both GANs have the same losses: they differ in where the
    labels enter.
    """

    automatic_optimization = False

    def __init__(self, *, config: GanTrainingConfig, steps: int) -> None:
        from monai.losses import PatchAdversarialLoss
        from monai.networks.nets import PatchDiscriminator

        super().__init__()
        self.config, self.steps = config, steps
        parameters = gan_parameters(config)
        self.save_hyperparameters({"network": parameters, "steps": steps, "model": config.model})
        self.net = NETWORKS[config.model](**parameters)
        self.critic = PatchDiscriminator(
            2, config.critic_channels, 1 + len(CLASSES), num_layers_d=config.critic_layers, norm="INSTANCE"
        )
        self.adversarial = PatchAdversarialLoss(criterion="least_squares", no_activation_leastsq=True)

    def _judged(self, images: Tensor, classes: Tensor) -> list[Tensor]:
        """Feature maps of the discriminator, its verdict last."""
        one_hot = F.one_hot(classes.long(), len(CLASSES)).movedim(-1, 1).to(images)
        return self.critic(torch.cat([images[:, None], one_hot], dim=1))

    def training_step(self, batch: SynthesisBatch, _: int) -> None:
        h = self.config
        generator, critic = self.optimizers()
        images, classes = batch
        swapped = int(h.swapped_share * len(images))
        draw = torch.Generator().manual_seed(1_000_003 * h.seed + self.global_step)
        noise = torch.randn(len(images), self.net.style, generator=draw).to(images)
        posterior = self.net.encoder(images)
        own = posterior.sample(noise)
        z = torch.cat([own.roll(-1, 0)[:swapped], own[swapped:]])
        drawn = self.net(classes, z)

        real, fake = (self._judged(each, classes)[-1] for each in (images, drawn.detach()))
        verdicts = self.adversarial(real, True, True), self.adversarial(fake, False, True)
        self._step(critic, sum(verdicts))

        self.critic.requires_grad_(False)
        mine = self._judged(drawn, classes)
        with torch.no_grad():
            theirs = self._judged(images[swapped:], classes[swapped:])
        zero = torch.zeros_like(posterior.mu)
        found = {
            "fooled": self.adversarial(mine[-1], True, False),
            "features": feature_distance([each[swapped:] for each in mine[:-1]], theirs[:-1]),
            "image": F.l1_loss(drawn[swapped:], images[swapped:]),
            "kl": posterior.kl(DiagonalGaussian(zero, zero)).sum(1).mean(),
        }
        weights = {"fooled": h.adversarial_weight, "features": h.feature_weight, "image": h.image_weight, "kl": h.beta}
        self._step(generator, sum(weights[name] * value for name, value in found.items()))
        self.critic.requires_grad_(True)
        for schedule in self.lr_schedulers():
            schedule.step()
        found |= {"real": verdicts[0], "drawn": verdicts[1]}
        self.log_dict({f"train/{name}": value for name, value in found.items()}, batch_size=len(images))

    def _step(self, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
        optimiser.zero_grad()
        self.manual_backward(loss)
        if (clip := self.config.trainer.gradient_clip) is not None:
            self.clip_gradients(optimiser, gradient_clip_val=clip)
        optimiser.step()

    def validation_step(self, batch: SynthesisBatch, _: int) -> None:
        """Log the absolute error of images in their own mean style."""
        drawn = self.net(batch.classes, self.net.encoder(batch.images).mu)
        self.log("validation/image", F.l1_loss(drawn, batch.images), batch_size=len(batch.images))

    def configure_optimizers(self) -> tuple[list, list]:
        optimisers = [
            torch.optim.Adam(part.parameters(), lr=factor * self.config.learning_rate, betas=BETAS)
            for part, factor in ((self.net, 1.0), (self.critic, 2.0))
        ]
        schedules = [
            torch.optim.lr_scheduler.OneCycleLR(
                each, each.param_groups[0]["lr"], total_steps=self.steps, pct_start=WARM_UP, cycle_momentum=False
            )
            for each in optimisers
        ]
        return optimisers, schedules
