"""The report of a heart analysis: one HTML file that opens offline."""

from GenerativeModelsLib.heart.report.content import HeartReport, report_content
from GenerativeModelsLib.heart.report.page import render, write_report

__all__ = ["HeartReport", "render", "report_content", "write_report"]
