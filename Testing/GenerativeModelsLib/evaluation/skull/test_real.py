from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import LEAST_HC_MM, Hc18Case
from GenerativeModelsLib.evaluation.skull import real
from GenerativeModelsLib.evaluation.skull.real import (
    Reading,
    departure,
    ellipse_dice,
    paired_departures,
    report,
    run_hc18,
)
from GenerativeModelsLib.skull.locate.locator import HeadFinding
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from Testing.helpers.painted import painted_pixels, picture_outline, picture_pose


def test_overlap_of_concentric_ellipses_in_closed_form():
    one, half = Ellipse((5.0, 3.0), 40.0, 30.0, 0.4), Ellipse((5.0, 3.0), 20.0, 15.0, 0.4)
    assert ellipse_dice(one, one) == pytest.approx(1.0)
    assert ellipse_dice(one, half) == pytest.approx(2 * 0.25 / 1.25, abs=0.005)


def test_turning_a_long_ellipse_loses_overlap():
    one, turned = Ellipse((0.0, 0.0), 40.0, 20.0, 0.0), Ellipse((0.0, 0.0), 40.0, 20.0, np.pi / 2)
    # Two ellipses at right angles, ratio 2: the intersection is 4 a b atan(b / a).
    assert ellipse_dice(one, turned) == pytest.approx(4 * np.arctan(0.5) / np.pi, abs=0.01)


@pytest.mark.parametrize(
    ("half", "share", "width", "cell"), [(4.0, 0.5, 8.0, "0.50 (8.0 mm wide)"), (None, None, None, "-")]
)
def test_pictures_are_measured_with_and_without_intervals(half, share, width, cell):
    """Circumferences of 200 mm and 210 mm read as 203 mm and 205 mm, one with the ellipse of the border at 198 mm."""
    made = report(
        [reading("1_HC.png", 200.0, 203.0, half, located=198.0), reading("2_HC.png", 210.0, 205.0, half)], "test"
    )
    figures = made.figures["groups"][f"HC >= {LEAST_HC_MM:.0f} mm"]
    assert figures["hc_mae_mm"] == pytest.approx(4.0) and figures["hc_bias_mm"] == pytest.approx(-1.0)
    assert figures["locator_hc_mae_mm"] == pytest.approx(3.5) and figures["locator_success"] == 1
    assert (figures["coverage90"], figures["interval_width_mm"]) == (share, width)
    assert cell in made.tables[0].rows[0] and len(made.tables[0].rows) == 1


def test_a_picture_that_is_refused_counts_as_not_located_and_is_named():
    made = report([reading("1_HC.png", 200.0, 203.0, 4.0), Reading("2_HC.png", 210.0, "shows no head")], "test")
    figures = made.figures["groups"][f"HC >= {LEAST_HC_MM:.0f} mm"]
    assert figures["refused"] == ["2_HC.png: shows no head"] and figures["locator_success"] == 0.5
    assert figures["hc_mae_mm"] == pytest.approx(3.0) and figures["verdicts"]["typical"] == 1


def test_gross_errors_are_counted_with_those_that_were_warned_of():
    rows = [("1_HC.png", 200.0, 230.0), ("2_HC.png", 200.0, 180.0), ("3_HC.png", 200.0, 209.0)]
    readings = [reading(*row, 4.0) for row in rows]
    readings[1:] = [replace(r, warned=True) for r in readings[1:]]
    made = report(readings, "test")
    figures = made.figures["groups"][f"HC >= {LEAST_HC_MM:.0f} mm"]
    assert (figures["gross"], figures["gross_warned"], figures["others_warned"]) == (2, 1, 1)
    assert made.tables[0].rows[0][-2:] == ["1 / 2", "1"]


def test_small_heads_have_a_row_of_their_own():
    heads = [reading("1_HC.png", 90.0, 91.0, 4.0), reading("2_HC.png", 210.0, 205.0, 4.0)]
    made = report([*heads, reading("3_HC.png", 130.0, 131.0, 4.0)], "final")
    large = f"HC >= {LEAST_HC_MM:.0f} mm"
    assert [row[0] for row in made.tables[0].rows] == [large, f"HC 110 to {LEAST_HC_MM:.0f} mm", "HC < 110 mm"]
    assert made.tables[0].title == "HC18 pictures that never steer development" and made.figures["part"] == "final"


def test_pictures_that_are_all_refused_make_no_table():
    with pytest.raises(InputError, match="none of the 2 pictures"):
        report([Reading(f"{n}_HC.png", 200.0, "shows no head") for n in range(2)], "test")


def test_heads_that_resemble_a_variant_are_counted():
    heads = [reading(f"{n}_HC.png", 200.0, 201.0, 4.0) for n in range(4)]
    heads[0] = replace(heads[0], variants={"lemon": 0.99, "trigonocephaly": 0.97, "scaphocephaly": 0.2})
    heads[1] = replace(heads[1], variants={"lemon": 0.94, "trigonocephaly": 0.2, "scaphocephaly": 0.2})
    figures = report(heads, "test").figures["groups"][f"HC >= {LEAST_HC_MM:.0f} mm"]
    assert figures["resembles"] == {"lemon": 0.25, "trigonocephaly": 0.0, "scaphocephaly": 0.0}


