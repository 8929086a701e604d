import numpy as np

from GenerativeModelsLib.skull.planes.sector import sector_mask, sector_outline


def a_fan() -> tuple[np.ndarray, np.ndarray]:
    """Grey levels (120, 160) of a fan with a shadow and a hole, and where the fan is."""
    row, column = np.mgrid[:120, :160]
    fan = (np.abs(column - 80) <= 15 + 0.5 * row) & (row < 100)
    pixels = np.where(fan, 100, 0)
    pixels[40:60, 60:90] = 0
    pixels[30:100, 100:112] = 0
    return pixels, fan


def test_the_sector_is_whole_and_convex_whatever_is_black_in_it() -> None:
    pixels, fan = a_fan()
    mask = sector_mask(pixels)
    assert mask[fan].all() and (mask & ~fan).sum() < 0.02 * fan.sum()
    corners = sector_outline(pixels)
    sides = np.roll(corners, -1, axis=0) - corners
    turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
    assert (turns > 0).all() or (turns < 0).all()
    assert corners.min() >= -0.5 and corners[:, 1].max() == 99.5


def test_letters_marks_and_faint_noise_around_the_sector_are_not_of_it() -> None:
    pixels, _ = a_fan()
    expected = sector_mask(pixels)
    pixels[4:9, 4:30:3] = 255
    pixels[115, 5] = 255
    pixels[110:, :] = np.maximum(pixels[110:, :], 6)
    np.testing.assert_array_equal(sector_mask(pixels), expected)


def test_without_a_sector_it_is_the_whole_image() -> None:
    for pixels in (np.zeros((30, 40)), np.full((30, 40), np.nan), np.full((1, 1), 200)):
        rows, columns = pixels.shape
        assert sector_mask(pixels).all()
        outline = sector_outline(pixels)
        assert outline.min(axis=0).tolist() == [-0.5, -0.5]
        assert outline.max(axis=0).tolist() == [columns - 0.5, rows - 0.5]


def test_a_bright_image_reaches_to_its_corners() -> None:
    outline = sector_outline(np.full((30, 40), 90))
    assert {tuple(corner) for corner in outline} == {(-0.5, -0.5), (39.5, -0.5), (39.5, 29.5), (-0.5, 29.5)}
