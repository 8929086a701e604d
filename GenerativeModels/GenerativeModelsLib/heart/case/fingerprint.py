"""What an analysis follows from."""

from __future__ import annotations

from GenerativeModelsLib.bundle.checksums import bundle_checksum
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.image_files.references import data_files
from GenerativeModelsLib.output.fingerprint import Fingerprint, file_checksum
from GenerativeModelsLib.resources import default_bundle

__all__ = ["fingerprint_of"]


def fingerprint_of(request: HeartRequest) -> Fingerprint:
    """The fingerprint of the result that `request` leads to.

    Raises
    ------
    InputError
        A label map or the model bundle cannot be read.
    """
    from GenerativeModelsLib.heart.labels.label_map import parse_labels

    maps = {"ed": request.ed} | ({} if request.es is None else {"es": request.es})
    return Fingerprint(
        inputs={name: {"name": path.name, "sha256": file_checksum(data_files(path))} for name, path in maps.items()},
        model=bundle_checksum(request.model or default_bundle("heart")),
        options={
            "labels": str(parse_labels(request.labels)),
            "septum": request.septum,
            "sex": request.sex,
            "device": request.device,
            "seed": request.seed,
            "title": request.title or request.output.name,
        },
    )
