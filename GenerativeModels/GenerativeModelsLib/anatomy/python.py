"""Python API shared by the results of all anatomies."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.exporters import parse_exports
from GenerativeModelsLib.anatomy.exporting import export_case, require_exports
from GenerativeModelsLib.anatomy.identity import IDENTITY
from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.anatomy.record import Anatomy, Reading
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.anatomy.run import Case, Progress, run_case
from GenerativeModelsLib.anatomy.verdict import verdict_text
from GenerativeModelsLib.errors import InputError

__all__ = ["IDENTITY_KEYWORDS", "CaseView", "computed", "export_names", "identity_fields", "in_keywords", "rejudged"]

IDENTITY_KEYWORDS = {name: f"identity['{name}']" for name in IDENTITY}
"""What a function with the keyword `identity` calls the fields of a request."""


def identity_fields(identity: Mapping[str, str | None] | None) -> dict[str, str | None]:
    """Fields of a request from the keyword `identity`.

    Raises
    ------
    InputError
        It has an unknown key.
    """
    if strange := set(identity or {}) - set(IDENTITY):
        raise InputError(f"identity has the key '{min(strange)}': expected {', '.join(IDENTITY)}.", "identity")
    return dict(identity or {})


def export_names(export: str | Iterable[str] | None) -> str | None:
    """The field `export` of a request from the keyword of that name; raises `InputError` for an unknown name."""
    if export is None:
        return None
    names = export if isinstance(export, str) else ",".join(export)
    return parse_exports(names) if names else None


def computed(
    anatomy: Anatomy,
    request: Callable[[], CaseRequest],
    progress: Progress | None,
    keywords: Mapping[str, str],
) -> Case:
    """Run a case; an `InputError` names the fields of the request by the keywords of the calling function.

    Parameters
    ----------
    request
        Returns the request.
    keywords
        Keyword, or entry of one such as "spacing_mm['axial']", by field of the request, if the names differ.
    """
    with in_keywords(keywords):
        return run_case(anatomy, request(), progress=progress)


def rejudged(case: Case, fields: Callable[[], Mapping[str, Any]], keywords: Mapping[str, str]) -> Case:
    """A case with other values of fields that need no computation (`fields.Field.recomputes`); errors as `computed`.

    Parameters
    ----------
    fields
        Returns the new values by field of the request.
    keywords
        As for `computed`.
    """
    with in_keywords(keywords):
        changed = fields()
        request = replace(case.request, output=None, **changed)
        options = {**case.fingerprint.options, **changed}
        return replace(case, request=request, fingerprint=replace(case.fingerprint, options=options))


@contextmanager
def in_keywords(keywords: Mapping[str, str]) -> Iterator[None]:
    """Name the fields of a request in an `InputError` by the keywords of the calling function; see `computed`."""
    try:
        yield
    except InputError as error:
        text = error.in_words(lambda field: keywords.get(field, field))
        keyword = keywords.get(error.field, error.field)
        raise InputError(text, None if keyword is None else keyword.partition("[")[0]) from error


class CaseView:
    """A computed case, for scripts.

    Attributes
    ----------
    result
        The content of `result.json`; see docs/formats.md.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self.result: dict[str, Any] = case.result

    @cached_property
    def quantities(self) -> dict[str, Reading]:
        """`value`, `sd`, `interval90`, `z_score` and `percentile` by key such as "hc_mm"; unknown values are None."""
        return {quantity.key: quantity.of(self.result) for quantity in self._case.anatomy.quantities}

    @property
    def warnings(self) -> list[str]:
        """Warnings about this case."""
        return list(self._case.warnings)

    @property
    def in_distribution(self) -> dict[str, Any] | None:
        """In-distribution `score` and `verdict` ("typical", "unusual" or "outside") of the input.

        None for an anatomy whose model does not provide them.
        """
        return self.result.get("in_distribution")

    @property
    def device(self) -> str:
        """Device of the computation: "cpu", "cuda:N" or "mps"."""
        return self._case.run.device

    def to_folder(self, output: str | Path, *, overwrite: bool = False) -> Path:
        """Write the same files as the command line, completely or not at all; returns the folder.

        Parameters
        ----------
        output
            Folder to create.
        overwrite
            Whether the folder may be non-empty.

        Raises
        ------
        InputError
            The folder is not empty, or cannot be written.
        """
        self._case.to_folder(output, overwrite=overwrite)
        return Path(output)

    def export(self, names: str | Iterable[str], folder: str | Path) -> list[Path]:
        """Write files for other programs, such as "dicom-sr,fhir,pdf"; returns their paths.

        Parameters
        ----------
        names
            Names of exporters: dicom-sr, dicom-seg, dicom-pdf, dicom-stl, fhir, pdf, stl, ply, glb.
        folder
            Created if needed; files of the same name are replaced.

        Raises
        ------
        InputError
            A name is unknown, or a package is missing.
        """
        chosen = (export_names(names) or "").split(",")
        require_exports(self._case.anatomy, chosen)
        with tempfile.TemporaryDirectory() as made:
            self._case.to_folder(Path(made) / "case")
            return export_case(self._case.export_case(Path(made) / "case"), chosen, Path(folder))

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{quantity.short} {quantity.text(self.quantities[quantity.key].value)}"
            for quantity in self._case.anatomy.quantities
            if self.quantities[quantity.key].value is not None
        )
        judged = f"; {self.in_distribution['verdict']}" if self.in_distribution else ""
        return f"<{type(self).__name__}: {shown}{judged}>"

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        anatomy = self._case.anatomy
        outside = anatomy.unreliable(self.result)
        intervals = not outside and any(reading.interval90 for reading in self.quantities.values())
        scores = any(reading.z_score is not None for reading in self.quantities.values())
        percentiles = any(reading.percentile is not None for reading in self.quantities.values())
        names = ["measure", "value", *(["90 % interval"] * intervals), *(["z-score"] * scores)]
        names += ["percentile"] * percentiles
        rows = []
        for quantity in anatomy.quantities:
            found = self.quantities[quantity.key]
            cells = [quantity.text(found.value)]
            if intervals:
                low_high = found.interval90
                cells.append("–" if low_high is None else f"{low_high[0]:.1f} to {low_high[1]:.1f}")
            if scores:
                cells.append(z_text(found.z_score))
            if percentiles:
                cells.append(percentile_text(found.percentile))
            values = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            rows.append(f"<tr><th style='text-align:left'>{escape(quantity.label)}</th>{values}</tr>")
        notes = list(anatomy.notes(self.result))
        if self.in_distribution:
            notes.append(f"Input: {verdict_text(self.in_distribution)}")
        lines = "".join(f"<div>{escape(note)}</div>" for note in notes)
        cautions = "".join(f"<li>{escape(warning)}</li>" for warning in self.warnings)
        head = "".join(f"<th>{name}</th>" for name in names)
        grey = " style='color:#777'" if outside else ""
        return (
            f"<table{grey}><caption>{escape(anatomy.title)} (research use only)</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>{lines}" + (f"<ul>{cautions}</ul>" if cautions else "")
        )
