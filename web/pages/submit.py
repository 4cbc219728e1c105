# SPDX-License-Identifier: Apache-2.0
"""Submitting (核对签名提交): check the answers, sign, submit, keep the receipt. I/O: through the verbs."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from approval import casefile, cases, drafting, entries, filings, participants, proving, together
from approval.application import Application, State
from approval.dossier import sections
from approval.gate import Facts, facts_of
from approval.mending import Change, Nothing, smallest_change
from approval.received import received
from forms import Answers, Problem, check
from forms import Form as Declared
from identity import evidence_of, send_code, waiting_code
from instruments import Instrument, Unwritable
from kit.clock import office_day
from kit.numbers import masked_phone
from kit.text import Text
from web.deps import Applicant, Browser, Db, DeskDep, Now, OwnApplication
from web.fields import ShownProblem, shown_problems
from web.pages.instruments import listed
from web.pages.onwards import form_of, href_of, may_be_faster, shown
from web.pages.signing import problems_of
from web.respond import go, language_of, page

router = APIRouter()
# What a first submission knows of itself, and what it may hope for: the rest is found out afterwards.
KNOWN: dict[str, object] = {"is_correction": False, "liveness_proven": True}
ASSUMED: dict[str, object] = {
    "identity_band": "accept",
    "identity_by_camera": True,
    "address_known": True,
    "second_factor": "partner",
    "credit_effects": ("allow",),
    "credit_unanswered": 0,
    "unsigned": 0,
}
STATEMENT_VERSION = "statement-1"
STATEMENT = Text(
    zh="本人承诺：以上填报内容和提交的材料真实、合法、有效，本人对其真实性、合法性、有效性负责；"
    "本人自愿担任{holder}；经营范围中需要许可的项目，取得许可前不开展经营。隐瞒或提供虚假材料的，依法承担责任。"
    "（市场主体登记管理条例第17条）",
    en="I declare that these answers and documents are true, lawful and valid and that I answer for them; that I take "
    "the post of {holder} of my own will; and that I will not trade in licensed items before I hold the permit. "
    "(Registration Regulation art. 17)",
)


@router.get("/apply/{id}/check")
def check_answers(request: Request, desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    bundle = together.bundle_of(db, application)
    if bundle is not None and together.is_gathering(db, bundle):
        return go(f"/together/{bundle.id}/check")
    item, form = form_of(desk, application)
    language = language_of(request)
    found = [*casefile.checked(desk.office, application, now).problems]
    found += entries.problems_after(db, desk.office, application, now, to_applicant=True)
    problems = [
        shown_one
        for problem in found
        if problem.blocks
        for shown_one in shown_problems([problem], language, _where(form, application, problem))
    ]
    if not proving.is_done(db, desk.office, application):
        said = Text(zh="请完成身份核验", en="Prove it is you").said(language)
        problems.append(ShownProblem("proof", said, href_of(application, "identity")))
    answered = [
        {
            "title": s.title,
            "href": href_of(application, f"form/{s.page}?review=1"),
            "page": s.page,
            "rows": [{"label": line.label, "value": line.value} for line in s.rows],
        }
        for s in sections(form, application.answers, language, masked=False)
    ]
    return page(
        request,
        "apply/check.html",
        faster=_faster(db, desk, application, now) if not problems else None,
        again=not problems and may_be_faster(desk, item, application, evidence_of(db, application.id)),
        application=shown(item, application),
        sections=answered,
        problems=problems,
        instruments=listed(drafts_of(desk, db, application, now), f"/apply/{application.id}/read"),
        unsigned=participants.unsigned(db, desk.office, application, now) if item.is_registration else 0,
        ready=not problems,
        back=f"/apply/{application.id}",
    )


def _where(form: Declared, application: Application, problem: Problem) -> str:
    """Where it is put right: the page that asks it, or the first, where one says what changes."""
    name = problem.path.split(".")[0]
    asked = form.asked(application.answers)
    named = next((one.name for one, fields in asked if any(f.name == name for f in fields)), asked[0][0].name)
    return href_of(application, f"form/{named}?review=1")


def drafts_of(desk: DeskDep, db: Db, application: Application, now: Now) -> list[Instrument]:
    """What is to be signed; nothing while answers lack."""
    try:
        return drafting.drafts(db, desk.office, application, now)
    except Unwritable:
        return []


def _faster(db: Db, desk: DeskDep, application: Application, now: Now) -> dict[str, object] | None:
    """What it would take for the machine to approve at once, told before submitting: the smallest honest change, or
    what others can do."""
    item, form = form_of(desk, application)
    gate = desk.office.gates.live(item.code, office_day(now))
    if gate is None or not desk.office.straight_through or application.predecessor_id is not None:
        return None

    known = KNOWN | {
        "others_unproven": proving.unproven_others(db, desk.office, application, now),
        "others_without_factor": proving.others_without_factor(db, desk.office, application, now),
    }

    def facts(answers: Answers) -> Facts:
        return facts_of(item.code, form, check(form, answers, office_day(now)), known)

    change = smallest_change(gate, facts, application.answers, ASSUMED)
    if isinstance(change, Nothing) and all(one.way_on for one in change.unmendable):
        return {"edits": [], "assumed": [], "ways": [one.way_on for one in change.unmendable]}
    if not isinstance(change, Change):
        return None
    edits = [
        {"words": edit.words, "href": href_of(application, f"form/{form.page_of(edit.field).name}?review=1")}
        for edit in change.edits
    ]
    return {"edits": edits, "assumed": [assumed.title for assumed in change.assumed], "ways": []}


def _sign_page(
    request: Request,
    desk: DeskDep,
    db: Db,
    application: Application,
    now: Now,
    phone: str,
    code_sent: bool,
    problems: list[ShownProblem] | None = None,
) -> Response:
    read = drafts_of(desk, db, application, now)
    item = casefile.item_of(desk.office, application)
    statement = Text(
        zh=STATEMENT.zh.format(holder=item.holder.label.zh), en=STATEMENT.en.format(holder=item.holder.label.en)
    )
    return page(
        request,
        "apply/sign.html",
        422 if problems else 200,
        application=shown(item, application),
        statement=statement,
        instruments=listed(read, f"/apply/{application.id}/read"),
        digest=drafting.digest(read),
        masked_phone=masked_phone(phone),
        code_sent=code_sent,
        problems=problems or [],
        back=href_of(application, "check"),
    )


def _purpose(application: Application) -> str:
    return f"sign:{application.id}"


@router.get("/apply/{id}/sign")
def sign_page(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    browser: Browser,
    applicant: Applicant,
    application: OwnApplication,
) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    bundle = together.bundle_of(db, application)
    if bundle is not None and together.is_gathering(db, bundle):
        return go(f"/together/{bundle.id}/check")
    sent = waiting_code(db, browser, _purpose(application)) is not None
    return _sign_page(request, desk, db, application, now, applicant.phone or "", sent)


@router.post("/apply/{id}/sign/code")
def send_signing_code(
    db: Db, now: Now, browser: Browser, applicant: Applicant, application: OwnApplication
) -> Response:
    if application.state != State.DRAFT:
        raise cases.NotADraft()
    send_code(db, applicant.phone or "", browser, _purpose(application), now)
    return go(href_of(application, "sign"))


@router.post("/apply/{id}/sign")
def sign_and_submit(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    browser: Browser,
    applicant: Applicant,
    application: OwnApplication,
    agree: Annotated[str, Form(max_length=5)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
    read: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """The code that only the holder's phone received is the signature; it binds to answers and instruments as shown.

    Sent again because the answer was lost, it is answered with the receipt of what was submitted.
    """
    if application.state != State.DRAFT:
        return go(href_of(application, "receipt"))
    problems = problems_of(
        db,
        browser,
        _purpose(application),
        agree=agree,
        read=read,
        shown=drafting.digest(drafts_of(desk, db, application, now)),
        code=code,
        now=now,
        language=language_of(request),
    )
    if problems:
        sent = waiting_code(db, browser, _purpose(application)) is not None
        return _sign_page(request, desk, db, application, now, applicant.phone or "", sent, problems)
    cases.sign(db, application, "phone-code", STATEMENT_VERSION, now)
    filings.note_device(db, application.id, browser, now)
    cases.submit(db, desk.office, application, now)
    return go(href_of(application, "receipt"))


@router.get("/apply/{id}/receipt")
def receipt(request: Request, desk: DeskDep, db: Db, application: OwnApplication) -> Response:
    if application.state == State.DRAFT:
        return go(f"/apply/{application.id}")
    item = casefile.item_of(desk.office, application)
    kept = {
        "number": application.number,
        "title": item.title,
        "submitted_at": application.submitted_at,
        "due_on": application.due_on,
        "basis": item.deadline_basis,
        "materials": received(db, desk.office, application),
    }
    return page(request, "apply/receipt.html", receipt=kept, status_href=f"/cases/{application.id}")
