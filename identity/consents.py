# SPDX-License-Identifier: Apache-2.0
"""Consents (单独同意): to which words a person agreed, when, and when they took it back. I/O: database, one file.

Each purpose has its own consent (个人信息保护法第29条), withdrawn as easily as it was given (第15条). The texts are
declared in `consents.toml`; what was shown can be proved by its hash, against which the file itself is checked.
"""

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from sqlalchemy import Index, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.database import Base, Moment
from kit.declared import Location, declared
from kit.random import new_id
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "consents.toml"
FACE = "face"


class ConsentLine(Frozen):
    term: Text
    words: Text


class ConsentText(Frozen):
    """One wording, for one purpose."""

    version: str = Field(pattern=r"^[a-z]+(-[a-z]+)*-\d+$", max_length=40)
    purpose: Literal["face"]
    sha256: str
    basis: Text
    # For how many days at most, after the decision, the words let portrait and frame stay for a second look.
    second_look_days: int = Field(default=0, ge=0, le=30)
    lines: tuple[ConsentLine, ...] = Field(min_length=1)

    @property
    def digest(self) -> str:
        """SHA-256 over everything that is shown, in both languages, as JSON with keys in order and no spaces."""
        said = self.model_dump(include={"version", "purpose", "basis", "lines"})
        return hashlib.sha256(
            json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()


class ConsentTexts(Frozen):
    """All wordings there ever were; of each purpose the last one is shown."""

    texts: tuple[ConsentText, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _are_what_they_were(self) -> Self:
        for text in self.texts:
            if text.sha256 != text.digest:
                raise ValueError(f"{text.version} is another text than it was ({text.digest}): give it a new version")
        if len({text.version for text in self.texts}) != len(self.texts):
            raise ValueError("two texts of one version")
        return self

    def current(self, purpose: str) -> ConsentText:
        return [text for text in self.texts if text.purpose == purpose][-1]

    def of_version(self, version: str) -> ConsentText | None:
        return next((text for text in self.texts if text.version == version), None)


@lru_cache
def load_consents(file: Path = FILE) -> ConsentTexts:
    """Raises Refused, with the line."""
    return declared(file, ConsentTexts, spoken_of=_place)


def _place(reason: str) -> Location:
    return ("texts",)


class Consent(Base):
    """What one person of one case agreed to. Never changed, but for the moment at which it was withdrawn."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_application_id_person", "application_id", "person"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(String(32))
    person: Mapped[str] = mapped_column(String(60))
    purpose: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(40))
    text_digest: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


def current_consent(session: Session, application_id: str, person: str, purpose: str = FACE) -> Consent | None:
    """What the person has agreed to and not withdrawn."""
    return session.scalar(
        select(Consent)
        .where(Consent.application_id == application_id, Consent.person == person)
        .where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
        .order_by(Consent.given_at.desc(), Consent.id)
        .limit(1)
    )


def keep_consent(session: Session, application_id: str, person: str, purpose: str, now: datetime) -> Consent:
    """Agreed to the text of today; the same text twice is agreed to once, another one takes its place."""
    text, known = load_consents().current(purpose), current_consent(session, application_id, person, purpose)
    if known is not None and known.text_digest == text.digest:
        return known
    end_consent(session, application_id, person, purpose, now)
    consent = Consent(
        application_id=application_id,
        person=person,
        purpose=purpose,
        version=text.version,
        text_digest=text.digest,
        given_at=now,
    )
    session.add(consent)
    session.flush()
    return consent


def end_consent(session: Session, application_id: str, person: str, purpose: str, now: datetime) -> None:
    session.execute(
        update(Consent)
        .where(Consent.application_id == application_id, Consent.person == person)
        .where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def hand_consents_over(session: Session, from_application: str, to_application: str) -> None:
    """They go with the evidence that rests on them."""
    session.execute(
        update(Consent).where(Consent.application_id == from_application).values(application_id=to_application)
    )


def copy_consent(session: Session, from_application: str, to_application: str, person: str) -> None:
    """The same words, agreed to at the same moment, for another application of the same person."""
    known = current_consent(session, from_application, person)
    if known is not None:
        same = {name: getattr(known, name) for name in ("person", "purpose", "version", "text_digest", "given_at")}
        session.add(Consent(application_id=to_application, **same))
        session.flush()


def forget_consents(session: Session, application_id: str, person: str) -> None:
    """Of a draft that is thrown away; that there was a consent stays in the log."""
    session.execute(delete(Consent).where(Consent.application_id == application_id, Consent.person == person))
