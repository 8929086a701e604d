"""The model of a bundle of label maps: batches, and bundles whose parts do not fit each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation import label_model
from GenerativeModelsLib.segmentation.label_model import KIND, load_label_model
from Testing.helpers.tiny_labels import GRID, NETWORK, ring_maps, tiny_model


def write(folder: Path, codes: dict | None = None, **told) -> Path:
    model = tiny_model()
    arrays = {
        "training": model.codes, "valid": model.valid, "bandwidth": np.array(0.3), "limit": np.array(-4.5),
        "centre": model.centre, "scale": model.scale,
    }  # fmt: skip
    arrays |= codes or {}
    tensors = {f"labels.{name}": tensor for name, tensor in model.net.state_dict().items()}
    tensors |= {f"codes.{name}": torch.from_numpy(values).float() for name, values in arrays.items()}
    description = ModelDescription(
        name="tiny", version="1", kind=KIND,
        architecture={
            "labels": Component(class_name="LabelVAE", parameters={"size": GRID, "labels": 5, **NETWORK}),
            "codes": Component(class_name="ParzenCodes"),
        },
        normalisation={"view": "short-axis", "objective": "ar-vae", "pixel_mm": 4.5} | told,
    )  # fmt: skip
    write_bundle(folder, tensors, description, "# tiny")
    return folder


def test_a_bundle_gives_back_the_model(tmp_path: Path) -> None:
    maps, model, found = ring_maps(5), tiny_model(), load_label_model(write(tmp_path / "bundle"))
    np.testing.assert_allclose(found.encode(maps), model.encode(maps), atol=1e-6)
    np.testing.assert_allclose(found.codes, model.codes, atol=1e-6)
    np.testing.assert_allclose(found.spread, model.codes.std(axis=0), atol=1e-6)
    assert (
        found.bandwidth == pytest.approx(0.3)
        and found.limit == pytest.approx(-4.5)
        and found.pixel_mm.tolist() == [4.5, 4.5]
    )
    assert found.density.log_density(found.codes[:2]).shape == (2,)


def test_batches_do_not_change_codes_or_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    maps, model = ring_maps(7), tiny_model()
    known = np.arange(35).reshape(7, 5) % 3 > 0
    codes = model.encode(maps, known)
    monkeypatch.setattr(label_model, "_BATCH", 3)
    np.testing.assert_allclose(model.encode(maps, known), codes, atol=1e-5)
    assert (model.decode(codes) == tiny_model().decode(codes)).mean() > 0.999
    assert model.encode(maps[:0]).shape == (0, 8) and model.decode(codes[:0]).shape == (0, GRID, GRID)


@pytest.mark.parametrize(
    ("codes", "told", "words"),
    [
        ({"training": np.zeros((4, 3))}, {}, "training does not fit the rest of the model"),
        ({"valid": np.zeros((4, 3))}, {}, "valid does not fit"),
        ({"scale": np.zeros(5)}, {}, "centre does not fit"),
        ({}, {"view": "axial"}, "its settings are not those of label maps"),
        ({}, {"pixel_mm": "wide"}, "its settings are not those of label maps"),
        ({}, {"objective": "gan"}, "the network does not fit"),
    ],
)
def test_parts_that_do_not_fit_are_refused(tmp_path: Path, codes: dict, told: dict, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_label_model(write(tmp_path / "bundle", codes, **told))
    assert words in str(caught.value) and "get a fresh copy" in str(caught.value)
