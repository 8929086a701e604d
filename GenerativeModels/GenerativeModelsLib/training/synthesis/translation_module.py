"""Lightning module of the CycleGAN that keeps the regions of an image where they are."""

from __future__ import annotations

import lightning as L
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.translation import LookGenerator, RegionNet
from GenerativeModelsLib.synthesis.translate.model import PARTS
from GenerativeModelsLib.training.synthesis.looks import UNKNOWN
from GenerativeModelsLib.training.synthesis.translation_config import TranslationTrainingConfig
from GenerativeModelsLib.training.synthesis.translation_data import TranslationBatch

__all__ = ["ImagePool", "TranslationTraining", "generator_parameters", "moved_regions"]

BETAS = (0.5, 0.999)
"""Of Adam."""
SMALL = 0.1
"""Difference of grey values up to which a loss is quadratic. With |d|, whose slope does not end at 0, the generators
stay the identity with which they begin."""
CRITICS = 2.0
"""Learning rate of the discriminators in that of the generators."""
REGIONS = 5.0
"""That of the regions."""
LINEAR_FROM = 0.5
"""Share of the steps after which the learning rate falls linearly to 0, as in the paper."""


def generator_parameters(config: TranslationTrainingConfig) -> dict:
    """Keyword arguments of both generators of a config."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in config.network.model_dump().items()}


def moved_regions(before: Tensor, after: Tensor) -> Tensor:
    """Mean KL divergence of the regions of pixels by their scores (B, R, rows, columns) before and after, in nats."""
    return F.kl_div(after.log_softmax(1), before.log_softmax(1), log_target=True, reduction="none").sum(1).mean()


def apart(one: Tensor, other: Tensor) -> Tensor:
    """Mean of h(d) of the differences d of two images: d^2 / (2 b) up to b = `SMALL`, and |d| - b / 2 beyond."""
    return F.smooth_l1_loss(one, other, beta=SMALL)


class ImagePool:
    """The last images that a generator drew (Shrivastava et al., CVPR 2017): half of those shown are earlier ones.

    Parameters
    ----------
    size : number of images that are kept; 0: those given are shown.
    seed : of the draws.
    """

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.kept = size, []
        self.rng = torch.Generator().manual_seed(seed)

    def shown(self, images: Tensor) -> Tensor:
        """Images (B, rows, columns) to show in place of these."""
        found = []
        for image in images.detach():
            if len(self.kept) < self.size:
                self.kept.append(image)
            elif self.size and torch.rand((), generator=self.rng) < 0.5:
                place = int(torch.randint(self.size, (), generator=self.rng))
                self.kept[place], image = image, self.kept[place]
            found.append(image)
        return torch.stack(found)


class TranslationTraining(L.LightningModule):
    """Losses of least squares, with G to the second and F to the first domain, and D the discriminators of MONAI.

        discriminators  mean (D_2(y) - 1)^2 + mean D_2(G(x))^2,  and the same of D_1(x), D_1(F(y))
        generators      a [(D_2(G(x)) - 1)^2 + (D_1(F(y)) - 1)^2] + c [h(F(G(x)) - x) + h(G(F(y)) - y)]
                        + i [h(G(y) - y) + h(F(x) - x)] + s [KL(S(x) || S(G(x))) + KL(S(y) || S(F(y)))]
        regions         cross entropy of S(x) and S(y), where regions are known; S is constant in the generators' loss

    h is that of `apart`. S(x) says which region a pixel belongs to. It is trained on both domains, on images that are
    not translated. The last term has its whole weight from `region_share` of the steps on, when S is worth being
    listened to.
    """

    automatic_optimization = False

    def __init__(self, *, config: TranslationTrainingConfig, steps: int, regions: int) -> None:
        from monai.losses import PatchAdversarialLoss
        from monai.networks.nets import PatchDiscriminator

        super().__init__()
        self.config, self.steps = config, steps
        parameters = generator_parameters(config)
        self.save_hyperparameters({"network": parameters, "steps": steps, "regions": regions})
        self.net = nn.ModuleDict({part: LookGenerator(**parameters) for part in PARTS})
        self.critics = nn.ModuleDict(
            {
                part: PatchDiscriminator(
                    2, config.critic_channels, 1, num_layers_d=config.critic_layers, norm="INSTANCE"
                )
                for part in PARTS
            }
        )
        self.regions = RegionNet(regions, config.region_channels)
        self.adversarial = PatchAdversarialLoss(criterion="least_squares", no_activation_leastsq=True)
        self.pools = {part: ImagePool(config.pool, config.seed + number) for number, part in enumerate(PARTS)}

    def _noise(self, like: Tensor, number: int) -> Tensor:
        draw = torch.Generator().manual_seed(1_000_003 * self.config.seed + 4 * self._step_number + number)
        return torch.randn(like.shape, generator=draw).to(like)

    @property
    def _step_number(self) -> int:
        # three optimisers step once each
        return self.global_step // 3

    def drawn(self, batch: TranslationBatch) -> dict[str, Tensor]:
        """Translated images, those translated back, and those that should stay as they are, by domain."""
        first, second = batch.first, batch.second
        count = len(first)
        to_first, to_second = self.net["to_first"], self.net["to_second"]
        # one pass for two kinds of images: no part of a generator looks at a whole batch
        there = to_second(torch.cat([first, second]), self._noise(torch.cat([first, second]), 0))
        here = to_first(torch.cat([second, first]), self._noise(torch.cat([second, first]), 1))
        return {
            "to_second": there[:count],
            "to_first": here[:count],
            "second_again": there[count:],
            "first_again": here[count:],
            "first_back": to_first(there[:count], self._noise(first, 2)),
            "second_back": to_second(here[:count], self._noise(second, 3)),
        }

    def generator_losses(self, batch: TranslationBatch, made: dict[str, Tensor]) -> dict[str, Tensor]:
        """Parts of the loss of the generators, without their weights."""
        fooled = sum(self.adversarial(self.critics[part](made[part][:, None])[-1], True, False) for part in PARTS)
        with torch.no_grad():
            before = [self.regions(each).detach() for each in (batch.first, batch.second)]
        after = [self.regions(made[part]) for part in ("to_second", "to_first")]
        return {
            "fooled": fooled,
            "cycle": apart(made["first_back"], batch.first) + apart(made["second_back"], batch.second),
            "identity": apart(made["first_again"], batch.first) + apart(made["second_again"], batch.second),
            "moved": sum(moved_regions(*pair) for pair in zip(before, after)),
        }

    def critic_loss(self, batch: TranslationBatch, made: dict[str, Tensor]) -> Tensor:
        """Loss of both discriminators; of the translated images half are earlier ones."""
        found = []
        for part, real in (("to_first", batch.first), ("to_second", batch.second)):
            shown = self.pools[part].shown(made[part])
            found.append(self.adversarial(self.critics[part](real[:, None])[-1], True, True))
            found.append(self.adversarial(self.critics[part](shown[:, None])[-1], False, True))
        return sum(found)

    def region_loss(self, batch: TranslationBatch) -> Tensor:
        """Cross entropy of the regions of both domains, 0 where none is known."""
        scores = self.regions(torch.cat([batch.first, batch.second]))
        known = torch.cat([batch.first_regions, batch.second_regions]).long()
        found = F.cross_entropy(scores, known, ignore_index=UNKNOWN, reduction="sum")
        return found / (known != UNKNOWN).sum().clamp_min(1)

    def weights(self) -> dict[str, float]:
        """Of the parts of the generators' loss at this step."""
        h = self.config
        begun = min(1.0, self._step_number / max(1.0, h.region_share * self.steps))
        return {
            "fooled": h.adversarial_weight,
            "cycle": h.cycle_weight,
            "identity": h.identity_weight,
            "moved": begun * h.region_weight,
        }

    def training_step(self, batch: TranslationBatch, _: int) -> None:
        generators, critics, regions = self.optimizers()
        self.critics.requires_grad_(False)
        self.regions.requires_grad_(False)
        made = self.drawn(batch)
        found, weights = self.generator_losses(batch, made), self.weights()
        self._step(generators, sum(weights[name] * value for name, value in found.items()))
        self.critics.requires_grad_(True)
        self.regions.requires_grad_(True)
        found["critics"] = self.critic_loss(batch, made)
        self._step(critics, found["critics"])
        found["regions"] = self.region_loss(batch)
        self._step(regions, found["regions"])
        for schedule in self.lr_schedulers():
            schedule.step()
        self.log_dict({f"train/{name}": value for name, value in found.items()}, batch_size=len(batch.first))

    def _step(self, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
        optimiser.zero_grad()
        self.manual_backward(loss)
        if (clip := self.config.trainer.gradient_clip) is not None:
            self.clip_gradients(optimiser, gradient_clip_val=clip)
        optimiser.step()

    def validation_step(self, batch: TranslationBatch, _: int) -> None:
        """Log the parts of the loss on images that do not train."""
        made = self.drawn(batch)
        found = self.generator_losses(batch, made) | {"regions": self.region_loss(batch)}
        self.log_dict({f"validation/{name}": value for name, value in found.items()}, batch_size=len(batch.first))

    def configure_optimizers(self) -> tuple[list, list]:
        rate, (net, critics, regions) = self.config.learning_rate, (self.net, self.critics, self.regions)
        optimisers = [
            torch.optim.Adam(part.parameters(), lr=factor * rate, betas=BETAS)
            for part, factor in ((net, 1.0), (critics, CRITICS), (regions, REGIONS))
        ]

        def factor(step: int) -> float:
            return min(1.0, (1 - step / self.steps) / (1 - LINEAR_FROM))

        return optimisers, [torch.optim.lr_scheduler.LambdaLR(each, factor) for each in optimisers]
