"""Who a case is of: case ID, examination date, operator and institution on the left panel of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsLib.anatomy.identity import IDENTITY
from GenerativeModelsLib.language import LANGUAGES
from GenerativeModelsWeb.parts.markup import attributes, build_select, build_text

if TYPE_CHECKING:
    from GenerativeModelsWeb.parts.application import CaseApplication

__all__ = ["build_identity"]

_EXAMPLES = {"examination_date": "2026-03-31"}


def build_identity(page: CaseApplication) -> None:
    """The four fields, filled from a DICOM header on request, and the language of the report."""
    names, inputs = page.settings.name, page.inputs.name
    with html.Details(classes="gm-more"):
        html.Summary("Identity")
        html.P(
            "Stands on every page of the report and in the names of downloads. It may stay empty.", classes="gm-quiet"
        )
        for field, label in IDENTITY.items():
            identity = f"gm-{page.anatomy.name}-{field.replace('_', '-')}"
            build_text(page, identity, label, getattr(names, field), placeholder=_EXAMPLES.get(field, ""))
        languages = str([list(pair) for pair in LANGUAGES.items()])
        build_select(page, f"gm-{page.anatomy.name}-language", "Language of the report", names.language, languages)
        with html.Template(v_if=inputs.dicom):
            html.Button(
                "Fill from the DICOM header",
                type="button",
                classes="gm-link",
                click=page.desk.fill_identity,
                disabled=(page.run.name.busy,),
            )
            with html.Label(classes="gm-check"):
                html.Input(type="checkbox", v_model=(names.new_patient,), disabled=(page.run.name.busy,))
                html.Span("DICOM exports: new patient and study")
            html.P(
                "Otherwise DICOM exports belong to the patient and study of the DICOM file.",
                classes="gm-quiet",
                raw_attrs=attributes(role="note"),
            )
