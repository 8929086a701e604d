"""Python API shared by the results of all anatomies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy, Reading
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.anatomy.run import Case, Progress, run_case
from GenerativeModelsLib.errors import InputError

__all__ = ["CaseView", "computed"]


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
    try:
        return run_case(anatomy, request(), progress=progress)
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
        """`value`, `sd`, `interval90` and `percentile` by key, such as "hc_mm"; unknown values are None."""
        return {quantity.key: quantity.of(self.result) for quantity in self._case.anatomy.quantities}

    @property
    def warnings(self) -> list[str]:
        """Warnings about this case."""
        return list(self._case.run.warnings)

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

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{quantity.short} {self.quantities[quantity.key].value:.1f} {quantity.unit}"
            for quantity in self._case.anatomy.quantities
            if self.quantities[quantity.key].value is not None
        )
        judged = f"; {self.in_distribution['verdict']}" if self.in_distribution else ""
        return f"<{type(self).__name__}: {shown}{judged}>"

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        anatomy = self._case.anatomy
        intervals = any(reading.interval90 for reading in self.quantities.values())
        percentiles = any(reading.percentile is not None for reading in self.quantities.values())
        names = ["measure", "value", *(["90 % interval"] * intervals), *(["percentile"] * percentiles)]
        rows = []
        for quantity in anatomy.quantities:
            found = self.quantities[quantity.key]
            cells = ["–" if found.value is None else f"{found.value:.1f} {quantity.unit}"]
            if intervals:
                low_high = found.interval90
                cells.append("–" if low_high is None else f"{low_high[0]:.1f} to {low_high[1]:.1f}")
            if percentiles:
                cells.append("–" if found.percentile is None else f"{found.percentile:.0f}")
            values = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            rows.append(f"<tr><th style='text-align:left'>{escape(quantity.label)}</th>{values}</tr>")
        notes = list(anatomy.notes(self.result))
        if self.in_distribution:
            notes.append(f"Likeness to the training population: {self.in_distribution['verdict']}")
        lines = "".join(f"<div>{escape(note)}</div>" for note in notes)
        cautions = "".join(f"<li>{escape(warning)}</li>" for warning in self.warnings)
        head = "".join(f"<th>{name}</th>" for name in names)
        return (
            f"<table><caption>{escape(anatomy.title)} (research use only)</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>{lines}" + (f"<ul>{cautions}</ul>" if cautions else "")
        )
