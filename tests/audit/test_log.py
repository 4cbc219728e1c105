# SPDX-License-Identifier: Apache-2.0
import threading
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

import audit
from kit.database import Database


def opened(session: Session, subject: str, now: datetime, **facts: audit.JSON) -> audit.Entry:
    return audit.append(
        session, event="application.submitted", subject=subject, actor="account:7", facts=facts, now=now
    )


def test_an_empty_log_ends_at_genesis_and_is_whole(session: Session) -> None:
    assert audit.head(session) == audit.Head(0, audit.GENESIS)
    assert audit.check(session).is_whole


def test_entries_are_numbered_from_one_and_linked(session: Session, noon: datetime) -> None:
    first, second = opened(session, "A-1", noon, item="酒"), opened(session, "A-2", noon)
    assert (first.index, second.index) == (1, 2)
    assert (first.previous, second.previous) == (audit.GENESIS, first.hash)
    assert first.told == {"item": "酒"}
    assert audit.head(session) == audit.Head(2, second.hash)


def test_the_chain_still_holds_when_read_back(database: Database, noon: datetime) -> None:
    with database.writing() as session:
        for n in range(5):
            opened(session, f"A-{n}", noon + timedelta(microseconds=n), score=0.1 * n, list=[1, None, {"b": True}])
    with database.reading() as session:
        assert audit.check(session) == audit.Checked(5, audit.head(session), None)


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(database: Database, noon: datetime) -> None:
    with suppress(ZeroDivisionError), database.writing() as session:
        opened(session, "A-1", noon).index / 0
    with database.writing() as session:
        assert opened(session, "A-2", noon).index == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(audit.Entry)) == 1


def test_eight_writers_at_once_make_one_unbroken_chain(database: Database, noon: datetime) -> None:
    together = threading.Barrier(8)

    def write(writer: int) -> None:
        together.wait()
        for n in range(25):
            with database.writing() as session:
                opened(session, f"A-{writer}-{n}", noon)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        checked = audit.check(session)
        assert (checked.entries, checked.is_whole) == (200, True)
        subjects = session.scalars(select(audit.Entry.subject).distinct()).all()
        assert len(subjects) == 200


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE log_entry SET facts = '{}' WHERE subject = 'A-1'",
        "UPDATE log_entry SET actor = 'account:8' WHERE subject = 'A-2'",
        "DELETE FROM log_entry WHERE subject = 'A-0'",
        "DELETE FROM log_entry WHERE subject = 'A-1'",
        "DELETE FROM log_entry WHERE subject = 'A-2'",
        "DELETE FROM log_entry",
    ],
)
def test_a_change_made_behind_our_back_is_found(database: Database, noon: datetime, damage: str) -> None:
    with database.writing() as session:
        for n in range(3):
            opened(session, f"A-{n}", noon, n=n)
    with database.writing() as session:
        assert audit.check(session).is_whole
        session.execute(text(damage))
        assert not audit.check(session).is_whole


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event", "Submitted"),
        ("event", "submitted"),
        ("subject", ""),
        ("subject", "A\n1"),
        ("actor", "somebody"),
        ("actor", "account:7 8"),
        ("facts", {"at": object()}),
        ("facts", {"score": float("nan")}),
    ],
)
def test_an_entry_outside_the_grammar_is_refused(
    session: Session, noon: datetime, field: str, value: audit.JSON
) -> None:
    entry = {"event": "case.opened", "subject": "A-1", "actor": "account:7", "facts": {}, field: value}
    with pytest.raises(audit.EntryMalformed) as refused:
        audit.append(session, **entry, now=noon)  # type: ignore[arg-type]
    assert refused.value.facts == {"field": field}


def test_personal_data_is_refused_and_nothing_is_written(session: Session, noon: datetime) -> None:
    with pytest.raises(audit.PersonalDataInLog):
        opened(session, "A-1", noon, note="13800138000")
    assert audit.head(session).index == 0


def test_pages_follow_each_other_newest_first(session: Session, noon: datetime) -> None:
    for n in range(7):
        opened(session, f"A-{n}", noon)
    page = audit.search(session, limit=3)
    assert [e.index for e in page] == [7, 6, 5]
    opened(session, "A-new", noon)
    assert [e.index for e in audit.search(session, before=page[-1].index, limit=3)] == [4, 3, 2]


def test_search_finds_by_each_filter_and_takes_wildcards_literally(session: Session, noon: datetime) -> None:
    opened(session, "A-1", noon, reason="材料100%齐全")
    opened(session, "A-2", noon + timedelta(hours=1), reason="Ok")
    audit.append(session, event="decision.made", subject="A-1", actor="system:rules", facts={}, now=noon)

    def found(**asked: object) -> list[int]:
        return [e.index for e in audit.search(session, **asked)]  # type: ignore[arg-type]

    assert found(text="100%") == [1]
    assert found(text="1_0") == []
    assert found(text="oK") == [2]
    assert found(event="decision.made") == [3]
    assert found(event="application.") == [2, 1]
    assert found(subject="A-1", actor="system:rules") == [3]
    assert found(since=noon + timedelta(hours=1)) == [2]
    assert found(until=noon + timedelta(hours=1)) == [3, 1]
    assert [e.index for e in audit.of_subject(session, "A-1")] == [1, 3]
