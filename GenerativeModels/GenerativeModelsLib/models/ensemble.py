"""Ensemble of skull models, for the uncertainty that one trained network cannot know."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.cvae import SkullCVAE
from GenerativeModelsLib.models.predictor import Conditions, Prediction


class SkullEnsemble(nn.Module):
    """Equally weighted mixture of models with the same architecture and other initial weights.

    Its draws are those of the members in turn, so that their spread contains the disagreement of the members (deep
    ensembles, Lakshminarayanan et al. 2017).

    Parameters
    ----------
    kind
        Class of the members.
    members
        Their number.
    parameters
        Of each member.
    """

    def __init__(self, kind: type[SkullCVAE], members: int = 1, **parameters: object) -> None:
        super().__init__()
        self.members = nn.ModuleList(kind(**parameters) for _ in range(members))

    @classmethod
    def of(cls, members: Sequence[SkullCVAE]) -> SkullEnsemble:
        """Ensemble of existing models, which may have been trained apart."""
        made = cls.__new__(cls)
        nn.Module.__init__(made)
        made.members = nn.ModuleList(members)
        return made

    @property
    def x_scale(self) -> Tensor:
        """(K + 1,) of the first member; that of all is the same."""
        return self.members[0].x_scale

    def encode_planes(self, y: Conditions) -> Tensor:
        """Features (B, 3, F) of the first member."""
        return self.members[0].encode_planes(y)

    @torch.no_grad()
    def mean(self, y: Conditions) -> Tensor:
        """x (B, K + 1) at the mean of every prior, the mean over the members."""
        found = []
        for net in self.members:
            features = net.encode_planes(y)
            found.append(net.decode(features, net.descend(features, None)))
        return torch.stack(found).mean(0)

    @torch.no_grad()
    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Prediction as in `Predictor`: mean of the members' means and poses; `samples` draws, shared out equally."""
        count = len(self.members)
        shares = [samples // count + (k < samples % count) for k in range(count)]
        found = [net.predict(y, share, generator) for net, share in zip(self.members, shares, strict=True)]
        mean, poses = (torch.stack([getattr(f, name) for f in found]).mean(0) for name in ("mean", "poses"))
        draws = [f.draws for f in found if f.draws is not None]
        return Prediction(mean, torch.cat(draws) if draws else None, poses)
