"""A device whose memory does not suffice, and the CPU in its place."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from GenerativeModelsLib.synthesis.falling_back import computed


class Elsewhere(torch.nn.Module):
    """A network that says that it is on a GPU until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.place = "cuda"

    def parameters(self, recurse: bool = True):
        yield SimpleNamespace(device=torch.device(self.place))

    def to(self, device):
        self.place = str(device)
        return self


def test_memory_that_does_not_suffice_moves_the_network_to_the_cpu() -> None:
    net = Elsewhere()

    def compute(device: torch.device) -> str:
        if device.type == "cuda":
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return f"on {device}"

    found, device, warnings = computed(net, compute)
    assert (found, device, net.place) == ("on cpu", "cpu", "cpu")
    assert warnings[0].kind == "device" and "cuda did not suffice" in warnings[0]


def test_another_error_stays_one() -> None:
    def compute(device: torch.device) -> None:
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        computed(Elsewhere(), compute)
    assert computed(torch.nn.Linear(1, 1), lambda device: device.type) == ("cpu", "cpu", ())
