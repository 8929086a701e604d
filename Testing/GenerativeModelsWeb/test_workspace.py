"""The application as it is sent: its parts fit together, and everything on it has a name."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("trame")
pytest.importorskip("trame_slicer", reason="trame-slicer (extra web) is not here")

from trame.app import get_server

from GenerativeModelsLib.anatomy.registry import anatomy_names, anatomy_of
from GenerativeModelsWeb.heart import application as heart
from GenerativeModelsWeb.parts.frame import STATIC
from GenerativeModelsWeb.segmentation import application as segmentation
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.uploads import UploadStore
from GenerativeModelsWeb.skull import application as skull
from GenerativeModelsWeb.synthesis import application as synthesis
from GenerativeModelsWeb.workspace import PAGES, Workspace

FOLDER = Path(STATIC["serve"]["gm_static"])
SCRIPT = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js"))
STYLE = (FOLDER / "gm_page.css").read_text(encoding="utf-8")


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


class FakeViews:
    """Views that show nothing."""

    names: tuple[str, ...] = ()

    def __init__(self, server, *given) -> None:
        self.templates = dict.fromkeys(self.names, "x")
        self.scene, self.two_sided, self.calls = None, ["#000000", "#ffffff"], []

    def fitting_range(self, chosen):
        return None

    def __getattr__(self, name):
        def act(*given):
            self.calls.append((name, *given))

        return act


@pytest.fixture(scope="module")
def a_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    server = get_server("page under test", client_type="vue3")
    with pytest.MonkeyPatch.context() as patch:
        for module, kind, names in (
            (skull, "SkullViews", ("skull", "axial", "sagittal", "coronal")),
            (heart, "HeartViews", ("heart", "labels")),
            (segmentation, "SegmentationViews", ("checked", "repaired")),
            (synthesis, "SynthesisViews", ("synthetic",)),
        ):
            patch.setattr(module, kind, type(kind, (FakeViews,), {"names": names}))
        store, downloads = UploadStore(folder / "uploads", 1000), Downloads(folder / "downloads")
        session = Workspace(server, store, downloads, model=None, device="cpu")
    text = server.state["trame__template_main"]
    yield SimpleNamespace(session=session, store=store, state=server.state, text=text)
    session.close()


def test_every_anatomy_has_its_pages(a_page):
    own = [name for name in anatomy_names() if not anatomy_of(name).group]
    assert [*PAGES] == [*a_page.session.applications] == [*own, "images"]
    assert a_page.session.navigation.data.page == "skull/reconstruct"
    for page in ("skull/reconstruct", "heart/analyse", "heart/explore", "segmentation/check", "images/draw"):
        assert f"Navigation__page = '{page}'" in a_page.text


def test_places_of_uploads_name_their_anatomy(a_page):
    assert a_page.store.places == [
        "skull.axial",
        "skull.sagittal",
        "skull.coronal",
        "heart.ed",
        "heart.es",
        "heart.cine",
        "segmentation.labels",
        "segmentation.image",
        "images.labels",
        "images.style",
    ]
    assert a_page.session._assign(["a.png"]) == ["skull.axial"], "of the page on show"
    a_page.session._refuse("heart.es", "No.")
    assert a_page.session.applications["heart"].inputs.data.es.problem == "No."
    a_page.session._refuse("heart.nowhere", "No.")
    a_page.session._refuse("nobody.es", "No.")


def test_a_view_is_found_by_its_name(a_page):
    a_page.session._view("labels", "wheel", 1, 0.5, 0.5)
    assert a_page.session.applications["heart"].views.calls[-1] == ("answer", "labels", "wheel", (1, 0.5, 0.5))
    assert a_page.session._view("nowhere", "press", "Home") == ""


def test_buttons_fields_and_pictures_have_names(a_page):
    elements = Elements(a_page.text).found
    labelled = {attributes.get("for") for tag, attributes, _ in elements if tag == "label"}
    for tag, attributes, text in elements:
        named = "aria-label" in attributes or "".join(text).strip() or attributes.get("id") in labelled
        if tag == "button":
            assert named, attributes
        if tag == "select" or (tag == "input" and attributes.get("type") in ("text", "number")):
            assert named, attributes
        if tag == "img":
            assert "alt" in attributes, attributes


def test_every_state_variable_of_the_page_is_one(a_page):
    used = set(re.findall(r"\b(?:Navigation|skull|heart|segmentation|images)__\w+", a_page.text))
    prefixes = {name for name in used if name.endswith("__")}  # of the variables of a card
    assert len(used) > 50 and all(name in a_page.state for name in used - prefixes)


def test_the_script_writes_state_variables_there_are(a_page):
    fields = re.findall(r'key\("(\w+)"\)', SCRIPT)
    prefixes = re.findall(r'data-gm-card="(\w+)"', a_page.text)
    assert fields and len(prefixes) == 10
    assert all(f"{prefix}{field}" in a_page.state for field in fields for prefix in prefixes)
    for name in ("Navigation__page", "skull__Run__busy", "heart__Run__busy"):
        assert name in a_page.state and name.split("__", 1 - name.startswith("Nav"))[-1] in SCRIPT


def test_every_class_of_the_page_is_styled(a_page):
    used = set(re.findall(r"\bgm-[\w-]+", " ".join(re.findall(r'class="([^"]*)"', a_page.text)))) - {"gm-window"}
    for name in used - {"gm-serious", "gm-caution"}:
        assert f".{name}" in STYLE, name


def test_cards_carry_what_the_script_looks_for(a_page):
    elements = Elements(a_page.text).found
    places = [attributes["data-gm-place"] for _, attributes, _ in elements if "data-gm-place" in attributes]
    assert places == a_page.store.places
    assert sum(tag == "input" and attributes.get("type") == "file" for tag, attributes, _ in elements) == 10


def test_research_use_is_said_on_every_page(a_page):
    assert "Research use only." in a_page.text


def test_nothing_is_loaded_from_elsewhere(a_page):
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", a_page.text) and "@import" not in STYLE
    assert "http" not in SCRIPT.replace("XMLHttpRequest", "")
