"""Words of a phase in names."""

from __future__ import annotations

import re

import pytest

from GenerativeModelsLib.heart.labels.phase_names import STANDING_ALONE, names_phase


@pytest.mark.parametrize(
    ("name", "phases"),
    [
        ("p104_ED", ["ed"]),
        ("es.nii.gz", ["es"]),
        ("Case 7 end-diastole", ["ed"]),
        ("case 7 End_Systolic", ["es"]),
        ("Diastole 2", ["ed"]),
        ("ed2", ["ed"]),
        ("Edward", []),
        ("images", []),
        ("labels red", []),
        ("cine", []),
    ],
)
def test_a_name_says_its_phase_in_a_word_of_its_own(name: str, phases: list[str]) -> None:
    assert [phase for phase in ("ed", "es") if names_phase(name, phase)] == phases


def test_names_of_two_patients_differ_without_their_phases() -> None:
    bare = [
        re.sub(STANDING_ALONE[phase], "", name)
        for phase, name in (("ed", "end_diastole_1"), ("es", "end_systole_1"), ("es", "end_systole_2"))
    ]
    assert bare == ["_1", "_1", "_2"]
