# SPDX-License-Identifier: Apache-2.0
"""Bulk (批量准予): which cases may be approved many at once, each by a decision of its own. Pure but for `approve`.

Only what is for one clerk, of an item that allows it, and against which nothing was found that a person must look at.
That the machine may not decide is no doubt about the case: such a finding bars nothing. I/O: database.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from approval import claims, deciding, rechecking
from approval.application import Application, Finding, State
from approval.casefile import item_of
from approval.decision import Decision, Outcome
from approval.office import Office
from approval.weighing import Inquired
from identity import Account
from kit.errors import DomainError
from workflows import Human

NOT_FOR_THE_MACHINE = frozenset({"GATE-01"})  # 本事项未开通自动审批: nobody doubts anything, a clerk just decides


class NotForBulk(DomainError):
    """The item, the step or a finding asks for a look at this very case."""


def doubts(findings: Iterable[Finding]) -> list[Finding]:
    """What a person must look at. A liveness or a card that nobody has checked (ID-06) is among it."""
    return [finding for finding in deciding.serious(findings) if finding.rule not in NOT_FOR_THE_MACHINE]


def may_be_bulk(office: Office, application: Application) -> bool:
    item = item_of(office, application)
    step = office.catalogue.process_of(item).steps.get(application.step or "")
    is_one_clerks = application.state == State.IN_REVIEW and application.role == "clerk" and isinstance(step, Human)
    is_running = application.suspended_on is None
    is_open = is_one_clerks and isinstance(step, Human) and Outcome.APPROVE in step.next
    return item.may_be_bulk and is_running and is_open and not doubts(application.findings)


def approve(
    session: Session,
    office: Office,
    application_id: str,
    version: int | None,
    person: Account,
    now: datetime,
    asked: Iterable[Inquired],
) -> Application:
    """Claim and approve one of many, on the version that was listed and on fresh answers of the bureau.

    Raises NotForBulk, StalePage, and what `claims.claim` and `deciding.decide` raise.
    """
    application = claims.claim(session, application_id, person, now)
    answers = list(asked)
    if not may_be_bulk(office, application):
        raise NotForBulk()
    if version is None or application.version != version or rechecking.news(office, application, answers):
        raise deciding.StalePage()
    decision = Decision(Outcome.APPROVE, f"account:{person.id}", now)
    return deciding.decide(session, office, application_id, version, decision, now, answers)
