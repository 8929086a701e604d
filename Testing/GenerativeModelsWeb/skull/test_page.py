"""The page as it is sent: its parts fit together, and everything on it has a name."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("trame")

from trame.app import get_server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsWeb.skull import page
from GenerativeModelsWeb.skull.state import Inputs, Result, Run, Settings, Views

STATIC = Path(page.__file__).with_name("static")
SCRIPT = (STATIC / "gm_page.js").read_text(encoding="utf-8")
STYLE = (STATIC / "gm_page.css").read_text(encoding="utf-8")


class Elements(HTMLParser):
    """Every element as (tag, attributes, text inside)."""

    VOID = ("input", "img", "link", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict, list[str]]] = []
        self._open: list[tuple[str, dict, list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [])
        self.found.append(element)
        if tag not in self.VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs), []))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, _, text in self._open:
            text.append(data)


@pytest.fixture(scope="module")
def a_page():
    server = get_server("page under test", client_type="vue3")
    kinds = {"inputs": Inputs, "settings": Settings, "run": Run, "result": Result, "views_state": Views}
    states = {name: TypedState(server.state, kind) for name, kind in kinds.items()}

    def act(*_):
        """What a button does."""

    views = SimpleNamespace(
        templates={name: name for name in ("skull", "axial", "sagittal", "coronal")},
        colours=["#000000", "#ffffff"],
        **dict.fromkeys(("look_from", "reset_skull", "reset_slice"), act),
    )
    buttons = dict.fromkeys(("try_sample", "remove", "reconstruct", "cancel"), act)
    page.build_page(SimpleNamespace(server=server, views=views, **buttons, **states))
    return SimpleNamespace(state=server.state, text=server.state["trame__template_main"])


def test_buttons_fields_and_pictures_have_names(a_page):
    elements = Elements(a_page.text).found
    labelled = {attributes.get("for") for tag, attributes, _ in elements if tag == "label"}
    for tag, attributes, text in elements:
        named = "aria-label" in attributes or "".join(text).strip() or attributes.get("id") in labelled
        if tag == "button":
            assert named, attributes
        if tag == "input" and attributes.get("type") == "text":
            assert named, attributes
        if tag == "img":
            assert "alt" in attributes, attributes


def test_every_state_variable_of_the_page_is_one(a_page):
    used = set(re.findall(r"\b(?:Inputs|Settings|Run|Result|Views)__\w+", a_page.text))
    assert used and all(name in a_page.state for name in used)


def test_the_script_writes_state_variables_there_are(a_page):
    fields = re.findall(r'key\(plane, "(\w+)"\)', SCRIPT)
    assert fields and all(f"Inputs__coronal__PlaneCard__{field}" in a_page.state for field in fields)
    assert "Run__busy" in SCRIPT and "Run__busy" in a_page.state


def test_every_class_of_the_page_is_styled(a_page):
    used = set(re.findall(r"\bgm-[\w-]+", " ".join(re.findall(r'class="([^"]*)"', a_page.text)))) - {"gm-window"}
    for name in used - {"gm-serious", "gm-caution"}:
        assert f".{name}" in STYLE, name


def test_cards_carry_what_the_script_looks_for(a_page):
    elements = Elements(a_page.text).found
    assert [attributes["data-gm-plane"] for _, attributes, _ in elements if "data-gm-plane" in attributes] == [
        "axial",
        "sagittal",
        "coronal",
    ]
    assert sum(tag == "input" and attributes.get("type") == "file" for tag, attributes, _ in elements) == 3


def test_research_use_is_said_on_every_page(a_page):
    assert "Research use only." in a_page.text


def test_nothing_is_loaded_from_elsewhere(a_page):
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", a_page.text) and "@import" not in STYLE
    assert "http" not in SCRIPT
