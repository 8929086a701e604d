"""Whether real and simulated pictures can be told apart, on features of known distributions."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.scores.probability import auc
from GenerativeModelsLib.evaluation.skull import domain
from GenerativeModelsLib.evaluation.skull.domain import Seen, classifier_scores, run_domain, see, simulated_like
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.typicality import border_vector
from GenerativeModelsLib.skull.locate.canonical import CHANNELS, PROFILE
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from Testing.helpers.painted import painted_plane
from Testing.helpers.tiny_models import MEMBER


def features(shift: float, count: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Features of as many real as simulated heads on different scales, the first shifted by standard deviations."""
    rng = np.random.default_rng(seed)
    real = np.arange(2 * count) < count
    x = rng.normal(size=(2 * count, 8))
    x[real, 0] += shift
    return x * np.logspace(-3, 3, 8) + 5, real, [f"head {i}" for i in range(2 * count)]


@pytest.mark.parametrize(("shift", "expected", "within"), [(0.0, 0.5, 0.06), (1.0, 0.76, 0.05), (5.0, 1.0, 0.01)])
@pytest.mark.parametrize("seed", [0, 1])
def test_equal_distributions_cannot_be_told_apart_and_shifted_ones_can(
    shift: float, expected: float, within: float, seed: int
) -> None:
    """Normal distributions d apart have an AUC of Phi(d / sqrt 2)."""
    x, real, names = features(shift, seed=seed)
    assert auc(classifier_scores(x, real, names), real) == pytest.approx(expected, abs=within)


def test_no_head_is_on_both_sides_of_the_cross_validation() -> None:
    """Six pictures of a head are alike and no other head's: with one of them on the other side all would be known."""
    heads, pictures = 60, 6
    rng = np.random.default_rng(0)
    index = np.repeat(np.arange(heads), pictures)
    real = rng.permutation(np.arange(heads) % 2 == 0)[index]
    x = np.eye(heads)[index] + 0.01 * rng.normal(size=(len(index), heads))
    apart = auc(classifier_scores(x, real, [f"head {i}" for i in index]), real)
    leaked = auc(classifier_scores(x, real, [f"picture {i}" for i in range(len(index))]), real)
    assert leaked > 0.95 and apart < 0.65


def test_the_scores_do_not_depend_on_the_scale_of_a_feature() -> None:
    x, real, names = features(1.0)
    one, other = (classifier_scores(by * x + shift, real, names) for by, shift in ((1.0, 0.0), (100.0, -7.0)))
    np.testing.assert_allclose(other, one, rtol=0.02, atol=1e-3)


def test_what_is_seen_of_a_picture_is_its_border_and_the_axial_features(tiny_model: SkullModel) -> None:
    found = see(tiny_model, painted_plane(mean_head(250), "axial"), "7")
    assert found is not None and found.head == "7"
    assert found.border.shape == (len(CHANNELS) * PROFILE,) and found.features.shape == (MEMBER["features"],)
    border = found.border.reshape(len(CHANNELS), PROFILE)
    np.testing.assert_array_equal(found.vector, border_vector(border, "axial"))
    assert border[0].mean() == pytest.approx(1, abs=0.03)
    assert see(tiny_model, plane_from_array(np.eye(120) * 255, (1.1, 1.1), "axial"), "8") is None


@pytest.mark.parametrize("drawn_mm", [100.0, 252.0])
def test_a_simulated_picture_is_of_a_head_of_the_circumference_asked_for(
    monkeypatch: pytest.MonkeyPatch, drawn_mm: float
) -> None:
    """Scaled to it, also if no drawn head is near it."""
    shapes, drawn = [], []

    def sample_head(rng: np.random.Generator) -> SimpleNamespace:
        drawn.append(drawn_mm)
        return SimpleNamespace(shape=mean_head(drawn_mm), hc_mm=drawn_mm)

    def simulate_plane(shape, plane, rng, size):
        shapes.append(shape)
        return SimpleNamespace(image=np.eye(*size, dtype=np.uint8) * 255, spacing_mm=(0.5, 0.5))

    monkeypatch.setattr(domain, "sample_head", sample_head)
    monkeypatch.setattr(domain, "simulate_plane", simulate_plane)
    image = simulated_like(250.0, [1, 2])
    assert image.spacing_mm == (0.5, 0.5) and len(drawn) == (domain.ATTEMPTS if drawn_mm == 100 else 1)
    assert fit_ellipse(shapes[0].axial_outline()).perimeter == pytest.approx(250.0, rel=0.01)


def test_pictures_that_trained_or_are_kept_are_not_read_and_missed_heads_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Real pictures of the test and calibration parts against as many simulated ones; each missed one is dropped."""
    jobs: dict[str, list] = {"real": [], "simulated": []}
    split = SimpleNamespace(
        training=["no"], final=["no"], test=[f"t{i}" for i in range(30)], calibration=[f"c{i}" for i in range(20)]
    )
    rng = np.random.default_rng(0)

    def seen(kind: str, job: tuple) -> Seen | None:
        jobs[kind].append(job)
        shift = 4.0 if kind == "real" else 0.0
        row = rng.normal(size=(3, 4))
        row[0, 0] += shift
        return None if job[1] == 3 else Seen(f"{kind} {job[0]}", *row)

    monkeypatch.setattr(domain, "read_hc18", lambda folder: folder)
    monkeypatch.setattr(domain, "split_hc18", lambda cases: split)
    monkeypatch.setattr(domain, "_seen_real", lambda bundle, job: seen("real", job))
    monkeypatch.setattr(domain, "_seen_simulated", lambda bundle, seed, job: seen("simulated", job))
    found = run_domain(Path("bundle"), Path("data"), None, 0, workers=1)
    assert jobs["real"] == jobs["simulated"] == [(case, i) for i, case in enumerate(split.test + split.calibration)]
    assert (found.figures["real"], found.figures["simulated"]) == (49, 49)
    assert found.figures["border"] > 0.95 and abs(found.figures["features"] - 0.5) < 0.2
    (table,) = found.tables
    assert [row[1] for row in table.rows] == ["4"] * 3 and table.rows[0][2].startswith(f"{found.figures['border']:.2f}")
    jobs["real"].clear()
    run_domain(Path("bundle"), Path("data"), 12, 0, workers=1)
    assert len(jobs["real"]) == 12


def test_a_missing_data_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        run_domain(tmp_path / "bundle", tmp_path, None, 0)
    assert str(error.value).count("\n") == 0
