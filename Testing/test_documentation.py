"""What the documents say can be done, can be done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.testing import CliRunner

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.batch.summary import summary_columns
from GenerativeModelsLib.batch.table import read_rows, table_columns
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.shared import cohort_table, config_parts
from GenerativeModelsLib.training.skull import config
from GenerativeModelsLib.training.synthesis import config as synthesis
from GenerativeModelsLib.training.synthesis import translation_config
from Testing.helpers.extension_files import MODULES

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "GenerativeModels" / "GenerativeModelsLib"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [t for t in targets if "://" not in t and not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_of_the_code_that_are_named_are_there(page: Path) -> None:
    modules = (module.name for module in MODULES)
    front_ends = ("GenerativeModelsScene", "GenerativeModelsWeb", *modules)
    places = [ROOT, PACKAGE.parent, PACKAGE, *(PACKAGE.parent / name for name in front_ends)]
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", page.read_text(encoding="utf-8"))
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_shown_is_there(page: Path) -> None:
    text = "\n".join(blocks(page, "bash")).replace("\\\n", " ")
    for line in re.findall(r"generative-models (.*)", text):
        words = shlex.split(line, comments=True)
        path = [word for word in words[:2] if re.fullmatch(r"[a-z]+", word)]
        help_text = CliRunner().invoke(app, [*path[: 1 if path[0] in {"train", "benchmark"} else 2], "--help"])
        assert help_text.exit_code == 0, line
        options = {word.split("=")[0] for word in words if word.startswith("--")}
        assert [option for option in options if option not in help_text.stdout] == [], line


def test_make_targets_shown_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        shown = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
        assert shown <= targets, page.name


def test_the_table_of_cases_shown_is_read(tmp_path: Path) -> None:
    (example,) = blocks(ROOT / "docs" / "formats.md", "csv")
    (tmp_path / "cases.csv").write_text(example)
    rows = read_rows(SKULL, tmp_path / "cases.csv", tmp_path / "out", {})
    assert [(row.case, row.error) for row in rows] == [("p001", ""), ("p002", "")]


@pytest.mark.parametrize("anatomy", [SKULL, HEART, SEGMENTATION], ids=lambda anatomy: anatomy.name)
def test_every_column_is_explained(anatomy: Anatomy) -> None:
    chapters = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8").split("\n## ")
    text = next(chapter for chapter in chapters if chapter.startswith(f"`{anatomy.name} batch`"))
    likewise = re.compile(r"(ofd|hc|cephalic_index|head_volume)_(low90|high90|percentile|z_score)|ofd_mm|hc_mm")
    names = {name for name in (*table_columns(anatomy), *summary_columns(anatomy)) if not likewise.fullmatch(name)}
    assert sorted(name for name in names if f"`{name}`" not in text) == []


SECTIONS = {
    "Every training": config_parts.TrainingConfig,
    "head-locator": config.LocatorTrainingConfig,
    "HiRecCVAE and RecCVAE": config.SkullTrainingConfig,
    "heart-lvae": HeartTrainingConfig,
    "Image synthesis": synthesis.SynthesisTrainingConfig,
    "GANs of image synthesis": synthesis.GanTrainingConfig,
    "vqvae": synthesis.VqvaeTrainingConfig,
    "ldm": synthesis.LdmTrainingConfig,
    "`data` of image synthesis": synthesis.SynthesisDataConfig,
    "plane-reader": config.ReaderTrainingConfig,
    "cyclegan": translation_config.TranslationTrainingConfig,
    "`data` of cyclegan": translation_config.TranslationDataConfig,
    "`trainer`": config_parts.TrainerConfig,
    "`bank`": config_parts.BankConfig,
    "`cohort`": config.CohortConfig,
    "`bundle`": config_parts.BundleConfig,
}
SHARED = (synthesis.SynthesisTrainingConfig, config_parts.TrainingConfig)
"""Configs of several models, the nearest first; a section of one model tells what it has beside them."""
IN_WORDS = {None: "none", "": "empty", (): "empty"}


def own_fields(schema: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields of a section of a config; of the config of one model, what it has beside or otherwise than every one."""
    above = [every for every in SHARED if issubclass(schema, every) and schema is not every]
    shared = above[0].model_fields if above else {}
    return {
        name: field
        for name, field in schema.model_fields.items()
        if name not in shared or field.default != shared[name].default
    }


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_field_of_a_training_config_is_explained_with_its_default(heading: str) -> None:
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8").split(f"### {heading}\n")[1].split("\n#")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", text, re.MULTILINE))
    fields = own_fields(SECTIONS[heading])
    assert list(told) == list(fields)
    for name, field in fields.items():
        if field.is_required():
            assert told[name] == "required", name
        elif name not in {"network", "trainer"}:
            value = field.get_default(call_default_factory=True)
            value = tuple(value) if isinstance(value, list) else value
            value = str(value) if isinstance(value, BaseModel) else value
            if isinstance(value, dict):
                value = ", ".join(f"{key} {number:g}" for key, number in value.items())
            assert told[name] == IN_WORDS.get(value, str(value)), name


def test_the_cohort_shown_is_read_and_every_column_explained(tmp_path: Path) -> None:
    (example,) = blocks(ROOT / "docs" / "training.md", "csv")
    for file in re.findall(r"p\d+/\w+(?:\.\w+)+", example):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "cohort.csv").write_text(example)
    rows = cohort_table.read_cohort_table(tmp_path / "cohort.csv")
    assert [sorted(row.planes) for row in rows] == [["axial", "sagittal"], ["axial"], [], ["axial"]]
    assert [row.label_map is None for row in rows] == [False, False, False, True]
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    assert [name for name in cohort_table.COLUMNS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("file", sorted((PACKAGE / "training" / "configs").glob("*.yaml")), ids=lambda file: file.name)
def test_the_configs_that_come_with_the_package_are_valid(file: Path, tmp_path: Path) -> None:
    """Those for users when the text in angle brackets is theirs."""
    pytest.importorskip("yaml")
    filled = tmp_path / file.name
    filled.write_text(re.sub(r"<[a-zA-Z][^<>]+>", "ours", file.read_text(encoding="utf-8")), encoding="utf-8")
    assert read_config(filled).output.parts[0] == "runs"
    assert file.name in (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
