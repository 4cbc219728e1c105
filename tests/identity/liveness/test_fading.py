# SPDX-License-Identifier: Apache-2.0
"""Of live sessions nothing is left that is over its time: frames at once, those that failed within a day."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from identity import evidence_of, keep_portrait, load_retention, record_consent
from identity.forgetting import forget, prove
from identity.liveness import session as live
from identity.liveness.fading import sources
from identity.liveness.session import ABANDONED, FINISHED, LiveSession
from identity.vault import SealedPicture, keep_picture
from kit.database import Database
from tests.conftest import NOON
from tests.identity.liveness.sittings import chance
from tests.identity.liveness.test_session import ASKER, seconds, take

DAY = timedelta(days=1)


@pytest.fixture
def begun(database: Database) -> str:
    """A session that was begun at NOON and left with frames in it."""
    with database.writing() as session:
        evidence = evidence_of(session, "a-1")
        keep_portrait(session, evidence, b"card", b"portrait", 228, NOON)
        record_consent(session, evidence, "agree", NOON)
        row = live.start(session, ASKER, NOON, chance(7))
        take(session, row, row.kind, NOON + seconds(2))
        assert row.pictures
        return row.id


def remaining(database: Database, at: datetime) -> dict[str, int]:
    return dict(prove(database, sources(database), [], load_retention(), at).remaining)


def pictures(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(SealedPicture.id))) or 0


def test_a_session_that_was_left_is_seen_and_its_frames_go(database: Database, begun: str) -> None:
    assert pictures(database) > 2
    assert remaining(database, NOON + seconds(119)) == {}
    late = NOON + seconds(121)
    assert remaining(database, late) == {"live_frames": 1}
    assert forget(sources(database), load_retention(), late) == {"live_frames": 1}
    assert (remaining(database, late), pictures(database)) == ({}, 2)
    with database.reading() as session:
        row = session.get_one(LiveSession, begun)
        assert (row.state, row.measures, row.pictures) == (ABANDONED, None, [])
        assert row.digests, "to know its frames when they come again"


def test_frames_that_came_back_after_the_end_are_found(database: Database, begun: str) -> None:
    with database.writing() as session:
        row = session.get_one(LiveSession, begun)
        live.end(session, row, FINISHED, NOON + seconds(30), "pass")
        row.pictures = [[0, keep_picture(session, b"frame", NOON)]]
    late = NOON + seconds(40)
    assert remaining(database, late) == {"live_frames": 1}
    forget(sources(database), load_retention(), late)
    assert (remaining(database, late), pictures(database)) == ({}, 2)
    with database.reading() as session:
        row = session.get_one(LiveSession, begun)
        assert (row.state, row.outcome) == (FINISHED, "pass")


@pytest.mark.parametrize(("outcome", "is_kept"), [(None, False), ("retry", False), ("person", True), ("pass", True)])
def test_only_a_session_that_led_to_a_verdict_outlives_the_day(
    database: Database, begun: str, outcome: str | None, is_kept: bool
) -> None:
    with database.writing() as session:
        live.end(session, session.get_one(LiveSession, begun), FINISHED, NOON + seconds(30), outcome)
    assert remaining(database, NOON + seconds(22 * 3600)) == {}
    late = NOON + DAY
    assert remaining(database, late) == ({} if is_kept else {"failed_sessions": 1})
    forget(sources(database), load_retention(), late)
    with database.reading() as session:
        assert (session.get(LiveSession, begun) is not None) == is_kept
    assert remaining(database, late) == {}


def test_a_draft_that_is_thrown_away_ends_its_sessions(database: Database, begun: str) -> None:
    with database.writing() as session:
        live.end_all(session, "a-1")
        row = session.get_one(LiveSession, begun)
        assert (row.state, row.measures, row.pictures) == (ABANDONED, None, [])
