# SPDX-License-Identifier: Apache-2.0
"""Own data (本人数据): everything the service keeps that is about one applicant, for them to take away.

个人信息保护法第45条: to look, to copy, to carry away. What the machine found of others' credit is theirs and left out;
pictures are not in it, uploaded files by name: both are opened on the pages of the case. I/O: database.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
import licences
import notices
from approval import looks, materials, participants
from approval.application import Application
from approval.casefile import item_of
from approval.contesting import contests, findings_told
from approval.dossier import sections, stage_of
from approval.office import Office
from identity import Account, Consent

EVENT = "data.exported"
Told = dict[str, Any]


def consents_of(session: Session, application_id: str, person: str | None = None) -> list[Consent]:
    """What was agreed to in a case, taken back or not, the oldest first."""
    query = select(Consent).where(Consent.application_id == application_id)
    if person is not None:
        query = query.where(Consent.person == person)
    return list(session.scalars(query.order_by(Consent.given_at, Consent.id)))


def applications_of(session: Session, account: Account) -> list[Application]:
    query = select(Application).where(Application.applicant_id == account.id)
    return list(session.scalars(query.order_by(Application.created_at, Application.id)))


def parts_of(session: Session, account: Account) -> list[participants.Participant]:
    """Invitations to this phone, into whatever case and however it stands."""
    query = select(participants.Participant).where(participants.Participant.phone_key == account.phone_key)
    return list(session.scalars(query.order_by(participants.Participant.invited_at)))


def gathered(session: Session, office: Office, account: Account, now: datetime) -> Told:
    """The whole of it, as JSON takes it."""
    return {
        "made_at": now.isoformat(),
        "office": office.registrar,
        "account": {"phone": account.phone, "name": account.name, "since": account.created_at.isoformat()},
        "applications": [_application(session, office, one) for one in applications_of(session, account)],
        "invitations": [_part(session, one) for one in parts_of(session, account)],
    }


def _application(session: Session, office: Office, application: Application) -> Told:
    item = item_of(office, application)
    form = office.catalogue.form_of(item)
    decision, licence = application.decision, licences.of_application(session, application.id)
    return {
        "id": application.id,
        "number": application.number,
        "item": item.title.zh,
        "stage": stage_of(application, item).zh,
        "begun_at": application.created_at.isoformat(),
        "submitted_at": application.submitted_at.isoformat() if application.submitted_at else None,
        "answers": application.answers,
        "answers_in_words": [
            {"question": line.label.zh, "answer": line.value}
            for section in sections(form, application.answers, "zh", masked=False)
            for line in section.rows
        ],
        "signature": application.signature,
        "files": [
            {"name": one.name, "sha256": one.sha256} for one in materials.of_application(session, application.id)
        ],
        "findings": [
            {"rule": one.rule, "message": one.message, "basis": one.basis, "found_at": one.found_at.isoformat()}
            for one in findings_told(application, item)
        ],
        "contests": [
            {"rule": one.rule, "words": one.words, "at": one.contested_at.isoformat(), "answer": one.reason}
            for one in contests(session, application.id)
        ],
        "decision": None
        if decision is None
        else {"outcome": decision.outcome, "reason": decision.reason, "at": decision.decided_at.isoformat()},
        "documents": [one.number for one in notices.of_application(session, application.id)],
        "licence": None if licence is None else licence.number,
        "consents": [_consent(one) for one in consents_of(session, application.id)],
        "looks": [
            {"at": one.at.isoformat(), "role": str(one.role), "event": one.event, "fields": list(one.fields)}
            for one in looks.looks_at(session, application)
        ],
    }


def _consent(consent: Consent) -> Told:
    return {
        "person": consent.person,
        "purpose": consent.purpose,
        "version": consent.version,
        "text_sha256": consent.text_digest,
        "given_at": consent.given_at.isoformat(),
        "withdrawn_at": consent.withdrawn_at.isoformat() if consent.withdrawn_at else None,
    }


def _part(session: Session, part: participants.Participant) -> Told:
    return {
        "role": part.role["zh"],
        "name": part.name,
        "invited_at": part.invited_at.isoformat(),
        "signed_at": part.signed_at.isoformat() if part.signed_at else None,
        "consents": [_consent(one) for one in consents_of(session, part.application_id, part.place)],
    }


def export(session: Session, office: Office, account: Account, now: datetime) -> Told:
    """Gather it, and write into the log that it was taken away."""
    told = gathered(session, office, account, now)
    facts = {"applications": len(told["applications"]), "invitations": len(told["invitations"])}
    audit.append(
        session, event=EVENT, subject=f"person:{account.id}", actor=f"account:{account.id}", facts=facts, now=now
    )
    return told
