"""The stamp of synthetic images, and the refusal of images that have it."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.synthetic import STAMP, require_acquired


def test_a_stamped_image_is_refused_and_others_pass() -> None:
    with pytest.raises(InputError, match=r"plane a\.png is synthetic, made by this software: give an image"):
        require_acquired(f"{STAMP} spade", "plane a.png")
    require_acquired("", "a")
    require_acquired("FSL 6.0, not synthetic", "a")


def test_the_stamp_fits_into_a_nifti_header() -> None:
    assert len(f"{STAMP} cyclegan") < 80
