"""The scan of a plane draws the same random numbers for every shape."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.shape.star_surface import HeadShape, ellipsoid
from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy
from GenerativeModelsLib.skull.ultrasound.pose import standard_pose
from GenerativeModelsLib.skull.ultrasound.scanning import scanned
from GenerativeModelsLib.skull.ultrasound.standard_cut import StandardCut


def test_heads_of_other_shapes_leave_the_generator_in_one_state() -> None:
    cut = StandardCut.of(ellipsoid(40.0, 50.0, 43.0), "sagittal", (96, 128))

    def left(head: HeadShape) -> dict:
        rng = np.random.default_rng(4)
        anatomy = Anatomy.sample(head, np.random.default_rng(1))
        outline = (cut.outline_px(head) - cut.in_pixels(np.zeros(2))) * cut.spacing_mm
        grey = scanned(
            anatomy, standard_pose("sagittal"), outline, cut.image_pose, cut.spacing_mm, cut.scan, cut.domain, rng
        )
        assert grey.shape == (96, 128) and grey[~cut.scan.seen].max() == 0 and grey.max() <= 1.5
        return rng.bit_generator.state

    assert left(ellipsoid(40.0, 50.0, 43.0)) == left(ellipsoid(44.0, 47.0, 39.0)) == left(ellipsoid(15.0, 19.0, 16.0))
