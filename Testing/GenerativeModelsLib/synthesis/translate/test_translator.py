"""Generators on images of any size: their scale, their grey values, and what is finer than they see."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from GenerativeModelsLib.models.translation import LookGenerator
from GenerativeModelsLib.synthesis.translate.domains import CINE_MR, ULTRASOUND
from GenerativeModelsLib.synthesis.translate.translator import LinearTone, Scale, Translator, at_scale, greys_of
from Testing.helpers.tiny_translation import NETWORK, some_generator


def translator(net: LookGenerator, modality: str = ULTRASOUND) -> Translator:
    scale = Scale(rows=32) if modality == ULTRASOUND else Scale(grid_mm=2.0)
    return Translator({"a": LookGenerator(**NETWORK).eval(), "b": net}, modality, scale)


def picture(rows: int = 80, columns: int = 120) -> np.ndarray:
    row, column = np.mgrid[:rows, :columns]
    waves = 100 + 60 * np.sin(row / 9) + 40 * np.cos(column / 13)
    return (waves + np.random.default_rng(0).normal(0, 5, waves.shape)).clip(0, 255).astype(np.float32)[None]


@given(arrays(np.float32, (6, 5), elements=st.floats(0, 200, width=32)), st.floats(1, 300))
def test_grey_values_come_back_up_to_white(values: np.ndarray, white: float) -> None:
    tone = LinearTone(white)
    seen = tone.seen(values)
    assert seen.min() >= -1 and seen.max() <= 1
    np.testing.assert_allclose(tone.grey(seen), np.minimum(values, np.float32(white)), atol=1e-3)


def test_the_scale_is_that_of_the_picture_or_that_of_the_millimetres() -> None:
    assert Scale(rows=160).size((540, 800)) == (160, 237)
    assert Scale(grid_mm=1.25).size((100, 200), np.array([2.5, 1.25])) == (200, 200)


def test_pixels_that_become_coarser_are_averaged() -> None:
    fine = np.indices((64, 64)).sum(0) % 2
    coarse = at_scale(fine[None].astype(np.float32), (16, 16))
    assert coarse.shape == (1, 16, 16) and float(coarse[:, 2:-2, 2:-2].std()) < 0.02


@pytest.mark.parametrize("modality", [ULTRASOUND, CINE_MR])
def test_generators_that_begin_change_nothing(modality: str) -> None:
    """Nor do they blur: the curve is applied to the pixels as they are."""
    values = picture()
    made = translator(some_generator(), modality).translate(values, "a", 3, np.ones(2))
    tone = greys_of(modality, values)
    np.testing.assert_allclose(made.values, tone.grey(tone.seen(values)), atol=0.2)
    assert made.values.dtype == np.float32 and made.device == "cpu" and made.warnings == ()


def test_the_same_seed_gives_the_same_image_and_another_seed_another() -> None:
    works = translator(some_generator(strength=1.0))
    one, same, other = (works.translate(picture(), "b", seed).values for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other) and works.source_of("b") == "a"


def test_a_change_keeps_to_the_reach_on_every_pixel() -> None:
    net = some_generator(strength=5.0)
    values = picture()
    made = translator(net).translate(values, "b").values
    tone = greys_of(ULTRASOUND, values)
    curve = tone.grey(net.tone(torch.from_numpy(tone.seen(values))).numpy())
    assert np.abs(made - curve).max() <= 0.01 * net.reach * tone.white + 1e-3 and np.abs(made - curve).max() > 1


def test_more_slices_than_a_batch_are_those_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.concatenate([picture() * share for share in (1.0, 0.7, 0.5)])
    works = translator(some_generator(strength=1.0))
    whole = works.translate(values, "b", 1).values
    monkeypatch.setattr("GenerativeModelsLib.synthesis.translate.translator._BATCH", 2)
    np.testing.assert_allclose(works.translate(values, "b", 1).values, whole, atol=1e-3)
