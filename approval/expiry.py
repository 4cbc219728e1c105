# SPDX-License-Identifier: Apache-2.0
"""Expiry (到期): which cases' pictures are over their time, which drafts were abandoned, what nobody owns.

The sources and checks of `identity.forgetting`. A draft is abandoned when nobody has touched it for long; one that
waits for the licence of its bundle is not. Its owner is told before it goes. I/O: database, files.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from approval import cases
from approval.afterwards import OPEN
from approval.application import Application, State
from approval.casefile import item_of, locked, record
from approval.office import Office
from approval.sampling import Sample
from identity import Account, Evidence, delete_pictures, destroy_everybodys_evidence, write_message
from identity.evidence import PICTURES
from identity.forgetting import ACTOR, Check, Source
from identity.retention import What
from identity.vault import SealedPicture
from kit.clock import office_day
from kit.database import Base, Moment

AT_ONCE = 200
ENDED = (State.REGISTERED, State.REFUSED, State.WITHDRAWN)
WARNING = (
    "【栖霞区不见面审批】您的草稿“{title}”已 {days} 天没有改动，将于 {day} 删除。"
    "如需保留，请登录打开草稿并保存任意一页。"
)

Destroy = Callable[[Session, Application, datetime], None]


class DraftWarning(Base):
    """The owner of this draft was told that it will be deleted. It holds while `active_at` is its last change."""

    __tablename__ = "draft_warning"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    active_at: Mapped[datetime] = mapped_column(Moment)
    warned_at: Mapped[datetime] = mapped_column(Moment)


_HAS_SOMETHING = or_(
    Evidence.vault_key.is_not(None),
    Evidence.card_sealed.is_not(None),
    *(getattr(Evidence, name).is_not(None) for name in PICTURES),
)
_owned = and_(Evidence.application_id == Application.id, _HAS_SOMETHING)


def sources(office: Office) -> list[Source]:
    """In the order in which they are carried out."""

    def of_cases(name: str, what: What, due: Callable[[datetime], Select[str]], act: Destroy) -> Source:
        def overdue(limit: datetime, after: str) -> Sequence[str]:
            with office.database.reading() as session:
                found = due(limit).where(Application.id > after).order_by(Application.id).limit(AT_ONCE)
                return session.scalars(found).all()

        def destroy(application_id: str, limit: datetime, now: datetime) -> None:
            with office.database.writing() as session:
                application = locked(session, application_id)
                if session.scalar(due(limit).where(Application.id == application_id)) is not None:
                    act(session, application, now)

        return Source(name, what, overdue, destroy)

    def warn(session: Session, draft: Application, now: datetime) -> None:
        _warn(session, office, draft, now)

    notice = office.retention.notice
    period = office.retention.rule(What.DRAFTS).period
    longer = office.retention.sampled_for - office.retention.rule(What.SAMPLED_PICTURES).period
    return [
        of_cases(
            "decided_pictures",
            What.DECIDED_PICTURES,
            lambda limit: _ended(ENDED, limit).where(not_(_is_looked_at_again())),
            _delete_pictures,
        ),
        of_cases(
            "sampled_pictures",
            What.SAMPLED_PICTURES,
            lambda limit: _ended(ENDED, limit - longer).where(_is_looked_at_again()),
            _delete_pictures,
        ),
        of_cases(
            "returned_pictures",
            What.RETURNED_PICTURES,
            lambda limit: _ended((State.RETURNED,), limit),
            _delete_pictures,
        ),
        of_cases("draft_pictures", What.DRAFT_PICTURES, _idle_with_pictures, _forget_proof),
        of_cases("draft_warnings", What.DRAFT_WARNINGS, lambda limit: _idle(limit).where(not_(_warned())), warn),
        of_cases(
            "drafts",
            What.DRAFTS,
            lambda limit: _idle(limit).where(_warned(limit + period - notice)),
            _discard,
        ),
    ]


def _ended(states: Sequence[State], limit: datetime) -> Select[str]:
    """Cases that ended before the limit and still have something of a person's proof."""
    ended = select(Application.id).where(Application.state.in_(states), Application.ended_at < limit)
    return ended.where(exists().where(_owned))


def _is_looked_at_again() -> ColumnElement[bool]:
    """Whether the machine approved it, it was drawn, and nobody has looked yet."""
    waits = [Sample.application_id == Application.id, Sample.reviewed_at.is_(None)]
    return exists().where(*waits).correlate(Application)


