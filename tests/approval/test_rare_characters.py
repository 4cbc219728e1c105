# SPDX-License-Identifier: Apache-2.0
"""A name with a character that the typeface lacks is found while it is typed, and routed to a clerk."""

import pytest

import licences
from approval.application import Application, State
from approval.printing import RARE, unprintable
from approval.running import Runner
from credit import Effect
from kit.database import Database
from tests.office import TestOffice, a_submitted_case

BIANG = "𰻝"  # U+30EDD, in the third plane


@pytest.fixture
def office(database: Database) -> TestOffice:
    made = TestOffice(database)
    with database.writing() as session:
        kind = licences.Template.SOLE_TRADER
        licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
    return made


def test_the_character_is_one_that_the_typeface_lacks() -> None:
    assert licences.missing_characters(f"林{BIANG}") == BIANG


def test_a_rare_character_holds_nobody_up_and_another_script_is_told_at_once() -> None:
    (rare,) = unprintable({"operator_name": f"林{BIANG}"})
    assert (rare.rule, rare.blocks) == (RARE, False)
    assert BIANG in rare.message.zh
    (foreign,) = unprintable({"trade_name": "ร้านอาหาร"})
    assert foreign.blocks
    assert unprintable({"operator_name": "林清和", "scope": ["F-5213"], "address": "文苑路 1 号\n3 幢"}) == ()


def test_it_is_found_wherever_it_will_be_printed_also_in_a_table() -> None:
    people = [{"name": "林清和"}, {"name": f"陈{BIANG}"}]
    found = unprintable({"business_name": f"样例{BIANG}馆", "shareholders": people})
    assert [problem.path for problem in found] == ["business_name", "shareholders.1.name"]


def test_the_case_goes_to_a_clerk_who_reads_why(office: TestOffice) -> None:
    case = a_submitted_case(office, operator_name=f"林{BIANG}")
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        found = {finding.rule: finding.effect for finding in application.findings}
    assert application.state == State.IN_REVIEW
    assert found[RARE] == Effect.MANUAL
