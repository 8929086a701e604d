"""The language of the written pages: texts from the catalogues `locale/<language>/LC_MESSAGES/reports.mo`.

Sources mark every text that a page shows, so that Babel finds it (see CONTRIBUTING.md):

* `_("{count} cases", count=3)` where a page is written: the text in the page's language;
* `ngettext(...)`, the same with a plural;
* `said("HC of {hc:.0f} mm fits no age.", hc=400)` for a sentence of a result, which stays English in `result.json`;
  `in_words_of_page` translates it when a page shows it, in the results of earlier runs too;
* `N_("Head circumference")` for a label that is kept in a table and shown by `_`, and `S_` for one that is given to
  `said`.

Placeholders are those of `str.format`; in a sentence of a result one with a format holds a number, `{value:s}` a number
that is a text already. Without `in_language` every text is English.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from GenerativeModelsLib.errors import InputError, named

__all__ = [
    "DEFAULT",
    "DOMAIN",
    "LANGUAGES",
    "LOCALE",
    "N_",
    "SAID",
    "S_",
    "_",
    "in_language",
    "in_words_of_page",
    "is_translated",
    "listed",
    "ngettext",
    "page_language",
    "parse_language",
    "said",
]

DOMAIN = "reports"
LOCALE = Path(__file__).parent / "locale"
DEFAULT = "en"
LANGUAGES = {"en": "English", "de": "Deutsch"}
"""The languages of pages, and what each calls itself. The sources are in the first; the others have a catalogue."""

_current: ContextVar[str] = ContextVar("language of the page", default=DEFAULT)
SAID = "said"
"""Context in the catalogues of the texts of `said`, which are recognised in a result."""
_LIST = "_list"
"""End of the names of placeholders whose values are lists, such as those of `listed`."""
_NAMES = {"file", "id", "case", "now", "before", "chart", "device", "failure", "modality", "claimed", "kind", "model"}
"""Placeholders whose values are no words of a language."""
_SEPARATORS = ("; ", ", ", " and ", " or ")
_NUMBER = r"[-+−]?(?:\d[\d.]*(?:e[-+]?\d+)?|nan|inf)"


def parse_language(text: str, field: str = "language") -> str:
    """One of `LANGUAGES`, in capitals or not.

    Raises
    ------
    InputError
        There is no such language.
    """
    found = text.strip().lower()
    if found not in LANGUAGES:
        raise InputError(f"{named(field)} is '{text[:40]}': give {' or '.join(LANGUAGES)}.")
    return found


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Texts are in this language, one of `LANGUAGES`, within the block."""
    before = _current.set(parse_language(language))
    try:
        yield
    finally:
        _current.reset(before)


def page_language() -> str:
    """The language of the texts, for `<html lang>`."""
    return _current.get()


def _(text: str, /, **values: Any) -> str:
    """A text of the sources in the language of the page, with these values."""
    found = _catalogue(_current.get()).gettext(text) if text else text
    return found.format(**values) if values else found


def ngettext(one: str, several: str, n: int, /, **values: Any) -> str:
    """The form of a text that goes with the number `n`, in the language of the page, with these values."""
    return _catalogue(_current.get()).ngettext(one, several, n).format(n=n, **values)


def N_(text: str) -> str:
    """The text itself: it is shown by `_` elsewhere."""
    return text


def S_(text: str) -> str:
    """The text itself: it is given to `said` elsewhere."""
    return text


def said(text: str, /, **values: Any) -> str:
    """A sentence of a result, English in whatever language pages are; `in_words_of_page` translates it."""
    return text.format(**values) if values else text


def listed(words: Iterable[str], last: str = " and ") -> str:
    """Words with commas and, before the last one, `last`; for a placeholder whose name ends with "_list"."""
    *first, end = words
    return f"{', '.join(first)}{last}{end}" if first else end


def in_words_of_page(text: str) -> str:
    """A text made by `said`, of this or an earlier run, in the language of the page; unchanged if it is unknown."""
    return _translated(text) or text


def is_translated(text: str) -> bool:
    """Whether `in_words_of_page` gives a text in the language of the page."""
    return _current.get() == DEFAULT or _translated(text) is not None


def _catalogue(language: str) -> gettext.NullTranslations:
    return _english if language == DEFAULT else _read(language)


_english = gettext.NullTranslations()


@lru_cache
def _read(language: str) -> gettext.GNUTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=[language])


@dataclass(frozen=True)
class _Pattern:
    """A text with placeholders as a regular expression with a group for each; `fixed` characters are its own."""

    text: str
    found_by: re.Pattern[str]
    fixed: int

    @classmethod
    def of(cls, text: str) -> _Pattern:
        parts, fixed, seen = [], 0, set()
        for plain, name, form, _conversion in Formatter().parse(text):
            parts.append(re.escape(plain))
            fixed += len(plain)
            if name in seen:
                parts.append(f"(?P={name})")
            elif name is not None:
                parts.append(f"(?P<{name}>{_NUMBER if form else '.*?'})")
                seen.add(name)
        return cls(text, re.compile("".join(parts), re.DOTALL), fixed)


@lru_cache
def _patterns(language: str) -> tuple[_Pattern, ...]:
    """Of the texts of `said` with placeholders, those with the most characters of their own first.

    gettext has no public list of the texts of a catalogue.
    """
    texts = (key for key in _catalogue(language)._catalog if isinstance(key, str) and key.startswith(f"{SAID}\x04"))
    found = (_Pattern.of(text.partition("\x04")[2]) for text in texts if "{" in text)
    return tuple(sorted(found, key=lambda pattern: -pattern.fixed))


def _translated(text: str) -> str | None:
    """The text in the language of the page; None if the catalogue does not have it."""
    language = _current.get()
    if language == DEFAULT or not text:
        return None
    catalogue = _catalogue(language)
    if f"{SAID}\x04{text}" in catalogue._catalog:
        return catalogue.pgettext(SAID, text)
    if text in catalogue._catalog:
        return catalogue.gettext(text)
    for pattern in _patterns(language):
        # A sentence is never taken for a phrase.
        match = pattern.found_by.fullmatch(text) if pattern.text.endswith(".") == text.endswith(".") else None
        if match is not None:
            return _filled(catalogue.pgettext(SAID, pattern.text), match.groupdict())
    return None


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A translation with the values of its placeholders, which are texts already."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda place: _value(place[1], values[place[1]]), text)


def _value(name: str, text: str) -> str:
    """The value of a placeholder: a sentence or phrase of its own, a list of them, or a name or number."""
    if name in _NAMES:
        return text
    found = _translated(text)
    if not name.endswith(_LIST):
        return text if found is None else found
    lists = [(_(separator), text.split(separator)) for separator in _SEPARATORS if separator in text]
    # A list whose words are all known comes first: a pattern may take several of them for one.
    known = [(shown, parts) for shown, parts in lists if all(_translated(part) is not None for part in parts)]
    if not known and (found is not None or not lists):
        return text if found is None else found
    shown, parts = (known or lists)[0]
    return shown.join(_value(name, part) for part in parts)


_LISTS = (N_("; "), N_(", "), N_(" and "), N_(" or "))
"""Between the words of a list."""
