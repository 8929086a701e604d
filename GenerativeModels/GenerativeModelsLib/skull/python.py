"""The fetal skull for Python users; see `GenerativeModelsLib.reconstruct_skull`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import index
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.python import (
    IDENTITY_KEYWORDS,
    CaseView,
    computed,
    export_names,
    identity_fields,
    rejudged,
)
from GenerativeModelsLib.anatomy.record import Reading
from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.in_memory import picture_source
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.corrections import KINDS, PlaneCorrection
from GenerativeModelsLib.skull.growth.registry import DEFAULT_CHART
from GenerativeModelsLib.skull.plane_fields import Spacing
from GenerativeModelsLib.skull.request import PLANES, SkullRequest

if TYPE_CHECKING:
    import numpy as np
    import SimpleITK as sitk
    import vtk

    from GenerativeModelsLib.geometry.grids import Grid
    from GenerativeModelsLib.geometry.surfaces import Surface
    from GenerativeModelsLib.skull.infer.imagined_plane import ImaginedPlane
    from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction
    from GenerativeModelsLib.skull.locate.placement import Placement

    Picture = str | Path | np.ndarray | sitk.Image

__all__ = ["Skull", "SurfaceUncertainty", "reconstruct_skull"]

_KEYWORDS = {
    **IDENTITY_KEYWORDS,
    "pixel_spacing_mm": "spacing_mm",
    "gestational_age_weeks": "gestational_age",
    **{f"{plane}_spacing_mm": f"spacing_mm['{plane}']" for plane in PLANES},
    **{f"{plane}_frame": f"frame['{plane}']" for plane in PLANES},
    **{f"{plane}_{kind}": f"corrections['{plane}']['{kind}']" for plane in PLANES for kind in KINDS},
}


def reconstruct_skull(
    axial: Picture,
    sagittal: Picture | None = None,
    coronal: Picture | None = None,
    *,
    spacing_mm: float | Spacing | Mapping[str, float | Spacing] | None = None,
    gestational_age: float | str | None = None,
    chart: str = DEFAULT_CHART,
    sex: str | None = None,
    frame: int | Mapping[str, int] | None = None,
    corrections: Mapping[str, PlaneCorrection | Mapping[str, Any]] | None = None,
    samples: int = 100,
    seed: int = 0,
    device: str = "auto",
    mask_text: bool = False,
    imagine: bool = False,
    model: str | Path | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    title: str | None = None,
    language: str = DEFAULT,
    identity: Mapping[str, str | None] | None = None,
    identity_from_dicom: bool = False,
    export: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Skull:
    """Reconstruct a fetal skull from one to three ultrasound planes. Nothing is written unless `output` is given.

    Parameters
    ----------
    axial, sagittal, coronal
        Each a file (DICOM, NIfTI, NRRD, MHA, PNG, JPEG, TIFF, BMP, GIF), an array (rows, columns) or
        (rows, columns, 3), or a SimpleITK image of one slice. The planes need not be registered to each other.
    spacing_mm
        Millimetres per pixel, one number or (row, column), for the images without spacing; or a mapping by plane such
        as ``{"axial": 0.2, "sagittal": (0.2, 0.3)}``, which overrides the spacing of an image.
    gestational_age
        Decimal weeks or "27+3", for percentiles. `Skull.judged` gives those of another age or chart.
    chart
        Growth chart: "intergrowth", "who", "hadlock", "nichd-white" or another of `skull.growth.registry.CHARTS`.
    sex
        Sex of the fetus, "male" or "female", or "M", "F"; kept with the result, no chart depends on it.
    frame
        Number of a frame, from 0, for all planes that are clips, or a mapping by plane; None = the best of each, chosen
        by the locator.
    corrections
        By plane, a mapping with one or more of "facing", "ellipse", "mask" and "length", as numbers or as the texts of
        the command line; see `skull.corrections.PlaneCorrection` and docs/formats.md. ``{"axial": {"facing": "flip"}}``
        turns the head in the axial plane.
    samples
        Draws from the conditional prior; 0 = the mean only, without uncertainty.
    seed
        Seed of all random numbers; the same images, seed and device give bit-identical skulls.
    device
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    mask_text
        Blank text that is burnt into the pictures, before anything is written.
    imagine
        Simulate pictures of the planes that are not given, from the reconstruction; see `Skull.imagined`.
    model
        Folder of a model bundle; None = the shipped one.
    output, overwrite
        Folder for the same files as from the command line, and whether it may be non-empty.
    title, language
        Title and language of the report, "en" or "de".
    identity
        `case_id`, `examination_date` (YYYY-MM-DD), `operator`, `institution`; what is missing is left empty.
    identity_from_dicom
        Whether what is missing is read from the DICOM header of the images.
    export
        Names of exporters whose files are written into the folder `exports` of `output`; see `CaseView.export`.
    progress
        Called with the current step and the share that is done, 0 to 1.

    Raises
    ------
    InputError
        An image or a value cannot be used.

    Examples
    --------
    >>> import GenerativeModelsLib as gm
    >>> skull = gm.reconstruct_skull("axial.png", spacing_mm=0.14, gestational_age=27.4)  # doctest: +SKIP
    >>> skull.biometry["hc_mm"].interval90, skull.uncertainty_mm.mean  # doctest: +SKIP
    """

    def request() -> SkullRequest:
        given = {"axial": axial, "sagittal": sagittal, "coronal": coronal}
        return SkullRequest(
            **{plane: picture_source(image, plane) for plane, image in given.items() if image is not None},
            **_spacings(spacing_mm),
            **_corrections(corrections),
            gestational_age_weeks=_weeks(gestational_age),
            sex=sex,
            chart=chart,
            samples=index(samples),  # accepts numpy integers
            seed=index(seed),
            device=device,
            mask_text=bool(mask_text),
            imagine=bool(imagine),
            model=None if model is None else Path(model),
            output=None if output is None else Path(output),
            overwrite=overwrite,
            title=title,
            language=language,
            **_frames(frame),
            **identity_fields(identity),
            identity_from_dicom=identity_from_dicom,
            export=export_names(export),
        )

    if axial is None:
        raise InputError("axial is None: the axial plane is always needed.", "axial")
    return Skull(computed(SKULL, request, progress, _KEYWORDS))


def _frames(frame: int | Mapping[str, int] | None) -> dict[str, int]:
    """Fields of the request from the argument `frame`."""
    if frame is None:
        return {}
    if not isinstance(frame, Mapping):
        return {"frame": index(frame)}
    if strange := set(frame) - set(PLANES):
        raise InputError(f"frame has the key '{min(strange)}': expected {', '.join(PLANES)}.", "frame")
    return {f"{plane}_frame": index(number) for plane, number in frame.items() if number is not None}


def _weeks(age: float | str | None) -> float | str | None:
    return age if age is None or isinstance(age, str) else float(age)


def _spacings(spacing_mm: Any) -> dict[str, Spacing]:
    """Fields of the request from the argument `spacing_mm`."""
    if spacing_mm is None:
        return {}
    if isinstance(spacing_mm, Mapping):
        if strange := set(spacing_mm) - set(PLANES):
            raise InputError(f"spacing_mm has the key '{min(strange)}': expected {', '.join(PLANES)}.", "spacing_mm")
        return {f"{plane}_spacing_mm": _pair(value) for plane, value in spacing_mm.items()}
    return {"pixel_spacing_mm": _pair(spacing_mm)}


def _corrections(corrections: Any) -> dict[str, Any]:
    """Fields of the request from the argument `corrections`."""
    if corrections is None:
        return {}
    if not isinstance(corrections, Mapping):
        raise InputError(f"corrections is {corrections!r}: give a mapping by plane.", "corrections")
    if strange := set(corrections) - set(PLANES):
        raise InputError(f"corrections has the key '{min(strange)}': expected {', '.join(PLANES)}.", "corrections")
    fields = {}
    for plane, made in corrections.items():
        if not isinstance(made, Mapping | PlaneCorrection):
            text = f"corrections['{plane}'] is {made!r}: give a mapping of one or more of {', '.join(KINDS)}."
            raise InputError(text, "corrections")
        values = made if isinstance(made, Mapping) else vars(made)
        if strange := set(values) - set(KINDS):
            text = f"corrections['{plane}'] has the key '{min(strange)}': expected {', '.join(KINDS)}."
            raise InputError(text, "corrections")
        fields |= {f"{plane}_{kind}": value for kind, value in values.items() if not _is_none(value)}
    return fields


def _is_none(correction: Any) -> bool:
    """Whether a value says that there is no correction: None, or no region of a mask."""
    return correction is None or (hasattr(correction, "__len__") and len(correction) == 0)


def _pair(value: Any) -> Spacing:
    try:
        sides = [float(value)] * 2 if not hasattr(value, "__len__") else [float(side) for side in value]
    except (TypeError, ValueError):
        sides = []
    if len(sides) != 2 or not all(0 < side < float("inf") for side in sides):
        raise InputError(
            f"spacing_mm is {value!r}: give millimetres per pixel, one positive number or (row, column).", "spacing_mm"
        )
    return sides[0], sides[1]


class SurfaceUncertainty:
    """Standard deviation of the surface along its normal, in mm, at every point of the mesh.

    Attributes
    ----------
    values
        (N,) in the order of the mesh's points; NaN without draws.
    mean, median, p95, max
        Over the surface, weighted by area; None without draws. Also by name, as `uncertainty["mean"]`.
    """

    def __init__(self, values: np.ndarray, summary: Mapping[str, float | None]) -> None:
        self.values = values
        self._summary = dict(summary)
        self.mean, self.median, self.p95, self.max = (summary[name] for name in ("mean", "median", "p95", "max"))

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        import numpy as np

        return np.array(self.values, dtype=dtype, copy=True if copy is None else copy)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, key: Any) -> Any:
        return self._summary[key] if isinstance(key, str) else self.values[key]

    def __repr__(self) -> str:
        return "SurfaceUncertainty(unknown)" if self.mean is None else f"SurfaceUncertainty(mean {self.mean:.2f} mm)"


class Skull(CaseView):
    """A reconstructed skull in the head frame, LPS mm."""

    @property
    def _found(self) -> Reconstruction:
        return self._case.run.found

    def judged(
        self, *, gestational_age: float | str | EllipsisType | None = ..., chart: str | EllipsisType = ...
    ) -> Skull:
        """The same skull with ages, z-scores, percentiles and warnings of another age or chart; nothing is computed.

        Parameters
        ----------
        gestational_age, chart
            As in `reconstruct_skull`; left out, they stay as they are.

        Raises
        ------
        InputError
            There is no such chart, or no head of that age can be reconstructed. Beyond its chart an age has no
            z-scores and percentiles, which a warning says.

        Examples
        --------
        >>> skull.judged(gestational_age="27+3", chart="who").biometry["hc_mm"].percentile  # doctest: +SKIP
        """

        def fields() -> dict[str, Any]:
            given = {} if gestational_age is ... else {"gestational_age_weeks": _weeks(gestational_age)}
            return given if chart is ... else {**given, "chart": chart}

        return Skull(rejudged(self._case, fields, _KEYWORDS))

    @property
    def ages(self) -> dict[str, dict[str, Any] | None]:
        """Gestational age that "hc", "bpd" and "ofd" fit: `weeks`, `interval90` and `outside`, each may be None."""
        return self.result["age_from"]

    @property
    def biometry(self) -> dict[str, Reading]:
        """By key: "bpd_mm", "ofd_mm", "hc_mm", "cephalic_index_percent", "head_volume_ml"."""
        return self.quantities

    @property
    def surface(self) -> Surface:
        """The skull: points (N, 3) in mm, triangles (M, 3), outward; point array `uncertainty_mm`."""
        return self._found.surface

    @cached_property
    def mesh(self) -> vtk.vtkPolyData:
        """The skull as vtkPolyData, LPS mm, as in `skull.vtp`."""
        from GenerativeModelsLib.geometry.vtk_meshes import to_polydata

        return to_polydata(self.surface)

    @cached_property
    def uncertainty_mm(self) -> SurfaceUncertainty:
        """Standard deviation of the surface at every point of the mesh."""
        import numpy as np

        values = self.surface.point_data["uncertainty_mm"]
        known = self._found.sd_mm is not None
        return SurfaceUncertainty(values if known else np.full(len(values), np.nan), self.result["uncertainty_mm"])

    @property
    def distance_mm(self) -> tuple[np.ndarray, Grid]:
        """Mean signed distance (z, y, x) to the surface in mm, negative inside, and its grid."""
        return self._found.distance_mm, self._found.grid

    @property
    def placements(self) -> dict[str, Placement]:
        """Placement of each image in the head frame, by plane."""
        return {name: plane.placement for name, plane in self._found.planes.items()}

    @property
    def imagined(self) -> Mapping[str, ImaginedPlane]:
        """Simulated pictures of the planes that were not given, by plane; empty unless asked for with `imagine`."""
        return self._found.imagined
