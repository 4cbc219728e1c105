# SPDX-License-Identifier: Apache-2.0
"""Claims (领取): who works on which case now. Claim, keep, release, hand over, take over, next case. I/O: database.

A claim is a lease: it runs out by itself, and the page keeps it alive while somebody reads. An assignment lasts until
the step ends; a deputy sees to the cases of a colleague who is away.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from approval import memos, people
from approval.application import PANEL, Application, State
from approval.casefile import locked, record
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.votes import Vote
from identity import Account, Role, lock_account, staff
from kit.clock import office_day
from kit.errors import DomainError

CLAIM_LASTS = timedelta(minutes=15)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class HeldByAnother(DomainError):
    """Somebody else holds the case, or it is assigned to somebody else."""


class NotHeld(DomainError):
    """Only the holder of the claim may do this; the claim may have run out."""


class NotOpenForDecision(DomainError):
    """The case is not in review: it was decided, returned or is still being checked."""


class AlreadyCast(DomainError):
    """Four eyes means two people: this person has decided on the case already."""


class TooManyHeld(DomainError):
    """More cases at once than one person works on."""


class CannotTake(DomainError):
    """The colleague cannot be given the case: away, not authorised, related to it, or not a clerk."""


def held_now(application: Application, now: datetime) -> bool:
    return application.held_by is not None and application.held_until is not None and application.held_until > now


def steps_of(person: Account) -> tuple[str, ...]:
    """The steps that the person may take. Who settles what a panel does not agree on has no seat in it."""
    return ("clerk", "supervisor") if person.role == Role.SUPERVISOR else ("clerk", PANEL)


def steps_seen_by(person: Account) -> tuple[str, ...]:
    return ("clerk", "supervisor", PANEL) if person.role == Role.SUPERVISOR else ("clerk", PANEL)


def is_free(now: datetime) -> ColumnElement[bool]:
    """Condition on Application: nobody's lease runs."""
    return func.coalesce(Application.held_until, LONG_AGO) <= now


def open_to(session: Session, person: Account, now: datetime) -> ColumnElement[bool]:
    """Condition on Application: the person may claim it now."""
    mine = [person.id, *people.represented_by(session, person.id, office_day(now))]
    # Who has decided in a panel neither decides twice nor settles what the panel did not agree on.
    counts = or_(Vote.is_open.is_(True), Application.role == "supervisor")
    cast = exists().where(Vote.application_id == Application.id, Vote.person_id == person.id, counts)
    # Through `coalesce`, so that the order of the queue and not the index on holders is walked: it stops at a page.
    return and_(
        Application.state == State.IN_REVIEW,
        Application.role.in_(steps_of(person)),
        or_(func.coalesce(Application.held_until, LONG_AGO) <= now, Application.held_by == person.id),
        func.coalesce(Application.assigned_to, person.id).in_(mine),
        people.authorised(session, person.id),
        ~people.conflicts_with(person.id),
        ~cast,
    )


def claim(session: Session, application_id: str, person: Account, now: datetime) -> Application:
    """Hold the case for fifteen minutes, or hold it longer: of any number of people at once exactly one gets it.

    Raises HeldByAnother, NotOpenForDecision, ConflictOfInterest, NotAuthorised, AlreadyCast, TooManyHeld.
    """
    application = locked(session, application_id)
    if application.state != State.IN_REVIEW or application.role not in steps_of(person):
        raise NotOpenForDecision()
    people.must_keep_to(session, application, person.id)
    if has_cast(session, application, person.id):
        raise AlreadyCast()
    if held_now(application, now) and application.held_by != person.id:
        raise HeldByAnother(until=application.held_until)
    mine = [person.id, *people.represented_by(session, person.id, office_day(now))]
    if application.assigned_to is not None and application.assigned_to not in mine:
        raise HeldByAnother(until=None)
    if application.held_by != person.id and _held_by(session, person, now) >= people.MOST_HELD:
        raise TooManyHeld(most=people.MOST_HELD)
    return _hold(session, application, person, now)


def has_cast(session: Session, application: Application, person_id: str) -> bool:
    """Whether the person has decided on the case already and must leave it to others."""
    counts = true() if application.role == "supervisor" else Vote.is_open.is_(True)
    query = select(Vote.id).where(Vote.application_id == application.id, Vote.person_id == person_id, counts)
    return session.scalar(query.limit(1)) is not None


def _held_by(session: Session, person: Account, now: datetime) -> int:
    """Counted one claim of the person after the other."""
    lock_account(session, person.id)
    query = select(func.count()).where(Application.held_by == person.id, Application.held_until > now)
    return session.scalar(query) or 0


def _hold(session: Session, application: Application, person: Account, now: datetime) -> Application:
    """A lease changes nothing that anybody has read: the version stays."""
    session.execute(
        update(Application)
        .where(Application.id == application.id)
        .values(held_by=person.id, held_until=now + CLAIM_LASTS)
        .execution_options(synchronize_session=False)
    )
    session.refresh(application)
    return application


def keep(session: Session, application_id: str, person: Account, now: datetime) -> Application:
    """The heartbeat of an open page. Raises NotHeld once the case has gone to somebody else, ConflictOfInterest."""
    application = locked(session, application_id)
    if application.held_by != person.id or application.state != State.IN_REVIEW:
        raise NotHeld()
    people.keep_off(session, application.id, person.id)
    return _hold(session, application, person, now)


