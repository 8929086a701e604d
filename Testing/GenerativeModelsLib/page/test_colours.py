import numpy as np
import pytest

from GenerativeModelsLib.page.colours import COLOURS, colour_map, colour_table, fitted_range, rgb


def lightness(colours: np.ndarray) -> np.ndarray:
    """CIE L* of colours (N, 3) from 0 to 1."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return 116 * np.cbrt(linear @ (0.2126, 0.7152, 0.0722)) - 16


def test_the_colours_are_the_lighter_part_of_viridis() -> None:
    from matplotlib import colormaps

    viridis = np.array(colormaps["viridis"].colors)
    at = 0.3 + 0.7 * np.linspace(0, 1, 256)
    expected = np.stack([np.interp(at, np.linspace(0, 1, 256), viridis[:, k]) for k in range(3)], axis=1)
    assert np.abs(colour_table() / 255 - expected).max() < 1.3 / 255
    assert np.abs(colour_map()(np.linspace(0, 1, 256))[:, :3] - expected).max() < 4 / 255
    assert COLOURS[0] == "#345f8d" and COLOURS[-1] == "#fde725"


def test_a_written_colour_becomes_three_shares() -> None:
    assert rgb("#00ff33") == (0.0, 1.0, 0.2)


def test_lightness_rises_in_equal_steps_from_a_light_low_end() -> None:
    steps = lightness(colour_table()[::51] / 255)
    assert steps[0] > 38 and np.diff(steps) == pytest.approx(np.diff(steps).mean(), rel=0.05)


@pytest.mark.parametrize(
    ("values", "step", "ends"),
    [
        (np.linspace(0.48, 0.88, 1000), 0.5, (0.0, 1.0)),
        (np.linspace(0.48, 0.88, 1000), 0.1, (0.4, 0.9)),
        ([0.5, 0.6], 0.1, (0.5, 0.6)),
        ([3.0, 3.0, np.nan, np.inf], 0.5, (3.0, 3.5)),
        ([0.0, *[1.2] * 200, 99.0], 0.5, (1.0, 1.5)),
        ([-1.2, 0.4], 1.0, (-2.0, 1.0)),
    ],
)
def test_a_fitted_range_contains_nearly_all_values_and_ends_at_steps(values, step, ends) -> None:
    assert fitted_range(np.array(values), step) == ends


def test_no_range_fits_unknown_values() -> None:
    with pytest.raises(ValueError, match="no value is finite"):
        fitted_range(np.array([np.nan, np.inf]))
