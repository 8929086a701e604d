"""The catalogues have every text of the pages, translated, and are compiled."""

from __future__ import annotations

from string import Formatter

import pytest

pytest.importorskip("babel", reason="Babel is not installed")

from GenerativeModelsLib.language import DEFAULT, LANGUAGES, LOCALE
from tools.catalogue import catalogue_file, extracted, mo_bytes, po_bytes, read_catalogue, update

OTHERS = [language for language in LANGUAGES if language != DEFAULT]


def texts(catalog) -> set:
    return {(message.context, message.id) for message in catalog if message.id}


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def placeholders(text: str) -> list[tuple[str, str]]:
    """Name and format of each placeholder."""
    return sorted((name, form) for _, name, form, _ in Formatter().parse(text) if name is not None)


def test_every_language_has_a_catalogue_and_every_catalogue_is_offered() -> None:
    assert sorted(path.name for path in LOCALE.iterdir() if path.is_dir()) == sorted(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_exactly_the_texts_of_the_sources(language: str) -> None:
    found, wanted = texts(read_catalogue(language)), texts(extracted())
    assert not wanted - found, "run python -m tools.catalogue update, and translate"
    assert not found - wanted, "run python -m tools.catalogue update"
    assert not read_catalogue(language).obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_the_same_placeholders(language: str) -> None:
    for message in read_catalogue(language):
        if not message.id:
            continue
        assert not message.fuzzy and all(forms(message.string)), message.id
        for original, translation in zip(forms(message.id), forms(message.string), strict=True):
            assert placeholders(original) == placeholders(translation), original
            assert not set("<>&\x1f") & set(translation), original


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_is_that_of_its_source(language: str) -> None:
    catalog = read_catalogue(language)
    assert catalogue_file(language, ".mo").read_bytes() == mo_bytes(catalog), "run python -m tools.catalogue compile"
    assert catalogue_file(language).read_bytes() == po_bytes(catalog).replace(b"\r\n", b"\n")


def test_an_update_takes_new_texts_and_keeps_translations(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.catalogue.LOCALE", tmp_path)
    waiting = update("de")
    assert len(waiting) == len(texts(extracted())) and (tmp_path / "de" / "LC_MESSAGES" / "reports.mo").is_file()
    catalog = read_catalogue("de")
    catalog.get("Head circumference").string = "Kopfumfang"
    catalogue_file("de").write_bytes(po_bytes(catalog))
    assert len(update("de")) == len(waiting) - 1
    assert read_catalogue("de").get("Head circumference").string == "Kopfumfang"
