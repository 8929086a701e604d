"""What is said of rulers and text in a picture, and what is blanked."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes import stored
from GenerativeModelsLib.skull.planes.drawn_in import (
    ruler_offers,
    ruler_side,
    ruler_spacings,
    ruler_warnings,
    text_warning,
)
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array, read_plane
from GenerativeModelsLib.skull.planes.ruler import Ruler
from Testing.helpers.drawn_over import sector, text, upright_ruler

SIZE = (360, 480)


def ruler(tick_px: float, *, column: float = 10.0, across: bool = False) -> Ruler:
    end = 12 + 10 * tick_px
    ends = ((12.0, 350.0), (end, 350.0)) if across else ((column, 12.0), (column, end))
    return Ruler(*ends, 11, tick_px, 0.01)


def test_a_ruler_lies_on_a_side() -> None:
    assert [ruler_side(r, SIZE) for r in (ruler(20), ruler(20, column=470), ruler(20, across=True))] == [
        *("left", "right", "bottom")
    ]
    assert ruler_side(Ruler((12.0, 5.0), (412.0, 5.0), 21, 20.0, 0.01), SIZE) == "top"


def test_one_ruler_gives_square_pixels_and_two_may_give_oblong_ones() -> None:
    assert ruler_spacings([], 5.0) is None
    assert ruler_spacings([ruler(20)], 5.0) == (0.25, 0.25) == ruler_spacings([ruler(20, across=True)], 5.0)
    assert ruler_spacings([ruler(20), ruler(25, across=True)], 5.0) == (0.25, 0.2)
    assert ruler_spacings([ruler(25, across=True), ruler(20)], 5.0) == (0.25, 0.2)
    assert ruler_spacings([ruler(20), ruler(50, across=True)], 5.0) == (0.25, 0.2)  # its ticks are 10 mm apart
    assert ruler_spacings([ruler(20), ruler(29, across=True)], 5.0) == (0.25, 0.25)


def test_a_ruler_is_offered_with_both_distances() -> None:
    assert ruler_offers([], SIZE, "axial") == ""
    assert ruler_offers([ruler(61.2)], SIZE, "axial").replace("\x1f", "|") == (
        "; the ruler on its left side has ticks every 61.2 pixels, which makes |axial_spacing_mm| 0.1634 if they are "
        "10 mm apart or 0.0817 if they are 5 mm apart"
    )
    assert "0.4,0.5 if they are 10 mm apart" in ruler_offers([ruler(25), ruler(20, across=True)], SIZE, "axial")


@pytest.mark.parametrize("tick", [1.0, 5.0, 10.0, 50.0])
@pytest.mark.parametrize("off", [0.975, 1.0, 1.025])
def test_a_spacing_that_a_ruler_bears_out_needs_no_warning(tick: float, off: float) -> None:
    spacing = off * tick / 20
    assert ruler_warnings([ruler(20)], (spacing, 9.0), SIZE, "axial plane a.png") == []


@pytest.mark.parametrize("off", [0.7, 0.96, 1.04, 1.3])
def test_a_spacing_that_contradicts_a_ruler_is_warned_of(off: float) -> None:
    (warning,) = ruler_warnings([ruler(20)], (off * 0.25, off * 0.25), SIZE, "axial plane a.png")
    assert warning.kind == "scale" and warning.startswith("Check the spacing: axial plane a.png shows a ruler on its")
    assert f"{5 * off:.2f} mm apart" in warning and "0.5 mm if 10 mm apart or 0.25 mm if 5 mm apart" in warning


def test_rulers_of_two_scales_are_told_with_and_without_a_spacing() -> None:
    two = [ruler(20), ruler(29, column=470)]
    (warning,) = ruler_warnings(two, (0.25, 0.25), SIZE, "axial plane a.png")
    assert "rulers of two scales, with ticks every 20.0 and every 29.0 pixels" in warning
    assert ruler_offers(two, SIZE, "axial").startswith("; it shows rulers of two scales")
    one_scale = [ruler(20), ruler(40.3, column=470)]
    assert ruler_warnings(one_scale, (0.25, 0.25), SIZE, "a") == []
    assert "ruler on its left side" in ruler_offers(one_scale, SIZE, "axial")


def test_text_is_told_as_found_or_as_blanked() -> None:
    assert text_warning([], "a", masked=True) == []
    (found,) = text_warning([(0, 0, 9, 9)], "axial plane a.png", masked=False)
    (blanked,) = text_warning([(0, 0, 9, 9)] * 2, "axial plane a.png", masked=True)
    assert found.kind == blanked.kind == "text"
    assert found.startswith("axial plane a.png has text drawn into it in one place, which may name the patient")
    assert "found in 2 places and blanked; look whether any is left" in blanked


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture with a ruler of ticks 20 pixels apart and a name, as a file."""
    drawn, _ = text(upright_ruler(sector(SIZE), 10, 20.0), "SMITH, ANNA", (370, 8))
    path = tmp_path_factory.mktemp("pictures") / "head.png"
    Image.fromarray(drawn).save(path)
    return path


