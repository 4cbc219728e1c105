# SPDX-License-Identifier: Apache-2.0
"""Evidence (身份凭证): how the holder of an application proved who they are. Hides pictures and their deletion.

I/O: database. Face is one way; declining it leads to the same case with a clerk's check
(人脸识别技术应用安全管理办法第10条). Frames are never stored: only the best one is sealed, until the decision is final.
Pictures, and what was read from the card, are sealed under a key of this person in this case.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.bands import bands_of
from identity.checks import Band, Comparison, Verdict
from identity.consents import (
    FACE,
    copy_consent,
    end_consent,
    forget_consents,
    hand_consents_over,
    keep_consent,
    load_consents,
)
from identity.vault import destroy_all_under, destroy_picture, holds_keys, keep_picture, seal_anew, view_picture
from kit import keyring
from kit.database import Base, Moment, is_reading
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.random import new_id
from kit.resealing import NOT_FROM, SEALED_FOR
from kit.sealing import seal_under, unseal, unseal_under

CONSENT_VERSION = load_consents().current(FACE).version
MOST_ATTEMPTS = 5
HOLDER = "holder"  # who files; the others of a case are called by their place in the form
PICTURES = ("card_picture", "portrait_picture", "frame_picture", "emblem_picture", "own_picture")
_KEYED = b"k1:"  # what was sealed before persons had keys begins with a random nonce instead
MEASURED = (
    *("portrait_width", "consent", "consent_version", "consent_at", "attempts", "band", "distance", "frames_used"),
    *("model", "bands_version", "reasons", "compared_at", "without_camera"),
    *("card_read", "route", "liveness", "live_session", "signals", "assured_at", "assured_by", "assurance"),
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
    own_picture: Mapped[str | None] = mapped_column(String(32))
    card_sealed: Mapped[bytes | None] = mapped_column(
        "card_read", LargeBinary, info={SEALED_FOR: "card", NOT_FROM: _KEYED}
    )
    route: Mapped[str | None] = mapped_column(String(20))
    liveness: Mapped[str | None] = mapped_column(String(10))
    live_session: Mapped[str | None] = mapped_column(String(32))
    intent: Mapped[str | None] = mapped_column(String(64))  # digest of the post and the business that were confirmed
    signals: Mapped[list[Any]] = mapped_column(JSON, default=list)
    assured_at: Mapped[datetime | None] = mapped_column(Moment)
    assured_by: Mapped[str | None] = mapped_column(String(80))
    # Not under the person's key: what an officer looked at and noted is kept as long as the file.
    assurance: Mapped[dict[str, Any] | None] = mapped_column(SealedWith("assurance"))
    vault_key: Mapped[str | None] = mapped_column(String(32), index=True)
    subject_key: Mapped[str | None] = mapped_column(String(64), index=True)

    @property
    def card_read(self) -> dict[str, Any] | None:
        """What was read from the card and corrected. None once the key of the person is gone."""
        sealed = self.card_sealed
        if sealed is None or not sealed.startswith(_KEYED):
            return None if sealed is None else dict(json.loads(unseal(sealed, "card")))
        key = keyring.installed().get(self.vault_key) if self.vault_key else None
        return dict(json.loads(unseal_under(key, sealed[len(_KEYED) :], f"card:{self.vault_key}"))) if key else None

    @card_read.setter
    def card_read(self, read: dict[str, Any] | None) -> None:
        if read is None:
            self.card_sealed = None
            return
        name = key_of(self)
        key = keyring.installed().get(name)
        if key is None:
            raise keyring.KeyGone()
        self.card_sealed = _KEYED + seal_under(key, json.dumps(read, ensure_ascii=False).encode(), f"card:{name}")

    @property
    def holds_something(self) -> bool:
        """Whether there is anything that must go one day."""
        return any(getattr(self, name) is not None for name in (*PICTURES, "vault_key", "card_sealed"))

    @property
    def attempts_left(self) -> int:
        return max(0, MOST_ATTEMPTS - self.attempts)

    @property
    def is_complete(self) -> bool:
        """Whether the applicant has done what can be done, by any way: the level is reached, an appointment is made, or
        there is a portrait with a usable comparison or for a clerk's eye."""
        if self.is_assured or (self.assurance or {}).get("asked_at"):
            return True
        if self.portrait_picture is None:
            return False
        is_for_eye = self.consent == "decline" or self.route == "eye"
        return is_for_eye or self.band in (Band.ACCEPT, Band.PERSON) or self.attempts_left == 0

    @property
    def is_assured(self) -> bool:
        """Whether somebody said who the person is; for whom that holds, `identity.assuring` tells."""
        return self.assured_at is not None


holds_keys(Evidence.vault_key)


def key_of(evidence: Evidence) -> str:
    """The key of this person in this case, made with the first thing that is sealed."""
    if evidence.vault_key is None:
        evidence.vault_key = keyring.installed().make()
    return evidence.vault_key


def keep_for(session: Session, evidence: Evidence, jpeg: bytes, now: datetime) -> str:
    """Seal a picture under the person's key: it goes when the evidence goes, whatever names it. Gives its name."""
    return keep_picture(session, jpeg, now, key_of(evidence))


