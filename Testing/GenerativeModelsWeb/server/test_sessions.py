from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("trame")
pytest.importorskip("psutil")

import psutil

from GenerativeModelsWeb.server import sessions as module
from GenerativeModelsWeb.server.access import TOKEN_VARIABLE
from GenerativeModelsWeb.server.session_process import KEY_HEADER, Orders
from GenerativeModelsWeb.server.sessions import Session, SessionPlan, Sessions
from Testing.helpers.hubs import COUNTERS, DYING, REPO_ROOT, TWO, never_ready, until

PLAN = SessionPlan(applications=COUNTERS, spare=False, grace_seconds=30)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The children find the test's applications; temporary folders are this test's own, and looked at."""
    monkeypatch.setenv("PYTHONPATH", str(REPO_ROOT))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def with_sessions(plan: SessionPlan, talk: Callable[[Sessions], Awaitable[object]]) -> object:
    async def run() -> object:
        async with Sessions(plan) as sessions:
            return await asyncio.wait_for(talk(sessions), 60)

    return asyncio.run(run())


async def come(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.02)


def folders(path: Path) -> list[Path]:
    return [*path.glob("GenerativeModels-session-*")]


def test_a_session_lives_and_leaves_nothing(surroundings: Path) -> None:
    async def talk(sessions: Sessions) -> int:
        session = sessions.take()
        assert session.starting and not session.ready and sessions.find(session.token) is session
        await come(lambda: not session.starting)
        assert session.ready and len(folders(surroundings)) == 1
        sessions.end(session)
        assert not session.ready and sessions.find(session.token) is None
        await come(lambda: session.process.returncode is not None)
        await come(lambda: not folders(surroundings))
        return session.process.returncode

    assert with_sessions(PLAN, talk) == 0, "it ends by itself when its stdin closes"


def test_leaving_ends_all_of_them(surroundings: Path) -> None:
    async def talk(sessions: Sessions) -> list[Session]:
        taken = [sessions.take(), sessions.take()]
        await come(lambda: taken[0].ready)  # the other one may still be starting
        return taken

    for session in with_sessions(PLAN, talk):
        assert not psutil.pid_exists(session.process.pid)
    assert folders(surroundings) == []


def test_tokens_and_keys_cannot_be_guessed() -> None:
    some = [Session("counter") for _ in range(50)]
    assert len({session.token for session in some} | {session.key for session in some}) == 100
    assert all(len(session.token) == 40 and session.token == session.token.lower() for session in some)


def test_a_session_that_ended_is_remembered_among_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "run", never_ready)
    monkeypatch.setattr(module, "FORMER_KEPT", 2)

    async def talk(sessions: Sessions) -> None:
        taken = [sessions.take() for _ in range(4)]
        assert all(sessions.application_of(session.token) == "counter" for session in taken)
        for session in taken[:3]:
            sessions.end(session)
        assert [sessions.application_of(session.token) for session in taken] == [None, *["counter"] * 3]
        assert [session.token in sessions.taken for session in taken] == [False] * 3 + [True]
        sessions._spare = sessions._start()
        spare = sessions._spare.token
        sessions.end(sessions._spare)
        assert sessions.application_of(spare) is None, "nobody was told its token"

    with_sessions(PLAN, talk)


def test_the_access_token_is_not_handed_to_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "0123456789abcdef")

    async def talk(sessions: Sessions) -> dict[str, str]:
        session = sessions.take()
        await come(lambda: session.ready)
        return psutil.Process(session.process.pid).environ()

    environment = with_sessions(PLAN, talk)
    assert TOKEN_VARIABLE not in environment and "PYTHONPATH" in environment


def test_there_are_no_more_than_the_limit() -> None:
    async def talk(sessions: Sessions) -> None:
        first = sessions.take()
        assert not sessions.full and sessions.take() is not None
        assert sessions.full and sessions.take() is None
        sessions.end(first)
        assert sessions.take() is not None

    with_sessions(replace(PLAN, limit=2), talk)


def test_a_session_without_a_page_ends_after_its_grace() -> None:
    async def talk(sessions: Sessions) -> None:
        left, looked_at = sessions.take(), sessions.take()
        looked_at.sockets.add(object())

        def both_ready() -> bool:
            left.touch()  # or it ends while a busy machine still starts the other
            return left.ready and looked_at.ready

        await come(both_ready)
        await come(lambda: left.token not in sessions.taken)
        assert looked_at.ready
        looked_at.sockets.clear()
        await come(lambda: not sessions.taken)

    with_sessions(replace(PLAN, grace_seconds=1.0), talk)


def test_whoever_comes_back_in_time_keeps_the_session() -> None:
    async def talk(sessions: Sessions) -> None:
        session = sessions.take()
        for _ in range(40):
            assert sessions.find(session.token) is session
            await asyncio.sleep(0.1)

    with_sessions(replace(PLAN, grace_seconds=3.0), talk)


def test_a_spare_waits_warm_for_the_next_tab() -> None:
    async def talk(sessions: Sessions) -> None:
        await come(lambda: sessions.spare_ready)
        session = sessions.take()
        assert session.ready and not sessions.spare_ready
        await come(lambda: sessions.spare_ready)
        sessions.take()
        await asyncio.sleep(0.3)
        assert sessions.full and len(sessions._runs) == 2, "no spare beyond the limit"

    with_sessions(replace(PLAN, spare=True, spare_delay_seconds=0.0, limit=2), talk)


def test_a_spare_does_not_slow_down_a_session_that_starts() -> None:
    async def talk(sessions: Sessions) -> None:
        session = sessions.take()
        while session.starting:
            assert len(sessions._runs) == 1
            await asyncio.sleep(0.02)
        await come(lambda: len(sessions._runs) == 2)

    with_sessions(replace(PLAN, spare=True, spare_delay_seconds=0.5), talk)


def test_an_application_that_never_starts_is_said_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def talk(sessions: Sessions) -> str:
        session = sessions.take()
        await come(lambda: session.failure is not None)
        assert not sessions.full
        return session.failure

    plan = replace(PLAN, applications=DYING, limit=1)
    with caplog.at_level(logging.ERROR):
        assert with_sessions(plan, talk) == "The session could not be started."
    assert "RuntimeError: This application never starts." in caplog.text


def test_a_process_that_dies_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    async def talk(sessions: Sessions) -> str:
        session = sessions.take()
        await come(lambda: session.ready)
        session.process.kill()
        await come(lambda: session.failure is not None)
        return session.failure

    assert with_sessions(PLAN, talk) == "The session ended unexpectedly."


def test_an_interpreter_that_is_not_there_is_said_without_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    missing = str(tmp_path / "none" / "python")
    monkeypatch.setattr(sys, "executable", missing)

    async def talk(sessions: Sessions) -> str:
        session = sessions.take()
        await come(lambda: session.failure is not None)
        return session.failure

    failure = with_sessions(PLAN, talk)
    assert "could not be started (FileNotFoundError" in failure and "'python'" in failure and "none" not in failure
    assert missing in caplog.text.replace("\\\\", "\\"), "the log has the whole of it"


def test_nobody_but_the_hub_reaches_the_inside() -> None:
    async def talk(sessions: Sessions) -> None:
        session = sessions.take()
        await come(lambda: session.ready)
        for path in ("", "index.html", "ws", "download/count"):
            for headers in ({}, {KEY_HEADER: "x"}, {KEY_HEADER: session.token}):
                assert await asyncio.to_thread(status, session.port, path, headers) == 403
        assert await asyncio.to_thread(status, session.port, "index.html", {KEY_HEADER: session.key}) == 200

    with_sessions(PLAN, talk)


def status(port: int, path: str, headers: dict[str, str]) -> int:
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers=headers)
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL; a closed pipe is the same there")
def test_sessions_end_when_the_hub_is_killed(surroundings: Path) -> None:
    script = (
        "import asyncio, sys\nfrom GenerativeModelsWeb.server.sessions import *\n"
        "from Testing.helpers.hubs import COUNTERS\n"
        "async def run():\n"
        "    async with Sessions(SessionPlan(applications=COUNTERS, spare=False)) as sessions:\n"
        "        session = sessions.take()\n"
        "        while not session.ready: await asyncio.sleep(0.02)\n"
        "        print(session.process.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(run())\n"
    )
    package = str(REPO_ROOT / "GenerativeModels")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([package, str(REPO_ROOT)]),
        "TMPDIR": str(surroundings),
    }
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as hub:
        pid = int(hub.stdout.readline())
        assert len(folders(surroundings)) == 1
        hub.send_signal(signal.SIGKILL)
    until(lambda: not psutil.pid_exists(pid))
    until(lambda: folders(surroundings) == [])


def test_orders_survive_the_way() -> None:
    orders = Orders(
        "C:\\Temp ü", "key", "module:Class", "A title", model="/bundle", device="cuda:1", upload_limit_bytes=5
    )
    assert orders.to_line().endswith(b"\n") and orders.to_line().count(b"\n") == 1
    assert Orders.from_line(orders.to_line()) == orders


def test_the_spare_is_of_the_application_that_was_asked_for_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "run", never_ready)
    plan = replace(PLAN, applications=TWO, spare=True, grace_seconds=1, spare_delay_seconds=0.0)

    async def spare(sessions: Sessions, application: str) -> Session:
        await come(lambda: sessions._spare is not None and sessions._spare.application == application)
        return sessions._spare

    async def talk(sessions: Sessions) -> None:
        first = await spare(sessions, "counter")
        other = sessions.take("other")
        assert other is not first and other.application == "other" and first.failure, "the former spare ends"
        for session in sessions.taken.values():
            session.port = 1  # a spare waits until no tab does
        second = await spare(sessions, "other")
        assert sessions.take("other") is second
        assert sessions.take().application == "counter", "the first, where none is named"

    with_sessions(plan, talk)


def test_a_session_process_serves_what_its_orders_name() -> None:
    async def talk(sessions: Sessions) -> str:
        session = sessions.take("other")
        await come(lambda: not session.starting)
        assert session.ready
        return await asyncio.to_thread(body, session.port, "index.html", {KEY_HEADER: session.key})

    page = with_sessions(replace(PLAN, applications=TWO), talk)
    assert "<title>Other &lt;i&gt;</title>" in page


def body(port: int, path: str, headers: dict[str, str]) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers=headers)
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).read().decode()
