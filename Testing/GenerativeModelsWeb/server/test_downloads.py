from __future__ import annotations

import asyncio
import logging
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import pytest

pytest.importorskip("aiohttp")

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.server.downloads import Downloads


def get(downloads: Downloads, name: str) -> tuple[int, dict[str, str], str]:
    async def run() -> tuple[int, dict[str, str], str]:
        app = web.Application()
        app.router.add_get("/download/{name}", downloads.send)
        async with TestClient(TestServer(app)) as client:
            answer = await client.get(f"/download/{name}")
            return answer.status, dict(answer.headers), await answer.text()

    return asyncio.run(run())


@pytest.fixture
def downloads(tmp_path: Path) -> Downloads:
    return Downloads(tmp_path / "downloads")


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    (tmp_path / "skull.vtp").write_text("mesh", encoding="utf-8")
    return tmp_path / "skull.vtp"


def test_a_file_is_saved_under_its_name_and_never_kept_by_the_browser(downloads: Downloads, mesh: Path) -> None:
    downloads.offer("mesh", mesh, "case 1 skull.vtp")
    status, headers, text = get(downloads, "mesh")
    assert (status, text) == (200, "mesh") and headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"].startswith('attachment; filename="case 1 skull.vtp"')


def test_files_are_made_when_they_are_asked_for(downloads: Downloads, mesh: Path) -> None:
    made = []

    def make() -> Path:
        made.append(1)
        return mesh

    async def make_slowly() -> Path:
        await asyncio.sleep(0)
        return make()

    downloads.offer("a", make, "a.vtp")
    downloads.offer("b", make_slowly, "b.vtp")
    assert made == []
    assert get(downloads, "a")[0] == get(downloads, "b")[0] == 200 and made == [1, 1]


@pytest.mark.parametrize("name", ["Schädel ☃.vtp", 'a"b\\c.vtp', "a\r\nSet-Cookie: x=1.vtp", "50 %.vtp", "x" * 300])
def test_any_name_is_told_to_the_browser(downloads: Downloads, mesh: Path, name: str) -> None:
    downloads.offer("mesh", mesh, name)
    status, headers, _ = get(downloads, "mesh")
    assert status == 200 and "Set-Cookie" not in headers
    message = Message()
    message["Content-Disposition"] = headers["Content-Disposition"]
    assert unquote(headers["Content-Disposition"].split("filename*=UTF-8''")[1]) == name
    plain = message.get_param("filename", header="Content-Disposition")
    assert plain is not None


def test_what_is_not_offered_is_a_sentence(downloads: Downloads, mesh: Path) -> None:
    assert get(downloads, "mesh")[0] == 404 and "compute a case first" in get(downloads, "mesh")[2]
    downloads.offer("other", mesh, "skull.vtp")
    assert get(downloads, "mesh")[0] == 404 and get(downloads, "other")[0] == 200


def test_a_file_that_went_away_is_a_sentence(downloads: Downloads, mesh: Path) -> None:
    downloads.offer("mesh", mesh, "skull.vtp")
    mesh.unlink()
    assert get(downloads, "mesh")[::2] == (404, "skull.vtp is no longer there: compute the case again.\n")


def test_failures_are_sentences_too(downloads: Downloads, caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> Path:
        raise InputError("There is no scene: reconstruct first.")

    def fail() -> Path:
        raise RuntimeError("broken")

    downloads.offer("a", refuse, "a")
    downloads.offer("b", fail, "scene.mrb")
    assert get(downloads, "a")[::2] == (422, "There is no scene: reconstruct first.\n")
    with caplog.at_level(logging.ERROR):
        assert get(downloads, "b")[::2] == (500, "scene.mrb could not be made: RuntimeError: broken\n")
    assert caplog.records[0].exc_info


def test_no_folder_of_the_server_is_shown(downloads: Downloads, caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> Path:
        raise InputError("/srv/GenerativeModels-session-ab/cases/case-1/skull.vtp is damaged.")

    def fail() -> Path:
        raise FileNotFoundError(2, "No such file or directory", "/srv/cases/case-1/skull.vtp")

    downloads.offer("a", refuse, "a")
    downloads.offer("b", fail, "scene.mrb")
    assert get(downloads, "a")[::2] == (422, "skull.vtp is damaged.\n")
    status, _, text = get(downloads, "b")
    assert status == 500 and text.endswith("No such file or directory: 'skull.vtp'\n") and "srv" not in text
    assert "/srv/cases" in caplog.text, "the log has the whole of it"


@pytest.mark.parametrize("name", ["", "a/b"])
def test_a_name_is_one_part_of_an_address(downloads: Downloads, mesh: Path, name: str) -> None:
    with pytest.raises(ValueError, match="one part of an address"):
        downloads.offer(name, mesh, "x")


@pytest.mark.parametrize("path", ["../skull.vtp", "%2e%2e%2fskull.vtp", "skull.vtp"])
def test_no_other_file_can_be_fetched(downloads: Downloads, mesh: Path, path: str) -> None:
    assert get(downloads, path)[0] == 404
