"""Slices brought to the map of the nearest valid code, by a network of rings and by the shipped one."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.label_model import load_label_model
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.repair.codes import NearestCodes, NearestMaps
from Testing.helpers.ring_network import RingNetwork
from Testing.helpers.segmentation_phantoms import MIDDLE, PIXEL_MM, SHAPE, apical, both_walled, disc, maps_of, ring

LV, MYO, RV = (CODES[name] for name in ("lv", "myo", "rv"))
GAP = disc(10.0, (MIDDLE[0] + 26.0, MIDDLE[1]))


def faulty(right: bool = True) -> np.ndarray:
    """(3, rows, columns): in the second slice the wall is open."""
    values = np.stack([ring(right=right)] * 3)
    values[1][GAP & (values[1] == MYO)] = 0
    return values


def found_in(values: np.ndarray, **options) -> Findings:
    return check_maps(maps_of(values, **options))


def mended(values: np.ndarray, network: RingNetwork | None = None, most: float = 50.0, kept=()) -> NearestMaps:
    return NearestCodes(network or RingNetwork(), most, kept)(found_in(values))


def test_a_faulty_slice_is_mended_and_the_others_stay() -> None:
    values = faulty()
    assert [slice_ for _, slice_ in found_in(values).faulty_slices] == [1]
    made = mended(values)
    assert not check_maps(made.maps).faults and not made.refused
    (change,) = made.changes
    rules = {violation.criterion.title for violation in found_in(values).faults}
    assert (change.frame, change.slice, change.steps) == (0, 1, ("codes",)) and rules
    assert all(rule in change.reasons[0] for rule in rules)
    assert np.array_equal(made.maps.values[0, ::2], values[::2])
    assert not mended(values, most=1.0).changes and not mended(values, kept={0}).changes


def test_where_nothing_is_wrong_the_outline_stays() -> None:
    values = faulty()
    values[1][disc(29.0) & ~disc(27.5) & (np.indices(SHAPE)[0] * PIXEL_MM[0] < MIDDLE[0] - 20)] = 0  # a thin dent above
    values[1][disc(31.0) & ~disc(27.5) & (np.indices(SHAPE)[0] * PIXEL_MM[0] < MIDDLE[0] - 20)] = 0
    after = mended(values).maps.values[0, 1]
    differ = after != values[1]
    rows = np.argwhere(differ)[:, 0] * PIXEL_MM[0]
    assert differ.any() and rows.min() > MIDDLE[0] + 5, "what differs by some pixels at the top is no fault"


def test_a_heart_that_lies_otherwise_is_turned_for_the_network() -> None:
    for turned in (faulty()[:, :, ::-1], faulty()[:, ::-1]):
        values = turned.copy()
        network = RingNetwork()
        made = mended(values, network)
        right = made.maps.values[0, 1] == RV
        assert not check_maps(made.maps).faults and network.encoded == 2
        assert (right == (values[1] == RV)).mean() > 0.995, "the right ventricle is where it was"


def test_no_structure_is_added_that_the_slice_has_not() -> None:
    class AlwaysRight(RingNetwork):
        def _map(self, code: np.ndarray) -> np.ndarray:
            return super()._map(np.array([*code[:4], 1.0]))

    made = mended(faulty(right=False), AlwaysRight())
    assert made.changes and not (made.maps.values == RV).any()


def test_what_lies_outside_the_population_is_left_alone() -> None:
    made = mended(faulty(), RingNetwork(limit=0.5))
    assert not made.changes and set(made.refused) == {(0, 1)} and "population" in made.refused[0, 1]
    assert np.array_equal(made.maps.values[0], faulty())


def test_a_map_that_would_break_a_rule_is_not_taken() -> None:
    class Opens(RingNetwork):
        def logits(self, codes: np.ndarray) -> np.ndarray:
            return np.roll(super().logits(codes), 1, axis=1)

    made = mended(faulty(), Opens())
    assert not made.changes and not made.refused and np.array_equal(made.maps.values[0], faulty())
    nothing = RingNetwork()
    nothing.valid = np.empty((0, 5))
    nothing.wall_mm = 0.5  # too thin everywhere
    thin = faulty()
    thin[1][(thin[1] == MYO) & disc(28.0)] = 0
    assert not mended(thin, nothing).changes


def test_walls_around_both_ventricles_and_maps_without_wall_are_not_the_networks() -> None:
    network = RingNetwork()
    both = np.stack([both_walled()] * 3)
    both[1][disc(6.0, (MIDDLE[0], MIDDLE[1] + 2))] = 0
    assert found_in(both).maps.biventricular and not mended(both, network).changes
    cavity = np.where(faulty() == LV, LV, 0).astype(np.uint8)
    cavity[1][disc(5.0)] = 0
    assert found_in(cavity).faulty_slices and not mended(cavity, network).changes and network.encoded == 0


def test_a_slice_without_cavity_or_without_wall_is_not_the_networks() -> None:
    for lost in (LV, MYO):
        values, network = faulty(), RingNetwork()
        values[1][values[1] == lost] = 0
        values[1][disc(5.0, (96.0, 20.0))] = MYO if lost == LV else LV
        assert found_in(values).planes[0][1].violations and not mended(values, network).changes
        assert network.encoded == 0


def test_the_likelier_place_on_the_grid_is_taken() -> None:
    class Beside(RingNetwork):
        """Its population lies 15 mm to the right of the middle."""

        middle_mm = np.array([71.25, 86.25])

        def log_density(self, codes: np.ndarray) -> np.ndarray:
            return -np.abs(np.asarray(codes)[..., 1] - 86.25)

    network = Beside(limit=-5.0)
    network.valid = network.valid + np.array([0, 15.0, 0, 0, 0])
    made = mended(faulty(), network)
    assert made.changes and not made.refused and not check_maps(made.maps).faults


def test_a_slice_is_looked_at_once() -> None:
    network, found = RingNetwork(), found_in(faulty())
    step = NearestCodes(network, 50.0)
    first, second = step(found), step(found)
    assert network.encoded == 2 and np.array_equal(first.maps.values, second.maps.values)


class OneApicalMap(RingNetwork):
    """Every code is that of one apical map, on the network's grid."""

    view = "apical"
    middle_mm = np.full(2, np.nan)

    def _code(self, values: np.ndarray) -> np.ndarray:
        assert not (values == RV).any(), "a right ventricle is none of its structures"
        self.seen = values
        return np.zeros(5)

    valid = np.zeros((1, 5))

    def _map(self, code: np.ndarray) -> np.ndarray:
        heart = apical()
        middle = np.argwhere(np.isin(heart, (LV, MYO))).mean(axis=0)
        places = np.rint((np.indices((96, 96)).T - 47.5).T * 1.5 + middle[:, None, None]).astype(int)
        inside = ((places >= 0) & (places < np.array(heart.shape)[:, None, None])).all(axis=0)
        return np.where(inside, heart[tuple(np.where(inside, places, 0))], 0).astype(np.uint8)


