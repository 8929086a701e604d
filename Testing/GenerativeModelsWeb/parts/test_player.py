"""Frames that are played."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("trame_server", reason="the web extra is not installed")

from trame_server.state import State
from trame_server.utils.typed_state import TypedState

from GenerativeModelsWeb.parts.player import Player
from GenerativeModelsWeb.parts.state import Playing


class Server:
    def __init__(self) -> None:
        self.state = State()
        self.state.ready()


def played(again: bool, seconds: float) -> tuple[list[int], Playing]:
    """The frames that three frames show in a while, and the state afterwards."""

    async def play():
        server, shown = Server(), []
        player = Player(server, TypedState(server.state, Playing), shown.append)
        with server.state:
            player.load(3, "Three", again=again, seconds=0.01)
        await asyncio.sleep(seconds)
        with server.state:
            player.pause()
        return shown, player.state.get_dataclass()

    return asyncio.run(play())


def test_frames_are_shown_once():
    shown, state = played(again=False, seconds=0.5)
    assert [frame for frame in shown if frame][:2] == [1, 2] and shown.count(2) == 1
    assert (state.playing, state.count, state.frame, state.title) == (False, 3, 2, "Three")


def test_frames_wait_to_be_played():
    server, shown = Server(), []
    player = Player(server, TypedState(server.state, Playing), shown.append)
    player.load(3, "Three", again=True, seconds=0.01, play=False)
    assert player.state.data.count == 3 and not player.state.data.playing


def test_frames_are_shown_over_and_over():
    shown, state = played(again=True, seconds=0.6)
    assert shown.count(2) > 1 and state.playing is False


def test_without_frames_nothing_plays():
    server = Server()
    player = Player(server, TypedState(server.state, Playing), lambda frame: None)
    player.toggle()
    assert not player.state.data.playing
