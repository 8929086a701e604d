"""The benchmark of translations: a translation that is none, one that moves nothing, and its tables and figure."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.evaluation.synthesis import translation as module
from GenerativeModelsLib.evaluation.synthesis.translation import Moved, run, translated
from GenerativeModelsLib.evaluation.synthesis.translation_picture import ROWS, Shown, draw_translation
from GenerativeModelsLib.skull.planes.image import read_plane
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.synthesis.translate.domains import CINE_MR, HC18
from Testing.helpers.tiny_translation import write_translation_bundle

SPACING = (0.3, 0.3)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_translation_bundle(tmp_path_factory.mktemp("heads") / "bundle")


def moved(name: str, number: int, drift: float | None, shift: float) -> Moved:
    rng = np.random.default_rng([number, name == "real"])
    features = rng.normal(size=3) + (shift if name == "real" else 0)
    after = None if drift is None else 0.5 + drift
    return Moved(f"{name} {number}", drift, 0.5, after, features, None if drift is None else features - shift / 2)


def test_drift_error_and_lost_heads_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("monai")
    drifts = [0.1, 0.2, 0.3, 0.4, None]
    cases = [SimpleNamespace(number=number) for number in range(5)]
    monkeypatch.setattr(module, "read_hc18", lambda data: cases)
    parts = SimpleNamespace(test=cases[:3], calibration=cases[3:])  # the final part is not even there
    monkeypatch.setattr(module, "split_hc18", lambda given: parts)
    monkeypatch.setattr(module, "parallel_map", lambda f, jobs, *_, **__: [f(job) for job in jobs])
    monkeypatch.setattr(module, "_of_simulated", lambda b, s, job: moved("simulated", job[1], drifts[job[1]], 4.0))
    monkeypatch.setattr(module, "_of_real", lambda b, job: moved("real", job[1], 0.0, 4.0))
    report = run(tmp_path, tmp_path, None, 0, 1, tmp_path / "out")
    found = report.figures["drift"][module.SIMULATED_HEADS]
    assert found["pictures"] == 4 and found["lost"] == 1
    assert found["drift_mm"]["mean"] == pytest.approx(0.25) and found["drift_mm"]["p95"] == pytest.approx(0.385)
    low, high = found["drift_mm"]["interval95"]
    assert 0.1 <= low < 0.25 < high <= 0.4
    assert found["error_mm"]["before"] == 0.5 and found["error_mm"]["difference"] == pytest.approx(0.25)
    row = report.tables[0].rows[0]
    assert row[:3] == ["simulated heads", "4", "1"] and len(row) == len(report.tables[0].columns)
    looks = report.figures["looks"]
    assert looks["real and simulated"]["frechet"] > looks["real, translated, and simulated"]["frechet"]
    assert looks["real and simulated"]["auc"] > 0.9 and len(report.tables[1].rows) == 3


def test_pictures_of_one_head_count_as_one() -> None:
    drifts = {"a": [0.1, 0.1, 0.1, 0.4, 0.4, 0.4], "b": [1.0]}
    found = [Moved(head, drift, 0.5, 0.5, np.zeros(1), np.zeros(1)) for head, some in drifts.items() for drift in some]
    _, figures = module._drift_table({module.REAL_HEADS: found}, len(found))
    drift = figures[module.REAL_HEADS]["drift_mm"]
    assert drift["mean"] == pytest.approx(0.625) and drift["interval95"] == pytest.approx([0.25, 1.0])


def test_without_heads_there_is_nothing_to_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "read_hc18", lambda data: [])
    monkeypatch.setattr(module, "split_hc18", lambda given: SimpleNamespace(test=[], calibration=[]))
    with pytest.raises(InputError, match="Fewer than two heads"):
        run(tmp_path, tmp_path, None, 0, 1)


def test_a_translation_that_is_none_has_no_drift(
    bundle: Path, sample_case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = read_plane(sample_case / "axial.png", spacing_mm=SPACING).pixels
    _, model = module._models(str(bundle))
    same = SimpleNamespace(translate=lambda values, to, seed: SimpleNamespace(values=values))
    monkeypatch.setattr(module, "_models", lambda given: (same, model))
    outline = module.border_in(model, pixels, SPACING).points_mm()
    found = translated(str(bundle), HC18, pixels, SPACING, outline, "a", 0)
    assert found.drift_mm == pytest.approx(0, abs=1e-6) and found.before_mm == pytest.approx(0, abs=1e-3)
    np.testing.assert_allclose(found.features, found.translated)
    assert found.features.shape == (48,) and found.pictures is not None
    nothing = np.random.default_rng(0).uniform(0, 30, pixels.shape).astype(np.float32)
    assert translated(str(bundle), HC18, nothing, SPACING, outline, "a", 0) is None
    lost = SimpleNamespace(translate=lambda values, to, seed: SimpleNamespace(values=nothing[None]))
    monkeypatch.setattr(module, "_models", lambda given: (lost, model))
    found = translated(str(bundle), HC18, pixels, SPACING, outline, "a", 1)
    assert found.drift_mm is None and found.translated is None and found.pictures is None


def test_real_and_simulated_pictures_are_translated_the_right_way(
    bundle: Path, sample_case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(module, "translated", lambda *given: asked.append(given))
    case = Hc18Case(sample_case / "axial.png", 0.3, Ellipse((50.0, 40.0), 40.0, 30.0, 0.2), 220.0)
    module._of_real(str(bundle), (case, 3))
    module._of_simulated(str(bundle), 0, (case, 3))
    assert [given[1] for given in asked] == ["simulated-ultrasound", "hc18-ultrasound"]
    assert asked[0][4].shape == (360, 2) and asked[1][4].shape == (128, 2) and asked[1][6] == 3


def test_a_bundle_of_other_domains_is_refused(tmp_path: Path) -> None:
    other = write_translation_bundle(tmp_path / "bundle", CINE_MR)
    with pytest.raises(InputError, match="leads to one-vendor and other-vendor: name a bundle of heads"):
        module._models(str(other))


def test_the_figure_has_a_column_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from PIL import Image

    pictures = [Shown(*(np.full((20, 30), 60.0 * k) for k in range(3))) for _ in range(2)]
    draw_translation(pictures, pictures[:1], tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as made:
        assert made.height > made.width and len(ROWS) == 6
