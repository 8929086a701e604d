"""Warped planes of a CT heart: one of known shape, and the real one where it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.long_axis import long_axis
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.population.ct_heart import PLANES, SUBJECT, warped_ct_hearts
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence
from GenerativeModelsLib.segmentation.population.sequences import Tally


def write_planes(folder: Path) -> Path:
    """Half ellipses for ventricle and wall, a gap of 2 mm for the valve, and an ellipse for the atrium, at 0.6 mm."""
    row, column = np.indices((256, 256)) * 0.6
    down, across = row - 95.0, column - 77.0
    labels = np.zeros((256, 256), np.uint8)
    labels[(np.hypot(down / 25, across / 19) < 1.3) & (down > 2)] = 3
    labels[(down - 28) > 22] = 0
    labels[(np.hypot(down / 93, across / 33) < 1) & (down < 0)] = 2
    labels[(np.hypot(down / 85, across / 24) < 1) & (down < 0)] = 1
    np.savez(folder / "labels.npz", spacing_mm=0.6, **dict.fromkeys(PLANES, labels))
    return folder


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[LabelSequence]:
    return list(warped_ct_hearts(write_planes(tmp_path_factory.mktemp("ct")), 12, 3))


def lengths_mm(sequence: LabelSequence) -> np.ndarray:
    return np.array([long_axis(Plane(v, sequence.pixel_mm, "alone")).length_mm for v in sequence.values])


def test_hearts_beat_with_published_sizes(drawn: list[LabelSequence]) -> None:
    lv, myo, la = (
        np.array([(s.values == CODES[name]).sum(axis=(1, 2)) * 2.25 for s in drawn]) for name in ("lv", "myo", "la")
    )
    lengths = np.array([lengths_mm(sequence) for sequence in drawn])
    end = lv.argmin(axis=1)
    assert set(end) <= {3, 4} and (la.argmax(axis=1) == end).mean() > 0.6
    # Area and length give the volume: 8 A^2 / (3 pi L).
    volume = 8 * lv**2 / (3 * np.pi * lengths) / 1000
    assert 110 < volume[:, 0].mean() < 185
    emptied = 1 - volume.min(axis=1) / volume[:, 0]
    assert 0.45 < emptied.mean() < 0.68
    assert 8 < np.mean(lengths[:, 0] - lengths.min(axis=1)) < 17
    mid = np.array([myo[k, end[k]] / myo[k, 0] for k in range(len(drawn))])
    assert 1.0 < mid.mean() < 1.5, "the wall thickens"


def test_the_base_descends_and_the_apex_stays(drawn: list[LabelSequence]) -> None:
    for sequence in drawn:
        tops = [np.argwhere(values == CODES["myo"])[:, 0].min() for values in sequence.values]
        assert max(tops) - min(tops) <= 2


def test_one_subject_and_all_of_the_view_known(drawn: list[LabelSequence]) -> None:
    assert len(drawn) > 8 and {sequence.subject for sequence in drawn} == {SUBJECT}
    for sequence in drawn:
        assert sequence.values.shape == (10, 96, 96) and sequence.known.all() and sequence.view == "apical"
        rows = [np.argwhere(sequence.values[0] == CODES[name])[:, 0].mean() for name in ("lv", "la")]
        assert rows[0] < rows[1], "the apex is up"


def test_the_same_seed_gives_the_same_sequences(drawn: list[LabelSequence], tmp_path: Path) -> None:
    again = list(warped_ct_hearts(write_planes(tmp_path), 2, 3))
    np.testing.assert_array_equal(again[0].values, drawn[0].values)
    assert not np.array_equal(next(warped_ct_hearts(tmp_path, 4, 4)).values, drawn[0].values)


def test_a_folder_without_the_planes_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"labels\.npz"):
        list(warped_ct_hearts(tmp_path, 1, 1))


def test_the_real_heart(shared_data: Path) -> None:
    tally = Tally()
    found = list(warped_ct_hearts(shared_data / "rodero01_apical", 10, 1, tally=tally))
    assert tally.made == 10 and tally.dropped_share <= 0.4
    values = found[0].values[0]
    left, right = (np.argwhere(values == CODES[name])[:, 1].mean() for name in ("la", "lv"))
    assert left < right, "the septum is to the left, and the atrium lies towards it"
