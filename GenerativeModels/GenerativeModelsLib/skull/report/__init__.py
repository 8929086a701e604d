"""The report of a skull reconstruction: one HTML file that opens offline."""

from GenerativeModelsLib.skull.report.content import (
    BiometryRow,
    ImaginedView,
    InDistribution,
    LocatorEllipse,
    ModelSummary,
    PlaneView,
    ReportContent,
    SkullSurface,
    UncertaintySummary,
)
from GenerativeModelsLib.skull.report.page import render, write_report

__all__ = [
    "BiometryRow",
    "ImaginedView",
    "InDistribution",
    "LocatorEllipse",
    "ModelSummary",
    "PlaneView",
    "ReportContent",
    "SkullSurface",
    "UncertaintySummary",
    "render",
    "write_report",
]
