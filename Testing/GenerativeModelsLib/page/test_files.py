from pathlib import Path

import pytest

from GenerativeModelsLib.page.files import page_part, write_page


def test_parts_come_from_the_package() -> None:
    assert "meshView" in page_part("mesh_view.js") and ":root" in page_part("page.css")


def test_a_page_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = write_page("<p>ä\udc80</p>", tmp_path / "page.html")
    assert path.read_text(encoding="utf-8") == "<p>ä\\udc80</p>", "what cannot be encoded is escaped"
    with pytest.raises(OSError):
        write_page("x", tmp_path / "no folder" / "page.html")
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
