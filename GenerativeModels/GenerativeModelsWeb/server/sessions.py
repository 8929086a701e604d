"""Session processes: started warm, handed to browser tabs, ended when nobody looks any more."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from GenerativeModelsWeb.applications import Application, applications
from GenerativeModelsWeb.server.page_words import without_folders
from GenerativeModelsWeb.server.remembered import Remembered
from GenerativeModelsWeb.server.session_process import Orders, child_environment
from GenerativeModelsWeb.server.uploads import UPLOAD_LIMIT_BYTES

__all__ = ["Session", "SessionPlan", "Sessions"]

log = logging.getLogger(__name__)

START_SECONDS = 180.0
"""A first start compiles bytecode and reads libraries from a cold disk, beside a virus scanner on some machines."""

END_SECONDS = 8.0
"""Time between the polite and the hard way to end a session process."""

LOG_BYTES = 4000
"""How much of what a failed process said is shown."""

FORMER_KEPT = 4096
"""How many ended sessions are remembered."""


@dataclass(frozen=True)
class SessionPlan:
    """What all sessions of a hub have in common.

    Attributes
    ----------
    applications
        What a session may be of, by name. There is at least one.
    limit
        Most sessions at a time.
    grace_seconds
        How long a session without a page is kept: a reload finds it again.
    spare
        Whether one process waits warm for the next tab, with the application that was asked for last.
    spare_delay_seconds
        How long the next spare waits, so that it does not slow down the tab that took the last one.
    show_log
        Let the processes write to this one's stderr as they go. Else only the end of what they said is shown, when one
        fails: VTK and Slicer are talkative about what is not installed.
    """

    applications: Mapping[str, Application] = field(default_factory=applications)
    model: Path | None = None
    device: str = "auto"
    upload_limit_bytes: int = UPLOAD_LIMIT_BYTES
    limit: int = 8
    grace_seconds: float = 60.0
    spare: bool = True
    spare_delay_seconds: float = 10.0
    show_log: bool = False


@dataclass(eq=False)
class Session:
    """One session process as the hub sees it.

    Attributes
    ----------
    application
        Its name in the plan.
    token
        What the address of the tab carries; nobody can guess it. Lower case, for the trame client writes addresses in
        lower case when it connects again.
    key
        What the hub shows to the process.
    port
        Loopback port it listens on; None until it is ready.
    failure
        Why it did not start or is no more; None while all is well.
    sockets
        The pages connected now; more than one only for a moment, while a page connects again.
    touched, answered
        `time.monotonic()` of the last request or the last page that left; of the last answer of a page to a ping.
    """

    application: str
    token: str = field(default_factory=lambda: secrets.token_hex(20))
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    process: asyncio.subprocess.Process | None = None
    port: int | None = None
    failure: str | None = None
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    touched: float = field(default_factory=time.monotonic)
    answered: float = 0.0

    @property
    def ready(self) -> bool:
        """Whether it can be used."""
        return self.port is not None and self.failure is None

    @property
    def starting(self) -> bool:
        """Whether it may be used soon."""
        return self.port is None and self.failure is None

    def touch(self) -> None:
        """Somebody was here."""
        self.touched = time.monotonic()

    async def run(self, plan: SessionPlan) -> None:
        """Start the process and wait until it ends, whichever way; afterwards `failure` is set."""
        # The process removes the folder too, should this one be killed.
        with (
            tempfile.TemporaryDirectory(prefix="GenerativeModels-session-", ignore_cleanup_errors=True) as folder,
            tempfile.TemporaryFile() as said,
        ):
            try:
                await self._start(plan, folder, None if plan.show_log else said)
                line = await asyncio.wait_for(self.process.stdout.readline(), START_SECONDS)
                if line:
                    self.port = json.loads(line)["port"]
                    self.touch()
                    await self.process.wait()
                self._fail("ended unexpectedly" if line else "could not be started", said)
            except asyncio.TimeoutError:
                self._fail(f"did not start within {START_SECONDS:.0f} seconds", said)
            except (OSError, ValueError, KeyError) as error:
                self._fail(f"could not be started ({type(error).__name__}: {error})", said)
            finally:
                await self._end_process()

    async def _start(self, plan: SessionPlan, folder: str, stderr: BinaryIO | None) -> None:
        application = plan.applications[self.application]
        orders = Orders(
            folder=folder,
            key=self.key,
            application=application.place,
            title=application.title,
            model=str(plan.model) if plan.model else None,
            device=plan.device,
            upload_limit_bytes=plan.upload_limit_bytes,
        )
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "GenerativeModelsWeb.server.session_process",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=child_environment(folder),
            # Ctrl-C in the terminal reaches the hub alone, which ends its sessions in order.
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.process.stdin.write(orders.to_line())

    def _fail(self, what: str, said: BinaryIO) -> None:
        """Keep why there is no session, and show what its process said last."""
        self.failure = without_folders(f"The session {what}.")
        said.seek(max(0, said.seek(0, os.SEEK_END) - LOG_BYTES))
        log.error("A session %s. %s", what, said.read().decode(errors="replace"))

    async def _end_process(self) -> None:
        """End the process, first politely; also while being cancelled."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.stdin.close()
        for hard in (process.terminate, process.kill):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), END_SECONDS)
                return
            with contextlib.suppress(ProcessLookupError):
                hard()
        await process.wait()


