# SPDX-License-Identifier: Apache-2.0
"""Vault (影像封存): pictures of people, sealed, for as long as a decision needs them and no longer. I/O: database.

Each person of a case has a key of their own (`kit.keyring`); all of the pictures of that person are sealed under it.
Once nothing names a key any more it is thrown away, after the commit: then the picture cannot be read in an old copy
of the database either. A crash between the two leaves an orphan, which the nightly job throws away.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import LargeBinary, String, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, QueryableAttribute, Session, mapped_column

from kit import keyring
from kit.database import Base, Moment
from kit.random import new_id
from kit.resealing import SEALED_FOR, UNLESS
from kit.sealing import seal_under, unseal, unseal_under

PURPOSE = "picture"
_LOOSE, _LEFT = "keys_let_go", "keys_left"  # in `session.info`: what this transaction lets go, and what nothing names

log = structlog.get_logger()


class SealedPicture(Base):
    """One JPEG. Without `key` it was kept before there were keys, and is sealed under the master key alone."""

    __tablename__ = "sealed_picture"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info={SEALED_FOR: PURPOSE, UNLESS: "key"})
    key: Mapped[str | None] = mapped_column(String(32), index=True)
    kept_at: Mapped[datetime] = mapped_column(Moment)


_holders: list[QueryableAttribute[Any]] = [SealedPicture.key]


def holds_keys(column: QueryableAttribute[Any]) -> None:
    """A key that stands in this column is in use."""
    _holders.append(column)


def keep_picture(session: Session, jpeg: bytes, now: datetime, key: str | None = None) -> str:
    """Seal the picture; the answer is its name in the vault. Without `key` it gets one that is only its own."""
    name, key = new_id(), key or keyring.installed().make()
    session.add(SealedPicture(id=name, sealed=_sealed(jpeg, key, name), key=key, kept_at=now))
    session.flush()
    return name


def _sealed(jpeg: bytes, key: str, name: str) -> bytes:
    opened = keyring.installed().get(key)
    if opened is None:  # thrown away by another request meanwhile
        raise keyring.KeyGone()
    return seal_under(opened, jpeg, f"{PURPOSE}:{name}")


def view_picture(session: Session, name: str | None) -> bytes | None:
    """The JPEG, or None once it or its key is gone. Raises SealBroken for one that was altered."""
    picture = session.get(SealedPicture, name) if name else None
    if picture is None:
        return None
    if picture.key is None:
        return unseal(picture.sealed, PURPOSE)
    opened = keyring.installed().get(picture.key)
    return unseal_under(opened, picture.sealed, f"{PURPOSE}:{picture.id}") if opened else None


def destroy_picture(session: Session, name: str | None) -> None:
    picture = session.get(SealedPicture, name) if name else None
    if picture:
        session.delete(picture)
        let_go(session, picture.key)


def destroy_all_under(session: Session, key: str | None) -> None:
    """Every picture sealed under the key, and, once the transaction commits, the key."""
    if key is None:
        return
    for picture in session.scalars(select(SealedPicture).where(SealedPicture.key == key)):
        session.delete(picture)
    let_go(session, key)


def seal_anew(session: Session, key: str) -> str:
    """All pictures of `key` under a new one, so that what was destroyed before is unreadable in old copies too."""
    ring = keyring.installed()
    old, new = ring.get(key), ring.make()
    if old is None:
        return key
    for picture in session.scalars(select(SealedPicture).where(SealedPicture.key == key)):
        picture.sealed = _sealed(unseal_under(old, picture.sealed, f"{PURPOSE}:{picture.id}"), new, picture.id)
        picture.key = new
    let_go(session, key)
    return new


def let_go(session: Session, key: str | None) -> None:
    """Throw the key away once the transaction has committed, if it then leaves no row that names it."""
    if key is None:
        return
    if _LOOSE not in session.info:
        session.info[_LOOSE], session.info[_LEFT] = set(), []
        event.listen(session, "before_commit", _see_what_is_left)
        event.listen(session, "after_commit", _throw_away)
    session.info[_LOOSE].add(key)


def _see_what_is_left(session: Session) -> None:
    """On the transaction's own connection: whoever commits must not wait for a second one."""
    if session.in_nested_transaction():  # only a savepoint: the transaction may still be rolled back
        return
    session.flush()
    session.info[_LEFT] = unnamed(session, session.info[_LOOSE])
    session.info[_LOOSE].clear()


def _throw_away(session: Session) -> None:
    if session.in_nested_transaction() or not session.info[_LEFT]:
        return
    keys, session.info[_LEFT] = session.info[_LEFT], []
    try:
        keyring.installed().throw_away(keys)
    except SQLAlchemyError:  # what was asked for is committed: the nightly job throws the keys away
        log.exception("keys_not_thrown_away", keys=len(keys))


def unnamed(session: Session, keys: Collection[str]) -> Sequence[str]:
    """Those keys that no row names."""
    if not keys:
        return ()
    named = {key for column in _holders for key in session.scalars(select(column).where(column.in_(keys)).distinct())}
    return sorted(set(keys) - named)
