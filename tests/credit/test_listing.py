# SPDX-License-Identifier: Apache-2.0
"""Published lists from files: whole or not at all, a report row by row, found by number only."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from credit import (
    Act,
    Effect,
    Filing,
    ListRefused,
    ListSource,
    Role,
    Subject,
    TwoSources,
    assess,
    editions,
    import_list,
)
from credit.listing import Taken
from credit.published import ListedRow
from kit.database import Database
from kit.declared import Refused
from reference.bureau import BANNED, CLEAN, CLEAN_FIRM, DEBTOR, DEBTORS_NAMESAKE, Known
from tests.conftest import NOON
from tests.credit.test_bureau import http_bureau

HEAD = "证件号码,姓名或名称,列入机关,列入日期,截止日期"
COURT = "样例人民法院"
DEBTORS, ABNORMAL = "dishonest_judgment_debtor", "abnormal_operations"
TODAY = date(2026, 11, 23)
SETUP = Filing(Act.SETUP)
Write = Callable[..., Path]


def row(known: Known = DEBTOR, *, name: str = "", since: str = "2025-04-18", until: str = "", body: str = COURT) -> str:
    return f"{known.number},{name or known.name},{body},{since},{until}"


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(*rows: str | bytes, encoding: str = "utf-8", head: str = HEAD) -> Path:
        file = tmp_path / "list.csv"
        lines = [head, *rows]
        file.write_bytes(b"\r\n".join(one if isinstance(one, bytes) else one.encode(encoding) for one in lines))
        return file

    return write


def taken(database: Database, file: Path, edition: str = "2026-11", kind: str = DEBTORS, **more: date) -> Taken:
    with database.writing() as session:
        return import_list(session, file, kind, edition, NOON, **more)


def asked(database: Database, known: Known, days: int = 0) -> tuple[str, str, list[str]]:
    source = ListSource(database, lambda: NOON + timedelta(days=days))
    report = source.query(Subject.NATURAL, known.name, known.number, purpose="registration", case="A-1")
    return report.status, report.reason, [record.kind for record in report.records]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_whoever_stands_on_a_list_is_found_by_number(database: Database, written: Write, encoding: str) -> None:
    came = taken(database, written(row(), row(BANNED), encoding=encoding))
    assert (came.rows, came.replaced, came.counts_until) == (2, "", date(2026, 12, 24))
    assert asked(database, DEBTOR) == ("answered", "", [DEBTORS])
    assert asked(database, CLEAN) == ("answered", "", [])
    assert asked(database, DEBTORS_NAMESAKE) == ("answered", "", []), "a namesake has another number"


def test_the_number_of_one_with_the_name_of_another_goes_to_a_person(database: Database, written: Write) -> None:
    taken(database, written(row(name="另一人")))
    assert asked(database, DEBTOR) == ("unavailable", "identity_uncertain", [])


def test_no_number_and_no_name_can_be_read_where_it_rests(database: Database, written: Write) -> None:
    taken(database, written(row()))
    with database.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM listed_row").all())
    assert DEBTOR.number not in kept
    assert DEBTOR.name not in kept


WRONG = DEBTOR.number[:-1] + "1"  # with a 0 it would be a credit code
FAULTS = {
    "no number": (f",{DEBTOR.name},{COURT},2025-04-18,", "没有证件号码"),
    "a number with a wrong digit": (f"{WRONG},{DEBTOR.name},{COURT},2025-04-18,", "校验不通过"),
    "no name": (f"{DEBTOR.number},,{COURT},2025-04-18,", "为空"),
    "no body": (f"{DEBTOR.number},{DEBTOR.name},,2025-04-18,", "为空"),
    "another form of date": (row(since="18/04/2025"), "日期应为"),
    "no such day": (row(since="2025-02-30"), "日期应为"),
    "a day to come": (row(since="2027-01-01"), "日期应为"),
    "no day": (row(since=""), "日期应为"),
    "an end that is no day": (row(until="bald"), "日期应为"),
    "an end before the beginning": (row(until="2024-01-01"), "早于"),
    "a column too many": (row() + ",x", "列数"),
    "an open quotation mark": ('"' + row(), "引号"),
    "bytes of nothing": (b"\xff\xff\xff,\xff,\xff,\xff,", "编码"),
    "another encoding than the rest": (row().encode("gb18030"), "编码"),
    "the same again": (row(CLEAN), "与第 2 行重复"),
    "another name": (row(CLEAN, name="另一人", since="2025-05-05"), "与第 2 行号码相同"),
    "another end": (row(CLEAN, until="2027-04-18"), "与第 2 行互相矛盾"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_faulty_row_refuses_the_file_by_its_line_and_the_edition_before_stays(
    database: Database, written: Write, name: str
) -> None:
    taken(database, written(row()), "2026-10")
    faulty, why = FAULTS[name]
    with pytest.raises(ListRefused) as refused:
        taken(database, written(row(CLEAN), row(BANNED), faulty, row(DEBTORS_NAMESAKE)))
    (fault,) = refused.value.faults
    assert fault.line == 4
    assert why in fault.reason.zh
    assert not any(part in f"{refused.value} {fault}" for part in (DEBTOR.number, DEBTOR.name, CLEAN.number))
    assert asked(database, DEBTOR) == ("answered", "", [DEBTORS])
    with database.reading() as session:
        assert [(one.edition, one.rows) for one in editions(session)] == [("2026-10", 1)]


def test_every_faulty_row_is_told_at_once_in_the_order_of_the_file(database: Database, written: Write) -> None:
    with pytest.raises(ListRefused) as refused:
        taken(database, written(row(CLEAN), row(CLEAN), row(since=""), row(BANNED), f",x,{COURT},2025-04-18,"))
    assert [fault.line for fault in refused.value.faults] == [3, 4, 6]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ListedRow)) == 0


def test_one_person_may_stand_on_a_list_twice_for_two_reasons(database: Database, written: Write) -> None:
    taken(database, written(row(), row(since="2026-01-09"), row(body="另一法院")))
    assert asked(database, DEBTOR)[2] == [DEBTORS] * 3


def test_the_next_edition_takes_the_place_of_the_one_before_and_of_no_other_list(
    database: Database, written: Write
) -> None:
    taken(database, written(row(CLEAN_FIRM)), kind=ABNORMAL)
    taken(database, written(row()), "2026-10")
    assert taken(database, written(row(BANNED)), "2026-11").replaced == "2026-10"
    assert asked(database, DEBTOR) == ("answered", "", []), "repaired: on the new edition no more"
    assert asked(database, BANNED)[2] == [DEBTORS]
    assert asked(database, CLEAN_FIRM)[2] == [ABNORMAL]


def test_the_same_file_again_changes_nothing_and_another_under_the_same_name_is_refused(
    database: Database, written: Write
) -> None:
    for _ in range(2):
        taken(database, written(row()))
    with pytest.raises(Refused, match="was another file"):
        taken(database, written(row(BANNED)))
    assert asked(database, DEBTOR)[2] == [DEBTORS]


@pytest.mark.parametrize(
    ("head", "rows"), [("号码,名字", ["1,2"]), (HEAD, []), (HEAD + ",评价", []), ("", []), ("证件号码," + HEAD, [])]
)
def test_what_is_no_such_list_is_refused_as_a_whole(
    database: Database, written: Write, head: str, rows: list[str]
) -> None:
    with pytest.raises(Refused):
        taken(database, written(*rows, head=head))


def test_a_list_that_nobody_publishes_and_a_file_that_is_not_there_are_refused(
    database: Database, written: Write, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="no list is called so"):
        taken(database, written(row()), kind="false_registration_responsible")
    with pytest.raises(Refused):
        taken(database, tmp_path / "nowhere.csv")
    with pytest.raises(Refused):
        taken(database, written(row()), until=date(2026, 11, 22))


def test_an_edition_that_is_over_is_no_answer(database: Database, written: Write) -> None:
    assert asked(database, CLEAN) == ("unavailable", "lists_expired", []), "no list at all"
    taken(database, written(row()), until=date(2026, 11, 30))
    assert asked(database, CLEAN, days=7)[0] == "answered"
    assert asked(database, CLEAN, days=8) == ("unavailable", "lists_expired", [])


def test_lists_alone_never_let_the_machine_approve_and_still_say_what_they_know(
    database: Database, written: Write
) -> None:
    taken(database, written(row()))
    source = TwoSources(http_bureau("http://127.0.0.1:9", 0.5), ListSource(database, lambda: NOON))
    for known, found in ((CLEAN, {"CR-15"}), (DEBTOR, {"CR-15", "CR-01"})):
        report = source.query(Subject.NATURAL, known.name, known.number, purpose="registration", case="A-1")
        said = assess(report, [Role.SUPERVISOR], TODAY, SETUP)
        assert {finding.rule for finding in said} == found
        assert any(finding.effect is Effect.MANUAL for finding in said)
    assert DEBTORS in report.reference
