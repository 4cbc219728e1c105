# SPDX-License-Identifier: Apache-2.0
"""Live session (活体会话): one person before one camera, once, within a minute. Hides tokens, phases and deletion.

I/O: database. Each phase is released only when the frames of the one before have come, and has a token and a limit of
its own; the token is a keyed hash of session and phase, so that an answer lost on the way can be given again. What is
measured stands sealed until the end; the frontal frames too, and at the end they are gone.
"""

import hmac
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.evidence import HOLDER, evidence_of, keep_for, may_compare
from identity.liveness import rules
from identity.liveness.challenges import DONE, FLASH, INTENT, LOOK, Plan, draw
from identity.liveness.reading import FrameReading, read_back, written_down
from identity.vault import destroy_picture
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.random import new_id
from kit.sealing import fingerprint

LIVES = timedelta(seconds=60)
GRACE = timedelta(seconds=6)  # beyond the patience of a phase, for a slow network
A_DAY = timedelta(hours=24)
MOST_KNOWN = 200  # sessions whose frames are looked for again
MOST_A_DAY = 3  # of one person for one application
MOST_OF_ACCOUNT, MOST_OF_PERSON = 12, 6  # a day, whatever the application: drafts cost nothing
MOST_AT_ONCE, MOST_IN_ALL = 16, 200
MOST_BYTES = 300_000  # of one frame; the page sends 10 to 45 kB
FRONTAL = {0: 3}  # frames kept of the first phase for the comparison, and one of each other
OPEN, MEASURED, FINISHED, ABANDONED = "open", "measured", "finished", "abandoned"


class LiveSessionUnknown(DomainError):
    """There is no such session of this person for this application."""


class LiveSessionElsewhere(DomainError):
    """The session was begun on another device."""


class LiveSessionUsed(DomainError):
    """A session is good for one time."""


class LiveSessionLate(DomainError):
    """The session, or this part of it, is over."""


class LiveSessionsUsedUp(DomainError):
    """As many sessions were begun today as a day allows; there are other ways."""


class LiveTokenWrong(DomainError):
    """What was sent belongs to a part of the session that is over, or not yet released."""


class FramesMissing(DomainError):
    """No frame came, or fewer or more than was said."""


class FramesOutOfOrder(DomainError):
    """Frames came twice, or some before them did not come."""


class FramesTooLarge(DomainError):
    """More frames, or larger ones, than a session needs."""


