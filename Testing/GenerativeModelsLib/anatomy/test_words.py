"""A refused value in the languages of its readers: option, column of a table, window, keyword."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from GenerativeModelsLib import device as devices
from GenerativeModelsLib.anatomy.entries import parse_age
from GenerativeModelsLib.anatomy.fields import fields_of, option_of, window_words
from GenerativeModelsLib.anatomy.python import computed
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.registry import anatomy_names, anatomy_of
from GenerativeModelsLib.batch.table import table_words
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.septum import parse_septum
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.plane_fields import parse_spacing
from GenerativeModelsLib.skull.planes.image import read_plane
from GenerativeModelsLib.skull.python import _KEYWORDS as KEYWORDS
from GenerativeModelsLib.skull.request import SkullRequest

AGE_REMEDY = "give decimal weeks from 11 to 42, the ages of the heads that the model knows, or leave it out."
A = Path("a.png")
PIXELS = np.arange(40 * 50, dtype=np.uint8).reshape(40, 50)


def skull(**fields: Any) -> Callable[[], object]:
    return lambda: SkullRequest(**({"axial": A} | fields))


def heart(**fields: Any) -> Callable[[], object]:
    return lambda: HeartRequest(**({"ed": A} | fields))


def plane(name: str = "axial", spacing: tuple[float, float] | None = None, **options: Any) -> Callable[[], object]:
    return lambda: read_plane(GivenImage(PIXELS, "x"), name=name, spacing_mm=spacing, **options)


def occupied() -> None:
    with output_folder(Path(__file__).parent):
        pass


# What is done, then the field and the sentence as option, as column, in a window and as keyword; "=" is the one before.
SENTENCES = {
    skull(samples=-1): (
        "samples",
        "--samples is -1: give a number from 0 (the mean only) to 10000.",
        "=",
        "The number of samples is -1: give a number from 0 (the mean only) to 10000.",
        "samples is -1: give a number from 0 (the mean only) to 10000.",
    ),
    skull(gestational_age_weeks=10): (
        "gestational_age_weeks",
        f"--gestational-age is 10: {AGE_REMEDY}",
        f"gestational_age_weeks is 10: {AGE_REMEDY}",
        f"The gestational age is 10: {AGE_REMEDY}",
        f"gestational_age is 10: {AGE_REMEDY}",
    ),
    skull(sagittal=A): (
        "sagittal",
        "--sagittal and --axial name the same file a.png: each plane is an image of its own.",
        "sagittal and axial name the same file a.png: each plane is an image of its own.",
        "The sagittal plane and the axial plane name the same file a.png: each plane is an image of its own.",
        "sagittal and axial name the same file a.png: each plane is an image of its own.",
    ),
    lambda: parse_age("term"): (
        "gestational_age_weeks",
        "--gestational-age is 'term': give decimal weeks such as 28.4, or weeks and days such as 28+3.",
        "gestational_age_weeks is 'term': give decimal weeks such as 28.4, or weeks and days such as 28+3.",
        "The gestational age is 'term': give decimal weeks such as 28.4, or weeks and days such as 28+3.",
        "gestational_age is 'term': give decimal weeks such as 28.4, or weeks and days such as 28+3.",
    ),
    lambda: parse_spacing("0", "coronal_spacing_mm"): (
        "coronal_spacing_mm",
        "--coronal-spacing is '0': expected MM or ROW,COL, positive numbers in millimetres such as 0.3 or 0.3,0.25.",
        "coronal_spacing_mm is '0': expected MM or ROW,COL, positive numbers in millimetres such as 0.3 or 0.3,0.25.",
        "The spacing of the coronal plane is '0': expected MM or ROW,COL, positive numbers in millimetres such as 0.3 "
        "or 0.3,0.25.",
        "spacing_mm['coronal'] is '0': expected MM or ROW,COL, positive numbers in millimetres such as 0.3 or "
        "0.3,0.25.",
    ),
    plane(shown_as="a-b--c.png"): (
        "axial",
        "axial plane a-b--c.png carries no pixel spacing: give --axial-spacing in mm, --pixel-spacing, or "
        "--axial-length.",
        "axial plane a-b--c.png carries no pixel spacing: give axial_spacing_mm in mm, a file that carries it, or "
        "axial_length.",
        "axial plane a-b--c.png carries no pixel spacing: give the spacing of the axial plane in mm, that of all "
        "planes, or the known length of the axial plane.",
        "axial plane a-b--c.png carries no pixel spacing: give spacing_mm['axial'] in mm, spacing_mm, or "
        "corrections['axial']['length'].",
    ),
    plane("coronal", (0.05, 0.05)): (
        "coronal_spacing_mm",
        "coronal plane x would show 2 x 2.5 mm at a spacing of 0.05 x 0.05 mm, and an ultrasound image measures 15 to "
        "700 mm a side: give the true one by --coronal-spacing in mm.",
        "coronal plane x would show 2 x 2.5 mm at a spacing of 0.05 x 0.05 mm, and an ultrasound image measures 15 to "
        "700 mm a side: give the true one by coronal_spacing_mm in mm.",
        "coronal plane x would show 2 x 2.5 mm at a spacing of 0.05 x 0.05 mm, and an ultrasound image measures 15 to "
        "700 mm a side: give the true one by the spacing of the coronal plane in mm.",
        "coronal plane x would show 2 x 2.5 mm at a spacing of 0.05 x 0.05 mm, and an ultrasound image measures 15 to "
        "700 mm a side: give the true one by spacing_mm['coronal'] in mm.",
    ),
    skull(seed=-1): (
        "seed",
        "--seed is -1: give a whole number from 0 to 2^63 - 1.",
        "=",
        "The seed is -1: give a whole number from 0 to 2^63 - 1.",
        "seed is -1: give a whole number from 0 to 2^63 - 1.",
    ),
    heart(device="tpu"): (
        "device",
        "--device is 'tpu': give auto, cpu, cuda, cuda:N or mps.",
        "=",
        "The device is 'tpu': give auto, cpu, cuda, cuda:N or mps.",
        "device is 'tpu': give auto, cpu, cuda, cuda:N or mps.",
    ),
    lambda: devices.choose_device("cuda"): (
        "device",
        "--device cuda is not available here (available: cpu): use --device auto.",
        "=",
        "The device cuda is not available here (available: cpu): use the device auto.",
        "device cuda is not available here (available: cpu): use device auto.",
    ),
    lambda: default_bundle("toy"): (
        "model",
        "give one that you trained as --model, or reinstall the package if it should be there.",
        "=",
        "give one that you trained as the model folder, or reinstall the package if it should be there.",
        "give one that you trained as model, or reinstall the package if it should be there.",
    ),
    occupied: (
        "output",
        "give another folder or --overwrite.",
        "=",
        "give another folder or permission to overwrite it.",
        "give another folder or overwrite.",
    ),
    heart(sex="unknown"): (
        "sex",
        "--sex is 'unknown': give male or female (M or F), or leave it out.",
        "sex is 'unknown': give male or female (M or F), or leave it out.",
        "The sex is 'unknown': give male or female (M or F), or leave it out.",
        "sex is 'unknown': give male or female (M or F), or leave it out.",
    ),
    heart(es=A): (
        "ed",
        "--ed and --es name the same file a.png: each phase is a label map of its own; leave --es out when there is "
        "none.",
        "ed and es name the same file a.png: each phase is a label map of its own; leave es out when there is none.",
        "The label map at end diastole and the label map at end systole name the same file a.png: each phase is a "
        "label map of its own; leave the label map at end systole out when there is none.",
        "ed and es name the same file a.png: each phase is a label map of its own; leave es out when there is none.",
    ),
    lambda: parse_labels("lv=3"): (
        "labels",
        "--labels is 'lv=3': lv and myo are needed once, rv may be given; give a preset (acdc, ukbb) or values such as "
        "lv=3,myo=2,rv=1.",
        "labels is 'lv=3': lv and myo are needed once, rv may be given; give a preset (acdc, ukbb) or values such as "
        "lv=3,myo=2,rv=1.",
        "The label scheme is 'lv=3': lv and myo are needed once, rv may be given; give a preset (acdc, ukbb) or values "
        "such as lv=3,myo=2,rv=1.",
        "labels is 'lv=3': lv and myo are needed once, rv may be given; give a preset (acdc, ukbb) or values such as "
        "lv=3,myo=2,rv=1.",
    ),
    lambda: parse_septum("left"): (
        "septum",
        "--septum is 'left': give a point on the septum as x,y,z in mm (LPS), or a direction as dir:x,y,z.",
        "septum is 'left': give a point on the septum as x,y,z in mm (LPS), or a direction as dir:x,y,z.",
        "The septum is 'left': give a point on the septum as x,y,z in mm (LPS), or a direction as dir:x,y,z.",
        "septum is 'left': give a point on the septum as x,y,z in mm (LPS), or a direction as dir:x,y,z.",
    ),
    lambda: HEART.read_inputs(HeartRequest(Path("absent.nii.gz"))): (
        "ed",
        "--ed absent.nii.gz does not exist: give a label map file (.nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd).",
        "ed absent.nii.gz does not exist: give a label map file (.nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd).",
        "The label map at end diastole absent.nii.gz does not exist: give a label map file (.nii, .nii.gz, .nrrd, "
        ".nhdr, .mha, .mhd).",
        "ed absent.nii.gz does not exist: give a label map file (.nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd).",
    ),
}
_HEARTS = {"sex", "ed", "labels", "septum"}


@pytest.mark.parametrize("act", SENTENCES, ids=[words[1][:40] for words in SENTENCES.values()])
def test_a_sentence_speaks_the_language_of_its_reader(act: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_available", lambda: [])
    field, option, *others = SENTENCES[act]
    column, window, keyword = (option if words == "=" else words for words in others)
    anatomy = HEART if field in _HEARTS else SKULL
    with pytest.raises(InputError) as caught:
        act()
    error = caught.value
    assert error.field == field
    assert error.in_words(option_of).endswith(option)
    assert error.in_words(table_words(anatomy.request)).endswith(column)
    assert anatomy.in_window_words(error).endswith(window)
    with pytest.raises(InputError) as again:
        computed(anatomy, act, None, KEYWORDS if anatomy is SKULL else {})
    assert str(again.value).endswith(keyword)


FIELDS = [
    (anatomy_of(name), field.name, about)
    for name in anatomy_names()
    for field, about in fields_of(anatomy_of(name).request)
]


@pytest.mark.parametrize(("anatomy", "field", "about"), FIELDS, ids=[f"{a.name}-{f}" for a, f, _ in FIELDS])
def test_every_field_has_a_name_in_every_language(anatomy: Anatomy, field: str, about: Any) -> None:
    error = InputError(f"{named(field)} is odd, not {named(field)}.")
    option = error.in_words(option_of)
    assert re.fullmatch(r"(--[a-z]+(-[a-z]+)*) is odd, not \1\.", option)
    in_table = error.in_words(table_words(anatomy.request))
    if about.column:
        assert in_table == str(error) == f"{field} is odd, not {field}."
    elif about.batch or field in ("output", "overwrite"):
        assert in_table == option
    else:
        assert in_table == "A file that carries it is odd, not a file that carries it." or "file" in in_table
    in_window = anatomy.in_window_words(error)
    assert "--" not in in_window and "_" not in in_window and in_window[0].isupper()
    assert in_window == error.in_words(window_words(anatomy.request))


LIB = Path(__file__).resolve().parents[3] / "GenerativeModels" / "GenerativeModelsLib"
COMMANDS = ("cli", "batch", "training", "evaluation")
"""Rooms that only the command line leads to."""
REACHED = sorted(path for path in LIB.glob("**/*.py") if path.relative_to(LIB).parts[0] not in COMMANDS)


def sentences(path: Path) -> list[str]:
    """String literals of a file, docstrings apart, with "axial" for what is filled in."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    apart = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    apart |= {id(part) for string in joined for part in string.values}
    whole = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    found = [node.value for node in whole if id(node) not in apart]
    return found + [
        "".join(getattr(part, "value", "") if isinstance(part, ast.Constant) else "axial" for part in string.values)
        for string in joined
    ]


def options_in(sentence: str) -> list[str]:
    """Options that a sentence names, those of commands that are shown in backticks and of style sheets apart."""
    return re.findall(r"--[a-z]+", re.sub(r"`[^`]*`|var\([^)]*\)", "", sentence)) if " " in sentence else []


@pytest.mark.parametrize("path", REACHED, ids=lambda path: path.relative_to(LIB).as_posix())
def test_no_sentence_of_the_backend_names_an_option(path: Path) -> None:
    """A window, a script and a table have none: write `named("samples")`."""
    assert [sentence for sentence in sentences(path) if options_in(sentence)] == []


def test_the_walk_sees_the_sentences() -> None:
    assert len(REACHED) > 120
    commands = sorted(LIB.glob("batch/*.py"))
    assert any(options_in(sentence) for path in commands for sentence in sentences(path))
    here = sentences(Path(__file__))
    assert len([sentence for sentence in here if options_in(sentence)]) > 12
    assert options_in("decompress it with `gdcmconv --raw IN OUT`.") == options_in("fill: var(--ink, #fff)") == []
