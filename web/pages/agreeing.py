# SPDX-License-Identifier: Apache-2.0
"""Agreeing (逐项同意签名): check everything once, agree item by item, sign with one code. I/O: verbs."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from approval import bundles, cases, drafting, filings, following, participants, together
from approval.dossier import sections
from approval.sharing import FROM_LICENCE, Draft
from approval.together import Bundle
from identity import send_code, waiting_code
from kit.numbers import masked_phone
from kit.text import Language, Text
from web.deps import Applicant, Browser, Db, DeskDep, Now
from web.fields import ShownProblem
from web.pages.bundles import OwnBundle, question_tasks, shown_choice
from web.pages.instruments import listed
from web.pages.onwards import href_of
from web.pages.signing import problems_of
from web.pages.submit import drafts_of
from web.respond import go, language_of, page

router = APIRouter()
STATEMENT_VERSION = "statement-together-1"
STATEMENT = Text(
    zh="本人自愿就下列每一件事项分别提出申请，自愿担任{holder}，并承诺：填报内容和提交的材料真实、合法、有效，本人对此负责；"
    "需要许可的项目，取得许可前不开展经营。须有营业执照才能提交的事项，在执照颁发后由系统填入执照上的名称和统一社会信用代码"
    "并随即提交；这两项以登记簿为准，不在本次签名的内容之内。隐瞒或者提供虚假材料的，依法承担责任。"
    "（市场主体登记管理条例第17条；行政许可法第31条）",
    en="I apply for each of the items below of my own will, take the post of {holder} of my own will, and declare that "
    "these answers and documents are true, lawful and valid, that I answer for them, and that I will not trade in "
    "licensed items before I hold the permit. What needs the business licence is submitted as soon as there is one, "
    "with the name and code that stand on it; these two come from the register and are not part of what I sign. "
    "(Registration Regulation art. 17; Administrative Licensing Law art. 31)",
)
MISSING = Text(zh="请完成：{what}", en="Complete: {what}")


def _rows(draft: Draft, language: Language, own: set[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The answers that were asked for here, and those that another form or the licence gives."""
    here: list[dict[str, Any]] = []
    elsewhere: list[dict[str, Any]] = []
    for section in sections(draft.form, draft.application.answers, language, masked=False):
        names = {line.path.split(".")[0] for line in section.rows}
        shown = {
            "title": section.title,
            "page": section.page,
            "href": None if names <= FROM_LICENCE else href_of(draft.application, f"form/{section.page}?review=1"),
            "rows": [{"label": line.label, "value": line.value} for line in section.rows],
        }
        (here if section.page in own else elsewhere).append(shown)
    return here, elsewhere


def _check_page(
    request: Request, desk: DeskDep, db: Db, now: Now, bundle: Bundle, problems: list[ShownProblem]
) -> Response:
    language = language_of(request)
    drafts = bundles.drafts_of(db, desk.office, bundle)
    shown = []
    for draft in drafts:
        own = {p.name for p in bundles.pages_of(db, desk.office, draft.application, now)}
        here, elsewhere = _rows(draft, language, own)
        choice = shown_choice(desk, draft.item)
        is_lead = draft.application.id == bundle.lead_id
        choice["waits"] = together.needs_licence(db, bundle, draft.application, draft.item)
        count = participants.unsigned(db, desk.office, draft.application, now) if draft.item.is_registration else 0
        choice["unsigned"] = count
        shown.append({"id": draft.application.id, **choice, "is_lead": is_lead, "own": here, "others": elsewhere})
    blocking = _undone(desk, db, now, bundle, drafts, language)
    return page(
        request,
        "bundles/check.html",
        422 if problems else 200,
        bundle={"id": bundle.id},
        items=shown,
        problems=[*problems, *blocking],
        ready=not blocking,
        back=f"/together/{bundle.id}",
    )


def _undone(
    desk: DeskDep, db: Db, now: Now, bundle: Bundle, drafts: list[Draft], language: Language
) -> list[ShownProblem]:
    found = []
    for draft in drafts:
        for task in question_tasks(desk, db, now, bundle, draft):
            if task["state"] != "done":
                words = task["title"].said(language) if isinstance(task["title"], Text) else ""
                found.append(ShownProblem("form", MISSING.said(language).format(what=words), str(task["href"])))
        if not bundles.is_proved(db, desk.office, bundle, draft.application, now):
            said = Text(zh="请完成身份核验", en="Prove it is you").said(language)
            found.append(
                ShownProblem("proof", f"{said}（{draft.item.title.said(language)}）", f"/together/{bundle.id}")
            )
    return found


