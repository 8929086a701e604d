"""What every command has, found by walking through the tree of commands: a new one without it fails here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group with the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield (*before, name), command


ALL = dict(commands(typer.main.get_command(app)))


def test_the_walk_finds_the_commands() -> None:
    found = {" ".join(words) for words in ALL}
    assert {"skull reconstruct", "skull batch", "heart batch", "heart walk", "model seal", "train", "web"} <= found


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_takes_json(words: tuple[str, ...]) -> None:
    options = [option for parameter in ALL[words].params for option in parameter.opts]
    assert "--json" in options, f"generative-models {' '.join(words)} has no --json"


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_and_option_has_a_help(words: tuple[str, ...]) -> None:
    assert ALL[words].help
    assert [parameter.name for parameter in ALL[words].params if not getattr(parameter, "help", "")] == []


WITH_A_MODEL = [words for words, command in ALL.items() if any("--model" in p.opts for p in command.params)]


@pytest.mark.parametrize("words", WITH_A_MODEL, ids=" ".join)
def test_every_model_option_takes_the_name_of_a_shipped_bundle(words: tuple[str, ...], tmp_path: Path) -> None:
    option = next(parameter for parameter in ALL[words].params if "--model" in parameter.opts)
    context = click.Context(ALL[words])
    assert Path(option.process_value(context, "heart")) == default_bundle("heart")
    assert Path(option.process_value(context, str(tmp_path))) == tmp_path
    assert option.process_value(context, None) is None
    with pytest.raises(InputError, match=r"no model bundle liver: .* shipped one .*skull"):
        option.process_value(context, "liver")


def test_a_model_is_taken_where_shapes_are_computed() -> None:
    assert {" ".join(words) for words in WITH_A_MODEL} >= {"skull reconstruct", "heart walk", "benchmark", "web"}
