"""Files as text nodes."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.texts import bytes_of, show_bytes, show_text


def test_texts_and_bytes_are_kept_as_they_are(a_scene, tmp_path: Path) -> None:
    store, text, picture = NodeStore(a_scene, "case"), tmp_path / "a.html", tmp_path / "b.png"
    text.write_bytes("größer\r\n".encode())
    picture.write_bytes(bytes(range(256)))
    node = show_text(store, "report", text, "Case")
    assert node.GetText() == "größer\r\n" and node.GetName() == "Case report"
    kept = show_bytes(store, "picture", picture, "Case picture")
    assert bytes_of(kept) == bytes(range(256)) and kept.GetName() == "Case picture"
    assert show_bytes(store, "picture", text, "Case picture") is kept and bytes_of(kept) == text.read_bytes()
