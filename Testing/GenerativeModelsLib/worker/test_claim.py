from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.worker.claim import FolderClaim


def test_a_claim_makes_the_folder_and_discarding_takes_all_of_it_away(tmp_path: Path) -> None:
    claim = FolderClaim(tmp_path / "a" / "b" / "c")
    (tmp_path / "a" / "b" / "c" / ".staging" / "planes").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "note").write_text("")
    claim.discard()
    claim.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_others_put_beside_it_stays(tmp_path: Path) -> None:
    claim = FolderClaim(tmp_path / "a" / "b")
    (tmp_path / "a" / "letter").write_text("")
    claim.discard()
    assert list((tmp_path / "a").iterdir()) == [tmp_path / "a" / "letter"]


def test_an_empty_folder_of_the_user_stays_empty_and_there(tmp_path: Path) -> None:
    claim = FolderClaim(tmp_path)
    (tmp_path / "half").mkdir()
    claim.discard()
    assert tmp_path.is_dir() and list(tmp_path.iterdir()) == []


def test_a_link_is_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("")
    claim = FolderClaim(tmp_path / "out")
    try:
        (tmp_path / "out" / "link").symlink_to(tmp_path / "mine", target_is_directory=True)
    except OSError:
        pytest.skip("this user may not make links")
    claim.discard()
    assert not (tmp_path / "out").exists() and (tmp_path / "mine" / "letter").exists()


def test_an_occupied_folder_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(InputError, match="is not empty, it holds letter: give a folder that is not there yet"):
        FolderClaim(tmp_path)
    for below in ("letter", "letter/deep/er"):
        with pytest.raises(InputError, match=r"letter.* cannot be used"):
            FolderClaim(tmp_path / below)
    assert (tmp_path / "letter").read_text() == "mine"
