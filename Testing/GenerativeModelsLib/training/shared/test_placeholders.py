"""Text of the example that a config still has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.shared.placeholders import placeholder_in

CONFIGS = Path(read_config.__code__.co_filename).parent / "configs"


@pytest.mark.parametrize(
    "text",
    [
        "<your cohort>",
        "The shipped model, fine-tuned on <number, ages and origin of your heads>.",
        "TODO: who",
        "The shipped model, fine-tuned on own heads (state number, age and origin).",
        "State what your cohort does not contain.",
    ],
)
def test_a_placeholder_is_found_with_its_field(text: str) -> None:
    name, found = placeholder_in({"model": "x", "bundle": {"limits": ["none of twins", text], "licence": "MIT"}})
    assert name == "bundle.limits[1]" and found in text


@pytest.mark.parametrize(
    "text", ["Heads of HC < 150 mm and > 420 mm.", "age <30 weeks and >20", "a -> b", "We state what it contains.", ""]
)
def test_plain_text_is_none(text: str) -> None:
    assert placeholder_in({"bundle": {"population": text, "version": 1.0, "limits": None}}) is None


@pytest.mark.parametrize("name", ["own-cohort.yaml", "own-hearts.yaml"])
def test_the_example_is_refused_until_its_text_is_the_users(tmp_path: Path, name: str) -> None:
    text = (CONFIGS / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"bundle\.population still holds the example's text '<.*>': write your own"):
        read_config(tmp_path / name)
    fields = yaml.safe_load(text)
    fields["bundle"] |= {"population": "Ours.", "limits": ["No twins."]}
    (tmp_path / name).write_text(yaml.safe_dump(fields), encoding="utf-8")
    assert read_config(tmp_path / name).bundle.population == "Ours."


def test_what_is_shipped_for_training_holds_no_placeholder() -> None:
    for path in CONFIGS.glob("*.yaml"):
        if not path.name.startswith("own-"):
            read_config(path)
