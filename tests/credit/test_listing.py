# SPDX-License-Identifier: Apache-2.0
"""Published lists from files: whole or not at all, a report row by row, found by number only."""

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select

from console.listing import write_report
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
        lines = ["\ufeff" * encoding.startswith("utf-16") + head, *rows]
        end = "\r\n".encode(encoding.removesuffix("-sig"))
        file.write_bytes(end.join(one if isinstance(one, bytes) else one.encode(encoding) for one in lines))
        return file

    return write


def taken(database: Database, file: Path, edition: str = "2026-11", kind: str = DEBTORS, **more: date) -> Taken:
    with database.writing() as session:
        return import_list(session, file, kind, edition, NOON, **more)


def asked(database: Database, known: Known, days: int = 0) -> tuple[str, str, list[str]]:
    source = ListSource(database, lambda: NOON + timedelta(days=days))
    report = source.query(Subject.NATURAL, known.name, known.number, purpose="registration", case="A-1")
    return report.status, report.reason, [record.kind for record in report.records]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be"])
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
    "a week for a day": (row(since="2025-W16-5"), "日期应为"),
    "a formula": (row(name="=HYPERLINK(1)"), "公式"),
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
    assert fault.column in {"", *HEAD.split(",")}
    assert fault.remedy.zh
    assert fault.remedy.en
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


def test_a_unicode_text_of_a_spreadsheet_with_tabs_is_read(database: Database, written: Write) -> None:
    rows = [one.replace(",", "\t") for one in (row(), row(BANNED))]
    assert taken(database, written(*rows, head=HEAD.replace(",", "\t"), encoding="utf-16-le")).rows == 2
    assert asked(database, BANNED)[2] == [DEBTORS]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le"])
def test_a_line_that_cannot_be_read_is_told_in_any_encoding(database: Database, written: Write, encoding: str) -> None:
    torn = {"gb18030": b"\xff\xff,\xff,\xff,\xff,", "utf-16-le": b"\x00\xd8,\x00"}[encoding]
    with pytest.raises(ListRefused) as refused:
        taken(database, written(row(), torn, row(BANNED), encoding=encoding))
    assert [fault.line for fault in refused.value.faults] == [3]


@pytest.mark.parametrize(
    "content",
    [b"a" * 20_000, HEAD.encode() + b"\n" + b"1" * 20_000, HEAD.encode("utf-16-le"), b"\0\0\0\0", b"\x7fELF\0"],
)
def test_an_endless_line_and_what_is_no_text_are_refused(database: Database, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    with pytest.raises(Refused):
        taken(database, file)


def test_nobody_reads_on_after_ten_thousand_faulty_rows(database: Database, written: Write) -> None:
    with pytest.raises(ListRefused) as refused:
        taken(database, written(*[f",x,{COURT},2025-04-18,"] * 10_100))
    assert len(refused.value.faults) == 10_000


def test_no_transaction_is_open_while_a_file_is_read(database: Database, written: Write) -> None:
    begun: list[Connection] = []

    def note(connection: Connection) -> None:
        begun.append(connection)

    event.listen(database.engine, "begin", note)
    with pytest.raises(ListRefused):
        taken(database, written(row(), row()))
    assert begun == [], "a faulty file never comes so far"
    taken(database, written(row()))
    assert len(begun) == 1
    event.remove(database.engine, "begin", note)


def test_of_two_imports_at_once_the_later_one_counts_with_all_its_rows(database: Database, written: Write) -> None:
    taken(database, written(row(CLEAN)), "2026-09")
    with ThreadPoolExecutor(1) as meanwhile:
        with database.writing() as session:
            import_list(session, written(row()), DEBTORS, "2026-10", NOON)
            other = meanwhile.submit(taken, database, written(row(BANNED)), "2026-11")
            with pytest.raises(TimeoutError):
                other.result(0.3)
        assert other.result(20).replaced == "2026-10"
    assert [asked(database, known)[2] for known in (CLEAN, DEBTOR, BANNED)] == [[], [], [DEBTORS]]


def test_the_report_names_row_column_and_what_to_do(database: Database, written: Write, tmp_path: Path) -> None:
    with pytest.raises(ListRefused) as refused:
        taken(database, written(row(since="bald"), f",{DEBTOR.name},{COURT},2025-04-18,"))
    write_report(refused.value, tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.reader(file))
    assert [line[:2] for line in told[1:]] == [["2", "列入日期"], ["3", "证件号码"]]
    assert all(len(line) == 4 and line[3] for line in told)
    assert DEBTOR.number not in str(told)
    assert DEBTOR.name not in str(told)
