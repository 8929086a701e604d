from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("trame")

import aiohttp
from aiohttp import web

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.server.hub import listen
from GenerativeModelsWeb.server.sessions import SessionPlan
from Testing.helpers.hubs import COUNTER, COUNTERS, DYING, RunningHub, running_hub, until

PLAN = SessionPlan(applications=COUNTERS, spare=False, limit=20, upload_limit_bytes=100_000)


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    """A hub of counters with room for twenty."""
    with running_hub(PLAN) as running:
        yield running


def test_whoever_comes_gets_an_address_of_his_own(hub: RunningHub) -> None:
    answers = [hub.get(hub.entrance) for _ in range(2)]
    for answer in answers:
        assert answer.status == 303 and answer.headers["cache-control"] == "no-store"
        assert re.fullmatch(r"session/[0-9a-f]{40}/", answer.headers["location"]), "relative: below any prefix"
    assert answers[0].headers["location"] != answers[1].headers["location"]


def test_a_page_that_goes_on_by_itself_is_shown_while_the_session_starts(hub: RunningHub) -> None:
    path = "/" + hub.get(hub.entrance).headers["location"]
    page = hub.get(path)
    assert page.status == 200 and "Starting your session" in page.text and 'fetch("starting"' in page.text
    assert "http" not in re.sub(r"http-equiv", "", page.text), "it is whole in itself"
    assert json.loads(hub.get(path + "starting").text) == {"starting": True}
    assert hub.get(path + "ws").status == hub.get(path + "download/count").status == 503
    until(lambda: not json.loads(hub.get(path + "starting").text)["starting"])
    page = hub.get(path)
    assert page.status == 200 and f"<title>{COUNTER.title}</title>" in page.text
    assert '<div id="app"><div class="turning"' in page.text and "loading.tpl" not in page.text, "whole in itself, too"
    assert page.headers["cache-control"] == "no-store"
    assert hub.get(path + "download/count").text == "0"


