# SPDX-License-Identifier: Apache-2.0
"""Who else is at an address is a lead: said, counted once, kept with the decision, and it refuses nobody."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

import licences
from addresses import import_lines
from approval import cases, claims, deciding, neighbours, proofs
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.decision import Decision, Outcome
from approval.findings import Found
from approval.gatebook import load_gates
from approval.inquiries import PLACE, Inquiry, inquiries_of
from approval.leads import Neighbours, load_leads, of_place
from approval.running import Runner
from approval.weighing import Snapshot
from credit import Effect
from kit.database import Database
from kit.declared import Refused
from licences import Licence, Template, fictitious_codes, fill_pool
from tests.conftest import NOON
from tests.office import CATALOGUE, TestOffice, a_clerk, a_submitted_case, an_applicant, in_review

STREET, ADDRESS = "320113007", "文苑路 118 号 3 幢 201 室"
VARIANT = "南京市栖霞区仙林街道文苑路１１８号三栋201房"
TODAY_RULES = load_leads().place


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 60))
    return TestOffice(database)


def run(office: TestOffice, number: int, address: str = ADDRESS) -> str:
    """One shop at the address, as far as the machine carries it."""
    case = a_submitted_case(office, f"1380001{number:04d}", address=address)
    Runner(office.office).carry_on(case)
    return case


def state_of(office: TestOffice, case: str) -> str:
    with office.database.reading() as session:
        return session.get_one(Application, case).state


def counted(office: TestOffice, case: str) -> Neighbours | None:
    with office.database.reading() as session:
        return neighbours.neighbours_of(session, case)


def leads_of(office: TestOffice, case: str) -> dict[str, str]:
    with office.database.reading() as session:
        findings = session.get_one(Application, case).findings
        return {found.rule: found.effect for found in findings if found.rule.startswith("PLACE")}


def test_the_first_at_an_address_is_told_nothing(office: TestOffice) -> None:
    case = run(office, 1)
    assert state_of(office, case) == State.REGISTERED
    assert counted(office, case) == Neighbours(licences=0, cases=0, is_standard=None)
    assert leads_of(office, case) == {}


def test_licences_at_the_same_address_are_said_and_stop_nothing(office: TestOffice) -> None:
    run(office, 1)
    second = run(office, 2, VARIANT)
    assert counted(office, second) == Neighbours(licences=1, cases=0, is_standard=None)
    assert leads_of(office, second) == {"PLACE-01": Effect.ALLOW_NOTICE}
    assert state_of(office, second) == State.REGISTERED
    elsewhere = run(office, 3, "文苑路 118 号 3 幢 203 室")
    assert leads_of(office, elsewhere) == {}


def test_from_the_declared_number_on_a_person_looks(office: TestOffice) -> None:
    made = [run(office, n) for n in range(TODAY_RULES.person_from + 1)]
    assert {state_of(office, case) for case in made[:-1]} == {State.REGISTERED}
    assert leads_of(office, made[-1]) == {"PLACE-02": Effect.MANUAL}
    assert state_of(office, made[-1]) == State.IN_REVIEW


def test_open_cases_count_and_drafts_and_ended_ones_do_not(office: TestOffice) -> None:
    open_case = in_review(office, "13800020001", address=ADDRESS)
    a_submitted_case(office, "13800020002", address=ADDRESS, submit=False)
    withdrawn = in_review(office, "13800020003", address=ADDRESS)
    with office.database.writing() as session:
        session.get_one(Application, withdrawn).state = State.WITHDRAWN
    last = in_review(office, "13800020004", address=VARIANT)
    assert counted(office, last) == Neighbours(licences=0, cases=1, is_standard=None)
    assert state_of(office, open_case) == State.IN_REVIEW


def test_a_revoked_licence_a_permit_and_an_open_case_with_its_licence_are_not_counted_twice(office: TestOffice) -> None:
    first, second = run(office, 1), run(office, 2)
    with office.database.writing() as session:
        licences.revoke(session, first)
        session.get_one(Application, second).state = State.CHECKING  # its licence in force, its documents to come
    third = run(office, 3)
    assert counted(office, third) == Neighbours(licences=1, cases=0, is_standard=None)
    with office.database.writing() as session:
        licence = session.scalars(select(Licence).where(Licence.application_id == third)).one()
        assert licence.place_key == neighbours.place_key(STREET, ADDRESS)
        licence.credit_code = None  # as a permit, which comes after a business licence
    assert counted(office, run(office, 4)) == Neighbours(licences=1, cases=0, is_standard=None)


def test_a_correction_is_no_neighbour_of_what_it_corrects(office: TestOffice) -> None:
    case = in_review(office, address=ADDRESS)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session:
        said = Decision(Outcome.RETURN, f"account:{clerk.id}", NOON, reason="请写明经营场所的楼层和房号")
        deciding.decide(session, office.office, case, version, said, NOON)
    with office.database.writing() as session:
        again = cases.correct(session, office.office, session.get_one(Application, case), NOON)
        values = {"street": STREET, "address": ADDRESS}
        assert neighbours.count_neighbours(session, again, values) == Neighbours(licences=0, cases=0, is_standard=None)
        session.get_one(Application, case).state = State.IN_REVIEW
        assert neighbours.count_neighbours(session, again, values) == Neighbours(licences=0, cases=0, is_standard=None)


def test_the_standard_library_is_asked_of_a_street_that_it_knows(office: TestOffice) -> None:
    heading, row = "street,community,grid,address\n", f"{STREET},,,{ADDRESS}\n"
    with office.database.writing() as session:
        import_lines(session, [heading, "320113001,,,尧佳路7号\n"], "test", NOON)
    assert counted(office, run(office, 1, "学衡路 5 号")) == Neighbours(licences=0, cases=0, is_standard=None)
    with office.database.writing() as session:
        import_lines(session, [heading, row], "test", NOON)
    known, unknown = run(office, 2, VARIANT), run(office, 3, "学衡路 9 号")
    assert counted(office, known) == Neighbours(licences=0, cases=0, is_standard=True)
    assert leads_of(office, unknown) == {"PLACE-03": Effect.ALLOW_NOTICE}
    assert state_of(office, unknown) == State.REGISTERED


def test_what_was_counted_is_replayed_and_not_counted_again(office: TestOffice) -> None:
    run(office, 1)
    case = run(office, 2)
    for number in range(3, 9):
        run(office, number)
    with office.database.reading() as session:
        kept = proofs.of_number(session, session.get_one(Application, case).number or "")
    assert kept.snapshot.neighbours == Neighbours(licences=1, cases=0, is_standard=None)
    assert "PLACE-01" in {line["rule"] for line in kept.trace}
    assert proofs.replay(CATALOGUE, load_gates(), kept).agrees
    changed = {**dict(kept.snapshot), "neighbours": Neighbours(licences=2, cases=0, is_standard=None)}
    assert not proofs.replay(CATALOGUE, load_gates(), kept.model_copy(update={"snapshot": Snapshot(**changed)})).agrees


def test_a_proof_from_before_keeps_its_digest(office: TestOffice) -> None:
    case = run(office, 1)
    with office.database.reading() as session:
        kept = proofs.of_number(session, session.get_one(Application, case).number or "")
    before = kept.snapshot.model_copy(update={"neighbours": None})
    told = before.model_dump(mode="json")
    assert "neighbours" not in told
    assert Snapshot.model_validate(json.loads(json.dumps(told))).digest == before.digest


def test_the_count_is_kept_once_for_the_bureau_nothing_and_the_latest_counts(office: TestOffice) -> None:
    case = run(office, 1)
    with office.database.writing() as session:
        rows = session.scalars(select(Inquiry).where(Inquiry.application_id == case, Inquiry.purpose == PLACE)).all()
        assert len(rows) == 1
        assert PLACE not in {inquired.purpose for inquired in inquiries_of(session, case)}
        newer = Neighbours(licences=4, cases=0, is_standard=True)
        neighbours.keep_neighbours(session, session.get_one(Application, case), newer, NOON + timedelta(hours=1))
        session.flush()
        assert neighbours.neighbours_of(session, case) == newer


def test_a_place_is_found_by_a_key_that_does_not_tell_it(office: TestOffice) -> None:
    case = a_submitted_case(office, address=ADDRESS)
    with office.database.writing() as session:
        key = session.get_one(Application, case).place_key
        assert key == neighbours.place_key(STREET, VARIANT)
        assert key is not None
        assert len(key) == 64
        draft = cases.start(session, office.office, an_applicant(session), "sole-trader", NOON)
        assert draft.place_key is None
    assert neighbours.place_key("320113001", ADDRESS) != key
    assert neighbours.place_key("", ADDRESS) is neighbours.place_key(STREET, " ") is None


def test_what_was_there_before_keys_is_found_once_it_was_given_one(office: TestOffice) -> None:
    run(office, 1)
    a_submitted_case(office, "13800020001", address=ADDRESS, submit=False)
    with office.database.writing() as session:
        session.execute(update(Application).values(place_key=None))
        session.execute(update(Licence).values(place_key=None))
    assert counted(office, run(office, 2)) == Neighbours(licences=0, cases=0, is_standard=None)
    with office.database.writing() as session:
        versions = session.scalars(select(Application.version).order_by(Application.id)).all()
        assert neighbours.give_keys(session, office.office, NOON) == 1, "the draft has none"
        assert neighbours.give_keys(session, office.office, NOON) == 0
        assert session.scalars(select(Application.version).order_by(Application.id)).all() == versions
    assert counted(office, run(office, 3)) == Neighbours(licences=2, cases=0, is_standard=None)


# The rule, without a database.


def told(licences: int, cases: int, is_standard: bool | None = None) -> list[Found]:
    return list(of_place(Neighbours(licences=licences, cases=cases, is_standard=is_standard)))


@pytest.mark.parametrize(
    ("others", "rules"),
    [((0, 0), []), ((1, 0), ["PLACE-01"]), ((0, 1), ["PLACE-01"]), ((2, 2), ["PLACE-01"]), ((3, 2), ["PLACE-02"])],
)
def test_how_many_others_say_what(others: tuple[int, int], rules: list[str]) -> None:
    assert [found.rule for found in told(*others)] == rules


def test_an_unverified_policy_warns_or_asks_a_person_and_never_more() -> None:
    everything = [*told(9, 9, False), *told(1, 0, False)]
    assert {found.effect for found in everything} == {Effect.ALLOW_NOTICE, Effect.MANUAL}
    assert {found.confidence for found in everything} == {"M"}
    assert all("待核实" in found.basis.zh and "to be confirmed" in found.basis.en for found in everything)
    assert told(0, 0, None) == list(of_place(None)) == []


def test_a_standard_address_says_its_community_and_grid() -> None:
    (found,) = of_place(Neighbours(licences=0, cases=0, is_standard=True, community="文苑社区", grid="网格 03"))
    assert (found.rule, found.effect) == ("PLACE-00", Effect.ALLOW)
    assert "文苑社区、网格 03" in found.message.zh


def test_a_threshold_that_contradicts_itself_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "leads.toml"
    text = (
        'version = 1\n[place]\nnotice_from = {}\nperson_from = 2\nbasis = {{ zh = "甲", en = "A" }}\nconfidence = "M"\n'
    )
    file.write_text(text.format(3), "utf-8")
    with pytest.raises(Refused, match=r"leads\.toml:2 place: person_from lies below notice_from"):
        load_leads(file)
    (tmp_path / "other.toml").write_text(text.format(0), "utf-8")
    with pytest.raises(Refused, match=r"other\.toml:3"):
        load_leads(tmp_path / "other.toml")
