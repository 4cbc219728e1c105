# SPDX-License-Identifier: Apache-2.0
"""Case panels (审查页要素): what stands beside the evidence: step, clock, changes, opinions, votes, colleagues, papers.

I/O: through the verbs.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import notices
from approval import (
    casefile,
    clocks,
    contesting,
    drafting,
    jointly,
    materials,
    moving,
    opinions,
    participants,
    together,
    visits,
    votes,
)
from approval.application import Application, State
from approval.calendar import load_calendar
from approval.claims import in_hand, may_be_given
from approval.clocks import FILE_TRANSFER, GROUNDS
from approval.corrections import changes, suggestions
from approval.deadlines import working_days_left
from approval.dossier import OUTCOMES, Line, sections
from identity import Account, Role, staff
from kit.clock import office_day
from kit.text import Language, Text
from web.desk import Desk
from web.fields import shown_size
from web.wording import VIEWS
from workflows import Human, Panel

REGISTRATION = {
    "approve": Text(zh="准予登记", en="Approve"),
    "return": Text(zh="退回补正", en="Return for correction"),
    "refuse": Text(zh="不予登记", en="Refuse"),
    "accept": Text(zh="受理", en="Accept"),
}
PERMIT = {**REGISTRATION, "approve": Text(zh="准予许可", en="Grant"), "refuse": Text(zh="不予许可", en="Refuse")}
FILING = {**REGISTRATION, "approve": Text(zh="予以备案", en="Record"), "refuse": Text(zh="不予备案", en="Refuse")}
WORDS = {"registration": REGISTRATION, "permit": PERMIT, "filing": FILING}


def step_of(desk: Desk, case: Application, viewer: Account) -> dict[str, Any]:
    """The step in which the case stands, what may be said in it, and how many have."""
    item = casefile.item_of(desk.office, case)
    process = desk.office.catalogue.process_of(item)
    words = WORDS[item.kind]
    step = process.steps.get(case.step or "")
    open_outcomes = [name for name in words if isinstance(step, Human | Panel) and name in step.next]
    return {
        "title": step.title if step else None,
        "process": process.name,
        "outcomes": [(name, words[name]) for name in open_outcomes],
        "persons": step.persons if isinstance(step, Panel) else 1,
        "cast": len(case.given),
        "has_cast": viewer.id in case.given,
    }


def suggested(case: Application, language: Language) -> dict[str, dict[str, str]]:
    """What the findings say against single fields, ready to be taken over into the notice."""
    found = suggestions(case.findings, [str(f.subject) for f in case.findings])
    return {path: {"words": s.words.said(language), "clause": s.clause.said(language)} for path, s in found.items()}


def changed(db: Session, desk: Desk, case: Application, language: Language) -> dict[str, str]:
    """By field: what was answered at the last look. Empty for a first submission."""
    if case.predecessor_id is None:
        return {}
    before = db.get_one(Application, case.predecessor_id)
    form = desk.office.catalogue.form_of(casefile.item_of(desk.office, before))
    lines: dict[str, Line] = {
        line.path: line for section in sections(form, before.answers, language, masked=True) for line in section.rows
    }
    return {c.path: lines[c.path].value if c.path in lines else "" for c in changes(before.answers, case.answers)}


def opinions_of(db: Session, desk: Desk, case: Application) -> list[dict[str, Any]]:
    process = desk.office.catalogue.process_of(casefile.item_of(desk.office, case))
    return [
        {
            "department": process.departments.get(opinion.department, Text(zh=opinion.department, en="")),
            "view": VIEWS[opinion.view] if opinion.view else None,
            "mood": {"agree": "good", "conditions": "warn", "object": "bad"}.get(opinion.view or "", ""),
            "words": opinion.words,
            "due_on": opinion.due_on,
            "given_at": opinion.given_at,
        }
        for opinion in opinions.of_application(db, case.id)
    ]


def visits_of(db: Session, desk: Desk, case: Application, viewer: Account) -> dict[str, Any]:
    """What two officers saw at the place, and who may go along next time."""
    item = casefile.item_of(desk.office, case)
    found = visits.of_application(db, case.id)
    officers = [p for p in staff(db) if p.role in (Role.CLERK, Role.SUPERVISOR) and p.is_active]
    names = {person.id: person.shown_name for person in officers}
    return {
        "wanted": item.on_site,
        "is_open": State(case.state) in (State.IN_REVIEW, State.WITH_DEPARTMENTS),
        "hearing": item.hearing and not clocks.was_heard(db, case.id),
        "seen": [
            {
                "on": visit.visited_on,
                "who": "、".join(names.get(one, "") for one in (visit.officer_id, visit.second_id)),
                "conforms": visit.conforms,
                "words": visit.words,
            }
            for visit in found
        ],
        "officers": [{"id": p.id, "name": p.shown_name} for p in officers if p.id != viewer.id],
    }


def moving_of(db: Session, desk: Desk, case: Application) -> dict[str, Any] | None:
    """Of a business that moves here: whom the letter asks, since when, and whether the file has come."""
    moved, standing = casefile.item_of(desk.office, case).moved, moving.standing_of(db, case)
    if moved is None or standing is None:
        return None
    return {**standing, "registrar": str(case.answers.get(moved.registrar) or "")}


def contests_of(db: Session, case: Application) -> list[dict[str, Any]]:
    """What is contested in a case, beside the finding as it stands."""
    shown = []
    for one in contesting.contests(db, case.id):
        finding = next((f for f in case.findings if one.is_about(f)), None)
        shown.append(
            {
                "id": one.id,
                "rule": one.rule,
                "source": one.source,
                "message": Text.model_validate(finding.message) if finding else None,
                "words": one.words,
                "at": one.contested_at,
                "outcome": one.outcome,
                "reason": one.reason,
                "answered_at": one.answered_at,
            }
        )
    return shown


def files_of(db: Session, desk: Desk, case: Application) -> list[dict[str, Any]]:
    """What the applicant brought, under the question that asked for it."""
    form = desk.office.catalogue.form_of(casefile.item_of(desk.office, case))
    return [
        {
            "label": form.field(file.field).label,
            "name": file.name,
            "href": f"/review/{case.id}/files/{file.sha256}",
            "size": shown_size(str(file.size)),
            "digest": file.sha256[:12],
        }
        for file in materials.of_application(db, case.id)
    ]


def signed_of(db: Session, case: Application, is_mine: bool) -> list[dict[str, str]]:
    """What the applicant signed; the personal page for whoever holds the case."""
    return [
        {"title": one.title, "href": f"/review/{case.id}/signed/{one.code}"}
        for one in drafting.signed(db, case.id)
        if is_mine or one.code != drafting.PERSONAL
    ]


def signers_of(db: Session, case: Application) -> list[dict[str, Any]]:
    """Who else was asked to sign, by role and masked phone."""
    return [
        {"role": Text.model_validate(one.role), "phone": one.masked_phone, "signed_at": one.signed_at}
        for one in participants.of_application(db, case.id)
    ]


def votes_of(db: Session, case: Application) -> list[dict[str, Any]]:
    """What a panel that is over has said."""
    settled = votes.settled(db, case.id)
    names = {
        a.id: a.shown_name for a in db.scalars(select(Account).where(Account.id.in_([v.person_id for v in settled])))
    }
    return [
        {"who": names.get(v.person_id, ""), "outcome": OUTCOMES[v.outcome], "reason": v.reason, "at": v.cast_at}
        for v in settled
    ]


def clock_of(desk: Desk, case: Application, days_left: int | None, may_act: bool = False) -> dict[str, Any]:
    """The law's limit and the promise, drawn as how much of the time is used."""
    item = casefile.item_of(desk.office, case)
    allowed = item.working_days
    stopping = [name for name in item.excluded if name != FILE_TRANSFER]  # that begins with its letter
    used = 0 if days_left is None else max(0, min(allowed, allowed - days_left))
    return {
        "due_on": case.due_on,
        "promised_on": case.promised_on,
        "suspended_on": case.suspended_on,
        "allowed": allowed,
        "used": used,
        "days_left": days_left,
        "grounds": [(name, GROUNDS[name].label, GROUNDS[name].basis) for name in stopping],
        "extension": item.extension_working_days,
        "is_open": State(case.state) in (State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE),
        "timer_on": case.timer_on,
        "may_act": may_act or State(case.state) is not State.IN_REVIEW,
    }


