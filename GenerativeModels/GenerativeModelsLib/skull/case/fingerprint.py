"""What a reconstruction follows from."""

from __future__ import annotations

from GenerativeModelsLib.bundle.checksums import bundle_checksum
from GenerativeModelsLib.image_files.references import data_files
from GenerativeModelsLib.output.fingerprint import Fingerprint, file_checksum
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.request import SkullRequest

__all__ = ["fingerprint_of"]


def fingerprint_of(request: SkullRequest) -> Fingerprint:
    """The fingerprint of the result that `request` leads to.

    Raises
    ------
    InputError
        An image or the model bundle cannot be read.
    """
    planes = request.planes()
    return Fingerprint(
        inputs={
            name: {"name": plane.path.name, "sha256": file_checksum(data_files(plane.path))}
            for name, plane in planes.items()
        },
        model=bundle_checksum(request.model or default_bundle("skull")),
        options={
            **{f"{name}_spacing_mm": plane.spacing_mm for name, plane in planes.items()},
            "spacing_yields_to_file": [name for name, plane in planes.items() if plane.yields_to_file],
            "samples": request.samples,
            "device": request.device,
            "seed": request.seed,
            "gestational_age_weeks": request.gestational_age_weeks,
            "labels": dict(request.labels),
            "title": request.title or request.output.name,
        },
    )
