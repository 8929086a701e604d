"""Calibration of DICOM planes: the region that shows tissue, and the spacing on which all tags of the file agree."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.planes.stored import AGREEMENT

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["NO_SPACING", "Calibration", "Region", "calibrated"]

_CENTIMETRES = 3
_MM_PER_CM = 10.0
_TISSUE, _TWO_DIMENSIONAL = 1, 1
NO_SPACING = (
    "it has neither PhysicalDeltaX and PhysicalDeltaY of an ultrasound region in cm, nor PixelSpacing or "
    "ImagerPixelSpacing"
)
"""Why a file without a calibration has no spacing, within a sentence."""


@dataclass(frozen=True)
class Region:
    """A calibrated two-dimensional region: pixel bounds, end exclusive, and mm per pixel down and to the right."""

    top: int
    bottom: int
    left: int
    right: int
    spacing_mm: tuple[float, float]

    @property
    def area(self) -> int:
        return (self.bottom - self.top) * (self.right - self.left)


@dataclass(frozen=True)
class Calibration:
    """Region of the plane in the frame (None: the whole frame), its spacing, and warnings for the user.

    `contradiction` is what the tags say where they do not agree, and `spacing_mm` is then None.
    """

    region: Region | None
    spacing_mm: tuple[float, float] | None
    warnings: tuple[str, ...] = ()
    contradiction: str = ""


def calibrated(dataset: Dataset, label: str, frame: int = 0) -> Calibration:
    """Region and spacing of a frame from all tags that state them; no spacing where they contradict each other."""
    sequence = list(dataset.get("SequenceOfUltrasoundRegions", None) or [])
    regions = [found for item in sequence if (found := _tissue_region(item, int(dataset.Rows), int(dataset.Columns)))]
    region = max(regions, key=lambda region: region.area, default=None)
    notes = ()
    if len(regions) > 1:
        notes = (
            said(
                "{label} shows {count:d} calibrated 2D regions; the largest was used.", label=label, count=len(regions)
            ),
        )
    elif sequence and not regions:
        notes = (
            said(
                "{label} has ultrasound regions but none that is 2D tissue calibrated in cm; nothing was cut away.",
                label=label,
            ),
        )
    stated = _stated_spacings(dataset, frame)
    if region is not None:
        stated = {"PhysicalDeltaX and PhysicalDeltaY of its ultrasound region": region.spacing_mm, **stated}
    imager = _pair(dataset.get("ImagerPixelSpacing", None))
    # A calibrated PixelSpacing is meant to differ from that at the detector (PS3.3 10.7.1.3).
    if imager is not None and not (stated and dataset.get("PixelSpacingCalibrationType", "")):
        if not stated:
            notes += (
                said(
                    "{label} carries only ImagerPixelSpacing, the spacing at a detector, which was used: check the "
                    "sizes.",
                    label=label,
                ),
            )
        stated["ImagerPixelSpacing"] = imager
    spacings = list(stated.values())
    if any(_differ(spacings[0], other) for other in spacings[1:]):
        all_stated = "; ".join(f"{name} {row:.4g} x {column:.4g} mm" for name, (row, column) in stated.items())
        return Calibration(region, None, notes, all_stated)
    return Calibration(region, spacings[0] if spacings else None, notes)


def _stated_spacings(dataset: Dataset, frame: int) -> dict[str, tuple[float, float]]:
    """(row, column) spacings of a frame by the tag that states them, regions and detector left out."""
    groups = {
        "PixelSpacing of the functional groups of all frames": _item(dataset, "SharedFunctionalGroupsSequence", 0),
        f"PixelSpacing of the functional groups of frame {frame}": _item(
            dataset, "PerFrameFunctionalGroupsSequence", frame
        ),
    }
    found = {
        name: _pair(None if item is None else item.get("PixelSpacing", None))
        for name, group in groups.items()
        for item in (None if group is None else _item(group, "PixelMeasuresSequence", 0),)
    }
    found |= {name: _pair(dataset.get(name, None)) for name in ("PixelSpacing", "NominalScannedPixelSpacing")}
    return {name: spacing for name, spacing in found.items() if spacing is not None}


def _item(dataset: Dataset, name: str, index: int) -> Dataset | None:
    """An item of a sequence; None if there is none."""
    items = dataset.get(name, None) or []
    return items[index] if index < len(items) else None


def _differ(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return any(abs(a / b - 1) > AGREEMENT for a, b in zip(first, second))


def _tissue_region(item: Dataset, rows: int, columns: int) -> Region | None:
    """The region of one item of SequenceOfUltrasoundRegions, None unless it is 2D tissue calibrated in cm."""
    if item.get("RegionSpatialFormat") != _TWO_DIMENSIONAL or item.get("RegionDataType") != _TISSUE:
        return None
    if item.get("PhysicalUnitsXDirection") != _CENTIMETRES or item.get("PhysicalUnitsYDirection") != _CENTIMETRES:
        return None
    bounds = [
        item.get(f"RegionLocation{key}", None) for key in ("MinY0", "MaxY1", "MinX0", "MaxX1")
    ]  # both ends are inclusive
    deltas = _pair([item.get("PhysicalDeltaY", None), item.get("PhysicalDeltaX", None)])
    if deltas is None or any(bound is None for bound in bounds):
        return None
    top, bottom, left, right = (int(bound) for bound in bounds)
    top, left, bottom, right = max(top, 0), max(left, 0), min(bottom + 1, rows), min(right + 1, columns)
    if bottom <= top or right <= left:
        return None
    return Region(top, bottom, left, right, (deltas[0] * _MM_PER_CM, deltas[1] * _MM_PER_CM))


def _pair(value) -> tuple[float, float] | None:
    """Absolute values of two finite nonzero numbers (a physical axis may point up or left); None for anything else."""
    try:
        first, second = (abs(float(part)) for part in value)
    except (TypeError, ValueError):
        return None
    return (first, second) if isfinite(first) and isfinite(second) and first > 0 and second > 0 else None
