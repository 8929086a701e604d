from pathlib import Path

import pytest

from GenerativeModelsLib.cli.result_table import print_result
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import result_of


def test_the_mean_alone_prints_without_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(SkullRequest(axial=Path("a.png"), output=Path("out"), samples=0))
    for measure in result["biometry"].values():
        measure.update(sd=None, interval90=None, percentile=None)
    result["uncertainty_mm"] = {"mean": None, "median": None, "p95": None, "max": None}
    print_result(result, Path("out"))
    out = capsys.readouterr().out
    assert "70.2 mm" in out and "68.5" not in out and "41" not in out and "Surface uncertainty" not in out


def test_brackets_in_names_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(SkullRequest(axial=Path("a.png"), output=Path("out")))
    result["warnings"] = ["The file [bold]x[/bold].png is odd."]
    print_result(result, Path("out [red]"))
    captured = capsys.readouterr()
    assert "[bold]x[/bold].png" in captured.err and "out [red]/report.html" in captured.out.replace("\\", "/")
