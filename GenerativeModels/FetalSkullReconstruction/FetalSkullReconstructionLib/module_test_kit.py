"""What the module's tests share: the open panel, images, waiting for the run, and stand-ins for worker and packages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import slicer

from FetalSkullReconstructionLib.case_run import CaseRun
from FetalSkullReconstructionLib.package_install import Installers, PackageState, package_state
from FetalSkullReconstructionLib.sample_case import load_sample
from FetalSkullReconstructionLib.style import breakable
from GenerativeModelsLib.worker import Event

__all__ = ["FakeWorker", "ModuleTestKit"]

PATIENCE_SECONDS = 300.0
"""Of a test that waits for a real reconstruction on a machine busy with other things."""
SAMPLES = 4
"""Enough for an uncertainty, few enough for a test."""


class FakeWorker:
    """Answers each case with the events it was made with; its processes are none."""

    def __init__(self, events: Callable[[int, Path], Sequence[Event]] = lambda job, folder: ()):
        self._events = events
        self._news: list[Event] = []
        self._job = 0
        self.busy = False

    def start(self) -> None: ...

    def ask_device(self) -> None: ...

    def submit(self, request) -> int:
        self._job += 1
        self.busy = True
        self._news = list(self._events(self._job, request.output))
        return self._job

    def poll(self) -> list[Event]:
        news, self._news = self._news, []
        self.busy = self.busy and not news
        return news

    def cancel(self) -> None:
        self.busy, self._news = False, []

    close = cancel


class ModuleTestKit:
    """Mixed into the test class of the module: `widget`, `panel` and `ui` are those of the open module."""

    def openModule(self) -> None:
        """Show the module in its ordinary state: real packages, an idle run, default values."""
        representation = slicer.modules.fetalskullreconstruction.widgetRepresentation()
        if slicer.util.mainWindow() is not None:
            slicer.util.selectModule("FetalSkullReconstruction")
        elif not representation.isEntered:
            representation.enter()
        self.widget = representation.self()
        self.panel, self.ui = self.widget.panel, self.widget.ui
        self.panel.message.clear()
        self.set_packages(package_state, Installers())
        self.panel.enter()
        self.ui.samplesSpinBox.value = SAMPLES

    def tearDown(self) -> None:
        """Leave no run behind."""
        self.panel.cancel()
        if isinstance(self.panel.run._worker, FakeWorker):
            self.panel.run.close()
            self.panel.run = CaseRun(self.panel)

    def use_worker(self, worker: FakeWorker) -> None:
        """Put a stand-in in the place of the worker process, until the end of the test."""
        self.panel.run.close()
        self.panel.run = CaseRun(self.panel, worker)

    def set_packages(self, look: Callable[[], PackageState], installers: Installers) -> None:
        """Let the panel see other packages than this Python has."""
        self.panel.packages.look, self.panel.packages.installers = look, installers
        self.panel.packages.refresh()
        self.panel.refresh()

    def turn(self, seconds: float = 0.0) -> None:
        """Let the application live for a while."""
        end = time.monotonic() + seconds
        while True:
            slicer.app.processEvents()
            if time.monotonic() >= end:
                return
            time.sleep(0.005)

    def wait(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Let the application live until the condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, f"waited {seconds:g} s in vain; the panel says: {self.said}")
            self.turn(0.02)

    @property
    def said(self) -> str:
        """What the panel says now."""
        return f"{self.ui.applyButton.toolTip} | {self.panel.message.text}"

    def choose(self, **nodes: slicer.vtkMRMLVolumeNode | None) -> None:
        """Choose nodes as the user does, in the selectors."""
        for plane, node in nodes.items():
            getattr(self.ui, f"{plane}Selector").setCurrentNode(node)
        self.turn()

    def choose_sample(self, planes: Sequence[str] = ("axial",)) -> dict[str, slicer.vtkMRMLScalarVolumeNode]:
        """Load the sample case and choose those of its planes."""
        nodes = load_sample()
        self.choose(**{plane: nodes[plane] if plane in planes else None for plane in nodes})
        return nodes

    def press_apply(self) -> None:
        """Press the button; it must be possible."""
        self.assertTrue(self.ui.applyButton.enabled, self.said)
        self.ui.applyButton.click()

    def reconstruct(self) -> None:
        """Press Apply and wait for the end."""
        self.press_apply()
        self.wait(lambda: not self.panel.run.busy)
        self.assertEqual(self.panel.message.text, "")

    def image(self, shape: tuple[int, ...] = (96, 128), name: str = "picture", spacing_mm: float = 0.6):
        """A volume node with noise; spacing_mm in every direction. Four numbers in `shape`: the last are channels."""
        pixels = np.random.default_rng(0).integers(0, 255, (1, *shape) if len(shape) == 2 else shape, np.uint8)
        kind = "vtkMRMLVectorVolumeNode" if pixels.ndim == 4 else "vtkMRMLScalarVolumeNode"
        node = slicer.mrmlScene.AddNewNodeByClass(kind, name)
        slicer.util.updateVolumeFromArray(node, pixels)
        node.SetSpacing(spacing_mm, spacing_mm, spacing_mm)
        node.CreateDefaultDisplayNodes()
        return node

    def assert_refused(self, *words: str) -> None:
        """Apply is off, and tooltip and status line say why in one sentence with these words."""
        self.turn()
        self.assertFalse(self.ui.applyButton.enabled)
        self.assertEqual(self.ui.statusLabel.text, breakable(self.ui.applyButton.toolTip))
        for word in words:
            self.assertIn(word, self.ui.applyButton.toolTip)

    @staticmethod
    def node_ids() -> set[str]:
        """IDs of all nodes of the scene."""
        scene = slicer.mrmlScene
        return {scene.GetNthNode(index).GetID() for index in range(scene.GetNumberOfNodes())}
