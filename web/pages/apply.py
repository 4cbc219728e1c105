# SPDX-License-Identifier: Apache-2.0
"""Applying (填报): the task list and one question per page; every page is saved. I/O: through the verbs."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from approval import (
    bundles,
    cases,
    consents,
    lookups,
    meanwhile,
    participants,
    prefilling,
    printing,
    renewing,
    signers,
    together,
)
from approval.application import Application, State
from approval.together import Standing
from forms import TABLES, Answers, Checked, Page, check_page, in_words, rows_of, take
from forms import Form as Declared
from identity import evidence_of
from kit.clock import office_day
from kit.text import Language, Text
from web.deps import Applicant, Db, DeskDep, Now, OwnApplication
from web.fields import shown_problems, views
from web.pages.onwards import form_of, href_of, is_ready, may_be_faster, next_proof, own_tasks, shown, task_of
from web.respond import go, language_of, page

router = APIRouter()
WITH_OTHERS = (Standing.GATHERING, Standing.WAITING)


@router.post("/apply")
def start(desk: DeskDep, db: Db, now: Now, applicant: Applicant, item: Annotated[str, Form(max_length=60)]) -> Response:
    application = cases.start(db, desk.office, applicant, item, now)
    return go(f"/apply/{application.id}")


@router.get("/apply/{id}")
def tasks(
    request: Request, desk: DeskDep, db: Db, now: Now, applicant: Applicant, application: OwnApplication
) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    bundle = together.bundle_of(db, application)
    item = form_of(desk, application)[0]
    if bundle is not None and together.standing_of(db, bundle, application, item) in WITH_OTHERS:
        return go(f"/together/{bundle.id}")
    corrections = _corrections(db, application)
    context = {**shown(item, application), "correction": bool(corrections), "corrections": corrections}
    evidence = evidence_of(db, application.id)
    listed = own_tasks(desk, db, now, application, evidence)
    ready = is_ready(listed)
    if may_be_faster(desk, item, application, evidence):
        title = Text(zh="再核验一次，符合条件的当场自动办结", en="One more proof, and a plain case is done at once")
        hint = Text(zh="选做：由合作方、窗口或视频核验", en="Optional: a partner, a window or a call")
        listed.append(task_of(title, hint, href_of(application, "identity"), "optional"))
    others = signers.wanted(db, desk.office, application)
    if others:
        listed.append(_others_task(desk, db, now, application, len(others)))
    listed.append(
        task_of(
            Text(zh="核对、签名并提交", en="Check, sign and submit"),
            None,
            href_of(application, "check") if ready else None,
            "todo" if ready else "waiting",
        )
    )
    offered = prefilling.offers(db, desk.office, applicant, application)
    return page(
        request,
        "apply/tasks.html",
        application=context,
        tasks=listed,
        offers=offered,
        may_take_back=consents.may_be_withdrawn(db, application),
        renewal=_renewal(desk, application, now),
    )


def _renewal(desk: DeskDep, application: Application, now: Now) -> str | None:
    """What has become of the version of the form: "newer", "gone", or nothing."""
    try:
        return "newer" if renewing.newer(desk.office, application, now) else None
    except renewing.VersionWithdrawn:
        return "gone"


@router.post("/apply/{id}/renew")
def renew(desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    renewing.renew(db, desk.office, application, now)
    return go(f"/apply/{application.id}", "renewed")


@router.post("/apply/{id}/prefill")
def prefill(
    desk: DeskDep,
    db: Db,
    now: Now,
    applicant: Applicant,
    application: OwnApplication,
    case: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    prefilling.take_over(db, desk.office, application, applicant, case, now)
    return go(f"/apply/{application.id}", "prefilled")


def _others_task(desk: DeskDep, db: Db, now: Now, application: Application, count: int) -> dict[str, object]:
    """Inviting the others, which holds nobody up: whoever does not sign here is asked by a clerk."""
    known = participants.of_application(db, application.id)
    signed = sum(participants.has_signed(db, desk.office, application, one, now) for one in known)
    hint = Text(
        zh=f"选做：共 {count} 人，已签名 {signed} 人；在线签名后审查更快",
        en=f"Optional: {signed} of {count} have signed; it makes the review quicker",
    )
    title = Text(zh="请股东、董事等其他人确认并签名", en="Have the others confirm and sign")
    return task_of(title, hint, href_of(application, "people"), "done" if signed >= count else "optional")


def _corrections(db: Db, application: Application) -> list[dict[str, object]]:
    if application.predecessor_id is None:
        return []
    decision = db.get_one(Application, application.predecessor_id).decision
    listed = decision.corrections if decision else []
    found = [{"label": Text.model_validate(c["label"]), "reason": c["reason"]} for c in listed]
    if decision and decision.reason:
        found.append({"label": Text(zh="总体说明", en="In general"), "reason": decision.reason})
    return found


@router.post("/apply/{id}/discard")
def discard(db: Db, application: OwnApplication) -> Response:
    cases.discard(db, application)
    return go("/", "discarded")


def _place(desk: DeskDep, db: Db, now: Now, application: Application, name: str) -> tuple[Page, int, list[Page]]:
    """The page of that name, its place, and the pages among which it stands; else the first page."""
    form = form_of(desk, application)[1]
    for pages in (bundles.pages_of(db, desk.office, application, now), form.asked_pages(application.answers)):
        for index, asked in enumerate(pages):
            if asked.name == name:
                return asked, index, pages
    return pages[0], 0, pages


def _question(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    application: Application,
    name: str,
    answers: Answers,
    checked: Checked | None,
    review: bool,
    closed: frozenset[str],
    others: Sequence[meanwhile.Told] = (),
) -> Response:
    item, form = form_of(desk, application)
    asked, index, pages = _place(desk, db, now, application, name)
    language = language_of(request)
    problems = [p for p in checked.problems if p.blocks] if checked else []
    back = (
        href_of(application, "check")
        if review
        else (href_of(application, f"form/{pages[index - 1].name}") if index else f"/apply/{application.id}")
    )
    return page(
        request,
        "apply/question.html",
        409 if others else 422 if problems else 200,
        application=shown(item, application),
        marks=meanwhile.marks(asked, application.answers),
        others=others,
        here=href_of(application, f"form/{asked.name}") + ("?review=1" if review else ""),
        question={"title": asked.title, "hint": asked.hint, "name": asked.name},
        sources=_sources(form, asked, application),
        position=index + 1,
        total=len(pages),
        fields=views(
            form,
            asked,
            answers,
            problems,
            language,
            _in_words(form, asked, answers, closed, language),
            lookups.columns_of(item),
            office_day(now),
        ),
        problems=shown_problems(problems, language),
        back=back,
        review=review,
    )


@router.get("/apply/{id}/form/{name}")
def question(
    request: Request, desk: DeskDep, db: Db, now: Now, application: OwnApplication, name: str, review: int = 0
) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    closed = cases.closed_fields(db, application)
    return _question(request, desk, db, now, application, name, application.answers, None, bool(review), closed)


def _sources(form: Declared, asked: Page, application: Application) -> list[dict[str, object]]:
    """What was taken over on a page that nobody has looked at yet, and from where."""
    if asked.name in application.visited or not application.prefilled:
        return []
    taken = [f for f in form.asked_fields(asked, application.answers) if f.name in application.prefilled]
    return [{"label": f.label, "source": Text.model_validate(application.prefilled[f.name])} for f in taken]


def _in_words(
    form: Declared, asked: Page, answers: Answers, closed: frozenset[str], language: Language
) -> dict[str, str]:
    """What stays as it is, as a reader sees it; a table by the number of its rows."""
    said = {}
    for field in form.asked_fields(asked, answers):
        if field.name in closed:
            answer = answers.get(field.name)
            is_table = isinstance(answer, list) and bool(answer) and isinstance(answer[0], dict)
            said[field.name] = str(len(answer or ())) if is_table else in_words(field, answer, language, False)
        for index, row in enumerate(rows_of(answers.get(field.name)) if field.kind in TABLES else []):
            if f"{field.name}.{index}" in closed:
                cells = [in_words(column, row.get(column.name), language, False) for column in field.fields]
                said[f"{field.name}.{index}"] = " · ".join(cell for cell in cells if cell)
    return said


async def _posted(request: Request) -> dict[str, list[str]]:
    form = await request.form(max_files=0, max_fields=2000)
    return {name: [v for v in form.getlist(name) if isinstance(v, str)] for name in form}


Posted = Annotated[dict[str, list[str]], Depends(_posted)]


@router.post("/apply/{id}/form/{name}")
def answer(
    request: Request, desk: DeskDep, db: Db, now: Now, application: OwnApplication, name: str, posted: Posted
) -> Response:
    """Keep what was typed; go on only if the page has no problem."""
    _item, form = form_of(desk, application)
    asked, index, pages = _place(desk, db, now, application, name)
    answers = take(form, asked, posted)
    review = "review" in posted
    closed = cases.closed_fields(db, application)
    changed = _rows_changed(answers, posted)
    seen, language = (posted.get("marks") or [""])[-1], language_of(request)
    if application.state == State.DRAFT:
        others = meanwhile.written(db, application, asked, seen, answers, language)
        if others:
            typed: Answers = {**application.answers, **answers}
            return _question(request, desk, db, now, application, name, typed, None, review, closed, others)
    wanted = next((sent.removeprefix("upload-") for sent in posted if sent.startswith("upload-")), None)
    bundles.save_answers(db, desk.office, application, asked.name, answers, now)
    whole = application.answers
    if wanted in {f.name for f in asked.fields}:
        return go(href_of(application, f"material/{wanted}") + ("?review=1" if review else ""))
    code = next((sent.removeprefix("lookup-") for sent in posted if sent.startswith("lookup-")), None)
    if code is not None:
        return go(href_of(application, f"lookup/{code[:80]}") + ("?review=1" if review else ""))
    revealed = any(f.when is not None and _is_new(f.name, posted) for f in form.asked_fields(asked, whole))
    if changed or revealed:
        return _question(request, desk, db, now, application, name, whole, None, review, closed)
    page_checked = check_page(form, asked, whole, office_day(now))
    checked = Checked(page_checked.values, page_checked.problems + printing.unprintable(page_checked.values))
    if any(problem.blocks for problem in checked.problems):
        return _question(request, desk, db, now, application, name, whole, checked, review, closed)
    rare = "rare-character" if any(problem.rule == printing.RARE for problem in checked.problems) else None
    if review:
        return go(href_of(application, "check"), rare)
    _asked, index, pages = _place(desk, db, now, application, asked.name)
    following = pages[index + 1 :]
    if not following and application.bundle_id:
        return go(f"/together/{application.bundle_id}/next")
    if following:
        return go(href_of(application, f"form/{following[0].name}"), rare)
    evidence = evidence_of(db, application.id)
    is_done = evidence.is_complete or evidence.portrait_picture is not None
    return go(f"/apply/{application.id}" if is_done else href_of(application, next_proof(evidence)), rare)


def _is_new(name: str, posted: dict[str, list[str]]) -> bool:
    """Whether the page that was sent did not show this question yet: an answer has just made it needed."""
    shown_before = any(sent == name or sent.startswith(f"{name}-") for sent in posted)
    return not shown_before and f"asked-{name}" not in posted


def _rows_changed(answers: Answers, posted: dict[str, list[str]]) -> bool:
    """Apply "add" and "remove" buttons of tables to the answers."""
    for sent in posted:
        verb, _, rest = sent.partition("-")
        if verb == "add" and isinstance(rows := answers.get(rest), list):
            rows.append({})  # type: ignore[arg-type]
            return True
        name, _, index = rest.rpartition("-")
        if verb == "remove" and isinstance(rows := answers.get(name), list) and index.isdigit():
            del rows[int(index) : int(index) + 1]
            return True
    return False
