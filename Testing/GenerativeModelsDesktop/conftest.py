"""Stand-ins for Qt and Slicer, so that the logic of GenerativeModelsDesktop runs without both."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType, SimpleNamespace

import pytest

PACKAGE = "GenerativeModelsDesktop"


class Timer:
    """A QTimer whose signal a test emits: `timeout()`."""

    active = False

    def connect(self, signal: str, slot: Callable[[], None]) -> None:
        assert signal == "timeout()"
        self.timeout = slot

    def setSingleShot(self, on: bool) -> None: ...

    def start(self) -> None:
        self.active = True

    def stop(self) -> None:
        self.active = False


class Widget:
    """A frame, label or button: text, style, visibility and one signal."""

    text, style, visible = "", "", True

    def setStyleSheet(self, style: str) -> None:
        self.style = style

    def setVisible(self, visible: bool) -> None:
        self.visible = visible

    def connect(self, signal: str, slot: Callable[[], None]) -> None:
        assert signal == "clicked()"
        self.click = slot


class Observations:
    """Slicer's VTKObservationMixin, for subjects that keep their observers in a list."""

    def addObserver(self, subject, event, method) -> None:
        subject.observers.append(method)

    def removeObservers(self) -> None: ...


def _forget() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Function from the name of a file of the package to its module, imported on the stand-ins."""
    slicer, i18n = ModuleType("slicer"), ModuleType("slicer.i18n")
    i18n.tr = lambda sentence: sentence
    util = ModuleType("slicer.util")
    util.VTKObservationMixin = Observations
    slicer.i18n, slicer.util = i18n, util
    monkeypatch.setitem(sys.modules, "slicer.util", util)
    monkeypatch.setitem(sys.modules, "slicer", slicer)
    monkeypatch.setitem(sys.modules, "slicer.i18n", i18n)
    monkeypatch.setitem(
        sys.modules,
        "qt",
        SimpleNamespace(QTimer=Timer, QHeaderView=SimpleNamespace(ResizeToContents="fitted", Stretch="stretch")),
    )
    _forget()
    yield lambda name: import_module(f"{PACKAGE}.{name}")
    _forget()


@pytest.fixture
def widget() -> Callable[[], Widget]:
    """Makes a stand-in widget."""
    return Widget
