"""The identity of a case between the fields of a page and a request."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.identity import IDENTITY, identity_as_typed
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.kinds import file_kind, first_bytes

if TYPE_CHECKING:
    from GenerativeModelsWeb.parts.state import CaseSettings

__all__ = ["identity_typed", "is_dicom", "patient_fields"]


def identity_typed(settings: CaseSettings) -> dict[str, str | None]:
    """Fields of a request as typed, None where nothing is; `InputError` for what cannot be used."""
    return identity_as_typed({name: str(getattr(settings, name)) for name in IDENTITY})


def patient_fields(settings: CaseSettings) -> dict[str, Any]:
    """Fields of a request on identity and patient, as typed; raises as `identity_typed`."""
    patient = "new" if settings.new_patient else "input"
    return {**identity_typed(settings), "language": settings.language, "dicom_patient": patient}


def is_dicom(paths: Iterable[Path]) -> bool:
    """Whether one of the files is DICOM."""
    return any(_kind(path) == "DICOM" for path in paths)


def _kind(path: Path) -> str | None:
    try:
        return file_kind(first_bytes(path, path.name))
    except InputError:  # it is gone
        return None
