"""What a training was made from, as its card says it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from GenerativeModelsLib.process.checkout import commit
from GenerativeModelsLib.training.shared.provenance import data_hash, provenance, record_training


class Part(BaseModel):
    folder: Path
    share: float = 0.25


class Config(BaseModel):
    output: Path
    model: str = "HiRecCVAE"
    windows: str = "C:\\Users\\someone\\bank"
    bundle: Path | None = None
    part: Part
    parts: list[Part]
    named: dict[str, Path]
    nothing: int | None = None


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, content in (("b.npz", b"second"), ("a.npz", b"first"), ("c.npz", b"")):
        (folder / name).write_bytes(content)
    return [folder / name for name in ("b.npz", "a.npz", "c.npz")]


def test_no_folder_of_the_machine_is_in_it(tmp_path: Path, files: list[Path]) -> None:
    """Nested, in lists and of another system; other values are as they are."""
    part = Part(folder=tmp_path / "deep" / "part")
    config = Config(
        output=tmp_path / "models" / "skull",
        bundle=tmp_path / "bundle",
        part=part,
        parts=[part],
        named={"locator": tmp_path / "locator"},
    )
    (tmp_path / "deep").mkdir()
    record_training(config, tmp_path / "deep")
    trainings = {"skull": tmp_path / "deep", "locator": tmp_path}
    found = json.loads(json.dumps(provenance(trainings, {"hc18": files})))
    text = json.dumps(found)
    assert str(tmp_path) not in text and tmp_path.name not in text and "someone" not in text
    assert not re.search(r"[/\\]", text)
    assert found["trainings"]["locator"] == {} and found["trainings"]["skull"]["commit"] == commit()
    assert found["trainings"]["skull"]["config"] == {
        "output": "skull",
        "bundle": "bundle",
        "model": "HiRecCVAE",
        "windows": "bank",
        "part": {"folder": "part", "share": 0.25},
        "parts": [{"folder": "part", "share": 0.25}],
        "named": {"locator": "locator"},
    }
    assert found["data"] == {"hc18": data_hash(files)} and found["commit"] == commit()
