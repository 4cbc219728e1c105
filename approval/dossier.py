# SPDX-License-Identifier: Apache-2.0
"""Dossier (卷宗): one case as one role may see it. Hides what each role may see. I/O: database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approval.application import Application, State
from approval.casefile import item_of
from approval.office import Office
from catalogue import Item
from forms import TABLES, Answers, Field, Form, Kind, in_words, rows_of
from identity import Account
from kit.text import Language, Text
from workflows import Panel


@dataclass(frozen=True, slots=True)
class Line:
    """One answer in words. `path` names the field for a correction."""

    label: Text
    value: str
    path: str
    personal: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one page of the form."""

    page: str
    title: Text
    rows: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing in the history of a case, in words."""

    at: datetime
    who: str
    what: Text
    machine: bool


STATES: dict[State, Text] = {
    State.DRAFT: Text(zh="填写中", en="Being filled in"),
    State.CHECKING: Text(zh="自动核查中", en="Being checked"),
    State.IN_REVIEW: Text(zh="人工审查中", en="In review"),
    State.WITH_DEPARTMENTS: Text(zh="部门联合审查中", en="With the departments"),
    State.SET_ASIDE: Text(zh="技术处理中", en="Being sorted out"),
    State.REGISTERED: Text(zh="已登记", en="Registered"),
    State.RETURNED: Text(zh="已退回补正", en="Returned for correction"),
    State.REFUSED: Text(zh="不予登记", en="Refused"),
    State.WITHDRAWN: Text(zh="已撤回", en="Withdrawn"),
}

OF_KIND: dict[tuple[str, State], Text] = {
    ("permit", State.REGISTERED): Text(zh="已准予许可", en="Granted"),
    ("permit", State.REFUSED): Text(zh="不予许可", en="Refused"),
    ("filing", State.REGISTERED): Text(zh="已备案", en="Recorded"),
    ("filing", State.REFUSED): Text(zh="不予备案", en="Not recorded"),
}


def sections(form: Form, answers: Answers, language: Language, *, masked: bool) -> list[Section]:
    """What was asked and answered, page by page; personal numbers masked if asked for."""
    found = []
    for page in form.asked_pages(answers):
        lines: list[Line] = []
        for field in form.asked_fields(page, answers):
            if field.kind in TABLES:
                lines += _table(field, answers.get(field.name), language, masked)
            else:
                value = in_words(field, answers.get(field.name), language, masked)
                lines.append(Line(field.label, value, field.name, field.personal))
        found.append(Section(page.name, page.title, tuple(lines)))
    return found


def _table(field: Field, rows: object, language: Language, masked: bool) -> list[Line]:
    lines = []
    for index, row in enumerate(rows_of(rows)):
        words = [in_words(column, row.get(column.name), language, masked) for column in field.fields]
        title = field.row_title or field.label
        label = Text(zh=f"{title.zh} {index + 1}", en=f"{title.en} {index + 1}")
        said = " · ".join(word for word in words if word)
        lines.append(Line(label, said, f"{field.name}.{index}", field.kind is Kind.PEOPLE))
    return lines or [Line(field.label, "", field.name, False)]


def history(session: Session, office: Office, application: Application) -> list[Happened]:
    """Submission, moves and decision, oldest first; people by name."""
    ids = {t.actor.removeprefix("account:") for t in application.transitions if t.actor.startswith("account:")}
    names = {a.id: a.shown_name for a in session.scalars(select(Account).where(Account.id.in_(ids)))}
    process = office.catalogue.process_of(item_of(office, application))
    found = []
    if application.submitted_at:
        found.append(Happened(application.submitted_at, "", Text(zh="申请人提交", en="Submitted"), False))
    for transition in application.transitions:
        step = process.steps[transition.step]
        title = step.title
        outcome = transition.event.get("outcome") or transition.event.get("error") or transition.event["kind"]
        if isinstance(step, Panel) and transition.step == application.step:
            outcome = "cast"  # unseen by the others until all have decided
        words = OUTCOMES.get(str(outcome), Text(zh=str(outcome), en=str(outcome)))
        machine = not transition.actor.startswith("account:")
        who = "" if machine else names.get(transition.actor.removeprefix("account:"), "")
        what = Text(zh=f"{title.zh}：{words.zh}", en=f"{title.en}: {words.en}")
        found.append(Happened(transition.at, who, what, machine))
    return found


OUTCOMES: dict[str, Text] = {
    "checked": Text(zh="完成", en="done"),
    "approve": Text(zh="准予", en="approved"),
    "person": Text(zh="转人工审查", en="to a clerk"),
    "return": Text(zh="退回补正", en="returned for correction"),
    "refuse": Text(zh="不予", en="refused"),
    "reserved": Text(zh="已赋码", en="number and code given"),
    "issued": Text(zh="已制证签章", en="made and signed"),
    "sent": Text(zh="已通知", en="sent"),
    "disagreement": Text(zh="意见不一致", en="they disagree"),
    "accept": Text(zh="予以受理", en="accepted"),
    "cast": Text(zh="已提出审查意见", en="has decided"),
    "agree": Text(zh="同意", en="agrees"),
    "conditions": Text(zh="有条件同意", en="agrees on conditions"),
    "object": Text(zh="不同意", en="objects"),
    "ran_out": Text(zh="期限届满，自动转下一环节", en="time ran out: on to the next step"),
    "withdrawn": Text(zh="申请人撤回", en="withdrawn by the applicant"),
    "made": Text(zh="已制作", en="made"),
    "check": Text(zh="重新核查", en="checked again"),
    "issue": Text(zh="重新制证", en="made again"),
}


def stage_of(application: Application, item: Item) -> Text:
    """Where the case stands, in the words of its kind of item."""
    state = State(application.state)
    return OF_KIND.get((item.kind, state), STATES[state])
