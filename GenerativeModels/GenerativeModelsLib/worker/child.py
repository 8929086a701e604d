"""Child process that exchanges lines with its owner without blocking it."""

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

__all__ = ["Child", "environment_for"]

_KEPT_LOG = 32_000
"""Bytes of the child's error stream that are kept."""
_GRACE_SECONDS = 0.5
"""Longest wait for the end of the log after the child has ended."""


class Child:
    """A running process; threads transfer its lines, so that no method waits for them.

    Parameters
    ----------
    command
        Program and arguments.
    environment
        All environment variables of the process.
    folder
        Working folder of the process.

    Raises
    ------
    OSError
        The process cannot be started.
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
        """Send one message; it is lost if the child has ended."""
        self._outbox.put(to_line(message))

    def messages(self) -> list[dict[str, Any]]:
        """The messages that have arrived since the last call."""
        found = []
        while not self._inbox.empty():
            found.append(self._inbox.get_nowait())
        return found

    @property
    def running(self) -> bool:
        """Whether the process is running."""
        return self._process.poll() is None

    @property
    def over(self) -> bool:
        """Whether the process has ended and its output has been read (or `_GRACE_SECONDS` have passed since)."""
        if self.running:
            return False
        if self._ended_at is None:
            self._ended_at = time.monotonic()
        # A descendant of the process may keep the streams open for longer.
        late = time.monotonic() - self._ended_at > _GRACE_SECONDS
        return late or not any(thread.is_alive() for thread in self._threads[1:])

    @property
    def exit_code(self) -> int | None:
        """Exit code, negative for a signal; None while the process runs."""
        return self._process.returncode

    @property
    def log(self) -> str:
        """The last lines of its error stream."""
        text = bytes(self._log).decode("utf-8", errors="replace")
        if len(self._log) < _KEPT_LOG:
            return text
        return text.partition("\n")[2] or text  # without the line that was cut

    def hang_up(self) -> None:
        """Close the input of the process, which makes it end."""
        self._outbox.put(None)

    def kill(self, timeout_seconds: float = 10.0) -> bool:
        """End the process and its descendants and wait; whether it has ended. Takes milliseconds, more on Windows."""
        self.hang_up()
        if self.running:
            _kill_tree(self._process)
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _write(self, stream: BinaryIO) -> None:
        with suppress(OSError), stream:  # an error means that the process has ended, which the next poll detects
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
        """Read the error stream, so that the child never blocks on a full pipe, and keep its end."""
        with stream:
            while block := stream.read1(1 << 16):
                self._log += block
                del self._log[:-_KEPT_LOG]


def environment_for(package_root: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Variables of a Python child: this process's own and `more`, with the package's root first on its path."""
    variables = {**os.environ, **more, "PYTHONIOENCODING": "utf-8"}
    others = [place for place in variables.get("PYTHONPATH", "").split(os.pathsep) if place]
    variables["PYTHONPATH"] = os.pathsep.join([str(package_root), *others])
    return variables


def _apart() -> dict[str, Any]:
    """Arguments that start the child in a process group of its own and without a window."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _kill_tree(process: subprocess.Popen) -> None:
    """End the process and its descendants; PythonSlicer, for example, is a launcher with Python as its child."""
    with suppress(OSError):  # no such command, or (macOS) a group that is ending
        if os.name == "nt":
            quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(command, **quiet, creationflags=subprocess.CREATE_NO_WINDOW, check=False)
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
