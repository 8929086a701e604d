"""Request of a skull reconstruction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from GenerativeModelsLib.anatomy.entries import parse_age, parse_frame, parse_sex
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import ModelRequest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.language import N_
from GenerativeModelsLib.skull.corrections import (
    KINDS,
    NO_CORRECTION,
    PARSERS,
    EllipsePx,
    KnownLength,
    PlaneCorrection,
    Polygon,
)
from GenerativeModelsLib.skull.growth.registry import CHARTS, DEFAULT_CHART, chart_of, check_age
from GenerativeModelsLib.skull.plane_fields import (
    Spacing,
    asked_correction,
    asked_frame,
    asked_image,
    asked_spacing,
    parse_spacing,
)

__all__ = ["PLANES", "PlaneSource", "SkullRequest"]

PLANES = ("axial", "sagittal", "coronal")
"""Names of the planes, in the order in which they refine the reconstruction."""

MAX_SAMPLES = 10_000


@dataclass(frozen=True)
class PlaneSource:
    """One image as named by the user.

    Attributes
    ----------
    image
        The file, or the image in memory.
    spacing_mm
        (row, col) mm per pixel given by the user; None = that of the image.
    yields_to_file
        Whether the spacing was given for all images; an image with its own spacing then keeps it.
    shown_as
        Name of the image in results and messages, such as the name of a node; None = its path.
    frame
        Number of a frame, from 0, given for that image; None = the best one of a clip.
    correction
        Corrections of the user.
    """

    image: Source
    spacing_mm: Spacing | None = None
    yields_to_file: bool = False
    shown_as: str | None = None
    frame: int | None = None
    correction: PlaneCorrection = NO_CORRECTION


@dataclass(frozen=True)
class SkullRequest(ModelRequest):
    """Request of one reconstruction, validated without opening files (spacings are checked with their files).

    Attributes
    ----------
    axial, sagittal, coronal
        Images; only the axial one is required.
    axial_spacing_mm, sagittal_spacing_mm, coronal_spacing_mm
        (row, col) mm per pixel given for that image; overrides the spacing of the file.
    pixel_spacing_mm
        (row, col) mm per pixel for the images whose files have none.
    gestational_age_weeks
        Decimal weeks for percentiles, 11 to 42; None, or an age beyond the chart = no percentiles. A text such as
        "27+3" is read as on the command line.
    chart
        Name of the growth chart, of `growth.registry.CHARTS`.
    sex
        Of the fetus, "male" or "female", or "M", "F"; no chart depends on it.
    samples
        Draws from the conditional prior, 0 = the mean only.
    axial_frame, sagittal_frame, coronal_frame
        Frame of a clip, from 0, for that image; None = `frame`.
    frame
        Frame, from 0, of all planes that are clips; None = the best one of each, chosen by the locator.
    mask_text
        Whether text that is burnt into the pictures is blanked.
    imagine
        Whether pictures of the planes that are not given are simulated from the reconstruction.
    axial_facing, axial_ellipse, axial_mask, axial_length, ...
        Corrections of a plane, see `skull.corrections`; None = none.
    shown_names
        By plane: name of an image in results and messages in place of its path.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    axial: Source = asked_image("Transventricular or transthalamic plane.", "axial")
    sagittal: Source | None = asked_image("Midsagittal plane.", "sagittal", default=None)
    coronal: Source | None = asked_image("Coronal plane.", "coronal", default=None)
    axial_spacing_mm: Spacing | None = asked_spacing("axial")
    sagittal_spacing_mm: Spacing | None = asked_spacing("sagittal")
    coronal_spacing_mm: Spacing | None = asked_spacing("coronal")
    gestational_age_weeks: float | None = asked(
        "Decimal weeks, or 27+3, for percentiles against the growth charts.",
        default=None,
        metavar="WEEKS",
        called=N_("the gestational age"),
        parse=parse_age,
        column=True,
        recomputes=False,
    )
    chart: str = asked(
        f"Growth chart: {', '.join(CHARTS)}.",
        default=DEFAULT_CHART,
        metavar="NAME",
        called=N_("the growth chart"),
        column=True,
        batch=True,
        recomputes=False,
        choices=tuple((chart.name, chart.title) for chart in CHARTS.values()),
    )
    pixel_spacing_mm: Spacing | None = asked(
        "Millimetres per pixel, for files that carry none (PNG, JPEG).",
        default=None,
        metavar="MM|ROW,COL",
        called=N_("that of all planes"),
        parse=parse_spacing,
    )
    samples: int = asked(
        "Draws from the conditional prior; 0 = mean only.",
        default=100,
        metavar="N",
        called=N_("the number of samples"),
        batch=True,
    )
    _: KW_ONLY
    axial_frame: int | None = asked_frame("axial")
    sagittal_frame: int | None = asked_frame("sagittal")
    coronal_frame: int | None = asked_frame("coronal")
    frame: int | None = asked(
        "Frame of all planes that are clips, from 0.",
        default=None,
        metavar="N",
        called=N_("that of all planes that are clips"),
        parse=parse_frame,
        default_text="the best one of each",
    )
    sex: str | None = asked(
        "Sex of the fetus, kept with the result; two under one case ID are said by a batch.",
        default=None,
        metavar="male|female|M|F",
        called=N_("the sex of the fetus"),
        parse=parse_sex,
        column=True,
        recomputes=False,
    )
    identity_from_dicom: bool = asked(
        "Take case ID, examination date, operator and institution that are not given from the DICOM header.",
        default=False,
        called="permission to read the identity from the header",
        batch=True,
    )
    dicom_patient: str = asked(
        "Patient and study of DICOM exports: those of the DICOM input, or new ones.",
        default="input",
        metavar="input|new",
        called="the patient of the exports",
        batch=True,
    )
    mask_text: bool = asked(
        "Blank text that is burnt into the pictures, before anything is written.",
        default=False,
        called=N_("the blanking of text"),
        batch=True,
    )
    imagine: bool = asked(
        "Simulate pictures of the planes that are not given, from the reconstruction; nothing in them was observed.",
        default=False,
        called=N_("the imagining of planes"),
        batch=True,
    )
    axial_facing: str | None = asked_correction("axial", "facing")
    axial_ellipse: EllipsePx | None = asked_correction("axial", "ellipse")
    axial_mask: tuple[Polygon, ...] | None = asked_correction("axial", "mask")
    axial_length: KnownLength | None = asked_correction("axial", "length")
    sagittal_facing: str | None = asked_correction("sagittal", "facing")
    sagittal_ellipse: EllipsePx | None = asked_correction("sagittal", "ellipse")
    sagittal_mask: tuple[Polygon, ...] | None = asked_correction("sagittal", "mask")
    sagittal_length: KnownLength | None = asked_correction("sagittal", "length")
    coronal_facing: str | None = asked_correction("coronal", "facing")
    coronal_ellipse: EllipsePx | None = asked_correction("coronal", "ellipse")
    coronal_mask: tuple[Polygon, ...] | None = asked_correction("coronal", "mask")
    coronal_length: KnownLength | None = asked_correction("coronal", "length")
    shown_names: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.gestational_age_weeks, str):  # of a script or a console
            object.__setattr__(self, "gestational_age_weeks", parse_age(self.gestational_age_weeks))
        if self.sex is not None:
            object.__setattr__(self, "sex", parse_sex(self.sex))
        if strange := set(self.shown_names) - set(PLANES):
            raise InputError(f"shown_names has the key '{min(strange)}': expected {', '.join(PLANES)}.")
        for name in ("frame", *(f"{plane}_frame" for plane in PLANES)):
            number = getattr(self, name)
            if number is not None and number < 0:
                raise InputError(f"{named(name)} is {number}: give the number of a frame, from 0.")
            plane = name.removesuffix("_frame")
            if number is not None and plane in PLANES and getattr(self, plane) is None:
                raise InputError(f"{named(name)} needs the {plane} plane: give it as {named(plane)}, or leave it out.")
        seen: dict[Source, str] = {}
        for name, plane in self.planes().items():
            if plane.image in seen:
                raise InputError(
                    f"{named(name)} and {named(seen[plane.image])} name the same file {plane.image}: "
                    "each plane is an image of its own."
                )
            seen[plane.image] = name
        for name in PLANES:
            self._check_correction(name)
        if not 0 <= self.samples <= MAX_SAMPLES:
            raise InputError(
                f"{named('samples')} is {self.samples}: give a number from 0 (the mean only) to {MAX_SAMPLES}."
            )
        chart_of(self.chart)
        if self.gestational_age_weeks is not None:
            check_age(self.gestational_age_weeks)

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return super().shown_title or Path(self.axial.name).stem

    def planes(self) -> dict[str, PlaneSource]:
        """The planes that were given, by name, in the order of `PLANES`."""
        planes = {}
        for name in PLANES:
            image, own = getattr(self, name), getattr(self, f"{name}_spacing_mm")
            if image is not None:
                general = own is None and self.pixel_spacing_mm is not None
                spacing = self.pixel_spacing_mm if general else own
                frame = getattr(self, f"{name}_frame")
                shown, correction = self.shown_names.get(name), self._correction(name)
                planes[name] = PlaneSource(image, spacing, general, shown, frame, correction)
        return planes

    def _correction(self, plane: str) -> PlaneCorrection:
        given = {kind: getattr(self, f"{plane}_{kind}") for kind in KINDS}
        return PlaneCorrection(**{kind: value for kind, value in given.items() if value is not None})

    def _check_correction(self, plane: str) -> None:
        """Bring the corrections of a plane into their types, which also checks them."""
        for kind in KINDS:
            name = f"{plane}_{kind}"
            value = getattr(self, name)
            if value is None:
                continue
            if getattr(self, plane) is None:
                raise InputError(
                    f"{named(name)} corrects an image that is not given: give {named(plane)} as well.", name
                )
            object.__setattr__(self, name, PARSERS[kind](value, name))
