"""Request of a heart analysis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.entries import label_scheme, number_parser, parse_frame, parse_sex
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import ModelRequest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.shape.reference import HEIGHT_RANGE_CM, WEIGHT_RANGE_KG
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.language import N_

__all__ = ["HeartRequest"]


@dataclass(frozen=True)
class HeartRequest(ModelRequest):
    """Request of one analysis, validated without opening files.

    Attributes
    ----------
    ed, es
        Label maps at end diastole and end systole; `es` may be left out.
    cine
        Label map of a heart cycle (x, y, z, time) instead.
    height_cm, weight_kg
        Of the patient, for values per body surface; both or neither.
    force
        Whether phases that look like two patients are analysed, with a warning.
    realign
        Whether the slices of a stack are moved in their plane before the heart is measured.
    ed_frame, es_frame
        Frames of the cine, from 0; None = those of the largest and the smallest cavity.
    labels
        A preset or values, such as "acdc" or "lv=3,myo=2,rv=1".
    septum
        Position of the septum, "x,y,z" or "dir:x,y,z" in LPS mm; None = from the right ventricle, or an estimate.
    sex
        "male" or "female", or "M", "F", for reference ranges; None = both are shown.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    ed: Source | None = asked(
        "Label map at end diastole (NIfTI, NRRD, MHA, .seg.nrrd); required unless a cine is given.",
        default=None,
        metavar="FILE",
        called=N_("the label map at end diastole"),
        image=True,
        column=True,
    )
    es: Source | None = asked(
        "Label map at end systole.",
        default=None,
        metavar="FILE",
        called=N_("the label map at end systole"),
        image=True,
        column=True,
    )
    labels: str = label_scheme(("acdc", "ukbb"))
    septum: str | None = asked(
        "A point on the septum, or a direction towards it, in LPS mm.",
        default=None,
        metavar="X,Y,Z|dir:X,Y,Z",
        called=N_("the septum"),
        column=True,
        default_text="from the right ventricle",
    )
    sex: str | None = asked(
        "For the reference ranges.",
        default=None,
        metavar="male|female|M|F",
        called=N_("the sex"),
        parse=parse_sex,
        column=True,
        default_text="both are shown",
    )

    cine: Source | None = asked(
        "Label map (x, y, z, time) in place of two; its frames of largest and smallest cavity are taken.",
        default=None,
        metavar="FILE",
        called=N_("the cine of label maps"),
        image=True,
        column=True,
    )
    ed_frame: int | None = asked(
        "Frame of the cine at end diastole, from 0.",
        default=None,
        metavar="N",
        called=N_("the frame at end diastole"),
        parse=parse_frame,
        column=True,
        default_text="that of the largest cavity",
    )
    es_frame: int | None = asked(
        "Frame of the cine at end systole, from 0.",
        default=None,
        metavar="N",
        called=N_("the frame at end systole"),
        parse=parse_frame,
        column=True,
        default_text="that of the smallest cavity",
    )

    height_cm: float | None = asked(
        "Height of the patient in cm, for values per body surface; with the weight.",
        default=None,
        metavar="CM",
        called=N_("the height"),
        parse=number_parser("a number"),
        column=True,
    )
    weight_kg: float | None = asked(
        "Weight of the patient in kg; with the height.",
        default=None,
        metavar="KG",
        called=N_("the weight"),
        parse=number_parser("a number"),
        column=True,
    )

    force: bool = asked(
        "Analyse phases that look like two patients.", default=False, called=N_("permission to take them for one heart")
    )
    realign: bool = asked(
        "Move slices in their plane where breath holds shifted them, before measuring; both phases alike.",
        default=False,
        called=N_("whether slices are realigned"),
        batch=True,
    )

    def __post_init__(self) -> None:
        from GenerativeModelsLib.heart.labels.label_map import parse_labels
        from GenerativeModelsLib.heart.measure.septum import parse_septum

        self._check_phases()
        if self.es is not None and self.es == self.ed:
            raise InputError(
                f"{named('ed')} and {named('es')} name the same file {self.ed}: each phase is a label map of its own; "
                f"leave {named('es')} out when there is none."
            )
        parse_labels(self.labels)
        if self.septum is not None:
            parse_septum(self.septum)
        if self.sex is not None:
            object.__setattr__(self, "sex", parse_sex(self.sex))
        self._check_body()
        super().__post_init__()

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return super().shown_title or Path((self.ed or self.cine).name).stem

    def _check_body(self) -> None:
        """Raise InputError unless height and weight are those of a person, or both absent."""
        ranges = {"height_cm": (HEIGHT_RANGE_CM, "cm"), "weight_kg": (WEIGHT_RANGE_KG, "kg")}
        for (name, ((low, high), unit)), other in zip(ranges.items(), reversed(ranges)):
            value = getattr(self, name)
            if value is None and getattr(self, other) is not None:
                raise InputError(f"{named(name)} is missing beside {named(other)}: give both, or neither.")
            if value is not None and not low <= value <= high:
                raise InputError(f"{named(name)} is {value:g} {unit}: give it in {unit}, from {low:g} to {high:g}.")

    def _check_phases(self) -> None:
        """Raise InputError unless either phases or a cine are given."""
        if self.cine is None:
            for name in ("ed_frame", "es_frame"):
                if getattr(self, name) is not None:
                    raise InputError(f"{named(name)} needs a cine: give it as {named('cine')}, or leave it out.")
            if self.ed is None:
                what = f"{named('ed')} is missing beside {named('es')}: end diastole is always needed; give it"
                raise InputError(
                    f"{what}."
                    if self.es is not None
                    else f"{named('ed')} is missing: give the label map at end "
                    f"diastole, or a film of label maps as {named('cine')}."
                )
        for name in ("ed", "es"):
            if self.cine is not None and getattr(self, name) is not None:
                raise InputError(
                    f"{named('cine')} and {named(name)} are given: give a cine, or {named('ed')} and {named('es')}."
                )
