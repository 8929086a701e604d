import pytest

from GenerativeModelsLib.cli import console as module
from GenerativeModelsLib.cli.console import progress_on_stderr, progress_with_time_left


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


def test_a_long_run_prints_a_line_at_a_new_step_and_at_every_twentieth(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_with_time_left() as progress:
        progress("Training", 0.1, None)
        for done in range(1, 21):
            progress(f"Training, {done} of 20", 0.1 + 0.01 * done, 90.0)
        progress("Calibrating", 0.31, 60.0)
    assert capsys.readouterr().err.splitlines() == [
        "[ 10%] Training",
        *(f"[{10 + done:3}%] Training, {done} of 20; about 2 min left" for done in (5, 10, 15, 20)),
        "[ 31%] Calibrating; about 1 min left",
    ]


def test_a_long_run_prints_a_line_after_a_minute_without_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    with progress_with_time_left() as progress:
        for now[0] in (1.0, 30.0, 62.0):
            progress("Calibrating", 0.5, None)
    assert capsys.readouterr().err.splitlines() == ["[ 50%] Calibrating"] * 2


def test_a_long_run_is_one_bar_with_the_time_left_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_with_time_left() as progress:
        progress("Simulating cases, 1 of 4", 0.25, 200.0)
        progress("Training [odd", 0.5, 100.0)
    text = capsys.readouterr().err
    assert "about 2 min left" in text and "Training [odd" in text and "50%" in text
