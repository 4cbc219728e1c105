# SPDX-License-Identifier: Apache-2.0
"""Reviewing (审查): the clerk's verbs: claim, release, decide; the supervisor's: free, resume. I/O: database.

Only the holder of a claim that has not run out may decide, on the version that was read.
"""

import hashlib
import json
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from approval.application import Application, DecisionRow, Finding, State
from approval.cases import digest_of, item_of, locked, record, record_transition
from approval.decision import Decision
from approval.findings import PASSING, Found, of_credit
from approval.office import Office
from approval.persons import ask_bureau
from credit import Effect
from identity import Account, Role, delete_pictures, write_message
from kit.errors import DomainError
from workflows import Decided, advance

CLAIM_LASTS = timedelta(minutes=15)
NOTICE = {
    "return": "【栖霞区不见面审批】您的申请 {number} 需要补正，请登录查看需要修改的内容，修改后重新提交。",
    "refuse": "【栖霞区不见面审批】您的申请 {number} 已作出不予登记决定，请登录查看理由和救济途径。",
}


class HeldByAnother(DomainError):
    """Somebody else holds the case and is at work on it."""


class NotHeld(DomainError):
    """Only the holder of the claim may decide; the claim may have run out."""


class StalePage(DomainError):
    """The case has changed since the page was read."""


class NotOpenForDecision(DomainError):
    """The case is not in review: it was decided, returned or is still being checked."""


class OwnCase(DomainError):
    """Nobody decides on their own application."""


def held_now(application: Application, now: datetime) -> bool:
    return application.held_by is not None and application.held_until is not None and application.held_until > now


def claim(session: Session, application_id: str, clerk: Account, now: datetime) -> Application:
    """Hold the case for fifteen minutes, or hold it longer. Raises HeldByAnother, NotOpenForDecision, OwnCase.

    One conditional UPDATE: of any number of clerks at once exactly one gets it.
    """
    free = or_(Application.held_by.is_(None), Application.held_by == clerk.id, Application.held_until <= now)
    taken = session.execute(
        update(Application)
        .where(Application.id == application_id, Application.state == State.IN_REVIEW, free)
        .where(Application.applicant_id != clerk.id)
        .values(held_by=clerk.id, held_until=now + CLAIM_LASTS)
        .execution_options(synchronize_session=False)
    )
    application = session.get_one(Application, application_id, populate_existing=True)
    if getattr(taken, "rowcount", 0) != 1:
        if application.applicant_id == clerk.id:
            raise OwnCase()
        if application.state != State.IN_REVIEW:
            raise NotOpenForDecision()
        raise HeldByAnother(until=application.held_until)
    return application


def release(session: Session, application_id: str, person: Account, now: datetime) -> None:
    """Put the case back into the queue; a supervisor may free anybody's, which is logged. Raises NotHeld."""
    application = locked(session, application_id)
    if application.held_by != person.id and person.role != Role.SUPERVISOR:
        raise NotHeld()
    if application.held_by not in (None, person.id):
        record(session, application, "claim.freed", f"account:{person.id}", now, {"held_by": application.held_by})
    application.held_by = application.held_until = None


def recheck_credit(office: Office, application: Application) -> list[Found]:
    """Ask the bureau again, for the decision. No transaction should be open for writing meanwhile."""
    return list(of_credit(ask_bureau(office, application, "decision", office.clock())))


def news(application: Application, found: list[Found]) -> list[Found]:
    """Serious findings that the clerk has not seen."""
    seen = {(finding.rule, finding.effect, finding.subject) for finding in application.findings}
    return [f for f in found if f.effect not in PASSING and (f.rule, str(f.effect), f.subject) not in seen]


def add_findings(session: Session, application: Application, step: str, found: list[Found], now: datetime) -> None:
    """Keep and log each finding once."""
    known = {(finding.rule, finding.effect, finding.subject) for finding in application.findings}
    for item in found:
        key = (item.rule, str(item.effect), item.subject)
        if key in known:
            continue
        known.add(key)
        application.findings.append(
            Finding(
                application_id=application.id,
                step=step,
                rule=item.rule,
                effect=str(item.effect),
                subject=item.subject,
                message=item.message.model_dump(),
                basis=item.basis.model_dump(),
                confidence=item.confidence,
                source=item.source[:120],
                found_at=now,
            )
        )
        record(
            session,
            application,
            "finding.recorded",
            f"system:{item.rule}",
            now,
            {
                "rule": item.rule,
                "effect": str(item.effect),
                "subject": item.subject,
                "step": step,
                "basis": item.basis.zh,
                "confidence": item.confidence,
                "source": item.source[:120],
            },
        )


