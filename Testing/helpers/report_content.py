"""Content of a skull report, made up, for the tests of the page."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.report import (
    BiometryRow,
    InDistribution,
    LocatorEllipse,
    ModelSummary,
    PlaneView,
    ReportContent,
    SkullSurface,
    UncertaintySummary,
)
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid, unit_sphere


def a_plane(name: str = "axial", **fields) -> PlaneView:
    """A grey picture of 60 x 80 pixels of 2 x 1.5 mm (row, col), head centre at row 30, column 40."""
    t = np.linspace(0, 2 * np.pi, 60)
    outline = np.stack([40 + 20 * np.cos(t), 30 + 18 * np.sin(t)], axis=1)
    corners = np.array([[-60.0, -60, 0], [58.5, -60, 0], [58.5, 58, 0], [-60, 58, 0]])
    given = {
        "file_name": f"{name}.png",
        "pixels": np.random.default_rng(1).integers(0, 256, (60, 80)).astype(np.uint8),
        "spacing_mm": (2.0, 1.5),
        "outline_px": [outline],
        "band_px": ([outline], [40 + 1.1 * (outline - 40)]),
        "ellipse": LocatorEllipse((40, 30), (20, 18), 0),
        "confidence": 0.93,
        "placement": "offset 2.0 mm, tilt 4 degrees",
        "spacing_source": "the user",
        "corners_mm": corners,
    }
    return PlaneView(name, **(given | fields))


def a_surface(uncertainty=None, subdivisions: int = 3) -> SkullSurface:
    """An ellipsoidal head whose uncertainty is a function of its points, 1.7 mm everywhere by default."""
    points, triangles = ellipsoid(30, 36, 32).points(subdivisions), unit_sphere(subdivisions)[1]
    values = np.full(len(points), 1.7) if uncertainty is None else uncertainty(points)
    return SkullSurface(points, triangles, values)


def a_content(**fields) -> ReportContent:
    given = {
        "title": "Case 7",
        "created": "2026-01-02 03:04",
        "software_version": "0.1.0",
        "torch_version": "2.0",
        "device": "cpu",
        "seed": 5,
        "samples": 100,
        "seconds": {"load": 0.5, "total": 2.5},
        "planes": (a_plane("axial"), a_plane("sagittal"), a_plane("coronal")),
        "surface": a_surface(),
        "biometry": (
            BiometryRow("HC", "Head circumference", "mm", 207.34, 2.11, (203.87, 210.81), 63.2, "hc", 0.34),
            BiometryRow("BPD", "Biparietal diameter", "mm", 60.06, 0.9, (58.58, 61.54), 99.7, "bpd", 2.75),
            BiometryRow("Volume", "Head volume", "ml", 144.8, 4.2, (138.0, 151.6)),
        ),
        "model": ModelSummary(
            "hirec", "1.2", "Apache-2.0", "Simulated heads.", "ab" * 32, {"Dice": 0.97}, ("A limit.",)
        ),
        "gestational_age_weeks": 23.0,
        "uncertainty": UncertaintySummary(1.7, 1.7, 1.7, 1.7),
        "in_distribution": InDistribution(0.5, "typical"),
    }
    return ReportContent(**(given | fields))