def claim_next(session: Session, person: Account, now: datetime) -> Application | None:
    """Claim the most urgent case that this person may take, own assignments first; nobody else gets the same one."""
    if _held_by(session, person, now) >= people.MOST_HELD:
        raise TooManyHeld(most=people.MOST_HELD)
    free = and_(open_to(session, person, now), is_free(now))
    query = select(Application).order_by(Application.order_on, Application.submitted_at, Application.id).limit(1)
    mine = [person.id, *people.represented_by(session, person.id, office_day(now))]
    given = select(Application.id).where(Application.assigned_to.in_(mine))
    has_own = session.scalar(given.limit(1)) is not None
    for condition in [and_(free, Application.id.in_(given)), free] if has_own else [free]:
        found = _first(session, query.where(condition), people.posting_of(session, person.id).skills)
        if found is not None:
            return _hold(session, locked(session, found.id), person, now)
    return None


def _first(session: Session, query: Select[Application], skills: list[str]) -> Application | None:
    """The most urgent; of those due on the same day one that asks for what this person knows and others do not.

    Two looks along the index of the queue, so that it is as fast among a million.
    """
    free = query.with_for_update(skip_locked=True, of=Application)
    first = session.scalar(free)
    if first is None or not skills or first.skill in skills:
        return first
    fitting = session.scalar(free.where(Application.skill.in_(skills), Application.order_on == first.order_on))
    return fitting or first


def in_hand(session: Session, now: datetime) -> dict[str, int]:
    """How many cases each person has: held now, or given to them."""
    holder = case((Application.held_until > now, Application.held_by), else_=Application.assigned_to)
    query = select(holder, func.count()).where(Application.state == State.IN_REVIEW, holder.is_not(None))
    return dict(session.execute(query.group_by(holder)).tuples().all())


def best_placed(session: Session, application: Application, giver: Account, now: datetime) -> Account | None:
    """To whom a case goes that is given away to nobody in particular: who has the skill, then who has least in hand."""
    load = in_hand(session, now)
    able = [p for p in staff(session) if p.id != giver.id and may_be_given(session, application, p, now)]
    return min(able, key=lambda p: (not _knows(session, application, p), load.get(p.id, 0), p.id), default=None)


def _knows(session: Session, application: Application, person: Account) -> bool:
    return not application.skill or application.skill in people.posting_of(session, person.id).skills


def release(session: Session, application_id: str, person: Account, now: datetime) -> None:
    """Put the case back into the queue; a supervisor may free anybody's, which is logged.

    Whoever has just declared a relative can still put the case back. Raises NotHeld, ConflictOfInterest,
    NotAuthorised.
    """
    application = locked(session, application_id)
    if application.held_by != person.id and person.role != Role.SUPERVISOR:
        raise NotHeld()
    if application.held_by != person.id:
        people.must_keep_to(session, application, person.id)
    if application.held_by not in (None, person.id):
        record(session, application, "claim.freed", f"account:{person.id}", now, {"held_by": application.held_by})
        memos.tell(session, application, "freed", person.id, now, to=application.held_by, occasion=f"{now:%d%H%M%S}")
    application.held_by = application.held_until = application.assigned_to = None


def hand_over(
    session: Session, application_id: str, person: Account, colleague: Account | None, words: str, now: datetime
) -> None:
    """Give the case to a colleague, who is told; without one to whom it suits best.

    Raises NotHeld, NotOpenForDecision, CannotTake, ConflictOfInterest, NotAuthorised.
    """
    application = locked(session, application_id)
    people.must_keep_to(session, application, person.id)
    if application.state != State.IN_REVIEW:
        raise NotOpenForDecision()
    mine = [person.id, *people.represented_by(session, person.id, office_day(now))]
    holds = application.held_by == person.id or application.assigned_to in mine
    if not holds and person.role != Role.SUPERVISOR:
        raise NotHeld()
    colleague = colleague or best_placed(session, application, person, now)
    if colleague is None or not may_be_given(session, application, colleague, now):
        raise CannotTake()
    application.assigned_to, application.held_by, application.held_until = colleague.id, None, None
    actor = f"account:{person.id}"
    record(session, application, "claim.handed_over", actor, now, {"to": colleague.id})
    occasion = f"{now:%d%H%M%S}"
    memos.tell(session, application, "handed_over", person.id, now, to=colleague.id, words=words, occasion=occasion)


def may_be_given(session: Session, application: Application, colleague: Account, now: datetime) -> bool:
    if not colleague.is_active or colleague.role not in (Role.CLERK, Role.SUPERVISOR):
        return False
    if application.role not in steps_of(colleague) or people.is_away(session, colleague.id, office_day(now)):
        return False
    if has_cast(session, application, colleague.id):
        return False
    try:
        people.must_keep_to(session, application, colleague.id)
    except (people.ConflictOfInterest, people.NotAuthorised):
        return False
    return True


def take_over(session: Session, application_id: str, person: Account, reason: str, now: datetime) -> Application:
    """Take a case from whoever holds it, with a reason that they and the log are told.

    Raises ReasonRequired and what `claim` raises.
    """
    if not is_sentence(reason):
        raise ReasonRequired(least=SHORTEST_REASON)
    application = locked(session, application_id)
    people.must_keep_to(session, application, person.id)
    if application.state != State.IN_REVIEW:
        raise NotOpenForDecision()
    before = application.held_by if held_now(application, now) else application.assigned_to
    application.held_by = application.held_until = application.assigned_to = None
    session.flush()
    taken = claim(session, application_id, person, now)
    if before not in (None, person.id):
        record(session, application, "claim.taken_over", f"account:{person.id}", now, {"from": before})
        memos.tell(
            session,
            application,
            "taken_over",
            person.id,
            now,
            to=before,
            words=reason,
            occasion=f"{now:%d%H%M%S}",
        )
    return taken
