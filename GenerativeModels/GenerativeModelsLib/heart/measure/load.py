"""A heart from its label maps: both phases read, checked, placed in their frames and measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.cleaning import one_heart
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsLib.heart.measure.border import border_warnings, require_whole_cavity, wall_warnings
from GenerativeModelsLib.heart.measure.distance import label_distance
from GenerativeModelsLib.heart.measure.frame import HeartFrame, find_frame
from GenerativeModelsLib.heart.measure.pair import PhaseShape, pair_warnings
from GenerativeModelsLib.heart.measure.rays import Observed, observe
from GenerativeModelsLib.heart.measure.septum import Septum
from GenerativeModelsLib.heart.shape.ventricle import Heart, Ventricle

__all__ = ["LoadedHeart", "LoadedPhase", "heart_from_maps", "load_hearts", "load_phase"]


@dataclass(frozen=True, eq=False)
class LoadedPhase:
    """One phase as its label map shows it.

    Attributes
    ----------
    label_map : the map cropped to the heart, without islands and holes.
    frame : the heart frame in LPS mm, this phase's own.
    observed : the ventricle measured in that frame, and which of its rays met a wall.
    cavity_ml, myocardium_ml, right_ml : volumes of the labelled voxels; right_ml is None without a right ventricle.
    warnings : sentences.
    """

    label_map: LabelMap
    frame: HeartFrame
    observed: Observed
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
    """End diastole and, where given, end systole; `warnings` are those of both and of the pair."""

    ed: LoadedPhase
    es: LoadedPhase | None
    warnings: tuple[str, ...]

    @property
    def heart(self) -> Heart:
        """Both ventricles.

        Raises
        ------
        ValueError
            There is no end systole.
        """
        if self.es is None:
            raise ValueError("There is no end systole: only --ed was given.")
        return Heart(self.ed.ventricle, self.es.ventricle)


def load_hearts(ed: Path, es: Path | None, labels: HeartLabels, septum: Septum | None = None) -> LoadedHeart:
    """Read and measure the label maps of one heart.

    Parameters
    ----------
    ed, es
        Label maps (NIfTI, NRRD, MHA) at end diastole and end systole, each on a grid of its own; es may be None.
    labels
        What their values mean, see `labels.parse_labels`.
    septum
        Which side the septum is on, where the user says so (`septum.parse_septum`); it outranks the right ventricle.

    Raises
    ------
    InputError
        A file or its labels cannot be used; the sentence names the file and the remedy.
    """
    if es is not None and Path(ed).resolve() == Path(es).resolve():
        raise InputError(
            f"--ed and --es are the same file, {Path(ed).name}: give one label map for each phase, or --ed alone."
        )
    ed_map = read_label_map(ed, labels, "ed")
    return heart_from_maps(ed_map, None if es is None else read_label_map(es, labels, "es"), septum)


def heart_from_maps(ed: LabelMap, es: LabelMap | None, septum: Septum | None = None) -> LoadedHeart:
    """The same from label maps in memory (`labels.label_map_from_array`); errors as `load_hearts`."""
    first = load_phase(ed, "ed", septum)
    if es is None:
        alone = "Only end diastole was given; what needs end systole is left out."
        return LoadedHeart(first, None, (*first.warnings, alone))
    second = load_phase(es, "es", septum)
    if "rv" in (first.frame.septum, second.frame.septum) and first.frame.septum != second.frame.septum:
        first, second = _shared_septum(first, second, ed, es)
    shapes = [PhaseShape(some.label_map, some.frame, some.ventricle) for some in (first, second)]
    return LoadedHeart(first, second, (*_joined(first, second), *pair_warnings(*shapes)))


def load_phase(label_map: LabelMap, phase: str, septum: Septum | None = None) -> LoadedPhase:
    """Check, place and measure one label map; `phase` is "ed" or "es", for messages. Errors as `load_hearts`."""
    checked = one_heart(label_map, phase)
    label_map = checked.label_map
    require_whole_cavity(label_map, phase)
    frame = find_frame(label_map, septum, phase)
    cut = border_warnings(label_map, frame, phase)
    observed = observe(label_distance(label_map, frame), frame, label_map.name, phase)
    return LoadedPhase(
        label_map=label_map,
        frame=frame,
        observed=observed,
        cavity_ml=label_map.volume_ml("lv"),
        myocardium_ml=label_map.volume_ml("myo"),
        right_ml=label_map.volume_ml("rv") if label_map.mask("rv").any() else None,
        warnings=(
            *checked.warnings,
            *cut,
            *wall_warnings(label_map, observed, phase),
            *_frame_warnings(frame, f"--{phase} {label_map.name}"),
        ),
    )


def _frame_warnings(frame: HeartFrame, called: str) -> list[str]:
    bare = f"No right ventricle is labelled in {called}; the septum was"
    mend = "say where it is by --septum, or the segments may be turned"
    guesses = {
        "position": f"{bare} put where it lies in most people: {mend}.",
        "wall": f"{bare} taken for the thickest side of the wall: {mend}.",
    }
    doubts = {
        "mirrored": f"In {called} the heart lies mirrored, left for right, or on the right side of the body; its walls "
        "were named as in a heart on the left: check the orientation of the file.",
        "display": f"The orientation in the header of {called} is no patient's; its slices were taken as they are "
        "shown on a screen, seen from the apex with the anterior wall on top.",
        "unknown": f"The orientation in the header of {called} is no patient's; its anterior and inferior walls may be "
        "exchanged.",
    }
    return [words[key] for words, key in ((guesses, frame.septum), (doubts, frame.anterior)) if key in words]


def _joined(first: LoadedPhase, second: LoadedPhase) -> list[str]:
    """The warnings of both phases; what is true of both is said once."""
    ed, es = f"--ed {first.label_map.name}", f"--es {second.label_map.name}"
    both = [said for said in first.warnings if said.replace(ed, es) in second.warnings]
    once = [said.replace(ed, f"{ed} and {es}") if said in both else said for said in first.warnings]
    return once + [said for said in second.warnings if said not in [shared.replace(ed, es) for shared in both]]


def _shared_septum(
    first: LoadedPhase, second: LoadedPhase, ed: LabelMap, es: LabelMap
) -> tuple[LoadedPhase, LoadedPhase]:
    """The phase without a right ventricle takes the septum of the other, where both lie alike in space."""
    if first.frame.axes[2] @ second.frame.axes[2] < 0.85:
        return first, second
    if first.frame.septum == "rv":
        return first, load_phase(es, "es", Septum(first.frame.axes[0], is_direction=True))
    return load_phase(ed, "ed", Septum(second.frame.axes[0], is_direction=True)), second
