"""A heart from its label maps: every phase read, checked, placed in its frame and measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from GenerativeModelsLib.errors import InputError, in_words, named
from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsLib.heart.labels.cine import Cine
from GenerativeModelsLib.heart.labels.cleaning import one_heart
from GenerativeModelsLib.heart.labels.label_map import STRUCTURES, HeartLabels, LabelMap
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsLib.heart.measure.apex import OpenApex, open_apex
from GenerativeModelsLib.heart.measure.border import border_warnings, require_whole_cavity, wall_warnings
from GenerativeModelsLib.heart.measure.distance import label_distance
from GenerativeModelsLib.heart.measure.frame import HeartFrame, find_frame
from GenerativeModelsLib.heart.measure.pair import PhaseShape, pair_warnings
from GenerativeModelsLib.heart.measure.rays import Observed, observe
from GenerativeModelsLib.heart.measure.septum import Septum
from GenerativeModelsLib.heart.realign.slices import SliceShift
from GenerativeModelsLib.heart.shape.ventricle import Heart, Ventricle
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.language import S_, said

__all__ = [
    "LoadedHeart",
    "LoadedPhase",
    "heart_from_cine",
    "heart_from_maps",
    "joined_warnings",
    "load_hearts",
    "load_phase",
    "shared_base",
    "shared_septum",
]

LEAST_ALIKE = 0.85
"""Smallest cosine between the long axes of two phases that share a septum."""
_ITS_NAME = "\0"
"""Placeholder of the name of a phase's file while warnings are compared."""


@dataclass(frozen=True, eq=False)
class LoadedPhase:
    """One phase measured from its label map.

    Attributes
    ----------
    label_map : the map cropped to the heart, without islands and holes.
    frame : the heart frame in LPS mm, this phase's own.
    observed : the ventricle measured in that frame, and which of its rays met a wall.
    apex : where the stack ends before the apex, which is then extrapolated; None if it does not.
    cavity_ml, myocardium_ml, right_ml : volumes of the labelled voxels; right_ml is None without a right ventricle.
    warnings : sentences.
    """

    label_map: LabelMap
    frame: HeartFrame
    observed: Observed
    apex: OpenApex | None
    cavity_ml: float
    myocardium_ml: float
    right_ml: float | None
    warnings: tuple[str, ...]

    @property
    def ventricle(self) -> Ventricle:
        """The measured ventricle."""
        return self.observed.ventricle


@dataclass(frozen=True, eq=False)
class LoadedHeart:
    """A heart measured from its label maps.

    Attributes
    ----------
    phases : the phases that were given, by name ("ed", "es"), in the order of time; end diastole is always there.
    warnings : sentences on single phases and on their combination.
    cine : the cine that they are frames of; None for a label map each.
    given : the label maps by phase as they were given, before islands and holes were mended.
    shifts : by how much the slices are moved (`realign.realigned`); None if they are where the file has them.
    """

    phases: Mapping[str, LoadedPhase]
    warnings: tuple[str, ...]
    cine: Cine | None = None
    given: Mapping[str, LabelMap] = field(default_factory=dict)
    shifts: tuple[SliceShift, ...] | None = None

    @property
    def ed(self) -> LoadedPhase:
        """End diastole."""
        return self.phases["ed"]

    @property
    def es(self) -> LoadedPhase | None:
        """End systole; None if it was not given."""
        return self.phases.get("es")

    @property
    def heart(self) -> Heart:
        """Both ventricles.

        Raises
        ------
        ValueError
            There is no end systole.
        """
        if self.es is None:
            raise ValueError("There is no end systole: only end diastole was given.")
        return Heart(self.ed.ventricle, self.es.ventricle)


def load_hearts(ed: Source, es: Source | None, labels: HeartLabels) -> LoadedHeart:
    """Read and measure the label maps of one heart.

    Parameters
    ----------
    ed, es
        Label maps (NIfTI, NRRD, MHA, or in memory) at end diastole and end systole, each on a grid of its own; es may
        be None.
    labels
        Meaning of their values, see `labels.label_map.parse_labels`.

    Raises
    ------
    InputError
        A file or its labels cannot be used; the message names the file and the remedy.
    """
    ed_map = read_label_map(ed, labels, "ed")
    return heart_from_maps(ed_map, None if es is None else read_label_map(es, labels, "es"))


def heart_from_cine(cine: Cine, septum: Septum | None = None, *, force: bool = False) -> LoadedHeart:
    """Measure the two frames of a cine; parameters and errors are those of `heart_from_maps`."""
    found = heart_from_maps(cine.ed, cine.es, septum, force=force)
    return replace(found, warnings=(*cine.warnings, *found.warnings), cine=cine)


def heart_from_maps(
    ed: LabelMap, es: LabelMap | None, septum: Septum | None = None, *, force: bool = False
) -> LoadedHeart:
    """Measure label maps in memory (`labels.label_map.label_map_from_array`).

    Parameters
    ----------
    septum
        Side of the septum given by the user (`septum.parse_septum`); overrides the right ventricle.
    force
        Whether phases that look like two patients are used, with a warning.

    Raises
    ------
    InputError
        The labels cannot be used, or are the same in both phases; the message names the map and the remedy.
    """
    if es is not None and _same(ed, es):
        raise InputError(
            f"{named('ed')} {ed.name} and {named('es')} {es.name} hold the same labels in the same place: give another "
            f"one for end systole, or {named('ed')} alone."
        )
    maps = {"ed": ed} if es is None else {"ed": ed, "es": es}
    phases = {name: load_phase(label_map, name, septum) for name, label_map in maps.items()}
    phases = shared_septum(shared_base(phases, maps, septum), maps)
    if es is None:
        together = [said("Only end diastole was given; what needs end systole is left out.")]
    else:
        shapes = [PhaseShape(phase.label_map, phase.frame, phase.ventricle) for phase in phases.values()]
        together = pair_warnings(*shapes, force=force)
    return LoadedHeart(phases, _plain(*joined_warnings(phases), *together), given=maps)


