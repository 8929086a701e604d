"""Content of the report of one skull reconstruction, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from GenerativeModelsLib.skull.growth.registry import CHARTS, DEFAULT_CHART, Chart

VERDICTS = ("typical", "unusual", "outside")
CHARTED = ("hc", "bpd", "ofd")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True)
class LocatorEllipse:
    """Ellipse of the head found by the locator, in pixels of the input image.

    Attributes
    ----------
    centre_px
        (column, row).
    semi_axes_px
        Two semi-axes.
    angle_deg
        Direction of the first axis, from image right (+column) towards image down (+row).
    """

    centre_px: tuple[float, float]
    semi_axes_px: tuple[float, float]
    angle_deg: float = 0.0

    def polyline(self, count: int = 96) -> np.ndarray:
        """Closed polyline (count + 1, 2) of (column, row)."""
        t = np.linspace(0.0, 2 * np.pi, count + 1)
        c, s = np.cos(np.radians(self.angle_deg)), np.sin(np.radians(self.angle_deg))
        a, b = self.semi_axes_px[0] * np.cos(t), self.semi_axes_px[1] * np.sin(t)
        return np.stack([self.centre_px[0] + c * a - s * b, self.centre_px[1] + s * a + c * b], axis=1)


@dataclass(frozen=True)
class PlaneView:
    """One input image and its findings.

    Attributes
    ----------
    name
        "axial", "sagittal" or "coronal".
    file_name
        Name given by the user.
    pixels
        (rows, cols) grey values, 0 to 255.
    spacing_mm
        (row, col) distance of pixel centres in mm.
    outline_px
        Polylines (K, 2) of (column, row): the reconstructed surface cut by the image; pixel (0, 0) has its centre at
        (0, 0).
    band_px
        Inner and outer polylines (K, 2) of the 90 % band about the outline.
    ellipse, confidence, note
        The locator's estimate, its confidence 0 to 1, and a remark such as "cut by the image edge".
    placement
        Placement of the image in words, such as "offset 2.1 mm, tilt 4 degrees".
    spacing_source
        Source of the spacing, in words: "spacing from the file".
    corners_mm
        (4, 3) head-frame positions in mm of the centres of the corner pixels, in the order first row first column,
        first row last column, last row last column, last row first column. None = not shown in 3D.
    sha256
        Checksum of the file.
    frame, frame_why
        Which frame of a clip it is, such as "4 of 9", and why, a sentence; "" for a file of one frame.
    corrections
        Sentences on what the user corrected and what had been found.
    options
        The corrections as options of the command line.
    uncorrected
        The ellipse that had been found, if it is another one.
    mask_px
        Polygons (K, 2) of (column, row) that were not looked at.
    length_px
        The points (2, 2) of a known length.
    """

    name: str
    file_name: str
    pixels: np.ndarray
    spacing_mm: tuple[float, float]
    outline_px: Sequence[np.ndarray] = ()
    band_px: tuple[Sequence[np.ndarray], Sequence[np.ndarray]] | None = None
    ellipse: LocatorEllipse | None = None
    confidence: float | None = None
    note: str = ""
    placement: str = ""
    spacing_source: str = ""
    corners_mm: np.ndarray | None = None
    sha256: str | None = None
    frame: str = ""
    frame_why: str = ""
    corrections: Sequence[str] = ()
    options: str = ""
    uncorrected: LocatorEllipse | None = None
    mask_px: Sequence[np.ndarray] = ()
    length_px: np.ndarray | None = None

    def __post_init__(self) -> None:
        _require(np.ndim(self.pixels) == 2, f"pixels has shape {np.shape(self.pixels)}, expected (rows, cols).")
        _require(min(self.spacing_mm) > 0, f"spacing_mm is {self.spacing_mm}, expected two positive numbers.")
        if self.corners_mm is not None:
            _require(
                np.shape(self.corners_mm) == (4, 3), f"corners_mm has shape {np.shape(self.corners_mm)}, not (4, 3)."
            )


@dataclass(frozen=True)
class ImaginedView:
    """Simulated pictures of a plane that was not given.

    Attributes
    ----------
    name
        "sagittal" or "coronal".
    pictures
        (rows, cols) or (rows, cols, 3) uint8, by the keys of `case.imagined_files.picture_files`.
    spread_mm
        Standard deviation of the draws' outlines, `mean` and `max`; None without draws.
    """

    name: str
    pictures: Mapping[str, np.ndarray]
    spread_mm: Mapping[str, float] | None = None


@dataclass(frozen=True)
class SkullSurface:
    """The reconstructed surface, head frame LPS mm.

    Attributes
    ----------
    points
        (N, 3) mm.
    triangles
        (M, 3) indices, outward.
    uncertainty_mm
        (N,) standard deviation along the normal; NaN where unknown; None when no draws were made.
    """

    points: np.ndarray
    triangles: np.ndarray
    uncertainty_mm: np.ndarray | None = None

    def __post_init__(self) -> None:
        n = len(self.points)
        _require(np.shape(self.points) == (n, 3), f"points has shape {np.shape(self.points)}, expected (N, 3).")
        _require(len(self.triangles) > 0, "triangles is empty, expected a closed surface.")
        _require(np.shape(self.triangles)[1:] == (3,), f"triangles has shape {np.shape(self.triangles)}, not (M, 3).")
        if self.uncertainty_mm is not None:
            _require(
                np.shape(self.uncertainty_mm) == (n,),
                f"uncertainty_mm has shape {np.shape(self.uncertainty_mm)}, expected ({n},): one value a point.",
            )


@dataclass(frozen=True)
class BiometryRow:
    """One line of the biometry table.

    Attributes
    ----------
    name, label, unit
        Short name ("HC"), full name, and "mm", "%" or "ml".
    value, sd, interval90
        In `unit`; the last two are None without draws.
    percentile
        0 to 100 at the given gestational age; None without one.
    chart
        Name of the quantity on growth charts: "hc", "bpd", "ofd", or None.
    z_score
        At the given gestational age; None without one.
    normal
        Range in health, as printed: "74 to 83"; "" without one.
    normal_source
        Its publication.
    """

    name: str
    label: str
    unit: str
    value: float
    sd: float | None = None
    interval90: tuple[float, float] | None = None
    percentile: float | None = None
    chart: str | None = None
    z_score: float | None = None
    normal: str = ""
    normal_source: str = ""

    def __post_init__(self) -> None:
        _require(self.chart in (None, *CHARTED), f"chart is {self.chart!r}, expected one of {CHARTED} or None.")


@dataclass(frozen=True)
class UncertaintySummary:
    """Uncertainty over the surface, area-weighted, in mm."""

    mean: float
    median: float
    p95: float
    max: float


@dataclass(frozen=True)
class InDistribution:
    """In-distribution judgement of the input; `verdict` is one of `VERDICTS`, `reasons` say what stands out."""

    score: float
    verdict: str
    reasons: Sequence[str] = ()

    def __post_init__(self) -> None:
        _require(self.verdict in VERDICTS, f"verdict is {self.verdict!r}, expected one of {VERDICTS}.")


@dataclass(frozen=True)
class ModelSummary:
    """Summary of the model card.

    Attributes
    ----------
    trained_on
        One or two sentences on the population.
    validation
        Values by name of the figure, shown as given.
    limits
        Sentences.
    """

    name: str
    version: str
    licence: str = ""
    trained_on: str = ""
    sha256: str = ""
    validation: Mapping[str, object] = field(default_factory=dict)
    limits: Sequence[str] = ()


@dataclass(frozen=True)
class ReportContent:
    """Content of one report. Lengths in mm, `seconds` by step ("total" last), `created` as printed.

    `chart` is the growth chart, `ages` are sentences on the ages that the measurements fit, and `warnings` may be
    `errors.Caution`, whose kind says how grave they are.
    `identity` is label and text of case ID, examination date and so on; `imagined` are planes that were not given.
    """

    title: str
    created: str
    software_version: str
    torch_version: str
    device: str
    seed: int
    samples: int
    seconds: Mapping[str, float]
    planes: Sequence[PlaneView]
    surface: SkullSurface
    biometry: Sequence[BiometryRow]
    model: ModelSummary
    gestational_age_weeks: float | None = None
    uncertainty: UncertaintySummary | None = None
    in_distribution: InDistribution | None = None
    warnings: Sequence[str] = ()
    chart: Chart = CHARTS[DEFAULT_CHART]
    ages: Sequence[str] = ()
    identity: Sequence[tuple[str, str]] = ()
    imagined: Sequence[ImaginedView] = ()

    @property
    def outside(self) -> bool:
        """Whether the input lies outside what the model was trained on."""
        return self.in_distribution is not None and self.in_distribution.verdict == "outside"
