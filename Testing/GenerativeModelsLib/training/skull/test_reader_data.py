"""Strips and pictures for the plane reader, from painted planes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.skull.locate.canonical import PICTURE_SIZE, STANDARD_AXES
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.locate.strip import ANGLES, INNER, OUTER, RADII, bin_centres
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from GenerativeModelsLib.training.skull import reader_data as module
from GenerativeModelsLib.training.skull.bank import Shard, shard_path
from GenerativeModelsLib.training.skull.reader_data import (
    ReaderData,
    jittered_ellipse,
    jittered_strip,
    upright_window,
)
from Testing.helpers.painted import GreyLevelBorder, ring, shard_files

BIN = (OUTER - INNER) / RADII


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, painted_bank: Path) -> Hc18Case:
    from PIL import Image

    shard = Shard.load(shard_path(painted_bank, 0))
    path = tmp_path_factory.mktemp("hc18") / "a.png"
    Image.fromarray(np.kron(shard.images[0, 0], np.ones((2, 2), np.uint8))).save(path)
    spacing = float(shard.spacing[0, 0, 0])
    outline = shard.outline[0, 0].astype(float) + spacing / 4  # the centre of the first of the smaller pixels
    ellipse = fit_ellipse(outline)
    return Hc18Case(path, spacing / 2, ellipse, ellipse.perimeter)


def data(painted_bank: Path, real: list[Hc18Case], seed: int = 3) -> ReaderData:
    return ReaderData(shard_files(painted_bank), real, 50, seed)


@settings(max_examples=30, deadline=None)
@given(st.floats(25, 50), st.floats(0.7, 1.0), st.floats(0, 3.1), st.integers(0, 1000))
def test_a_jittered_ellipse_is_an_ellipse_near_the_given_one(a: float, ratio: float, angle: float, seed: int) -> None:
    given_ = Ellipse((60.0, 50.0), a, ratio * a, angle)
    same = jittered_ellipse(given_, np.random.default_rng(seed), 0.0)
    assert same.centre == given_.centre and (same.semi_major, same.semi_minor) == (a, ratio * a)
    found = jittered_ellipse(given_, np.random.default_rng(seed), 1.0)
    assert found.semi_major >= found.semi_minor and 0 <= found.angle_rad < np.pi
    # the outline moves by some per cent, also where the axes have changed places
    distance = np.linalg.norm(found.points(200)[:, None] - given_.points(400), axis=-1).min(1)
    assert distance.max() < 0.3 * a


def test_the_error_of_the_ellipse_has_the_strength_asked_for(rng: np.random.Generator) -> None:
    given_ = Ellipse((60.0, 50.0), 50.0, 35.0, 1.0)
    for strength in (0.3, 1.0):
        drawn = [jittered_ellipse(given_, rng, strength) for _ in range(500)]
        assert np.std([e.centre[0] for e in drawn]) == pytest.approx(strength * 0.025 * np.sqrt(50 * 35), rel=0.15)
        assert np.std([np.log(e.semi_major) for e in drawn]) == pytest.approx(strength * 0.04, rel=0.15)
        assert np.std([e.angle_rad for e in drawn]) == pytest.approx(strength * 0.08, rel=0.15)


def test_jittered_strips_stay_in_range_and_black_outside(rng: np.random.Generator) -> None:
    strip = ring(np.ones(ANGLES))
    strip[:, :, -6:] = 0
    changed = 0
    for _ in range(40):
        before = strip.copy()
        found = jittered_strip(strip, rng)
        assert found.dtype == np.float32 and found.min() >= 0 and found.max() <= 1.25
        assert found[0, :, -6:].max() == 0
        np.testing.assert_array_equal(found[1], strip[1])
        np.testing.assert_array_equal(strip, before)
        changed += not np.allclose(found, strip, atol=0.05)
    assert changed > 30


@pytest.mark.parametrize("plane", PLANES)
def test_the_window_of_a_frame_is_upright_but_for_its_error(painted_bank: Path, plane: str) -> None:
    """Its down is that of the standard plane; its right too, mirrored or not, in a sagittal picture."""
    shard, k = Shard.load(shard_path(painted_bank, 0)), PLANES.index(plane)
    rng, turns, sizes, mirrored = np.random.default_rng(0), [], [], set()
    for i in range(len(shard.images)):
        _, u, v = frame = shard.frames[i, k].astype(float)
        ellipse = fit_ellipse(shard.outline[i, k].astype(float))
        for _ in range(20):
            window = upright_window(frame, plane, ellipse, 60.0, rng)
            right, down = (a[0] * u + a[1] * v for a in (window.right, window.down))
            np.testing.assert_allclose([right @ right, down @ down, right @ down], [1, 1, 0], atol=1e-5)
            standard_right, standard_down = STANDARD_AXES[plane]
            assert down @ standard_down > 0.75
            turns.append(np.arctan2(*(down @ axis for axis in (standard_right, standard_down))))
            sizes.append(np.log(window.half_width_mm / 60))
            mirrored.add(window.mirrored)
            assert np.linalg.norm(window.centre_mm - ellipse.centre) < 8
            if plane == "sagittal":
                assert right @ standard_right > 0.75
    assert 0.06 < np.std(turns) < 0.2 and np.std(sizes) == pytest.approx(0.03, rel=0.4)
    assert mirrored == ({True, False} if plane == "sagittal" else {False})


def test_an_item_is_its_number(painted_bank: Path, real: Hc18Case) -> None:
    one, same, other = (data(painted_bank, [real])[i] for i in (17, 17, 18))
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert not torch.equal(one["strip"], other["strip"])
    assert not torch.equal(one["strip"], data(painted_bank, [real], seed=4)[17]["strip"])
    assert len(data(painted_bank, [])) == 50


def test_items_of_every_kind_come_and_say_what_is_known(painted_bank: Path, real: Hc18Case) -> None:
    source = data(painted_bank, [real])
    items = [source[i] for i in range(80)]
    for item in items:
        assert item["strip"].shape == (2, ANGLES, RADII) and item["picture"].shape == (PICTURE_SIZE, PICTURE_SIZE)
        assert {item[name].shape for name in ("radius", "echo", "clear", "visible")} == {(ANGLES,)}
        if not item["real"]:
            assert torch.equal(item["clear"], item["visible"]) and torch.equal(item["echo"], item["radius"])
        assert {value.dtype for key, value in item.items() if key != "plane"} == {torch.float32}
        assert item["oriented"] == 1 - item["real"]
        assert item["real"] == 0 or (item["plane"] == 0 and not item["picture"].any())
    assert 0.2 < np.mean([float(item["real"]) for item in items]) < 0.5
    simulated = [item for item in items if not item["real"]]
    assert {int(item["plane"]) for item in simulated} == {0, 1, 2}
    assert 0.25 < np.mean([float(item["upright"]) for item in simulated]) < 0.75
    alone = data(painted_bank, [])
    assert not any(alone[i]["real"] for i in range(20))


def test_the_known_radius_is_that_of_the_border_in_the_strip(
    painted_bank: Path, real: Hc18Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the error of the strip's ellipse, and reflected or not; of a real picture it is the ellipse's."""
    monkeypatch.setattr(module, "jittered_strip", lambda strip, rng: strip)
    source = data(painted_bank, [real])
    for i in range(40):
        item = source[i]
        mean, _ = GreyLevelBorder()(item["strip"][None]).moments(torch.from_numpy(bin_centres()).float())
        inside = (item["radius"] > INNER + 0.05) & (item["radius"] < OUTER - 0.05)
        error = (mean[0] - item["radius"])[inside].abs() / BIN
        # a head departs from its ellipse by a few per cent, and from the edge of its pixels by half a bin
        assert error.mean() < (3 if item["real"] else 0.8), i


