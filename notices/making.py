# SPDX-License-Identifier: Apache-2.0
"""Making (用印送达): render, seal and store a document; record that it reached the person. I/O: files, database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kit.clock import office_day
from licences import Signer, Store
from licences.ornament import seal_drawing
from notices.document import Remedies, render
from notices.kinds import Kind, declaration
from notices.notice import Notice


@dataclass(frozen=True, slots=True)
class Made:
    """One sealed file in the store."""

    notice_id: str
    sha256: str
    size: int


class Maker:
    """Makes files; touches no database."""

    def __init__(self, store: Store, signer: Signer, registrar: str, remedies: Remedies) -> None:
        self._store, self._signer = store, signer
        self._registrar, self._remedies = registrar, remedies

    def produce(self, notice: Notice) -> Made:
        """Render, seal and store. Raises Unprintable for a character without a glyph."""
        drawn = render(
            declaration(Kind(notice.kind)),
            notice.number,
            notice.facts,
            self._registrar,
            office_day(notice.written_at),
            self._remedies,
        )
        pdf = self._signer.sign(drawn.pdf, seal_drawing(self._registrar), drawn.seal, drawn.page)
        return Made(notice.id, self._store.put(pdf), len(pdf))


def put(session: Session, made: Made, now: datetime) -> None:
    """Keep what was made, once; the file of a repeated run is left unused."""
    notice = session.get_one(Notice, made.notice_id, with_for_update=True, populate_existing=True)
    if notice.made_at is None:
        notice.sha256, notice.size, notice.made_at = made.sha256, made.size, now


def hand_over(session: Session, notice: Notice, by: str, now: datetime) -> bool:
    """Record the service of the document (送达); True the first time."""
    locked = session.get_one(Notice, notice.id, with_for_update=True, populate_existing=True)
    if locked.handed_over_at is not None or locked.sha256 is None:
        return False
    locked.handed_over_at, locked.handed_over_by = now, by
    return True


def read(store: Store, notice: Notice) -> bytes | None:
    return store.get(notice.sha256) if notice.sha256 else None
