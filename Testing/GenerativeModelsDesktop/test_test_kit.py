"""The base of the modules' own tests; no Slicer needed."""

from __future__ import annotations

import unittest
from types import SimpleNamespace

import pytest


def test_every_test_runs_also_after_a_failed_one(desktop) -> None:
    ran = []

    class Tests(desktop("test_kit").ModuleTestKit, unittest.TestCase):
        def setUp(self) -> None: ...

        def tearDown(self) -> None:
            ran.append("end")

        def test_first(self) -> None:
            self.fail("bad")

        def test_second(self) -> None:
            self.skipTest("not here")

        def test_third(self) -> None:
            ran.append("third")

    with pytest.raises(AssertionError, match="test_first"):
        Tests().runTest()
    assert ran == ["end", "end", "third", "end"]


def test_a_test_begins_with_an_empty_scene_and_the_open_module(desktop) -> None:
    kit = desktop("test_kit")
    log = []
    kit.slicer.mrmlScene = SimpleNamespace(Clear=lambda singletons: log.append(f"cleared {singletons}"))

    class Tests(kit.ModuleTestKit):
        def openModule(self) -> None:
            log.append("opened")

    Tests().setUp()
    assert log == ["cleared 0", "opened"]


@pytest.mark.parametrize("shown", ["Give 1 < 2 & more.", "<p>Give 1 &lt; 2 &amp; more.</p>"])
def test_a_tool_tip_is_read_as_it_was_set(desktop, shown: str) -> None:
    kit = desktop("test_kit").ModuleTestKit
    assert kit.plain_tool_tip(SimpleNamespace(toolTip=shown)) == "Give 1 < 2 & more."
