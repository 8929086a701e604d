"""On the chosen device, or on the CPU when that one's memory is full."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from GenerativeModelsLib.device import DeviceChoice
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.infer import on_device as running
from GenerativeModelsLib.skull.infer.on_device import run_on
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import painted_planes
from Testing.helpers.tiny_models import load_seeing

CPU = DeviceChoice(torch.device("cpu"), "cpu")
GPU = DeviceChoice(torch.device("cuda:0"), "cuda:0", ("The device cuda:1 was passed over.",))


@pytest.fixture
def images() -> dict:
    return painted_planes(mean_head(250), ["axial"])


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Devices the bundle was loaded on; every one of them is the CPU in truth."""
    devices: list[str] = []

    def load(folder: Path, device: torch.device | str):
        devices.append(str(device))
        return load_seeing(folder)

    monkeypatch.setattr(running, "load_skull_model", load)
    return devices


def test_the_model_is_loaded_on_the_device_and_timed(tiny_bundle: Path, images: dict, loaded: list[str]) -> None:
    run = run_on(GPU, tiny_bundle, images, samples=2, seed=0)
    assert loaded == ["cuda:0"] and run.load_seconds > 0
    assert run.model.manifest.name == "tiny"
    assert run.reconstruction.warnings[0] == "The device cuda:1 was passed over."


def test_a_loader_of_the_callers_own_is_used(tiny_bundle: Path, images: dict, loaded: list[str]) -> None:
    model = load_seeing(tiny_bundle)
    run = run_on(CPU, tiny_bundle, images, samples=0, seed=0, load=lambda folder, device: model)
    assert loaded == [] and run.model is model


def test_out_of_memory_falls_back_to_the_cpu_aloud(
    tiny_bundle: Path, images: dict, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run_on(CPU, tiny_bundle, images, samples=4, seed=7).reconstruction
    real, calls = running.reconstruct, []

    def full(*arguments, **options):
        calls.append(options)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(*arguments, **options)

    monkeypatch.setattr(running, "reconstruct", full)
    run = run_on(GPU, tiny_bundle, images, samples=4, seed=7)
    assert loaded == ["cpu", "cuda:0", "cpu"] and calls[0] == calls[1]
    first, second = run.reconstruction.warnings[:2]
    assert first == "The device cuda:1 was passed over."
    assert second == "cuda:0 ran out of memory; the reconstruction was made on the CPU instead."
    assert run.reconstruction.device == "cpu"
    assert run.reconstruction.biometry == expected.biometry


def test_memory_may_be_full_already_when_the_model_is_loaded(
    tiny_bundle: Path, images: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(folder: Path, device: torch.device | str):
        if str(device) != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return load_seeing(folder)

    monkeypatch.setattr(running, "load_skull_model", load)
    assert "on the CPU instead" in run_on(GPU, tiny_bundle, images, samples=0, seed=0).reconstruction.warnings[1]


@pytest.mark.parametrize("error", [InputError("no head"), RuntimeError("a surprise")])
def test_other_errors_are_not_swallowed(
    error: Exception, tiny_bundle: Path, images: dict, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(running, "reconstruct", fails)
    with pytest.raises(type(error), match=str(error)):
        run_on(GPU, tiny_bundle, images, samples=0, seed=0)
    assert loaded == ["cuda:0"]
