"""Steps of a reconstruction: reading of the planes and computation of the skull."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.skull.request import PlaneSource, SkullRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.infer.model import SkullModel
    from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction
    from GenerativeModelsLib.skull.planes.image import PlaneClip, PlaneImage

__all__ = ["compute", "read_planes", "sample_request"]


def read_planes(request: SkullRequest) -> dict[str, PlaneImage | PlaneClip]:
    """The planes of a request by name; a clip of which no frame is asked for is returned as such.

    Raises
    ------
    InputError
        An image or a correction cannot be used, an image has no such frame, or a frame is asked for while no plane is a
        clip.
    """
    from GenerativeModelsLib.skull.locate.corrected import corrected_plane
    from GenerativeModelsLib.skull.planes.image import PlaneClip, read_plane_or_clip

    planes: dict[str, PlaneImage | PlaneClip] = {}
    for name, plane in request.planes().items():

        def read(frame: int | None, name: str = name, plane: PlaneSource = plane) -> PlaneImage | PlaneClip:
            return read_plane_or_clip(
                plane.image,
                spacing_mm=plane.spacing_mm,
                name=name,
                file_wins=plane.yields_to_file,
                shown_as=plane.shown_as,
                frame=frame,
                length=plane.correction.length,
                mask_text=request.mask_text,
            )

        try:
            planes[name] = read(plane.frame)
            if isinstance(planes[name], PlaneClip) and request.frame is not None:
                planes[name] = read(request.frame)
            planes[name] = corrected_plane(planes[name], plane.correction, name)
        except InputError as error:
            raise InputError(error.text, error.field or name) from error
    if request.frame is not None and all(plane.frame is None for plane in planes.values()):
        raise InputError(f"{named('frame')} is {request.frame}, and no plane is a clip: leave it out.")
    return planes


def compute(
    request: SkullRequest, images: Mapping[str, PlaneImage | PlaneClip], model: SkullModel, progress: Progress
) -> Reconstruction:
    """The reconstruction of the planes, of clips the best frame, and the planes that are to be imagined.

    Raises
    ------
    InputError
        A plane shows no head.
    """
    from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
    from GenerativeModelsLib.skull.locate.best_frame import best_frame
    from GenerativeModelsLib.skull.planes.image import PlaneClip

    planes = {
        name: best_frame(model, plane, name, progress) if isinstance(plane, PlaneClip) else plane
        for name, plane in images.items()
    }
    corrections = {name: plane.correction for name, plane in request.planes().items()}
    found = reconstruct(
        model, planes, samples=request.samples, seed=request.seed, corrections=corrections, progress=progress
    )
    if not request.imagine:
        return found
    from GenerativeModelsLib.skull.infer.imagine import with_imagined

    return with_imagined(found, progress)


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
