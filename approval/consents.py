# SPDX-License-Identifier: Apache-2.0
"""Consents to face comparison (人脸单独同意): given, and taken back at any time until the decision. I/O: database.

Taking it back deletes what it allowed and asks for nothing instead: a clerk checks, no slower and with no other result
(个人信息保护法第15、16条；人脸识别技术应用安全管理办法第10条).
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approval import memos, participants
from approval.afterwards import OPEN
from approval.application import Application, State
from approval.casefile import locked, record
from approval.deciding import add_findings
from approval.findings import of_identity
from approval.office import Office
from approval.recording import record_identity
from approval.seen import facts_of
from identity import HOLDER, Consent, current_consent, evidence_of, record_consent
from identity.liveness.session import end_all
from kit.errors import DomainError


class NothingToWithdraw(DomainError):
    """There is no consent that stands, or the decision is made and the pictures are gone."""


def give(session: Session, application: Application, choice: str, now: datetime, person: str = HOLDER) -> None:
    """ "agree" or "decline", of a draft; either is logged, with the digest of the words."""
    evidence, actor = evidence_of(session, application.id, person), _actor(session, application, person)
    before = current_consent(session, application.id, person)
    record_consent(session, evidence, choice, now)
    if choice == "decline":
        end_all(session, application.id, person)  # what an open page has sent goes at once
    given = current_consent(session, application.id, person)
    if given is not None and (before is None or before.id != given.id):
        facts = {"person": person, "purpose": given.purpose, "version": given.version, "text": given.text_digest}
        record(session, application, "consent.given", actor, now, facts)
    elif given is None and before is not None:
        _log_withdrawal(session, application, person, before.version, actor, now)


def may_be_withdrawn(session: Session, application: Application, person: str = HOLDER) -> bool:
    """Whether there is a consent to take back: from the first moment to the decision."""
    is_early = application.state == State.DRAFT or (application.state in OPEN and application.decision is None)
    return is_early and current_consent(session, application.id, person) is not None


def withdraw(session: Session, office: Office, application: Application, now: datetime, person: str = HOLDER) -> None:
    """Take the consent back: frame, scores and signals are deleted, and the case goes to a clerk.

    So it does wherever the same consent was used: what was begun as one shares the proof of its holder. Whoever has a
    case before them is told, and their page is stale. Raises NothingToWithdraw.
    """
    given = current_consent(session, application.id, person)
    if given is None:
        raise NothingToWithdraw()
    moment = given.given_at
    used = [locked(session, one) for one in _using(session, application, person, moment)]
    if not may_be_withdrawn(session, next(one for one in used if one.id == application.id), person):
        raise NothingToWithdraw()
    for one in used:
        if may_be_withdrawn(session, one, person):
            _withdraw_one(session, office, one, person, now)


def _using(session: Session, application: Application, person: str, moment: datetime) -> list[str]:
    """The cases that rest on this consent, in the order in which their rows are locked."""
    same = select(Consent.application_id).where(Consent.person == person, Consent.given_at == moment)
    same = same.join(Application, Application.id == Consent.application_id)
    same = same.where(Application.bundle_id == application.bundle_id, Consent.withdrawn_at.is_(None))
    found = session.scalars(same) if application.bundle_id else ()
    return sorted({application.id, *found})


def _withdraw_one(session: Session, office: Office, application: Application, person: str, now: datetime) -> None:
    actor, evidence = _actor(session, application, person), evidence_of(session, application.id, person)
    version = evidence.consent_version or ""
    record_consent(session, evidence, "decline", now)
    end_all(session, application.id, person)
    application.updated_at = now
    _log_withdrawal(session, application, person, version, actor, now)
    if application.state == State.DRAFT:
        return
    record_identity(session, office, application, evidence, "withdrawal", actor, now)
    if person == HOLDER:
        found = of_identity(facts_of(evidence), 0, office.straight_through)
        add_findings(session, application, "identity", [one for one in found if one.needs_person], now)
    to = application.held_by or application.assigned_to
    if to:
        memos.tell(session, application, "consent_withdrawn", actor, now, to=to)


def _actor(session: Session, application: Application, person: str) -> str:
    """Each for themselves: the holder by their account, one of the others by their invitation."""
    part = None if person == HOLDER else participants.of_place(session, application.id, person)
    return f"participant:{part.id}" if part else f"account:{application.applicant_id}"


def _log_withdrawal(
    session: Session, application: Application, person: str, version: str, actor: str, now: datetime
) -> None:
    facts = {"person": person, "purpose": "face", "version": version}
    record(session, application, "consent.withdrawn", actor, now, facts)
