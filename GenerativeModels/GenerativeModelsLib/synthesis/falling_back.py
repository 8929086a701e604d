"""Computation by networks that goes on on the CPU where the memory of another device does not suffice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.language import said
from GenerativeModelsLib.process.memory import is_out_of_memory

__all__ = ["computed"]

Found = TypeVar("Found")


def computed(net: nn.Module, compute: Callable[[torch.device], Found]) -> tuple[Found, str, tuple[str, ...]]:
    """What `compute` returns on the device of `net`; the device that was used; and warnings.

    Where the memory of that device does not suffice, `net` is moved to the CPU and `compute` is called again.
    """
    device = next(net.parameters()).device
    try:
        return compute(device), str(device), ()
    except RuntimeError as error:
        if device.type == "cpu" or not is_out_of_memory(error):
            raise
    net.to("cpu")
    warning = Caution(
        said("The memory of the device {device} did not suffice: the CPU drew the image.", device=str(device)),
        "device",
    )
    return compute(torch.device("cpu")), "cpu", (warning,)