def read(picture: Path, **options) -> PlaneImage:
    return read_plane(picture, **({"spacing_mm": (0.25, 0.25)} | options))


def test_a_file_is_read_with_what_is_drawn_into_it(picture: Path) -> None:
    plane = read(picture)
    assert [ruler.tick_px for ruler in plane.rulers] == pytest.approx([20], abs=0.05) and len(plane.text) == 1
    assert not plane.text_masked and [warning.kind for warning in plane.warnings] == ["text"]
    assert plane.warnings[0].startswith("axial plane head.png has text")  # without its folder
    wrong = read(picture, spacing_mm=(0.325, 0.325))
    assert [warning.kind for warning in wrong.warnings] == ["scale", "text"]
    assert "6.50 mm apart at the spacing of 0.325 mm" in wrong.warnings[0]


def test_text_is_blanked_and_nothing_else(picture: Path) -> None:
    plain, blanked = read(picture), read(picture, mask_text=True)
    (box,) = blanked.text
    x0, y0, x1, y1 = box
    assert blanked.text_masked and blanked.pixels[y0:y1, x0:x1].max() == 0 < plain.pixels[y0:y1, x0:x1].max()
    changed = plain.pixels != blanked.pixels
    changed[y0:y1, x0:x1] = False
    assert not changed.any() and "blanked; look whether any is left" in blanked.warnings[0]


def test_a_picture_without_spacing_is_offered_its_ruler(picture: Path) -> None:
    words = (
        r"give axial_spacing_mm in mm, pixel_spacing_mm, or axial_length; the ruler on its left side has ticks every "
        r"20\.0 pixels, which makes axial_spacing_mm 0\.5 if they are 10 mm apart or 0\.25 if they are 5 mm apart\.$"
    )
    with pytest.raises(InputError, match=words):
        read(picture, spacing_mm=None)


def test_of_a_very_large_picture_the_spacing_of_its_file_is_offered(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError) as small:
        read_plane(picture)
    with Image.open(picture) as opened:
        opened.resize((2 * opened.width, 2 * opened.height), Image.Resampling.NEAREST).save(tmp_path / "large.png")
        monkeypatch.setattr(stored, "MAX_SIDE_PX", max(opened.size))
    with pytest.raises(InputError) as large:
        read_plane(tmp_path / "large.png")
    offered = [float(re.search(r"([0-9.]+) if they are 10 mm", str(error.value))[1]) for error in (small, large)]
    assert offered[1] == pytest.approx(offered[0] / 2, rel=1e-3)
    ticks = [
        read_plane(path, spacing_mm=(mm, mm)).rulers[0].tick_px
        for path, mm in ((picture, 2 * offered[1]), (tmp_path / "large.png", offered[1]))
    ]
    assert ticks[1] == pytest.approx(2 * ticks[0], rel=1e-3)


def test_an_array_of_a_program_is_not_searched(picture: Path) -> None:
    """Simulated pictures have rulers and letters without a meaning."""
    plane = plane_from_array(np.asarray(Image.open(picture)), (0.9, 0.9), "axial")
    assert plane.rulers == plane.text == plane.warnings == ()