def test_an_apical_view_lies_as_the_networks_and_keeps_what_the_network_does_not_know() -> None:
    for degrees in (0.0, 100.0):
        values = apical(degrees=degrees)
        middle = np.argwhere(np.isin(values, (LV, MYO))).mean(axis=0)
        aside = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])[::-1] * (-1, 1)
        values[disc(8.0, tuple(middle + 42 * aside), np.ones(2), values.shape) & (values == 0)] = RV
        values[disc(17.0, tuple(middle - 26 * aside), np.ones(2), values.shape) & (values > 0)] = 0
        network = OneApicalMap()
        found = check_maps(maps_of(values[None], np.ones(2)), "apical")
        assert found.faulty_slices
        made = NearestCodes(network, 50.0)(found)
        after = made.maps.values[0, 0]
        assert made.changes and not check_maps(made.maps, "apical").faults
        apex, base = (np.argwhere(network.seen == code).mean(axis=0)[0] for code in (LV, CODES["la"]))
        assert apex < base - 20, "the apex is on top"
        assert np.array_equal(after == RV, values == RV)


def test_the_shipped_network_mends_slices_with_and_without_a_right_ventricle() -> None:
    model = load_label_model(default_bundle("repair"))
    for right in (True, False):
        step = NearestCodes(model, 50.0)
        values = faulty(right)
        made = step(found_in(values))
        assert [(change.slice, change.steps) for change in made.changes] == [(1, ("codes",))] and not made.refused
        assert not check_maps(made.maps).faults and set(np.unique(made.maps.values)) <= set(np.unique(values))
        assert (made.maps.values[0, 1] != values[1]).mean() < 0.1
