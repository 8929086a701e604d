"""Planes of a scene as the request that the command line makes of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.skull.corrections import PARSERS
from GenerativeModelsLib.skull.growth.registry import DEFAULT_CHART
from GenerativeModelsLib.skull.request import PLANES, SkullRequest
from GenerativeModelsScene.skull.planes import PlaneInput

__all__ = ["case_request"]


def case_request(
    planes: Mapping[str, PlaneInput],
    workspace: Path,
    *,
    gestational_age_weeks: float | None = None,
    sex: str | None = None,
    chart: str = DEFAULT_CHART,
    samples: int = 100,
    seed: int = 0,
    device: str = "auto",
    model: Path | str | None = None,
    title: str | None = None,
    identity: Mapping[str, str | None] | None = None,
    language: str = DEFAULT,
    mask_text: bool = False,
    imagine: bool = False,
) -> SkullRequest:
    """Write the planes into `workspace` and ask for their skull in `workspace`/case.

    Each becomes NAME.nrrd, one slice with its pixels as they are, its spacing to the last bit and the axes of the file:
    where an image lies in the scene must not change the skull. The command line given these files, or any files with
    the same pixels and spacing, makes the same mesh. A spacing that a known length makes is left to that length.

    Parameters
    ----------
    planes
        By name; axial at least. Their corrections become those of the request.
    workspace
        Folder for the files, made where it is missing.
    gestational_age_weeks, sex, chart, samples, seed, device, model, title, language, mask_text, imagine
        As `SkullRequest`.
    identity
        `case_id`, `examination_date`, `operator`, `institution`; what is missing is left empty.

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
    corrections = {
        f"{name}_{kind}": PARSERS[kind](text, f"{name}_{kind}")
        for name in files
        for kind, text in planes[name].corrections.items()
    }
    request = SkullRequest(
        **files,
        **given,
        **corrections,
        mask_text=mask_text,
        imagine=imagine,
        output=workspace / "case",
        model=None if model is None else Path(model),
        samples=samples,
        device=device,
        seed=seed,
        gestational_age_weeks=gestational_age_weeks,
        sex=sex,
        chart=chart,
        shown_names={name: planes[name].label for name in files},
        title=title,
        language=language,
        **(identity or {}),
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
    if plane.spacing_source == "length":
        _forget_spacing(path)


def _forget_spacing(path: Path) -> None:
    """Take the spacing out of the header of an NRRD file."""
    header, end, pixels = path.read_bytes().partition(b"\n\n")
    lines = [line for line in header.split(b"\n") if not line.startswith(b"space")]
    path.write_bytes(b"\n".join(lines) + end + pixels)
