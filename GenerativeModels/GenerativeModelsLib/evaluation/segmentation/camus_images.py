"""Images and label maps of a folder in the layout of CAMUS, which a user brings; nothing of it is shipped.

Leclerc et al., Deep Learning for Segmentation Using an Open Large-Scale Dataset in 2D Echocardiography, IEEE TMI 38(9),
2019: patient0001/patient0001_4CH_ED.nii.gz with patient0001_4CH_ED_gt.nii.gz, and ES and 2CH likewise; labels 1 left
ventricle, 2 myocardium, 3 left atrium.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps

__all__ = ["camus_cases"]

_LABELS = {"lv": 1, "myo": 2, "la": 3}


def camus_cases(folder: Path, chamber_view: str, rows: int, pixel_mm: float) -> list[ImagedCase]:
    """The end diastoles and end systoles of one view, by patient, on one grid about the middle of each image.

    Parameters
    ----------
    chamber_view
        "2CH" or "4CH".
    rows, pixel_mm
        Rows, as many columns, and their distance.

    Raises
    ------
    InputError
        There is no such image, or one has no label map, another grid than its label map, or other labels.
    """
    paths = sorted(Path(folder).glob(f"patient*/patient*_{chamber_view}_E[DS].nii.gz"))
    if not paths:
        raise InputError(
            f"{folder} has no patient0001/patient0001_{chamber_view}_ED.nii.gz or the like: name the folder of CAMUS "
            "in which the patients' folders lie."
        )
    return [_case(path, rows, pixel_mm) for path in paths]


def _case(path: Path, rows: int, pixel_mm: float) -> ImagedCase:
    import SimpleITK as sitk

    drawn = path.with_name(path.name.replace(".nii.gz", "_gt.nii.gz"))
    if not drawn.is_file():
        raise InputError(f"{drawn} is missing, the label map of {path.name}: copy the whole folder of the patient.")
    try:
        image, labels = (_plane(sitk.ReadImage(str(each))) for each in (path, drawn))
    except RuntimeError as error:
        raise InputError(f"{path} or its label map cannot be read: copy both again.") from error
    if image.GetSize() != labels.GetSize() or not np.allclose(image.GetSpacing(), labels.GetSpacing(), rtol=1e-3):
        raise InputError(f"{path} and {drawn.name} have different grids: copy both again.")
    grid = sitk.Image(rows, rows, sitk.sitkFloat32)
    grid.SetSpacing((pixel_mm, pixel_mm))
    middle = image.TransformContinuousIndexToPhysicalPoint([0.5 * (n - 1) for n in image.GetSize()])
    grid.SetOrigin([at - 0.5 * (rows - 1) * pixel_mm for at in middle])
    grey, values = (
        sitk.GetArrayFromImage(sitk.Resample(each, grid, sitk.Transform(), how, 0.0))
        for each, how in ((image, sitk.sitkLinear), (labels, sitk.sitkNearestNeighbor))
    )
    found = np.unique(values)
    if not np.isin(found, [0, *_LABELS.values()]).all() or not {1, 2} <= set(found.tolist()):
        raise InputError(f"{drawn} holds the values {found.tolist()}, expected 0 to 3 with ventricle 1 and wall 2.")
    codes = np.zeros(values.shape, np.uint8)
    for name, value in _LABELS.items():
        codes[values == value] = CODES[name]
    patient, _, phase = path.name.removesuffix(".nii.gz").split("_")
    top = max(float(grey.max()), 1e-3)
    maps = LabelMaps(codes[None, None], np.diag([pixel_mm, pixel_mm, 1.0, 1.0]), None, _LABELS, path.name)
    pixels = np.rint(255 * np.clip(grey / top, 0, 1)).astype(np.uint8)
    return ImagedCase(patient, phase, pixels[None, None], maps, {name: np.ones((1, 1), bool) for name in _LABELS})


def _plane(image: object) -> object:
    """The image with two axes, along the rows and columns, its direction left out."""
    import SimpleITK as sitk

    flat = image[:, :, 0] if image.GetDimension() == 3 else image
    plane = sitk.GetImageFromArray(sitk.GetArrayFromImage(flat))
    plane.SetSpacing(image.GetSpacing()[:2])
    return sitk.Cast(plane, sitk.sitkFloat32)