def _idle(limit: datetime) -> Select[str]:
    """Drafts that nobody has touched since the limit, and that wait for nothing."""
    other = aliased(Application)
    in_motion = or_(other.state.in_(OPEN), and_(other.state == State.DRAFT, other.updated_at >= limit))
    waits = exists().where(other.bundle_id == Application.bundle_id, other.id != Application.id, in_motion)
    idle = select(Application.id).where(Application.state == State.DRAFT, Application.updated_at < limit)
    return idle.where(not_(waits), not_(_kept_since(limit)))


def _kept_since(moment: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a picture of the draft was taken at that moment or later: that, too, is touching it."""
    joined = and_(Evidence.application_id == Application.id, Evidence.vault_key == SealedPicture.key)
    return exists().where(joined, SealedPicture.kept_at >= moment).correlate(Application, DraftWarning)


def _idle_with_pictures(limit: datetime) -> Select[str]:
    return _idle(limit).where(exists().where(_owned))


def _warned(before: datetime | None = None) -> ColumnElement[bool]:
    """Whether the owner was told, and long enough ago, and has not touched the draft since."""
    told = [DraftWarning.application_id == Application.id, DraftWarning.active_at == Application.updated_at]
    if before is not None:
        told.append(DraftWarning.warned_at <= before)
    still = not_(_kept_since(DraftWarning.warned_at))  # type: ignore[arg-type]
    return exists().where(*told, still).correlate(Application)


def _delete_pictures(session: Session, application: Application, now: datetime) -> None:
    persons = delete_pictures(session, application.id, now)
    record(session, application, "pictures.deleted", ACTOR, now, {"persons": persons})


def _forget_proof(session: Session, draft: Application, now: datetime) -> None:
    """The draft stays, to be gone on with; who it is has to be proved anew."""
    destroy_everybodys_evidence(session, draft.id)
    record(session, draft, "pictures.deleted", ACTOR, now, {"why": "idle"})


def _warn(session: Session, office: Office, draft: Application, now: datetime) -> None:
    day = office_day(now + office.retention.notice)
    session.merge(DraftWarning(application_id=draft.id, active_at=draft.updated_at, warned_at=now))
    idle = (office_day(now) - office_day(draft.updated_at)).days
    body = WARNING.format(title=item_of(office, draft).title.zh, days=idle, day=f"{day.month} 月 {day.day} 日")
    phone = session.get_one(Account, draft.applicant_id).phone or ""
    write_message(session, f"idle:{draft.id}:{now:%Y%m%d%H%M}", phone, body, now)


def _discard(session: Session, draft: Application, now: datetime) -> None:
    record(session, draft, "draft.expired", ACTOR, now, {"item": draft.item_code})
    cases.discard(session, draft)


def _drawn() -> Select[str]:
    return select(Sample.application_id).where(Sample.reviewed_at.is_(None))


def checks(office: Office) -> list[Check]:
    """From the side of what is kept: every picture and every reading of a card has a living owner who may have it."""

    def counting(query: Callable[[datetime], Select[int]]) -> Callable[[datetime], int]:
        def count(at: datetime) -> int:
            with office.database.reading() as session:
                return session.scalar(query(at)) or 0

        return count

    def over_age(at: datetime) -> ColumnElement[bool]:
        limit = office.retention.limit
        a, idle = Application, limit(What.DRAFT_PICTURES, at)
        return or_(
            Evidence.deleted_at.is_not(None),
            a.id.is_(None),
            and_(a.state.in_(ENDED), a.ended_at < limit(What.DECIDED_PICTURES, at), a.id.not_in(_drawn())),
            and_(a.state.in_(ENDED), a.ended_at < at - office.retention.sampled_for),
            and_(a.state == State.RETURNED, a.ended_at < limit(What.RETURNED_PICTURES, at)),
            a.id.in_(_idle_with_pictures(idle)),
        )

    def pictures(at: datetime) -> Select[int]:
        owned = select(func.count(SealedPicture.id)).join(Evidence, Evidence.vault_key == SealedPicture.key)
        return owned.outerjoin(Application, Application.id == Evidence.application_id).where(over_age(at))

    def readings(at: datetime) -> Select[int]:
        kept = select(func.count(Evidence.id)).outerjoin(Application, Application.id == Evidence.application_id)
        return kept.where(_HAS_SOMETHING, over_age(at))

    return [Check("pictures_of_cases", counting(pictures)), Check("proofs_of_cases", counting(readings))]
