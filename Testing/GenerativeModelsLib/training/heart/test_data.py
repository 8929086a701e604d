"""The bank of hearts, and its batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.heart.infer.code import CODE_SIZE, PHASE_OF_CODE, encode
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.training.heart.bank import LabelledHearts, heart_shard_path, write_heart_shard
from GenerativeModelsLib.training.heart.data import UNLABELLED, HeartBatches, HeartFeatures, heart_features
from Testing.helpers.tiny_hearts import NETWORK, tiny_hearts


@pytest.fixture(scope="module")
def net() -> LadderVAE:
    net = LadderVAE(CODE_SIZE, **NETWORK)
    hearts, _ = tiny_hearts()
    net.set_population(
        torch.from_numpy(encode(hearts)),
        torch.ones(CODE_SIZE),
        torch.from_numpy(PHASE_OF_CODE).long(),
        torch.ones(len(hearts.reach_mm), 1),
    )
    return net


@pytest.fixture(scope="module")
def features(net: LadderVAE) -> HeartFeatures:
    return heart_features(net, LabelledHearts(*tiny_hearts()), 2, 7)


def test_a_shard_is_written_once_and_follows_from_its_seed(tmp_path: Path) -> None:
    path = write_heart_shard(3, tmp_path / "a", per_class=3)
    assert path == heart_shard_path(tmp_path / "a", 3) and not list(path.parent.glob("*.part"))
    stamp = path.stat().st_mtime_ns
    write_heart_shard(3, tmp_path / "a", per_class=3)
    assert path.stat().st_mtime_ns == stamp
    with np.load(path) as one, np.load(write_heart_shard(3, tmp_path / "b", per_class=3)) as other:
        for name in (*RayBatch.FIELDS, "label"):
            np.testing.assert_array_equal(one[name], other[name])
        assert one["label"].tolist() == [0, 0, 0, 1, 1, 1]


def test_the_first_view_is_faultless_and_others_are_not(net: LadderVAE, features: HeartFeatures) -> None:
    assert features.seen.shape == (3, 2, 80, NETWORK["features"])
    torch.testing.assert_close(features.seen[0, 0], features.shape)
    assert not torch.allclose(features.seen[1, 0], features.shape)
    code = torch.from_numpy(encode(tiny_hearts()[0]))
    alone = net.features(code, torch.tensor([[True, False]]).expand(80, 2))
    torch.testing.assert_close(features.seen[0, 1], alone)


def test_batches_hold_both_classes_alike_and_follow_from_their_number(features: HeartFeatures) -> None:
    some = (part[:50] for part in (features.shape, features.label, features.thickest_mm))  # 40 healthy, 10 not
    rare = HeartFeatures(features.seen[:, :, :50], features.present, *some)
    data = HeartBatches(rare, 16, 1, 0.5)
    batch, again, next_one = data[4], data[4], data[5]
    assert batch.label.tolist().count(0) == batch.label.tolist().count(1) == 8
    assert torch.equal(batch.seen, again.seen) and not torch.equal(batch.seen, next_one.seen)
    assert batch.present[:, 0].all()


def test_end_systole_is_hidden_as_often_as_asked_for(features: HeartFeatures) -> None:
    data = HeartBatches(features, 64, 1, 0.25)
    hidden = np.mean([1 - data[i].present[:, 1].float().mean().item() for i in range(40)])
    assert hidden == pytest.approx(0.25, abs=0.03)
    assert HeartBatches(features, 64, 1, 0.0)[0].present.all()


def test_what_is_seen_of_a_heart_is_of_the_phases_said_to_be_present(net: LadderVAE, features: HeartFeatures) -> None:
    batch = HeartBatches(features._replace(seen=features.seen[:1]), 64, 1, 0.5)[0]
    hidden = ~batch.present[:, 1]
    assert 0 < hidden.sum() < 64
    for seen, shape, alone in zip(batch.seen, batch.shape, hidden, strict=True):
        heart = (features.shape == shape).all(1)
        assert torch.equal(seen, features.seen[0, int(alone)][heart][0])


def test_hearts_that_lack_a_phase_are_not_trained_with() -> None:
    hearts, label = tiny_hearts()
    with pytest.raises(ValueError, match="needs hearts with all of them"):
        LabelledHearts(hearts.keeping((True, False)), label)


def test_own_hearts_join_by_their_share(features: HeartFeatures) -> None:
    unknown = torch.full((4,), UNLABELLED)
    own = HeartFeatures(
        features.seen[:1, :, :4], features.present, features.shape[:4], unknown, features.thickest_mm[:4]
    )
    batch = HeartBatches(features, 20, 1, 0.0, own, 0.3)[0]
    assert (batch.label == UNLABELLED).sum() == 6 and len(batch.label) == 20
    torch.testing.assert_close(batch.seen[-6:], batch.shape[-6:])
