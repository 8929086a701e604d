"""Translated pictures as an augmentation of the plane reader: which, how many, and with which outlines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("lightning")

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.synthesis.translate.domains import CINE_MR, HC18
from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.skull import reader_run
from GenerativeModelsLib.training.skull.config import TranslatedConfig
from GenerativeModelsLib.training.skull.reader_data import ReaderData
from GenerativeModelsLib.training.skull.translated import Translation
from Testing.GenerativeModelsLib.training.skull.test_reader_run import OPTIONS, config_file
from Testing.helpers.painted import shard_files
from Testing.helpers.tiny_translation import write_translation_bundle


def test_a_share_of_the_pictures_is_translated_and_the_others_stay(tmp_path: Path) -> None:
    bundle = write_translation_bundle(tmp_path / "bundle")
    translation = Translation.of(TranslatedConfig(bundle=bundle, share=0.3))
    assert translation.to == HC18
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60)).astype(np.uint8)
    found = [translation.applied(pixels, np.random.default_rng(number)) for number in range(60)]
    changed = [not np.array_equal(one, pixels) for one in found]
    assert 0.15 < np.mean(changed) < 0.45 and all(one.dtype == np.uint8 and one.shape == (40, 60) for one in found)
    first = changed.index(True)
    np.testing.assert_array_equal(translation.applied(pixels, np.random.default_rng(first)), found[first])


def test_a_bundle_that_does_not_lead_from_the_simulator_is_refused(tmp_path: Path) -> None:
    bundle = write_translation_bundle(tmp_path / "bundle", CINE_MR)
    with pytest.raises(InputError, match="leads from one-vendor to other-vendor and back, and not from simulated-ultr"):
        Translation.of(TranslatedConfig(bundle=bundle))


class Counted:
    """Translates every axial picture to black, which shows in the strip."""

    def __init__(self) -> None:
        self.given: list[np.ndarray] = []

    def applied(self, pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        self.given.append(pixels)
        return np.zeros_like(pixels)


def test_axial_pictures_alone_are_translated_and_keep_their_outlines(painted_bank: Path) -> None:
    counted = Counted()
    plain = ReaderData(shard_files(painted_bank), [], 30, 3)
    translated = ReaderData(shard_files(painted_bank), [], 30, 3, counted)
    axial = 0
    for number in range(12):
        one, other = plain[number], translated[number]
        assert torch.equal(one["radius"], other["radius"])
        is_axial = PLANES[int(one["plane"])] == "axial"
        axial += is_axial
        assert torch.equal(one["picture"], other["picture"]) != is_axial
    assert axial == len(counted.given) > 0


def test_the_training_translates_what_it_trains_on_and_not_what_it_validates_on(
    tmp_path: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    init = ReaderData.__init__

    def counted(self, files, real, length, seed=0, translation=None):
        made.append(translation)
        init(self, files, real, length, seed, translation)

    monkeypatch.setattr(reader_run.ReaderData, "__init__", counted)
    bundle = write_translation_bundle(tmp_path / "bundle")
    config = config_file(tmp_path, painted_bank, translated={"bundle": str(bundle), "share": 1.0})
    assert (train(config, **OPTIONS).folder / "reader.safetensors").is_file()
    training, validation = made
    assert training.share == 1.0 and validation is None