def test_addresses_lead_where_they_should(hub: RunningHub) -> None:
    path = hub.session()
    assert hub.get(path + "index.html").headers["location"] == "./", "one address for the page"
    assert hub.get(path.rstrip("/")).headers["location"] == path.split("/")[2] + "/"
    gone = f"/session/{'0' * 40}/"
    assert hub.get(gone).headers["location"] == "../../"
    assert hub.get(gone + "ws").status == hub.get(gone + "download/mesh").status == 404
    assert hub.get("/elsewhere").status == hub.get("/session/").status == 404
    assert hub.get("/", "DELETE").status == 405
    listing = hub.get(path + "assets/")
    assert listing.status in {403, 404} and "index-" not in listing.text, "no folder is listed"
    for out in ("../../../../etc/passwd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "assets/..%2f..%2f__init__.py"):
        assert hub.get(path + out).status in {403, 404}


def test_the_launcher_leaves_the_client_to_its_own_answer(hub: RunningHub) -> None:
    answer = hub.get(f"/session/{'0' * 40}/paraview/", "POST")
    assert (answer.status, answer.text) == (200, "null")


def test_strangers_are_kept_out(hub: RunningHub) -> None:
    path = hub.session()
    assert hub.get(hub.entrance, Host="evil.example").status == 403
    assert hub.get(path + "ws", Upgrade="websocket", Connection="Upgrade", Origin="http://evil.example").status == 403
    assert hub.get(path + "upload/axial", "POST", Origin="http://evil.example").status == 403
    assert hub.get(hub.entrance, Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="image").status == 403
    assert "frame-ancestors 'self'" in hub.get(path).headers["content-security-policy"]


def test_a_session_that_cannot_start_is_a_page_with_a_sentence() -> None:
    with running_hub(replace(PLAN, applications=DYING)) as hub:
        path = hub.session()
        page = hub.get(path)
        assert page.status == 503 and "The session could not be started." in page.text
        assert "Traceback" not in page.text
        assert 'href="new"' in page.text and hub.get(path + "new").status == 303, "without the token"


def test_a_process_that_ended_this_moment_is_a_page_with_a_sentence(hub: RunningHub) -> None:
    path = hub.session()
    session = hub.hub.sessions.find(path.split("/")[2])
    port = session.port
    with socket.create_server(("127.0.0.1", 0)) as other:
        session.port = other.getsockname()[1]
    try:
        page = hub.get(path)
    finally:
        session.port = port
    assert page.status == 503 and "The session ended unexpectedly." in page.text and 'href="new"' in page.text


def test_a_port_that_is_taken_is_said() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(InputError, match=r"Port \d+ of 127.0.0.1 .* with --port"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_an_address_that_is_none_is_said() -> None:
    with pytest.raises(InputError, match="--host no such host is no address"):
        listen("no such host", 0)
    with pytest.raises(InputError, match="cannot be listened on"):
        listen("192.0.2.1", 0)  # of nobody (RFC 5737)


@pytest.mark.browser
def test_two_tabs_do_not_disturb_each_other(hub: RunningHub, a_browser) -> None:
    context = a_browser.new_context()
    one, two = context.new_page(), context.new_page()
    problems: list[str] = []
    for page in (one, two):
        page.on("console", lambda message: message.type == "error" and problems.append(message.text))
        page.goto(hub.address)
        page.wait_for_selector("#count")
    one.click("#count")
    one.click("#count")
    two.click("#count")
    one.wait_for_function("document.querySelector('#count').textContent.trim() === '2'")
    two.wait_for_function("document.querySelector('#count').textContent.trim() === '1'")
    assert one.inner_text("#pid") != two.inner_text("#pid")
    one.reload()
    one.wait_for_selector("#count")
    assert one.inner_text("#count") == "2", "a reload finds its session again"
    copy = context.new_page()
    copy.goto(one.url)
    copy.wait_for_selector("#count")
    assert copy.inner_text("#count") == "0" and copy.url != one.url, "an address opened twice is two sessions"
    one.click("#count")
    one.wait_for_function("document.querySelector('#count').textContent.trim() === '3'")
    assert problems == []
    context.close()


@pytest.mark.browser
def test_files_go_in_and_come_out(hub: RunningHub, a_browser) -> None:
    page = a_browser.new_page()
    page.goto(hub.address)
    page.wait_for_selector("#count")
    send = """([name, size]) => fetch("upload/axial?name=" + encodeURIComponent(name), {method: "POST",
        body: new Blob([new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]), new Uint8Array(size)])})
        .then(async (answer) => [answer.status, await answer.json()])"""
    assert page.evaluate(send, ["Köpfe/☃ head.png", 70_000]) == [200, {"ok": True, "name": "☃ head.png"}]
    page.wait_for_function("document.querySelector('#last').textContent === 'axial: ☃ head.png, 70008 bytes'")
    assert page.evaluate(send, ["bad.nii.gz", 10]) == [422, {"error": "bad.nii.gz is bad."}]
    status, answer = page.evaluate(send, ["sweep.dcm", 30_000_000])
    assert status == 413
    assert answer["error"].startswith("sweep.dcm has 28.6 MiB, but an image may have at most 97.7 KiB: send the one")
    with page.expect_download() as fetched:
        page.click("#download")
    assert fetched.value.suggested_filename == "the count, so far.txt"
    page.close()


@pytest.mark.browser
def test_a_call_that_fails_sends_the_page_no_traceback(hub: RunningHub, a_browser) -> None:
    page = a_browser.new_page()
    page.goto(hub.address)
    page.wait_for_selector("#count")
    sent = page.evaluate("window.trame.trigger('fail').then(() => 'no error', (error) => JSON.stringify(error))")
    assert "Exception raised" in sent
    assert not any(inner in sent for inner in ("/srv", "Traceback", "counter_session", ".py"))
    page.close()


@pytest.mark.browser
def test_through_a_tunnel_with_another_port(hub: RunningHub, a_browser) -> None:
    with listen("127.0.0.1", 0) as near:
        threading.Thread(target=tunnel, args=(near, hub.port), daemon=True).start()
        page = a_browser.new_page()
        page.goto(f"http://localhost:{near.getsockname()[1]}{hub.entrance}")
        page.wait_for_selector("#count")
        page.click("#count")
        page.wait_for_function("document.querySelector('#count').textContent.trim() === '1'")
        page.close()


def tunnel(near: socket.socket, port: int) -> None:
    """What `ssh -L` does, until the socket is closed."""

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with source, sink:
            while data := source.recv(65536):
                sink.sendall(data)

    while True:
        try:
            one = near.accept()[0]
        except OSError:
            return
        other = socket.create_connection(("127.0.0.1", port))
        for ends in ((one, other), (other, one)):
            threading.Thread(target=_quietly, args=(copy, *ends), daemon=True).start()


def _quietly(copy, *ends: socket.socket) -> None:
    with contextlib.suppress(OSError):
        copy(*ends)


@pytest.mark.browser
def test_behind_a_reverse_proxy_that_serves_it_below_a_path(a_browser) -> None:
    with (
        running_hub(PLAN, names=frozenset({"skulls.localhost"})) as hub,
        reverse_proxy(hub.port, "/apps/skull/") as port,
    ):
        page = a_browser.new_page()
        page.goto(f"http://skulls.localhost:{port}/apps/skull{hub.entrance}")
        page.wait_for_selector("#count")
        page.click("#count")
        page.wait_for_function("document.querySelector('#count').textContent.trim() === '1'")
        assert f":{port}/apps/skull/session/" in page.url
        page.close()


@contextlib.contextmanager
def reverse_proxy(hub_port: int, prefix: str) -> Iterator[int]:
    """What nginx does with `proxy_pass`: the path without its prefix, Host of the server behind."""

    async def handle(request: web.Request) -> web.StreamResponse:
        url = f"http://127.0.0.1:{hub_port}/" + request.rel_url.raw_path_qs.removeprefix(prefix)
        headers = {
            name: text for name, text in request.headers.items() if name == "Origin" or name.startswith("Sec-Fetch")
        }
        async with aiohttp.ClientSession() as client:
            if "Upgrade" in request.headers:
                async with client.ws_connect(url, headers=headers) as far:
                    near = web.WebSocketResponse()
                    await near.prepare(request)

                    async def back() -> None:
                        async for message in far:
                            await near.send_bytes(message.data)

                    task = asyncio.ensure_future(back())
                    async for message in near:
                        await far.send_bytes(message.data)
                    task.cancel()
                    return near
            body = await request.read()
            async with client.request(request.method, url, headers=headers, data=body, allow_redirects=False) as answer:
                names = {name: answer.headers[name] for name in ("Location", "Content-Type") if name in answer.headers}
                return web.Response(status=answer.status, headers=names, body=await answer.read())

    loop, ended, up = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    listening = listen("127.0.0.1", 0)

    async def run() -> None:
        app = web.Application()
        app.router.add_route("*", prefix + "{path:.*}", handle)
        runner = web.AppRunner(app, shutdown_timeout=0.5)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        up.set()
        await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    assert up.wait(10)
    yield listening.getsockname()[1]
    loop.call_soon_threadsafe(ended.set)
    thread.join(20)
    loop.close()


@pytest.mark.browser
def test_a_crash_is_seen_on_the_page_and_a_reload_says_what_to_do(hub: RunningHub, a_browser) -> None:
    page = a_browser.new_page()
    page.goto(hub.address)
    page.wait_for_selector("#count")
    page.evaluate("fetch('download/die')")
    page.wait_for_selector("text=Connection closed")
    page.reload()
    assert "The session ended unexpectedly." in page.inner_text("main")
    page.click("text=Start a new session")
    page.wait_for_selector("#count")
    page.close()
