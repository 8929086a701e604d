"""Checks of the .ui file of each module against the code that uses it and against Qt; no Slicer needed."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from Testing.helpers.extension_files import MODULES, PACKAGES

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
# Types of the parameter node that Slicer connects to a widget of that class.
CONNECTED = {
    "QCheckBox": ("bool",),
    "QSpinBox": ("int",),
    "QDoubleSpinBox": ("float",),
    "QLineEdit": ("str", "Path"),
    "QComboBox": ("str", "Enum"),
    "ctkRangeWidget": ("FloatRange",),
    "ctkSliderWidget": ("float",),
    "ctkPathLineEdit": ("str", "Path"),
    "qMRMLNodeComboBox": ("vtkMRML",),
}
ACTED_ON = ("QPushButton", "QToolButton", "qMRMLTableView", *CONNECTED)


def ui(module: Path) -> Path:
    return module / "Resources" / "UI" / f"{module.name}.ui"


def widgets(module: Path) -> dict[str, ET.Element]:
    return {widget.get("name"): widget for widget in ET.parse(ui(module)).getroot().iter("widget")}


def text_of(widget: ET.Element, name: str) -> str | None:
    """Text of a property of the widget itself."""
    return next((p[0].text for p in widget.findall("property") if p.get("name") == name), None)


def sources(module: Path) -> dict[Path, ast.Module]:
    """The files of a module, and of the shared parts those that it imports, directly or not."""
    shared = PACKAGES / "GenerativeModelsDesktop"
    waiting = [*module.glob("*.py"), *(module / f"{module.name}Lib").rglob("*.py")]
    found: dict[Path, ast.Module] = {}
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(found[path]):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == shared.name:
                parts = [node.module.split(".")[-1], *(alias.name for alias in node.names)]
                waiting += [part for name in parts if (part := shared / f"{name}.py").is_file()]
    return found


def parameters(module: Path) -> dict[str, str]:
    """Fields of the class under @parameterNodeWrapper: name and type as written, enumerations as "Enum"."""
    trees = sources(module).values()
    types = {
        node.targets[0].id: ast.unparse(node.value)
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    classes = [node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    types |= {node.name: "Enum" for node in classes if "Enum" in map(ast.unparse, node.bases)}
    found = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "parameterNodeWrapper" in map(ast.unparse, node.decorator_list)
    ]
    assert len(found) == 1, "one class of the module is decorated with @parameterNodeWrapper"
    fields = [field for field in found[0].body if isinstance(field, ast.AnnAssign)]
    written = {field.target.id: ast.unparse(field.annotation) for field in fields}
    return {name: types.get(text, text) for name, text in written.items()}


def _is_ui(node: ast.expr) -> bool:
    """Whether an expression is the object that holds the widgets: ui, self.ui, self._ui."""
    return (isinstance(node, ast.Name) and node.id == "ui") or (
        isinstance(node, ast.Attribute) and node.attr in {"ui", "_ui"}
    )


def used_names(module: Path) -> Iterator[tuple[str, str]]:
    """(widget, place) of all uses of the panel in the code: `ui.name` and `getattr(ui, f"{field}Selector")`.

    Of a name that is made at run time, all widgets that it may be; the pattern itself where there is none.
    """
    there = set(widgets(module))
    for path, tree in sources(module).items():
        for node in ast.walk(tree):
            place = f"{path.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Attribute) and _is_ui(node.value):
                yield node.attr, place
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr" and _is_ui(node.args[0]):
                name = node.args[1]
                if isinstance(name, ast.Constant):
                    yield name.value, place
                elif isinstance(name, ast.JoinedStr):
                    parts = (re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z]+" for p in name.values)
                    pattern = "".join(parts)
                    found = [widget for widget in there if re.fullmatch(pattern, widget)]
                    yield from ((widget, place) for widget in found or [pattern])


@each_module
def test_names_are_unique_and_the_top_is_a_scene_widget(module: Path) -> None:
    root = ET.parse(ui(module)).getroot()
    named = [element.get("name") for kind in ("widget", "layout", "spacer") for element in root.iter(kind)]
    assert None not in named
    assert not [name for name, count in Counter(named).items() if count > 1]
    assert root.find("widget").get("class") == "qMRMLWidget", "only that one has the signal mrmlSceneChanged"


@each_module
def test_every_parameter_of_the_panel_is_one_of_the_parameter_node(module: Path) -> None:
    fields = parameters(module)
    connected = {name: text_of(w, "SlicerParameterName") for name, w in widgets(module).items()}
    connected = {name: parameter for name, parameter in connected.items() if parameter is not None}
    assert len(set(connected.values())) == len(connected), "a parameter is connected to one widget"
    for name, parameter in connected.items():
        assert parameter in fields, f"{name}: SlicerParameterName {parameter!r} is no field of the parameter node"
        kinds = CONNECTED.get(widgets(module)[name].get("class"), ())
        assert any(kind in fields[parameter] for kind in kinds), (
            f"{name} is a {widgets(module)[name].get('class')}, which does not fit {parameter}: {fields[parameter]}"
        )


@each_module
def test_every_widget_the_code_uses_is_in_the_panel(module: Path) -> None:
    there = set(widgets(module))
    missing = sorted({f"{name} ({place})" for name, place in used_names(module) if name not in there})
    assert not missing, f"not in {ui(module).name}: {missing}"


@each_module
def test_every_widget_one_can_act_on_is_used(module: Path) -> None:
    """Every button is connected."""
    used = {name for name, _ in used_names(module)}
    idle = [
        name
        for name, widget in widgets(module).items()
        if widget.get("class") in ACTED_ON and name not in used and text_of(widget, "SlicerParameterName") is None
    ]
    assert not idle, f"neither used in the code nor connected to a parameter: {idle}"


@each_module
def test_every_mrml_widget_gets_the_scene(module: Path) -> None:
    root = ET.parse(ui(module)).getroot()
    top = root.find("widget").get("name")
    wired = {
        tuple(connection.find(part).text for part in ("sender", "signal", "receiver", "slot"))
        for connection in root.iter("connection")
    }
    for name, widget in widgets(module).items():
        if widget.get("class").startswith("qMRML") and name != top:
            expected = (top, "mrmlSceneChanged(vtkMRMLScene*)", name, "setMRMLScene(vtkMRMLScene*)")
            assert expected in wired, f"{name} is not told the scene: add the connection {expected}"


@each_module
def test_every_input_explains_itself(module: Path) -> None:
    silent = [name for name, w in widgets(module).items() if w.get("class") in ACTED_ON and not text_of(w, "toolTip")]
    assert not silent, f"no toolTip: {silent}"


@each_module
def test_every_class_that_is_not_qt_is_declared(module: Path) -> None:
    root = ET.parse(ui(module)).getroot()
    declared = {element.find("class").text for element in root.iter("customwidget")}
    foreign = {w.get("class") for w in root.iter("widget") if not w.get("class").startswith("Q")}
    assert foreign == declared


@each_module
def test_enumerations_are_written_as_qt_5_reads_them(module: Path) -> None:
    """Slicer is built with Qt 5, which does not read Qt::Orientation::Horizontal of Designer 6."""
    values = [e.text for kind in ("enum", "set") for e in ET.parse(ui(module)).getroot().iter(kind)]
    assert not [value for value in values if any(part.count("::") > 1 for part in value.split("|"))]


@pytest.fixture
def panel(module: Path, monkeypatch: pytest.MonkeyPatch):
    """The panel loaded by Qt with plain widgets in place of those of Slicer and CTK, and the messages of Qt."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    reason = "Qt is not here (pip install PySide6_Essentials, and its system libraries)"
    core = pytest.importorskip("PySide6.QtCore", reason=reason, exc_type=ImportError)
    qt = pytest.importorskip("PySide6.QtWidgets", reason=reason, exc_type=ImportError)
    tools = pytest.importorskip("PySide6.QtUiTools", reason=reason, exc_type=ImportError)
    replaced = {
        e.find("class").text: e.find("extends").text for e in ET.parse(ui(module)).getroot().iter("customwidget")
    }

    class Loader(tools.QUiLoader):
        def createWidget(self, class_name, parent=None, name=""):
            return super().createWidget(replaced.get(class_name, class_name), parent, name)

    application = qt.QApplication.instance() or qt.QApplication([])
    said: list[str] = []
    before = core.qInstallMessageHandler(lambda kind, context, message: said.append(message))
    # The signals of the replaced widgets are missing; the connections have a test of their own.
    tree = ET.parse(ui(module)).getroot()
    for connections in tree.findall("connections"):
        tree.remove(connections)
    data = core.QBuffer()
    data.setData(ET.tostring(tree))
    data.open(core.QIODevice.OpenModeFlag.ReadOnly)
    try:
        loaded = Loader().load(data)
    finally:
        core.qInstallMessageHandler(before)
    yield loaded, said
    loaded.deleteLater()
    application.processEvents()


@each_module
def test_qt_loads_the_panel(panel, module: Path) -> None:
    from PySide6.QtWidgets import QWidget

    loaded, said = panel
    assert said == [], "Qt complains"
    for name, widget in widgets(module).items():
        found = loaded if loaded.objectName() == name else loaded.findChild(QWidget, name)
        assert found is not None, f"{name} was not made"
        assert found.property("SlicerParameterName") == text_of(widget, "SlicerParameterName")


@each_module
def test_the_panel_fits_beside_the_views(panel, module: Path) -> None:
    """Slicer's module panel is some 400 pixels wide on a laptop; a wider one scrolls sideways."""
    from PySide6.QtWidgets import QWidget

    loaded, _ = panel
    for name in widgets(module):
        if found := loaded.findChild(QWidget, name):
            found.setHidden(False)
    assert loaded.minimumSizeHint().width() <= 420
