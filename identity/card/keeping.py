# SPDX-License-Identifier: Apache-2.0
"""Keeping (证件留存): pictures of a card and what was read of it, sealed in its holder's evidence. I/O: database.

What was read stays beside what the holder made of it: `value` is the machine's, `said` the person's.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from identity.card.fields import EMBLEM_FIELDS, PORTRAIT_FIELDS
from identity.card.reading import CardReading
from identity.card.verdict import Side
from identity.evidence import Evidence, keep_portrait
from identity.vault import destroy_picture, keep_picture

DOCUMENTS = ("passport", "hkm_residence", "hkm_permit", "tw_residence", "tw_permit", "foreign_residence", "other")
OF_SIDE = {Side.PORTRAIT: PORTRAIT_FIELDS, Side.EMBLEM: EMBLEM_FIELDS}


def keep_card(session: Session, evidence: Evidence, reading: CardReading, now: datetime) -> None:
    """Keep one side; the other stays as it is. What was confirmed before no longer counts.

    A picture without a portrait takes its place: a clerk looks at it, and no face compares with it.
    """
    before = evidence.card_read if evidence.card_read and not evidence.card_read["other"] else {}
    if reading.side is Side.PORTRAIT:
        width = reading.face.width if reading.face and reading.crop else 0
        keep_portrait(session, evidence, reading.jpeg, reading.crop or reading.jpeg, width, now)
    else:
        _keep_emblem(session, evidence, reading.jpeg, now)
    fields = {
        name: {part: kept[part] for part in ("value", "confidence", "doubtful")}
        for name, kept in before.get("fields", {}).items()
        if name not in OF_SIDE[reading.side]
    }
    fields |= {name: asdict(field) for name, field in reading.fields.items()}
    sides = {**before.get("sides", {}), str(reading.side): [str(fault) for fault in reading.faults]}
    evidence.card_read = {
        "fields": fields,
        "faults": sorted({fault for faults in sides.values() for fault in faults}),
        "sides": sides,
        "engine": reading.engine,
        "limits": reading.limits,
        "other": False,
    }


def confirm_card(session: Session, evidence: Evidence, said: Mapping[str, str], now: datetime) -> None:
    """Keep what the holder says stands on the card, beside what was read."""
    kept = dict(evidence.card_read or {})
    unread = {"value": "", "confidence": 0.0, "doubtful": True}
    fields = kept.get("fields", {})
    kept["fields"] = {
        name: {**fields.get(name, unread), "said": said.get(name, "")} for name in (*PORTRAIT_FIELDS, *EMBLEM_FIELDS)
    }
    kept["confirmed_at"] = now.isoformat()
    kept.pop("by_itself", None)
    evidence.card_read = kept
    session.flush()


def settle_card(session: Session, evidence: Evidence, now: datetime) -> None:
    """Nothing is left to ask of what was read: it stands as it is, and that nobody was asked is kept."""
    evidence.card_read = {**(evidence.card_read or {}), "confirmed_at": now.isoformat(), "by_itself": True}
    session.flush()


def keep_document(
    session: Session,
    evidence: Evidence,
    kind: str,
    page: tuple[bytes, bytes, int],
    second: bytes | None,
    now: datetime,
) -> None:
    """Another document, unread: its page with the portrait (picture, portrait, width of the face) and a second one."""
    jpeg, crop, width = page
    keep_portrait(session, evidence, jpeg, crop or jpeg, width if crop else 0, now)
    _keep_emblem(session, evidence, second, now)
    evidence.card_read = {"fields": {}, "faults": [], "engine": "", "other": True, "document": {"kind": kind}}


def as_said(card_read: Mapping[str, Any] | None) -> dict[str, str]:
    """What stands on the card by the holder's word, else as it was read; empty values left out."""
    fields = (card_read or {}).get("fields", {})
    values = {name: str(field.get("said", field["value"])) for name, field in fields.items()}
    return {name: value for name, value in values.items() if value}


def is_confirmed(evidence: Evidence) -> bool:
    """Whether the holder has looked at what was read, or gave a document that is not read."""
    kept = evidence.card_read or {}
    return bool(kept.get("other")) or "confirmed_at" in kept


def _keep_emblem(session: Session, evidence: Evidence, jpeg: bytes | None, now: datetime) -> None:
    destroy_picture(session, evidence.emblem_picture)
    evidence.emblem_picture = keep_picture(session, jpeg, now) if jpeg else None
