import pytest
import torch

from GenerativeModelsLib import device as module
from GenerativeModelsLib.device import choose_device
from GenerativeModelsLib.errors import InputError


@pytest.fixture
def no_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_available", lambda: [])


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_available", lambda: ["cuda:0", "cuda:1"])


def test_auto_without_an_accelerator_is_the_cpu_and_silent(no_accelerator: None) -> None:
    choice = choose_device("auto")
    assert (choice.name, choice.torch_device, choice.warnings) == ("cpu", torch.device("cpu"), ())


def test_auto_takes_the_first_accelerator_that_computes(two_gpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_failure", lambda name: None)
    assert choose_device("auto").name == "cuda:0"


def test_auto_passes_over_a_broken_accelerator_aloud(two_gpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_failure", lambda name: "no kernel image" if name == "cuda:0" else None)
    choice = choose_device("auto")
    assert choice.name == "cuda:1"
    assert len(choice.warnings) == 1 and "cuda:0 was passed over" in choice.warnings[0]
    assert choice.warnings[0].kind == "device"


def test_auto_ends_on_the_cpu_when_every_accelerator_is_broken(two_gpus: None) -> None:
    if torch.cuda.is_available():
        pytest.skip("the stand-ins for broken devices work here")
    choice = choose_device("auto")
    assert choice.name == "cpu" and len(choice.warnings) == 2


def test_a_device_named_outright_is_never_replaced(no_accelerator: None) -> None:
    with pytest.raises(
        InputError, match=r"device cuda is not available here \(available: cpu\).*device auto"
    ) as caught:
        choose_device("cuda")
    assert caught.value.field == "device"


def test_a_device_number_that_is_not_there_is_refused(two_gpus: None) -> None:
    with pytest.raises(InputError, match=r"device cuda:7 .*cuda:0, cuda:1, cpu"):
        choose_device("cuda:7")


def test_a_named_device_that_fails_the_check_is_refused(two_gpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_failure", lambda name: "no kernel image")
    with pytest.raises(InputError, match=r"device cuda:1 failed .* \(no kernel image\): use device cpu"):
        choose_device("cuda:1")


def test_the_check_notices_a_wrong_result(monkeypatch: pytest.MonkeyPatch) -> None:
    assert module._failure("cpu") is None
    right = module._operation
    factors = iter([1.0, 1.1])
    monkeypatch.setattr(module, "_operation", lambda values, kernel: right(values, kernel) * next(factors))
    assert "differs" in module._failure("cpu")


@pytest.mark.gpu
def test_a_real_gpu_is_found() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")
    assert choose_device("auto").name == "cuda:0" == choose_device("cuda").name
