import pytest

from GenerativeModelsLib.cli import console as module
from GenerativeModelsLib.cli.console import progress_on_stderr


def test_progress_is_plain_lines_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_on_stderr() as progress:
        progress("reading the planes", 0.25)
        progress("done", 1.0)
    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["[ 25%] reading the planes", "[100%] done"]
    assert captured.out == ""


def test_progress_is_a_bar_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress_on_stderr(4) as progress:
        progress("p1 [odd name", 0.25)
    assert "1/4" in (text := capsys.readouterr().err) and "p1 [odd name" in text


def test_a_dumb_terminal_gets_plain_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    with module.progress_on_stderr(4) as progress:
        progress("p1", 0.25)
    assert capsys.readouterr().err == "[ 25%] p1\n"
