# SPDX-License-Identifier: Apache-2.0
"""Rechecking (决定前复核信用): the bureau is asked again before a decision, and what no longer stands is taken away.

A repaired record may be neither used nor shown (信用修复管理办法 第3条): a finding that a fresh answer does not give
any more leaves the case; that it was there stays in the log, by rule. Who does not answer takes nothing away. I/O:
bureau, database.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from approval.acts import filing_of
from approval.application import Application, Finding
from approval.casefile import checked, item_of, record
from approval.decision import Outcome
from approval.findings import PASSING, Found, of_credit
from approval.inquiries import ask_bureau
from approval.office import Office
from approval.weighing import Inquired
from credit import Effect

CREDIT = "CR-"


def must_ask_again(application: Application, outcome: Outcome) -> bool:
    """An approval rests on what the bureau says now, and so does a refusal because of what it said."""
    barred = any(f.rule.startswith(CREDIT) and Effect(f.effect).is_refusal for f in application.findings)
    return outcome is Outcome.APPROVE or (outcome is Outcome.REFUSE and barred)


def recheck_credit(office: Office, application: Application) -> list[Inquired]:
    """Ask the bureau again, for the decision. No transaction should be open for writing meanwhile."""
    return ask_bureau(office, application, "decision", office.clock())


def _found(office: Office, application: Application, asked: Iterable[Inquired]) -> list[Found]:
    filing = filing_of(item_of(office, application), checked(office, application, office.clock()).values)
    return list(of_credit(finding for inquired in asked for finding in inquired.findings(filing)))


def news(office: Office, application: Application, asked: Iterable[Inquired]) -> list[Found]:
    """Serious findings that the clerk has not seen."""
    seen = {(finding.rule, finding.effect, finding.subject) for finding in application.findings}
    found = _found(office, application, asked)
    return [f for f in found if f.effect not in PASSING and (f.rule, str(f.effect), f.subject) not in seen]


def lift(
    session: Session, office: Office, application: Application, asked: Iterable[Inquired], now: datetime
) -> list[Effect]:
    """Take away what the bureau does not say any more of those for whom it answered; gives the effects that went."""
    answers = list(asked)
    heard = {inquired.label[:60] for inquired in answers if inquired.report["status"] == "answered"}
    stands = {(f.rule, str(f.effect), f.subject[:60]) for f in _found(office, application, answers)} if heard else set()
    gone = [f for f in application.findings if _is_gone(f, heard, stands)]
    for finding in gone:
        facts = {"rule": finding.rule, "effect": finding.effect, "subject": finding.subject}
        record(session, application, "finding.lifted", f"system:{finding.rule}", now, facts)
        session.delete(finding)
    if gone:
        session.flush()
        session.expire(application, ["findings"])
    return [Effect(finding.effect) for finding in gone]


def _is_gone(finding: Finding, heard: set[str], stands: set[tuple[str, str, str]]) -> bool:
    is_of_credit = finding.rule.startswith(CREDIT) and finding.effect != Effect.ALLOW
    return is_of_credit and finding.subject in heard and (finding.rule, finding.effect, finding.subject) not in stands
