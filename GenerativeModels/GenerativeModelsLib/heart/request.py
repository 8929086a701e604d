"""Request of a heart analysis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.shape.reference import SEXES
from GenerativeModelsLib.image_files.given import Source

__all__ = ["HeartRequest"]


@dataclass(frozen=True)
class HeartRequest(CaseRequest):
    """Request of one analysis, validated without opening files.

    Attributes
    ----------
    ed, es
        Label maps at end diastole and end systole; `es` may be left out.
    labels
        A preset or values, such as "acdc" or "lv=3,myo=2,rv=1".
    septum
        Position of the septum, "x,y,z" or "dir:x,y,z" in LPS mm; None = from the right ventricle, or an estimate.
    sex
        "male" or "female" for reference ranges; None = both are shown.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    ed: Source = asked(
        "Label map at end diastole (NIfTI, NRRD, MHA).",
        metavar="FILE",
        called="the label map at end diastole",
        image=True,
        column=True,
    )
    es: Source | None = asked(
        "Label map at end systole.",
        default=None,
        metavar="FILE",
        called="the label map at end systole",
        image=True,
        column=True,
    )
    labels: str = asked(
        "Meaning of the values; presets: acdc, ukbb.",
        default="acdc",
        metavar="PRESET|lv=3,myo=2,rv=1",
        called="the label scheme",
        column=True,
        batch=True,
    )
    septum: str | None = asked(
        "A point on the septum, or a direction towards it, in LPS mm.",
        default=None,
        metavar="X,Y,Z|dir:X,Y,Z",
        called="the septum",
        column=True,
        default_text="from the right ventricle",
    )
    sex: str | None = asked(
        "For the reference ranges.",
        default=None,
        metavar="male|female",
        called="the sex",
        parse=lambda text, field: text.lower(),
        column=True,
        default_text="both are shown",
    )

    def __post_init__(self) -> None:
        from GenerativeModelsLib.heart.labels.label_map import parse_labels
        from GenerativeModelsLib.heart.measure.septum import parse_septum

        if self.es is not None and self.es == self.ed:
            raise InputError(
                f"{named('ed')} and {named('es')} name the same file {self.ed}: each phase is a label map of its own; "
                f"leave {named('es')} out when there is none."
            )
        parse_labels(self.labels)
        if self.septum is not None:
            parse_septum(self.septum)
        if self.sex is not None and self.sex not in SEXES:
            raise InputError(f"{named('sex')} is '{self.sex}': give male or female, or leave it out.")
        super().__post_init__()

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return super().shown_title or Path(self.ed.name).stem
