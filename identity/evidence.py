# SPDX-License-Identifier: Apache-2.0
"""Evidence (身份凭证): how the holder of an application proved who they are. Hides pictures and their deletion.

I/O: database. Face is one way; declining it leads to the same case with a clerk's check
(人脸识别技术应用安全管理办法第10条). Frames are never stored: only the best one is sealed, until the decision is final.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.checks import Band, Bands, Comparison, Verdict
from identity.vault import destroy_picture, keep_picture, view_picture
from kit.database import Base, Moment, is_reading
from kit.errors import DomainError
from kit.random import new_id
from kit.sealing import Sealed

CONSENT_VERSION = "face-consent-1"
MOST_ATTEMPTS = 5
BANDS = Bands(version="bands-2")
HOLDER = "holder"  # who files; the others of a case are called by their place in the form
PICTURES = ("card_picture", "portrait_picture", "frame_picture")
MEASURED = (
    *("portrait_width", "consent", "consent_version", "consent_at", "attempts", "band", "distance", "frames_used"),
    *("model", "bands_version", "reasons", "compared_at", "without_camera", "liveness", "live_session", "signals"),
)


class ConsentMissing(DomainError):
    """No picture of a face is taken before the person has agreed to it (个人信息保护法第29条)."""


class PortraitMissing(DomainError):
    """The card must be photographed before the face is compared with it."""


class AttemptsUsedUp(DomainError):
    """The face was compared as often as is allowed; a clerk checks instead."""


class Evidence(Base):
    """What is known of the holder of one application. Scores stay; pictures go."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("application_id", "person"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(String(32))
    person: Mapped[str] = mapped_column(String(60), default=HOLDER)
    card_picture: Mapped[str | None] = mapped_column(String(32))
    portrait_picture: Mapped[str | None] = mapped_column(String(32))
    frame_picture: Mapped[str | None] = mapped_column(String(32))
    portrait_width: Mapped[int | None]
    consent: Mapped[str | None] = mapped_column(String(10))
    consent_version: Mapped[str | None] = mapped_column(String(40))
    consent_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    band: Mapped[str | None] = mapped_column(String(10))
    distance: Mapped[float | None]
    frames_used: Mapped[int | None]
    model: Mapped[str | None] = mapped_column(String(80))
    bands_version: Mapped[str | None] = mapped_column(String(40))
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    compared_at: Mapped[datetime | None] = mapped_column(Moment)
    without_camera: Mapped[bool] = mapped_column(default=False)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    emblem_picture: Mapped[str | None] = mapped_column(String(32))
    card_read: Mapped[dict[str, Any] | None] = mapped_column(Sealed("card"))
    route: Mapped[str | None] = mapped_column(String(20))
    liveness: Mapped[str | None] = mapped_column(String(10))
    live_session: Mapped[str | None] = mapped_column(String(32))
    signals: Mapped[list[Any]] = mapped_column(JSON, default=list)
    assured_at: Mapped[datetime | None] = mapped_column(Moment)
    assured_by: Mapped[str | None] = mapped_column(String(80))
    assurance: Mapped[dict[str, Any] | None] = mapped_column(Sealed("assurance"))

    @property
    def attempts_left(self) -> int:
        return max(0, MOST_ATTEMPTS - self.attempts)

    @property
    def is_complete(self) -> bool:
        """Whether the applicant has done what can be done: a portrait, and a usable comparison or another way."""
        if self.portrait_picture is None:
            return False
        return self.consent == "decline" or self.band in (Band.ACCEPT, Band.PERSON) or self.attempts_left == 0


def evidence_of(session: Session, application_id: str, person: str = HOLDER) -> Evidence:
    """The evidence of one person of the application; empty at first."""
    query = select(Evidence).where(Evidence.application_id == application_id, Evidence.person == person)
    evidence = session.scalar(query)
    if evidence is None:
        evidence = Evidence(
            application_id=application_id, person=person, attempts=0, reasons=[], signals=[], without_camera=False
        )
        if not is_reading(session):  # a page that only looks must not write: it would wait for the writers' lock
            session.add(evidence)
            session.flush()
    return evidence


