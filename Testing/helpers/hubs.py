"""A hub that runs beside a test."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from GenerativeModelsWeb.applications import Application
from GenerativeModelsWeb.server.hub import Hub, HubSettings, listen
from GenerativeModelsWeb.server.sessions import Session, SessionPlan

__all__ = [
    "COUNTER",
    "COUNTERS",
    "DYING",
    "TWO",
    "Answer",
    "RunningHub",
    "never_ready",
    "running_hub",
    "until",
]

REPO_ROOT = Path(__file__).resolve().parents[2]
COUNTER = Application("Counter", "Counts clicks.", "Testing.helpers.counter_session:CounterApplication")
COUNTERS = {"counter": COUNTER}
"""What a hub of counters alone offers."""
OTHER = Application("Other <i>", "Counts & shows.", "Testing.helpers.counter_session:OtherApplication")
TWO = {"counter": COUNTER, "other": OTHER}
"""What a hub offers that shows a list."""
DYING = {"dying": Application("Dying", "Never starts.", "Testing.helpers.counter_session:DyingApplication")}
"""What a hub offers whose sessions cannot start."""


@dataclass(frozen=True)
class Answer:
    """What a server said: status, headers in lower case, body as text."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass(frozen=True)
class RunningHub:
    """A hub in a thread of its own."""

    hub: Hub
    port: int
    loop: asyncio.AbstractEventLoop

    @property
    def token(self) -> str:
        """Its access token."""
        return self.hub.settings.access.token

    @property
    def entrance(self) -> str:
        """The path, with the token, that gives a session."""
        return f"/?token={self.token}"

    @property
    def address(self) -> str:
        """Where a browser finds it, with the token."""
        return f"http://127.0.0.1:{self.port}{self.entrance}"

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Ask for a path, redirects not followed; header names with _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            names = {name.replace("_", "-"): text for name, text in headers.items()}
            connection.request(method, path, body, names)
            answer = connection.getresponse()
            names = {name.lower(): text for name, text in answer.getheaders()}
            return Answer(answer.status, names, answer.read().decode())
        finally:
            connection.close()

    def say(self, request: bytes) -> bytes:
        """The answer to a request written by hand, up to the end of the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            line.sendall(request)
            return b"".join(iter(lambda: line.recv(65536), b""))

    def session(self) -> str:
        """A new session's path, once it is ready."""
        path = "/" + self.get(self.entrance).headers["location"]
        until(lambda: '{"starting": false}' in self.get(path + "starting").text)
        return path


@contextmanager
def running_hub(plan: SessionPlan, **settings: object) -> Iterator[RunningHub]:
    """Run a hub on a free port of the loopback; every session has ended afterwards."""
    loop = asyncio.new_event_loop()
    hub = Hub(HubSettings(plan, **settings))
    listening = listen("127.0.0.1", 0)
    up, ended = threading.Event(), asyncio.Event()

    async def run() -> None:
        runner = web.AppRunner(hub.application(), shutdown_timeout=1.0)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        up.set()
        await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="hub")
    with pytest.MonkeyPatch.context() as environment:
        # The children find the test's applications.
        paths = [str(REPO_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment.setenv("PYTHONPATH", os.pathsep.join(paths))
        thread.start()
        assert up.wait(20)
        try:
            yield RunningHub(hub, listening.getsockname()[1], loop)
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join(30)
            listening.close()
            loop.close()


async def never_ready(_: Session, plan: SessionPlan) -> None:
    """In place of `Session.run` where a test needs no process: the session starts for ever."""
    await asyncio.Event().wait()


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true; fail when it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.05)
