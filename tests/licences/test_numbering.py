# SPDX-License-Identifier: Apache-2.0
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from kit.database import Database
from kit.numbers import is_credit_code
from licences import Licence, PoolEmpty, Template, fictitious_codes, fill_pool, reserve
from licences.numbering import POOLS
from tests.conftest import NOON
from tests.licences.conftest import a_grant


def test_fictitious_codes_have_right_check_characters_and_do_not_repeat() -> None:
    pools = sorted(set(POOLS.values()))
    codes = {pool: fictitious_codes(pool, 1000, 500) for pool in pools}
    assert all(is_credit_code(code) for found in codes.values() for code in found)
    assert len({code for found in codes.values() for code in found}) == 500 * len(pools) == 1500
    begins = {pool: found[0][:16] for pool, found in codes.items()}
    assert begins == {
        Template.COMPANY: "91320113MA001000",
        Template.SOLE_TRADER: "92320113MA001000",
        Template.COOPERATIVE: "93320113MA001000",
    }


def test_all_kinds_of_enterprise_share_one_pool_of_codes(session: Session) -> None:
    fill_pool(session, Template.BRANCH, fictitious_codes(Template.BRANCH, 1000, 2))
    session.flush()
    kinds = (Template.COMPANY, Template.PARTNERSHIP)
    first, second = (reserve(session, a_grant(f"a-{kind}", template=kind), NOON) for kind in kinds)
    assert {first.credit_code, second.credit_code} == set(fictitious_codes(Template.COMPANY, 1000, 2))


def test_many_at_once_get_numbers_without_gap_and_codes_without_repeat(database: Database) -> None:
    with database.writing() as session:
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 60))
    got: list[Licence] = []

    def issue(worker: int) -> None:
        for turn in range(5):
            with database.writing() as session:
                got.append(reserve(session, a_grant(f"a-{worker}-{turn}"), NOON))

    threads = [threading.Thread(target=issue, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(licence.number for licence in got) == [f"QX-2026-{n:06d}" for n in range(1, 41)]
    assert len({licence.credit_code for licence in got}) == 40


def test_one_application_asked_by_many_at_once_gets_one_licence(database: Database) -> None:
    with database.writing() as session:
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 20))
    got: list[str] = []

    def issue() -> None:
        with database.writing() as session:
            got.append(reserve(session, a_grant("a-1"), NOON).number)

    threads = [threading.Thread(target=issue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["QX-2026-000001"] * 8
    with database.writing() as session:
        assert reserve(session, a_grant("a-2"), NOON).number == "QX-2026-000002"


def test_numbers_begin_anew_in_the_new_year_of_the_office(session: Session) -> None:
    fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 5))
    session.flush()
    last_night, morning = datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert reserve(session, a_grant("a-1"), last_night).number == "QX-2026-000001"
    assert reserve(session, a_grant("a-2"), morning).number == "QX-2027-000001"  # midnight in Beijing


def test_a_rolled_back_reservation_leaves_no_gap(database: Database) -> None:
    with database.writing() as session:
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 5))
    with database.writing() as session:
        assert reserve(session, a_grant("a-1"), NOON).number.endswith("000001")
    with Session(database.engine) as session:
        assert reserve(session, a_grant("a-2"), NOON).number.endswith("000002")
        session.rollback()
    with database.writing() as session:
        assert reserve(session, a_grant("a-3"), NOON).number.endswith("000002")


def test_an_empty_pool_says_so(session: Session) -> None:
    with pytest.raises(PoolEmpty):
        reserve(session, a_grant(), NOON)


def test_a_used_up_pool_says_so_and_takes_no_number(session: Session) -> None:
    fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 1))
    session.flush()
    reserve(session, a_grant("a-1"), NOON)
    with pytest.raises(PoolEmpty):
        reserve(session, a_grant("a-2"), NOON)
    fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1001, 1))
    session.flush()
    assert reserve(session, a_grant("a-2"), NOON).number == "QX-2026-000002"


def test_codes_of_one_kind_are_not_given_to_another(session: Session) -> None:
    fill_pool(session, Template.COMPANY, fictitious_codes(Template.COMPANY, 1000, 5))
    session.flush()
    with pytest.raises(PoolEmpty):
        reserve(session, a_grant("a-1"), NOON)
    company = reserve(session, a_grant("a-2", template=Template.COMPANY), NOON)
    assert company.credit_code == fictitious_codes(Template.COMPANY, 1000, 1)[0]


def test_a_pool_filled_twice_holds_each_code_once(session: Session) -> None:
    assert fill_pool(session, Template.COMPANY, fictitious_codes(Template.COMPANY, 1000, 5)) == 5
    session.flush()
    assert fill_pool(session, Template.COMPANY, fictitious_codes(Template.COMPANY, 1003, 5)) == 3


def test_asked_twice_an_application_gets_the_same_licence_and_uses_one_code(session: Session) -> None:
    fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 2))
    session.flush()
    first = reserve(session, a_grant("a-1"), NOON)
    assert reserve(session, a_grant("a-1"), NOON) is first
    assert reserve(session, a_grant("a-2"), NOON).credit_code != first.credit_code  # the second code is still there
