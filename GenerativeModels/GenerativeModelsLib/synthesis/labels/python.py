"""New label maps of hearts for Python users; see `GenerativeModelsLib.synthesise_labels`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest

if TYPE_CHECKING:
    import SimpleITK as sitk

    from GenerativeModelsLib.synthesis.labels.made import MadeHeart, SyntheticLabels

    PathLike = str | Path

__all__ = ["SynthesisedLabels", "synthesise_labels"]


def synthesise_labels(
    source: PathLike | None = None,
    *,
    between: tuple[PathLike, PathLike] | None = None,
    towards: str | None = None,
    condition: str | None = None,
    deform: bool = False,
    n: int | None = None,
    steps: int | None = None,
    displacement_mm: float | None = None,
    smoothness_mm: float | None = None,
    wall_change_mm: float | None = None,
    scar: str | None = None,
    transmurality: float | None = None,
    phases: str = "ed-es",
    frames: int | None = None,
    atrium: bool = False,
    like: PathLike | None = None,
    slice_distance_mm: float | None = None,
    pixel_size_mm: float | None = None,
    field_of_view_mm: float | None = None,
    labels: str = "acdc",
    seed: int = 0,
    device: str = "auto",
    model: PathLike | None = None,
    output: PathLike | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> SynthesisedLabels:
    """Make label maps of new hearts. Nothing is written unless `output` is given.

    Parameters
    ----------
    source, between
        A heart, or two: a label map at end diastole with its end systole beside it, a cine of label maps, or a folder
        of `heart analyse`.
    towards, condition, deform
        What is made: the heart of `source` moved to a target such as "ef=45" or "hcm", draws of a class ("healthy",
        "hcm"), or deformations of `source`. With `between`, hearts in between; with `source` and `scar` alone, the map
        with the scar.
    n, steps
        Number of draws or deformations, and of the hearts of a way, both ends included.
    displacement_mm, smoothness_mm, wall_change_mm
        Of a deformation, in mm.
    scar, transmurality
        Segments such as "7,8" or "LAD", and the share of the wall from the endocardium outward.
    phases, frames
        "ed", "ed-es" or "cycle", and the number of frames of a cycle.
    atrium
        Whether the left atrium is labelled.
    like, slice_distance_mm, pixel_size_mm, field_of_view_mm
        The grid: that of a file, or a short-axis stack of these lengths.
    labels
        Meaning of the values of label maps that are read.
    seed, device, model, output, overwrite, progress
        As in `reconstruct_skull`.

    Raises
    ------
    InputError
        A file or a value cannot be used, or no map keeps to the rules of the check.

    Examples
    --------
    >>> import GenerativeModelsLib as gm
    >>> made = gm.synthesise_labels(condition="hcm", n=4, seed=1)  # doctest: +SKIP
    >>> made.images("es")[0], made.result["maps"][0]["ef_percent"]  # doctest: +SKIP
    """
    from GenerativeModelsLib.synthesis.labels.run import made_labels, write_folder

    request = LabelsRequest(
        source=None if source is None else Path(source),
        between=None if between is None else (Path(between[0]), Path(between[1])),
        towards=towards,
        condition=condition,
        deform=deform,
        n=n,
        steps=steps,
        displacement_mm=displacement_mm,
        smoothness_mm=smoothness_mm,
        wall_change_mm=wall_change_mm,
        scar=scar,
        transmurality=transmurality,
        phases=phases,
        frames=frames,
        atrium=atrium,
        like=None if like is None else Path(like),
        slice_distance_mm=slice_distance_mm,
        pixel_size_mm=pixel_size_mm,
        field_of_view_mm=field_of_view_mm,
        labels=labels,
        seed=seed,
        device=device,
        model=None if model is None else Path(model),
        output=None if output is None else Path(output),
        overwrite=overwrite,
    )
    if request.output is None:
        found, content = made_labels(request, progress=progress)
    else:
        found, content = write_folder(request, progress=progress)
    return SynthesisedLabels(found, content)


class SynthesisedLabels:
    """New label maps of hearts."""

    def __init__(self, found: SyntheticLabels, result: dict[str, Any]) -> None:
        self._found = found
        self.result = result
        """The content of `result.json`."""

    def __len__(self) -> int:
        return len(self._found.hearts)

    @property
    def hearts(self) -> tuple[MadeHeart, ...]:
        """The maps as arrays (k, j, i) uint8, in the order of the way."""
        return self._found.hearts

    @property
    def warnings(self) -> list[str]:
        """Warnings for the user."""
        return self.result["warnings"]

    def images(self, phase: str = "ed") -> list[sitk.Image]:
        """The maps of a phase, "ed", "es" or "cycle", as images in LPS mm; hearts without it are left out."""
        made = [getattr(heart, phase) for heart in self.hearts]
        seconds = [heart.frame_s for heart in self.hearts]
        grid = self._found.grid
        return [grid.image(values, step) for values, step in zip(made, seconds) if values is not None]