@router.get("/together/{id}/check")
def check_all(request: Request, desk: DeskDep, db: Db, now: Now, bundle: OwnBundle) -> Response:
    if not together.is_gathering(db, bundle):
        return go(f"/together/{bundle.id}")
    return _check_page(request, desk, db, now, bundle, [])


@router.post("/together/{id}/check")
def agree(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    bundle: OwnBundle,
    agreed: Annotated[list[str] | None, Form(max_length=40)] = None,
) -> Response:
    """Which items were agreed to; an item that was not stays a draft."""
    if bundle.lead_id not in (agreed or ()) and together.is_gathering(db, bundle):
        said = Text(
            zh="请勾选同意申请营业执照；其他事项可以不勾", en="Agree to the registration; the others are up to you"
        )
        problem = ShownProblem(f"agree-{bundle.lead_id}", said.said(language_of(request)))
        return _check_page(request, desk, db, now, bundle, [problem])
    following.consent(db, desk.office, bundle, set(agreed or ()), now)
    return go(f"/together/{bundle.id}/sign")


def _purpose(bundle: Bundle) -> str:
    return f"sign:{bundle.id}"


def _sign_page(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    bundle: Bundle,
    phone: str,
    code_sent: bool,
    problems: list[ShownProblem] | None = None,
) -> Response:
    drafts = following.agreed_to(db, desk.office, bundle)
    label = drafts[0].item.holder.label
    texts = {draft.application.id: drafts_of(desk, db, draft.application, now) for draft in drafts}
    return page(
        request,
        "bundles/sign.html",
        422 if problems else 200,
        bundle={"id": bundle.id},
        items=[
            {
                "title": draft.item.title,
                "waits": together.needs_licence(db, bundle, draft.application, draft.item),
                "texts": listed(texts[draft.application.id], f"/apply/{draft.application.id}/read"),
            }
            for draft in drafts
        ],
        digest=drafting.digest([text for read in texts.values() for text in read]),
        statement=Text(zh=STATEMENT.zh.format(holder=label.zh), en=STATEMENT.en.format(holder=label.en)),
        masked_phone=masked_phone(phone),
        code_sent=code_sent,
        problems=problems or [],
        back=f"/together/{bundle.id}/check",
    )


def _texts_digest(desk: DeskDep, db: Db, now: Now, bundle: Bundle) -> str:
    agreed = following.agreed_to(db, desk.office, bundle)
    return drafting.digest([text for draft in agreed for text in drafts_of(desk, db, draft.application, now)])


@router.get("/together/{id}/sign")
def sign_page(
    request: Request, desk: DeskDep, db: Db, now: Now, browser: Browser, applicant: Applicant, bundle: OwnBundle
) -> Response:
    if not together.is_gathering(db, bundle):
        return go(f"/together/{bundle.id}")
    if together.lead_of(db, bundle).consent_at is None:
        return go(f"/together/{bundle.id}/check")
    sent = waiting_code(db, browser, _purpose(bundle)) is not None
    return _sign_page(request, desk, db, now, bundle, applicant.phone or "", sent)


@router.post("/together/{id}/code")
def send_signing_code(db: Db, now: Now, browser: Browser, applicant: Applicant, bundle: OwnBundle) -> Response:
    if not together.is_gathering(db, bundle):
        raise cases.NotADraft()
    send_code(db, applicant.phone or "", browser, _purpose(bundle), now)
    return go(f"/together/{bundle.id}/sign")


@router.post("/together/{id}/sign")
def sign_and_submit(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    browser: Browser,
    applicant: Applicant,
    bundle: OwnBundle,
    agree: Annotated[str, Form(max_length=5)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
    read: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """One code signs everything that was agreed to, each with the digest of its own answers. Again: as it stands."""
    if not together.is_gathering(db, bundle):
        return go(f"/together/{bundle.id}", "together-submitted")
    if together.lead_of(db, bundle).consent_at is None:
        raise following.LeadNotConsented()
    problems = problems_of(
        db,
        browser,
        _purpose(bundle),
        agree=agree,
        read=read,
        shown=_texts_digest(desk, db, now, bundle),
        code=code,
        now=now,
        language=language_of(request),
    )
    if problems:
        sent = waiting_code(db, browser, _purpose(bundle)) is not None
        return _sign_page(request, desk, db, now, bundle, applicant.phone or "", sent, problems)
    filings.note_device(db, bundle.lead_id, browser, now)
    following.sign_and_submit(db, desk.office, bundle, "phone-code", STATEMENT_VERSION, now)
    return go(f"/together/{bundle.id}", "together-submitted")