def joint_of(db: Session, desk: Desk, case: Application, now: datetime) -> dict[str, Any] | None:
    """The limit over all permits of the bundle, for a permit that is one of several."""
    bundle = together.bundle_of(db, case)
    if bundle is None or casefile.item_of(desk.office, case).kind != "permit":
        return None
    calendar = load_calendar(db)
    clock = jointly.clock_of(db, desk.office, bundle, calendar)
    if clock is None:
        return None
    return {
        "due_on": clock.due_on,
        "suspended_on": clock.suspended_on,
        "days_left": working_days_left(office_day(now), clock.due_on, calendar) if clock.due_on else None,
        "allowed": clock.allowed,
        "extension": jointly.EXTENSION,
        "may_extend": clock.state in ("running", "unknown") and not clock.is_extended,
        "cases": [
            {"number": one.number, "title": casefile.item_of(desk.office, one).title, "href": f"/review/{one.id}"}
            for one in jointly.permits_of(db, desk.office, bundle)
            if one.id != case.id
        ],
    }


def colleagues(db: Session, case: Application, viewer: Account, now: datetime) -> list[dict[str, str]]:
    """To whom the case may be handed over, whoever has least in hand first."""
    held = in_hand(db, now)
    able = [p for p in staff(db) if p.id != viewer.id and may_be_given(db, case, p, now)]
    return [
        {"id": person.id, "name": f"{person.shown_name}（{held.get(person.id, 0)}）"}
        for person in sorted(able, key=lambda p: held.get(p.id, 0))
    ]


def papers_of(db: Session, case: Application) -> list[dict[str, Any]]:
    """The documents of the case, with when they were handed over."""
    return [
        {
            "id": notice.id,
            "number": notice.number,
            "title": notices.declaration(notices.Kind(notice.kind)).title,
            "written_at": notice.written_at,
            "is_made": notice.sha256 is not None,
            "handed_over_at": notice.handed_over_at,
            "to_serve": bool(notice.sha256) and notice.handed_over_at is None and notice.kind != notices.Kind.SERVICE,
        }
        for notice in notices.of_application(db, case.id)
    ]