@dataclass(frozen=True, slots=True)
class Asker:
    """To whom a session belongs. `device` is the keyed name of the browser."""

    application_id: str
    account_id: str
    device: str
    person: str = HOLDER
    role: str = "applicant"
    who: str | None = None  # stands for the person whom the form names (`identity.assuring.who_key`)


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames as they were sent: the place of the first, when each was taken (ms since the browser learned of the
    phase), the colour that was shown, and the camera as the browser describes it. `digest` is of all their bytes."""

    token: str
    first: int
    taken_ms: tuple[int, ...]
    digest: str
    colours: tuple[int, ...] = ()
    track: Mapping[str, object] = field(default_factory=dict)


class LiveSession(Base):
    """One session. After its end only what is needed to know it again is left."""

    __tablename__ = "live_session"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(String(32), index=True)
    person: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[str] = mapped_column(String(32), index=True)
    device: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    plan: Mapped[dict[str, Any]] = mapped_column(SealedWith("live", gone={}))
    phase: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    last_batch: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(Moment)
    phase_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(10))
    measures: Mapped[dict[str, Any] | None] = mapped_column(SealedWith("live"))
    pictures: Mapped[list[Any]] = mapped_column(JSON, default=list)
    digests: Mapped[list[Any]] = mapped_column(JSON, default=list)
    who: Mapped[str | None] = mapped_column(String(64), index=True)
    # What the person was told at the end, for whoever lost that answer on the way.
    ending: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    @property
    def drawn(self) -> Plan:
        return Plan.from_json(self.plan)

    @property
    def kind(self) -> str:
        return self.drawn.kind(self.phase)

    @property
    def token(self) -> str:
        """Of the present phase; nobody can make it without the master key."""
        return token_of(self.id, self.phase)

    @property
    def frames(self) -> list[FrameReading]:
        return read_back((self.measures or {}).get("frames", []))


def token_of(name: str, phase: int) -> str:
    return fingerprint(f"{name}:{phase}", "live-token")


def sessions_left(session: Session, asker: Asker, now: datetime) -> int:
    """Of this day. One that ended before anything was asked (the camera failed) does not count: it told nothing."""
    here = (LiveSession.application_id == asker.application_id) & (LiveSession.person == asker.person)
    limits = [(here, MOST_A_DAY), (LiveSession.account_id == asker.account_id, MOST_OF_ACCOUNT)]
    if asker.who is not None:
        limits.append((LiveSession.who == asker.who, MOST_OF_PERSON))
    asked = LiveSession.started_at > now - A_DAY, (LiveSession.phase > 0) | (LiveSession.state != ABANDONED)
    return max(0, min(most - (session.scalar(select(func.count()).where(mine, *asked)) or 0) for mine, most in limits))


def start(session: Session, asker: Asker, now: datetime, chance: random.Random | None = None) -> LiveSession:
    """A new session; one that is open ends. Raises ConsentMissing, PortraitMissing, AttemptsUsedUp,
    LiveSessionsUsedUp."""
    evidence = evidence_of(session, asker.application_id, asker.person)
    session.refresh(evidence, with_for_update=True)  # sessions are counted one after the other
    may_compare(evidence)
    if sessions_left(session, asker, now) == 0:
        raise LiveSessionsUsedUp(most=MOST_A_DAY)
    for row in session.scalars(_open_of(asker)):
        end(session, row, ABANDONED, now)
    begun = LiveSession(
        application_id=asker.application_id,
        person=asker.person,
        role=asker.role,
        account_id=asker.account_id,
        device=asker.device,
        who=asker.who,
        state=OPEN,
        plan=draw(chance or random.SystemRandom()).as_json(),
        phase=0,
        seen=0,
        started_at=now,
        phase_at=now,
        expires_at=now + LIVES,
        measures={"frames": [], "track": {}, "intent": False},
        pictures=[],
        digests=[],
    )
    session.add(begun)
    session.flush()
    return begun


def _open_of(asker: Asker) -> Any:
    return select(LiveSession).where(
        LiveSession.application_id == asker.application_id,
        LiveSession.person == asker.person,
        LiveSession.state.in_((OPEN, MEASURED)),
    )


def admitted(session: Session, asker: Asker, name: str, now: datetime, *, lock: bool = False) -> LiveSession:
    """The session, if it belongs to whoever asks and is not over. With `lock`, nobody else changes it meanwhile.

    Raises LiveSessionUnknown, LiveSessionElsewhere, LiveSessionUsed, LiveSessionLate, ConsentMissing.
    """
    row = session.get(LiveSession, name, with_for_update=lock or None, populate_existing=lock)
    if row is None or (row.application_id, row.person, row.account_id, row.role) != (
        *(asker.application_id, asker.person, asker.account_id, asker.role),
    ):
        raise LiveSessionUnknown()
    if not hmac.compare_digest(row.device, asker.device):
        raise LiveSessionElsewhere()
    if row.state in (FINISHED, ABANDONED):
        raise LiveSessionUsed()
    over = row.expires_at + (LIVES if row.state == MEASURED else timedelta(0))  # comparing may have to wait its turn
    if now > over or (row.state == OPEN and now > _limit(row)):
        raise LiveSessionLate()
    may_compare(evidence_of(session, asker.application_id, asker.person))
    return row


def _limit(row: LiveSession) -> datetime:
    return row.phase_at + timedelta(seconds=row.drawn.patience_s(row.phase)) + GRACE


def is_repeated(row: LiveSession, batch: Batch) -> bool:
    """Whether the very same frames came just before: the answer to them was lost on the way."""
    return row.last_batch == batch.digest


def must_fit(row: LiveSession, batch: Batch, sizes: Sequence[int]) -> None:
    """Before anything is decoded. Raises LiveTokenWrong, FramesMissing, FramesOutOfOrder, FramesTooLarge."""
    if not hmac.compare_digest(row.token, batch.token) or row.kind in (INTENT, DONE):
        raise LiveTokenWrong()
    if not sizes or not all(sizes) or len(batch.taken_ms) != len(sizes):
        raise FramesMissing()
    if len(sizes) > MOST_AT_ONCE or max(sizes) > MOST_BYTES or row.seen + len(sizes) > MOST_IN_ALL:
        raise FramesTooLarge(most=MOST_AT_ONCE)
    if batch.first != row.seen:
        raise FramesOutOfOrder()


def receive(
    session: Session,
    row: LiveSession,
    batch: Batch,
    readings: Sequence[FrameReading],
    jpegs: Sequence[bytes],
    now: datetime,
) -> None:
    """Keep what was measured, and the frontal frames; release the next phase when this one is done or has had its
    time. `row` is locked by `admitted`. Raises as `must_fit`."""
    must_fit(row, batch, [len(jpeg) for jpeg in jpegs])
    came = round((now - row.phase_at).total_seconds() * 1000)
    colours = batch.colours if row.kind == FLASH and len(batch.colours) == len(readings) else (-1,) * len(readings)
    placed = [
        replace(one, seq=row.seen + place, phase=row.phase, taken_ms=taken, came_ms=came, colour=colour)
        for place, (one, taken, colour) in enumerate(zip(readings, batch.taken_ms, colours, strict=True))
    ]
    measures = dict(row.measures or {})
    measures["frames"] = [*measures.get("frames", []), *written_down(placed)]
    measures["track"] = {**measures.get("track", {}), **batch.track}
    row.measures, row.seen, row.last_batch = measures, row.seen + len(placed), batch.digest
    _keep_frontal(session, row, placed, jpegs, now)
    _go_on(row, now)


def _keep_frontal(
    session: Session, row: LiveSession, placed: Sequence[FrameReading], jpegs: Sequence[bytes], now: datetime
) -> None:
    """Those that are nearest to how this head looks ahead: a turned face, or an open mouth, lies far from itself."""
    room = FRONTAL.get(row.phase, 1) - sum(phase == row.phase for phase, _name in row.pictures)
    base = rules.baseline([one for one in row.frames if one.phase == 0])
    if base is None:
        return
    away = [
        (rules.away(base, one), jpeg) for one, jpeg in zip(placed, jpegs, strict=True) if rules.may_compare(base, one)
    ]
    holder = evidence_of(session, row.application_id, row.person)
    for _far, jpeg in sorted(away, key=lambda pair: pair[0])[: max(0, room)]:
        row.pictures = [*row.pictures, [row.phase, keep_for(session, holder, jpeg, now)]]


def _go_on(row: LiveSession, now: datetime) -> None:
    """The next phase, the same one, or the end when an action did not come: the rest would be for nothing."""
    frames, plan = row.frames, row.drawn
    base = rules.baseline([one for one in frames if one.phase == 0])
    here = [one for one in frames if one.phase == row.phase]
    has_run_out = (now - row.phase_at).total_seconds() >= plan.patience_s(row.phase)
    if row.kind == LOOK:
        done = base is not None
    elif row.kind == FLASH:
        done = has_run_out or len({one.colour for one in here}) >= len(plan.colours)
    else:
        challenge = plan.challenge(row.phase)
        done = challenge is not None and base is not None and rules.was_done(challenge, base, here)
    if done:
        release(row, row.phase + 1, now)
    elif has_run_out:
        release(row, len(plan.phases) - 1, now)


def release(row: LiveSession, phase: int, now: datetime) -> None:
    row.phase, row.phase_at = phase, now
    if row.kind == DONE:
        row.state = MEASURED


def confirm_intent(row: LiveSession, token: str, with_colours: bool, now: datetime, intent: str = "said") -> None:
    """The person has read the sentence and says so; `intent` stands for what it says (64 characters at most).

    Raises LiveTokenWrong. The colours may be left out."""
    if row.kind != INTENT or not hmac.compare_digest(row.token, token):
        raise LiveTokenWrong()
    row.measures = {**(row.measures or {}), "intent": intent}
    release(row, row.phase + (1 if with_colours else 2), now)


def skip_colours(row: LiveSession, token: str, now: datetime) -> None:
    """Colours make some people unwell, and are no condition. Raises LiveTokenWrong."""
    if row.kind != FLASH or not hmac.compare_digest(row.token, token):
        raise LiveTokenWrong()
    release(row, row.phase + 1, now)


def end(session: Session, row: LiveSession, state: str, now: datetime, outcome: str | None = None) -> None:
    """Delete its frames and what was measured; keep digests, so that they are known when they come again."""
    for _phase, name in row.pictures:
        destroy_picture(session, name)
    row.digests = [one.digest for one in row.frames]
    row.state, row.outcome, row.ended_at = state, outcome, now
    row.pictures, row.measures = [], None


def abandon(session: Session, asker: Asker, name: str, now: datetime) -> None:
    """The person leaves the page; nothing happens if the session is over. Raises LiveSessionUnknown."""
    row = session.get(LiveSession, name, with_for_update=True)
    if row is None or (row.application_id, row.account_id) != (asker.application_id, asker.account_id):
        raise LiveSessionUnknown()
    if row.state in (OPEN, MEASURED):
        end(session, row, ABANDONED, now)


def end_all(session: Session, application_id: str, person: str | None = None) -> None:
    """With a draft that is thrown away, or a consent taken back by `person`: what is open ends with its frames."""
    query = select(LiveSession).where(
        LiveSession.application_id == application_id, LiveSession.state.in_((OPEN, MEASURED))
    )
    if person is not None:
        query = query.where(LiveSession.person == person)
    for row in session.scalars(query.with_for_update()):
        end(session, row, ABANDONED, row.phase_at)


def clear_live_sessions(session: Session, now: datetime) -> int:
    """End every session whose minute is over, and with it its frames. Gives the number."""
    over = LiveSession.state.in_((OPEN, MEASURED)) & (LiveSession.expires_at < now - LIVES)
    rows = session.scalars(select(LiveSession).where(over).limit(500)).all()
    for row in rows:
        end(session, row, ABANDONED, now)
    return len(rows)


def told_at_the_end(session: Session, asker: Asker, name: str, token: str, digest: str | None) -> dict[str, Any] | None:
    """The ending, if the session is finished and whoever asks only says again what ended it: the very same frames
    (`digest`), or the answer to the sentence or the colours (`token`). None for everybody else."""
    row = session.get(LiveSession, name)
    if row is None or row.ending is None or row.state != FINISHED:
        return None
    is_theirs = (row.application_id, row.person, row.account_id, row.role) == (
        *(asker.application_id, asker.person, asker.account_id, asker.role),
    )
    if not is_theirs or not hmac.compare_digest(row.device, asker.device):
        return None
    if digest is not None:
        return row.ending if row.last_batch == digest else None
    late = [token_of(name, phase) for phase, kind in enumerate(row.drawn.phases) if kind in (INTENT, FLASH)]
    return row.ending if any(hmac.compare_digest(token, one) for one in late) else None


def known_digests(session: Session, row: LiveSession) -> set[str]:
    """Of all frames of earlier sessions of this account or for this application, and on this device."""
    earlier = select(LiveSession.digests).where(
        LiveSession.id != row.id,
        (LiveSession.account_id == row.account_id)
        | (LiveSession.application_id == row.application_id)
        | (LiveSession.device == row.device),
    )
    newest = session.scalars(earlier.order_by(LiveSession.started_at.desc()).limit(MOST_KNOWN))
    return {digest for digests in newest for digest in digests}
