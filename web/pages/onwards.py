# SPDX-License-Identifier: Apache-2.0
"""Going on (接着办): what of a draft is done, what is open, and which page comes next. Hides the order of the proofs.

I/O: through the verbs.
"""

from approval import casefile, cases, proving, signers
from approval.application import Application
from catalogue import Item
from forms import Checked
from forms import Form as Declared
from identity import Band, Evidence, Way, evidence_of
from identity.assuring import route_of
from identity.routes import load_routes
from kit.clock import office_day
from kit.text import Text
from web.deps import Db, DeskDep, Now

Tasks = list[dict[str, object]]


def form_of(desk: DeskDep, application: Application) -> tuple[Item, Declared]:
    item = casefile.item_of(desk.office, application)
    return item, desk.office.catalogue.form_of(item)


def shown(item: Item, application: Application) -> dict[str, object]:
    return {"id": application.id, "title": item.title, "started_at": application.created_at}


def href_of(application: Application, name: str) -> str:
    return f"/apply/{application.id}/{name}"


def task_of(title: Text, hint: Text | None, href: str | None, state: str) -> dict[str, object]:
    return {"title": title, "hint": hint, "href": href, "state": state}


def question_tasks(
    form: Declared, application: Application, checked: Checked, closed: frozenset[str], unchanged: frozenset[str]
) -> list[dict[str, object]]:
    wrong = {form.page_of(problem.path).name for problem in checked.problems if problem.blocks}
    tasks = []
    for asked in form.asked_pages(application.answers):
        is_done = asked.name in application.visited and asked.name not in wrong
        is_closed = is_done and all(f.name in closed for f in form.asked_fields(asked, application.answers))
        href = None if is_closed else href_of(application, f"form/{asked.name}")
        is_to_change = any(f.name in unchanged for f in form.asked_fields(asked, application.answers))
        state = "todo" if not is_done else "change" if is_to_change else "done"
        tasks.append(task_of(asked.title, None, href, state))
    return tasks


def next_proof(evidence: Evidence) -> str:
    """The page on which the holder goes on, by the way they are on; the ways themselves once nothing is left."""
    way = route_of(evidence)
    if way is None or evidence.is_assured or way is Way.PARTNER:
        return "identity"
    if way in (Way.WINDOW, Way.VIDEO):
        return "identity/meeting"
    if evidence.portrait_picture is None:
        return "idcard"
    if way is Way.EYE:
        return "identity/picture"
    if evidence.consent != "agree":
        return "consent"
    return "identity" if evidence.is_complete else "face"


def proof_tasks(application: Application, evidence: Evidence, is_done: bool | None = None) -> list[dict[str, object]]:
    """A card for the ways that look at it, or where one is there; the way can be changed until it is done."""
    is_complete = evidence.is_complete if is_done is None else is_done
    has_card, way = evidence.portrait_picture is not None, route_of(evidence)
    hint = load_routes().of(way).title if way else Text(zh="五种方式任选", en="Choose one of five ways")
    tasks = []
    if has_card or way is None or load_routes().of(way).needs_card:
        title = Text(zh="拍摄身份证，核对识读的信息", en="Photograph the card and check what was read")
        read = "card" if evidence.card_read and not evidence.card_read["other"] else "idcard"
        tasks.append(task_of(title, None, href_of(application, read), "done" if has_card else "todo"))
    href = href_of(application, "identity" if is_complete else next_proof(evidence))
    title = Text(zh="核验本人", en="Prove it is you")
    return [*tasks, task_of(title, hint, href, "done" if is_complete else "todo")]


def may_be_faster(desk: DeskDep, item: Item, application: Application, evidence: Evidence) -> bool:
    """Whether a second proof is all that the machine would still ask of this person."""
    is_open = (
        desk.office.straight_through and desk.office.gates.live(item.code, office_day(desk.office.clock())) is not None
    )
    is_first = application.predecessor_id is None
    return is_open and is_first and evidence.band == Band.ACCEPT and not evidence.is_assured


def own_tasks(desk: DeskDep, db: Db, now: Now, application: Application, evidence: Evidence) -> Tasks:
    """What the applicant has to do alone: the questions, then the proof."""
    form = form_of(desk, application)[1]
    checked = casefile.checked(desk.office, application, now)
    closed, unchanged = cases.closed_fields(db, application), cases.unchanged_fields(db, application)
    listed = question_tasks(form, application, checked, closed, unchanged)
    return listed + proof_tasks(application, evidence, proving.is_done(db, desk.office, application))


def is_ready(tasks: Tasks) -> bool:
    """Whether only the signature is left."""
    return all(task["state"] in ("done", "change") for task in tasks)


def after_proof(desk: DeskDep, db: Db, now: Now, application: Application) -> str:
    """Where a proof leads once it is made: to the answers to be checked if nothing else is open, else to the list."""
    is_alone = application.bundle_id is None and not signers.wanted(db, desk.office, application)
    tasks = own_tasks(desk, db, now, application, evidence_of(db, application.id))
    return href_of(application, "check") if is_alone and is_ready(tasks) else f"/apply/{application.id}"
