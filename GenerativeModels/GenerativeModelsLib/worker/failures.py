"""Messages for errors that are not caused by the user."""

from __future__ import annotations

from GenerativeModelsLib.process.memory import is_out_of_memory

__all__ = ["HUNG", "OUT_OF_MEMORY", "ended_sentence", "failure_sentence", "is_broken_installation"]

OUT_OF_MEMORY = "The computer ran out of memory: close other programs, then run it again."
HUNG = (
    "The process at work showed no progress for a long time and was ended: close other programs, then run it "
    "again; the details are in the log."
)
_KILLED = {-9, 137, 0xC0000017, 0xC000012D}
"""Exit codes of a process that the system ended for memory: SIGKILL, the same through a launcher, two of Windows."""

_LOADER_ERRORS = {126, 127, 193, 1114}
"""Error codes of Windows: a library is not found, lacks a function, is for another processor, or fails to start."""


def is_broken_installation(error: BaseException) -> bool:
    """Whether a package could not be imported; torch on Windows raises OSError with the code of the loader."""
    return isinstance(error, ImportError) or getattr(error, "winerror", None) in _LOADER_ERRORS


def failure_sentence(error: BaseException) -> str:
    """Message for an unexpected error."""
    if is_out_of_memory(error):
        return OUT_OF_MEMORY
    if is_broken_installation(error):
        package = (getattr(error, "name", None) or "").split(".")[0]
        if isinstance(error, ModuleNotFoundError):
            return f"The Python package '{package}' is missing: install the required packages, then run it again."
        called = f"The Python package '{package}'" if package else "A Python package"
        return f"{called} is missing or broken ({_first_line(error)}): install the required packages again."
    return (
        f"It failed unexpectedly ({type(error).__name__}: {_first_line(error)}): "
        "please report it with the details from the log."
    )


def ended_sentence(code: int | None) -> str:
    """Message for a process that ended unexpectedly with that exit code."""
    if code is not None and (code in _KILLED or code & 0xFFFFFFFF in _KILLED):
        return (
            "The system ended the process at work, most likely because memory ran out: close other programs, then run "
            "it again."
        )
    how = "without an exit code" if code is None else f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return f"The process at work ended unexpectedly {how}: run it again; the details are in the log."


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else "no message"
