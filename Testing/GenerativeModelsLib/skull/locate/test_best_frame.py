"""The best frame of a clip: presence and agreement first, then the border that can be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.locate import best_frame as module
from GenerativeModelsLib.skull.locate.best_frame import best_frame
from GenerativeModelsLib.skull.planes.grey import BlankImage
from GenerativeModelsLib.skull.planes.image import PlaneClip, PlaneImage, plane_from_array

MODEL = SimpleNamespace(locator=None, border=None, device="cpu")


def clip_of(count: int, seen: list[int]) -> PlaneClip:
    """A clip whose frame k has the spacing k + 1 tenths of a mm, by which the stand-ins know it."""

    def read(number: int):
        seen.append(number)
        pixels = np.random.default_rng(number).integers(0, 255, (600, 600)).astype(np.uint8)
        return plane_from_array(pixels, (0.1 + number / 10_000, 0.1))

    return PlaneClip(count, "axial plane clip.dcm", read)


@pytest.fixture
def heads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give every frame a presence, an agreement and a visible share of its border, or None = no head."""

    def number_of(spacing_mm: tuple[float, float]) -> int:
        return round(10_000 * (spacing_mm[0] - 0.1))

    def give(of: Callable[[int], tuple[float, float, float] | None]) -> None:
        def locate(net, pixels, spacing_mm, plane, device, hidden):
            found = of(number_of(spacing_mm))
            return None if found is None else SimpleNamespace(presence=found[0], agreement=found[1], ellipse=None)

        def read_border(net, pixels, spacing_mm, ellipse, device, hidden):
            return SimpleNamespace(visible=np.full(8, of(number_of(spacing_mm))[2]))

        monkeypatch.setattr(module, "locate", locate)
        monkeypatch.setattr(module, "read_border", read_border)

    return give


def test_presence_times_agreement_decides(heads) -> None:
    heads(lambda k: None if k == 0 else (0.9, 0.99 if k == 3 else 0.9, 0.2 if k == 3 else 0.9))
    choice = best_frame(MODEL, clip_of(6, []), "axial").frame
    assert (choice.number, choice.count, choice.chosen) == (3, 6, "locator")
    assert choice.why == (
        "Frame 3 of the 6 frames, numbered from 0, was chosen by the locator out of 6: presence 0.90, agreement 0.99, "
        "20 % of the border visible."
    )


def test_among_frames_as_good_the_visible_border_decides(heads) -> None:
    heads(lambda k: (0.99, 0.97 + 0.001 * k, 0.8 if k == 2 else 0.5))
    choice = best_frame(MODEL, clip_of(5, []), "axial").frame
    assert choice.number == 2 and "80 % of the border visible, the most visible border of 5 frames" in choice.why


def test_a_long_clip_is_looked_at_in_steps_and_then_about_the_best(heads) -> None:
    heads(lambda k: (0.9, 0.99 - abs(k - 137) / 1000, 0.5))
    seen: list[int] = []
    assert best_frame(MODEL, clip_of(300, seen), "axial").frame.number == 137
    assert len(seen) == len(set(seen)) < 80, "no frame is read twice, and most are not read at all"


def test_a_clip_without_a_head_is_refused(heads) -> None:
    heads(lambda k: None if k % 2 else (0.1, 0.9, 0.5))
    with pytest.raises(
        InputError, match=r"The axial plane clip\.dcm shows no fetal head .* in any of 6 frames"
    ) as caught:
        best_frame(MODEL, clip_of(6, []), "axial")
    assert caught.value.field == "axial"


@pytest.mark.parametrize("black", [{0}, {1, 2}, set(range(6))])
def test_black_frames_are_passed_over(heads, black: set[int]) -> None:
    heads(lambda k: (0.9, 0.9 + k / 100, 0.5))
    clip = clip_of(6, [])

    def read(number: int) -> PlaneImage:
        return plane_from_array(np.zeros((600, 600), np.uint8), (0.1, 0.1)) if number in black else clip.read(number)

    with pytest.raises(BlankImage):
        read(min(black))
    if len(black) == 6:
        with pytest.raises(InputError, match=r"no fetal head .* in any of 6 frames"):
            best_frame(MODEL, replace(clip, read=read), "axial")
    else:
        assert best_frame(MODEL, replace(clip, read=read), "axial").frame.number == 5


def test_progress_is_told(heads) -> None:
    heads(lambda k: (0.9, 0.9, 0.5))
    told: list[tuple[str, float]] = []
    best_frame(MODEL, clip_of(4, []), "coronal", lambda *said: told.append(said))
    assert len(told) == 4 and all("best coronal frame" in words and 0 <= share <= 0.1 for words, share in told)


def test_rulers_and_text_are_looked_for_in_the_chosen_frame_alone(heads) -> None:
    heads(lambda k: (0.9, 0.99 if k == 3 else 0.9, 0.5))
    looked: list[PlaneImage] = []

    def drawn(image: PlaneImage) -> PlaneImage:
        looked.append(image)
        return replace(image, text_masked=True)

    found = best_frame(MODEL, replace(clip_of(6, []), drawn=drawn), "axial")
    assert len(looked) == 1 and found.text_masked and found.frame.number == 3
