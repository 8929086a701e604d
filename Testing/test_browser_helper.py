"""The browser that the tests look at pages with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from Testing.helpers.browser import chromium


@pytest.mark.browser
@pytest.mark.skipif(os.name != "posix", reason="Chromium has no socket in the file system here")
def test_a_browser_starts_below_a_temporary_folder_of_a_long_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path of a Unix socket has at most 103 bytes on macOS, and the temporary folder alone has 49 there."""
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    with chromium() as browser:
        page = browser.new_page()
        page.set_content("<p>shown</p>")
        assert page.inner_text("p") == "shown"
    assert not list(folder.iterdir()), "nothing of the browser stays"
