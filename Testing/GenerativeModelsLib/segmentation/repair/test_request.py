"""Fields of a repair beside those of a check."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.repair.request import RepairRequest
from GenerativeModelsLib.segmentation.request import SegmentationRequest

FILE = Path("beat.nii.gz")


def test_frames_to_keep_are_numbers_in_order_once() -> None:
    assert RepairRequest(FILE, keep_frames="7, 3,7").kept == (3, 7) and RepairRequest(FILE).kept == ()
    for text in ("", "3;7", "-1", "last", "3,,4", "²"):
        with pytest.raises(InputError, match=r"keep_frames is '.*': give numbers of frames, from 0, such as 3,7"):
            RepairRequest(FILE, keep_frames=text)


@pytest.mark.parametrize("percent", [0.0, -1.0, 101.0, float("nan")])
def test_how_much_may_change_is_a_share(percent: float) -> None:
    with pytest.raises(InputError, match="give percent, above 0 and up to 100"):
        RepairRequest(FILE, most_change=percent)


def test_its_check_asks_the_same_of_the_file_and_exports_nothing() -> None:
    request = RepairRequest(FILE, "apical", "camus", 40.0, 30.0, "2", export="pdf", case_id="A")
    check = request.as_check(title="before")
    assert type(check) is SegmentationRequest and (check.view, check.labels, check.frame_interval_ms) == (
        *("apical", "camus"),
        40.0,
    )
    assert check.case_id == "A" and check.export is None and check.shown_title == "before"
