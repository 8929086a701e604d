"""Request of new label maps of hearts, validated without opening files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.entries import label_scheme, number_parser, whole_number
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import ModelRequest
from GenerativeModelsLib.anatomy.shapes import check_count
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.language import N_
from GenerativeModelsLib.synthesis.labels.scar_request import parse_segments
from GenerativeModelsLib.synthesis.labels.target_request import Target, parse_target

__all__ = ["LabelsRequest"]

PHASES = ("ed", "ed-es", "cycle")
PRESETS = ("acdc", "ukbb")
COUNT, STEPS, FRAMES = 8, 5, 20
"""Maps, steps of a way and frames of a cycle where nothing else is asked for."""
_RANGES = {
    "displacement_mm": (0.0, 20.0),
    "smoothness_mm": (5.0, 100.0),
    "wall_change_mm": (-10.0, 10.0),
    "transmurality": (0.05, 1.0),
    "slice_distance_mm": (0.5, 20.0),
    "pixel_size_mm": (0.3, 10.0),
    "field_of_view_mm": (60.0, 500.0),
}
"""Least and largest value of the fields that are numbers."""
_GEOMETRY = ("slice_distance_mm", "pixel_size_mm", "field_of_view_mm")
SLICE_MM, PIXEL_MM, VIEW_MM = 8.0, 1.5, 192.0
"""Geometry of the maps where nothing else is asked for: a usual short-axis cine."""
DISPLACEMENT_MM, SMOOTHNESS_MM = 3.0, 40.0


_number = number_parser("a number")


@dataclass(frozen=True, kw_only=True)
class LabelsRequest(ModelRequest):
    """Request of new label maps.

    One of four ways: draws of a class (`condition`), hearts between two (`between`), a heart moved to a target
    (`source` and `towards`), deformations of a label map (`source` and `deform`). A label map alone with `scar` is
    given back with the scar.

    Attributes
    ----------
    source, between
        A heart, or two: a label map file at end diastole, whose end systole lies beside it (`subject.systole_beside`),
        a cine of label maps, or a folder of `heart analyse`. Messages call `source` "from".
    condition, towards, deform
        See above.
    n, steps
        Number of maps of `condition` and `deform`, and of a way, both ends included; None = `COUNT`, `STEPS`.
    displacement_mm, smoothness_mm, wall_change_mm
        Of a deformation: standard deviation of the displacement along each axis, distance over which it is smooth, and
        by how much the wall thickens (or thins, below 0); None = `DISPLACEMENT_MM`, `SMOOTHNESS_MM` and 0.
    scar, transmurality
        Segments of a scar, see `scar_request.parse_segments`, and the share of the wall that it takes from the
        endocardium outward; None = 0.5.
    phases, frames
        "ed", "ed-es" or "cycle", and the number of frames of a cycle; None = `FRAMES`.
    atrium
        Whether the left atrium is labelled.
    like
        File whose grid the maps have; None = a short-axis stack of the three lengths beside it, by default `SLICE_MM`,
        `PIXEL_MM` and `VIEW_MM`.
    labels
        Meaning of the values of label maps that are read.

    Raises
    ------
    InputError
        A value cannot be used, or two contradict each other; the message names them.
    """

    source: Path | None = None
    between: tuple[Path, Path] | None = None
    towards: str | None = asked(
        "Move the given heart to this: ef=45, mass=180, wall=14, edv=150, esv=60, hcm or healthy.",
        default=None,
        metavar="TARGET",
        called=N_("the target"),
    )
    condition: str | None = asked(
        "Draw hearts of this class.", default=None, metavar="|".join(CLASSES), called=N_("the class")
    )
    deform: bool = asked("Deform the given label map.", default=False, called=N_("whether maps are deformed"))
    n: int | None = asked(
        "Number of draws or deformations.",
        default=None,
        metavar="N",
        called=N_("the number of maps"),
        parse=whole_number,
        default_text=str(COUNT),
    )
    steps: int | None = asked(
        "Number of hearts of a way, both ends included.",
        default=None,
        metavar="N",
        called=N_("the number of steps"),
        parse=whole_number,
        default_text=str(STEPS),
    )
    displacement_mm: float | None = asked(
        "Standard deviation of a deformation's displacement along each axis, in mm.",
        default=None,
        metavar="MM",
        called=N_("the displacement"),
        parse=_number,
        default_text=f"{DISPLACEMENT_MM:g}",
    )
    smoothness_mm: float | None = asked(
        "Distance of the points between which a deformation is smooth, in mm.",
        default=None,
        metavar="MM",
        called=N_("the smoothness"),
        parse=_number,
        default_text=f"{SMOOTHNESS_MM:g}",
    )
    wall_change_mm: float | None = asked(
        "How much thicker, or below 0 thinner, the wall of a deformed map is, in mm.",
        default=None,
        metavar="MM",
        called=N_("the change of the wall"),
        parse=_number,
        default_text="0",
    )
    scar: str | None = asked(
        "Scar of the value 4 in these segments of the wall: numbers from 1 to 17, LAD, RCA or LCX.",
        default=None,
        metavar="SEGMENT,...",
        called=N_("the scar"),
    )
    transmurality: float | None = asked(
        "Share of the wall that the scar takes, from the endocardium outward.",
        default=None,
        metavar="SHARE",
        called=N_("the transmurality"),
        parse=_number,
        default_text="0.5",
    )
    phases: str = asked("End diastole, with end systole, or a whole cycle.", default="ed-es", metavar="|".join(PHASES))
    frames: int | None = asked(
        "Frames of a cycle.",
        default=None,
        metavar="N",
        called=N_("the number of frames"),
        parse=whole_number,
        default_text=str(FRAMES),
    )
    atrium: bool = asked(
        "Label the left atrium too, with the value 5.", default=False, called=N_("whether the atrium is labelled")
    )
    like: Path | None = asked(
        "Label map or image whose grid the maps have.", default=None, metavar="FILE", called=N_("the grid"), image=True
    )
    slice_distance_mm: float | None = asked(
        "Distance of the slices in mm.",
        default=None,
        metavar="MM",
        called=N_("the slice distance"),
        parse=_number,
        default_text=f"{SLICE_MM:g}",
    )
    pixel_size_mm: float | None = asked(
        "Size of the pixels in mm.",
        default=None,
        metavar="MM",
        called=N_("the pixel size"),
        parse=_number,
        default_text=f"{PIXEL_MM:g}",
    )
    field_of_view_mm: float | None = asked(
        "Width and height of a slice in mm.",
        default=None,
        metavar="MM",
        called=N_("the field of view"),
        parse=_number,
        default_text=f"{VIEW_MM:g}",
    )
    labels: str = label_scheme(PRESETS)

    def __post_init__(self) -> None:
        from GenerativeModelsLib.heart.labels.label_map import parse_labels

        super().__post_init__()
        parse_labels(self.labels)
        self._check_way()
        self._check_numbers()
        if self.scar is not None:
            parse_segments(self.scar)
        if self.phases not in PHASES:
            raise InputError(f"{named('phases')} is '{self.phases}': give {', '.join(PHASES)}.")
        for field in ("n", "steps", "frames"):
            if (count := getattr(self, field)) is not None:
                check_count(count, field, 1 if field == "n" else 2 if field == "steps" else 4)

    @property
    def way(self) -> str:
        """ "condition", "between", "towards", "deform" or "scar"."""
        chosen = (self.condition, self.between, self.towards, self.deform or None)
        names = ("condition", "between", "towards", "deform")
        return next((name for name, value in zip(names, chosen) if value is not None), "scar")

    @property
    def count(self) -> int:
        """Number of hearts."""
        if self.way in ("between", "towards"):
            return self.steps or STEPS
        return 1 if self.way == "scar" else self.n or COUNT

    @property
    def target(self) -> Target | None:
        """The target of `towards`."""
        return None if self.towards is None else parse_target(self.towards)

    @property
    def from_latent(self) -> bool:
        """Whether the hearts are shapes of the model, not voxels of a file."""
        return self.way in ("condition", "between", "towards")

    def _check_way(self) -> None:
        """Raise InputError unless one way is chosen, with what it needs and nothing of another one."""
        ways = {"condition": self.condition, "between": self.between, "towards": self.towards, "deform": self.deform}
        chosen = [name for name, value in ways.items() if value]
        if len(chosen) > 1:
            raise InputError(f"{named(chosen[0])} and {named(chosen[1])} are given, which exclude each other.")
        if not chosen and (self.source is None or self.scar is None):
            raise InputError(
                f"No way to new hearts is named: give {named('condition')}, {named('between')}, or {named('from')} "
                f"with {named('towards')}, {named('deform')} or {named('scar')}."
            )
        if self.condition is not None and self.condition not in CLASSES:
            raise InputError(f"{named('condition')} is '{self.condition}': give {' or '.join(CLASSES)}.")
        if chosen and chosen[0] in ("towards", "deform"):
            if self.source is None:
                raise InputError(f"{named(chosen[0])} needs a heart: give it as {named('from')}.")
        elif self.source is not None and chosen:
            raise InputError(f"{named(chosen[0])} takes no {named('from')}: leave one of them out.")
        if self.towards is not None:
            parse_target(self.towards)
        if self.between is not None and self.between[0] == self.between[1]:
            raise InputError(f"{named('between')} names {self.between[0].name} twice: give two hearts.")
        along, alone = self.way in ("between", "towards"), self.way == "scar"
        self._refuse_beside(("n",), self.way in ("condition", "deform"), None if alone else "steps", "deform")
        self._refuse_beside(("steps",), along, None if alone else "n", "towards")
        self._refuse_beside(("displacement_mm", "smoothness_mm", "wall_change_mm"), self.deform, None, "deform")
        self._refuse_beside(("transmurality",), self.scar is not None, None, "scar")
        self._refuse_beside(("frames",), self.phases == "cycle", None, "phases")
        self._refuse_beside((*_GEOMETRY, "like", "atrium"), self.from_latent, None)
        if self.like is not None:
            for field in _GEOMETRY:
                if getattr(self, field) is not None:
                    raise InputError(f"{named('like')} and {named(field)} are given: the grid is that of one of them.")
        if self.phases == "cycle" and not self.from_latent:
            raise InputError(f"{named('phases')} is 'cycle', and a file's own frames are kept: leave it out.")

    def _refuse_beside(self, fields: tuple[str, ...], fits: bool, other: str | None, needs: str = "") -> None:
        for field in fields:
            if fits or getattr(self, field) in (None, False):
                continue
            called = f"a map of a file, which keeps its grid: leave {named(field)} out"
            if other:
                called = f"this way: give {named(other)}, or leave it out"
            elif needs:
                raise InputError(f"{named(field)} says nothing without {named(needs)}: give both, or neither.")
            raise InputError(f"{named(field)} does not belong to {called}.")

    def _check_numbers(self) -> None:
        for field, (low, high) in _RANGES.items():
            value = getattr(self, field)
            if value is not None and not low <= value <= high:
                raise InputError(f"{named(field)} is {value:g}: give a number from {low:g} to {high:g}.")
