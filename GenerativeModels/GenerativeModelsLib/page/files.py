"""Parts of a page from the package, and pages to files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.language import _, in_words_of_page, is_translated, ngettext, page_language

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

__all__ = ["page_part", "page_template", "translated", "write_page"]

SHARED = ("colour_scale.html.j2", "edges.html.j2", "identity.html.j2")
"""Files with macros of all pages."""


def page_part(name: str, package: str = "GenerativeModelsLib.page") -> str:
    """Text of a style sheet, script or template that lies in `package`."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def page_template(name: str, package: str = "GenerativeModelsLib.page", **filters: Callable) -> Template:
    """The template of a page that lies in `package`, with `filters`; it may import from the files of `SHARED`.

    Templates have `_` and `ngettext` of `language`, `language()` for `<html lang>`, and the filter `translated` for
    texts made by `language.said`: what the catalogue does not have is marked as English.
    """
    from jinja2 import DictLoader, Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=DictLoader({shared: page_part(shared) for shared in SHARED}),
    )
    environment.globals.update(_=_, ngettext=ngettext, language=page_language)
    environment.filters.update(filters, translated=translated)
    return environment.from_string(page_part(name, package))


def translated(text: str) -> str | Markup:
    """A text made by `language.said` in the language of the page, or in an element that says that it is English."""
    from markupsafe import Markup

    if is_translated(text):
        return in_words_of_page(text)
    return Markup('<span lang="en">{}</span>').format(text)


def write_page(text: str, path: str | os.PathLike) -> Path:
    """Write a page; returns its path. The file appears whole or not at all: it is written beside it and renamed.

    Raises
    ------
    OSError
        When the folder cannot be written to.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
