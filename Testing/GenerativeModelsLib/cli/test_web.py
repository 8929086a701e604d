from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The settings the hub was started with; it starts nothing, but says it has."""
    pytest.importorskip("trame_slicer")
    from GenerativeModelsWeb import hub

    seen: list[Any] = []

    def serve(settings: Any, listening: socket.socket, started: Any) -> None:
        seen.append(settings)
        started()

    monkeypatch.setattr(hub, "serve", serve)
    return seen


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses a browser was opened with."""
    seen: list[str] = []

    class AtOnce:
        def __init__(self, target: Any, args: tuple, daemon: bool) -> None:
            self.start = lambda: target(*args)

    monkeypatch.setattr("GenerativeModelsLib.cli.web.threading.Thread", AtOnce)
    monkeypatch.setattr("webbrowser.open", seen.append)
    return seen


def web(*options: str) -> Any:
    return CliRunner().invoke(app, ["web", *options])


def test_it_says_where_to_look_and_opens_it(served: list, opened: list[str]) -> None:
    result = web("--port", "0")
    assert result.exit_code == 0
    (address,) = re.findall(r"http://127\.0\.0\.1:\d+/", result.stdout)
    assert opened == [address] and "no password" not in result.stdout
    (settings,) = served
    assert settings.loopback and settings.names == frozenset()
    plan = settings.plan
    assert (plan.limit, plan.grace_seconds, plan.model, plan.device) == (8, 60.0, None, "auto")
    assert plan.upload_limit_bytes == 64 * 2**20 and not plan.show_log


def test_options_reach_the_hub(served: list, opened: list[str], tiny_bundle: Path) -> None:
    options = ["--port", "0", "--no-open", "--sessions", "3", "--keep", "5", "--upload-limit", "1", "--device", "cpu"]
    hosts = ["--allow-host", "Skulls.example", "--allow-host", "b.example"]
    result = CliRunner().invoke(app, ["--debug", "web", *options, *hosts, "--model", str(tiny_bundle)])
    assert result.exit_code == 0 and opened == []
    plan = served[0].plan
    assert (plan.limit, plan.grace_seconds, plan.upload_limit_bytes, plan.device) == (3, 5.0, 2**20, "cpu")
    assert plan.model == tiny_bundle.resolve() and plan.show_log
    assert {"skulls.example", "b.example", "localhost"} <= served[0].allowed_names


def test_the_network_is_told_to_be_open(served: list, opened: list[str]) -> None:
    result = web("--port", "0", "--host", "0.0.0.0")
    assert result.exit_code == 0
    assert "Everybody in the network can reach this at 0.0.0.0, and there is no password." in result.stdout
    assert opened[0].startswith("http://localhost:") and served[0].allowed_names is None


def test_without_the_extra_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "trame_slicer" else real(name))
    result = web()
    assert result.exit_code == 2 and result.stdout == ""
    assert "trame_slicer is missing" in result.stderr and "pip install 'GenerativeModels[web]'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_one_sentence(served: list) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = web("--port", str(port))
    assert result.exit_code == 2 and f"Port {port} of 127.0.0.1" in result.stderr and "--port" in result.stderr
    assert result.stderr.count("\n") == 1 and served == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--model", "no-such-folder"], "no-such-folder"),
        (["--device", "tpu"], "--device is 'tpu'"),
        (["--host", "no such host"], "--host no such host is no address"),
    ],
)
def test_what_cannot_work_in_any_tab_is_said_at_once(served: list, options: list[str], sentence: str) -> None:
    result = web("--port", "0", *options)
    assert result.exit_code == 2 and sentence in result.stderr and result.stderr.count("\n") == 1 and served == []


@pytest.mark.skipif(os.name == "nt", reason="a test cannot press Ctrl-C in a console of Windows")
def test_ctrl_c_ends_it_and_all_its_sessions(tmp_path: Path) -> None:
    pytest.importorskip("trame_slicer")
    psutil = pytest.importorskip("psutil")
    package = str(Path(__file__).resolve().parents[3] / "GenerativeModels")
    environment = {**os.environ, "PYTHONPATH": package, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "GenerativeModelsLib", "web", "--port", "0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True) as hub:
        address = re.search(r"http://\S+", hub.stdout.readline()).group()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        assert opener.open(address + "healthz", timeout=20).status == 200
        children = psutil.Process(hub.pid).children(recursive=True)
        assert children, "a spare session starts at once"
        hub.send_signal(signal.SIGINT)
        _, said = hub.communicate(timeout=30)
    assert hub.returncode == 0 and said == ""
    assert not any(child.is_running() for child in children)
    assert [*tmp_path.iterdir()] == []
