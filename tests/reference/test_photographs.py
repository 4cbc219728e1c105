# SPDX-License-Identifier: Apache-2.0
import hashlib
import io
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

from reference import bureau, idcard, photographs
from reference.photographs import CUTS, FILES, PhotographsUnavailable, fetch

NOWHERE: list[list[str]] = [[sys.executable, "-c", "import sys; sys.exit('no index answers')"], ["no-such-program"]]


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A folder of its own that already holds the four photographs, and not the cuts."""
    try:
        there = photographs.fetch().other.parent
    except PhotographsUnavailable as error:
        pytest.skip(str(error))
    folder = tmp_path / "photographs"
    folder.mkdir()
    for name in FILES:
        shutil.copy(there / name, folder)
    return folder


def test_photographs_that_were_put_there_by_hand_are_enough(full: Path) -> None:
    found = fetch(full, NOWHERE)
    for path in (found.accept_portrait, found.accept_live, found.person_portrait, found.other):
        with Image.open(path) as photograph:
            assert photograph.format == "JPEG"
    assert sorted(path.name for path in full.iterdir()) == sorted([*FILES, *CUTS])


def test_a_photograph_that_was_changed_is_not_believed(full: Path) -> None:
    with (full / "biden.jpg").open("ab") as file:
        file.write(b"more")
    with pytest.raises(PhotographsUnavailable):
        fetch(full, NOWHERE)


def test_without_an_index_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PhotographsUnavailable, match=r"obama3\.jpg.* into .*empty"):
        fetch(tmp_path / "empty", NOWHERE)


def test_another_archive_under_the_same_name_is_refused(tmp_path: Path) -> None:
    forge = [[sys.executable, "-c", "open('face_recognition-1.3.0.tar.gz', 'wb').write(b'other')"]]
    with pytest.raises(PhotographsUnavailable, match=hashlib.sha256(b"other").hexdigest()):
        fetch(tmp_path / "empty", forge)
    assert list((tmp_path / "empty").iterdir()) == []


def test_the_card_is_a_jpeg_of_a_card_with_the_photograph_in_it(full: Path) -> None:
    name, number = bureau.CLEAN
    holder = idcard.Holder(name, number, "南京市栖霞区样例路 1 号")
    one = idcard.draw(fetch(full, NOWHERE).accept_portrait.read_bytes(), holder)
    other = idcard.draw(fetch(full, NOWHERE).other.read_bytes(), holder)
    card = Image.open(io.BytesIO(one))
    assert card.format == "JPEG"
    assert min(card.size) > 1000
    assert number.startswith("999999")
    assert one != other
