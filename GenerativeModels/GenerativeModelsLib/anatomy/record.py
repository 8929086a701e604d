"""The record of an anatomy: its name, request, quantities, meshes and functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.codes import Code, LabelMapFile
from GenerativeModelsLib.anatomy.cohort_plan import CohortPlan
from GenerativeModelsLib.anatomy.exporters import OF_LABEL_MAPS, OF_MESHES, Exporter, exporters_of
from GenerativeModelsLib.anatomy.fields import window_words
from GenerativeModelsLib.anatomy.verdict import is_outside
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import _

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.request import CaseRequest
    from GenerativeModelsLib.errors import Caution
    from GenerativeModelsLib.process.memory import MemoryNeed

__all__ = ["Anatomy", "Lazy", "Mesh", "NormalRange", "Quantity", "Reading"]


@dataclass(frozen=True)
class Lazy:
    """A function by its location, "module:name"; imported at the first call, so that records are cheap to import."""

    place: str

    def get(self) -> Any:
        """The function."""
        module, name = self.place.split(":")
        return getattr(import_module(module), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.get()(*arguments, **named)


@dataclass(frozen=True)
class Reading:
    """Value of a quantity in a result, in the quantity's unit; unknown values are None."""

    value: float | None
    sd: float | None = None
    interval90: tuple[float, float] | None = None
    percentile: float | None = None
    z_score: float | None = None


@dataclass(frozen=True)
class NormalRange:
    """Range of a quantity in health.

    Attributes
    ----------
    low, high
        Ends, in the quantity's unit.
    source
        Publication, and what the ends are.
    """

    low: float
    high: float
    source: str

    def document(self) -> dict[str, Any]:
        """The range as stored in `result.json`."""
        return {"low": self.low, "high": self.high, "source": self.source}


@dataclass(frozen=True)
class Quantity:
    """A scalar result of a case.

    Attributes
    ----------
    key
        Name in `result.json`, with the unit: "hc_mm".
    short, label
        "HC", "Head circumference".
    unit
        Unit as printed: "mm", "ml", "g", "%"; "" for a count.
    within
        Entry of `result.json` that contains it; "" = the document itself.
    column
        Prefix of further columns of `summary.csv`, such as "hc" of "hc_low90"; None = the value alone.
    chart
        Name of the quantity on growth charts; None = it is on none.
    normal
        Range in health; None = none.
    code
        By which other programs know it; None = it is not exported as a coded measurement.
    site, phase
        Anatomic site and phase of the cardiac cycle, where the code leaves them open.
    digits
        Decimal places as printed; 0 for a count.
    entry
        Its name within the entry; "" = `key`.
    """

    key: str
    short: str
    label: str
    unit: str
    within: str = ""
    column: str | None = None
    chart: str | None = None
    normal: NormalRange | None = None
    code: Code | None = None
    site: Code | None = None
    phase: Code | None = None
    digits: int = 1
    entry: str = ""

    def number(self, value: float | None, unknown: str = "–") -> str:
        """A value as printed, without the unit; `unknown` for None."""
        return unknown if value is None else f"{value:.{self.digits}f}"

    def text(self, value: float | None, unknown: str = "–") -> str:
        """A value as printed, with the unit."""
        return unknown if value is None else f"{self.number(value)} {self.unit}".rstrip()

    @property
    def long_label(self) -> str:
        """ "Head circumference (HC)", or the label alone where `short` is no abbreviation, in the page's language."""
        return f"{_(self.label)} ({self.short})" if self.short.isupper() else _(self.label)

    def of(self, result: Mapping[str, Any]) -> Reading:
        """The value in the content of a `result.json`."""
        name = self.entry or self.key
        entry = (result.get(self.within) or {}).get(name) if self.within else result.get(name)
        if not isinstance(entry, Mapping):
            return Reading(entry)
        interval = entry.get("interval90")
        return Reading(
            entry.get("value"),
            entry.get("sd"),
            None if interval is None else tuple(interval),
            entry.get("percentile"),
            entry.get("z_score"),
        )


