"""What the front ends may import: the Slicer modules, with the Qt parts they share, and the browser application.

The scene layer below them knows neither windows nor browsers.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from Testing.helpers.source_tree import (
    ANATOMIES,
    BACKEND,
    BASE,
    BROWSER,
    DESKTOP,
    QT,
    SCENE,
    UNSAFE,
    WEB,
    SourceTree,
    room,
    write_tree,
)

OPEN_ROOMS = BASE | ANATOMIES | {"defaults", "environment", "export", "geometry", "synthesis", "worker"}
"""Rooms of the backend that scene, module and browser may call."""
WORDS_OF_AN_ANATOMY = re.compile(
    rf"\b(?:{'|'.join(ANATOMIES)}|head|fetal|fetus|plane|axial|reconstruct\w*|cardiac|ventric\w+)s?\b", re.IGNORECASE
)
"""What no line of a part that every module shares may contain, imports of the backend included."""


def against(tree: SourceTree, path: Path, foreign: set[str]) -> set[str]:
    """What a file of a front end or the scene layer may not import: `foreign`, and rooms that are not open to it."""
    return (tree.roots(path) & foreign) | (tree.backend_rooms(path) - OPEN_ROOMS)


def test_the_scene_layer_knows_no_window_and_no_browser(source_tree: SourceTree) -> None:
    foreign = QT | BROWSER | UNSAFE | {DESKTOP, WEB, "torch", "PyTorchUtils"}
    source_tree.holds(
        source_tree.files_of(SCENE),
        lambda path: against(source_tree, path, foreign) | source_tree.module_packages(path),
    )


def test_a_slicer_module_knows_no_browser_no_network_of_its_own_and_no_other_module(source_tree: SourceTree) -> None:
    foreign = BROWSER | UNSAFE | {WEB, "torch", "PySide6"}

    def broken(path: Path) -> set[str]:
        own = path.relative_to(source_tree.root).parts
        others = {name for name in source_tree.module_packages(path) if name.removesuffix("Lib") not in own}
        return against(source_tree, path, foreign) | others

    source_tree.holds(source_tree.modules, broken)


def test_what_the_slicer_modules_share_knows_no_anatomy_and_no_browser(source_tree: SourceTree) -> None:
    foreign = BROWSER | UNSAFE | {WEB, "torch", "PySide6"}

    def broken(path: Path) -> set[str]:
        imported = source_tree.imports(path)
        scene = {name for name in imported if name.split(".")[0] == SCENE and room(name) != "nodes"}
        words = set(WORDS_OF_AN_ANATOMY.findall(path.read_text(encoding="utf-8")))
        return against(source_tree, path, foreign) | scene | source_tree.module_packages(path) | words

    source_tree.holds(source_tree.files_of(DESKTOP), broken)


def test_the_browser_application_knows_no_desktop(source_tree: SourceTree) -> None:
    foreign = QT | UNSAFE | {DESKTOP, "torch"}
    source_tree.holds(
        source_tree.files_of(WEB),
        lambda path: against(source_tree, path, foreign) | source_tree.module_packages(path),
    )


def test_a_front_end_that_breaks_a_rule_is_named(tmp_path: Path) -> None:
    tree = write_tree(
        tmp_path,
        {
            "First/CMakeLists.txt": "",
            "Second/CMakeLists.txt": "",
            f"{DESKTOP}/box.py": "import qt\nfrom GenerativeModelsScene.nodes.files import f\n# ahead of a sentence\n",
            f"{DESKTOP}/kit.py": "from GenerativeModelsLib.skull import request\nfrom FirstLib import panel\n",
            f"{DESKTOP}/run.py": "import trame\nfrom GenerativeModelsScene import show_case\n# Shows the Skull\n",
            "First/FirstLib/panel.py": "from FirstLib.parts import x\nfrom SecondLib.parts import x\n",
            "First/FirstLib/parts.py": "def f():\n    from FirstLib.panel import y\n",
            f"{SCENE}/nodes/files.py": "from GenerativeModelsDesktop import style\n",
            f"{SCENE}/nodes/numbers.py": "from GenerativeModelsLib.training import run\n",
            f"{WEB}/hub.py": "from GenerativeModelsDesktop import style\n",
        },
    )
    for test, message in (
        (
            test_what_the_slicer_modules_share_knows_no_anatomy_and_no_browser,
            [f"{DESKTOP}/kit.py: FirstLib, skull", f"{DESKTOP}/run.py: {SCENE}, Skull, trame"],
        ),
        (
            test_a_slicer_module_knows_no_browser_no_network_of_its_own_and_no_other_module,
            ["First/FirstLib/panel.py: SecondLib"],
        ),
        (
            test_the_scene_layer_knows_no_window_and_no_browser,
            [f"{SCENE}/nodes/files.py: {DESKTOP}", f"{SCENE}/nodes/numbers.py: training"],
        ),
        (test_the_browser_application_knows_no_desktop, [f"{WEB}/hub.py: {DESKTOP}"]),
    ):
        with pytest.raises(AssertionError) as broken:
            test(tree)
        assert [line.strip() for line in str(broken.value).splitlines()] == message
    assert tree.circles() == [["FirstLib.panel", "FirstLib.parts"]]
    assert not tree.files_of(BACKEND)
