"""The part of a form that says what the values of a label map mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsWeb.parts.markup import build_select

if TYPE_CHECKING:
    from GenerativeModelsWeb.parts.application import CaseApplication

__all__ = ["build_values"]


def build_values(
    page: CaseApplication, presets: Mapping[str, str], structures: Mapping[str, str], identity: str
) -> None:
    """A choice for each structure among the values of the file, and links that take those of public data sets.

    Parameters
    ----------
    page
        Its desk is a `label_maps.LabelDesk`.
    presets, structures
        Words by name.
    identity
        First part of the identities of the fields.
    """
    values, settings = page.inputs.name.values, page.settings.name
    with html.Div(v_if=f"{values}.length"):
        with html.Div(classes="gm-heading gm-spaced"):
            html.H2("Meaning of the values")
            with html.Span():
                for preset, words in presets.items():
                    html.Button(
                        words,
                        type="button",
                        classes="gm-link",
                        disabled=(page.run.name.busy,),
                        click=(page.desk.take_preset, f"['{preset}']"),
                    )
        for name, words in structures.items():
            build_select(page, f"{identity}-{name}", words, getattr(settings, name), values)
