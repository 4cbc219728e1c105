# SPDX-License-Identifier: Apache-2.0
"""Provers (实名情况): everybody whom a case names, how proved and when, and when signed. I/O: verbs."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from approval import meetings, participants, proving
from approval.application import Application
from approval.office import Office
from identity import HOLDER, evidence_of, load_routes
from web.wording import SIGNAL_OUTCOMES, SIGNALS

MOODS = {"pass": "good", "fail": "bad", "missing": "warn", "advisory": ""}


def provers_of(db: Session, office: Office, case: Application, is_mine: bool, now: datetime) -> list[dict[str, Any]]:
    """One line a person; pictures and the form for comparing them only for whoever holds the case."""
    signed = {one.place: one for one in participants.of_application(db, case.id)}
    notes = {met.person: met for met in reversed(meetings.of_application(db, case.id))}
    lines = []
    for one in proving.standing(db, office, case, now):
        place, evidence = one.named.place, evidence_of(db, case.id, one.named.place)
        part, met = signed.get(place), notes.get(place)
        base = f"/review/{case.id}/pictures"
        has_card = evidence.card_picture is not None
        own = "own" if evidence.own_picture else "frame" if evidence.frame_picture else None
        has_own = own is not None
        lines.append(
            {
                "place": place,
                "role": one.named.role,
                "way": load_routes().of(one.way).title if one.way else None,
                "is_assured": one.is_assured,
                "is_unsure": one.is_unsure,
                "at": one.at,
                "by_partner": bool(one.by and one.by.startswith("partner:")),
                "signed_at": case.submitted_at if place == HOLDER else part.signed_at if part else None,
                "phone": part.masked_phone if part else None,
                "signals": [shown_signal(signal) for signal in evidence.signals] if is_mine else [],
                "note": met.note if met and is_mine else "",
                "may_compare": is_mine and has_card and has_own and not one.is_assured,
                "card_href": f"{base}/card?person={place}" if is_mine and place != HOLDER and has_card else None,
                "own_href": f"{base}/{own}?person={place}" if is_mine and place != HOLDER and has_own else None,
            }
        )
    return lines


def shown_signal(signal: dict[str, Any]) -> dict[str, Any]:
    """One figure of the live session (活体信号) against its limit, in words; what failed is to be looked at."""
    outcome = signal["outcome"]
    return {
        "said": SIGNALS[signal["name"]],
        "value": signal["value"],
        "threshold": signal["threshold"],
        "outcome": SIGNAL_OUTCOMES[outcome],
        "mood": MOODS[outcome],
        "version": signal["version"],
    }
