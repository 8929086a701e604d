"""Sentences of the server as a page may show them: without the folders of the machine it runs on."""

from __future__ import annotations

import re

__all__ = ["without_folders"]

OUTPUT_FOLDER = "the output folder"
"""What a folder is called that has a name of the program's own making."""

_STAGING = r"(?:\.generative-models-|GenerativeModels-session-)[\w-]*"
_START = r"(?:(?:~\w*)?/(?=\S)|[A-Za-z]:[\\/]|\\\\|file:/)"
"""How an absolute path begins on any system."""

# A path that is not quoted ends at a space, unless the next words go on with a separator: a folder's name may have
# spaces ("/Users/a/Application Support/x", "C:\Program Files\x"). Ratios and units after a path are no part of it.
_RATIO = r"(?:and/or\b|[\d.]+/\d|\w{1,2}/\w{1,2}\b)"
_MORE = rf"""
    (?:(?<![.,;:!?)\]}}'\"”’»])[ ](?:(?:[^\s\\/:'"]+[ ]){{0,3}}[^\s\\/:'"]+\\|(?!{_RATIO})[^\s\\/:]+/)\S*)*
"""
_PATHS = re.compile(
    rf"""
      (?P<url>\b(?!file:)[A-Za-z][A-Za-z0-9+.-]{{1,20}}://\S*)
    | (?<!\w)(?P<quote>['"])(?P<quoted>{_START}[^\n]*?)(?P=quote)(?!\w)
    | “(?P<curly>{_START}[^”\n]*)” | ‘(?P<single>{_START}[^’\n]*)’ | «(?P<angle>{_START}[^»\n]*)»
    | (?P<windows>(?:(?<![^\W_])[A-Za-z]:[\\/]|(?<![\w\\])\\\\)\S*{_MORE})
    | (?P<posix>(?:\bfile:/|(?<![\w.)\]}}/\\~%°<”’»])(?:~\w*)?/(?=\S))\S*{_MORE})
    | (?P<staging>(?:[\w.-]{{1,99}}[\\/]){{0,30}}{_STAGING}(?:[\\/][^\s'"]*)?)
    """,
    re.VERBOSE,
)
_ENDS = ".,;:!?)]}'\"`”’»>"
_NO_NAME = re.compile(r"[.~?]*|[A-Za-z]:|file:")


def without_folders(sentence: str) -> str:
    """The sentence with the last part of every absolute path in place of the path.

    Paths of POSIX and of Windows (drives and UNC) count, quoted or not, also as a `file:` address. A temporary folder
    of this program becomes "the output folder". Other addresses, relative paths, ratios and units stay as they are.

    >>> without_folders("Cannot write '/srv/a b/case 1' at 3 mm/s.")
    "Cannot write 'case 1' at 3 mm/s."
    """
    return _PATHS.sub(_shortened, sentence)


def _shortened(found: re.Match[str]) -> str:
    whole, kind = found.group(), found.lastgroup
    if kind == "url":
        return whole
    if kind in {"quote", "quoted", "curly", "single", "angle"}:
        name = _last_part(whole[1:-1])
        return name if name == OUTPUT_FOLDER else f"{whole[0]}{name}{whole[-1]}"
    path = whole.rstrip(_ENDS)
    return _last_part(path) + whole[len(path) :]


def _last_part(path: str) -> str:
    """The name of a path's file or folder; words for a folder where it has none of its own."""
    parts = [part for part in re.split(r"[\\/]+", path) if not _NO_NAME.fullmatch(part)]
    if not parts:
        return "the folder" if path.strip("\\/") else path
    return OUTPUT_FOLDER if re.fullmatch(_STAGING, parts[-1]) else parts[-1]
