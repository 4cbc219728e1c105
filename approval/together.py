# SPDX-License-Identifier: Apache-2.0
"""Together (一件事): which applications were begun as one, which of them leads, and what waits for its licence.

I/O: database. One registration leads; the others are follow-ons (后续事项), each with its own number, clock and
decision. Below the verbs of `cases`, which ask here before they submit and say here what became of a case.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

import licences
from approval.application import Application, State
from approval.casefile import locked, record
from catalogue import Item
from identity import Account, destroy_everybodys_evidence, write_message
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.random import new_id
from licences import Licence, Status

NOT_GRANTED = (
    "【栖霞区不见面审批】您的营业执照申请 {number} {how}，一起申请的 {count} 项没有提交，仍保存为草稿。"
    "已提交的其他事项不受影响，请登录查看。"
)
HOW = {State.REFUSED: "未获准予", State.WITHDRAWN: "已撤回"}


class LicenceFirst(DomainError):
    """The item needs the business licence that its bundle is waiting for (先照后证)."""


class Standing(StrEnum):
    """Where a draft of a bundle stands."""

    GATHERING = "gathering"  # nothing of the bundle was submitted yet
    WAITING = "waiting"  # signed, and the licence is on its way
    HELD = "held"  # there will be no licence
    LEFT = "left"  # not agreed to, or changed after signing: a draft until there is a licence
    OPEN = "open"  # its applicant may go on with it now


class Bundle(Base):
    """What one person began together. `lead_id`: the registration, or the latest correction of it."""

    __tablename__ = "bundle"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    applicant_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    lead_id: Mapped[str] = mapped_column(String(32))  # no foreign key: two tables that name each other have no order
    created_at: Mapped[datetime] = mapped_column(Moment)


def bundle_of(session: Session, application: Application) -> Bundle | None:
    return session.get(Bundle, application.bundle_id) if application.bundle_id else None


def lead_of(session: Session, bundle: Bundle) -> Application:
    return session.get_one(Application, bundle.lead_id)


def members(session: Session, bundle: Bundle) -> list[Application]:
    """The lead, then the others; of a case that was corrected the latest submission only."""
    found = session.scalars(select(Application).where(Application.bundle_id == bundle.id)).all()
    before = {application.predecessor_id for application in found}
    latest = [application for application in found if application.id not in before]
    return sorted(latest, key=lambda one: (one.id != bundle.lead_id, one.item_code, one.id))


def is_gathering(session: Session, bundle: Bundle) -> bool:
    """Whether the lead was never submitted: then all of it is filled in, checked and signed as one."""
    lead = lead_of(session, bundle)
    return lead.state == State.DRAFT and lead.predecessor_id is None


def licence_of(session: Session, bundle: Bundle) -> Licence | None:
    """The business licence, once it is in force."""
    licence = licences.of_application(session, bundle.lead_id)
    return licence if licence is not None and licence.status == Status.IN_FORCE else None


def needs_licence(session: Session, bundle: Bundle, application: Application, item: Item) -> bool:
    """Whether the item can be submitted only once this registration has led to a licence."""
    return application.id != bundle.lead_id and lead_of(session, bundle).item_code in item.needs


def must_not_wait(session: Session, application: Application, item: Item) -> None:
    """Raises LicenceFirst."""
    bundle = bundle_of(session, application)
    if bundle and needs_licence(session, bundle, application, item) and licence_of(session, bundle) is None:
        raise LicenceFirst()


def standing_of(session: Session, bundle: Bundle, application: Application, item: Item) -> Standing | None:
    """None for what was submitted: it stands where its own case stands."""
    if application.state != State.DRAFT:
        return None
    if is_gathering(session, bundle):
        return Standing.GATHERING
    if not needs_licence(session, bundle, application, item) or licence_of(session, bundle) is not None:
        return Standing.OPEN
    if State(lead_of(session, bundle).state) in HOW:
        return Standing.HELD
    return Standing.WAITING if application.consent_at and application.signature else Standing.LEFT


def drafts_behind(session: Session, lead: Application) -> list[Application]:
    """The drafts that this case leads, locked in a fixed order; none behind a case that leads nothing.

    Asked for before anything is logged: who holds these rows may be waiting for the log.
    """
    bundle = bundle_of(session, lead)
    if bundle is None or bundle.lead_id != lead.id:
        return []
    behind = select(Application.id).where(Application.bundle_id == bundle.id, Application.state == State.DRAFT)
    rows = [locked(session, one) for one in session.scalars(behind.order_by(Application.id)).all()]
    return [one for one in rows if one.state == State.DRAFT and one.predecessor_id is None]


def succeed(session: Session, before: Application, after: Application) -> None:
    """A corrected or reopened case takes the place of the one before it."""
    bundle = bundle_of(session, before)
    if bundle is None:
        return
    after.bundle_id, after.consent_at = bundle.id, before.consent_at
    if bundle.lead_id == before.id:
        bundle.lead_id = after.id


def leave(session: Session, application: Application) -> None:
    """The draft is no longer part of it. Without its registration nothing is left to be together for."""
    bundle = bundle_of(session, application)
    if bundle is None:
        return
    application.bundle_id = application.consent_at = None
    if bundle.lead_id != application.id:
        session.flush()
        return
    if application.predecessor_id is not None:
        bundle.lead_id = application.predecessor_id
        session.flush()
        return
    for one in members(session, bundle):
        one.bundle_id = one.consent_at = None
    session.flush()
    session.delete(bundle)
    session.flush()


def lead_ended(session: Session, lead: Application, now: datetime) -> None:
    """The registration was refused or withdrawn: what waited for it stays a draft, unsigned and without pictures.

    Told to the applicant and logged. Whatever was submitted goes its own way (行政许可法第42条: 各自作出决定).
    """
    behind = drafts_behind(session, lead)
    for draft in behind:
        draft.signature = draft.consent_at = None
        draft.updated_at = now
        destroy_everybodys_evidence(session, draft.id)
        facts = {"lead": lead.number, "ended": str(lead.state), "item": draft.item_code}
        record(session, draft, "bundle.held", "system:bundles", now, facts)
    if behind:
        phone = session.get_one(Account, lead.applicant_id).phone or ""
        body = NOT_GRANTED.format(number=lead.number, how=HOW[State(lead.state)], count=len(behind))
        write_message(session, f"bundle:{lead.id}:{lead.state}", phone, body, now)