def reading(name: str, hc_mm: float, found: float, half: float | None, located: float | None = None) -> Reading:
    interval = None if half is None else (found - half, found + half)
    located = found if located is None else located
    return Reading(name, hc_mm, "", found, located, interval, 0.97, "typical", departure=np.zeros(64))


def test_pictures_of_one_examination_share_their_departure_whichever_side_is_left():
    """Departures are compared with their reflection too; different heads correlate by chance."""
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 0.01, (2, 64))
    mirror = (32 - np.arange(64)) % 64
    rows = [("1_HC.png", one), ("1_2HC.png", one[mirror]), ("2_HC.png", other)]
    readings = [Reading(name, 200.0, "", 200.0, 200.0, None, 0.97, "typical", departure=d) for name, d in rows]
    pairs = paired_departures(readings)
    assert pairs["pairs"] == 1 and pairs["same"] == pytest.approx(1) and pairs["other"] < 0.5
    assert paired_departures(readings[1:])["pairs"] == 0


def test_what_all_departures_share_is_left_out_of_their_own():
    """Heads with one symmetric departure in common and another of their own: different heads correlate by the first."""
    rng = np.random.default_rng(1)
    angle = np.arange(64) * 2 * np.pi / 64
    common = 0.02 * np.sin(3 * angle)  # the same on both sides of the line at a quarter turn
    own = 0.01 * rng.normal(size=(20, 64))
    readings = [
        Reading(f"{k}_{n}HC.png", 200.0, "", 200.0, 200.0, None, 0.97, "typical", departure=common + own[k])
        for k in range(20)
        for n in ("", "2")
    ]
    pairs = paired_departures(readings)
    assert pairs["common"] == pytest.approx(0.02 / np.sqrt(2), rel=0.05) and pairs["pairs"] == 20
    assert pairs["same"] == pairs["own_same"] == pytest.approx(1)
    assert pairs["other"] > 0.6 and abs(pairs["own_other"]) < 0.2


def test_the_departure_of_an_ellipse_is_zero_and_that_of_a_dent_is_at_its_angle():
    ellipse = Ellipse((50.0, 50.0), 35.0, 28.0, 0.3)
    forward = np.array([0.0, -1.0])
    found = HeadFinding("axial", None, None, ellipse, forward, None, 0.9, 0.97, 1.0)
    assert np.abs(departure([ellipse.points(400)], found)).max() < 1e-3
    points = ellipse.points(400)
    offset = points - ellipse.centre
    behind = offset[:, 1] / np.linalg.norm(offset, axis=1) > 0.98
    dented = np.asarray(ellipse.centre) + offset * np.where(behind, 0.9, 1.0)[:, None]
    assert np.argmin(departure([dented], found)) in range(14, 19)  # down, a quarter turn from the right
    assert np.isnan(departure([], found)).all()


@pytest.mark.parametrize(("final", "read"), [(False, 3), (True, 2)])
def test_a_part_of_the_pictures_is_read(monkeypatch, final, read):
    """With the networks that see painted planes; the part that never steers development only when asked for."""
    seen = []
    split = SimpleNamespace(test=["a", "b", "c"], final=["d", "e"])
    monkeypatch.setattr(real, "read_hc18", lambda folder: folder)
    monkeypatch.setattr(real, "split_hc18", lambda cases: split)
    monkeypatch.setattr(real, "read_picture", lambda bundle, job: seen.append(job) or reading("1_HC.png", 200, 201, 2))
    run_hc18(Path("bundle"), Path("data"), None, workers=1, final=final)
    assert [name for _, name in seen] == (split.final if final else split.test) and len(seen) == read
    seen.clear()
    run_hc18(Path("bundle"), Path("data"), 1, workers=1)
    assert seen == [(0, "a")]


def test_a_picture_is_reconstructed_from_its_axial_plane(tiny_model, tmp_path, monkeypatch):
    pose = picture_pose("axial", 0.3)
    shape = mean_head(250)
    Image.fromarray(painted_pixels(shape, pose)).save(tmp_path / "7_HC.png")
    Image.fromarray(np.eye(120, dtype=np.uint8) * 255).save(tmp_path / "8_HC.png")
    ellipse = fit_ellipse(picture_outline(shape, pose))
    monkeypatch.setattr(real, "_model", lambda bundle: tiny_model)
    good, none = (real.read_picture("b", (1, Hc18Case(tmp_path / f"{n}_HC.png", 1.1, ellipse, 250.0))) for n in (7, 8))
    assert good.dice > 0.98 and good.located_mm == pytest.approx(ellipse.perimeter, rel=0.01)
    assert good.found_mm == pytest.approx(250, rel=0.05) and good.interval90[0] < good.found_mm
    assert good.departure.shape == (64,) and np.abs(good.departure).max() < 0.1
    assert "shows no fetal head" in none.refused and none.name == "8_HC.png"
