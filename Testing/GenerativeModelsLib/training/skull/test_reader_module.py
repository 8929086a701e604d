"""Loss of the plane reader: closed forms, what each kind of picture teaches, and decrease by training."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.locate.strip import ANGLES, RADII, bin_centres

pytest.importorskip("lightning")

from GenerativeModelsLib.training.skull.reader_data import ReaderData
from GenerativeModelsLib.training.skull.reader_module import (
    BAND,
    BAND_SD,
    ECHO_SD,
    MEAN_SD,
    ReaderTraining,
    border_nll,
    low_harmonics,
)
from Testing.helpers.painted import GreyLevelBorder, shard_files

RADII_OF_BINS = torch.from_numpy(bin_centres())
COEFFICIENT = st.floats(-1, 1)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.7, 1.3), st.floats(0.005, 0.05), st.integers(0, RADII - 1))
def test_a_border_in_one_bin_has_the_likelihood_of_a_gaussian(radius: float, sd: float, index: int) -> None:
    log_p = torch.full((1, 1, RADII), -torch.inf, dtype=torch.float64)
    log_p[..., index] = 0
    found = border_nll(log_p, torch.tensor([[radius]], dtype=torch.float64), sd, RADII_OF_BINS)
    away = (radius - bin_centres()[index]) / sd
    assert found.item() == pytest.approx(0.5 * away**2 + math.log(sd * math.sqrt(2 * math.pi)), rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.008, 0.05))
def test_the_likelihood_is_a_density_of_the_radius(seed: int, sd: float) -> None:
    """It integrates to one, whatever the distribution over the bins."""
    log_p = torch.randn(1, 1, RADII, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).log_softmax(-1)
    radius = torch.linspace(0.3, 1.7, 4001, dtype=torch.float64)[None]
    density = (-border_nll(log_p, radius, sd, RADII_OF_BINS)).exp()
    assert torch.trapezoid(density, radius).item() == pytest.approx(1, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[COEFFICIENT] * 5), COEFFICIENT, COEFFICIENT)
def test_the_low_harmonics_of_a_curve_are_its_coefficients(low, third: float, seventh: float) -> None:
    """Mean, cosine and sine of the angle and of its double; higher harmonics leave no trace."""
    phi = torch.arange(ANGLES) * (2 * torch.pi / ANGLES)
    waves = [torch.ones(ANGLES), phi.cos(), phi.sin(), (2 * phi).cos(), (2 * phi).sin()]
    curve = sum(c * wave for c, wave in zip(low, waves)) + third * (3 * phi).cos() + seventh * (7 * phi).sin()
    torch.testing.assert_close(curve @ low_harmonics(), torch.tensor(low), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def batch(painted_bank: Path) -> dict[str, torch.Tensor]:
    data = ReaderData(shard_files(painted_bank), [], 50, seed=5)
    return torch.utils.data.default_collate([data[i] for i in range(8)])


def made() -> ReaderTraining:
    torch.manual_seed(0)
    return ReaderTraining(4e-3, 100)


def reading(radius: torch.Tensor) -> dict[str, torch.Tensor]:
    """Strips that are lit up to `radius` (B, ANGLES), with the rest of a batch."""
    bins = torch.from_numpy(bin_centres()).float()
    step = bins[1] - bins[0]
    grey = ((radius[..., None] - bins) / step + 0.5).clamp(0, 1)
    n = len(radius)
    scalars = {name: torch.zeros(n) for name in ("real", "upright", "oriented")}
    return {
        "strip": torch.stack([grey, torch.ones_like(grey)], 1),
        "radius": radius,
        "echo": radius,
        "clear": torch.zeros(n, ANGLES),
        "visible": torch.ones(n, ANGLES),
        "picture": torch.zeros(n, 64, 64),
        "plane": torch.zeros(n, dtype=torch.long),
        **scalars,
    }


@pytest.fixture
def exact() -> ReaderTraining:
    """A training whose reader reads lit strips exactly."""
    module = made().eval()
    module.net["border"] = GreyLevelBorder()
    return module


def test_training_lowers_every_part_of_the_loss_of_one_batch(batch: dict[str, torch.Tensor]) -> None:
    module = made()
    half = {**batch, "real": (torch.arange(8) % 2).float(), "clear": torch.ones(8, ANGLES)}
    optimiser = torch.optim.AdamW(module.net.parameters(), 4e-3)
    history = []
    for _ in range(12):
        losses = module.losses(half)
        optimiser.zero_grad()
        module.total(losses).backward()
        optimiser.step()
        history.append({name: float(value.detach()) for name, value in losses.items()})
    assert set(history[0]) == {"simulated", "real", "echo", "known", "band", "mean", "visible", "upright", "error %"}
    for name in history[0]:
        assert history[-1][name] < history[0][name], name


def test_every_part_of_the_loss_counts_and_the_error_in_per_cent_does_not(batch: dict[str, torch.Tensor]) -> None:
    parts = dict.fromkeys(made().eval().losses(batch), torch.tensor(0.0))
    for name in parts:
        assert (ReaderTraining.total({**parts, name: torch.tensor(2.0)}) > 0) == (name != "error %")


def test_an_error_of_the_reader_is_told_in_per_cent(exact: ReaderTraining) -> None:
    radius = 1 + 0.1 * torch.randn(4, ANGLES, generator=torch.Generator().manual_seed(1)).clamp(-2, 2)
    right = exact.losses(reading(radius))
    wrong = exact.losses({**reading(radius), "radius": radius + 0.02})
    assert right["error %"] < 0.1 and wrong["error %"].item() == pytest.approx(2, abs=0.1)
    assert right["simulated"] < wrong["simulated"]


def test_within_its_band_the_border_of_a_real_picture_is_free(exact: ReaderTraining) -> None:
    every = {"real": torch.ones(2)}

    def band(off: float) -> float:
        annotated = torch.ones(2, ANGLES)
        annotated[:, 7] += off
        return exact.losses({**reading(torch.ones(2, ANGLES)), **every, "radius": annotated})["band"].item()

    assert band(0.9 * BAND) == band(-0.9 * BAND) == 0
    # the Huber loss of one angle, half a standard deviation and four beyond the band
    assert band(BAND + 0.5 * BAND_SD) == pytest.approx(0.125 / ANGLES, rel=0.1)
    assert band(-BAND - 4 * BAND_SD) == pytest.approx(6 / ANGLES, rel=0.05)


def test_the_likelihood_of_a_real_border_is_that_of_lying_in_the_band(exact: ReaderTraining) -> None:
    """Nought where the border lies well inside; 0.5 of it on the edge; it grows further out."""
    every, right = {"real": torch.ones(2)}, reading(torch.ones(2, ANGLES))

    def cost(off: float) -> float:
        return exact.losses({**right, **every, "radius": right["radius"] + off})["real"].item()

    assert cost(0.0) == pytest.approx(0, abs=0.05)
    assert cost(BAND) == pytest.approx(math.log(2), abs=0.1) == pytest.approx(cost(-BAND), abs=0.1)
    assert cost(BAND + 2 * BAND_SD) > 2 > cost(BAND + BAND_SD) > 1


def test_mixed_precision_does_not_round_the_radius(exact: ReaderTraining) -> None:
    """bfloat16 has steps of 0.008 at a radius of 1, as large as the standard deviations of what is known."""
    phi = torch.arange(ANGLES) * (2 * torch.pi / ANGLES)
    radius = 1 + 0.004 * phi.cos()[None].expand(2, -1)
    batch = {**reading(torch.full((2, ANGLES), 1.003)), "real": torch.tensor([1.0, 0.0]), "radius": radius}
    plain = exact.losses(batch)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = exact.losses(batch)
    for name in ("simulated", "real", "echo", "known", "band", "error %"):
        assert mixed[name].item() == pytest.approx(plain[name].item(), rel=0.01, abs=1e-4), name


def test_a_real_picture_knows_its_low_harmonics_and_leaves_the_others(exact: ReaderTraining) -> None:
    phi = torch.arange(ANGLES) * (2 * torch.pi / ANGLES)
    radius = torch.ones(2, ANGLES)
    every = {"real": torch.ones(2)}
    for harmonic, known in ((0, True), (1, True), (2, True), (3, False), (5, False)):
        annotated = radius + 0.02 * (harmonic * phi).cos()
        losses = exact.losses({**reading(radius), **every, "radius": annotated})
        assert (losses["known"] > 0.1) == known, harmonic
        assert losses["simulated"] == 0 == losses["error %"]
    # within the band the border of a real picture is free, where that of a simulated one is not
    off, right = {"radius": radius + 0.4 * BAND * (3 * phi).cos()}, reading(radius)
    real = exact.losses({**right, **every, **off})["real"] - exact.losses({**right, **every})["real"]
    simulated = exact.losses({**right, **off})["simulated"] - exact.losses(right)["simulated"]
    assert 0 <= real < 0.2 * simulated


def test_where_its_echo_is_clear_a_real_border_is_known(exact: ReaderTraining) -> None:
    """The likelihood of a Gaussian error, the mean over the clear angles; nothing elsewhere, nor in simulated ones."""
    at = torch.full((2, ANGLES), float(bin_centres()[24]))
    right = reading(at) | {"real": torch.ones(2)}

    def cost(off: float, clear: int, **other: torch.Tensor) -> float:
        echo, where = at.clone(), torch.zeros(2, ANGLES)
        echo[:, :9] += off
        where[:, :clear] = 1
        return exact.losses({**right, "echo": echo, "clear": where, **other})["echo"].item()

    read_sd = 0.7 * (bin_centres()[1] - bin_centres()[0])  # of `GreyLevelBorder`
    due = 0.5 * 0.03**2 / (ECHO_SD**2 + read_sd**2)
    assert cost(0.03, 9) - cost(0.0, 9) == pytest.approx(due, rel=0.05)
    assert cost(0.03, 18) - cost(0.0, 18) == pytest.approx(due / 2, rel=0.05)
    assert cost(0.03, 0) == 0 == cost(0.03, 9, real=torch.zeros(2))


@pytest.mark.parametrize("real", [0.0, 1.0])
def test_the_mean_lies_on_a_clear_echo(exact: ReaderTraining, real: float) -> None:
    """The Huber loss of its error over the clear angles, in real and simulated pictures alike."""
    at = torch.full((2, ANGLES), float(bin_centres()[24]))
    right = reading(at) | {"real": torch.full((2,), real)}

    def cost(off: float) -> float:
        echo, where = at.clone(), torch.zeros(2, ANGLES)
        echo[:, :9] += off
        where[:, :18] = 1
        return exact.losses({**right, "echo": echo, "clear": where})["mean"].item()

    base = cost(0.0)
    assert base == pytest.approx(0, abs=0.02)
    assert cost(MEAN_SD) == pytest.approx(0.25, abs=0.05) and cost(4 * MEAN_SD) == pytest.approx(3, rel=0.05)
    assert exact.losses(right)["mean"] == 0


def test_a_batch_of_one_kind_costs_nothing_for_the_other(exact: ReaderTraining) -> None:
    simulated = exact.losses(reading(torch.ones(3, ANGLES)))
    assert simulated["real"] == simulated["known"] == simulated["band"] == simulated["upright"] == 0
    real = exact.losses({**reading(torch.ones(3, ANGLES)), "real": torch.ones(3)})
    assert real["simulated"] == 0 and real["real"] != 0


def test_the_orientation_is_learnt_from_pictures_whose_orientation_is_known(exact: ReaderTraining) -> None:
    known = reading(torch.ones(4, ANGLES)) | {"oriented": torch.tensor([1.0, 1, 0, 0])}
    lies = known | {"upright": torch.tensor([0.0, 0, 1, 1])}
    assert exact.losses(known)["upright"] == exact.losses(lies)["upright"] > 0
    wrong = known | {"upright": torch.tensor([1.0, 1, 0, 0])}
    assert exact.losses(known)["upright"] != exact.losses(wrong)["upright"]


def test_the_schedule_is_of_the_steps_of_the_training(batch: dict[str, torch.Tensor]) -> None:
    module = made()
    found = module.configure_optimizers()
    optimised = {id(p) for group in found["optimizer"].param_groups for p in group["params"]}
    assert optimised == {id(p) for p in module.net.parameters()}
    assert found["lr_scheduler"]["scheduler"].total_steps == 100 and found["lr_scheduler"]["interval"] == "step"
    assert {name.split(".")[0] for name in module.net.state_dict()} == {"border", "facing"}
    assert np.isfinite(float(module.total(module.losses(batch)).detach()))