def test_what_a_shadow_hides_is_neither_visible_nor_clear(
    painted_bank: Path, real: Hc18Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the angles are black in the strip that the network sees."""
    half = ANGLES // 2

    def shadow(strip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        dark = strip.copy()
        dark[0, :half] = 0
        return dark

    monkeypatch.setattr(module, "jittered_strip", shadow)
    source = data(painted_bank, [real])
    items = [source[i] for i in range(30)]
    for name in ("visible", "clear"):
        assert not any(item[name][:half].any() for item in items)
    assert any(item["visible"][half:].any() for item in items)


def test_the_clear_border_of_a_real_picture_moves_with_the_strip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bright outline with three corners, annotated by an ellipse: the echo is where it is, in every strip."""
    from PIL import Image

    monkeypatch.setattr(module, "jittered_strip", lambda strip, rng: strip)
    v, u = np.mgrid[:220, :260] * 0.5 - np.array([54.0, 64.0])[:, None, None]
    phi = np.arctan2(v, u)
    off = np.hypot(u, v) - 40 * (1 + 0.02 * np.cos(3 * phi))
    Image.fromarray((40 + 160 * np.exp(-0.5 * (off / 0.8) ** 2)).astype(np.uint8)).save(tmp_path / "a.png")
    case = Hc18Case(tmp_path / "a.png", 0.5, Ellipse((64.0, 54.0), 40.0, 40.0, 0.0), 2 * np.pi * 40)
    source = ReaderData([], [case], 50, 1)
    monkeypatch.setattr(module, "REAL_SHARE", 1.0)
    for i in range(6):
        item = source[i]
        assert item["clear"].mean() > 0.8
        strip, radius = item["strip"][0].numpy(), item["echo"].numpy()
        brightest = bin_centres()[strip.argmax(1)]
        clear = item["clear"].numpy() > 0
        error = (radius - brightest)[clear]
        assert np.abs(error - error.mean()).mean() < 0.7 * BIN and abs(error.mean()) < 0.03
        assert np.abs(item["radius"].numpy() - brightest)[clear].max() > np.abs(error - error.mean()).mean() + 0.01


def test_upright_pictures_have_the_bright_quarters_where_an_upright_head_has_them(painted_bank: Path) -> None:
    """Painted heads are bright in front and, less so, above; see `LEVELS`."""
    source, n = data(painted_bank, []), PICTURE_SIZE // 2
    kinds = set()

    def lit(grey: np.ndarray) -> float:
        return grey[grey > 0.2].mean()

    for i in range(60):
        item = source[i]
        grey = item["picture"].numpy()
        assert grey.min() >= 0 and grey.max() <= 1.5
        up, left = lit(grey[:n]) - lit(grey[n:]), lit(grey[:, :n]) - lit(grey[:, n:])
        assert ((left if item["plane"] == 1 else up) > 0) == bool(item["upright"])
        kinds.add((int(item["plane"]), int(item["upright"])))
        if item["plane"] == 1:  # the vertex is up in both orientations, as `HeadFinding.turned` leaves it
            assert up > 0
    assert len(kinds) == 6
