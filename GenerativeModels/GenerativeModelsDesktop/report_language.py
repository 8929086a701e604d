"""The language of the reports that a panel asks for."""

from __future__ import annotations

import slicer

from GenerativeModelsLib.language import DEFAULT, LANGUAGES

__all__ = ["APPLICATION", "report_language"]

APPLICATION = "application"
"""Choice of the language that Slicer itself speaks."""


def report_language(chosen: str) -> str:
    """A language of reports: the chosen one, or the application's if there is a catalogue for it, else English."""
    if chosen != APPLICATION:
        return chosen
    spoken = str(getattr(slicer.app, "applicationLocaleName", "") or "")[:2].lower()
    return spoken if spoken in LANGUAGES else DEFAULT
