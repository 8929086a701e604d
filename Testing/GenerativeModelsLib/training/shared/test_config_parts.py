"""Parts that the configs of all trainings share."""

from __future__ import annotations

from pathlib import Path

import pytest

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
