"""Planes of a scene as the request that the command line makes of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import PLANES, SkullRequest
from GenerativeModelsScene.skull.planes import PlaneInput

__all__ = ["case_request"]


def case_request(
    planes: Mapping[str, PlaneInput],
    workspace: Path,
    *,
    gestational_age_weeks: float | None = None,
    samples: int = 100,
    seed: int = 0,
    device: str = "auto",
    model: Path | str | None = None,
    title: str | None = None,
) -> SkullRequest:
    """Write the planes into `workspace` and ask for their skull in `workspace`/case.

    Each becomes NAME.nrrd, one slice with its pixels as they are, its spacing to the last bit and the axes of the file:
    where an image lies in the scene must not change the skull. The command line given these files, or any files with
    the same pixels and spacing, makes the same mesh.

    Parameters
    ----------
    planes
        By name; axial at least.
    workspace
        Folder for the files, made where it is missing.
    gestational_age_weeks, samples, seed, device, model, title
        As `SkullRequest`.

    Raises
    ------
    InputError
        No axial plane, a plane of another name, pixels no file holds, or an option that `SkullRequest` refuses.
    """
    if strange := set(planes) - set(PLANES):
        raise InputError(f"There is no plane '{min(strange)}': expected {', '.join(PLANES)}.")
    if PLANES[0] not in planes:
        raise InputError(f"No {PLANES[0]} image is given: it is the one that is always needed.")
    files = {name: workspace / f"{name}.nrrd" for name in PLANES if name in planes}
    given = {f"{name}_spacing_mm": planes[name].spacing_mm for name in files if planes[name].spacing_source == "user"}
    request = SkullRequest(
        **files,
        **given,
        output=workspace / "case",
        model=None if model is None else Path(model),
        samples=samples,
        device=device,
        seed=seed,
        gestational_age_weeks=gestational_age_weeks,
        shown_names={name: planes[name].label for name in files},
        title=title,
    )
    workspace.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        _write_slice(path, planes[name])
    return request


def _write_slice(path: Path, plane: PlaneInput) -> None:
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.ascontiguousarray(plane.pixels)[None], isVector=plane.pixels.ndim == 3)
    row, column = plane.spacing_mm
    image.SetSpacing((column, row, 1.0))
    sitk.WriteImage(image, str(path))
