"""Calibration of a trained model, against errors of known size."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.infer.calibration import (
    QUANTITIES,
    BiometryCalibration,
    SizeCalibration,
    SurfaceCalibration,
)
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.typicality import border_vector, shape_vector
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.biometry import Biometry
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.training.skull.calibrate import (
    RealReading,
    UsualVectors,
    biometry_calibration,
    fit_densities,
    predicted_shapes,
    rank_tables,
    read_biometry,
    size_calibration,
    surface_calibration,
    usual_vectors,
)
from GenerativeModelsLib.training.skull.readings import Readings, RealReadings
from GenerativeModelsLib.uncertainty.in_distribution import TypicalInput
from Testing.helpers.painted import painted_pixels, picture_pose
from Testing.helpers.tiny_models import tiny_skull

NEEDED = dict.fromkeys(QUANTITIES, 0.0)


def value_of(factor: float) -> Biometry:
    return Biometry(70.0 * factor, 88.0 * factor, 250.0 * factor, 79.5 * factor, 230.0 * factor)


def cases(count: int, truth: Callable[[np.random.Generator, int], tuple[np.ndarray, float]], sigma=1.0, sd=0.01):
    """Records whose surface offsets (mm) and relative biometry error are drawn by `truth(rng, planes)`."""
    rng, made = np.random.default_rng(5), []
    for i in range(count):
        records = {}
        for subset, planes in SUBSETS.items():
            offsets, error = truth(rng, len(planes))
            found, true = value_of(1.0), value_of(1 + error)
            spread = {name: sd * getattr(found, name) for name in QUANTITIES}
            n = len(offsets)
            records[subset] = Record(
                i, subset, {}, {"none": offsets + 9, "rigid": offsets}, np.full(n, sigma), np.ones(n), np.zeros((n, 3)),
                true, found, spread, {}, "typical", 0.0, {},
            )  # fmt: skip
        made.append(CaseRecords(i, records, {}))
    return made


def test_too_small_a_sigma_is_scaled_for_each_number_of_planes() -> None:
    """Errors of three, two, one sigma with one, two, three planes; sigma varies from point to point."""

    def truth(rng: np.random.Generator, planes: int):
        return rng.normal(0, 4 - planes, 400) * local, 0.01 * rng.normal()

    local = np.random.default_rng(1).uniform(0.5, 2.0, 400)
    made = cases(40, truth)
    for case in made:
        for record in case.records.values():
            record.sigma_mm[:] = local
    found = surface_calibration(made)
    assert found["scale"] == pytest.approx([3, 2, 1], rel=0.05)
    assert max(found["floor"]) < 0.3 * 0.5 / 40  # of the least sigma


def test_what_the_draws_do_not_know_becomes_a_floor_in_head_sizes() -> None:
    """Offsets of 2 mm with sigma 0 on a head of size 250 / 2 pi = 39.8 mm."""
    found = surface_calibration(cases(20, lambda rng, planes: (rng.normal(0, 2, 300), 0.0), sigma=0.0))
    assert found["floor"] == pytest.approx([2 / (250 / (2 * np.pi))] * 3, rel=0.03)


def test_biometry_errors_are_relative_and_covered() -> None:
    found = biometry_calibration(cases(300, lambda rng, planes: (np.zeros(1), 0.03 * rng.normal())), [])
    for name in QUANTITIES:
        for scale, floor in zip(found["scale"][name], found["floor"][name]):
            assert np.hypot(scale * 0.01, floor) == pytest.approx(0.03, rel=0.12)


def test_a_model_without_draws_has_nothing_to_calibrate() -> None:
    made = cases(3, lambda rng, planes: (rng.normal(0, 2, 300), 0.0))
    bare = [
        replace(case, records={s: replace(r, sigma_mm=None, sd=dict.fromkeys(r.sd)) for s, r in case.records.items()})
        for case in made
    ]
    assert surface_calibration(bare) == {} == biometry_calibration(bare, [reading(0.05)])
    manifest = {"surface": surface_calibration(bare), "biometry": biometry_calibration(bare, [])}
    assert SurfaceCalibration.from_manifest(manifest) == SurfaceCalibration()
    assert BiometryCalibration.from_manifest(manifest).sd("hc_mm", 2.0, 250.0, 1) == 2.0


def reading(error: float, sd: float = 0.01) -> RealReading:
    found = {name: getattr(value_of(1.0), name) for name in QUANTITIES[:4]}
    return RealReading(
        {name: value * (1 + error) for name, value in found.items()},
        found,
        {name: sd * value for name, value in found.items()},
        {},
    )


def test_real_errors_raise_the_floor_of_what_can_be_read_off_an_axial_picture() -> None:
    rng = np.random.default_rng(2)
    simulated = cases(300, lambda rng, planes: (np.zeros(1), 0.01 * rng.normal()))
    alone = biometry_calibration(simulated, [])
    real = [reading(0.05 * rng.normal()) for _ in range(400)]
    found = biometry_calibration(simulated, real)
    for k in range(3):
        scale, floor = found["scale"]["hc_mm"][k], found["floor"]["hc_mm"][k]
        errors = np.array([r.truth["hc_mm"] / r.found["hc_mm"] - 1 for r in real])
        assert np.mean(errors**2) / ((0.01 * scale) ** 2 + floor**2) == pytest.approx(1, rel=0.02)
    assert found["floor"]["head_volume_ml"] == alone["floor"]["head_volume_ml"]
    # real errors that the draws already cover have no effect
    assert biometry_calibration(simulated, [reading(0.001 * rng.normal()) for _ in range(50)]) == alone


def test_ranks_of_calibration_cases_are_those_a_user_will_be_given() -> None:
    rng = np.random.default_rng(4)
    rows = [{"a": float(a), "b": float(b)} for a, b in rng.gamma(2.0, size=(300, 2))]
    rows += [{"a": float(a)} for a in rng.gamma(2.0, size=100)]
    tables = rank_tables(rows)
    assert len(tables["quantiles"]["a"]) == 400 and len(tables["quantiles"]["b"]) == 300
    assert tables["quantiles"]["a"] == sorted(tables["quantiles"]["a"]) and all(
        v == sorted(v) for v in tables["worst"].values()
    )
    typical = TypicalInput.from_bundle(tables, {})
    verdicts = [typical.judge(row, {}).verdict for row in rows]
    assert verdicts.count("typical") / 400 == pytest.approx(0.95, abs=0.01)
    assert verdicts.count("outside") / 400 <= 0.0075
    fresh = [typical.judge({"a": a, "b": b}, {}).verdict for a, b in rng.gamma(2.0, size=(3000, 2))]
    assert fresh.count("typical") / 3000 == pytest.approx(0.95, abs=0.03) and fresh.count("outside") / 3000 < 0.015


def test_densities_of_every_measure_go_into_the_bundle() -> None:
    rng = np.random.default_rng(6)
    vectors = {"axial picture": rng.normal(size=(400, 3)), "shape": rng.normal(2, 3, size=(300, 2))}
    found = fit_densities({name: UsualVectors(rows, np.arange(len(rows))) for name, rows in vectors.items()})
    typical = TypicalInput.from_bundle(json.loads(json.dumps(found.settings)), found.tensors)
    assert list(typical.densities) == list(vectors)
    for name, rows in vectors.items():
        centre, far = rows.mean(0), rows.mean(0) + 8 * rows.std(0)
        usual = np.mean([typical.surprise(name, row) for row in rows[:50]])
        assert typical.surprise(name, centre) < usual < typical.surprise(name, far)
    # nats per dimension of a standard normal distribution: (1 + log 2 pi) / 2
    usual = np.mean([typical.surprise("axial picture", row) for row in vectors["axial picture"]])
    assert usual == pytest.approx((1 + np.log(2 * np.pi)) / 2, abs=0.15)
    again = fit_densities({name: UsualVectors(rows, np.arange(len(rows))) for name, rows in vectors.items()})
    assert all(np.array_equal(value, again.tensors[name]) for name, value in found.tensors.items())


def test_usual_vectors_are_those_of_the_readings_and_of_real_pictures(painted_readings: Path) -> None:
    """Real borders are repeated until they count as often; shapes come from four subsets of planes."""
    readings = Readings.load(painted_readings / "readings-000000.npz")
    present = readings.present.copy()
    present[0, 2] = False
    real = RealReadings(readings.borders[:2, 0] * np.float32(1.1), np.zeros(2, np.float32))
    readings = replace(readings, present=present)
    shapes = predicted_shapes(tiny_skull(), readings.borders, readings.present)
    usual = usual_vectors(readings, shapes, real)
    found = {name: u.rows for name, u in usual.items()}
    assert {name: len(rows) for name, rows in found.items()} == {
        "axial picture": 6 + 6, "sagittal picture": 6, "coronal picture": 5, "shape": 24,
    }  # fmt: skip
    np.testing.assert_array_equal(found["axial picture"][2], border_vector(readings.borders[2, 0], "axial"))
    np.testing.assert_array_equal(found["axial picture"][6:8], found["axial picture"][8:10])
    np.testing.assert_array_equal(found["axial picture"][7], border_vector(real.borders[1], "axial"))
    np.testing.assert_array_equal(found["coronal picture"][0], border_vector(readings.borders[1, 2], "coronal"))
    y = Conditions(torch.from_numpy(readings.borders), torch.from_numpy(readings.present))
    np.testing.assert_allclose(found["shape"][3], shape_vector(tiny_skull().mean(y)[3]), atol=1e-7)
    # every repetition of a real picture, and every subset of a case's planes, is the same case
    assert usual["axial picture"].cases.tolist() == [*range(6), *[6, 7] * 3]
    assert usual["shape"].cases.tolist() == [*range(6)] * 4
    none = RealReadings(np.zeros((0, *real.borders.shape[1:]), np.float32), np.zeros(0, np.float32))
    assert [len(usual_vectors(readings, shapes, r)["axial picture"].rows) for r in (None, none)] == [6, 6]


class CorrectsTwice:
    """A network whose correction of the size is twice the number at the start of the axial border."""

    def mean(self, y: Conditions) -> torch.Tensor:
        return 2 * y.borders[:, 0, 0, :1].repeat(1, 3)


def sized(log_size: np.ndarray, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Axial borders from whose first number the log sizes follow by a factor, and those log sizes."""
    borders = np.zeros((len(log_size), 1, 2, 4), np.float32)
    borders[:, 0, 0, 0] = log_size / factor
    return borders, log_size


