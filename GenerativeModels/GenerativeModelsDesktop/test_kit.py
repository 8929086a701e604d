"""Base of the tests that a module runs in Slicer: the open panel, images, waiting for a run, and a fake worker."""

from __future__ import annotations

import html
import re
import time
import traceback
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import slicer

from GenerativeModelsDesktop.package_install import Installers, PackageState, package_state
from GenerativeModelsDesktop.style import breakable
from GenerativeModelsLib.worker import Event

__all__ = ["FakeWorker", "ModuleTestKit"]

PATIENCE_SECONDS = 300.0
"""Longest wait for a real run, on a busy machine."""
SPARE_REFERENCES = 1_000_000
"""References to None that are held from the first test on: PySide 6.12 on Python 3.11 releases too many."""


class FakeWorker:
    """Replaces `Worker`: answers each case with given events, and starts no process."""

    def __init__(self, events: Callable[[int, Path], Sequence[Event]] = lambda job, folder: ()):
        self._events = events
        self._news: list[Event] = []
        self._job = self._queries = 0
        self.busy = False

    def start(self) -> None: ...

    def ask_device(self) -> None: ...

    def submit(self, anatomy: str, request: Any) -> int:
        self._job += 1
        self.busy = True
        self._news = list(self._events(self._job, request.output))
        return self._job

    def poll(self) -> list[Event]:
        news, self._news = self._news, []
        self.busy = self.busy and not news
        return news

    def ask(self, anatomy: str, name: str, values: Any, **options: Any) -> int:
        self._queries += 1
        return self._queries

    def cancel(self) -> None:
        self.busy, self._news = False, []

    close = cancel


class ModuleTestKit:
    """Base of a module's test class; `widget`, `panel` and `ui` are those of the open module.

    The panel is `widget.panel`; it has the attributes `run` (`WorkerRun`), `message` (`MessageBox`) and `packages`
    (`PackagesPanel`), and the methods `enter`, `refresh` and `cancel`. The .ui file has an `applyButton` and a
    `statusLabel`.

    Attributes
    ----------
    module_name
        Name of the module, such as "SampleData"; the test class of the module sets it.
    """

    module_name: str
    spare_references: ClassVar[list[None]] = []

    def setUp(self) -> None:
        """Begin with an empty scene, and the module open."""
        slicer.mrmlScene.Clear(0)
        self.openModule()

    def runTest(self) -> None:
        """Run every test, also after a failed one; Slicer calls this."""
        self.run_every_test()

    def openModule(self) -> None:
        """Show the module in its ordinary state: real packages, no run."""
        if not ModuleTestKit.spare_references:
            ModuleTestKit.spare_references = [None] * SPARE_REFERENCES
        representation = self.module.widgetRepresentation()
        if slicer.util.mainWindow() is not None:
            slicer.util.selectModule(self.module_name)
        elif not representation.isEntered:
            representation.enter()
        self.widget = representation.self()
        self.panel, self.ui = self.widget.panel, self.widget.ui
        self.panel.message.clear()
        self.set_packages(package_state, Installers())
        self.panel.enter()

    def tearDown(self) -> None:
        """Cancel the run, and remove a fake worker."""
        self.panel.cancel()
        if isinstance(self.panel.run.worker, FakeWorker):
            self.panel.run.replace_worker()

    @property
    def module(self) -> Any:
        """The module in Slicer's module manager."""
        return getattr(slicer.modules, self.module_name.lower())

    def choose_valid_inputs(self) -> None:
        """Choose inputs for which Apply is enabled; each module has its own."""
        raise NotImplementedError

    def use_worker(self, worker: FakeWorker) -> None:
        """Replace the worker process until the end of the test."""
        self.panel.run.replace_worker(worker)

    def set_packages(self, look: Callable[[], PackageState], installers: Installers) -> None:
        """Replace the package state and the installers of the panel."""
        self.panel.packages.look, self.panel.packages.installers = look, installers
        self.panel.packages.refresh()
        self.panel.refresh()

    def turn(self, seconds: float = 0.0) -> None:
        """Run the event loop for the given time."""
        end = time.monotonic() + seconds
        while True:
            slicer.app.processEvents()
            if time.monotonic() >= end:
                return
            time.sleep(0.005)

    def wait(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Run the event loop until the condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, f"waited {seconds:g} s in vain; the panel shows: {self.said}")
            self.turn(0.02)

    @property
    def said(self) -> str:
        """The sentences that the panel shows now."""
        return f"{self.plain_tool_tip(self.ui.applyButton)} | {self.panel.message.text}"

    @staticmethod
    def plain_tool_tip(widget: Any) -> str:
        """Tool tip of a widget as it was set; Slicer makes a paragraph of HTML of a plain one."""
        found = re.fullmatch(r"<p>(.*)</p>", widget.toolTip, re.DOTALL)
        return html.unescape(found[1]) if found else widget.toolTip

    def run_every_test(self) -> None:
        """Run all tests, also after a failed one, and raise an error that names the failed ones."""
        failed = []
        for name in sorted(name for name in dir(self) if name.startswith("test_")):
            try:
                self.setUp()
                getattr(self, name)()
            except unittest.SkipTest as reason:
                print(f"{name}: skipped, {reason}")
            except Exception:
                traceback.print_exc()
                failed.append(name)
            finally:
                self.tearDown()
        self.assertEqual(failed, [], f"{len(failed)} tests failed")

    def choose(self, **nodes: slicer.vtkMRMLNode | None) -> None:
        """Choose nodes as the user does: `mask=node` in the widget `maskSelector`."""
        for name, node in nodes.items():
            getattr(self.ui, f"{name}Selector").setCurrentNode(node)
        self.turn()

    def press_apply(self) -> None:
        """Press Apply, which must be enabled."""
        self.assertTrue(self.ui.applyButton.enabled, self.said)
        self.ui.applyButton.click()

    def apply_and_wait(self) -> None:
        """Press Apply and wait for the end of the run, which must not show a message."""
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")

    def image(self, shape: tuple[int, ...] = (96, 128), name: str = "picture", spacing_mm: float = 0.6):
        """A volume node with noise, `spacing_mm` in every direction; a fourth number of `shape` counts the channels."""
        pixels = np.random.default_rng(0).integers(0, 255, (1, *shape) if len(shape) == 2 else shape, np.uint8)
        kind = "vtkMRMLVectorVolumeNode" if pixels.ndim == 4 else "vtkMRMLScalarVolumeNode"
        node = slicer.mrmlScene.AddNewNodeByClass(kind, name)
        slicer.util.updateVolumeFromArray(node, pixels)
        node.SetSpacing(spacing_mm, spacing_mm, spacing_mm)
        node.CreateDefaultDisplayNodes()
        return node

    def assert_refused(self, *words: str) -> None:
        """Check that Apply is disabled, and that tooltip and status line contain one sentence with these words."""
        self.turn()
        self.assertFalse(self.ui.applyButton.enabled)
        reason = self.plain_tool_tip(self.ui.applyButton)
        self.assertEqual(self.ui.statusLabel.text, breakable(reason))
        for word in words:
            self.assertIn(word, reason)

    @staticmethod
    def node_ids() -> set[str]:
        """IDs of all nodes of the scene."""
        scene = slicer.mrmlScene
        return {scene.GetNthNode(index).GetID() for index in range(scene.GetNumberOfNodes())}
