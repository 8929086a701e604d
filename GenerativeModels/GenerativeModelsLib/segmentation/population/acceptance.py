"""Which label sequences keep to the rules of the check: those that do not are left out, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence

__all__ = ["Tally", "accepted", "check_sequence"]


@dataclass
class Tally:
    """Counts of what was looked at and left out.

    Attributes
    ----------
    made, dropped
        Number of sequences, and of those with a violation.
    criteria
        Sequences by the name of a criterion that they break.
    """

    made: int = 0
    dropped: int = 0
    criteria: Counter[str] = field(default_factory=Counter)

    @property
    def dropped_share(self) -> float:
        """Share of the sequences that were left out, 0 before the first."""
        return self.dropped / self.made if self.made else 0.0


def check_sequence(sequence: LabelSequence) -> Findings:
    """Check a sequence by all criteria of its view, in each frame for its role and over the frames."""
    roles: list[list[str | None]] = [[sequence.role if frame.any() else None] for frame in sequence.values]
    return check_maps(sequence.maps, sequence.view, roles=roles)


def accepted(sequences: Iterable[LabelSequence], tally: Tally | None = None) -> Iterator[LabelSequence]:
    """The sequences without a violation, each of whose frames shows the ventricle; `tally` counts what is left out."""
    tally = Tally() if tally is None else tally
    for sequence in sequences:
        tally.made += 1
        broken = {violation.criterion.name for violation in check_sequence(sequence).violations}
        if not (sequence.values == CODES["lv"]).any(axis=(1, 2)).all():
            broken.add("no_cavity")
        if broken:
            tally.dropped += 1
            tally.criteria.update(broken)
        else:
            yield sequence
