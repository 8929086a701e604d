"""Allowed architectures: known parts, known classes, parameters within limits; each fault with its path."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.bundle.architecture import MOST_LEVELS, MOST_VALUES, KnownParts, require_architecture
from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.errors import InputError

KNOWN = KnownParts(
    kind="shape",
    parts={"net": ("Ladder", "Plain"), "extra": ("Model",)},
    required=("net",),
    largest=100,
    words=("relu",),
)


def check(parameters: dict, part: str = "net", class_name: str = "Ladder") -> None:
    components = {"net": Component(class_name="Plain")} | {
        part: Component(class_name=class_name, parameters=parameters)
    }
    require_architecture(components, KNOWN)


def nested(levels: int) -> object:
    return 1 if levels == 0 else [nested(levels - 1)]


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"size": 1, "other": 100},
        {"widths": [64, 32], "none": []},
        {"stages": [{"channels": [4, 8], "activation": "relu"}, {"channels": []}]},
        {"deep": nested(MOST_LEVELS)},
        {f"n{k}": [k + 1, 2, 3] for k in range(MOST_VALUES // 4)},
    ],
)
def test_numbers_words_lists_and_objects_within_each_other_are_taken(parameters: dict) -> None:
    check(parameters)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"size": 0}, r"net\.size is 0, expected whole numbers from 1 to 100, or 'relu': get a fresh copy"),
        ({"size": 101}, r"net\.size is 101,"),
        ({"widths": [4, 8, -2]}, r"net\.widths\[2\] is -2,"),
        ({"size": True}, r"net\.size is True,"),
        ({"size": 4.0}, r"net\.size is 4\.0,"),
        ({"size": float("nan")}, r"net\.size is nan,"),
        ({"size": float("inf")}, r"net\.size is inf,"),
        ({"size": None}, r"net\.size is None,"),
        ({"size": "4"}, r"net\.size is '4',"),
        ({"stages": [{"a": 1}, {"channels": [4, {"b": False}]}]}, r"net\.stages\[1\]\.channels\[1\]\.b is False,"),
        ({"deep": nested(MOST_LEVELS + 1)}, r"net\.deep(\[0\]){4} is nested deeper than 4 levels"),
        ({"many": [1] * MOST_VALUES}, rf"net has more than {MOST_VALUES} values"),
        ({"a b\n": 1}, r"net has a parameter 'a b\\n', expected letters"),
        ({"stages": {"": 1}}, r"net\.stages has a parameter '', expected letters"),
    ],
)
def test_anything_else_is_refused_with_its_path(parameters: dict, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        check(parameters)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_a_huge_value_is_not_repeated_in_full() -> None:
    with pytest.raises(InputError) as caught:
        check({"name": "x" * 10**6})
    assert len(str(caught.value)) < 200


def test_a_part_that_is_missing_is_named() -> None:
    with pytest.raises(InputError, match=r"no part 'net': .*, or is no shape bundle"):
        require_architecture({"extra": Component(class_name="Model")}, KNOWN)


@pytest.mark.parametrize(
    ("part", "class_name", "words"),
    [
        ("net", "Model", r"net is a Model, which this software does not know there \(it knows Ladder, Plain\)"),
        ("other", "Model", r"other is a Model, .* \(its parts are net, extra\)"),
    ],
)
def test_a_class_is_known_for_its_part_alone(part: str, class_name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check({}, part, class_name)
