# SPDX-License-Identifier: Apache-2.0
"""Departments are told once, read on by number, claim from the pool, and record what they found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

import audit
import supervision
from kit.clock import office_day
from kit.database import Database
from kit.text import Text
from supervision import ClaimedAlready, Event, Found, Notification, NotificationUnknown, Phrase, ResultMalformed
from tests.conftest import NOON

TABLE = supervision.load_competence()
CODE = "92320113MA00000007"
OPENED = Event("QX-2026-000001", CODE, "registration")
CLOTHES, LODGING = (Phrase(code, Text(zh=code, en=code), code == "Q-8060") for code in ("F-5232", "Q-8060"))
UNKNOWN = Phrase("X-9999", Text(zh="其他", en="Other"), licensed=True)


def told(database: Database, *phrases: Phrase, event: Event = OPENED) -> None:
    with database.writing() as session:
        supervision.tell(session, TABLE, event, phrases, NOON)


def test_each_department_reads_its_own_inbox_on_from_a_number(database: Database) -> None:
    told(database, CLOTHES)
    told(database, LODGING, event=Event("QX-2026-000002", CODE, "change"))
    with database.reading() as session:
        market, health = (supervision.inbox(session, code) for code in ("market", "health"))
        assert [(one.case_number, one.act) for one in market] == [
            ("QX-2026-000001", "registration"),
            ("QX-2026-000002", "change"),
        ]
        assert [one.permits for one in health] == [["public-venue"]]
        assert supervision.inbox(session, "market", after=market[0].id) == market[1:]
        assert supervision.inbox(session, "market", most=1) == market[:1]
        assert supervision.pool(session) == []
        entries = [entry.event for entry in audit.of_subject(session, "QX-2026-000002")]
    assert entries == ["supervision.told"] * 2


def test_what_is_received_is_received_once_and_by_nobody_else(database: Database) -> None:
    told(database, CLOTHES)
    with database.writing() as session:
        (one,) = supervision.inbox(session, "market")
        for later in (0, 5):
            assert (
                supervision.receive(session, "market", one.id, "account:7", NOON + timedelta(later)).received_at == NOON
            )
        with pytest.raises(NotificationUnknown):
            supervision.receive(session, "health", one.id, "account:8", NOON)
        with pytest.raises(NotificationUnknown):
            supervision.receive(session, "market", one.id + 1, "account:7", NOON)
        events = [entry.event for entry in audit.of_subject(session, OPENED.case_number)]
    assert events.count("supervision.received") == 1


def test_of_many_departments_that_claim_at_once_one_gets_it_behind_everything_read(database: Database) -> None:
    told(database, UNKNOWN)
    with database.reading() as session:
        (waiting,) = supervision.pool(session)
        (known,) = supervision.inbox(session, "market")

    def claims(department: str) -> str:
        try:
            with database.writing() as session:
                supervision.claim(session, department, waiting.id, "account:7", NOON)
        except ClaimedAlready:
            return ""
        return department

    with ThreadPoolExecutor(8) as crowd:
        got = [one for one in crowd.map(claims, ["health", "culture", "police", "fire"] * 2) if one]
    assert len(got) == 1
    with database.reading() as session:
        (mine,) = supervision.inbox(session, got[0])
        assert mine.id > known.id
        assert (mine.pooled, mine.scope) == (waiting.id, ["X-9999"])
        assert supervision.pool(session) == []
        assert session.scalar(select(func.count()).select_from(Notification)) == 3


def test_what_lies_in_the_pool_too_long_alarms_once(database: Database) -> None:
    told(database, UNKNOWN)
    with database.writing() as session:
        assert supervision.waiting_since(session, NOON) == []
        (late,) = supervision.waiting_since(session, NOON + timedelta(days=4))
        supervision.note_alarm(session, late, NOON + timedelta(days=4))
        assert supervision.waiting_since(session, NOON + timedelta(days=9)) == []
        assert supervision.in_pool(session) == 1


def test_a_permit_is_told_to_whoever_supervises_it(database: Database) -> None:
    with database.writing() as session:
        supervision.tell_of_permit(session, TABLE, Event("QX-P-1", CODE, "permit"), "public-venue", NOON)
        assert [one.permits for one in supervision.inbox(session, "health")] == [["public-venue"]]
        assert len(supervision.inbox(session, "market")) == 1


def test_what_was_found_is_kept_newest_first_and_its_words_cannot_be_read_where_they_rest(database: Database) -> None:
    day, words = office_day(NOON), "从业人员健康证明未公示"
    with database.writing() as session:
        supervision.record_result(session, CODE, "health", Found.PROBLEM, day - timedelta(9), words, "account:7", NOON)
        supervision.record_result(session, CODE, "health", Found.PASSED, day, "", "account:7", NOON)
    with database.reading() as session:
        assert [one.found for one in supervision.results_of(session, CODE)] == ["passed", "problem"]
        assert words not in str(session.connection().exec_driver_sql("SELECT * FROM supervision_result").all())
        assert words not in str([entry.told for entry in audit.of_subject(session, CODE)])


@pytest.mark.parametrize(
    ("found", "days", "words"), [(Found.PASSED, 1, ""), (Found.PROBLEM, 0, "无"), (Found.ABNORMAL, 0, "")]
)
def test_a_result_of_a_day_to_come_or_without_words_is_refused(
    database: Database, found: Found, days: int, words: str
) -> None:
    with database.writing() as session, pytest.raises(ResultMalformed):
        supervision.record_result(
            session, CODE, "health", found, office_day(NOON) + timedelta(days), words, "account:7", NOON
        )


def test_a_promise_is_given_once(database: Database) -> None:
    with database.writing() as session:
        for later in (0, 1):
            given = supervision.promise(session, "01JD", "QX-1", ["food-service"], "account:9", NOON + timedelta(later))
            assert given.promised_at == NOON
        assert [entry.event for entry in audit.of_subject(session, "QX-1")] == ["supervision.promised"]
