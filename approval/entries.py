# SPDX-License-Identifier: Apache-2.0
"""Entries (登记入簿): an approved application becomes an entry in the register, and a licence that says so.

I/O: database. The entry, the licence that follows and the end of the one before are written in one transaction.
"""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import licences
import register
from approval import papers, supervised
from approval.application import Application, DecisionRow, State
from approval.casefile import checked, item_of, record
from approval.circumstances import MOVES
from approval.concerned import (
    changed,
    changes_of,
    form_after,
    of_application,
    result_of,
    resulting,
    setup_after,
    setup_of,
)
from approval.decision import Outcome
from approval.grant import grant, name_of
from approval.neighbours import place_of
from approval.office import Office
from approval.registered import Registered, fits
from approval.resulting import new_problems, of_decision
from catalogue import EntryResult
from forms import Problem, Values, Weight, check, scaled
from kit.clock import office_day
from kit.errors import DomainError
from kit.text import Text
from licences import Grant, Licence, Status
from register import Entity, Standing


class EntryUnderWay(DomainError):
    """Another entry of the same business is being made; this one follows it."""


HERE_ALREADY = Text(
    zh="这个信用代码的主体已在本区登记，不需要迁移；要改住所或者其他事项，请办理“公司变更登记、备案”",
    en="This business is in our register already and need not move: apply to change what is registered of a company",
)
PRINTED = ("name", "holder", "entity_type", "form_of_organisation", "capital", "premises", "scope")
OPEN = (State.CHECKING, State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE)


def registered(session: Session, office: Office, application: Application, now: datetime) -> Registered | None:
    """What the rules look at of that business."""
    entity = of_application(session, office, application)
    if entity is None:
        return None
    item = office.catalogue.item(entity.item_code, entity.item_version)
    others = select(func.count()).where(
        Application.entity_code == entity.credit_code, Application.id != application.id, Application.state.in_(OPEN)
    )
    return Registered(
        kind=entity.kind,
        setup=entity.item_code,
        name=entity.name,
        holder=str(entity.facts.get(item.holder.number) or ""),
        standing=entity.standing_on(office_day(now)),
        established_on=entity.established_on,
        others_open=session.scalar(others) or 0,
        paused_days=entity.paused_days,
        paused_until=entity.paused_until,
    )


def capital_of(session: Session, code: str) -> int | None:
    """The registered capital in yuan; None for what is no company here, has ended, or has none that can be read."""
    entity = register.find(session, code)
    if entity is None or entity.kind != "company" or entity.standing == Standing.ENDED:
        return None
    return scaled(entity.facts.get("capital"))  # 万元 in ten-thousandths: yuan


def is_in_register(session: Session, office: Office, application: Application, now: datetime) -> bool:
    """Whether the entry that is asked for can be made; of what asks for none, yes."""
    result = item_of(office, application).result
    return not isinstance(result, EntryResult) or fits(
        registered(session, office, application, now), result, changes_of(application)
    )


def is_new_here(session: Session, office: Office, application: Application) -> bool:
    """Whether the business that is to move here is neither in the register nor approved; of what moves nothing, yes."""
    moved = item_of(office, application).moved
    answer = application.answers.get(moved.code) if moved else None
    if not isinstance(answer, str):
        return True
    code = answer.strip().upper()
    approved = select(DecisionRow.id).join(Application, Application.id == DecisionRow.application_id)
    approved = approved.where(
        Application.entity_code == code, Application.id != application.id, DecisionRow.outcome == Outcome.APPROVE
    )
    return register.find(session, code) is None and session.scalar(approved.limit(1)) is None


def problems_after(
    session: Session, office: Office, application: Application, now: datetime, *, to_applicant: bool = False
) -> tuple[Problem, ...]:
    """What would be wrong with the business after the change and is not now; of other applications, nothing.

    An applicant is told only of a business that they filed or are in charge of: the register tells nobody else what
    fits into it.
    """
    item = item_of(office, application)
    result = item.result
    if item.moved is not None and not is_new_here(session, office, application):
        return (Problem(item.moved.code, HERE_ALREADY, "MOVE-03", MOVES, Weight.BLOCKS, "V"),)
    if not isinstance(result, EntryResult) or result.act != "change":
        return ()
    entity = of_application(session, office, application)
    if entity is None or not is_in_register(session, office, application, now):
        return ()
    own = checked(office, application, now)
    if to_applicant and not _is_theirs(office, application, entity):
        return ()
    after = resulting(office, application, entity)
    before, form = dict(entity.facts), form_after(office, application, entity)
    decided = of_decision(before, own.values)
    return decided + new_problems(before, after, form, office_day(now), own.problems)


