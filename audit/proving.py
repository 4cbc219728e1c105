# SPDX-License-Identifier: Apache-2.0
"""Proving (证明): that an entry is in the log, and that one checkpoint follows from another. I/O: database.

What applicants get of it is in `audit.receipts`.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.log import Entry
from audit.sequencing import Checkpoint, newest, tiles
from audit.tree import consistency, inclusion, root
from kit.errors import DomainError

FORMAT = "c2sp.org/tlog-proof@v1"


class NotInTree(DomainError):
    """The entry has no place in the tree yet, or the log is not so long."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """`path`: 32-byte hashes, the sibling of the leaf first; `note` is the checkpoint it leads to."""

    index: int
    leaf: bytes
    path: list[bytes]
    note: str


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the log of `new` entries begins with that of `old`; both roots in 32 bytes."""

    old: int
    new: int
    old_root: bytes
    new_root: bytes
    path: list[bytes]


def prove_inclusion(session: Session, index: int, size: int | None = None) -> Inclusion:
    """Under the newest checkpoint, or that of `size`. Raises NotInTree."""
    entry = session.scalar(select(Entry).where(Entry.index == index))
    checkpoint = newest(session) if size is None else session.get(Checkpoint, size)
    if entry is None or checkpoint is None:
        raise NotInTree()
    try:
        return Inclusion(index, entry.leaf, inclusion(tiles(session), index, checkpoint.size), checkpoint.note)
    except LookupError as error:
        raise NotInTree() from error


def prove_consistency(session: Session, old: int, new: int) -> Consistency:
    """Between any two sizes the log has had. Raises NotInTree."""
    read = tiles(session)
    try:
        return Consistency(old, new, root(read, old), root(read, new), consistency(read, old, new))
    except LookupError as error:
        raise NotInTree() from error
