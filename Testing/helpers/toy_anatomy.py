"""An anatomy that is found in no body: what the shared parts do with any record, without a network.

`compute` counts the bytes of its picture; `strength` says what else happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.record import Anatomy, Mesh, Quantity
from GenerativeModelsLib.anatomy.request import ModelRequest
from GenerativeModelsLib.anatomy.run import Case, Progress
from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.process.memory import MemoryNeed

__all__ = ["PLACE", "TOY", "ToyModel", "ToyRequest"]

PLACE = "Testing.helpers.toy_anatomy:TOY"


@dataclass(frozen=True)
class ToyRequest(ModelRequest):
    """Request of a toy."""

    picture: Source = asked("A picture.", metavar="FILE", called="the picture", image=True, column=True)
    strength_mm: str = asked("How strong.", default="1", called="the strength", column=True, batch=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.strength_mm.isdigit():
            raise InputError(f"{named('strength_mm')} is '{self.strength_mm}': give a number.")


class ToyModel:
    """Knows where it is; `calls` counts what is computed on it."""

    manifest = SimpleNamespace(name="toy", version="1", sha256="0" * 64)

    def __init__(self, device: Any = "cpu") -> None:
        self.device, self.calls = str(device), 0


@dataclass
class Found:
    """What a toy's computation yields."""

    count: int
    warnings: tuple[str, ...]
    seconds: dict[str, float]


def _read(request: ToyRequest) -> bytes:
    if isinstance(request.picture, GivenImage):
        return request.picture.values.tobytes()
    content = request.picture.read_bytes() if request.picture.is_file() else b""
    if not content:
        raise InputError(f"{named('picture')} {request.picture} is empty: give another one.")
    return content


def _compute(request: ToyRequest, content: bytes, model: ToyModel, progress: Progress) -> Found:
    model.calls += 1
    progress("counting", 0.5)
    return Found(len(content), ("A plain sentence.", Caution("Read it with care.", "quality")), {"count": 0.25})


def _document(case: Case) -> dict[str, Any]:
    return {
        "count_mm": case.run.found.count * int(case.request.strength_mm),
        "spread": {"width_mm": {"value": 2.5, "sd": 0.5, "interval90": [1.5, 3.5], "percentile": 40.0}},
        "in_distribution": {"score": 0.25, "verdict": "typical"},
    }


def _write(case: Case, folder: Path) -> None:
    (folder / "toy.txt").write_text(str(case.run.found.count))


def _report(case: Case, result: Mapping[str, Any], path: Path) -> None:
    path.write_text(f"<title>{case.request.shown_title}</title>")


TOY = Anatomy(
    name="toy",
    title="Toy & game",
    about="Toys from pictures.",
    verb="play",
    verb_help="Play with a picture.",
    bundle_kind="toy",
    schema="toy/1",
    request=ToyRequest,
    inputs_called="the picture",
    quantities=(
        Quantity("count_mm", "COUNT", "Number of bytes", "mm"),
        Quantity("width_mm", "W", "Width", "mm", "spread", "width"),
        Quantity("weight_g", "Weight", "Weight", "g"),
    ),
    quantities_title="Measures",
    meshes=(Mesh("toy.vtp", "Toy"),),
    need=MemoryNeed("a toy", 10**6),
    read_inputs=_read,
    load_model=lambda folder, device: ToyModel(device),
    compute=_compute,
    document=_document,
    write=_write,
    report=_report,
    read=lambda folder: folder,
    sample=lambda output: ToyRequest(picture=Path("sample"), output=output),
    summary_columns=("strength",),
    summary=lambda result: {"strength": result["count_mm"]},
    notes=lambda result: [f"Counted {result['count_mm']} <b>."],
    stale=("old-*.txt",),
    queries={"twice": lambda model, value: 2 * value},
)
