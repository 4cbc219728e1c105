# SPDX-License-Identifier: Apache-2.0
"""Gathering (画像): all that is on record of one business, on one page, for review and supervision. I/O: database.

What is shown is the register, what was decided and found, and leads by keyed hashes; of people only what the public
register names. The class steers inspections and is no ground for anything else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import register
import supervision
from approval import contesting, supervised
from approval.application import Application, Finding
from approval.contesting import Contest
from approval.office import Office
from credit import Effect
from kit.clock import office_day
from licences import Licence, Status
from portrait.leads import circles_of, shared_with
from portrait.risk import Facts, Risk, Shared, load_risk_table, risk_of
from register import Entity, Entry
from supervision import Found, Later, PermitPromise, SupervisionResult

LOOKED_BACK = timedelta(days=730)
GRACE = timedelta(days=30)  # in which the permits that follow are obtained
NEEDS_A_PERSON = (Effect.MANUAL, Effect.LINKED_REQUIRED, Effect.SUSPEND, Effect.REFUSE_ROLE, Effect.REFUSE)


@dataclass(frozen=True)
class Portrait:
    """`case` is the one that founded the business: who may see it may see the portrait."""

    entity: Entity
    case: Application
    licences: list[Licence]
    permits: list[Licence]
    entries: list[tuple[Entry, str]]
    findings: list[Finding]
    contests: list[Contest]
    later: list[Later]
    missing: list[Later]
    promise: PermitPromise | None
    results: list[SupervisionResult]
    shared: list[Shared]
    circles: list[list[tuple[str, str]]]
    risk: Risk


def founding_case(session: Session, code: str) -> Application | None:
    """The case by which the business came into this register."""
    entity = register.find(session, code)
    if entity is None:
        return None
    first = select(Application).join(Entry, Entry.application_id == Application.id)
    return session.scalar(first.where(Entry.entity_id == entity.id).order_by(Entry.entered_at).limit(1))


def portrait_of(session: Session, office: Office, code: str, now: datetime) -> Portrait | None:
    """Everything of the business with this code; None if the register has none."""
    entity, case = register.find(session, code), founding_case(session, code)
    if entity is None or case is None:
        return None
    table = load_risk_table()
    licences, permits = _licences(session, code)
    findings = _findings(session, code, case)
    later = supervised.later_permits(session, office, case)
    missing = _missing(later, permits, entity, now)
    results = supervision.results_of(session, code)
    shared, circles = shared_with(session, code, table), circles_of(session, code)
    promise = supervision.promise_of(session, case.id)
    since = office_day(now - LOOKED_BACK)
    recent = [one.found for one in results if one.on >= since]
    facts = Facts(
        abnormal_inspections=recent.count(Found.ABNORMAL),
        problem_inspections=recent.count(Found.PROBLEM),
        credit_findings=sum(one.effect in NEEDS_A_PERSON for one in findings),
        permits_not_promised=int(bool(later) and promise is None),
        permits_missing=len(missing),
    )
    return Portrait(
        entity,
        case,
        licences,
        permits,
        _entries(session, entity),
        findings,
        list(contesting.contests(session, _last(session, code, case).id)),
        later,
        missing,
        promise,
        results,
        shared,
        _named(session, circles),
        risk_of(facts, table),
    )


def _licences(session: Session, code: str) -> tuple[list[Licence], list[Licence]]:
    """Business licences and permits, the newest first."""
    made = Licence.status != Status.RESERVED
    query = select(Licence).where(made, or_(Licence.credit_code == code, Licence.holder_code == code))
    found = list(session.scalars(query.order_by(Licence.issued_at.desc())))
    return [one for one in found if one.credit_code == code], [one for one in found if one.credit_code != code]


def _entries(session: Session, entity: Entity) -> list[tuple[Entry, str]]:
    """What was entered, with the number of its case, the newest first."""
    query = select(Entry, Application.number).join(Application, Application.id == Entry.application_id)
    query = query.where(Entry.entity_id == entity.id).order_by(Entry.entered_at.desc())
    return [(entry, number or "") for entry, number in session.execute(query).tuples()]


def _last(session: Session, code: str, founding: Application) -> Application:
    """The newest application about it that was submitted."""
    query = select(Application).where(Application.entity_code == code, Application.submitted_at.is_not(None))
    return session.scalar(query.order_by(Application.submitted_at.desc()).limit(1)) or founding


def _findings(session: Session, code: str, founding: Application) -> list[Finding]:
    """Of credit, of the newest application about it: what an older one found may be repaired since and is not shown."""
    last = _last(session, code, founding)
    of_credit = select(Finding).where(Finding.application_id == last.id, Finding.rule.startswith("CR-"))
    return list(session.scalars(of_credit.order_by(Finding.id)))


def _missing(later: list[Later], permits: list[Licence], entity: Entity, now: datetime) -> list[Later]:
    """Permits that follow from its scope, are granted here, and that it has not obtained in time."""
    if office_day(now - GRACE) < entity.established_on:
        return []
    held = {one.item_code for one in permits if one.status == Status.IN_FORCE and not one.has_run_out(office_day(now))}
    return [one for one in later if one.permit is not None and one.permit.item not in held]


def _named(session: Session, circles: list[list[str]]) -> list[list[tuple[str, str]]]:
    codes = {code for circle in circles for code in circle}
    named = select(Entity.credit_code, Entity.name).where(Entity.credit_code.in_(codes))
    names = dict(session.execute(named).tuples().all())
    return [[(code, names.get(code, code)) for code in circle] for circle in circles]
