# SPDX-License-Identifier: Apache-2.0
"""Neighbours (同址): who else is registered, or applies, at the address of a case; counted once and kept.

Looked up by `place_key`, a keyed hash of street and address: the table of cases does not tell where anybody is. I/O:
database.
"""

from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

import addresses
from approval.application import Application, State
from approval.casefile import checked
from approval.inquiries import PLACE, Inquiry
from approval.leads import Neighbours
from approval.office import Office
from forms import Values
from kit.sealing import fingerprint
from licences import Licence, Status

OPEN = (State.CHECKING, State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE)


def place_key(street: str, address: str) -> str | None:
    """What equal addresses of a street have in common: 64 hexadecimal digits. None without street or address."""
    detail = addresses.normalise(address)
    return fingerprint(f"{street}:{detail}", "place") if street and detail else None


def place_of(values: Values) -> str | None:
    """The key of the premises that a form declares; None for a form that does not ask for them."""
    return place_key(str(values.get("street") or ""), str(values.get("address") or ""))


def count_neighbours(session: Session, application: Application, values: Values) -> Neighbours | None:
    """Business licences in force and open cases at the same address; None if the case names no address.

    What the case follows is itself, and an open case that holds its licence already counts once.
    """
    key = place_of(values)
    if key is None:
        return None
    own = (application.id, application.predecessor_id or "")
    at_place = (
        Licence.place_key == key,
        Licence.credit_code.is_not(None),
        Licence.credit_code != (application.entity_code or ""),
        Licence.status.in_([Status.IN_FORCE, Status.SUSPENDED]),
        Licence.application_id.not_in(own),
    )
    under_way = select(func.count()).where(
        Application.place_key == key,
        Application.id.not_in(own),
        or_(Application.predecessor_id.is_(None), Application.predecessor_id != application.id),
        Application.state.in_(OPEN),
        Application.id.not_in(select(Licence.application_id).where(*at_place)),
    )
    street, address = str(values["street"]), str(values["address"])
    standard = addresses.find(session, street, address)
    is_known = standard is not None
    return Neighbours(
        licences=session.scalar(select(func.count()).where(*at_place)) or 0,
        cases=session.scalar(under_way) or 0,
        is_standard=is_known if is_known or addresses.has_any(session, street) else None,
        community=standard.community if standard else "",
        grid=standard.grid if standard else "",
    )


def keep_neighbours(session: Session, application: Application, counted: Neighbours | None, now: datetime) -> None:
    """Keep what was counted with the case, for the proof of its decision."""
    if counted is not None:
        answer = counted.model_dump(mode="json")
        session.add(Inquiry(application_id=application.id, purpose=PLACE, label="", answer=answer, asked_at=now))


def neighbours_of(session: Session, application_id: str) -> Neighbours | None:
    """What was counted; None if it never was."""
    query = select(Inquiry).where(Inquiry.application_id == application_id, Inquiry.purpose == PLACE)
    row = session.scalar(query.order_by(Inquiry.id.desc()).limit(1))
    return Neighbours.model_validate(row.answer) if row else None


def give_keys(session: Session, office: Office, now: datetime) -> int:
    """Give every submitted case, and its licence, the key that it lacks; says to how many cases. Repeatable.

    For what was there before keys were. A clerk who has the case open is not disturbed: its version stays.
    """
    without = select(Application).where(Application.place_key.is_(None), Application.submitted_at.is_not(None))
    given = 0
    for application in session.scalars(without).all():
        key = place_of(checked(office, application, now).values)
        if key is not None:
            session.execute(update(Application).where(Application.id == application.id).values(place_key=key))
            session.execute(update(Licence).where(Licence.application_id == application.id).values(place_key=key))
            given += 1
    return given
