"""Parts that the configs of all trainings share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from GenerativeModelsLib.training.shared.config_parts import BankConfig, BundleConfig


@pytest.mark.parametrize(("workers", "cores", "found"), [(None, 7, 7), (None, None, 1), (3, 7, 3), (0, 7, 1)])
def test_a_bank_is_made_on_all_cores_unless_said_otherwise(
    workers: int | None, cores: int | None, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert BankConfig(folder=Path("bank"), workers=workers).processes == found


def test_the_shards_of_a_bank_are_numbered() -> None:
    bank = BankConfig(folder=Path("bank"), first=3, shards=2, validation_first=90, validation_shards=1)
    assert (list(bank.seeds), list(bank.validation_seeds)) == ([3, 4], [90])


@given(first=st.integers(0, 50), shards=st.integers(2, 30), of=st.integers(2, 6), index=st.integers(0, 5))
def test_a_fold_leaves_out_its_part_and_the_folds_all(first: int, shards: int, of: int, index: int) -> None:
    assume(index < of <= shards)
    banks = [BankConfig(folder=Path("b"), first=first, shards=shards, fold={"index": k, "of": of}) for k in range(of)]
    assert sorted(banks[index].seeds + banks[index].left_out_seeds) == list(range(first, first + shards))
    assert sorted(seed for bank in banks for seed in bank.left_out_seeds) == list(range(first, first + shards))


def test_folds_that_leave_nothing_or_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="index is 3, expected 0 to 2"):
        BankConfig(folder=Path("b"), fold={"index": 3, "of": 3})
    with pytest.raises(ValueError, match="shards is 1, and fold leaves out all: give at least 3"):
        BankConfig(folder=Path("b"), shards=1, fold={"index": 0, "of": 3})
    assert BankConfig(folder=Path("b"), shards=1).left_out_seeds == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"version": "v1"}, "version is 'v1': begin with numbers, such as 1.0"),
        ({"name": ""}, "name is '': give 1 to 100 characters"),
        ({"output": Path(__file__)}, "is a file: name a folder for the bundle"),
    ],
)
def test_a_bundle_that_could_not_be_written_is_refused_before_the_training(fields: dict, said: str) -> None:
    given = {"output": Path("nowhere"), "name": "own", "version": "1.0"}
    assert BundleConfig(**given).licence == "Apache-2.0"
    with pytest.raises(ValueError, match=said):
        BundleConfig(**given | fields)
