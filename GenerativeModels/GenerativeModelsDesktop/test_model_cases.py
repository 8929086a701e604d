"""Tests of a module whose cases a model computes: seed, device, model folder, exported surfaces."""

from __future__ import annotations

import tempfile
from pathlib import Path

from GenerativeModelsDesktop.test_cases import CaseTests

__all__ = ["ModelCaseTests"]


class ModelCaseTests(CaseTests):
    """As `CaseTests`, of a panel with the widgets of seed, device and model folder."""

    def change_a_setting(self) -> None:
        """Another seed."""
        self.ui.seedSpinBox.value = 7

    def wait_for_the_worker(self) -> None:
        """Until it has found its device."""
        self.wait(lambda: bool(self.ui.deviceFoundLabel.text))

    def test_exported_surface(self) -> None:
        self.choose_valid_inputs()
        self.apply_and_wait()
        results = self.panel.results
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("stl", "ply", "glb"):
                self.assertTrue(results.export(Path(folder) / f"surface.{suffix}").stat().st_size > 1000)
            self.assertIsNone(results.export(Path(folder) / "surface.xyz"))
            self.assertIn(".xyz", self.panel.message.text)
            formats = Path(folder) / "formats"
            self.assertEqual(results.export_formats(["stl", "glb"], formats), formats)
            self.assertTrue(all(path.stat().st_size > 1000 for path in formats.iterdir()))
            self.assertIsNone(results.export_formats(["stl"], formats))
            self.assertIn("is there already", self.panel.message.text)

    def test_model_folder_that_is_none(self) -> None:
        self.choose_valid_inputs()
        with tempfile.TemporaryDirectory() as folder:
            self.ui.modelFolderEdit.text = folder
            self.assert_refused("no model bundle", "model.json")
        self.ui.modelFolderEdit.text = ""
        self.turn()
        self.assertTrue(self.ui.applyButton.enabled, self.said)
        self.assertIn("(bundled)", self.ui.modelFoundLabel.text)

    def test_model_bundle_in_parts_is_refused_in_the_words_of_a_window(self) -> None:
        self.choose_valid_inputs()
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "model.json").touch()
            self.ui.modelFolderEdit.text = folder
            self.turn()
            self.assertFalse(self.ui.applyButton.enabled)
            self.assertIn("give another one as the model folder", self.ui.modelFoundLabel.text)
        self.ui.modelFolderEdit.text = ""
