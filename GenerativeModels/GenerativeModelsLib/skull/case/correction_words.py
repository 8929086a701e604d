"""Corrections of a result in words, beside what the program had found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.fields import option_of
from GenerativeModelsLib.language import N_, _, ngettext

__all__ = ["command_options", "correction_lines", "correction_sentences"]

_SIDES = (
    *(N_("right"), N_("lower right"), N_("bottom"), N_("lower left")),
    *(N_("left"), N_("upper left"), N_("top"), N_("upper right")),
)
"""Of a picture, from image right in steps of 45 degrees towards image down."""


def correction_sentences(entry: Mapping[str, Any], plane: str) -> list[str]:
    """What was corrected in a plane and what had been found, from its entry under `planes` of `result.json`."""
    made, before = entry.get("corrections"), entry.get("uncorrected")
    if not made:
        return []
    found = []
    if made["facing"]:
        values = {"now": _side(entry["head"]["faces_deg"]), "was": _faced(before)}
        found.append(
            _("The vertex lies towards the {now} of the picture, as the user says; found: {was}.", **values)
            if plane == "coronal"
            else _("The forehead lies towards the {now} of the picture, as the user says; found: {was}.", **values)
        )
    if made["ellipse_px"]:
        found.append(
            _(
                "The head lies on an ellipse of the user, {ellipse}; found: {was}.",
                ellipse=_ellipse(made["ellipse_px"]),
                was=_was(before),
            )
        )
    if made["mask_px"]:
        count = len(made["mask_px"])
        found.append(
            ngettext(
                "{n} region of the picture was not looked at.", "{n} regions of the picture were not looked at.", count
            )
            if made["ellipse_px"]
            else ngettext(
                "{n} region of the picture was not looked at; found with it: {was}.",
                "{n} regions of the picture were not looked at; found with them: {was}.",
                count,
                was=_was(before),
            )
        )
    if made["length"]:
        (x0, y0), (x1, y1) = made["length"]["points_px"]
        values = {"length": made["length"]["mm"], "x0": x0, "y0": y0, "x1": x1, "y1": y1}
        found.append(
            _("{length:g} mm from ({x0:.0f}, {y0:.0f}) to ({x1:.0f}, {y1:.0f}) gives the spacing.", **values)
            if entry["spacing_source"] == "length"
            else _("{length:g} mm from ({x0:.0f}, {y0:.0f}) to ({x1:.0f}, {y1:.0f}) agrees with the spacing.", **values)
        )
    return found


def correction_lines(result: Mapping[str, Any]) -> list[str]:
    """What was corrected, a line each, from the content of a `result.json`."""
    planes = (result.get("planes") or {}).items()
    return [
        _("Corrected in the {plane} plane: {text}", plane=_(name), text=text)
        for name, plane in planes
        for text in correction_sentences(plane, name)
    ]


def command_options(entry: Mapping[str, Any], plane: str) -> str:
    """The corrections of a plane as options of the command line; "" without any."""
    options = (entry.get("corrections") or {}).get("options", {})
    return " ".join(f'{option_of(f"{plane}_{kind}")} "{text}"' for kind, text in options.items())


def _side(degrees: float) -> str:
    return _(_SIDES[round(degrees / 45) % 8])


def _faced(before: Mapping[str, Any] | None) -> str:
    """The direction that had been found."""
    if not before:
        return _("no head")
    return _("{side}, probability {probability:.2f}", side=_side(before["faces_deg"]), probability=before["facing"])


def _was(before: Mapping[str, Any] | None) -> str:
    return _ellipse(before["ellipse_px"]) if before else _("no head")


def _ellipse(ellipse: list[float]) -> str:
    column, row, first, second, angle = ellipse
    return _(
        "centre ({column:.0f}, {row:.0f}), half axes {first:.0f} and {second:.0f} px, {angle:.0f}°",
        column=column,
        row=row,
        first=first,
        second=second,
        angle=angle,
    )
