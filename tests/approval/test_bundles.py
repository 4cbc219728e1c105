# SPDX-License-Identifier: Apache-2.0
"""A registration and what follows it: asked once, signed once, submitted in their turn, decided one by one."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
import licences
from approval import afterwards, bundles, cases, following, jointly, together
from approval.application import Application, State
from approval.bundles import DoesNotGoTogether, NotARegistration
from approval.casefile import digest_of, item_of
from approval.cases import AnswersIncomplete, NotADraft, NotYours, SignatureMissing, TooManyDrafts
from approval.following import LeadNotConsented
from approval.running import Runner
from approval.together import Bundle, LicenceFirst, Standing
from catalogue import UnknownItem
from forms import Answers
from identity import evidence_of, view_picture
from identity.messages import Message
from kit.database import Database
from tests.builders import company_answers, fictitious_id, sole_trader_answers
from tests.conftest import NOON
from tests.office import JPEG, TestOffice, an_applicant, prove

OWN: dict[str, Answers] = {
    "seal-engraving": {"seal_kinds": ["official"], "seal_made_of": "rubber", "seal_handed_over": "counter"},
    "tax-registration": {"taxpayer_kind": "small", "invoice_kind": "none", "bookkeeping": "own"},
    "social-insurance": {"insurances": ["pension"]},
    "housing-fund": {"employees": "3", "fund_rate": "8"},
    "bank-appointment": {"bank": "njcb", "bank_branch": "", "visit_on": "2026-12-08", "bank_wish": "yes"},
}


@pytest.fixture
def office(database: Database) -> TestOffice:
    made = TestOffice(database)
    with database.writing() as session:
        for kind in licences.CODED:
            licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
    return made


def begun(session: Session, office: TestOffice, *codes: str, lead: str = "sole-trader") -> Bundle:
    return bundles.start(session, office.office, an_applicant(session), lead, codes, NOON)


def by_code(session: Session, bundle: Bundle) -> dict[str, Application]:
    return {one.item_code: one for one in together.members(session, bundle)}


def asked(session: Session, office: TestOffice, application: Application) -> list[str]:
    return [page.name for page in bundles.pages_of(session, office.office, application, NOON)]


def fill(session: Session, office: TestOffice, application: Application, answers: Answers) -> None:
    form = office.office.catalogue.form_of(item_of(office.office, application))
    for page in form.pages:
        part = {f.name: answers[f.name] for f in page.fields if f.name in answers}
        if part:
            bundles.save_answers(session, office.office, application, page.name, part, NOON)


def fill_all(session: Session, office: TestOffice, bundle: Bundle, **changed: str) -> None:
    for code, application in by_code(session, bundle).items():
        fill(session, office, application, OWN.get(code) or {**sole_trader_answers(), **changed})


def sign_all(session: Session, office: TestOffice, bundle: Bundle, *besides: str) -> Application:
    agreed = {one.id for one in together.members(session, bundle) if one.item_code not in besides}
    following.consent(session, office.office, bundle, agreed, NOON)
    return following.sign_and_submit(session, office.office, bundle, "phone-code", "statement-1", NOON)


def submitted(office: TestOffice, *codes: str, **changed: str) -> tuple[str, dict[str, str]]:
    """The bundle, and its applications by item."""
    with office.database.writing() as session:
        bundle = begun(session, office, *codes)
        fill_all(session, office, bundle, **changed)
        prove(session, office.office, together.lead_of(session, bundle))
        sign_all(session, office, bundle)
        return bundle.id, {code: one.id for code, one in by_code(session, bundle).items()}


def read(office: TestOffice, application_id: str) -> Application:
    with office.database.reading() as session:
        return session.get_one(Application, application_id)


def events(session: Session, application: Application) -> list[str]:
    told = [*audit.of_subject(session, application.id), *audit.of_subject(session, application.number or "-")]
    return [entry.event for entry in told]


def test_what_does_not_go_with_a_registration_begins_nothing(office: TestOffice) -> None:
    for lead, codes, refused in (
        ("sole-trader", ("company",), DoesNotGoTogether),
        ("food-service", ("seal-engraving",), NotARegistration),
        ("sole-trader", ("nothing",), UnknownItem),
    ):
        with office.database.writing() as session, pytest.raises(refused):
            begun(session, office, *codes, lead=lead)
    with office.database.writing() as session:
        for _ in range(cases.MOST_DRAFTS - 1):
            cases.start(session, office.office, an_applicant(session, "13800000007"), "sole-trader", NOON)
        with pytest.raises(TooManyDrafts):
            bundles.start(
                session, office.office, an_applicant(session, "13800000007"), "company", ["seal-engraving"], NOON
            )


def test_nothing_is_asked_twice_and_what_was_carried_says_where_it_comes_from(office: TestOffice) -> None:
    with office.database.writing() as session:
        bundle = begun(session, office, "seal-engraving", "social-insurance", "housing-fund", "bank-appointment")
        drafts = by_code(session, bundle)
        own_pages = {code: asked(session, office, one) for code, one in drafts.items() if code != "sole-trader"}
        assert own_pages == {
            "seal-engraving": ["seals"],
            "social-insurance": ["staff"],
            "housing-fund": ["fund"],
            "bank-appointment": ["bank"],
        }
        fill_all(session, office, bundle)
        assert {code: asked(session, office, one) for code, one in drafts.items() if code in own_pages} == own_pages
        lead, seal, social = (drafts[code] for code in ("sole-trader", "seal-engraving", "social-insurance"))
        assert seal.answers["responsible_id"] == lead.answers["operator_id"]
        assert seal.answers["address"] == lead.answers["address"]
        assert (seal.prefilled or {})["address"]["zh"] == "个体工商户设立登记"
        assert {"business", "premises", "responsible"} <= set(seal.visited)
        assert social.answers["employees"] == "3"
        assert "business_code" not in seal.answers
        for draft in bundles.drafts_of(session, office.office, bundle):
            assert bundles.open_pages(session, office.office, bundle, draft, NOON) == set()


def test_a_changed_answer_follows_and_a_follow_on_that_differs_by_hand_stays_so(office: TestOffice) -> None:
    with office.database.writing() as session:
        bundle = begun(session, office, "seal-engraving", "tax-registration")
        fill_all(session, office, bundle)
        drafts = by_code(session, bundle)
        lead, seal, tax = drafts["sole-trader"], drafts["seal-engraving"], drafts["tax-registration"]
        fill(session, office, lead, {"address": "文苑路 120 号"})
        assert (seal.answers["address"], tax.answers["address"]) == ("文苑路 120 号", "文苑路 120 号")
        other: Answers = {"responsible_name": "陈其美", "responsible_id": fictitious_id("19850612", 12)}
        fill(session, office, seal, other)
        assert lead.answers["operator_name"] == tax.answers["responsible_name"] == "林清和"
        fill(session, office, lead, {"operator_address": "南京市栖霞区样例路 2 号"})
        assert seal.answers["responsible_name"] == "陈其美"
        assert "responsible" in asked(session, office, seal)
        prove(session, office.office, lead)
        assert not bundles.is_proved(session, office.office, bundle, seal, NOON)
        assert bundles.is_proved(session, office.office, bundle, tax, NOON)
        with pytest.raises(AnswersIncomplete):  # another holder proves themself
            sign_all(session, office, bundle)


def test_a_name_that_is_not_used_any_more_is_not_carried_any_more(office: TestOffice) -> None:
    with office.database.writing() as session:
        bundle = begun(session, office, "bank-appointment")
        fill_all(session, office, bundle, uses_name="yes", trade_name="南京市栖霞区金陵小吃店")
        drafts = by_code(session, bundle)
        assert drafts["bank-appointment"].answers["business_name"] == "南京市栖霞区金陵小吃店"
        fill(session, office, drafts["sole-trader"], {"uses_name": "no"})
        assert "business_name" not in drafts["bank-appointment"].answers


def test_a_company_and_an_item_that_is_added_later_know_what_was_answered(office: TestOffice) -> None:
    with office.database.writing() as session:
        bundle = begun(session, office, lead="company")
        fill(session, office, together.lead_of(session, bundle), company_answers())
        tax = bundles.add(session, office.office, bundle, an_applicant(session), "tax-registration", NOON)
        assert tax.answers["responsible_name"] == "林清和"
        assert tax.answers["business_name"] == "南京栖云样例科技有限公司"
        assert asked(session, office, tax) == ["tax"]
        with pytest.raises(DoesNotGoTogether):
            bundles.add(session, office.office, bundle, an_applicant(session), "tax-registration", NOON)


def test_each_item_is_agreed_to_by_itself_and_nothing_goes_without_the_registration(office: TestOffice) -> None:
    with office.database.writing() as session:
        bundle = begun(session, office, "seal-engraving", "bank-appointment")
        fill_all(session, office, bundle)
        drafts = by_code(session, bundle)
        prove(session, office.office, drafts["sole-trader"])
        assert [one.consent_at for one in drafts.values()] == [None, None, None]
        with pytest.raises(LeadNotConsented):
            following.consent(session, office.office, bundle, {drafts["seal-engraving"].id}, NOON)
        sign_all(session, office, bundle, "seal-engraving")
        assert drafts["sole-trader"].state == drafts["bank-appointment"].state == State.CHECKING  # it needs no licence
        seal = drafts["seal-engraving"]
        assert (seal.state, seal.signature, seal.consent_at) == (State.DRAFT, None, None)
        assert together.standing_of(session, bundle, seal, item_of(office.office, seal)) is Standing.LEFT
        with pytest.raises(NotADraft):
            following.sign_and_submit(session, office.office, bundle, "phone-code", "statement-1", NOON)


def test_nothing_that_needs_the_licence_goes_before_it(office: TestOffice) -> None:
    _, ids = submitted(office, "seal-engraving")
    with office.database.writing() as session:
        seal = session.get_one(Application, ids["seal-engraving"])
        assert seal.state == State.DRAFT
        with pytest.raises(LicenceFirst):
            cases.submit(session, office.office, seal, NOON)


def test_the_licence_completes_and_submits_what_waited_and_the_signature_still_proves_it(office: TestOffice) -> None:
    bundle_id, ids = submitted(office, "seal-engraving", "tax-registration")
    signed = read(office, ids["seal-engraving"]).signature or {}
    Runner(office.office).carry_on(ids["sole-trader"])
    with office.database.reading() as session:
        licence = licences.of_application(session, ids["sole-trader"])
        seal, tax = (session.get_one(Application, ids[code]) for code in ("seal-engraving", "tax-registration"))
        assert licence is not None
        assert (seal.state, tax.state) == (State.CHECKING, State.CHECKING)
        assert len({seal.number, tax.number, read(office, ids["sole-trader"]).number}) == 3
        assert seal.answers["business_code"] == licence.credit_code
        assert seal.answers["business_name"] == licence.holder  # a trader without a name
        assert seal.signature == signed
        assert signed["without"] == ["business_code", "business_name"]
        assert signed["digest"] == digest_of(seal, signed["without"]) != digest_of(seal)
        filed = next(e for e in audit.of_subject(session, seal.number or "") if e.event == "application.submitted")
        told = audit.opened(session, filed)
        assert (told["signed_digest"], told["answers_digest"]) == (signed["digest"], digest_of(seal))
        assert {"bundle.added", "application.consented", "bundle.waiting", "bundle.completed"} <= set(
            events(session, seal)
        )
        assert audit.check(session).is_whole
        bundle = session.get_one(Bundle, bundle_id)
        assert jointly.due_on(session, office.office, bundle) is None  # two filings: no permit


def test_each_case_has_pictures_of_its_own(office: TestOffice) -> None:
    _, ids = submitted(office, "seal-engraving")
    Runner(office.office).carry_on(ids["sole-trader"])
    with office.database.reading() as session:
        lead, seal = (evidence_of(session, ids[code]) for code in ("sole-trader", "seal-engraving"))
        assert lead.deleted_at is not None
        assert seal.band == lead.band
        assert view_picture(session, seal.frame_picture) == JPEG


def test_a_second_run_of_the_hook_submits_nothing_again(office: TestOffice) -> None:
    _, ids = submitted(office, "seal-engraving")
    Runner(office.office).carry_on(ids["sole-trader"])
    number = read(office, ids["seal-engraving"]).number
    with office.database.writing() as session:
        lead = session.get_one(Application, ids["sole-trader"])
        licence = licences.of_application(session, lead.id)
        assert licence is not None
        seal = session.get_one(Application, ids["seal-engraving"])
        following.on_licence(session, office.office, licence, [seal], NOON)
        assert together.drafts_behind(session, lead) == []
    after = read(office, ids["seal-engraving"])
    assert (after.number, after.seq) == (number, 0)


def test_what_was_changed_after_signing_is_left_and_told_and_can_be_signed_alone(office: TestOffice) -> None:
    _, ids = submitted(office, "seal-engraving", "tax-registration")
    with office.database.writing() as session:
        seal = session.get_one(Application, ids["seal-engraving"])
        bundles.save_answers(session, office.office, seal, "seals", {"seal_made_of": "both"}, NOON)
        assert seal.signature is None
    Runner(office.office).carry_on(ids["sole-trader"])
    assert read(office, ids["tax-registration"]).state == State.CHECKING
    with office.database.writing() as session:
        seal = session.get_one(Application, ids["seal-engraving"])
        assert (seal.state, bool(seal.answers["business_code"])) == (State.DRAFT, True)
        assert session.scalar(select(Message).where(Message.key == f"left:{seal.id}")) is not None
        with pytest.raises(SignatureMissing):
            cases.submit(session, office.office, seal, NOON)
        cases.sign(session, seal, "phone-code", "statement-1", NOON)
        cases.submit(session, office.office, seal, NOON)
        assert seal.state == State.CHECKING


def test_a_registration_that_is_withdrawn_leaves_the_others_drafts_and_says_so(office: TestOffice) -> None:
    bundle_id, ids = submitted(office, "seal-engraving", "bank-appointment")
    with office.database.writing() as session:
        lead = session.get_one(Application, ids["sole-trader"])
        afterwards.withdraw(session, office.office, lead, NOON)
        bundle, seal = session.get_one(Bundle, bundle_id), session.get_one(Application, ids["seal-engraving"])
        assert (seal.state, seal.signature) == (State.DRAFT, None)
        assert together.standing_of(session, bundle, seal, item_of(office.office, seal)) is Standing.HELD
        assert not evidence_of(session, seal.id).is_complete
        message = session.scalar(select(Message).where(Message.key == f"bundle:{lead.id}:withdrawn"))
        assert message is not None
        assert "1 项没有提交" in message.body
        assert "bundle.held" in events(session, seal)
        assert session.get_one(Application, ids["bank-appointment"]).state == State.CHECKING
        bundles.take_out(session, seal, NOON)
        assert seal.bundle_id is None
    Runner(office.office).carry_on(ids["sole-trader"])
    assert read(office, ids["seal-engraving"]).state == State.DRAFT


def test_a_follow_on_is_taken_out_and_the_rest_goes_on_without_it(office: TestOffice) -> None:
    with office.database.writing() as session:
        bundle = begun(session, office, "seal-engraving", "tax-registration")
        drafts = by_code(session, bundle)
        bundles.take_out(session, drafts["seal-engraving"], NOON)
        assert set(by_code(session, bundle)) == {"sole-trader", "tax-registration"}
        with pytest.raises(DoesNotGoTogether):
            bundles.take_out(session, drafts["sole-trader"], NOON)
        assert "bundle.taken_out" in events(session, drafts["seal-engraving"])
        assert "business" in asked(session, office, drafts["seal-engraving"])
        cases.discard(session, drafts["sole-trader"])
        assert drafts["tax-registration"].bundle_id is None
        assert session.get(Bundle, bundle.id) is None
        again = begun(session, office, "seal-engraving")
        bundles.discard(session, again)
        assert session.scalars(select(Application).where(Application.item_code == "sole-trader")).all() == []


def test_a_bundle_is_its_applicants_only(office: TestOffice) -> None:
    with office.database.writing() as session:
        bundle = begun(session, office, "seal-engraving")
        assert bundles.own(session, an_applicant(session), bundle.id) is bundle
        for name in (bundle.id, "nothing"):
            with pytest.raises(NotYours):
                bundles.own(session, an_applicant(session, "13800000002"), name)
