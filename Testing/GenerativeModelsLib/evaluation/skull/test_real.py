import numpy as np
import pytest

from GenerativeModelsLib.evaluation.skull.real import ellipse_dice, run_templates
from GenerativeModelsLib.skull.shape.ellipse import Ellipse


def test_overlap_of_concentric_ellipses_in_closed_form():
    one, half = Ellipse((5.0, 3.0), 40.0, 30.0, 0.4), Ellipse((5.0, 3.0), 20.0, 15.0, 0.4)
    assert ellipse_dice(one, one) == pytest.approx(1.0)
    assert ellipse_dice(one, half) == pytest.approx(2 * 0.25 / 1.25, abs=0.005)


def test_turning_a_long_ellipse_loses_overlap():
    one, turned = Ellipse((0.0, 0.0), 40.0, 20.0, 0.0), Ellipse((0.0, 0.0), 40.0, 20.0, np.pi / 2)
    # Two ellipses at right angles, ratio 2: the intersection is 4 a b atan(b / a).
    assert ellipse_dice(one, turned) == pytest.approx(4 * np.arctan(0.5) / np.pi, abs=0.01)


def test_a_missing_data_folder_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="name the data folder with --data"):
        run_templates(tmp_path, tmp_path, 1, 0)
