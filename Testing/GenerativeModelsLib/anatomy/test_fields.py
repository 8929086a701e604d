"""The fields of a request as front ends offer them."""

from __future__ import annotations

import dataclasses
import re

import pytest

from GenerativeModelsLib.anatomy.fields import Field, asked, fields_of, option_of, window_words
from GenerativeModelsLib.anatomy.registry import anatomy_names, anatomy_of
from GenerativeModelsLib.anatomy.request import CaseRequest, ModelRequest
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.skull.request import SkullRequest

ANATOMIES = [anatomy_of(name) for name in anatomy_names()]
FIELDS = [(a.request, field, about) for a in ANATOMIES for field, about in fields_of(a.request)]
each_field = pytest.mark.parametrize(
    ("request_", "field", "about"), FIELDS, ids=[f"{r.__name__}-{f.name}" for r, f, _ in FIELDS]
)


@dataclasses.dataclass(frozen=True)
class Small(CaseRequest):
    """A request of its own."""

    size_mm: int = asked("A size.", default=3, called="the size", metavar="N", batch=True)
    inner: int = 5


@pytest.mark.parametrize(
    ("field", "option"),
    [
        ("samples", "--samples"),
        ("axial_spacing_mm", "--axial-spacing"),
        ("gestational_age_weeks", "--gestational-age"),
        ("n", "--n"),
        ("mm_per_pixel", "--mm-per-pixel"),
        ("weeks", "--weeks"),
    ],
)
def test_an_option_is_the_name_without_its_unit(field: str, option: str) -> None:
    assert option_of(field) == option


def test_a_field_made_by_asked_keeps_what_is_said_about_it_and_others_are_passed_over() -> None:
    found = {field.name: about for field, about in fields_of(Small)}
    assert found["size_mm"] == Field("A size.", called="the size", metavar="N", batch=True)
    assert "inner" not in found and "title" not in found
    assert Small().size_mm == 3 and list(found)[-1] == "size_mm"
    shared = {field.name for field, _ in fields_of(CaseRequest)}
    assert set(found) == shared | {"size_mm"}
    identity = {"case_id", "examination_date", "operator", "institution"}
    assert shared == {"output", "overwrite", "language", "export"} | identity
    assert {field.name for field, _ in fields_of(ModelRequest)} == shared | {"model", "device", "seed"}


def test_a_field_without_a_default_is_required() -> None:
    required = {
        request: [field.name for field, _ in fields_of(request) if field.default is dataclasses.MISSING]
        for request in (SkullRequest, HeartRequest)
    }
    assert required == {SkullRequest: ["axial"], HeartRequest: []}, "a heart has end diastole or a cine"


@each_field
def test_every_field_is_described_for_a_command_and_for_a_window(
    request_: type, field: dataclasses.Field, about: Field
) -> None:
    assert re.fullmatch(r"[A-Z][^_]*\.", about.help), "a sentence"
    assert re.fullmatch(r"[a-z]+( [a-z]+)+", about.called)
    assert field.type == "bool" or about.metavar, "what stands for the value in the help"
    if about.parse is None:
        assert about.image or field.type.removesuffix(" | None") in {"int", "float", "str", "bool", "Path"}
    if about.image:
        assert about.column and field.type.removesuffix(" | None") == "Source"


@each_field
def test_no_two_fields_share_an_option_or_a_phrase(request_: type, field: dataclasses.Field, about: Field) -> None:
    options = [option_of(other.name) for other, _ in fields_of(request_)]
    phrases = [other.called for _, other in fields_of(request_)]
    assert options.count(option_of(field.name)) == 1 and phrases.count(about.called) == 1


def test_a_window_calls_a_field_by_its_phrase_or_as_it_is_spelt() -> None:
    words = window_words(SkullRequest)
    assert words("samples") == "the number of samples"
    assert words("model") == "the model folder"
    assert words("z_top") == "z top"
