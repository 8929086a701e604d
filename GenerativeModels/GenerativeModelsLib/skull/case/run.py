"""Steps of a reconstruction: reading of the planes and computation of the skull."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import SkullRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.infer.model import SkullModel
    from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction
    from GenerativeModelsLib.skull.planes.image import PlaneImage

__all__ = ["compute", "read_planes", "sample_request"]


def read_planes(request: SkullRequest) -> dict[str, PlaneImage]:
    """The planes of a request by name.

    Raises
    ------
    InputError
        An image cannot be used.
    """
    from GenerativeModelsLib.skull.planes.image import read_plane

    planes = {}
    for name, plane in request.planes().items():
        try:
            planes[name] = read_plane(
                plane.image,
                spacing_mm=plane.spacing_mm,
                name=name,
                file_wins=plane.yields_to_file,
                shown_as=plane.shown_as,
            )
        except InputError as error:
            raise InputError(error.text, error.field or name) from error
    return planes


def compute(
    request: SkullRequest, images: Mapping[str, PlaneImage], model: SkullModel, progress: Progress
) -> Reconstruction:
    """The reconstruction of the planes."""
    from GenerativeModelsLib.skull.infer.reconstruct import reconstruct

    return reconstruct(model, images, samples=request.samples, seed=request.seed, progress=progress)


def sample_request(output) -> SkullRequest:
    """Request of the shipped sample head; results are written to the folder `output`."""
    import json

    from GenerativeModelsLib.resources import sample_dir
    from GenerativeModelsLib.skull.request import PLANES

    folder = sample_dir() / "fetal_head"
    sample = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
    return SkullRequest(
        **{plane: folder / f"{plane}.png" for plane in PLANES},
        **{f"{plane}_spacing_mm": tuple(spacing) for plane, spacing in sample["spacing_mm"].items()},
        gestational_age_weeks=sample["gestational_age_weeks"],
        output=output,
    )