def _is_theirs(office: Office, application: Application, entity: Entity) -> bool:
    holder = str(entity.facts.get(setup_of(office, entity).holder.number) or "")
    signer = application.answers.get(item_of(office, application).holder.number)
    return entity.filed_by == application.applicant_id or (bool(holder) and signer == holder)


def granted(office: Office, application: Application, entity: Entity, day: date) -> tuple[Values, Grant]:
    """What will be registered, and the licence that would say so."""
    setup, form = setup_after(office, application, entity), form_after(office, application, entity)
    values = check(form, resulting(office, application, entity), day).values
    fresh = grant(application.id, setup, form, values, office.registrar, entity.established_on)
    return values, replace(fresh, item_code=application.item_code, credit_code=entity.credit_code)


def needs_licence(result: EntryResult, fresh: Grant, present: Licence | None) -> bool:
    """Whether what stands on the licence changes, or it is lost or damaged."""
    if result.act == "replacement":
        return True
    if result.act != "change" or present is None:
        return False
    return any(getattr(fresh, name) != getattr(present, name) for name in PRINTED)


def reserve(session: Session, office: Office, application: Application, now: datetime) -> Licence:
    """The number of the licence that follows; the code stays.

    One at a time for a business: the next is worded after the one before has been entered, so that no licence is made
    from facts that are about to change. Raises EntryUnderWay, and LookupError for a business that is not here.
    """
    entity = of_application(session, office, application)
    if entity is None:
        raise LookupError("the business is not in the register")
    register.locked(session, entity.credit_code)
    if licences.being_made(session, entity.credit_code, application.id):
        raise EntryUnderWay()
    values, fresh = granted(office, application, entity, office_day(now))
    return licences.reserve(session, replace(fresh, place_key=place_of(values)), now)


def open_entity(session: Session, office: Office, application: Application, licence: Licence, now: datetime) -> None:
    """设立登记、迁入: the business comes into being, or into this register, with its licence."""
    values = checked(office, application, now).values
    entity = Entity(
        credit_code=licence.credit_code or "",
        kind=licence.template,
        name=name_of(values),
        item_code=application.item_code,
        item_version=application.item_version,
        filed_by=application.applicant_id,
        facts=dict(application.answers),
        established_on=licence.established_on,
    )
    act = "move_in" if item_of(office, application).moved else "registration"
    register.open_entity(session, entity, application.id, now, act)
    _told(session, office, application, licence.credit_code or "", act, now)


def enter(session: Session, office: Office, application: Application, now: datetime) -> None:
    """Make the entry. Raises EntityEnded; LookupError for a business that is not here."""
    result = result_of(office, application)
    entity = of_application(session, office, application)
    if entity is None:
        raise LookupError("the business is not in the register")
    code, fresh = entity.credit_code, licences.of_application(session, application.id)
    match result.act:
        case "change":
            values, _grant = granted(office, application, entity, office_day(now))
            answers, setup = changed(office, application, entity), setup_after(office, application, entity)
            register.change(session, code, application.id, answers, name_of(values), now, (setup.code, setup.version))
        case "deregistration":
            register.close(session, code, application.id, now)
            licences.end(session, code, Status.CANCELLED)
        case "suspension":
            _pause(session, office, application, code, now)
        case "replacement":
            register.change(session, code, application.id, {}, entity.name, now)
    if fresh is not None:
        licences.end(session, code, Status.REPLACED, but=fresh.id)
    _told(session, office, application, code, result.act, now)
    papers.on_entry(session, office, application, entity, fresh, now)


def _pause(session: Session, office: Office, application: Application, code: str, now: datetime) -> None:
    values = checked(office, application, now).values
    until = values.get("pause_until")
    if until is None:
        register.resume(session, code, application.id, now)
    else:
        register.pause(session, code, application.id, values["pause_from"], until, now)
    licences.pause(session, code, until)


def _told(session: Session, office: Office, application: Application, code: str, act: str, now: datetime) -> None:
    supervised.tell(session, office, application, code, act, now)
    record(session, application, "register.entered", "system:register", now, {"credit_code": code, "act": act})
