"""Architecture check of heart bundles."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.bundle import check_architecture

GOOD = {
    "lvae": Component(class_name="LadderVAE", parameters={"inputs": 4034, "latents": [64, 2], "classifier": []}),
    "typical": Component(class_name="TypicalHeart"),
}


@pytest.mark.parametrize("part", ["lvae", "typical"])
def test_both_parts_are_needed(part: str) -> None:
    check_architecture(GOOD)
    with pytest.raises(InputError, match=f"no part '{part}': .*, or is no heart-shape bundle"):
        check_architecture({name: component for name, component in GOOD.items() if name != part})


@pytest.mark.parametrize(
    ("part", "component", "words"),
    [
        ("lvae", Component(class_name="TypicalHeart"), r"lvae is a TypicalHeart, .* \(it knows LadderVAE\)"),
        ("vae", Component(class_name="LadderVAE"), "its parts are lvae, typical"),
        ("lvae", Component(class_name="LadderVAE", parameters={"latents": [64, 8193]}), r"lvae\.latents\[1\] is 8193"),
    ],
)
def test_what_is_not_known_is_refused(part: str, component: Component, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_architecture(GOOD | {part: component})
