# SPDX-License-Identifier: Apache-2.0
"""Votes (复核意见): what each person of a panel decided, unseen by the others until all have. I/O: database."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import Application
from approval.decision import Correction, Decision
from kit.database import Base, Moment
from kit.inherited import SealedWith
from kit.text import Text


class Vote(Base):
    """Open until the panel has settled; never changed otherwise."""

    __tablename__ = "vote"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    seq: Mapped[int]
    person_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(SealedWith("vote", gone=""))
    basis: Mapped[str] = mapped_column(String(20), default="")
    corrections: Mapped[list[dict[str, Any]]] = mapped_column(SealedWith("vote", gone=[]))
    cast_at: Mapped[datetime] = mapped_column(Moment)
    is_open: Mapped[bool] = mapped_column(default=True)


def cast(session: Session, application: Application, decision: Decision) -> None:
    """Keep what one person decided."""
    session.add(
        Vote(
            application_id=application.id,
            seq=application.seq,
            person_id=decision.decided_by.removeprefix("account:"),
            outcome=decision.outcome,
            reason=decision.reason,
            basis=decision.basis,
            corrections=corrections_as_json(decision.corrections),
            cast_at=decision.decided_at,
        )
    )
    session.flush()


def settle(session: Session, application: Application) -> list[Vote]:
    """The votes of the panel, in the order in which they were cast; from now on everybody may read them."""
    query = select(Vote).where(Vote.application_id == application.id, Vote.is_open.is_(True)).order_by(Vote.id)
    votes = list(session.scalars(query))
    for vote in votes:
        vote.is_open = False
    return votes


def settled(session: Session, application_id: str) -> list[Vote]:
    """What may be read: votes of a panel that is over."""
    query = select(Vote).where(Vote.application_id == application_id, Vote.is_open.is_(False)).order_by(Vote.id)
    return list(session.scalars(query))


def joined(decision: Decision, votes: list[Vote]) -> Decision:
    """The one decision of an agreed panel: every defect that any of them named, once."""
    seen = {correction.path for correction in decision.corrections}
    corrections = list(decision.corrections)
    for vote in votes:
        for kept in vote.corrections:
            if kept["path"] not in seen:
                seen.add(kept["path"])
                corrections.append(correction_of(kept))
    return Decision(
        decision.outcome,
        decision.decided_by,
        decision.decided_at,
        reason=decision.reason,
        basis=decision.basis,
        corrections=tuple(corrections),
    )


def corrections_as_json(corrections: tuple[Correction, ...]) -> list[dict[str, Any]]:
    return [
        {
            "path": c.path,
            "label": c.label.model_dump(),
            "reason": c.reason,
            "clause": c.clause.model_dump() if c.clause else None,
        }
        for c in corrections
    ]


def correction_of(kept: dict[str, Any]) -> Correction:
    clause = Text.model_validate(kept["clause"]) if kept.get("clause") else None
    return Correction(kept["path"], Text.model_validate(kept["label"]), kept["reason"], clause)