@dataclass(frozen=True)
class Mesh:
    """A surface among the files of a case.

    Attributes
    ----------
    file
        Name of the file; a missing file is skipped.
    label
        Name of the surface, such as "Skull".
    scalars
        Point array of the colours; "" = none.
    scalars_label, unit
        Text of the legend, such as "Uncertainty" and "mm".
    colour_range
        Ends of the colour scale by which cases are compared, the same for all cases.
    fit_step
        Ends of a colour scale fitted to a case are multiples of it.
    line_step
        Distance of lines of equal value on the surface; 0 = none are offered.
    """

    file: str
    label: str
    scalars: str = ""
    scalars_label: str = ""
    unit: str = "mm"
    colour_range: tuple[float, float] = (0.0, 1.0)
    fit_step: float = 0.5
    line_step: float = 0.0

    @property
    def scale(self) -> tuple:
        """What its colours mean; surfaces of one scale share a legend."""
        return self.scalars, self.scalars_label, self.unit, self.colour_range


_DEFAULTS = "GenerativeModelsLib.defaults"
"""Package of the default functions."""
_REPORT = Lazy(f"{_DEFAULTS}.report:write_case_report")


@dataclass(frozen=True, eq=False, kw_only=True)
class Anatomy:
    """An anatomy. Functions are `Lazy`, so that a record needs no package beyond the standard library.

    The defaults use the record alone; an anatomy that shows or writes more defines its own functions.

    Attributes
    ----------
    name
        One word, used by the command, the registry and the shipped bundle.
    group
        Name of the anatomy among whose commands its own are, as another verb; "" = commands of its own.
    title, about
        Displayed name, such as "Fetal skull", and one sentence.
    verb, verb_help
        The command for one case, "reconstruct", and its help; "" = `about`.
    bundle_kind
        Kind of the model bundles; "" for an anatomy without a model.
    schema
        Schema of `result.json`.
    request
        A frozen dataclass derived from `CaseRequest`, or from `ModelRequest` where a model computes the case; its
        fields are made by `fields.asked`.
    inputs_called
        Name of the inputs, such as "the planes".
    quantities, quantities_title
        The numbers of a result, and the title of their table.
    of_model
        Whether the numbers come from the model and not from the input alone.
    meshes
        The surfaces of a result.
    need
        Memory needed by a case.
    read_inputs
        request -> the inputs, read and checked.
    compute
        (request, inputs, model, progress) -> the findings, with `warnings` and `seconds` (by step). The model is None
        for an anatomy without one.
    load_model
        (folder of a bundle, device) -> the model; it has `manifest`. None = the case needs no model, and no torch.
    needs_model
        request -> whether this case needs the model; by default each does.
    shipped_as
        request -> name of the shipped bundle that computes it; None = the name of the anatomy. With it, a query has a
        model only where it names the folder of one.
    document
        case -> the anatomy's own entries of `result.json`; by default the quantities from attributes of the findings,
        and their `in_distribution` if present.
    write
        (case, folder) -> None; writes all files except `result.json` and the report; by default the surfaces in
        `meshes` of the findings, by file name.
    report
        (case, result, path) -> None; writes the report; by default a page with the quantities and the meshes.
    read
        folder -> the case for scripts and front ends; raises `InputError`; by default a `defaults.case.FinishedCase`.
    cautions
        content of a `result.json` -> warnings that follow from it and from fields of the request that need no
        computation (`fields.Field.recomputes`).
    judge
        (content of a `result.json`, request) -> the content, with the entries that follow from these fields brought up
        to date; None = a change of any field is computed anew.
    report_again
        (folder, result, request, path) -> None; writes the report of a finished case whose result was judged again, or
        in another language; needed with `judge`. Without it another language is computed anew.
    sample
        output folder -> the request of the sample case; None = there is no sample.
    summary_columns, summary
        Columns of `summary.csv` in addition to those of the quantities, and result -> their values.
    notes
        result -> lines that the command line prints below the table.
    stale
        Patterns of files of an earlier result that a new result does not overwrite.
    queries
        By name: (model, values) -> values; queries that a worker answers, see `worker.client.Worker.ask`.
    warm_up
        Modules that a worker imports in advance.
    exporters
        What can be made from a finished case for other programs, by name; those of surfaces or label maps are left out
        where its cases have none.
    label_maps
        Label maps among the files of a case.
    model_title
        Title of its surfaces as 3D models, of CID 7061 of DICOM PS3.16; None = not known.
    cohort
        What the page of a batch shows of its cases beside the quantities.
    pictures
        (result, folder) -> rows of caption and picture (PIL image), the figures of the short report; by default three
        sides of the first mesh.
    """

    name: str
    group: str = ""
    title: str
    about: str
    verb: str
    verb_help: str = ""
    bundle_kind: str = ""
    schema: str
    request: type[CaseRequest]
    inputs_called: str = "the inputs"
    quantities: tuple[Quantity, ...]
    quantities_title: str = "Quantities"
    of_model: bool = True
    meshes: tuple[Mesh, ...] = ()
    need: MemoryNeed
    read_inputs: Callable
    compute: Callable
    load_model: Callable | None = None
    needs_model: Callable[[CaseRequest], bool] = field(default=lambda request: True)
    shipped_as: Callable[[CaseRequest], str] | None = None
    document: Callable = Lazy(f"{_DEFAULTS}.case:document")
    write: Callable = Lazy(f"{_DEFAULTS}.case:write_files")
    report: Callable = _REPORT
    read: Callable[[Path], Any] | None = None
    cautions: Callable[[Mapping[str, Any]], list[Caution]] = field(default=lambda result: [])
    judge: Callable[[Mapping[str, Any], CaseRequest], dict[str, Any]] | None = None
    report_again: Callable[[Path, dict[str, Any], CaseRequest, Path], None] | None = None
    sample: Callable[[Path], CaseRequest] | None = None
    summary_columns: tuple[str, ...] = ()
    summary: Callable[[Mapping[str, Any]], dict[str, Any]] = field(default=lambda result: {})
    notes: Callable[[Mapping[str, Any]], list[str]] = field(default=lambda result: [])
    stale: tuple[str, ...] = ()
    queries: Mapping[str, Callable] = field(default_factory=dict)
    warm_up: tuple[str, ...] = ()
    exporters: Mapping[str, Exporter] = field(default_factory=exporters_of)
    label_maps: tuple[LabelMapFile, ...] = ()
    model_title: Code | None = None
    pictures: Callable[[Mapping[str, Any], Path], list[list[tuple[str, Any]]]] | None = None
    cohort: CohortPlan = field(default_factory=CohortPlan)

    def __post_init__(self) -> None:
        if self.read is None:
            object.__setattr__(self, "read", partial(Lazy(f"{_DEFAULTS}.case:read_case"), self))
        if self.report_again is None and self.report == _REPORT:
            object.__setattr__(self, "report_again", partial(Lazy(f"{_DEFAULTS}.report:write_report_again"), self))
        object.__setattr__(self, "verb_help", self.verb_help or self.about)
        absent = [part for part, files in ((OF_MESHES, self.meshes), (OF_LABEL_MAPS, self.label_maps)) if not files]
        offered = {name: each for name, each in self.exporters.items() if not any(part in each.file for part in absent)}
        object.__setattr__(self, "exporters", offered)

    @property
    def has_model(self) -> bool:
        """Whether a model computes its cases."""
        return self.load_model is not None

    def uses_model(self, request: CaseRequest) -> bool:
        """Whether a model computes the case of a request."""
        return self.has_model and self.needs_model(request)

    def bundle_name(self, request: CaseRequest) -> str:
        """Name of the shipped bundle that computes the case of a request."""
        return self.name if self.shipped_as is None else self.shipped_as(request)

    def quantity(self, key: str) -> Quantity:
        """The quantity of that key."""
        return next(quantity for quantity in self.quantities if quantity.key == key)

    def unreliable(self, result: Mapping[str, Any]) -> bool:
        """Whether the numbers of a result are shown grey, without intervals: the model knows no such input."""
        return self.of_model and is_outside(result)

    def in_window_words(self, error: InputError) -> str:
        """Message of an error of this anatomy's request, with the field names of a window."""
        return error.in_words(window_words(self.request))
