"""Which methods a window offers."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.synthesis.images import methods
from GenerativeModelsLib.synthesis.images.methods import (
    TITLES,
    OfferedMethod,
    method_of_bundle,
    offered_methods,
    reasons,
)
from GenerativeModelsLib.synthesis.images.model import NETWORKS
from GenerativeModelsLib.synthesis.images.request import METHODS, WITHOUT_NETWORKS
from Testing.helpers.tiny_images import write_images_bundle


def test_every_method_with_networks_has_a_title_and_a_class() -> None:
    assert tuple(TITLES) == METHODS and set(NETWORKS) == set(METHODS) - {WITHOUT_NETWORKS}


def test_methods_whose_weights_are_not_there_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> Path:
        if name == "images-spade":
            return Path()
        raise InputError("none")

    monkeypatch.setattr(methods, "default_bundle", find)
    found = {each.name: each.problem for each in offered_methods()}
    assert (
        found["synthseg"] == found["spade"] == "" and "do not ship" in found["cgan"] and "do not ship" in found["ldm"]
    )


def test_a_reason_is_said_once_for_all_methods_that_it_holds_for() -> None:
    offered = [OfferedMethod("a", "A"), OfferedMethod("b", "B", "No."), OfferedMethod("c", "C", "No.")]
    assert reasons(offered) == ["B, C: No."] and reasons(offered, str.lower) == ["b, c: No."]


def test_a_chosen_bundle_is_for_its_method_alone(tmp_path: Path) -> None:
    bundle = write_images_bundle(tmp_path / "cgan", "cgan")
    assert method_of_bundle(bundle) == "cgan"
    usable = [each.name for each in offered_methods(bundle) if not each.problem]
    assert usable == ["cgan"]


def test_a_bundle_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bundle of kind heart-label-maps, and image synthesis needs"):
        offered_methods(default_bundle("repair"))
    with pytest.raises(InputError):
        offered_methods(tmp_path)


def test_a_method_whose_package_is_missing_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "method_of_bundle", lambda folder: "ldm")
    monkeypatch.setattr(methods, "find_spec", lambda name: None)
    (ldm,) = (each for each in offered_methods(tmp_path) if each.name == "ldm")
    assert "needs the package monai" in ldm.problem
