"""The classes of pixels that an image is drawn from: structures of the heart, and its surroundings by intensity.

Sunnybrook labels the left ventricle alone. The rest of a real image, smoothed, is parted into three classes of
intensity (Otsu, IEEE Trans. SMC 1979;9(1):62-66, with two thresholds; Liao et al. 2001); in training they are often
left out, so that a network takes label maps with and without them. A right ventricle is blood: it is bright.
"""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["BRIGHT", "CLASSES", "KNOWN", "conditioned", "intensity_classes", "not_drawn"]

CLASSES = ("nothing known", "lv", "myo", "dark surroundings", "middle surroundings", "bright surroundings")
"""Meaning of the numbers 0, 1, ... of a class."""
DARK, BRIGHT = 3, 5
KNOWN = {"lv": 1, "myo": 2, "rv": BRIGHT}
"""Class of each structure of `maps.CODES` that the networks draw."""
SMOOTH_MM = 2.0
"""Standard deviation of the smoothing before the thresholds."""
WALL_MM = 15.0
"""Distance from a cavity within which a wall may lie that nobody drew."""
_BINS = 64


def intensity_classes(shares: np.ndarray, pixel_mm: np.ndarray, heart: np.ndarray) -> np.ndarray:
    """`DARK` to `BRIGHT`, uint8, of the pixels of images of one volume.

    Parameters
    ----------
    shares
        (N, rows, columns) from 0 to 1, as `Tone.shares`.
    pixel_mm
        (2,) distance of rows and of columns.
    heart
        (N, rows, columns) bool: pixels whose grey values are left out of the thresholds. They get the class of the
        nearest other pixel of the slice, so that no heart of a style remains beside the labels that are drawn.
    """
    from scipy.ndimage import distance_transform_edt, gaussian_filter
    from skimage.filters import threshold_multiotsu

    smooth = gaussian_filter(shares.astype(np.float32), (0, *(SMOOTH_MM / np.asarray(pixel_mm))))
    outside = smooth[~heart] if not heart.all() else smooth.ravel()
    try:
        limits = threshold_multiotsu(outside, 3, nbins=_BINS)
    except ValueError:  # fewer than three grey values
        limits = np.quantile(outside, (1 / 3, 2 / 3))
    classes = (DARK + np.digitize(smooth, limits)).astype(np.uint8)
    for slice_, mask in zip(classes, heart):
        if mask.any() and not mask.all():
            nearest = distance_transform_edt(mask, sampling=pixel_mm, return_distances=False, return_indices=True)
            slice_[:] = slice_[tuple(nearest)]
    return classes


def not_drawn(codes: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray:
    """(N, rows, columns) bool: where a wall may lie in slices with a cavity and no wall, as experts leave it at ES."""
    from scipy.ndimage import distance_transform_edt

    found = np.zeros(codes.shape, bool)
    for near, slice_ in zip(found, codes):
        cavity = slice_ == CODES["lv"]
        if cavity.any() and not (slice_ == CODES["myo"]).any():
            near[:] = distance_transform_edt(~cavity, sampling=pixel_mm) <= WALL_MM
    return found


def conditioned(codes: np.ndarray, surroundings: np.ndarray | None, pixel_mm: np.ndarray) -> np.ndarray:
    """Classes (N, rows, columns), uint8, of label maps of `maps.CODES`.

    Parameters
    ----------
    codes
        (N, rows, columns).
    surroundings
        Of `intensity_classes`; None: nothing is known outside of the labels.
    pixel_mm
        (2,) distance of rows and of columns.
    """
    classes = np.zeros(codes.shape, np.uint8)
    if surroundings is not None:
        classes[:] = np.where(not_drawn(codes, pixel_mm), 0, surroundings)
    for structure, number in KNOWN.items():
        classes[codes == CODES[structure]] = number
    return classes
