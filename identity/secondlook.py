# SPDX-License-Identifier: Apache-2.0
"""Second look (抽查影像): of a machine approval that a person looks at again, portrait and one frame, and no more.

Only of whoever agreed to words that say so. What goes becomes unreadable in copies, as at any other end: what stays
gets a new key. I/O: database.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from identity.consents import current_consent, load_consents
from identity.evidence import PICTURES, Evidence, delete_pictures_of, everybodys_evidence
from identity.vault import destroy_picture, seal_anew, view_picture

COMPARED = ("portrait_picture", "frame_picture")


def keep_faces(session: Session, application_id: str, now: datetime) -> int:
    """The decision is final and somebody will look again: what is not compared goes at once.

    Gives of how many persons portrait and frame stay; whoever did not agree to that keeps nothing here.
    """
    kept = 0
    for evidence in everybodys_evidence(session, application_id):
        if may_stay(session, evidence):
            _reduce(session, evidence)
            kept += 1
        else:
            delete_pictures_of(session, evidence, now)
    return kept


def may_stay(session: Session, evidence: Evidence) -> bool:
    """Whether there is something to compare, and the words that the person agreed to allow it to stay."""
    if evidence.deleted_at is not None or not all(getattr(evidence, name) for name in COMPARED):
        return False
    given = current_consent(session, evidence.application_id, evidence.person)
    text = load_consents().of_version(given.version) if given is not None else None
    return text is not None and text.second_look_days > 0


def _reduce(session: Session, evidence: Evidence) -> None:
    for name in PICTURES:
        if name not in COMPARED:
            destroy_picture(session, getattr(evidence, name))
            setattr(evidence, name, None)
    evidence.card_read = None
    session.flush()
    if evidence.vault_key is not None:
        evidence.vault_key = seal_anew(session, evidence.vault_key)
    session.flush()


def faces_kept(session: Session, application_id: str) -> list[str]:
    """Of whom, by place, both pictures are there to be compared."""
    return [
        evidence.person
        for evidence in everybodys_evidence(session, application_id)
        if all(view_picture(session, getattr(evidence, name)) for name in COMPARED)
    ]


def face_of(session: Session, application_id: str, person: str, which: str) -> bytes | None:
    """The JPEG of "portrait" or "frame"; None for anything else, and once it is gone."""
    name = f"{which}_picture"
    found = [one for one in everybodys_evidence(session, application_id) if one.person == person]
    return view_picture(session, getattr(found[0], name)) if found and name in COMPARED else None
