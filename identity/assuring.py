# SPDX-License-Identifier: Apache-2.0
"""Assuring (身份确认): that a person has reached the assurance level, by which way, and for whom it holds. Pure.

What is said of a person is bound to name and number by a keyed hash: when the form names somebody else afterwards it
no longer counts. Choosing another way loses nothing: pictures, comparison and appointments stay as they are.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from identity.checks import Band
from identity.evidence import Evidence
from identity.routes import MEETINGS, OFFICERS, Way, load_routes
from kit.errors import DomainError
from kit.sealing import fingerprint

PASS = "pass"  # noqa: S105 (what the live session says of itself)


class AlreadyAssured(DomainError):
    """The person has proved who they are: there is nothing left to choose."""


def who_key(name: str, number: str) -> str:
    """Stands for one person wherever an assurance is kept."""
    return fingerprint(f"{name.strip()}\n{number.strip().upper()}", "assured")


def choose(evidence: Evidence, way: Way) -> None:
    """Go on by this way, from any other. Raises AlreadyAssured."""
    if evidence.assured_at is not None:
        raise AlreadyAssured()
    evidence.route = way


def ask(evidence: Evidence, way: Way, meeting: str, now: datetime) -> None:
    """An appointment or a call is registered: the applicant has done what can be done."""
    choose(evidence, way)
    evidence.assurance = {**(evidence.assurance or {}), "meeting": meeting, "asked_at": now.isoformat()}


def unask(evidence: Evidence) -> None:
    """The appointment is given up."""
    kept = {name: told for name, told in (evidence.assurance or {}).items() if name not in ("meeting", "asked_at")}
    evidence.assurance = kept or None


def assure(evidence: Evidence, way: Way, by: str, who: str, now: datetime, how: Mapping[str, Any]) -> None:
    """The level is reached: `by` whom ("account:…", "partner:…"), for whom (`who_key`) and how.

    An assurance for somebody else, from before the form was changed, is replaced. Raises AlreadyAssured.
    """
    if evidence.assured_at is not None and (evidence.assurance or {}).get("who") == who:
        raise AlreadyAssured()
    evidence.route, evidence.assured_at, evidence.assured_by = way, now, by
    evidence.assurance = {**(evidence.assurance or {}), **how, "way": str(way), "who": who, "unsure": None}


def doubt(evidence: Evidence, way: Way, by: str, now: datetime) -> None:
    """Somebody looked and was not certain: a person decides later, nothing is refused."""
    unask(evidence)
    evidence.assurance = {**(evidence.assurance or {}), "unsure": {"way": str(way), "by": by, "at": now.isoformat()}}


def forget_assurance(evidence: Evidence) -> None:
    """It was given for a person whom the form no longer names."""
    evidence.assured_at = evidence.assured_by = evidence.assurance = None


def route_of(evidence: Evidence) -> Way | None:
    """The way that the person is on: as chosen, or as their answer about face says."""
    if evidence.route and not (evidence.route == Way.FACE and evidence.consent == "decline"):
        return Way(evidence.route)
    return {"agree": Way.FACE, "decline": Way.EYE}.get(evidence.consent or "")


def is_face_proven(evidence: Evidence, card_agrees: bool) -> bool:
    """A living face that matches a card, and the card is the one of the person whom the form names (`card_agrees`,
    which whoever knows the form says): the machine needs no person for this way."""
    is_alike = evidence.band == Band.ACCEPT and not evidence.without_camera
    return is_alike and evidence.liveness == PASS and card_agrees


def assured_way(evidence: Evidence, who: str) -> Way | None:
    """The way by which this very person reached the level by somebody's word; None if they did not."""
    told = evidence.assurance or {}
    return Way(told["way"]) if evidence.assured_at is not None and told.get("who") == who else None


def is_assured(evidence: Evidence, who: str, card_agrees: bool) -> bool:
    """Whether the level is reached for this person, by whichever way."""
    is_by_face = evidence.assured_at is None and is_face_proven(evidence, card_agrees)
    return assured_way(evidence, who) is not None or is_by_face


def is_for_another(evidence: Evidence, who: str) -> bool:
    """Whether the level was reached for somebody whom the form no longer names."""
    return evidence.assured_at is not None and assured_way(evidence, who) is None


def is_unsure(evidence: Evidence) -> bool:
    return bool((evidence.assurance or {}).get("unsure")) and evidence.assured_at is None


def second_factor(evidence: Evidence, who: str) -> str:
    """ "none", "partner", "window" or "video": what binds the person to the case beside a remote face."""
    way = assured_way(evidence, who)
    return str(way) if way is not None and load_routes().of(way).factor else "none"


def is_by_officer(way: str | None) -> bool:
    return way in OFFICERS


def is_meeting(way: str | None) -> bool:
    return way in MEETINGS
