"""What the requests of all anatomies share."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.request import CaseRequest, ModelRequest, check_computing
from GenerativeModelsLib.errors import InputError


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:0", "cuda:11", "mps"])
@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_every_device_and_seed_of_the_contract_is_taken(device: str, seed: int) -> None:
    check_computing(device, seed)
    request = ModelRequest(device=device, seed=seed)
    assert (request.device, request.seed) == (device, seed)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"seed": -1}, "seed", "seed is -1: give a whole number"),
        ({"seed": 2**63}, "seed", "seed is 9223372036854775808"),
        ({"device": "gpu"}, "device", "device is 'gpu'.*cuda:N"),
        ({"device": "cuda:"}, "device", "device is 'cuda:'"),
        ({"device": "cpu "}, "device", "device is 'cpu '"),
        ({"device": "cuda:1234"}, "device", "device is"),
        ({"device": ""}, "device", "device is ''"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(values: dict, field: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        ModelRequest(**values)
    assert caught.value.field == field


def test_the_title_is_the_folders_unless_one_is_given() -> None:
    assert CaseRequest().shown_title == ""
    assert CaseRequest(output=Path("deep/case 7")).shown_title == "case 7"
    assert CaseRequest(output=Path("deep/case 7"), title="Mine").shown_title == "Mine"


def test_fields_are_given_by_name_and_never_change() -> None:
    with pytest.raises(TypeError):
        CaseRequest(Path("out"))
    with pytest.raises(AttributeError):
        CaseRequest().output = Path("a")
    assert CaseRequest(output=Path("a")) == CaseRequest(output=Path("a")) and hash(CaseRequest()) == hash(CaseRequest())
