# SPDX-License-Identifier: Apache-2.0
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import audit
from audit.tree import EMPTY
from kit.database import Database
from tests.audit.logs import a_ledger


def opened(session: Session, subject: str, now: datetime, **facts: audit.JSON) -> audit.Entry:
    return audit.append(
        session, event="application.submitted", subject=subject, actor="account:7", facts=facts, now=now
    )


def test_an_empty_log_has_the_root_of_nothing_and_is_whole(session: Session) -> None:
    assert audit.head(session) == audit.Head(0, EMPTY.hex())
    assert audit.check(session).is_whole


def test_an_entry_has_no_place_until_it_is_sequenced(database: Database, noon: datetime) -> None:
    with database.writing() as session:
        first, second = opened(session, "A-1", noon, item="酒"), opened(session, "A-2", noon)
        assert (first.index, second.index) == (None, None)
        assert first.told == {"item": "酒"}
        assert audit.pending(session) == 2
    assert a_ledger(database).sequence(noon) == 2
    with database.reading() as session:
        assert [entry.index for entry in audit.search(session)] == [1, 0]
        assert (audit.head(session).size, audit.pending(session)) == (2, 0)


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(database: Database, noon: datetime) -> None:
    with suppress(ZeroDivisionError), database.writing() as session:
        opened(session, "A-1", noon).id / 0
    with database.writing() as session:
        opened(session, "A-2", noon)
    a_ledger(database).sequence(noon)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(audit.Entry)) == 1
        assert [entry.index for entry in audit.search(session)] == [0]


def test_the_leaf_is_the_same_after_reading_back(database: Database, noon: datetime) -> None:
    with database.writing() as session:
        said = [opened(session, f'A"\\{n}', noon + timedelta(microseconds=n), score=0.1 * n).leaf for n in range(5)]
    with database.reading() as session:
        assert [entry.leaf for entry in reversed(audit.search(session))] == said
    assert said[1] == (
        b'{"actor":"account:7","at":"2026-11-23T04:00:00.000001+00:00","event":"application.submitted",'
        b'"facts":{"score":0.1},"subject":"A\\"\\\\1","v":1}'
    )


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
        ("facts", {"words": "长" * 30_000}),
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
    assert audit.pending(session) == 0


def test_pages_follow_each_other_newest_first(session: Session, noon: datetime) -> None:
    for n in range(7):
        opened(session, f"A-{n}", noon)
    page = audit.search(session, limit=3)
    assert [e.subject for e in page] == ["A-6", "A-5", "A-4"]
    opened(session, "A-new", noon)
    assert [e.subject for e in audit.search(session, before=page[-1].id, limit=3)] == ["A-3", "A-2", "A-1"]


def test_search_finds_by_each_filter_and_takes_wildcards_literally(session: Session, noon: datetime) -> None:
    first = opened(session, "A-1", noon, reason="材料100%齐全").id
    opened(session, "A-2", noon + timedelta(hours=1), reason="Ok")
    audit.append(session, event="decision.made", subject="A-1", actor="system:rules", facts={}, now=noon)

    def found(**asked: object) -> list[int]:
        return [e.id - first + 1 for e in audit.search(session, **asked)]  # type: ignore[arg-type]

    assert found(text="100%") == [1]
    assert found(text="1_0") == []
    assert found(text="oK") == [2]
    assert found(event="decision.made") == [3]
    assert found(event="application.") == [2, 1]
    assert found(subject="A-1", actor="system:rules") == [3]
    assert found(since=noon + timedelta(hours=1)) == [2]
    assert found(until=noon + timedelta(hours=1)) == [3, 1]


def test_the_story_of_a_case_keeps_its_order_while_part_of_it_is_pending(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    for n in range(3):
        with database.writing() as session:
            opened(session, "A-1", noon, n=n)
        with database.reading() as session:
            told = [(entry.told["n"], entry.index) for entry in audit.of_subject(session, "A-1")]
        assert told == [*((k, k) for k in range(n)), (n, None)]
        ledger.sequence(noon)
