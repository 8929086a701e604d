"""Frames that are shown one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from trame_server import Server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsWeb.parts.state import Playing

__all__ = ["Player"]


class Player:
    """Plays numbered frames; the page's slider and buttons lead it.

    Parameters
    ----------
    server
        Of the page.
    state
        What is written: frame, count, whether it plays.
    show
        Shows a frame by its number.
    """

    def __init__(self, server: Server, state: TypedState[Playing], show: Callable[[int], None]) -> None:
        self._server, self.state, self._show = server, state, show
        self._task: asyncio.Task | None = None
        self._again = False
        state.bind_changes({(state.name.frame,): self._moved})

    def load(self, count: int, title: str, *, again: bool, seconds: float, play: bool = True) -> None:
        """Take `count` frames, to be played over and over where `again`, and `play` them at once."""
        self.stop()
        data = self.state.data
        data.count, data.title, data.frame = count, title, 0
        self._again, self._pause = again, seconds
        if play:
            self.toggle()

    def toggle(self) -> None:
        """Play or pause."""
        if self.state.data.playing:
            self.pause()
        elif self.state.data.count:
            self.state.data.playing = True
            self._task = asyncio.get_running_loop().create_task(self._play())

    def pause(self) -> None:
        """Stay at the frame on show."""
        self.state.data.playing = False
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def stop(self) -> None:
        """Let the frames go."""
        self.pause()
        self.state.data.count = 0

    def _moved(self, frame: int) -> None:
        if self.state.data.count:
            self._show(int(frame))

    async def _play(self) -> None:
        data = self.state.data
        if int(data.frame) >= data.count - 1:
            data.frame = 0
        while True:
            await asyncio.sleep(self._pause)
            with self._server.state:
                following = int(data.frame) + 1
                if following >= data.count and not self._again:
                    data.playing, self._task = False, None
                    return
                data.frame = following % data.count
