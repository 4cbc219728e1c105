# SPDX-License-Identifier: Apache-2.0
"""Papers (办件文书): which document follows from what happens to a case, and its words. I/O: database, files.

Each is written in the transaction of what it tells of, and made by the worker afterwards.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

import licences
import notices
from approval.application import Application, State
from approval.casefile import checked, item_of, record
from approval.clocks import GROUNDS
from approval.corrections import FORM_CLAUSES
from approval.decision import REFUSAL_BASES, Decision, Outcome
from approval.findings import licensed_items
from approval.grant import name_of, premises_in_words
from approval.office import Office
from approval.received import received
from catalogue import EntryResult, Item
from identity import Account
from kit.clock import office_day, three_months_on
from kit.text import Text
from licences import Licence
from notices import Kind, Made, Notice
from register import Entity, Standing

NOTHING_MORE = "无其他说明。"
IN_GENERAL = Text(zh="总体", en="In general")


def on_submission(session: Session, office: Office, application: Application, now: datetime) -> None:
    """接收申请材料凭证 (实施细则第18条)."""
    item = item_of(office, application)
    form = office.catalogue.form_of(item)
    facts = {
        "received": in_words(office_day(now)),
        "materials": "、".join(one.zh for one in received(session, office, application)),
        "working_days": item.working_days,
        "due": in_words(application.due_on),
    }
    write(session, office, application, Kind.RECEIPT, facts, now)
    values = checked(office, application, now).values
    if licensed := licensed_items(form, values):
        told = {"permits": "、".join(label.zh for label in licensed)}
        write(session, office, application, Kind.PERMITS_AHEAD, told, now)


def on_acceptance(session: Session, office: Office, application: Application, now: datetime) -> None:
    item = item_of(office, application)
    facts = {"accepted": in_words(office_day(now)), "working_days": item.working_days}
    write(session, office, application, Kind.ACCEPTANCE, facts, now)


def on_decision(session: Session, office: Office, application: Application, decision: Decision, now: datetime) -> None:
    """The document of the decision; that of a registration is written with the licence, whose number it gives."""
    item = item_of(office, application)
    if decision.outcome is Outcome.RETURN:
        facts: dict[str, Any] = {"defects": defects(decision, item), "remark": decision.reason or NOTHING_MORE}
        write(session, office, application, Kind.CORRECTION, facts, now)
    elif decision.outcome is Outcome.REFUSE:
        clause = REFUSAL_BASES[decision.basis].zh
        kind = Kind.NOT_PERMITTED if item.kind == "permit" else Kind.REFUSED
        if decision.basis == "LIC-32":
            kind = Kind.JURISDICTION
        write(session, office, application, kind, {"reason": decision.reason, "clause": clause}, now)
    elif item.kind != "registration":
        facts = {"decided": in_words(office_day(now)), "matters": item.title.zh}
        write(session, office, application, Kind.FILED if item.kind == "filing" else Kind.PERMITTED, facts, now)


def on_licence(session: Session, office: Office, application: Application, now: datetime) -> None:
    """登记通知书, with what the business licence says; a permit has its decision already."""
    licence = licences.of_application(session, application.id)
    if licence is None or licence.credit_code is None:
        return
    is_move = item_of(office, application).moved is not None
    facts = {
        "decided": in_words(office_day(now) if is_move else licence.established_on),
        "name": licence.name or "（未使用名称）",
        "credit_code": licence.credit_code,
        "licence": licence.number,
    }
    write(session, office, application, Kind.MOVED_IN if is_move else Kind.REGISTERED, facts, now)


def on_entry(
    session: Session, office: Office, application: Application, entity: Entity, licence: Licence | None, now: datetime
) -> None:
    """变更、注销登记通知书, 歇业备案通知书 or 备案通知书 (实施细则第18、41条), by what was entered."""
    facts = {
        "decided": in_words(office_day(now)),
        "name": entity.name or "（未使用名称）",
        "credit_code": entity.credit_code,
    }
    result = item_of(office, application).result
    if isinstance(result, EntryResult) and result.act == "suspension":
        values = checked(office, application, now).values
        lasts = {"since": in_words(values.get("pause_from")), "until": in_words(values.get("pause_until"))}
        write(session, office, application, Kind.PAUSED, {**facts, **lasts}, now)
    elif entity.standing == Standing.ENDED:
        write(session, office, application, Kind.DEREGISTERED, facts, now)
    elif licence is not None:
        write(session, office, application, Kind.CHANGED, {**facts, "licence": licence.number}, now)
    else:
        matters = {"decided": facts["decided"], "matters": item_of(office, application).title.zh}
        write(session, office, application, Kind.FILED, matters, now)


def on_withdrawal(session: Session, office: Office, application: Application, now: datetime) -> None:
    write(session, office, application, Kind.WITHDRAWN, {"withdrawn": in_words(office_day(now))}, now)


def on_suspension(
    session: Session, office: Office, application: Application, ground: str, reason: str, now: datetime
) -> None:
    facts = {"ground": GROUNDS[ground].told, "since": in_words(office_day(now)), "reason": reason}
    write(session, office, application, Kind.SUSPENDED, facts, now, f"{now:%Y%m%d%H%M%S}")


def on_resumption(session: Session, office: Office, application: Application, reason: str, now: datetime) -> None:
    facts = {"since": in_words(office_day(now)), "due": in_words(application.due_on), "reason": reason}
    write(session, office, application, Kind.RESUMED, facts, now, f"{now:%Y%m%d%H%M%S}")


def on_move(session: Session, office: Office, application: Application, now: datetime) -> Notice | None:
    """迁移调档函 to the former registrar (条例第27条；实施细则第62条), once; None where nothing moves."""
    item = item_of(office, application)
    if item.moved is None:
        return None
    values = checked(office, application, now).values
    facts = {
        "name": name_of(values),
        "credit_code": values[item.moved.code],
        "accepted": in_words(office_day(now)),
        "premises": premises_in_words(office.catalogue.form_of(item), values),
        "due": in_words(three_months_on(office_day(now))),
    }
    return write(session, office, application, Kind.FILE_REQUEST, facts, now, to=str(values[item.moved.registrar]))


def on_extension(
    session: Session, office: Office, application: Application, reason: str, by: Account, now: datetime
) -> None:
    days = item_of(office, application).extension_working_days
    facts = {"reason": reason, "approver": by.shown_name, "working_days": days, "due": in_words(application.due_on)}
    write(session, office, application, Kind.EXTENSION, facts, now)


def defects(decision: Decision, item: Item) -> list[dict[str, str]]:
    """Every defect with its clause; what was said in general stands as one of them if no field was named."""
    clause = FORM_CLAUSES.get(item.kind, item.basis)
    if not decision.corrections:
        return [{"label": IN_GENERAL.zh, "reason": decision.reason, "clause": clause.zh}]
    return [{"label": c.label.zh, "reason": c.reason, "clause": (c.clause or clause).zh} for c in decision.corrections]


def write(
    session: Session,
    office: Office,
    application: Application,
    kind: Kind,
    facts: dict[str, Any],
    now: datetime,
    occasion: str = "",
    to: str = "",
) -> Notice:
    """Number, keep and log the document, and have a worker make it; once for each occasion.

    `to` is another office to which it goes; else it is to the applicant.
    """
    item = item_of(office, application)
    told = {
        **facts,
        "addressee": to or addressee(office, item, application, now),
        "item": item.title.zh,
        "case": application.number,
    }
    notice = notices.write(session, kind, application.id, told, now, occasion)
    if notice.written_at == now and notice.made_at is None:
        entry = {"document": notice.number, "kind": str(kind), "version": notice.version}
        record(session, application, "notice.written", "system:notices", now, entry)
        if State(application.state) not in (State.DRAFT, State.CHECKING):  # else its steps make it
            office.kick(session, application.id, f"paper:{notice.id}", 0.0)
    return notice


def addressee(office: Office, item: Item, application: Application, now: datetime) -> str:
    """Whom the document is to: the name of the business, else of its holder."""
    values = checked(office, application, now).values
    return name_of(values) or str(values.get(item.holder.name) or "申请人")


def make(office: Office, application_id: str) -> list[Made]:
    """Render and seal what is written and not made. Outside any transaction."""
    with office.database.reading() as session:
        waiting = notices.pending(session, application_id)
        for notice in waiting:
            session.expunge(notice)
    return [office.maker.produce(notice) for notice in waiting]


def keep(session: Session, made: list[Made], now: datetime) -> None:
    for one in made:
        notices.put(session, one, now)


def serve(
    session: Session,
    application: Application,
    notice: Notice,
    by: str,
    now: datetime,
    actor: str = "",
    on: date | None = None,
) -> None:
    """The document reached the applicant: the first time is the service of it, and is logged (送达).

    `actor` is whoever enters it, without one the applicant; `on` the day, if it was before today.
    """
    if notices.hand_over(session, notice, by, now):
        actor = actor or f"account:{application.applicant_id}"
        day = (on or office_day(now)).isoformat()
        facts = {"document": notice.number, "kind": notice.kind, "by": by, "on": day, "sha256": notice.sha256}
        record(session, application, "notice.handed_over", actor, now, facts)


def in_words(day: date | None) -> str:
    """2026年11月23日; an unpublished year has no deadline yet."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "次年放假安排公布后确定的日期"
