from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.extras import install_command


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Settings of the hub, which is not really started."""
    pytest.importorskip("trame_slicer")
    from GenerativeModelsWeb.server import hub

    seen: list[Any] = []

    def serve(settings: Any, listening: socket.socket, started: Any) -> None:
        seen.append(settings)
        started()

    monkeypatch.setattr(hub, "serve", serve)
    return seen


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were opened in a browser."""
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
    (settings,) = served
    token = settings.access.token
    assert result.stdout == f"Open {address}?token={token} in a browser. Ctrl-C ends it. Research use only.\n"
    assert len(token) >= 22 and re.fullmatch(r"[A-Za-z0-9_-]+", token)
    (link,) = opened
    assert re.fullmatch(re.escape(address) + r"\?ticket=[A-Za-z0-9_-]{43}", link) and token not in link
    assert settings.loopback and settings.names == frozenset()
    plan = settings.plan
    assert (plan.limit, plan.grace_seconds, plan.model, plan.device) == (8, 60.0, None, "auto")
    assert plan.upload_limit_bytes == 64 * 2**20 and not plan.show_log


def test_json_is_one_line_of_stdout(served: list, opened: list[str]) -> None:
    result = web("--port", "0", "--json", "--host", "0.0.0.0", "--allow-host", "a.example")
    document = json.loads(result.stdout)
    assert document["schema"] == "web/1" and document["token"] == served[0].access.token
    assert re.fullmatch(r"http://localhost:\d+/", document["address"])
    assert "no TLS" in result.stderr and result.stdout.count("\n") == 1


def test_options_reach_the_hub(served: list, opened: list[str], tiny_bundle: Path) -> None:
    options = ["--port", "0", "--no-open", "--sessions", "3", "--keep", "5", "--upload-limit", "1", "--device", "cpu"]
    hosts = ["--allow-host", "Skulls.example", "--allow-host", "b.example"]
    result = CliRunner().invoke(app, ["--debug", "web", *options, *hosts, "--model", str(tiny_bundle)])
    assert result.exit_code == 0 and opened == []
    assert not served[0].access._open_until, "no ticket is made that nobody uses"
    plan = served[0].plan
    assert (plan.limit, plan.grace_seconds, plan.upload_limit_bytes, plan.device) == (3, 5.0, 2**20, "cpu")
    assert plan.model == tiny_bundle.resolve() and plan.show_log
    assert {"skulls.example", "b.example", "localhost"} <= served[0].allowed_names


def test_on_a_network_what_is_still_missing_is_said(served: list, opened: list[str]) -> None:
    result = web("--port", "0", "--host", "0.0.0.0", "--allow-host", "skulls.example")
    assert result.exit_code == 0
    missing, address = result.stdout.splitlines()
    assert missing.startswith("There is no TLS here: ") and "the access token and the images too" in missing
    assert "reverse proxy with TLS" in missing and "SSH tunnel" in missing
    assert address.startswith("Open http://localhost:") and f"?token={served[0].access.token} in" in address
    assert opened[0].startswith("http://localhost:") and not served[0].loopback
    assert served[0].allowed_names == {"localhost", "127.0.0.1", "::1", "skulls.example"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "", "127.1"])
def test_a_network_wants_a_host_name(served: list, host: str) -> None:
    result = web("--port", "0", "--host", host)
    assert result.exit_code == 2 and result.stdout == "" and served == []
    assert "--allow-host NAME" in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["*", "http://a.example", "a.example:8765", "a.example/", "0.0.0.0"])
def test_what_is_no_host_name_is_refused(served: list, name: str) -> None:
    result = web("--port", "0", "--allow-host", name)
    assert result.exit_code == 2 and f"--allow-host {name} is no host name" in result.stderr and served == []
    assert result.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have 127.0.0.1 alone")
def test_another_address_of_this_machine_is_one_that_works(served: list, opened: list[str]) -> None:
    assert "Open http://127.0.0.2:" in web("--port", "0", "--host", "127.0.0.2").stdout
    assert served[0].loopback and "127.0.0.2" in served[0].allowed_names


def test_the_address_of_a_network_has_a_name_that_is_allowed(
    served: list, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "GenerativeModelsWeb.server.hub.listen", lambda host, port: socket.create_server(("127.0.0.1", 0))
    )
    assert "Open http://a.example:" in web("--host", "192.0.2.1", "--allow-host", "a.example").stdout
    assert "Open http://192.0.2.1:" in web("--host", "192.0.2.1", "--allow-host", "192.0.2.1").stdout
    assert "Open http://[2001:db8::5]:" in web("--host", "2001:db8::5", "--allow-host", "2001:db8::5").stdout


def test_the_environment_gives_the_token(served: list, opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENERATIVE_MODELS_WEB_TOKEN", "my-own-token-0123")
    assert "/?token=my-own-token-0123 in a browser." in web("--port", "0").stdout
    assert "my-own-token-0123" not in opened[0]
    monkeypatch.setenv("GENERATIVE_MODELS_WEB_TOKEN", "too short")
    result = web("--port", "0")
    assert result.exit_code == 2 and "GENERATIVE_MODELS_WEB_TOKEN" in result.stderr and len(served) == 1
    assert "too short" not in result.stderr and result.stderr.count("\n") == 1


def test_without_the_extra_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "trame_slicer" else real(name))
    result = web()
    assert result.exit_code == 2 and result.stdout == ""
    assert "trame_slicer is missing" in result.stderr and install_command("web") in result.stderr
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
        (["--host", "no such host", "--allow-host", "a.example"], "--host no such host is no address"),
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
        address, token = re.search(r"(http://\S+)\?token=(\S+)", hub.stdout.readline()).groups()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        assert b"sessions" in opener.open(f"{address}healthz?token={token}", timeout=20).read()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            opener.open(address, timeout=20)
        children = psutil.Process(hub.pid).children(recursive=True)
        assert children, "a spare session starts at once"
        hub.send_signal(signal.SIGINT)
        _, said = hub.communicate(timeout=30)
    assert hub.returncode == 0 and said == ""
    assert not any(child.is_running() for child in children)
    assert [*tmp_path.iterdir()] == []
