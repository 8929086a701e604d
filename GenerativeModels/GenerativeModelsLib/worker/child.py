"""A child process that talks in lines, without ever blocking its owner."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from GenerativeModelsLib.worker.wire import from_line, to_line

__all__ = ["Child"]

_KEPT_LOG = 32_000
"""Bytes of the child's error stream that are kept."""
_GRACE_SECONDS = 0.5
"""How long the end of the log is waited for once the child has ended."""


class Child:
    """A running process; threads move its lines, so that no method waits for it.

    Parameters
    ----------
    command
        Program and arguments.
    environment
        All of its environment variables.
    folder
        Its working folder.

    Raises
    ------
    OSError
        It cannot be started.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd=folder,
            **_apart(),
        )
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._log = bytearray()
        self._ended_at: float | None = None
        streams = self._process.stdin, self._process.stdout, self._process.stderr
        self._threads = [
            threading.Thread(target=move, args=(stream,), daemon=True)
            for move, stream in zip((self._write, self._read, self._drain), streams)
        ]
        for thread in self._threads:
            thread.start()

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; lost when the child has ended."""
        self._outbox.put(to_line(message))

    def messages(self) -> list[dict[str, Any]]:
        """The messages that have arrived since the last call."""
        found = []
        while not self._inbox.empty():
            found.append(self._inbox.get_nowait())
        return found

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    @property
    def over(self) -> bool:
        """Whether the process has ended and all it said has arrived (or a grace period for that is over)."""
        if self.running:
            return False
        if self._ended_at is None:
            self._ended_at = time.monotonic()
        # A process of its own may hold the streams open for longer.
        late = time.monotonic() - self._ended_at > _GRACE_SECONDS
        return late or not any(thread.is_alive() for thread in self._threads[1:])

    @property
    def exit_code(self) -> int | None:
        """Negative for a signal; None while it runs."""
        return self._process.returncode

    @property
    def log(self) -> str:
        """The last lines of its error stream."""
        text = bytes(self._log).decode("utf-8", errors="replace")
        if len(self._log) < _KEPT_LOG:
            return text
        return text.partition("\n")[2] or text  # without the line that was cut

    def hang_up(self) -> None:
        """Close its input, which asks it to end."""
        self._outbox.put(None)

    def kill(self, timeout_seconds: float = 10.0) -> bool:
        """End it and all it has started, and wait; whether it is gone. Takes milliseconds, on Windows more."""
        self.hang_up()
        if self.running:
            _kill_tree(self._process)
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _write(self, stream: BinaryIO) -> None:
        with suppress(OSError), stream:  # an error: it has ended, which whoever polls will see
            while (line := self._outbox.get()) is not None:
                stream.write(line)
                stream.flush()

    def _read(self, stream: BinaryIO) -> None:
        with stream:
            for line in stream:
                message = from_line(line)
                if message is not None:
                    self._inbox.put(message)
        self.hang_up()

    def _drain(self, stream: BinaryIO) -> None:
        """Read on whatever comes, lest the child wait for room in the pipe; keep the end of it."""
        with stream:
            while block := stream.read1(1 << 16):
                self._log += block
                del self._log[:-_KEPT_LOG]


def _apart() -> dict[str, Any]:
    """Arguments that put the child into a group of its own, to be ended with all of it, and without a window."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _kill_tree(process: subprocess.Popen) -> None:
    """End the process and its descendants: PythonSlicer, for one, is a launcher with the Python below it."""
    with suppress(OSError):  # no such command, or (macOS) a group that is ending
        if os.name == "nt":
            quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(command, **quiet, creationflags=subprocess.CREATE_NO_WINDOW, check=False)
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
