"""Tests of a module in a Slicer without torch, network or the PyTorch extension, and of the messages it then shows."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import slicer

from GenerativeModelsDesktop import package_install
from GenerativeModelsDesktop.package_install import Installers, PackageState
from GenerativeModelsDesktop.test_kit import ModuleTestKit
from GenerativeModelsLib.errors import InputError

__all__ = ["PackageTests"]

LACKING = PackageState(True, ("pydantic>=2.8",))
WHOLE = PackageState(False, ())


class PackageTests(ModuleTestKit):
    """Base of every module's test class. Nothing is installed by these tests."""

    def test_missing_packages_are_offered_and_apply_waits(self) -> None:
        self.choose_valid_inputs()
        self.set_packages(lambda: LACKING, Installers())
        self.assertTrue(self.ui.firstRunFrame.isVisibleTo(self.ui.firstRunFrame.parent()))
        self.assertIn("PyTorch", self.ui.firstRunLabel.text)
        self.assertIn("MB", self.ui.firstRunLabel.text)
        self.assert_refused("Python packages are missing")

    def test_installing_makes_the_panel_disappear(self) -> None:
        self.choose_valid_inputs()
        done = []
        installers = Installers(lambda: done.append("torch"), lambda packages, title: done.extend([*packages, title]))
        self.set_packages(lambda: WHOLE if len(done) == 3 else LACKING, installers)
        self.ui.firstRunButton.click()
        self.assertEqual(done, ["torch", "pydantic>=2.8", self.module.title])
        self.assertFalse(self.ui.firstRunFrame.isVisibleTo(self.ui.firstRunFrame.parent()))
        self.assertTrue(self.ui.applyButton.enabled, self.said)

    def test_offline_says_what_to_do(self) -> None:
        def no_network() -> None:
            raise subprocess.CalledProcessError(1, ["pip", "install"])

        self.set_packages(lambda: LACKING, Installers(no_network, lambda packages, title: None))
        self.ui.firstRunButton.click()
        self.assertIn("network", self.ui.firstRunStatusLabel.text)
        self.assertIn("Offline installation", self.ui.firstRunStatusLabel.text)
        self.assertIn(package_install.HOMEPAGE, self.ui.firstRunStatusLabel.text)

    def test_packages_still_missing_afterwards_are_named(self) -> None:
        self.set_packages(lambda: LACKING, Installers(lambda: None, lambda packages, title: None))
        self.ui.firstRunButton.click()
        self.assertIn("torch, pydantic>=2.8", self.ui.firstRunStatusLabel.text)

    def test_half_installed_package_says_how_to_repair_it(self) -> None:
        sentence = "The Python package torch is only half installed: uninstall it, restart, and install it again."
        self.set_packages(lambda: PackageState(False, (), sentence), Installers())
        self.assertEqual(self.ui.firstRunLabel.text, sentence)
        self.assertFalse(self.ui.applyButton.enabled)

    def test_pytorch_extension_absent(self) -> None:
        absent = mock.patch.dict(sys.modules, {"PyTorchUtils": None})
        with absent, self.assertRaisesRegex(InputError, "Extensions Manager"):
            package_install._install_torch()

    def test_pytorch_is_asked_for_by_the_names_of_its_extension(self) -> None:
        asked = {}

        class PyTorchUtilsLogic:
            def installTorch(
                self,
                askConfirmation=False,
                forceComputationBackend=None,
                torchVersionRequirement=None,
                torchvisionVersionRequirement=None,
            ):
                asked.update(consent=askConfirmation, requirement=torchVersionRequirement)

        extension = mock.patch.dict(sys.modules, {"PyTorchUtils": SimpleNamespace(PyTorchUtilsLogic=PyTorchUtilsLogic)})
        with extension, self.assertRaisesRegex(InputError, "Nothing was installed, as you wished"):
            package_install._install_torch()
        self.assertEqual(asked["consent"], True)
        self.assertTrue(asked["requirement"].startswith(">="))

    def test_pip_must_keep_slicers_own_packages(self) -> None:
        asked = {}

        def pip_ensure(requirements, constraints=None, requester=None):
            asked.update(
                requester=requester, requirements=requirements, pins=Path(constraints).read_text(encoding="utf-8")
            )

        with mock.patch.dict(sys.modules, {"slicer.packaging": SimpleNamespace(pip_ensure=pip_ensure)}):
            package_install._install_packages(["pydantic>=2.8"], "A module")
        self.assertEqual((asked["requester"], asked["requirements"]), ("A module", ["pydantic>=2.8"]))
        self.assertIn("numpy==", asked["pins"])

    def test_slicer_5_10_asks_before_pip(self) -> None:
        installed = []

        def slicer_5_10(consent: bool) -> ExitStack:
            stack = ExitStack()
            stack.enter_context(mock.patch.dict(sys.modules, {"slicer.packaging": None}))
            stack.enter_context(mock.patch.object(slicer.util, "pip_install", installed.append))
            stack.enter_context(mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=consent))
            return stack

        with slicer_5_10(consent=False), self.assertRaisesRegex(InputError, "Nothing was installed"):
            package_install._install_packages(["pydantic>=2.8"], "A module")
        self.assertEqual(installed, [])
        with slicer_5_10(consent=True):
            package_install._install_packages(["pydantic>=2.8"], "A module")
        self.assertEqual(installed[0][-1], "pydantic>=2.8")
