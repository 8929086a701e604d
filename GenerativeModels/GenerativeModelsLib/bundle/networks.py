"""Networks built from the components of a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from GenerativeModelsLib.bundle.bundle import Bundle
from GenerativeModelsLib.errors import InputError

if TYPE_CHECKING:
    from torch import nn

__all__ = ["network_of"]


def network_of(bundle: Bundle, part: str, kind: type[nn.Module]) -> nn.Module:
    """Network of a component with its weights, in evaluation mode and with frozen parameters.

    Raises
    ------
    InputError
        The network cannot be built, or the tensors do not fit it.
    """
    try:
        net = kind(**bundle.manifest.architecture[part].parameters)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise InputError(f"{bundle.path}: the {part} network cannot be built ({error}): get a fresh copy.") from error
    try:
        net.load_state_dict(bundle.component(part))
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise InputError(f"{bundle.path}: the tensors of '{part}' do not fit its architecture: {first}") from error
    return net.eval().requires_grad_(False)
