"""The real browser application, asked by whoever should not be answered. Everything stays on the loopback interface."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytest.importorskip("trame_slicer", reason="the browser application is not installed")
pytestmark = pytest.mark.trial

NAME = "skulls.example"
HOSTS = [
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "0.0.0.0",
    "[::]",
    "@",
    "",
]
ORIGINS = ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example", "file://", "http://"]
PATHS = [
    "/session/%2f%2fevil.example",
    "/session/%2f%2fevil.example/",
    "/session//evil.example/",
    "/session/\\\\evil.example",
    "/session/%5c%5cevil.example",
    "/session/..%2f..%2fetc%2fpasswd",
    "/session/%0d%0aLocation:%20https://evil.example",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/download/result",
    "//evil.example/",
]
INNER = [
    "//evil.example/",
    "/..%2f..%2f..%2fetc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/download/..%2f..%2fresult.json",
    "/download/%2fetc%2fpasswd",
    "/__trame_client/..%2f..%2f..%2f..%2fetc/passwd",
    "/%5c%5cevil.example/",
    "/%0d%0aX-Evil:%201",
]
TOKENS = ["", "x", "0" * 43, "%00", "' or 1=1", "../", "null", "undefined"]


class Application:
    """A running `generative-models web` and its token."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "GenerativeModelsLib", "web", "--no-open", "--port", "0", *options]
        variables = {k: v for k, v in os.environ.items() if k != "GENERATIVE_MODELS_WEB_TOKEN"}
        variables["PYTHONPATH"] = str(Path("GenerativeModels").absolute())
        self.process = psutil.Popen(
            command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._session = ""
        for line in self.process.stdout:
            if found := re.search(r"http://[^/]+:(\d+)/\?token=(\S+)", line):
                self.port, self.token = int(found[1]), found[2]
                return
        raise AssertionError("the application did not start")

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
        """Status, Location and body of an answer; the path goes out as it stands."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in (
            {"Host": f"127.0.0.1:{self.port}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        ).items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        try:
            return answer.status, answer.getheader("Location") or "", answer.read()
        finally:
            connection.close()

    def session(self) -> str:
        """The address of a session, once it is ready."""
        if self._session:
            return self._session
        status, location, _ = self.ask(f"/?token={self.token}")
        assert status == 303 and re.fullmatch(r"session/[0-9a-f]{40}/", location)
        address = f"/{location.rstrip('/')}"
        end = time.monotonic() + 120
        while json.loads(self.ask(f"{address}/starting")[2])["starting"]:
            assert time.monotonic() < end, "the session did not start"
            time.sleep(0.2)
        self._session = address
        return address


@pytest.fixture(scope="module", params=["loopback", "named"])
def application(request: pytest.FixtureRequest) -> Iterator[Application]:
    """On loopback, and on all addresses with a name; asked over loopback in both cases."""
    running = Application(*(() if request.param == "loopback" else ("--host", "0.0.0.0", "--allow-host", NAME)))
    children = running.process.children(recursive=True)
    yield running
    running.process.terminate()
    running.process.wait(30)
    running.process.stdout.close()
    psutil.wait_procs(children, timeout=20)


@pytest.mark.parametrize("host", HOSTS)
def test_foreign_host_names_are_refused(application: Application, host: str) -> None:
    status, location, _ = application.ask(f"/?token={application.token}", Host=host)
    assert status in (400, 403) and not location


@pytest.mark.parametrize("origin", ORIGINS)
def test_foreign_origins_are_refused(application: Application, origin: str) -> None:
    session = application.session()
    assert application.ask(f"{session}/upload/axial?name=x.png", "POST", b"x", Origin=origin)[0] == 403
    socket = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13", "Origin": origin}
    assert application.ask(f"{session}/ws", **socket, Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==")[0] == 403


@pytest.mark.parametrize("token", TOKENS)
def test_without_the_token_there_is_no_session(application: Application, token: str) -> None:
    for path, headers in ((f"/?token={token}".replace(" ", "%20"), {}), ("/", {"Authorization": f"Bearer {token}"})):
        status, location, _ = application.ask(path, **headers)
        assert status == 403 and not location
    assert json.loads(application.ask("/healthz")[2]) == {"ok": True}


@pytest.mark.parametrize("path", PATHS)
def test_paths_that_are_none_lead_nowhere(application: Application, path: str) -> None:
    status, location, body = application.ask(path)
    assert status in (400, 403, 404) and not location and b"root:" not in body


def test_paths_inside_a_session_do_not_leave_it(application: Application) -> None:
    session = application.session()
    for path in INNER:
        status, location, body = application.ask(f"{session}{path}")
        assert status >= 400 and not location and b"root:" not in body, path


def test_an_upload_cannot_name_a_file_of_the_server(application: Application, tmp_path: Path) -> None:
    session = application.session()
    secret = tmp_path / "secret.raw"
    secret.write_bytes(bytes(range(256)) * 64)
    secret.chmod(0o600)
    nrrd = (
        "NRRD0004\ntype: uint8\ndimension: 2\nsizes: 128 128\nspacings: 0.5 0.5\nencoding: raw\n"
        f"data file: {secret}\n\n"
    )
    meta = (
        "ObjectType = Image\nNDims = 2\nDimSize = 128 128\nElementSpacing = 0.5 0.5\nElementType = MET_UCHAR\n"
        f"ElementDataFile = {secret}\n"
    )
    for name, header in (("a.nhdr", nrrd), ("a.nrrd", nrrd), ("a.mha", meta), ("a.mhd", meta), ("a.png", nrrd)):
        status, _, body = application.ask(f"{session}/upload/axial?name={name}", "POST", header.encode())
        assert status == 422, (name, body)
        assert str(tmp_path).encode() not in body, "no path of the server in a sentence"


def test_a_network_address_without_a_name_is_not_listened_on() -> None:
    command = [sys.executable, "-m", "GenerativeModelsLib", "web", "--no-open", "--host", "0.0.0.0", "--port", "0"]
    variables = os.environ | {"PYTHONPATH": str(Path("GenerativeModels").absolute())}
    found = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2 and "--allow-host" in found.stderr
