"""Selection of the torch device, checked by a real operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.language import said

if TYPE_CHECKING:
    import torch

__all__ = ["DeviceChoice", "choose_device"]


@dataclass(frozen=True)
class DeviceChoice:
    """A device that has passed a real operation.

    Attributes
    ----------
    torch_device
        The device for torch.
    name
        "cpu", "cuda:N" or "mps", as in `result.json`.
    warnings
        Sentences for the user, such as why a GPU was passed over.
    """

    torch_device: torch.device
    name: str
    warnings: tuple[str, ...] = ()


def choose_device(wanted: str = "auto") -> DeviceChoice:
    """The device of that name, or for "auto" the best one that works.

    "auto" tries the CUDA devices, then MPS, then the CPU; an available device that fails the check is skipped with a
    warning. A device given by name is never replaced by another.

    Raises
    ------
    InputError
        The named device is not available or fails the check.
    """
    if wanted == "auto":
        warnings = []
        for name in _available():
            failure = _failure(name)
            if failure is None:
                return _choice(name, tuple(warnings))
            passed_over = said(
                "The device {device} was passed over, since a test operation on it failed: {failure}.",
                device=name,
                failure=failure,
            )
            warnings.append(Caution(passed_over, "device"))
        return _choice("cpu", tuple(warnings))
    name = "cuda:0" if wanted == "cuda" else wanted
    if name != "cpu":
        if name not in (there := _available()):
            raise InputError(
                f"{named('device')} {wanted} is not available here (available: {', '.join((*there, 'cpu'))}): use "
                f"{named('device')} auto."
            )
        if (failure := _failure(name)) is not None:
            raise InputError(
                f"{named('device')} {wanted} failed a test operation ({failure}): use {named('device')} cpu, "
                "or install a torch built for it."
            )
    return _choice(name)


def _choice(name: str, warnings: tuple[str, ...] = ()) -> DeviceChoice:
    import torch

    return DeviceChoice(torch_device=torch.device(name), name=name, warnings=warnings)


def _available() -> list[str]:
    """Names of the accelerators that torch reports, best first."""
    import torch

    names = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return names + (["mps"] if torch.backends.mps.is_available() else [])


def _failure(name: str) -> str | None:
    """Why a small convolution and matrix product fail on that device; None if their result agrees with the CPU's."""
    import torch

    try:
        values = torch.linspace(-1.0, 1.0, 2 * 3 * 8 * 8).reshape(2, 3, 8, 8)
        kernel = torch.linspace(-1.0, 1.0, 4 * 3 * 3 * 3).reshape(4, 3, 3, 3)
        device = torch.device(name)
        expected = _operation(values, kernel)
        found = _operation(values.to(device), kernel.to(device)).cpu()
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        return str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
    # TF32 keeps about three decimal digits of a product.
    return (
        None
        if torch.allclose(found, expected, rtol=0.0, atol=0.01 * float(expected.abs().max()))
        else "its result differs from the CPU's"
    )


def _operation(values: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    import torch

    features = torch.nn.functional.conv2d(values, kernel, padding=1).flatten(1)
    return features @ features.T
