# SPDX-License-Identifier: Apache-2.0
"""Deciding (决定): a person's word on a case, checked and recorded; the case moved. I/O: database.

Only the holder of a claim that has not run out may decide, on the version that was read. Everything happens in the
caller's transaction, or nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

import audit
from approval import clocks, corrections, entries, memos, moving, papers, people, proofs, unsent, visits, votes
from approval.application import SET_ASIDE, Application, DecisionRow, Finding, State
from approval.casefile import digest_of, item_of, locked, record, record_transition
from approval.claims import NotHeld, NotOpenForDecision, held_now
from approval.contesting import must_be_answered
from approval.decision import Decision, Outcome
from approval.findings import PASSING, Found
from approval.freezing import must_be_free
from approval.guards import Standing, must_be_open
from approval.inquiries import keep_inquiries
from approval.office import Office
from approval.placing import place
from approval.rechecking import lift, news
from approval.weighing import Inquired, weigh
from credit import Effect
from identity import Account, Role, when_final, write_message
from kit.errors import DomainError
from workflows import Decided, Move, Panel, Position, Step, advance

NOTICE = {
    "return": "【栖霞区不见面审批】您的申请 {number} 需要补正，请登录查看需要修改的内容，修改后重新提交。",
    "refuse": "【栖霞区不见面审批】您的申请 {number} 未获准予，请登录查看理由和救济途径。",
}


class StalePage(DomainError):
    """The case has changed since the page was read."""


class BasisForeign(DomainError):
    """The refusal rests on a provision that is none of this item (许可法第38条 说明理由)."""


class ClockSuspended(DomainError):
    """The clock stands still for a lawsuit, a hearing or an expert review: the decision waits for its end."""


def must_look_again(
    session: Session,
    office: Office,
    application: Application,
    outcome: Outcome | None,
    asked: list[Inquired],
    now: datetime,
) -> bool:
    """Whether the fresh answers of the bureau are news to the clerk; then they are kept with the case.

    What the bureau does not say any more is taken away; that a refusal rested on it is news.
    """
    gone = lift(session, office, application, asked, now)
    told = news(office, application, asked)
    is_news = bool(told) or (outcome is Outcome.REFUSE and any(effect.is_refusal for effect in gone))
    if is_news:
        keep_inquiries(session, application, asked, now)
        add_findings(session, application, "review", told, now)
        session.flush()
    return is_news


def add_findings(session: Session, application: Application, step: str, found: Iterable[Found], now: datetime) -> None:
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
        facts = {
            "rule": item.rule,
            "effect": str(item.effect),
            "subject": item.subject,
            "step": step,
            "basis": item.basis.zh,
            "confidence": item.confidence,
            "source": item.source[:120],
        }
        record(session, application, "finding.recorded", f"system:{item.rule}", now, facts)


def _may_act(session: Session, application: Application, person_id: str, version: int, now: datetime) -> None:
    if application.state != State.IN_REVIEW:
        raise NotOpenForDecision()
    people.must_keep_to(session, application, person_id)
    if application.held_by != person_id or not held_now(application, now):
        raise NotHeld()
    if application.version != version:
        raise StalePage()
    if application.suspended_on is not None:
        raise ClockSuspended()


def decide(
    session: Session,
    office: Office,
    application_id: str,
    version: int,
    decision: Decision,
    now: datetime,
    asked: Iterable[Inquired] = (),
) -> Application:
    """Record the decision, chain it into the log and let the process go on; in a panel, cast one vote.

    Raises NotOpenForDecision on a second try, NotHeld, StalePage, ClockSuspended, CaseFrozen for an approval,
    ConflictOfInterest, LogBroken, what the guards raise (`guards.must_be_open`), BasisForeign for a refusal,
    IllegalMove for an outcome that the step does not offer.
    """
    application = locked(session, application_id)
    person_id = decision.decided_by.removeprefix("account:")
    audit.must_hold(session, office.audit_contact)
    _may_act(session, application, person_id, version, now)
    if decision.outcome is Outcome.APPROVE:
        must_be_free(application)
    answers = list(asked)
    keep_inquiries(session, application, answers, now)
    lift(session, office, application, answers, now)
    item = item_of(office, application)
    if decision.outcome is Outcome.REFUSE and decision.basis not in item.refusal_bases:
        raise BasisForeign()
    if decision.outcome is Outcome.REFUSE:
        must_be_answered(session, application)
    decision = corrections.with_clauses(decision, application.findings, item)
    process = office.catalogue.process_of(item)
    step = process.steps[application.step or ""]
    standing = Standing(
        application.findings,
        visits.conforms(session, application_id),
        clocks.was_heard(session, application_id),
        entries.is_in_register(session, office, application, now),
        entries.is_new_here(session, office, application),
        clocks.file_came(session, application_id),
    )
    must_be_open(step, decision.outcome, standing)
    event = Decided(outcome=decision.outcome, by=person_id)
    move = advance(process, application.position, event)
    session.add(record_transition(application, event.model_dump(), decision.decided_by, now))
    cosigned: list[str] = []
    if isinstance(step, Panel):
        settled = _cast(session, application, step, move, decision, now)
        if settled is None:
            unsent.forget(session, application.id)
            place(session, office, application, move, decision.decided_by, now)
            return application
        decision, cosigned = settled
    keep_decision(session, office, application, decision, now, cosigned)
    papers.on_decision(session, office, application, decision, now)
    unsent.forget(session, application.id)
    place(session, office, application, move, decision.decided_by, now)
    if move.ended:
        tell_applicant(session, office, application, decision, now)
    return application


def _cast(
    session: Session, application: Application, step: Step, move: Move, decision: Decision, now: datetime
) -> tuple[Decision, list[str]] | None:
    """One vote. Gives the decision and its other signers once the panel agrees; None while it is not settled."""
    votes.cast(session, application, decision)
    facts = {"outcome": str(decision.outcome), "seq": application.seq}
    record(session, application, "vote.cast", decision.decided_by, now, facts)
    if move.position.step == application.step:
        return None
    all_cast = votes.settle(session, application)
    if len({vote.outcome for vote in all_cast}) > 1:
        memos.tell(session, application, "disagreement", "system:panel", now, role=Role.SUPERVISOR)
        return None
    others = [f"account:{v.person_id}" for v in all_cast if f"account:{v.person_id}" != decision.decided_by]
    return votes.joined(decision, all_cast), others


def accept(
    session: Session, office: Office, application_id: str, version: int, person: Account, now: datetime
) -> Application:
    """Take the application in (受理, 行政许可法第32条): not yet a decision. Raises what `decide` raises."""
    application = locked(session, application_id)
    _may_act(session, application, person.id, version, now)
    process = office.catalogue.process_of(item_of(office, application))
    event = Decided(outcome="accept", by=person.id)
    move = advance(process, application.position, event)
    actor = f"account:{person.id}"
    session.add(record_transition(application, event.model_dump(), actor, now))
    record(session, application, "application.accepted", actor, now, {"by": "person"})
    if item_of(office, application).moved is None:
        papers.on_acceptance(session, office, application, now)
    place(session, office, application, move, actor, now)
    moving.ask_for_file(session, office, application, actor, now)
    return application


def keep_decision(
    session: Session,
    office: Office,
    application: Application,
    decision: Decision,
    now: datetime,
    cosigned: Iterable[str] = (),
) -> None:
    """The decision, the proof on which it rests, and its log entry, which holds digests and commits to the words.

    Raises LogBroken: what cannot be written down for good is not decided.
    """
    audit.must_hold(session, office.audit_contact)
    taken = proofs.snapshot(session, office, application, now)
    proof = proofs.keep_proof(session, application, taken, weigh(taken, office.catalogue, office.gates), now)
    signers = list(cosigned)
    session.add(
        DecisionRow(
            application_id=application.id,
            outcome=decision.outcome,
            reason=decision.reason,
            basis=decision.basis,
            corrections=votes.corrections_as_json(decision.corrections),
            decided_by=decision.decided_by,
            cosigned_by=signers,
            is_by_machine=decision.is_by_machine,
            evidence_digest=proof.snapshot_digest,
            decided_at=decision.decided_at,
        )
    )
    session.flush()
    facts = {
        "outcome": str(decision.outcome),
        "by": "machine" if decision.is_by_machine else "person",
        "cosigned_by": signers,
        "basis": decision.basis,
        "fields": [c.path for c in decision.corrections],
        "evidence_digest": proof.snapshot_digest,
        "trace_digest": proof.trace_digest,
        "ruleset": proof.ruleset,
        "answers_digest": digest_of(application),
        "item": application.item_code,
        "item_version": application.item_version,
    }
    words = {"reason": decision.reason} if decision.reason else {}
    record(session, application, "decision.made", decision.decided_by, decision.decided_at, facts, personal=words)
    _flag_second_notice(session, application, decision, now)


def _flag_second_notice(session: Session, application: Application, decision: Decision, now: datetime) -> None:
    """A defect that could be seen the first time and was not named then (实施细则第18条；许可法第72条)."""
    if decision.outcome is not Outcome.RETURN or application.predecessor_id is None:
        return
    first = session.get_one(Application, application.predecessor_id)
    named = first.decision.corrections if first.decision else []
    late = corrections.overlooked(decision.corrections, named, first.answers, application.answers)
    if late:
        record(session, application, "correction.second_notice", decision.decided_by, now, {"fields": late})
        memos.tell(session, application, "second_notice", decision.decided_by, now, role=Role.SUPERVISOR)


def tell_applicant(
    session: Session, office: Office, application: Application, decision: Decision, now: datetime
) -> None:
    account = session.get_one(Account, application.applicant_id)
    body = NOTICE[decision.outcome].format(number=application.number)
    write_message(session, f"{decision.outcome}:{application.id}", account.phone or "", body, now)
    if application.state == State.REFUSED:
        when_final(session, office.retention, application.id, now)


def resume(session: Session, office: Office, application_id: str, supervisor: Account, now: datetime) -> Application:
    """Send a case that was set aside on again: to the checks, or to the licence if it is already approved.

    Raises NotOpenForDecision, ConflictOfInterest, NotAuthorised.
    """
    application = locked(session, application_id)
    people.must_keep_to(session, application, supervisor.id)
    if application.state != State.SET_ASIDE:
        raise NotOpenForDecision()
    event = Decided(outcome="issue" if application.decision else "check", by=supervisor.id)
    actor = f"account:{supervisor.id}"
    process = office.catalogue.process_of(item_of(office, application))
    move = advance(process, Position(step=SET_ASIDE, seq=application.seq), event)
    session.add(record_transition(application, event.model_dump(), actor, now))
    place(session, office, application, move, actor, now)
    record(session, application, "case.resumed", actor, now, {"to": application.step})
    return application


def serious(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if Effect(finding.effect) not in PASSING]