def decide(
    session: Session, office: Office, application_id: str, version: int, decision: Decision, now: datetime
) -> Application:
    """Record the decision, chain it into the log and let the process go on: all in this transaction, or none.

    Raises NotOpenForDecision on a second try, NotHeld, StalePage, OwnCase.
    """
    application = locked(session, application_id)
    if application.state != State.IN_REVIEW:
        raise NotOpenForDecision()
    clerk_id = decision.decided_by.removeprefix("account:")
    if application.applicant_id == clerk_id:
        raise OwnCase()
    if application.held_by != clerk_id or not held_now(application, now):
        raise NotHeld()
    if application.version != version:
        raise StalePage()
    keep_decision(session, application, decision)
    process = office.catalogue.process_of(item_of(office, application))
    event = Decided(outcome=decision.outcome)
    session.add(record_transition(application, event.model_dump(), decision.decided_by, now))
    move = advance(process, application.position, event)
    application.enter(move, now)
    if move.ended:
        _tell_applicant(session, application, decision, now)
    else:
        office.kick(session, application.id, str(application.seq), 0.0)
    return application


def keep_decision(session: Session, application: Application, decision: Decision) -> None:
    """The decision row and its log entry. The entry names the reason's fields, never its words: they are personal."""
    corrections = [{"path": c.path, "label": c.label.model_dump(), "reason": c.reason} for c in decision.corrections]
    digest = evidence_digest(application)
    session.add(
        DecisionRow(
            application_id=application.id,
            outcome=decision.outcome,
            reason=decision.reason,
            basis=decision.basis,
            corrections=corrections,
            decided_by=decision.decided_by,
            is_by_machine=decision.is_by_machine,
            evidence_digest=digest,
            decided_at=decision.decided_at,
        )
    )
    session.flush()
    record(
        session,
        application,
        "decision.made",
        decision.decided_by,
        decision.decided_at,
        {
            "outcome": str(decision.outcome),
            "by": "machine" if decision.is_by_machine else "person",
            "basis": decision.basis,
            "fields": [c.path for c in decision.corrections],
            "evidence_digest": digest,
            "answers_digest": digest_of(application),
            "item": application.item_code,
            "item_version": application.item_version,
        },
    )


def evidence_digest(application: Application) -> str:
    """SHA-256 over answers and findings: on what the decision rests."""
    findings = sorted([f.rule, f.effect, f.subject, f.source] for f in application.findings)
    return hashlib.sha256(json.dumps([digest_of(application), findings]).encode()).hexdigest()


def _tell_applicant(session: Session, application: Application, decision: Decision, now: datetime) -> None:
    account = session.get_one(Account, application.applicant_id)
    body = NOTICE[decision.outcome].format(number=application.number)
    write_message(session, f"{decision.outcome}:{application.id}", account.phone or "", body, now)
    if application.state == State.REFUSED:
        delete_pictures(session, application.id, now)


def resume(session: Session, office: Office, application_id: str, supervisor: Account, now: datetime) -> Application:
    """Send a case that was set aside on again: to the checks, or to the licence if it is already approved."""
    application = locked(session, application_id)
    if application.state != State.SET_ASIDE:
        raise NotOpenForDecision()
    event = Decided(outcome="issue" if application.decision else "check")
    actor = f"account:{supervisor.id}"
    session.add(record_transition(application, event.model_dump(), actor, now))
    application.enter(
        advance(office.catalogue.process_of(item_of(office, application)), application.position, event), now
    )
    record(session, application, "case.resumed", actor, now, {"to": application.step})
    office.kick(session, application.id, str(application.seq), 0.0)
    return application


def serious(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if Effect(finding.effect) not in PASSING]


def next_open(session: Session, clerk: Account, now: datetime) -> str | None:
    """The most urgent case nobody is at work on; the clerk's own applications are left out."""
    free = or_(Application.held_by.is_(None), Application.held_until <= now)
    query = (
        select(Application.id)
        .where(Application.state == State.IN_REVIEW, free, Application.applicant_id != clerk.id)
        .order_by(Application.due_on.asc().nulls_first(), Application.submitted_at, Application.id)
        .limit(1)
    )
    return session.scalar(query)