def keep_portrait(
    session: Session, evidence: Evidence, card: bytes, portrait: bytes, width: int, now: datetime
) -> None:
    """Keep the card's photograph and the portrait on it; a comparison with an earlier portrait no longer counts."""
    destroy_picture(session, evidence.card_picture)
    destroy_picture(session, evidence.portrait_picture)
    _forget_comparison(session, evidence)
    evidence.card_picture = keep_picture(session, card, now)
    evidence.portrait_picture = keep_picture(session, portrait, now)
    evidence.portrait_width = width


def record_consent(session: Session, evidence: Evidence, choice: str, now: datetime) -> None:
    """ "agree" or "decline"; declining also withdraws an earlier agreement and deletes what it allowed."""
    evidence.consent, evidence.consent_version, evidence.consent_at = choice, CONSENT_VERSION, now
    if choice == "decline":
        _forget_comparison(session, evidence)


def may_compare(evidence: Evidence) -> None:
    """Raises ConsentMissing, PortraitMissing or AttemptsUsedUp."""
    if evidence.consent != "agree":
        raise ConsentMissing()
    if evidence.portrait_picture is None:
        raise PortraitMissing()
    if evidence.attempts_left == 0:
        raise AttemptsUsedUp()


def record_comparison(
    session: Session,
    evidence: Evidence,
    comparison: Comparison,
    verdict: Verdict,
    frame: bytes | None,
    now: datetime,
    *,
    with_camera: bool = True,
) -> None:
    """Keep the scores and one frame. A picture that was uploaded shows no live person: a clerk looks at it."""
    destroy_picture(session, evidence.frame_picture)
    evidence.attempts += 1
    band = verdict.band if with_camera or verdict.band is Band.RETRY else Band.PERSON
    evidence.band, evidence.reasons = band, [str(reason) for reason in verdict.reasons]
    evidence.distance, evidence.frames_used = comparison.distance, comparison.frames_used
    evidence.model, evidence.bands_version = comparison.model, BANDS.version
    evidence.compared_at, evidence.without_camera = now, not with_camera
    evidence.liveness, evidence.live_session, evidence.signals = None, None, []
    evidence.frame_picture = keep_picture(session, frame, now) if frame else None


def hand_over(session: Session, from_application: str, to_application: str) -> None:
    """Give the evidence of a returned submission to the corrected one that follows it."""
    evidence = session.scalar(select(Evidence).where(Evidence.application_id == from_application))
    if evidence and evidence.deleted_at is None:
        evidence.application_id = to_application


def copy_evidence(session: Session, from_application: str, to_application: str, now: datetime) -> None:
    """Give another application of the same holder the same proof, with sealed pictures of its own: each case deletes
    those it has. What the other had before is destroyed. Nothing happens once the pictures are gone.
    """
    given = evidence_of(session, from_application)
    if given.deleted_at is not None:
        return
    destroy_evidence(session, evidence_of(session, to_application))
    session.flush()
    copied = Evidence(application_id=to_application, **{name: getattr(given, name) for name in MEASURED})
    for name in PICTURES:
        jpeg = view_picture(session, getattr(given, name))
        setattr(copied, name, keep_picture(session, jpeg, now) if jpeg else None)
    session.add(copied)
    session.flush()


def delete_pictures(session: Session, application_id: str, now: datetime) -> None:
    """Destroy every picture of the application; what was measured stays."""
    evidence = session.scalar(select(Evidence).where(Evidence.application_id == application_id))
    if evidence is None or evidence.deleted_at:
        return
    for name in PICTURES:
        destroy_picture(session, getattr(evidence, name))
    evidence.card_picture = evidence.portrait_picture = evidence.frame_picture = None
    evidence.deleted_at = now


def _forget_comparison(session: Session, evidence: Evidence) -> None:
    destroy_picture(session, evidence.frame_picture)
    evidence.frame_picture = evidence.band = evidence.distance = evidence.frames_used = evidence.compared_at = None
    evidence.liveness = evidence.live_session = None
    evidence.reasons, evidence.signals = [], []


def destroy_evidence(session: Session, evidence: Evidence) -> None:
    """The pictures and what was measured: the draft they belonged to is thrown away."""
    for name in PICTURES:
        destroy_picture(session, getattr(evidence, name))
    session.flush()
    session.delete(evidence)
