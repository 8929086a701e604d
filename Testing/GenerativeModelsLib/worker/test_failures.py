import pytest
import torch

from GenerativeModelsLib.process.memory import is_out_of_memory
from GenerativeModelsLib.worker.failures import OUT_OF_MEMORY, ended_sentence, failure_sentence


def test_torchs_own_complaint_of_memory_is_known() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**57, dtype=torch.uint8)
    assert is_out_of_memory(caught.value) and failure_sentence(caught.value) == OUT_OF_MEMORY


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("std::bad_alloc"), True),
        (OSError(12, "Cannot allocate memory"), True),
        (RuntimeError("itkImportImageContainer: Failed to allocate memory for image."), True),
        (ImportError("libtorch_cpu.so: failed to map segment from shared object"), True),
        (RuntimeError("shapes differ"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_what_counts_as_out_of_memory(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


def loader_error(code: int) -> OSError:
    """What torch says on Windows when a library of it cannot be loaded."""
    error = OSError(22, "Error loading c10.dll or one of its dependencies.")
    error.winerror = code
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ModuleNotFoundError("No module named 'torch'", name="torch"),
            "package 'torch' is missing: install the required packages",
        ),
        (ImportError("DLL load failed", name="skimage._geometry"), r"'skimage' is missing or broken \(DLL load failed"),
        (ImportError("a cycle"), r"A Python package is missing or broken \(a cycle\)"),
        (loader_error(126), r"A Python package is missing or broken \(.*c10.dll"),
        (RuntimeError("first.\nsecond"), r"unexpectedly \(RuntimeError: first\): please report"),
        (KeyError(), r"\(KeyError: no message\)"),
    ],
)
def test_an_unforeseen_error_is_one_sentence(error: Exception, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(failure_sentence(error))
    assert "\n" not in failure_sentence(error) and failure_sentence(error).endswith(".")


@pytest.mark.parametrize("code", [-9, 137, 0xC0000017, 0xC000012D - 2**32])
def test_a_process_ended_for_memory_is_called_so(code: int) -> None:
    assert "most likely because memory ran out" in ended_sentence(code)


@pytest.mark.parametrize(
    ("code", "how"), [(-11, "by signal 11"), (3, "with exit code 3"), (None, "without an exit code")]
)
def test_any_other_end_says_how(code: int | None, how: str) -> None:
    assert how in ended_sentence(code)
