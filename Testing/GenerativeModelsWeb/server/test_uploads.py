from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("aiohttp")

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from GenerativeModelsWeb.server import uploads
from GenerativeModelsWeb.server.uploads import UploadStore, shown_name

PLACES = ("axial", "sagittal", "coronal")


def with_client(store: UploadStore, talk: Callable[[TestClient], Awaitable[object]]) -> object:
    """Run a conversation with a server that has the upload route alone."""

    async def run() -> object:
        app = web.Application()
        app.router.add_post("/upload/{place}", store.receive)
        async with TestClient(TestServer(app)) as client:
            return await talk(client)

    return asyncio.run(run())


def post(store: UploadStore, path: str, data: object, **options: object) -> tuple[int, dict]:
    async def talk(client: TestClient) -> tuple[int, dict]:
        answer = await client.post(path, data=data, **options)
        return answer.status, await answer.json()

    return with_client(store, talk)


def files(store: UploadStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir())


@pytest.fixture(autouse=True)
def any_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of these tests are no images; `test_upload_contents` has some."""
    monkeypatch.setattr(uploads, "require_self_contained", lambda path, label: None)


@pytest.fixture
def store(tmp_path: Path) -> UploadStore:
    """A store for at most 1000 bytes whose application takes everything, and notes it in `store.seen`."""
    made = UploadStore(tmp_path / "uploads", limit_bytes=1000)
    made.seen = []

    def take(place: str, path: Path, shown: str) -> None:
        made.seen.append((place, path, shown, path.read_bytes()))

    made.places, made.on_upload = PLACES, take
    return made


def test_a_file_reaches_the_application_byte_for_byte(store: UploadStore) -> None:
    status, answer = post(store, "/upload/axial?name=head.NII.gz", bytes(range(250)) * 4)
    assert (status, answer) == (200, {"ok": True, "name": "head.NII.gz"})
    ((place, path, shown, body),) = store.seen
    assert (place, shown, body) == ("axial", "head.NII.gz", bytes(range(250)) * 4)
    assert path.parent == store.folder and path.name == "upload-0001.nii.gz" and path.is_file()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("head.png", "head.png"),
        ("C:\\scans\\head.png", "head.png"),
        ("../../../etc/passwd", "passwd"),
        ("/abs/olute/", "image"),
        ("", "image"),
        (" .. ", "image"),
        ("Kopf ü ☃ 頭.png", "Kopf ü ☃ 頭.png"),
        ("a\x00b\nc\r.png", "abc.png"),
        ("gnp.\u202eevil", "gnp.evil"),
        ("x" * 500 + ".nii.gz", "x" * 192 + "….nii.gz"),
    ],
)
def test_names_are_shown_but_never_trusted(store: UploadStore, name: str, shown: str) -> None:
    assert shown_name(name) == shown and len(shown) <= 200
    status, answer = post(store, "/upload/axial", b"1", params={"name": name})
    assert status == 200 and answer["name"] == shown == store.seen[0][2]
    assert store.seen[0][1].parent == store.folder, "the name on disk has nothing of the user's but its ending"


def test_a_refusal_names_the_file_as_the_user_knows_it_and_keeps_nothing(store: UploadStore) -> None:
    store.on_upload = lambda place, path, shown: f"{path} is no image ({path.name})."
    status, answer = post(store, "/upload/axial?name=Kopf.png", b"1")
    assert (status, answer) == (422, {"error": "Kopf.png is no image (Kopf.png)."})
    assert files(store) == []


@pytest.mark.parametrize("error", [False, True])
def test_no_folder_of_the_server_is_shown(store: UploadStore, error: bool) -> None:
    folder = store.folder.as_posix()

    def refuse(place: str, path: Path, shown: str) -> str:
        if error:
            raise OSError(2, "No such file or directory", f"{folder}/model.json")
        return f"{folder}/model.json is missing beside {path}."

    store.on_upload = refuse
    status, answer = post(store, "/upload/axial?name=a.png", b"1")
    assert status == (500 if error else 422) and "model.json" in answer["error"]
    assert folder not in answer["error"] and store.folder.name not in answer["error"]


def test_the_application_may_take_its_time(store: UploadStore) -> None:
    async def take(place: str, path: Path, shown: str) -> str | None:
        await asyncio.sleep(0.01)
        return "Too late." if shown == "late.png" else None

    store.on_upload = take
    assert post(store, "/upload/axial?name=late.png", b"1") == (422, {"error": "Too late."})
    assert post(store, "/upload/axial?name=soon.png", b"1")[0] == 200


def test_the_next_file_for_a_place_replaces_the_last_and_no_other(store: UploadStore) -> None:
    for place in ("axial", "sagittal", "axial"):
        assert post(store, f"/upload/{place}?name=a.png", b"1")[0] == 200
    assert files(store) == ["upload-0002.png", "upload-0003.png"]
    store.on_upload = lambda *_: "No."
    assert post(store, "/upload/axial?name=a.png", b"1")[0] == 422
    assert files(store) == ["upload-0002.png", "upload-0003.png"], "a refused file takes nobody's place"


def test_the_limit_itself_is_allowed_and_one_byte_more_is_not(store: UploadStore) -> None:
    assert post(store, "/upload/axial", b"x" * 1000)[0] == 200
    status, answer = post(store, "/upload/axial?name=big.png", b"x" * 1001)
    assert status == 413 and answer["error"].startswith("big.png has 1001 bytes, but an image may have at most 1000")
    assert len(store.seen) == 1 and files(store) == ["upload-0001"]


def test_two_gigabytes_are_refused_before_they_are_sent(tmp_path: Path) -> None:
    store = UploadStore(tmp_path / "uploads")
    store.places, store.on_upload = PLACES, lambda *_: pytest.fail("must not reach the application")

    async def talk(client: TestClient) -> bytes:
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(
            b"POST /upload/axial?name=sweep.dcm HTTP/1.1\r\nHost: x\r\nContent-Length: 2147483648\r\n\r\n" + b"few"
        )
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        body = await asyncio.wait_for(reader.readuntil(b"}"), 30)
        writer.close()
        return head + body

    answer = with_client(store, talk).decode()
    assert answer.startswith("HTTP/1.1 413")
    sentence = json.loads(answer.split("\r\n\r\n")[1])["error"]
    assert sentence.startswith("sweep.dcm has 2 GiB, but an image may have at most 64 MiB: send the one image")
    assert files(store) == []


def test_a_stream_without_a_length_ends_at_the_limit(store: UploadStore) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 100
            yield b"x" * 100
            await asyncio.sleep(0)

    async def talk(client: TestClient) -> bytes:
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(b"POST /upload/axial HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        async for part in endless():
            writer.write(b"64\r\n" + part + b"\r\n")
            if sent > 2000:
                break
        answer = await asyncio.wait_for(reader.readuntil(b"}"), 30)
        writer.close()
        return answer

    answer = with_client(store, talk)
    assert b" 413 " in answer and b"image is larger than 1000 bytes" in answer
    assert store.seen == [] and files(store) == []


def test_a_browser_that_goes_away_leaves_nothing(store: UploadStore) -> None:
    async def talk(client: TestClient) -> None:
        _, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(b"POST /upload/axial HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n" + b"x" * 300)
        await writer.drain()
        for _ in range(1000):
            if files(store):
                break
            await asyncio.sleep(0.02)
        assert files(store) == ["upload-0001"], "the file must be there before the browser goes"
        writer.close()
        for _ in range(1000):
            if not files(store):
                return
            await asyncio.sleep(0.02)
        pytest.fail("the partial file is still there")

    with_client(store, talk)
    assert store.seen == []
    assert post(store, "/upload/axial", b"1")[0] == 200, "the place under way is given back"


def test_too_many_at_once_must_wait(store: UploadStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", 1)
    go_on = None

    async def take(*_: object) -> None:
        await go_on.wait()

    store.on_upload = take

    async def talk(client: TestClient) -> tuple[int, int, str]:
        nonlocal go_on
        go_on = asyncio.Event()
        first = asyncio.ensure_future(client.post("/upload/axial", data=b"1"))
        while not files(store):
            await asyncio.sleep(0.01)
        second = await client.post("/upload/sagittal", data=b"1")
        go_on.set()
        return (await first).status, second.status, (await second.json())["error"]

    assert with_client(store, talk) == (200, 429, "1 uploads are under way already: wait until one is through.")


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("/upload/axial?name=a.png", b"", 400, "a.png is empty: choose an image file."),
        ("/upload/oblique", b"1", 404, "There is no place 'oblique' for an image, only axial, sagittal, coronal."),
    ],
)
def test_what_cannot_be_taken_gets_a_sentence(
    store: UploadStore, path: str, body: bytes, status: int, sentence: str
) -> None:
    assert post(store, path, body) == (status, {"error": sentence})
    assert files(store) == []


def test_an_application_that_is_not_there_yet(tmp_path: Path) -> None:
    store = UploadStore(tmp_path / "uploads")
    assert post(store, "/upload/axial", b"1")[0] == 503


def test_an_application_that_fails_says_so_and_the_log_has_the_traceback(
    store: UploadStore, caplog: pytest.LogCaptureFixture
) -> None:
    def take(*_: object) -> None:
        raise RuntimeError("broken")

    store.on_upload = take
    with caplog.at_level(logging.ERROR):
        assert post(store, "/upload/axial?name=a.png", b"1") == (
            500,
            {"error": "a.png could not be read: RuntimeError: broken"},
        )
    assert caplog.records[0].exc_info and files(store) == []


def test_a_full_disk_is_said(store: UploadStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    status, answer = post(store, "/upload/axial?name=a.png", b"1")
    assert status == 500 and "No space left on device" in answer["error"] and "free some disk space" in answer["error"]


def test_close_removes_everything(store: UploadStore) -> None:
    post(store, "/upload/axial", b"1")
    store.close()
    assert not store.folder.exists()
    store.close()


def test_a_limit_must_be_positive(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="limit_bytes must be positive, not 0"):
        UploadStore(tmp_path / "uploads", limit_bytes=0)
