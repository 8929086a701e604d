"""The options of a command follow from the fields of a request, and are those that scripts rely on."""

from __future__ import annotations

from dataclasses import MISSING
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from GenerativeModelsLib.anatomy.fields import fields_of, option_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.registry import anatomy_names, anatomy_of
from GenerativeModelsLib.cli.case import case_command
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.cli.options import command_from, parameters_of, values_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.skull.request import PLANES, SkullRequest
from Testing.helpers.toy_anatomy import TOY

SHARED = "--output --model --device --seed --overwrite --json"
IDENTITY = "--case-id --examination-date --operator --institution --language --export"
BATCH = "--operator --institution --language --export "
BATCH += "--output --model --device --seed --workers --scheduler --time-limit --resume --overwrite --keep-going --json"
CORRECTIONS = " ".join(f"--{p}-{k}" for p in PLANES for k in ("facing", "ellipse", "mask", "length"))
OPTIONS = {
    "skull reconstruct": f"--axial --sagittal --coronal --axial-spacing --sagittal-spacing --coronal-spacing "
    f"--gestational-age --chart --pixel-spacing --samples --axial-frame --sagittal-frame --coronal-frame --frame --sex "
    f"--identity-from-dicom --dicom-patient --mask-text --imagine {CORRECTIONS} {IDENTITY} {SHARED}",
    "skull batch": f"--chart --samples --identity-from-dicom --dicom-patient --mask-text --imagine {BATCH}",
    "heart analyse": "--ed --es --labels --septum --sex --cine --ed-frame --es-frame --height --weight --force "
    f"--realign {IDENTITY} {SHARED}",
    "heart batch": f"--labels --realign {BATCH}",
    "heart sample": f"--condition --n --prior {SHARED}",
    "skull sample": f"--n --weeks {SHARED}",
    "heart walk": f"--ed --es --labels --septum --cine --ed-frame --es-frame --force --towards --steps {SHARED}",
}
"""By command. Scripts use these names: add to them, never rename."""
REQUIRED = {
    "skull reconstruct": "--axial --output",
    "skull batch": "--output",
    "heart analyse": "--output",
    "heart batch": "--output",
    "heart sample": "--condition --output",
    "skull sample": "--output",
    "heart walk": "--towards --output",
}
each_command = pytest.mark.parametrize("command", OPTIONS)
each_anatomy = pytest.mark.parametrize("anatomy", [*map(anatomy_of, anatomy_names()), TOY], ids=lambda a: a.name)


def options_of(command: str) -> dict[str, object]:
    """The options of a command by their names."""
    found = typer.main.get_command(app)
    for word in command.split():
        found = found.commands[word]
    named = [parameter for parameter in found.params if parameter.opts[0].startswith("--")]
    return {option: parameter for parameter in named for option in parameter.opts if option != "--help"}


@each_command
def test_every_command_has_the_options_of_the_contract_and_no_others(command: str) -> None:
    assert sorted(options_of(command)) == sorted(OPTIONS[command].split())


@each_command
def test_what_is_required_is_what_has_no_default(command: str) -> None:
    required = [option for option, parameter in options_of(command).items() if parameter.required]
    assert sorted(required) == sorted(REQUIRED[command].split())


@each_command
def test_every_option_is_explained_and_shows_its_default(command: str) -> None:
    for option, parameter in options_of(command).items():
        assert parameter.help.split("  [default")[0].endswith("."), option
    text = " ".join(CliRunner().invoke(app, [*command.split(), "--help"], terminal_width=200).stdout.split())
    assert "[default: the shipped one]" in text and "[default: auto]" in text


@each_anatomy
def test_every_field_of_a_request_becomes_an_option(anatomy: Anatomy) -> None:
    parameters = {parameter.name: parameter for parameter in parameters_of(anatomy.request)}
    assert set(parameters) == {field.name for field, _ in fields_of(anatomy.request)}
    for field, about in fields_of(anatomy.request):
        parameter = parameters[field.name]
        kind, option = parameter.annotation.__args__[0], parameter.annotation.__metadata__[0]
        if not about.argument:
            assert option_of(field.name) in (option.default, *(option.param_decls or ()))
        required = field.default is MISSING or field.name == "output"
        assert (parameter.default is parameter.empty) == required
        assert required or parameter.default == field.default
        if about.image or field.name == "model":
            assert kind in (Path, Path | None)
        elif about.parse is None and field.type in ("int", "bool"):
            assert kind.__name__ == field.type


@each_anatomy
def test_the_shared_options_come_last_and_in_one_order(anatomy: Anatomy) -> None:
    names = [parameter.name for parameter in parameters_of(anatomy.request)]
    names = [name for name in names if name not in ("identity_from_dicom", "dicom_patient")]
    identity = ["case_id", "examination_date", "operator", "institution"]
    shared = ["output", "overwrite", *identity, "language", "export"]
    drawn = ["seed"] if "seed" in names else []
    shared += ["model", "device", *drawn] if anatomy.has_model else []
    assert names[-len(shared) :] == shared


def test_only_what_is_wanted_is_offered() -> None:
    names = [parameter.name for parameter in parameters_of(SkullRequest, lambda about: about.batch)]
    shared = ["operator", "institution", "language", "export", "identity_from_dicom", "dicom_patient"]
    assert names == ["chart", "samples", "mask_text", "imagine", *shared, "model", "device", "seed"]


def test_texts_are_parsed_and_what_is_no_field_is_passed_over() -> None:
    given = {"axial_spacing_mm": "0.3,0.2", "gestational_age_weeks": "27+0", "sagittal_spacing_mm": None, "json": True}
    assert values_of(SkullRequest, given) == {
        "axial_spacing_mm": (0.3, 0.2),
        "gestational_age_weeks": 27.0,
        "sagittal_spacing_mm": None,
    }
    assert values_of(HeartRequest, {"sex": "Female", "labels": "acdc"}) == {"sex": "female", "labels": "acdc"}
    with pytest.raises(InputError, match=r"^axial_spacing_mm is 'x'") as caught:
        values_of(SkullRequest, {"axial_spacing_mm": "x"})
    assert caught.value.in_words(option_of).startswith("--axial-spacing is 'x'")


def test_a_command_hands_the_values_of_its_options_on() -> None:
    seen: list[dict] = []
    command = command_from(lambda **given: seen.append(given), "play", "Play.", parameters_of(TOY.request))
    one = typer.Typer()
    one.command("play")(command)
    result = CliRunner().invoke(one, ["--strength", "4", "--output", "out", "--picture", "a.png", "--seed", "2"])
    assert result.exit_code == 0, result.output
    assert seen == [
        {
            "picture": Path("a.png"),
            "strength_mm": "4",
            "output": Path("out"),
            "model": None,
            "device": "auto",
            "seed": 2,
            "overwrite": False,
            "language": "en",
            **dict.fromkeys(("case_id", "examination_date", "operator", "institution", "export")),
        }
    ]
    assert "Play." in CliRunner().invoke(one, ["--help"]).stdout


def test_a_new_anatomy_has_its_command(tiny_bundle: Path, tmp_path: Path) -> None:
    one = typer.Typer()
    one.command()(case_command(TOY))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    given = ["--picture", str(tmp_path / "a.png"), "--model", str(tiny_bundle), "--device", "cpu"]
    result = CliRunner().invoke(one, [*given, "--strength", "2", "--output", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert (
        "Number of bytes (COUNT)" in result.stdout and "16.0 mm" in result.stdout and "Counted 16 <b>." in result.stdout
    )
    assert "Warning: Read it with care." in result.stderr and (tmp_path / "out" / "toy.txt").is_file()
