"""What a method takes, measured on a small one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import save_file

from GenerativeModelsLib.benchmarks.rivals.cost import cost_of
from GenerativeModelsLib.benchmarks.rivals.inputs import Inputs
from GenerativeModelsLib.benchmarks.rivals.methods import METHODS, SECONDS, Fit
from GenerativeModelsLib.benchmarks.rivals.scored import Scored
from Testing.GenerativeModelsLib.benchmarks.rivals.helpers import score_of
from Testing.helpers.tiny_models import MEMBER, tiny_basis, tiny_skull


def test_a_loaded_network_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    inputs = Inputs(tmp_path, None, 3, 0, 1)
    inputs.networks.mkdir()
    save_file({k: v.contiguous() for k, v in tiny_basis().state_dict().items()}, inputs.basis)
    net, fits = tiny_skull(), []
    for seed, seconds in ((1, 60.0), (2, None)):
        fits.append(Fit(METHODS[0], 0, seed, tmp_path / f"seed{seed}"))
        fits[-1].folder.mkdir()
        save_file({k: v.contiguous() for k, v in net.state_dict().items()}, fits[-1].folder / "skull.safetensors")
        config = {"model": "HiRecCVAE", "network": {"members": 2, **MEMBER}}
        (fits[-1].folder / "training.json").write_text(json.dumps({"config": config}))
        if seconds:
            (fits[-1].folder / SECONDS).write_text(json.dumps(seconds))
    scores = [score_of("a-0", seconds=0.2), score_of("b-0", seconds=0.4), score_of("c-0", failure="no", seconds=None)]
    found = cost_of([Scored(fit, {"simulated": scores}) for fit in fits], inputs)
    assert (found.training_s, found.case_s) == (60.0, pytest.approx(0.3))
    assert found.parameters == sum(tensor.numel() for tensor in net.state_dict().values())
    assert found.memory_mb is None or 50 < found.memory_mb < 4000
