"""What the results of all anatomies have in Python, on a toy."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.python import CaseView, computed
from GenerativeModelsLib.anatomy.record import Anatomy, Reading
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import GivenImage
from Testing.helpers.toy_anatomy import TOY, ToyRequest


@pytest.fixture
def request_(tiny_bundle: Path) -> ToyRequest:
    image = GivenImage(np.zeros(5, np.uint8), "given as picture (array)")
    return ToyRequest(picture=image, model=tiny_bundle, device="cpu", strength_mm="3")


@pytest.fixture
def view(request_: ToyRequest) -> CaseView:
    return CaseView(computed(TOY, lambda: request_, None, {}))


def without_draws(view: CaseView) -> CaseView:
    case = view._case

    def document(one) -> dict:
        return TOY.document(one) | {"spread": {"width_mm": {"value": 2.5, "sd": None, "interval90": None}}}

    return CaseView(replace(case, anatomy=replace(TOY, document=document)))


class Tags(HTMLParser):
    """Whether every tag is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_quantities_are_readings_by_key(view: CaseView) -> None:
    assert view.quantities == {
        "count_mm": Reading(15),
        "width_mm": Reading(2.5, 0.5, (1.5, 3.5), 40.0),
        "weight_g": Reading(None),
    }
    assert view.result["schema"] == "toy/1" and view.device == "cpu"
    assert view.in_distribution == {"score": 0.25, "verdict": "typical"}


def test_warnings_are_the_callers_own_list(view: CaseView) -> None:
    view.warnings.clear()
    assert view.warnings == ["A plain sentence.", "Read it with care."] == view.result["warnings"]
    assert [getattr(warning, "kind", "input") for warning in view.warnings] == view.result["warning_kinds"]


def test_its_repr_is_one_line_of_what_is_known(view: CaseView) -> None:
    assert repr(view) == "<CaseView: COUNT 15.0 mm, W 2.5 mm; typical>"


def test_a_notebook_shows_a_table_with_what_is_known(view: CaseView) -> None:
    html = view._repr_html_()
    Tags(html)
    assert "<caption>Toy &amp; game (research use only)</caption>" in html
    assert "<th>90 % interval</th><th>percentile</th>" in html
    rows = re.findall(r"<tr><th style='text-align:left'>(.*?)</th>(.*?)</tr>", html)
    assert [(name, re.findall(r"<td>(.*?)</td>", cells)) for name, cells in rows] == [
        ("Number of bytes", ["15.0 mm", "–", "–"]),
        ("Width", ["2.5 mm", "1.5 to 3.5", "40"]),
        ("Weight", ["–", "–", "–"]),
    ]
    assert "<div>Counted 15 &lt;b&gt;.</div>" in html and "<li>Read it with care.</li>" in html
    assert "Input: typical, nothing stands out" in html


def test_columns_without_a_value_are_left_out(view: CaseView) -> None:
    html = without_draws(view)._repr_html_()
    Tags(html)
    assert "<thead><tr><th>measure</th><th>value</th></tr></thead>" in html and "interval" not in html


def test_a_refusal_calls_fields_by_their_keywords(request_: ToyRequest) -> None:
    def request() -> ToyRequest:
        raise InputError(f"{named('strength_mm')} is odd, and {named('picture')} too.")

    with pytest.raises(InputError) as caught:
        computed(TOY, request, None, {"strength_mm": "strength"})
    assert (str(caught.value), caught.value.field) == ("strength is odd, and picture too.", "strength")
    assert isinstance(caught.value.__cause__, InputError)


@pytest.mark.parametrize(
    ("keyword", "text", "field"),
    [("spacing['x']", "spacing['x'] is odd.", "spacing"), ("strength", "strength is odd.", "strength")],
)
def test_the_field_of_an_entry_is_its_keyword(keyword: str, text: str, field: str, request_: ToyRequest) -> None:
    def fail(*_: object) -> None:
        raise InputError(f"{named('strength_mm')} is odd.")

    anatomy: Anatomy = replace(TOY, compute=fail)
    with pytest.raises(InputError) as caught:
        computed(anatomy, lambda: request_, None, {"strength_mm": keyword})
    assert (str(caught.value), caught.value.field) == (text, field)


def test_an_error_of_no_field_stays_one(request_: ToyRequest) -> None:
    def fail(*_: object) -> None:
        raise InputError("It is odd.")

    with pytest.raises(InputError, match=r"^It is odd\.$") as caught:
        computed(replace(TOY, compute=fail), lambda: request_, None, {"strength_mm": "strength"})
    assert caught.value.field is None


def test_progress_is_handed_on(request_: ToyRequest) -> None:
    told: list[float] = []
    computed(TOY, lambda: request_, lambda message, share: told.append(share), {})
    assert told and told == sorted(told)


def test_the_folder_is_returned_and_may_be_text(view: CaseView, tmp_path: Path) -> None:
    assert view.to_folder(str(tmp_path / "a")) == tmp_path / "a"
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["report.html", "result.json", "toy.txt"]
    with pytest.raises(InputError, match="is not empty"):
        view.to_folder(tmp_path / "a")
    assert view.to_folder(tmp_path / "a", overwrite=True) == tmp_path / "a"
