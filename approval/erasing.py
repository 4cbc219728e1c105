# SPDX-License-Identifier: Apache-2.0
"""Erasing (销案): of an ended case whose time is over nothing stays but that there was one, when and how it ended.

The sources of `identity.forgetting` for withdrawn and for refused cases; what was registered is the file of the
registration and stays. Throwing the case's key away makes copies from before unreadable, too. I/O: database.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, exists, not_, select, update
from sqlalchemy.orm import Session, aliased

import audit
from approval import asserting, filings, materials, meetings, participants
from approval.afterwards import OPEN
from approval.application import Application, State
from approval.casefile import locked, record
from approval.office import Office
from approval.people import Involved
from approval.revocation import Revocation
from approval.sampling import GateVerdict
from identity import destroy_everybodys_evidence
from identity.forgetting import ACTOR, Source
from identity.record import forget_records
from identity.retention import What
from identity.vault import let_go
from kit.database import Base
from kit.inherited import blank
from kit.owned import MARK
from notices import Notice

AT_ONCE = 200
ENDED = {What.WITHDRAWN_CASES: (State.WITHDRAWN, State.RETURNED), What.REFUSED_CASES: (State.REFUSED,)}


def sources(office: Office) -> list[Source]:
    return [_of(office, what, states) for what, states in ENDED.items()]


def _of(office: Office, what: What, states: Sequence[State]) -> Source:
    def overdue(limit: datetime, after: str) -> Sequence[str]:
        query = _over(states, limit).where(Application.id > after).order_by(Application.id).limit(AT_ONCE)
        with office.database.reading() as session:
            return session.scalars(query).all()

    def destroy(name: str, limit: datetime, now: datetime) -> None:
        with office.database.writing() as session:
            application = locked(session, name)
            if session.scalar(_over(states, limit).where(Application.id == name)) is not None:
                erase(session, application, now)

    return Source(str(what), what, overdue, destroy)


def _over(states: Sequence[State], limit: datetime) -> Select[str]:
    """Cases that ended so before the limit, of whom nothing that goes on was made, and nobody looks into them."""
    later = aliased(Application)
    goes_on = exists().where(later.predecessor_id == Application.id, later.erased_at.is_(None))
    in_bundle = exists().where(later.bundle_id == Application.bundle_id, later.state.in_((*OPEN, State.DRAFT)))
    looked_into = exists().where(Revocation.application_id == Application.id)
    ended = select(Application.id).where(Application.state.in_(states), Application.ended_at < limit)
    return ended.where(Application.erased_at.is_(None), not_(goes_on), not_(in_bundle), not_(looked_into))


def erase(session: Session, application: Application, now: datetime) -> None:
    """Nothing of what was said in the case can be read afterwards: not here, not in its files, not in a backup."""
    record(session, application, "case.erased", ACTOR, now, {"state": application.state})
    destroy_everybodys_evidence(session, application.id)
    forget_records(session, application.id)
    filings.forget_filing(session, application.id)
    for forget_all in (materials.forget_all, participants.forget_all, meetings.forget_all, asserting.forget_all):
        forget_all(session, application.id)
    session.execute(delete(Involved).where(Involved.application_id == application.id))
    session.execute(update(GateVerdict).where(GateVerdict.application_id == application.id).values(trace=[]))
    session.execute(update(Notice).where(Notice.application_id == application.id).values(sha256=None))
    audit.erase(session, application.number or application.id)
    session.flush()
    blank(session, Base.metadata, application.id)
    key, application.own_key = application.own_key, None
    application.answers_sealed = application.label_sealed = MARK
    application.others_sealed = application.signature = application.name_key = application.place_key = None
    application.erased_at = now
    session.flush()
    session.expire_all()
    let_go(session, key)