class Sessions:
    """All sessions of a hub. Use within `async with`: leaving ends every process.

    Attributes
    ----------
    taken
        The sessions that have a tab, by token.
    """

    def __init__(self, plan: SessionPlan) -> None:
        self.plan = plan
        self.taken: dict[str, Session] = {}
        self._former = Remembered(FORMER_KEPT)  # token -> application
        self._spare: Session | None = None
        self._asked_last = next(iter(plan.applications))
        self._runs: dict[Session, asyncio.Task[None]] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._spare_due = 0.0

    async def __aenter__(self) -> Sessions:
        self._keeper = asyncio.ensure_future(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeper.cancel()
        for session in [*self._runs]:
            self.end(session)
        await asyncio.gather(self._keeper, *self._runs.values(), return_exceptions=True)

    @property
    def full(self) -> bool:
        """Whether no further tab can have a session."""
        return self._living() >= self.plan.limit

    @property
    def spare_ready(self) -> bool:
        """Whether the next tab need not wait."""
        return self._spare is not None and self._spare.ready

    def take(self, application: str | None = None) -> Session | None:
        """Give a tab its session of an application, warm when there is one; None when there are too many.

        `application` is its name in the plan; None = the first.
        """
        if self.full:
            return None
        self._asked_last = application or next(iter(self.plan.applications))
        session, self._spare = self._spare, None
        self._spare_due = time.monotonic() + self.plan.spare_delay_seconds
        if session is not None and session.application != self._asked_last:
            self.end(session)
        if session is None or session.failure:
            session = self._start()
        self.taken[session.token] = session
        session.touch()
        return session

    def find(self, token: str) -> Session | None:
        """The session of an address, touched; None when it is over or never was."""
        session = self.taken.get(token)
        if session is not None:
            session.touch()
        return session

    def application_of(self, token: str) -> str | None:
        """The application of a session, also of one that has ended; None for a token that never was one.

        Only a browser that was admitted before can know a token.
        """
        session = self.taken.get(token)
        return self._former.get(token) if session is None else session.application

    def end(self, session: Session) -> None:
        """End a session; its process goes in the background."""
        if self.taken.pop(session.token, None) is not None:
            self._former[session.token] = session.application
        if session.failure is None:  # else its run is ending already, and must not be disturbed
            session.failure = "The session has ended."
            self._runs[session].cancel()

    def _start(self) -> Session:
        session = Session(self._asked_last)
        run = asyncio.ensure_future(session.run(self.plan))
        self._runs[session] = run
        run.add_done_callback(lambda _: self._runs.pop(session, None))
        return session

    def _living(self) -> int:
        return sum(session.failure is None for session in self.taken.values())

    async def _keep(self) -> None:
        """End what nobody looks at, and keep a spare."""
        pause = min(max(self.plan.grace_seconds / 10, 0.05), 2.0)
        while True:
            now = time.monotonic()
            for session in [*self.taken.values()]:
                if not session.sockets and now - session.touched > self.plan.grace_seconds:
                    log.info("Session %s ends: its page has gone", session.token[:6])
                    self.end(session)
            if any(session.starting for session in self.taken.values()):
                self._spare_due = now + self.plan.spare_delay_seconds
            if self._spare is not None and self._spare.failure:
                self._spare, self._spare_due = None, now + 60.0  # what fails at once must not fail in a loop
            if self.plan.spare and self._spare is None and not self.full and now >= self._spare_due:
                self._spare = self._start()
            await asyncio.sleep(pause)
