# SPDX-License-Identifier: Apache-2.0
"""The library takes what can be taken, says why of the rest, and finds an address however it is typed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from addresses import Report, StandardAddress, find, has_any, import_file, import_lines, suggest
from addresses.importing import BATCH
from kit.declared import Refused
from tests.conftest import NOON

HEADING = "street,community,grid,address\n"
LINES = [
    HEADING,
    "320113007,文澜社区,仙林-03,文苑路118号3幢201室\n",
    "仙林街道,文澜社区,仙林-03,文苑路118号3幢202室\n",
    "320113007,文澜社区,仙林-03,学衡路5号\n",
    "320113001,尧林社区,尧化-11,尧佳路7号\n",
]
XIANLIN = "320113007"


def taken(session: Session, *lines: str) -> Report:
    return import_lines(session, [HEADING, *lines], "street office, 2026", NOON)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(StandardAddress)) or 0


def test_a_file_is_taken_once_however_often_it_is_imported(session: Session) -> None:
    first = import_lines(session, LINES, "street office, 2026", NOON)
    assert (first.taken, first.already_there, first.refused) == (4, 0, ())
    again = import_lines(session, LINES, "street office, 2027", NOON)
    assert (again.taken, again.already_there, again.refused) == (0, 4, ())
    assert count(session) == 4
    kept = find(session, XIANLIN, "文苑路 118 号 三栋 ２０１ 房")
    assert kept is not None
    assert (kept.community, kept.grid, kept.source, kept.imported_at) == (
        "文澜社区",
        "仙林-03",
        "street office, 2026",
        NOON,
    )


def test_another_spelling_of_an_address_is_the_same_address(session: Session) -> None:
    told = taken(session, "320113007,,,文苑路118号3幢201室\n", "320113007,,,文苑路 118 号三号楼 201 房\n")
    assert (told.taken, told.already_there) == (1, 1)
    assert taken(session, "320113001,,,文苑路118号3幢201室\n").taken == 1, "another street, another address"


def test_a_bad_line_is_told_with_number_and_reason_and_stops_no_other(session: Session) -> None:
    told = taken(
        session,
        "320113999,,,文苑路1号\n",
        "320113007,,,  \n",
        f"320113007,,,{'长' * 81}\n",
        f"320113007,{'长' * 41},,文苑路2号\n",
        "320113007,,文苑路3号\n",
        '320113007,,,"文苑路4号\n',
        "320113,,,文苑路5号\n",
        "320113007,,,文苑路\x006号\n",
        "\n",
        ",,,\n",
        "320113007,,,文苑路9号\n",
    )
    assert told.taken == 1
    reasons = [(refusal.line, refusal.reason.en) for refusal in told.refused]
    assert [line for line, _reason in reasons] == [2, 3, 4, 5, 6, 7, 8, 9]
    for (_line, said), part in zip(
        reasons,
        ["320113999", "empty", "80 characters", "40 characters", "3 columns", "quotation", "no subdistrict", "shown"],
        strict=True,
    ):
        assert part in said
    assert all(refusal.reason.zh for refusal in told.refused)


def test_a_street_that_does_not_stand_yet_takes_no_address(session: Session) -> None:
    early = datetime(2023, 5, 1, 4, 0, tzinfo=UTC)
    told = import_lines(session, LINES, "x", early)
    assert told.taken == 0
    assert {refusal.reason.en.partition(" is ")[2] for refusal in told.refused} == {"not in force on that day"}


def test_a_long_file_is_taken_in_batches_and_nothing_twice_across_them(session: Session) -> None:
    lines = [f"{XIANLIN},,,文苑路{n}号\n" for n in range(1, BATCH + 50)]
    told = taken(session, *lines, lines[0])
    assert (told.taken, told.already_there) == (len(lines), 1)
    assert count(session) == len(lines)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_as_offices_write_it(session: Session, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "addresses.csv"
    file.write_bytes("".join(LINES).replace("\n", "\r\n").encode(encoding))
    assert import_file(session, file, "x", NOON).taken == 4
    assert find(session, "320113001", "尧佳路7号") is not None


@pytest.mark.parametrize(
    ("content", "source"),
    [(b"\xff\xff\xff", "x"), (b"", "x"), ("地址\n文苑路1号\n".encode(), "x"), (HEADING.encode(), " ")],
)
def test_what_is_no_such_file_is_refused_as_a_whole(
    session: Session, tmp_path: Path, content: bytes, source: str
) -> None:
    file = tmp_path / "addresses.csv"
    file.write_bytes(content)
    with pytest.raises(Refused, match=r"addresses\.csv"):
        import_file(session, file, source, NOON)
    with pytest.raises(Refused, match=r"missing\.csv"):
        import_file(session, tmp_path / "missing.csv", source, NOON)


def test_what_begins_with_the_typed_comes_before_what_contains_it(session: Session) -> None:
    import_lines(session, LINES, "x", NOON)
    taken(session, f"{XIANLIN},,,老文苑路118号\n")
    found = [known.text for known in suggest(session, XIANLIN, "文苑路 １１８", 8)]
    assert found == ["文苑路118号3幢201室", "文苑路118号3幢202室", "老文苑路118号"]
    assert [known.text for known in suggest(session, XIANLIN, "文苑路118号三栋", 1)] == ["文苑路118号3幢201室"]
    assert [known.text for known in suggest(session, XIANLIN, "学衡", 8)] == ["学衡路5号"]


@pytest.mark.parametrize("typed", ["", "文", "  文 ", "%%", "__", "文" * 200, "仙林街道"])
def test_too_little_and_wildcards_find_nothing(session: Session, typed: str) -> None:
    import_lines(session, LINES, "x", NOON)
    assert suggest(session, XIANLIN, typed, 8) == []


def test_an_address_is_known_in_its_street_only(session: Session) -> None:
    import_lines(session, LINES, "x", NOON)
    assert find(session, "320113001", "学衡路5号") is None
    assert suggest(session, "320113001", "学衡", 8) == []
    assert find(session, XIANLIN, "") is None
    assert has_any(session, XIANLIN)
    assert not has_any(session, "320113006")
