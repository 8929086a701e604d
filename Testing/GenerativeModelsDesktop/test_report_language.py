"""Reports are in the language of Slicer where there is a catalogue for it."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from GenerativeModelsLib.language import LANGUAGES


@pytest.mark.parametrize(
    ("chosen", "spoken", "language"),
    [
        ("application", "de_DE", "de"),
        ("application", "fr_FR", "en"),
        ("application", None, "en"),
        ("en", "de_DE", "en"),
        ("de", "en_US", "de"),
    ],
)
def test_the_chosen_language_or_that_of_slicer(
    chosen: str, spoken: str | None, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from GenerativeModelsDesktop.report_language import report_language

    app = SimpleNamespace() if spoken is None else SimpleNamespace(applicationLocaleName=spoken)
    monkeypatch.setattr(sys.modules["slicer"], "app", app, raising=False)
    assert report_language(chosen) == language and language in LANGUAGES
