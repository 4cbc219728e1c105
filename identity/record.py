# SPDX-License-Identifier: Apache-2.0
"""Identity record (核验记录): what a person's proof consisted of, written down once and never changed. I/O: database.

Scores, versions, times and commitments, no picture and no number: a commitment (`kit.commitments`) binds a thing by a
random salt, and the salts are sealed under the person's key. While that key is there, anybody who has
the picture can be shown that it is the one; once it is thrown away nobody can link the record to a person by it. The
record is sealed, its digest stands in the decision log.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.consents import Consent, current_consent
from identity.evidence import PICTURES, Evidence, key_of
from identity.vault import view_picture
from kit import keyring
from kit.commitments import commit, opens
from kit.database import Base, Moment
from kit.inherited import SealedWith
from kit.random import new_id
from kit.sealing import fingerprint, seal_under, unseal_under

FORMAT = "identity-record-2"
OLD_FORMAT = "identity-record-1"
"""SHA-256 over a salt of 128 bits and the thing, without the name of the field; still opened, no longer made."""
NUMBER = "id_number"
Occasion = Literal["submission", "assurance", "withdrawal"]


class IdentityRecord(Base):
    """One record. `key` names the key of the salts and keeps nobody from throwing it away."""

    __tablename__ = "identity_record"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(String(32), index=True)
    person: Mapped[str] = mapped_column(String(60))
    occasion: Mapped[str] = mapped_column(String(20))
    content: Mapped[dict[str, Any]] = mapped_column(SealedWith("identity_record", gone={}))
    digest: Mapped[str] = mapped_column(String(64))
    salts: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def is_whole(self) -> bool:
        """Whether the content is what its digest says."""
        return hmac.compare_digest(self.digest, digest_of(self.content))


@dataclass(frozen=True, slots=True)
class Counted:
    """A record as an auditor sees it: nothing about the person."""

    person: str
    occasion: str
    digest: str
    at: datetime
    commitments: int
    signals: int
    is_whole: bool
    is_linkable: bool


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the content as JSON, keys in order and no spaces."""
    told = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def keep_record(
    session: Session, evidence: Evidence, occasion: Occasion, number: str, rules: str, now: datetime
) -> IdentityRecord:
    """Write down how the person stands now. `number` is committed to and forgotten; "" if it is not known.

    `rules`: the version of the rules that judge the case. Also notes, by keyed hash, whose face data this is.
    """
    things = {name: view_picture(session, getattr(evidence, name)) for name in PICTURES}
    things[NUMBER] = number.upper().encode() or None
    if number and evidence.deleted_at is None:
        evidence.subject_key = fingerprint(number.upper(), "face")
    made = {name: commit(name, thing) for name, thing in things.items() if thing}
    commitments = {name: told for name, (told, _salt) in made.items()}
    salts = {name: salt for name, (_told, salt) in made.items()}
    consent = current_consent(session, evidence.application_id, evidence.person)
    content = {
        **_told(evidence),
        "occasion": occasion,
        "at": now.isoformat(),
        "rules": rules,
        "consent": None if consent is None else _told_consent(consent),
        "commitments": commitments,
    }
    name = key_of(evidence) if evidence.deleted_at is None else keyring.installed().make()
    record = IdentityRecord(
        application_id=evidence.application_id,
        person=evidence.person,
        occasion=occasion,
        content=content,
        digest=digest_of(content),
        salts=_sealed(salts, name),
        key=name,
        made_at=now,
    )
    session.add(record)
    session.flush()
    return record


def _told(evidence: Evidence) -> dict[str, Any]:
    """Scores, versions and times, as they are in the evidence; nothing that says who it is."""
    e = evidence
    return {
        "format": FORMAT,
        "person": e.person,
        "choice": e.consent,
        "route": e.route,
        "scores": {"band": e.band, "distance": e.distance, "frames": e.frames_used, "portrait_width": e.portrait_width},
        "reasons": list(e.reasons),
        "without_camera": e.without_camera,
        "attempts": e.attempts,
        "versions": {"bands": e.bands_version, "model": e.model},
        "liveness": {"verdict": e.liveness, "session": e.live_session, "signals": list(e.signals)},
        "intent": e.intent,
        "times": {"compared_at": _iso(e.compared_at), "assured_at": _iso(e.assured_at)},
        "assured_by": e.assured_by,
    }


def _told_consent(consent: Consent) -> dict[str, Any]:
    return {"version": consent.version, "digest": consent.text_digest, "given_at": consent.given_at.isoformat()}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _sealed(salts: Mapping[str, bytes], name: str) -> bytes:
    key = keyring.installed().get(name)
    if key is None:
        raise keyring.KeyGone()
    return seal_under(key, json.dumps({thing: salt.hex() for thing, salt in salts.items()}).encode(), f"salts:{name}")


def matches(record: IdentityRecord, name: str, thing: bytes) -> bool | None:
    """Whether this is the thing that was committed to as `name`. None once the key is gone: nobody can tell."""
    key = keyring.installed().get(record.key)
    told = record.content["commitments"].get(name)
    if key is None or told is None:
        return None
    salts = json.loads(unseal_under(key, record.salts, f"salts:{record.key}"))
    salt = bytes.fromhex(salts[name])
    if record.content["format"] == OLD_FORMAT:
        return hmac.compare_digest(hashlib.sha256(salt + thing).hexdigest(), told)
    return opens(told, salt, name, thing)


def records_of(session: Session, application_id: str) -> list[IdentityRecord]:
    query = select(IdentityRecord).where(IdentityRecord.application_id == application_id)
    return list(session.scalars(query.order_by(IdentityRecord.made_at, IdentityRecord.id)))


def forget_records(session: Session, application_id: str) -> None:
    """With a draft that is thrown away: its digests stay in the log, and say nothing of anybody."""
    session.execute(delete(IdentityRecord).where(IdentityRecord.application_id == application_id))


def counted(records: list[IdentityRecord]) -> list[Counted]:
    """For auditors: counts and digests."""
    ring = keyring.installed()
    return [
        Counted(
            person=one.person,
            occasion=one.occasion,
            digest=one.digest,
            at=one.made_at,
            commitments=len(one.content["commitments"]),
            signals=len(one.content["liveness"]["signals"]),
            is_whole=one.is_whole,
            is_linkable=ring.get(one.key) is not None,
        )
        for one in records
    ]
