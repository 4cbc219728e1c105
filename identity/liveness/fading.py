# SPDX-License-Identifier: Apache-2.0
"""Fading (活体到期): live sessions whose time is over: frames of those that ended, and those that failed.

The sources of `identity.forgetting`. A session that led to a verdict keeps the digests of its frames for a month, so
that they are known when they come again; of one that failed nothing is kept beyond the day. I/O: database.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, cast, or_, select

from identity.forgetting import Source
from identity.liveness.session import ABANDONED, FINISHED, LIVES, MEASURED, OPEN, LiveSession, end
from identity.retention import What
from kit.database import Database

AT_ONCE = 200
LED_TO_A_VERDICT = ("pass", "person")

Over = Callable[[datetime], ColumnElement[bool]]


def sources(database: Database) -> list[Source]:
    """What is measured and seen goes with the end of the session; one that led to nothing goes within a day."""

    def of_sessions(name: str, what: What, over: Over, *, whole: bool) -> Source:
        def overdue(limit: datetime, after: str) -> Sequence[str]:
            with database.reading() as session:
                query = select(LiveSession.id).where(over(limit), LiveSession.id > after)
                return session.scalars(query.order_by(LiveSession.id).limit(AT_ONCE)).all()

        def destroy(name: str, limit: datetime, now: datetime) -> None:
            with database.writing() as session:
                query = select(LiveSession).where(LiveSession.id == name, over(limit)).with_for_update()
                row = session.scalar(query)
                if row is None:
                    return
                if row.measures is not None or row.pictures:
                    end(session, row, FINISHED if row.state == FINISHED else ABANDONED, now, row.outcome)
                if whole:
                    session.delete(row)

        return Source(name, what, overdue, destroy)

    return [
        of_sessions("live_frames", What.LIVE_FRAMES, _has_frames, whole=False),
        of_sessions("failed_sessions", What.FAILED_SESSIONS, _failed, whole=True),
        of_sessions("past_sessions", What.PAST_SESSIONS, lambda limit: LiveSession.started_at < limit, whole=True),
    ]


def _has_frames(limit: datetime) -> ColumnElement[bool]:
    """Over, and still with frames or what was measured of them."""
    has_run_out = and_(LiveSession.state.in_((OPEN, MEASURED)), LiveSession.expires_at < limit - LIVES)
    has_something = or_(LiveSession.measures.is_not(None), cast(LiveSession.pictures, String) != "[]")
    return or_(has_run_out, and_(LiveSession.ended_at < limit, has_something))


def _failed(limit: datetime) -> ColumnElement[bool]:
    led_nowhere = or_(LiveSession.outcome.is_(None), LiveSession.outcome.not_in(LED_TO_A_VERDICT))
    return and_(LiveSession.started_at < limit, led_nowhere)
