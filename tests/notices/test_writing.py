# SPDX-License-Identifier: Apache-2.0
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kit.database import Database
from notices import FactsMissing, Kind, Notice, find, of_application, pending, put, write
from notices.making import Made
from tests.conftest import NOON
from tests.notices.conftest import SAMPLES, some_facts


def wrote(session: Session, application: str = "a-1", kind: Kind = Kind.ACCEPTANCE, occasion: str = "") -> Notice:
    return write(session, kind, application, some_facts(kind), NOON, occasion)


def test_numbers_run_by_word_and_year_of_the_office(session: Session) -> None:
    assert wrote(session, "a-1").number == "栖审受〔2026〕000001号"
    assert wrote(session, "a-2").number == "栖审受〔2026〕000002号"
    assert wrote(session, "a-1", Kind.REFUSED).number == "栖审驳〔2026〕000001号"
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Beijing
    late = write(session, Kind.ACCEPTANCE, "a-3", some_facts(Kind.ACCEPTANCE), new_year)
    assert late.number == "栖审受〔2027〕000001号"


def test_the_same_document_asked_for_twice_is_one_and_takes_one_number(session: Session) -> None:
    first = wrote(session)
    assert wrote(session).id == first.id
    assert wrote(session, "a-2").number.endswith("000002号")


def test_another_occasion_is_another_document(session: Session) -> None:
    first, second = (wrote(session, kind=Kind.SUSPENDED, occasion=day) for day in ("1", "2"))
    assert first.id != second.id
    assert second.number == "栖审中〔2026〕000002号"


def test_a_document_that_was_not_kept_leaves_no_gap(database: Database) -> None:
    class Stopped(Exception):
        pass

    def fail() -> None:
        with database.writing() as session:
            wrote(session, "a-1")
            raise Stopped

    with pytest.raises(Stopped):
        fail()
    with database.writing() as session:
        assert wrote(session, "a-2").number == "栖审受〔2026〕000001号"


def test_many_at_once_get_numbers_without_gap(database: Database) -> None:
    got: list[str] = []

    def work(worker: int) -> None:
        for turn in range(5):
            with database.writing() as session:
                got.append(wrote(session, f"a-{worker}-{turn}").number)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [f"栖审受〔2026〕{n:06d}号" for n in range(1, 41)]


def test_one_document_asked_for_by_many_at_once_is_one(database: Database) -> None:
    got: list[str] = []
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        with database.writing() as session:
            got.append(wrote(session).number)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["栖审受〔2026〕000001号"] * 8


def test_a_missing_fact_is_refused_and_takes_no_number(session: Session) -> None:
    with pytest.raises(FactsMissing) as refused:
        write(session, Kind.ACCEPTANCE, "a-1", some_facts(Kind.ACCEPTANCE, accepted=""), NOON)
    assert refused.value.facts == {"missing": "accepted"}
    assert not session.scalars(select(Notice)).all()
    assert wrote(session).number.endswith("000001号")


def test_a_case_has_its_documents_in_their_order_and_those_not_made_are_pending(session: Session) -> None:
    first = wrote(session)
    later = write(session, Kind.REFUSED, "a-1", some_facts(Kind.REFUSED), NOON + timedelta(hours=1))
    wrote(session, "a-2")
    put(session, Made(first.id, "0" * 64, 1), NOON)
    session.flush()
    assert [notice.id for notice in of_application(session, "a-1")] == [first.id, later.id]
    assert [notice.id for notice in pending(session, "a-1")] == [later.id]
    assert find(session, later.id) is later
    assert find(session, "nothing") is None


def test_what_a_document_tells_is_unreadable_where_it_rests(session: Session) -> None:
    notice = wrote(session, kind=Kind.REFUSED)
    rests = bytes(session.execute(text("SELECT facts FROM notice")).scalar_one())
    assert SAMPLES["addressee"].encode() not in rests
    session.expire(notice)
    assert notice.facts == some_facts(Kind.REFUSED)
