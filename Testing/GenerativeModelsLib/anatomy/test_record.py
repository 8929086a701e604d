"""Quantities read from a result, and functions found when they are called."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.anatomy.record import Lazy, Quantity, Reading
from Testing.helpers.toy_anatomy import TOY

PLAIN = Quantity("edv_ml", "EDV", "End-diastolic volume", "ml")
WITHIN = Quantity("hc_mm", "HC", "Head circumference", "mm", "biometry", "hc", "hc")


@pytest.mark.parametrize(
    ("quantity", "result", "reading"),
    [
        (PLAIN, {"edv_ml": 150.5}, Reading(150.5)),
        (PLAIN, {"edv_ml": None}, Reading(None)),
        (PLAIN, {}, Reading(None)),
        (WITHIN, {"biometry": {"hc_mm": {"value": 1.0, "sd": 0.5, "interval90": [0, 2], "percentile": 9}}}, None),
        (WITHIN, {"biometry": {"hc_mm": {"value": 1.0, "sd": None, "interval90": None}}}, Reading(1.0)),
        (WITHIN, {"biometry": {"bpd_mm": {"value": 1.0}}}, Reading(None)),
        (WITHIN, {"biometry": None}, Reading(None)),
        (WITHIN, {}, Reading(None)),
    ],
)
def test_what_is_not_known_is_none(quantity: Quantity, result: dict, reading: Reading | None) -> None:
    assert quantity.of(result) == (reading or Reading(1.0, 0.5, (0, 2), 9))


def test_a_lazy_function_is_imported_when_it_is_called() -> None:
    assert Lazy("math:hypot")(3, 4) == 5 and Lazy("builtins:dict")(a=1) == {"a": 1}
    missing = Lazy("no_such_module:f")
    with pytest.raises(ModuleNotFoundError):
        missing()


def test_a_value_is_printed_with_its_digits_and_unit() -> None:
    volume, count = Quantity("v_ml", "V", "Volume", "ml"), Quantity("n", "N", "Slices", "", digits=0)
    assert (volume.number(3.04), volume.text(3.04), count.text(3)) == ("3.0", "3.0 ml", "3")
    assert (volume.text(None), count.text(None, "-")) == ("–", "-")


def test_a_quantity_is_found_by_its_key() -> None:
    assert TOY.quantity("width_mm").label == "Width"
    with pytest.raises(StopIteration):
        TOY.quantity("height_mm")