def test_the_size_is_weighed_on_simulated_heads_and_for_one_plane_on_real_pictures_too() -> None:
    rho = np.random.default_rng(2).normal(0, 0.02, 400).astype(np.float32)
    borders, log_size = sized(rho, 2.0)  # the correction is right
    simulated = SimpleNamespace(borders=np.repeat(borders, 3, 1), present=np.ones((400, 3), bool), log_size=log_size)
    assert size_calibration(CorrectsTwice(), simulated, None) == {"weight": [1.0, 1.0, 1.0]}
    # In real pictures the correction is far too large: four times what is missing.
    pictures, missing = sized(rho[:100], 0.5)
    real = RealReadings(pictures[:, 0], missing)
    found = size_calibration(CorrectsTwice(), simulated, real)
    assert found == {"weight": [0.25, 1.0, 1.0]}
    assert SizeCalibration.from_manifest({"size": found}).weight == (0.25, 1.0, 1.0)
    nothing = RealReadings(pictures[:0, 0], missing[:0])
    assert size_calibration(CorrectsTwice(), simulated, nothing) == {"weight": [1.0, 1.0, 1.0]}


def test_real_pictures_are_read_and_those_without_a_head_left_out(tiny_model: SkullModel, tmp_path: Path) -> None:
    from PIL import Image

    shape = mean_head(250)
    Image.fromarray(painted_pixels(shape, picture_pose("axial", 0.3))).save(tmp_path / "head.png")
    Image.fromarray(np.eye(120, dtype=np.uint8) * 255).save(tmp_path / "none.png")
    ellipse = Ellipse((80.0, 65.0), 44.5, 35.4, 0.3)
    annotated = [Hc18Case(tmp_path / name, 1.1, ellipse, 251.0) for name in ("none.png", "head.png")]
    (found,) = read_biometry(tiny_model, annotated, samples=4)
    assert found.truth == {
        "bpd_mm": 70.8, "ofd_mm": 89.0, "hc_mm": 251.0, "cephalic_index_percent": pytest.approx(79.55, abs=0.01),
    }  # fmt: skip
    assert set(found.found) == set(found.sd) == set(found.truth)
    assert found.found["hc_mm"] == pytest.approx(250, rel=0.05) and found.sd["hc_mm"] > 0
    assert {"axial head", "axial misfit"} <= set(found.measures)


def test_biometry_is_calibrated_for_each_number_of_planes() -> None:
    """Relative errors of three, two, one times the drawn 1 % with one, two, three planes."""
    sd = 0.01

    def truth(rng: np.random.Generator, planes: int):
        return np.zeros(3), (4 - planes) * sd * rng.normal()

    found = biometry_calibration(cases(400, truth, sd=sd), [])
    for name in QUANTITIES:
        width = np.hypot(sd * np.array(found["scale"][name]), found["floor"][name])
        np.testing.assert_allclose(width, sd * np.array([3, 2, 1]), rtol=0.15)
