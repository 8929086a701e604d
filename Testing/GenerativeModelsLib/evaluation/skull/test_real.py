from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.data import hc18
from GenerativeModelsLib.evaluation.skull import real
from GenerativeModelsLib.evaluation.skull.real import ellipse_dice, run_hc18, run_templates
from GenerativeModelsLib.skull.shape.ellipse import Ellipse


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
def test_pictures_are_measured_with_and_without_intervals(tmp_path, monkeypatch, half, share, width, cell):
    """Circumferences of 200 mm and 210 mm read as 203 mm and 205 mm."""
    ellipse = Ellipse((50.0, 50.0), 35.0, 28.0, 0.0)
    values = iter([203.0, 205.0])

    def found(model, images, seed):
        value = next(values)
        hc = SimpleNamespace(value=value, interval90=None if half is None else (value - half, value + half))
        plane = SimpleNamespace(finding=SimpleNamespace(ellipse=ellipse))
        verdict = SimpleNamespace(verdict="typical")
        return SimpleNamespace(biometry=SimpleNamespace(hc_mm=hc), planes={"axial": plane}, in_distribution=verdict)

    def case(hc_mm):
        return SimpleNamespace(
            pixels=lambda: np.eye(100), spacing_mm=1.0, ellipse=ellipse, hc_mm=hc_mm, path=Path("a.png")
        )

    monkeypatch.setattr(hc18, "read_hc18", lambda folder: [case(200.0), case(210.0)])
    monkeypatch.setattr(hc18, "split_hc18", lambda cases: SimpleNamespace(test=cases))
    monkeypatch.setattr(real, "load_skull_model", lambda bundle: None)
    monkeypatch.setattr(real, "reconstruct", found)
    made = run_hc18(tmp_path, tmp_path, None)
    assert made.figures["hc_mae_mm"] == pytest.approx(4.0) and made.figures["hc_bias_mm"] == pytest.approx(-1.0)
    assert (made.figures["coverage90"], made.figures["interval_width_mm"]) == (share, width)
    assert cell in made.tables[0].rows[0]


def test_a_missing_data_folder_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="name the data folder with --data"):
        run_templates(tmp_path, tmp_path, 1, 0)
