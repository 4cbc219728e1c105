# SPDX-License-Identifier: Apache-2.0
import pytest
from sqlalchemy import LargeBinary, column, select, table, text, update
from sqlalchemy.orm import Session

from identity import view_picture
from identity.vault import SealedPicture, destroy_picture, keep_picture
from kit.sealing import SealBroken, seal
from tests.conftest import NOON

JPEG = b"\xff\xd8\xff\xe0 the face of somebody" * 40


def at_rest(session: Session, name: str) -> bytes:
    """The bytes as they lie in the database."""
    pictures = table("sealed_picture", column("id"), column("sealed", LargeBinary))
    return bytes(session.scalars(select(pictures.c.sealed).where(pictures.c.id == name)).one())


def test_a_kept_picture_can_be_seen_again(session: Session) -> None:
    name = keep_picture(session, JPEG, NOON)
    session.expunge_all()
    assert view_picture(session, name) == JPEG


def test_in_the_database_it_is_no_picture(session: Session) -> None:
    resting = at_rest(session, keep_picture(session, JPEG, NOON))
    assert b"face" not in resting
    assert not resting.startswith(b"\xff\xd8")


def test_the_same_picture_kept_twice_does_not_look_the_same(session: Session) -> None:
    one, other = keep_picture(session, JPEG, NOON), keep_picture(session, JPEG, NOON)
    assert one != other
    assert at_rest(session, one) != at_rest(session, other)


def test_a_picture_that_was_altered_is_not_shown(session: Session) -> None:
    name = keep_picture(session, JPEG, NOON)
    altered = bytearray(at_rest(session, name))
    altered[len(altered) // 2] ^= 1
    session.execute(update(SealedPicture).where(SealedPicture.id == name).values(sealed=bytes(altered)))
    session.expire_all()
    with pytest.raises(SealBroken):
        view_picture(session, name)


def test_what_was_sealed_for_something_else_is_no_picture(session: Session) -> None:
    name = keep_picture(session, JPEG, NOON)
    foreign = seal(JPEG, "account")
    session.execute(update(SealedPicture).where(SealedPicture.id == name).values(sealed=foreign))
    session.expire_all()
    with pytest.raises(SealBroken):
        view_picture(session, name)


def test_a_destroyed_picture_is_gone_and_its_neighbour_is_not(session: Session) -> None:
    name, neighbour = keep_picture(session, JPEG, NOON), keep_picture(session, b"other", NOON)
    destroy_picture(session, name)
    session.flush()
    assert view_picture(session, name) is None
    assert session.scalar(text("SELECT count(*) FROM sealed_picture")) == 1
    assert view_picture(session, neighbour) == b"other"


def test_destroying_what_is_not_there_is_no_mistake(session: Session) -> None:
    name = keep_picture(session, JPEG, NOON)
    for absent in (None, "", "no such picture"):
        destroy_picture(session, absent)
        assert view_picture(session, absent) is None
    session.flush()
    assert view_picture(session, name) == JPEG
