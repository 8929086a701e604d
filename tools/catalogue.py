"""The catalogues of the pages: extract the texts, update the translations, compile them. Needs Babel.

python -m tools.catalogue update     take new texts of the sources into every reports.po, compile them, list what to do
python -m tools.catalogue compile    compile every reports.po to the reports.mo beside it
"""

from __future__ import annotations

import argparse
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from GenerativeModelsLib.language import DEFAULT, DOMAIN, LANGUAGES, LOCALE, SAID

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {None: {"_": None, "N_": None, "ngettext": (1, 2)}, SAID: {"said": None, "S_": None}}
"""By the context in the catalogue, the functions whose texts it has."""
SOURCES = (
    (ROOT / "GenerativeModels" / "GenerativeModelsLib", [("**.py", "python"), ("**.html.j2", "jinja2")]),
    (ROOT / "Resources" / "Models", [("**/model.json", "tools.catalogue:card_texts")]),
)
"""Folders, and how the texts of a file are found."""
WIDTH = 120
_NO_DATE = datetime(2026, 1, 1, tzinfo=timezone.utc)
"""In the headers of the compiled files, so that the same texts give the same bytes."""
HEADER = "# {language}: the texts of the pages. Written by `python -m tools.catalogue update`; see CONTRIBUTING.md."


def card_texts(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[tuple]:
    """Texts of a shipped bundle's card that reports show, as a Babel extractor: population, limits, validation."""
    manifest = json.load(file)
    population, validation = manifest["training_population"], manifest["validation"].get("summary", {})
    if "N_" not in keywords:
        return
    for text in (population.get("summary", ""), *population.get("limits", ()), *validation, *validation.values()):
        if text:
            yield 1, "", str(text), []


def extracted() -> Catalog:
    """A template with all texts of the sources, templates and shipped bundles, and where they are."""
    catalog = Catalog(project="GenerativeModels", charset="utf-8")
    for folder, methods in SOURCES:
        for context, keywords in KEYWORDS.items():
            for name, _line, text, _comments, _own in extract_from_dir(folder, methods, keywords=keywords):
                place = (folder / name).relative_to(ROOT).as_posix()
                catalog.add(text, locations=[(place, None)], context=context)
    return catalog


def catalogue_file(language: str, suffix: str = ".po") -> Path:
    """The catalogue of a language, source or compiled."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}{suffix}"


def read_catalogue(language: str) -> Catalog:
    """The translations of a language; an empty catalogue for a new one."""
    path = catalogue_file(language)
    if not path.is_file():
        return Catalog(locale=language, project="GenerativeModels", charset="utf-8")
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, charset="utf-8")
    catalog.creation_date = catalog.revision_date = _NO_DATE
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    """A catalogue as written to a .po file: the same texts give the same bytes."""
    made = io.BytesIO()
    write_po(made, catalog, width=WIDTH, sort_output=True, ignore_obsolete=True)
    # Dates and addresses would change with every run and say nothing.
    return re.sub(rb'"(Project-Id|POT|PO-R|Last-T|Language-Team|Report-Msgid)[^"]*"\n', b"", made.getvalue())


def mo_bytes(catalog: Catalog) -> bytes:
    """A catalogue as compiled for gettext."""
    made = io.BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def update(language: str) -> list[str]:
    """Bring the catalogue of a language up to date with the sources; returns the texts that wait for a translation."""
    catalog = read_catalogue(language)
    catalog.update(extracted(), no_fuzzy_matching=True, keep_user_comments=True, update_creation_date=False)
    path = catalogue_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.header_comment, catalog.fuzzy = HEADER.format(language=LANGUAGES[language]), False
    path.write_bytes(po_bytes(catalog))
    compile_catalogue(language)
    return [str(message.id) for message in catalog if message.id and not _is_translated(message.string)]


def compile_catalogue(language: str) -> None:
    """Write the compiled catalogue beside its source."""
    catalogue_file(language, ".mo").write_bytes(mo_bytes(read_catalogue(language)))


def _is_translated(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def main() -> None:
    parser = argparse.ArgumentParser(description="The catalogues of the pages.")
    parser.add_argument("step", choices=("update", "compile"))
    step = parser.parse_args().step
    for language in LANGUAGES:
        if language == DEFAULT:
            continue
        if step == "compile":
            compile_catalogue(language)
            continue
        waiting = update(language)
        print(f"{catalogue_file(language).relative_to(ROOT)}: {len(waiting)} texts wait for a translation")
        for text in waiting:
            print(f"  {text}")


if __name__ == "__main__":
    main()