def load_phase(
    label_map: LabelMap, phase: str, septum: Septum | None = None, up: np.ndarray | None = None
) -> LoadedPhase:
    """Check, place and measure one label map; `phase` is its name in messages. Raises as `heart_from_maps`.

    `up` is an LPS vector to the side of a stack's base; None = from the labels.
    """
    checked = one_heart(label_map, phase)
    label_map = checked.label_map
    require_whole_cavity(label_map, phase)
    frame = find_frame(label_map, septum, phase, up)
    apex = open_apex(label_map, frame, f"{named(phase)} {label_map.name}")
    cut = border_warnings(label_map, frame, phase)
    observed = observe(label_distance(label_map, frame, apex), frame, label_map.name, phase)
    return LoadedPhase(
        label_map=label_map,
        frame=frame,
        observed=observed,
        apex=apex,
        cavity_ml=label_map.volume_ml("lv"),
        myocardium_ml=label_map.volume_ml("myo"),
        right_ml=label_map.volume_ml("rv") if label_map.mask("rv").any() else None,
        warnings=_plain(
            *checked.warnings,
            *cut,
            *wall_warnings(label_map, observed, phase),
            *_frame_warnings(frame, f"{named(phase)} {label_map.name}"),
        ),
    )


def _same(ed: LabelMap, es: LabelMap) -> bool:
    """Whether two label maps hold one heart at one moment."""
    alike = all(np.array_equal(ed.mask(structure), es.mask(structure)) for structure in STRUCTURES)
    return alike and np.allclose(ed.to_lps, es.to_lps)


def _plain(*warnings: str) -> tuple[str, ...]:
    """Warnings with the phases in words, since all front ends show them."""
    return tuple(in_words(warning, _called) for warning in warnings)


def _called(phase: str) -> str:
    return PHASES.get(phase, phase).lower()


_GUESSES = {
    "position": S_(
        "No right ventricle is labelled in {called_list}; the septum was put where it lies in most people: say where "
        "the septum is, or the segments may be turned."
    ),
    "wall": S_(
        "No right ventricle is labelled in {called_list}; the septum was taken for the thickest side of the wall: say "
        "where the septum is, or the segments may be turned."
    ),
}
"""By `HeartFrame.septum`."""
_DOUBTS = {
    "mirrored": S_(
        "In {called_list} the heart lies mirrored, left for right, or on the right side of the body; its walls were "
        "named as in a heart on the left: check the orientation of the file."
    ),
    "display": S_(
        "The orientation in the header of {called_list} is not that of a patient; its slices were taken as displayed, "
        "seen from the apex with the anterior wall on top."
    ),
    "unknown": S_(
        "The orientation in the header of {called_list} is not that of a patient; its anterior and inferior walls may "
        "be exchanged."
    ),
}
"""By `HeartFrame.anterior`."""
_NAMED = (S_("end diastole {file}"), S_("end systole {file}"), S_("End diastole {file}"), S_("End systole {file}"))
"""What warnings call the label map of a phase (`_plain`), also at their beginning."""


def _frame_warnings(frame: HeartFrame, called: str) -> list[str]:
    found = ((_GUESSES, frame.septum), (_DOUBTS, frame.anterior))
    return [said(words[key], called_list=called) for words, key in found if key in words]


def shared_base(
    phases: Mapping[str, LoadedPhase], maps: Mapping[str, LabelMap], septum: Septum | None = None
) -> dict[str, LoadedPhase]:
    """Turn the phases whose base is where that of the clearest `HeartFrame.base_evidence` has its apex."""
    up = max(phases.values(), key=lambda phase: phase.frame.base_evidence).frame.axes[2]
    return {
        name: load_phase(maps[name], name, septum, up) if phase.frame.axes[2] @ up < -LEAST_ALIKE else phase
        for name, phase in phases.items()
    }


def joined_warnings(phases: Mapping[str, LoadedPhase]) -> list[str]:
    """Warnings of all phases; one that holds for several phases is given once, with the names of their files."""
    said: dict[str, dict[str, str]] = {}
    for name, phase in phases.items():
        own = f"{_called(name)} {phase.label_map.name}"
        for warning in phase.warnings:
            said.setdefault(warning.replace(own, _ITS_NAME), {})[own] = warning
    return [
        next(iter(by_name.values())) if len(by_name) == 1 else text.replace(_ITS_NAME, _listed(list(by_name)))
        for text, by_name in said.items()
    ]


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def shared_septum(phases: Mapping[str, LoadedPhase], maps: Mapping[str, LabelMap]) -> dict[str, LoadedPhase]:
    """Give phases without a right ventricle the septum of the first phase that has one, if their long axes agree."""
    shown = next((phase for phase in phases.values() if phase.frame.septum == "rv"), None)
    found = dict(phases)
    for name, phase in phases.items():
        if shown is None or phase.frame.septum == "rv" or shown.frame.axes[2] @ phase.frame.axes[2] < LEAST_ALIKE:
            continue
        found[name] = load_phase(maps[name], name, Septum(shown.frame.axes[0], is_direction=True))
    return found
