"""Network and fitted shape model side by side, on surfaces of known distance."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.test_heads import head_surface
from GenerativeModelsLib.evaluation.skull import agreement
from GenerativeModelsLib.evaluation.skull.agreement import COMPARED, _distance, _Recorded, run_agreement
from GenerativeModelsLib.skull.infer.border_fit import BorderFit, head_prior
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import painted_plane
from Testing.helpers.tiny_models import tiny_basis


def reconstruction(hc_mm: float) -> SimpleNamespace:
    hc = SimpleNamespace(value=hc_mm)
    return SimpleNamespace(surface=head_surface(mean_head(hc_mm), 4), biometry=SimpleNamespace(hc_mm=hc))


def test_the_distance_of_a_larger_head_is_the_difference_of_radii() -> None:
    vault, whole = _distance(reconstruction(255).surface, reconstruction(250).surface, 255)
    assert whole == pytest.approx(5 / (2 * np.pi), rel=0.15) and vault == pytest.approx(whole, rel=0.2)


def test_what_a_predictor_was_asked_is_kept_and_its_other_parts_are_there() -> None:
    inner = SimpleNamespace(predict=lambda y, samples, generator: (y, samples), encode_planes=lambda y: "features")
    kept = _Recorded(inner)
    assert kept.predict("y", 3) == ("y", 3) and kept.y == "y" and kept.prediction == ("y", 3)
    assert kept.encode_planes("y") == "features"


def test_both_answers_are_to_the_same_borders(monkeypatch: pytest.MonkeyPatch, tiny_model) -> None:
    """The reconstruction with the fit in the network's place sees the same planes and gives another head."""
    from dataclasses import replace

    fit = BorderFit(tiny_basis(), head_prior(tiny_basis(), heads=60))
    models = (
        replace(tiny_model, skull=_Recorded(tiny_model.skull)),
        replace(tiny_model, skull=_Recorded(fit)),
        fit,
    )
    monkeypatch.setattr(agreement, "_models", lambda bundle: models)
    images = {name: painted_plane(mean_head(250), name) for name in ("axial", "sagittal")}
    network, fitted, misfits = agreement._both("bundle", images, 1)
    assert models[0].skull.y.borders.equal(models[1].skull.y.borders)
    assert misfits["fit_misfit"] < misfits["network_misfit"]
    assert fitted.biometry.hc_mm.value == pytest.approx(250, rel=0.03)
    assert fitted.biometry.hc_mm.value != network.biometry.hc_mm.value


def test_tables_give_the_distances_and_leave_refused_cases_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def both(bundle: str, images: dict, seed: int):
        if seed == 2 and len(images) == 1:
            raise InputError("no head")
        truth = 250.0
        return reconstruction(truth + 2), reconstruction(truth + 7), {"network_misfit": 1.25, "fit_misfit": 0.75}

    head = SimpleNamespace(shape=mean_head(250), hc_mm=250.0)
    images = dict.fromkeys(("axial", "sagittal", "coronal"))
    monkeypatch.setattr(agreement, "_both", both)
    monkeypatch.setattr(agreement, "simulated_case", lambda s, i: SimpleNamespace(head=head, images=images))
    report = run_agreement(tmp_path / "bundle", tmp_path, 3, 0, workers=1)
    (table,) = report.tables  # without HC18 there is one table
    assert [row[0] for row in table.rows] == [f"{COMPARED[0]} (3)", f"{COMPARED[1]} (2)"]
    figures = report.figures["simulated"]["axial"]
    for name, apart_mm in (("network", 2), ("fit", 7), ("apart", 5)):
        assert figures[f"{name}_whole_mm"] == pytest.approx(apart_mm / (2 * np.pi), rel=0.2), name
    assert table.rows[0][5] == "1.25 / 0.75" and table.rows[0][4].startswith("+0.")


def test_planes_in_which_no_head_is_found_have_no_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def both(bundle: str, images: dict, seed: int):
        if len(images) == 1:
            raise InputError("no head")
        return reconstruction(252), reconstruction(257), {"network_misfit": 1.25, "fit_misfit": 0.75}

    head = SimpleNamespace(shape=mean_head(250), hc_mm=250.0)
    case = SimpleNamespace(head=head, images=dict.fromkeys(("axial", "sagittal", "coronal")))
    monkeypatch.setattr(agreement, "_both", both)
    monkeypatch.setattr(agreement, "simulated_case", lambda s, i: case)
    report = run_agreement(tmp_path / "bundle", tmp_path, 1, 0, workers=1)
    assert [row[0] for row in report.tables[0].rows] == ["three planes (1)"]
    assert report.figures["simulated"]["axial"] == {}
    monkeypatch.setattr(agreement, "COMPARED", ("axial",))
    with pytest.raises(InputError, match="A head was found in none of the 1 simulated cases"):
        run_agreement(tmp_path / "bundle", tmp_path, 1, 0, workers=1)


def test_the_fit_takes_the_place_of_the_network(monkeypatch: pytest.MonkeyPatch, tiny_model) -> None:
    agreement._models.cache_clear()
    monkeypatch.setattr(agreement, "load_skull_model", lambda folder: tiny_model)
    monkeypatch.setattr(agreement, "head_prior", lambda basis: head_prior(basis, heads=60))
    network, fitted, fit = agreement._models("bundle")
    agreement._models.cache_clear()
    assert network.skull.inner is tiny_model.skull and fitted.skull.inner is fit
    assert fit.basis is tiny_model.basis and fitted.locator is network.locator is tiny_model.locator
