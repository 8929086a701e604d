"""The left ventricle for Python users; see `GenerativeModelsLib.analyse_heart`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.python import IDENTITY_KEYWORDS, CaseView, computed, export_names, identity_fields
from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.image_files.in_memory import label_map_source
from GenerativeModelsLib.language import DEFAULT

if TYPE_CHECKING:
    import numpy as np
    import SimpleITK as sitk
    import vtk

    from GenerativeModelsLib.geometry.surfaces import Surface

    Labels = str | Path | np.ndarray | sitk.Image

__all__ = ["LeftVentricle", "analyse_heart"]


def analyse_heart(
    ed: Labels | None = None,
    es: Labels | None = None,
    *,
    cine: Labels | None = None,
    ed_frame: int | None = None,
    es_frame: int | None = None,
    labels: str = "acdc",
    affine: np.ndarray | None = None,
    es_affine: np.ndarray | None = None,
    septum: str | None = None,
    sex: str | None = None,
    height_cm: float | None = None,
    weight_kg: float | None = None,
    force: bool = False,
    realign: bool = False,
    seed: int = 0,
    device: str = "auto",
    model: str | Path | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    title: str | None = None,
    language: str = DEFAULT,
    identity: Mapping[str, str | None] | None = None,
    export: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> LeftVentricle:
    """Analyse a left ventricle from label maps. Nothing is written unless `output` is given.

    Parameters
    ----------
    ed, es
        Label maps at end diastole and end systole: each a file (NIfTI, NRRD, MHA, .seg.nrrd), a SimpleITK image, or an
        array (x, y, z) with `affine`. Without `es`, values that need it are None.
    cine
        A label map of a heart cycle instead of `ed` and `es`: a file, a SimpleITK image of four dimensions, or an array
        (x, y, z, time) with `affine`.
    ed_frame, es_frame
        Frames of the cine, from 0; None = those of the largest and the smallest cavity.
    labels
        Meaning of the values: a preset ("acdc", "ukbb") or values such as "lv=3,myo=2,rv=1".
    affine, es_affine
        (4, 4) index -> RAS mm of the arrays, as in nibabel; `es_affine` defaults to `affine`.
    septum
        A point on the septum "x,y,z" or a direction towards it "dir:x,y,z", LPS mm; None = from the right ventricle.
    sex
        "male" or "female", or "M", "F", for the reference ranges of the report.
    height_cm, weight_kg
        Of the patient, both or neither: `result["indexed"]` has values per body surface.
    force
        Whether phases whose myocardium is too different for one heart are analysed, with a warning.
    realign
        Whether slices are moved in their plane where breath holds shifted them, before measuring; see `shifts_mm`.
    seed, device, model, output, overwrite, title, language, identity, export, progress
        As in `reconstruct_skull`.

    Raises
    ------
    InputError
        A label map or a value cannot be used.

    Examples
    --------
    >>> import GenerativeModelsLib as gm
    >>> heart = gm.analyse_heart("ed.nii.gz", "es.nii.gz", labels="acdc")  # doctest: +SKIP
    >>> heart.ef_percent, heart.hcm_probability, heart.meshes["ed"]  # doctest: +SKIP
    """

    def request() -> HeartRequest:
        return HeartRequest(
            None if ed is None else label_map_source(ed, "ed", affine),
            None if es is None else label_map_source(es, "es", affine if es_affine is None else es_affine),
            labels,
            septum,
            sex,
            None if cine is None else label_map_source(cine, "cine", affine, dimensions=4),
            None if ed_frame is None else index(ed_frame),
            None if es_frame is None else index(es_frame),
            None if height_cm is None else float(height_cm),
            None if weight_kg is None else float(weight_kg),
            force,
            realign,
            seed=index(seed),  # accepts numpy integers
            device=device,
            model=None if model is None else Path(model),
            output=None if output is None else Path(output),
            overwrite=overwrite,
            title=title,
            language=language,
            **identity_fields(identity),
            export=export_names(export),
        )

    return LeftVentricle(computed(HEART, request, progress, IDENTITY_KEYWORDS))


class LeftVentricle(CaseView):
    """An analysed left ventricle. Values that need end systole are None without it."""

    @property
    def edv_ml(self) -> float:
        """End-diastolic volume."""
        return self.result["edv_ml"]

    @property
    def esv_ml(self) -> float | None:
        """End-systolic volume."""
        return self.result["esv_ml"]

    @property
    def ef_percent(self) -> float | None:
        """Ejection fraction."""
        return self.result["ef_percent"]

    @property
    def myocardial_mass_g(self) -> float:
        """Mass of the myocardium at end diastole."""
        return self.result["myocardial_mass_g"]

    @property
    def sv_ml(self) -> float | None:
        """Stroke volume."""
        return self.result["sv_ml"]

    @property
    def wall_thickening_percent(self) -> float | None:
        """Thickening of the wall in systole, mean over the segments."""
        return self.result["wall_thickening_percent"]

    @property
    def rv_edv_ml(self) -> float | None:
        """End-diastolic volume of the right ventricle; None if it is not labelled."""
        return self.result["rv_edv_ml"]

    @property
    def rv_esv_ml(self) -> float | None:
        """End-systolic volume of the right ventricle; None if it is not labelled."""
        return self.result["rv_esv_ml"]

    @property
    def rv_ef_percent(self) -> float | None:
        """Ejection fraction of the right ventricle; None if it is not labelled."""
        return self.result["rv_ef_percent"]

    @property
    def indexed(self) -> dict[str, float | None] | None:
        """`bsa_m2` and values per body surface; None without height and weight."""
        return self.result["indexed"]

    @property
    def volumes_lower_bounds(self) -> bool:
        """Whether slices end before the apex, so that volumes and mass are lower bounds."""
        return self.result["volumes_lower_bounds"]

    @property
    def thickest_segment(self) -> dict[str, Any] | None:
        """At end diastole `segment` (1 to 17), `mean_mm`, and `judgement` by the guidelines."""
        return self.result["thickest_segment"]

    @property
    def hcm_probability(self) -> float:
        """Calibrated probability of hypertrophic cardiomyopathy, 0 to 1."""
        return self.result["hcm_probability"]

    @property
    def hcm_interval90(self) -> tuple[float, float] | None:
        """90 % interval of `hcm_probability`."""
        found = self.result["hcm_interval90"]
        return None if found is None else tuple(found)

    @property
    def z_top(self) -> tuple[float, ...]:
        """Position on the top level of the latent space."""
        return tuple(self.result["latent"]["z_top"])

    @property
    def z(self) -> tuple[tuple[float, ...], ...]:
        """Position on all levels of the latent space, detail first."""
        return tuple(tuple(level) for level in self.result["latent"]["z"])

    @property
    def frames(self) -> dict[str, int] | None:
        """Of a cine: `ed` and `es`, numbers of the frames from 0, and their `count`."""
        return self.result["frames"]

    @property
    def cavity_ml(self) -> list[float] | None:
        """Of a cine: the cavity in every frame."""
        return self.result["cavity_ml"]

    @property
    def shifts_mm(self) -> dict[int, tuple[float, float]] | None:
        """By slice how far it was moved, (row, column) in mm; None without `realign`."""
        found = self.result["shifts_mm"]
        return None if found is None else {shift["slice"]: tuple(shift["applied_mm"]) for shift in found}

    @property
    def surfaces(self) -> dict[str, Surface]:
        """Endo- and epicardium by phase ("ed", "es"), LPS mm of the patient; point array `wall_thickness_mm`."""
        from GenerativeModelsLib.heart.shape.surfaces import in_patient

        return {name: in_patient(phase.surface, phase.frame) for name, phase in self._case.run.found.phases.items()}

    @property
    def reconstructions(self) -> dict[str, Surface]:
        """Reconstructions of the model, as `surfaces`."""
        from GenerativeModelsLib.heart.shape.surfaces import in_patient

        found = self._case.run.found
        return {name: in_patient(phase.reconstruction, phase.frame) for name, phase in found.phases.items()}

    @property
    def meshes(self) -> dict[str, vtk.vtkPolyData]:
        """`surfaces` as vtkPolyData."""
        from GenerativeModelsLib.geometry.vtk_meshes import to_polydata

        return {name: to_polydata(surface) for name, surface in self.surfaces.items()}

    @property
    def wall_thickness_mm(self) -> dict[str, dict | None]:
        """By phase: `mean`, `p95`, `max` over the wall, and `aha17`, the means of the 17 segments."""
        return self.result["wall_thickness_mm"]
