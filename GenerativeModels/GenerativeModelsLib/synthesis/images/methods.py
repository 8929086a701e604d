"""The methods of image synthesis as windows offer them: which can be used here, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from GenerativeModelsLib.bundle.checksums import MANIFEST, open_sealed
from GenerativeModelsLib.bundle.strict_json import strict_json
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.extras import install_command
from GenerativeModelsLib.language import N_
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.request import METHODS, WITHOUT_NETWORKS, ImageSynthesisRequest

__all__ = ["TITLES", "OfferedMethod", "method_of_bundle", "offered_methods", "preview_of", "reasons"]

TITLES = {
    "synthseg": N_("SynthSeg, without training"),
    "spade": N_("SPADE"),
    "cgan": N_("Conditional GAN"),
    "ldm": N_("Latent diffusion"),
}
_PACKAGES = {"ldm": "monai"}
"""Package that a method needs beyond those of every case."""


@dataclass(frozen=True)
class OfferedMethod:
    """A method.

    Attributes
    ----------
    name
        One of `METHODS`.
    title
        What windows call it.
    problem
        The sentence why it cannot be used; "" for one that can.
    """

    name: str
    title: str
    problem: str = ""


def offered_methods(model: Path | None = None) -> list[OfferedMethod]:
    """All methods; those with networks can be used with a bundle that ships, or with the one that is chosen.

    Raises
    ------
    InputError
        `model` is no bundle of image synthesis.
    """
    held = None if model is None else method_of_bundle(model)
    return [OfferedMethod(name, TITLES[name], _problem(name, held)) for name in METHODS]


def reasons(offered: Sequence[OfferedMethod], word: Callable[[str], str] = str) -> list[str]:
    """A sentence for each reason why methods cannot be used, with the titles of all that it holds for.

    `word` translates a title.
    """
    titles: dict[str, list[str]] = {}
    for each in offered:
        if each.problem:
            titles.setdefault(each.problem, []).append(word(each.title))
    return [f"{', '.join(names)}: {problem}" for problem, names in titles.items()]


def _problem(name: str, held: str | None) -> str:
    if name == WITHOUT_NETWORKS:
        return "" if held is None else f"It has no networks, and the chosen bundle has those of {held}."
    if held is not None and held != name:
        return f"The chosen bundle has the networks of {held}."
    if held is None:
        try:
            default_bundle(f"images-{name}")
        except InputError:
            return "Its weights do not ship with this version: train it, and choose the folder of its bundle."
    package = _PACKAGES.get(name)
    if package is not None and find_spec(package) is None:
        return f"It needs the package {package}: {install_command('diffusion')}."
    return ""


def method_of_bundle(folder: Path) -> str:
    """The method whose networks a bundle holds; `model.json` alone is read, without torch.

    Raises
    ------
    InputError
        There is no bundle, it was changed, it is of another kind, or holds not the networks of one method.
    """
    sealed = open_sealed(folder)
    try:
        content = strict_json(sealed.read(MANIFEST))
        kind, parts = content["kind"], list(content["architecture"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{sealed.folder / MANIFEST} cannot be read as the description of a model bundle ({error}): choose another "
            "bundle."
        ) from error
    found = [name for name in parts if name in METHODS]
    if kind != IMAGES.bundle_kind or len(found) != 1:
        raise InputError(
            f"{folder} is a bundle of kind {kind}, and image synthesis needs one of kind {IMAGES.bundle_kind}: choose "
            "another one."
        )
    return found[0]


def preview_of(
    request: ImageSynthesisRequest, *, at_lps: Sequence[float] | None = None, frame: int | None = None
) -> tuple[dict[str, Any], Path | None]:
    """Arguments of the query `preview` for a slice of the first image of a request, and the bundle that it needs.

    `at_lps` and `frame` as in `queries.preview`. Raises `InputError` where the bundle is not shipped.
    """
    names = ("labels", "style", "style_labels", "method", "label_values", "seed")
    values = {name: getattr(request, name) for name in names}
    model = None
    if IMAGES.uses_model(request):
        model = request.model or default_bundle(IMAGES.bundle_name(request))
    return {**values, "at_lps": None if at_lps is None else list(at_lps), "frame": frame}, model
