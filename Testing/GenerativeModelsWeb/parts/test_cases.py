"""The list of finished cases, and what goes when one drops out of it."""

from __future__ import annotations

import pytest

pytest.importorskip("aiohttp")
pytest.importorskip("trame_server", reason="the web extra is not installed")

from trame_server.state import State
from trame_server.utils.typed_state import TypedState

from GenerativeModelsWeb.parts.cases import MOST_CASES, CaseList
from GenerativeModelsWeb.parts.files import exports_of
from GenerativeModelsWeb.parts.state import Navigation


def test_the_oldest_case_goes_with_its_files_and_exports(tmp_path):
    navigation = TypedState(State(), Navigation)
    cases = CaseList(navigation)
    folders = [tmp_path / f"heart-{number}" for number in range(1, MOST_CASES + 2)]
    for number, folder in enumerate(folders, 1):
        for each in (folder, exports_of(folder)):
            each.mkdir()
            (each / "file").write_text("x")
        assert cases.add("heart", "Left ventricle", f"Case {number}", folder, None, "EF 60 %").number == number
    assert [entry["number"] for entry in navigation.data.cases] == list(range(MOST_CASES + 1, 1, -1))
    assert cases.get(1) is None and cases.get(2).folder == folders[1]
    kept = {path for folder in folders[1:] for path in (folder, exports_of(folder))}
    assert set(tmp_path.iterdir()) == kept
