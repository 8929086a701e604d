"""The words by which names of files and nodes say which phase of a heart they hold."""

from __future__ import annotations

import re

__all__ = ["PHASE_WORDS", "STANDING_ALONE", "names_phase"]

PHASE_WORDS = {"ed": r"ed|(?:end[ _-]?)?diastol[a-z]*", "es": r"es|(?:end[ _-]?)?systol[a-z]*"}
"""Regular expression of the words of each phase, in lower case."""
STANDING_ALONE = {phase: rf"(?<![a-z])(?:{words})(?![a-z])" for phase, words in PHASE_WORDS.items()}
"""The same where no letter is before or after them: "case_7-ed2", but no "red"."""


def names_phase(name: str, phase: str) -> bool:
    """Whether a name has a word of "ed" or "es"."""
    return re.search(STANDING_ALONE[phase], name.lower()) is not None