def everybodys_evidence(session: Session, application_id: str) -> list[Evidence]:
    """Of every person of the application, the holder first."""
    found = session.scalars(select(Evidence).where(Evidence.application_id == application_id))
    return sorted(found, key=lambda one: (one.person != HOLDER, one.person))


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
    """Keep the card's photograph and the portrait on it.

    A comparison with an earlier portrait no longer counts, and what was read of an earlier card belongs to that card.
    """
    destroy_picture(session, evidence.card_picture)
    destroy_picture(session, evidence.portrait_picture)
    evidence.card_read = None
    _forget_comparison(session, evidence)
    evidence.card_picture = keep_for(session, evidence, card, now)
    evidence.portrait_picture = keep_for(session, evidence, portrait, now)
    evidence.portrait_width = width


def keep_own_picture(session: Session, evidence: Evidence, jpeg: bytes, now: datetime) -> None:
    """A picture that the person took of themselves for a clerk's eye, beside whatever the machine compared."""
    destroy_picture(session, evidence.own_picture)
    evidence.own_picture = keep_for(session, evidence, jpeg, now)


def record_consent(session: Session, evidence: Evidence, choice: str, now: datetime) -> None:
    """ "agree" or "decline"; declining also withdraws an earlier agreement and deletes what it allowed."""
    if choice == "decline":
        forget_face(session, evidence)
        end_consent(session, evidence.application_id, evidence.person, FACE, now)
    else:
        keep_consent(session, evidence.application_id, evidence.person, FACE, now)
    evidence.consent, evidence.consent_version, evidence.consent_at = choice, CONSENT_VERSION, now


def forget_face(session: Session, evidence: Evidence) -> None:
    """What the consent allowed: frame, scores and signals, and the assurance if it rests on them.

    The other pictures get a new key: with the old one the frame becomes unreadable in every copy.
    """
    had_frame = evidence.frame_picture is not None
    _forget_comparison(session, evidence)
    evidence.liveness = evidence.live_session = None
    evidence.signals = []
    if evidence.route == FACE:
        evidence.route = evidence.assured_at = evidence.assured_by = evidence.assurance = None
    if had_frame and evidence.vault_key is not None:
        session.flush()
        read = evidence.card_read
        evidence.vault_key = seal_anew(session, evidence.vault_key)
        evidence.card_read = read


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
    evidence.model, evidence.bands_version = comparison.model, bands_of(comparison.model).version
    evidence.compared_at, evidence.without_camera = now, not with_camera
    evidence.liveness = evidence.live_session = evidence.intent = None
    evidence.signals = []
    evidence.frame_picture = keep_for(session, evidence, frame, now) if frame else None


def hand_over(session: Session, from_application: str, to_application: str) -> None:
    """Give the evidence of a returned submission to the corrected one that follows it."""
    given = [one for one in everybodys_evidence(session, from_application) if one.deleted_at is None]
    for evidence in given:
        evidence.application_id = to_application
    if given:
        hand_consents_over(session, from_application, to_application)


def copy_evidence(session: Session, from_application: str, to_application: str, now: datetime) -> None:
    """Give another application of the same holder the same proof, with sealed pictures of its own: each case deletes
    those it has. What the other had before is destroyed. Nothing happens once the pictures are gone, or stay only to be
    looked at again.
    """
    given = evidence_of(session, from_application)
    is_reduced = given.portrait_picture is not None and given.card_picture is None
    if given.deleted_at is not None or is_reduced:
        return
    destroy_evidence(session, evidence_of(session, to_application))
    session.flush()
    copied = Evidence(application_id=to_application, **{name: getattr(given, name) for name in MEASURED})
    for name in PICTURES:
        jpeg = view_picture(session, getattr(given, name))
        setattr(copied, name, keep_for(session, copied, jpeg, now) if jpeg else None)
    session.add(copied)
    copy_consent(session, from_application, to_application, HOLDER)
    session.flush()


def delete_pictures(session: Session, application_id: str, now: datetime) -> int:
    """Destroy every picture of everybody of the application, and their keys; what was measured stays.

    Gives of how many persons.
    """
    return sum(delete_pictures_of(session, evidence, now) for evidence in everybodys_evidence(session, application_id))


def delete_pictures_of(session: Session, evidence: Evidence, now: datetime) -> bool:
    """Of one person. Gives whether there was anything left to do."""
    if evidence.deleted_at is not None and not evidence.holds_something:
        return False
    _destroy_pictures(session, evidence)
    evidence.deleted_at, evidence.subject_key = evidence.deleted_at or now, None
    return True


def _destroy_pictures(session: Session, evidence: Evidence) -> None:
    for name in PICTURES:
        destroy_picture(session, getattr(evidence, name))
        setattr(evidence, name, None)
    destroy_all_under(session, evidence.vault_key)
    evidence.card_read = evidence.vault_key = None
    session.flush()


def _forget_comparison(session: Session, evidence: Evidence) -> None:
    destroy_picture(session, evidence.frame_picture)
    evidence.frame_picture = evidence.band = evidence.distance = evidence.frames_used = evidence.compared_at = None
    evidence.liveness = evidence.live_session = evidence.intent = None
    evidence.reasons, evidence.signals = [], []


def destroy_evidence(session: Session, evidence: Evidence) -> None:
    """The pictures and what was measured: the draft they belonged to is thrown away."""
    _destroy_pictures(session, evidence)
    forget_consents(session, evidence.application_id, evidence.person)
    session.delete(evidence)


def destroy_everybodys_evidence(session: Session, application_id: str) -> None:
    for evidence in everybodys_evidence(session, application_id):
        destroy_evidence(session, evidence)
    session.flush()
