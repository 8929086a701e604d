"""Networks from the components of a bundle."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import nn

from GenerativeModelsLib.bundle.bundle import Bundle, read_bundle, write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError

STAGES = {"first": {"widths": [3, 2]}, "second": {"widths": [4]}}


class Nested(nn.Module):
    """Linear layers whose sizes are nested two levels deep in the parameters."""

    def __init__(self, stages: dict[str, dict[str, list[int]]]) -> None:
        super().__init__()
        sizes = [width for name in ("first", "second") for width in stages[name]["widths"]]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.dropout = nn.Dropout(0.5)


def bundle(folder: Path, stages: dict) -> Bundle:
    tensors = {f"net.{name}": value for name, value in Nested(STAGES).state_dict().items()}
    component = Component(class_name="Nested", parameters={"stages": stages})
    description = ModelDescription(name="n", version="1", kind="shape", architecture={"net": component})
    write_bundle(folder, tensors, description, "# n\n")
    return read_bundle(folder)


def test_nested_parameters_survive_the_bundle_and_build_the_network(tmp_path: Path) -> None:
    found = bundle(tmp_path / "b", STAGES)
    net = network_of(found, "net", Nested)
    assert [tuple(layer.weight.shape) for layer in net.layers] == [(2, 3), (4, 2)]
    assert torch.equal(net.layers[1].weight, found.tensors["net.layers.1.weight"])
    assert not net.training and not any(p.requires_grad for p in net.parameters())


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ({"first": {"widths": [3, 2]}}, "net network cannot be built .*second"),
        ({"first": {"widths": [3, "x"]}, "second": {"widths": [4]}}, "net network cannot be built"),
        ({"first": {"widths": [3, 2]}, "second": {"widths": [5]}}, "tensors of 'net' do not fit its architecture"),
    ],
)
def test_a_network_that_does_not_fit_is_one_sentence(tmp_path: Path, stages: dict, words: str) -> None:
    found = bundle(tmp_path / "b", stages)
    with pytest.raises(InputError, match=words) as caught:
        network_of(found, "net", Nested)
    assert "\n" not in str(caught.value)
