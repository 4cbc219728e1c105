# SPDX-License-Identifier: Apache-2.0
"""Strays (无主数据): pictures, keys and files that no case owns: left by a crash between two stores.

Each lies a while before it is destroyed: what is just being written is not yet named either. I/O: database, files.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import exists, not_, or_, select
from sqlalchemy.orm import Session

from identity.evidence import PICTURES, Evidence
from identity.forgetting import Source
from identity.retention import What
from identity.vault import SealedPicture, destroy_picture, unnamed
from kit import keyring
from kit.database import Database

AT_ONCE = 500
PART = ".part"  # what a crash leaves of a file that was being written

Named = Callable[[Session, Sequence[str]], Iterable[str]]
"""Which of these hashes of files some row names."""


def strays(database: Database, folder: Path, named: Named) -> list[Source]:
    """Sources for `identity.forgetting`. `folder`: where signed files lie under their hash."""
    return [_pictures(database), _keys(database), _files(database, folder, named)]


def _pictures(database: Database) -> Source:
    by_key = exists().where(Evidence.vault_key == SealedPicture.key)
    by_name = exists().where(or_(*(getattr(Evidence, name) == SealedPicture.id for name in PICTURES)))
    unowned = select(SealedPicture.id).where(not_(by_key), not_(by_name))

    def overdue(limit: datetime, after: str) -> Sequence[str]:
        query = unowned.where(SealedPicture.kept_at < limit, SealedPicture.id > after)
        with database.reading() as session:
            return session.scalars(query.order_by(SealedPicture.id).limit(AT_ONCE)).all()

    def destroy(name: str, _limit: datetime, _now: datetime) -> None:
        with database.writing() as session:
            destroy_picture(session, session.scalar(unowned.where(SealedPicture.id == name)))

    return Source("pictures_without_owner", What.ORPHANS, overdue, destroy)


def _keys(database: Database) -> Source:
    def overdue(limit: datetime, after: str) -> Sequence[str]:
        while names := keyring.installed().made_before(limit, after):
            with database.reading() as session:
                if loose := unnamed(session, names):
                    return loose
            after = names[-1]
        return ()

    def destroy(name: str, _limit: datetime, _now: datetime) -> None:
        with database.reading() as session:
            keyring.installed().throw_away(unnamed(session, [name]))

    return Source("keys_without_owner", What.ORPHANS, overdue, destroy)


def _files(database: Database, folder: Path, named: Named) -> Source:
    def unnamed_in(paths: Sequence[Path], limit: datetime) -> list[Path]:
        old = [path for path in paths if _changed(path) < limit]
        whole = [path.name for path in old if path.suffix != PART]
        with database.reading() as session:
            known = set(named(session, whole)) if whole else set()
        return [path for path in old if path.name not in known]

    def overdue(limit: datetime, after: str) -> Sequence[str]:
        """One folder of the 256 after the other."""
        for inside in sorted(path for path in folder.glob("??") if path.is_dir() and path.name > after[:2]):
            if found := unnamed_in(sorted(path for path in inside.iterdir() if path.is_file()), limit):
                return [f"{inside.name}/{path.name}" for path in found]
        return ()

    def destroy(name: str, limit: datetime, _now: datetime) -> None:
        for path in unnamed_in([folder / name], limit):
            path.unlink(missing_ok=True)

    return Source("files_without_owner", What.ORPHANS, overdue, destroy)


def _changed(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # gone meanwhile
        return datetime.max.replace(tzinfo=UTC)
