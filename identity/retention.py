# SPDX-License-Identifier: Apache-2.0
"""Retention (保存期限): how long what is known of people is kept, as data with its ground. I/O: one file, database.

The periods stand in `retention.toml`, refused with its line when a kind is missing; another file may take its place.
Also how many persons' face data is held, which the law counts (人脸识别技术应用安全管理办法第15条).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from identity.consents import FACE, load_consents
from identity.evidence import PICTURES, Evidence, delete_pictures
from kit.declared import declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "retention.toml"


class What(StrEnum):
    """The kinds of things that have a time of their own."""

    LIVE_FRAMES = "live_frames"
    FAILED_SESSIONS = "failed_sessions"
    PAST_SESSIONS = "past_sessions"
    DECIDED_PICTURES = "decided_pictures"
    SAMPLED_PICTURES = "sampled_pictures"
    RETURNED_PICTURES = "returned_pictures"
    DRAFT_PICTURES = "draft_pictures"
    DRAFT_WARNINGS = "draft_warnings"
    DRAFTS = "drafts"
    WITHDRAWN_CASES = "withdrawn_cases"
    REFUSED_CASES = "refused_cases"
    ORPHANS = "orphans"
    APPOINTMENTS = "appointments"
    PARTNER_QUESTIONS = "partner_questions"
    SETTLED_CLAIMS = "settled_claims"
    UNFOUND_CLAIMS = "unfound_claims"
    FILINGS = "filings"
    PHONE_CODES = "phone_codes"
    MESSAGES = "messages"
    KEPT_ANSWERS = "kept_answers"
    ACCOUNTS = "accounts"


class Rule(Frozen):
    """One kind: how long after what, and why."""

    what: What
    days: int = Field(default=0, ge=0, le=3650)
    hours: int = Field(default=0, ge=0, le=240)
    after: Literal[
        "session_ended", "session_begun", "decision_final", "returned", "last_activity", "made", "ended", "settled"
    ]
    basis: Text
    confidence: Literal["V", "V2", "M", "D"]

    @property
    def period(self) -> timedelta:
        return timedelta(days=self.days, hours=self.hours)


class Threshold(Frozen):
    """How many persons' face data may be held before somebody is told, and before it has to be filed."""

    warn: int = Field(ge=1)
    file: int = Field(ge=1)
    basis: Text
    confidence: Literal["V", "V2", "M", "D"]

    def reached(self, persons: int) -> Literal["file", "warn"] | None:
        return "file" if persons >= self.file else "warn" if persons >= self.warn else None


class Retention(Frozen):
    version: str = Field(max_length=80)
    grace_hours: int = Field(ge=0, le=48)
    rules: tuple[Rule, ...]
    persons: Threshold

    @model_validator(mode="after")
    def _says_everything_once(self) -> Self:
        named = [rule.what for rule in self.rules]
        if missing := set(What) - set(named):
            raise ValueError(f"no period for {', '.join(sorted(missing))}")
        if len(named) != len(set(named)):
            raise ValueError("two periods for one kind")
        if self.rule(What.DRAFT_WARNINGS).period >= self.rule(What.DRAFTS).period:
            raise ValueError("a draft's owner is told before it is deleted, not after")
        said = load_consents().current(FACE).second_look_days
        if self.rule(What.SAMPLED_PICTURES).period + self.grace > timedelta(days=said):
            raise ValueError(f"people agree that pictures stay for a second look for {said} days and no longer")
        if self.persons.warn >= self.persons.file:
            raise ValueError("the warning comes before the filing")
        return self

    def rule(self, what: What) -> Rule:
        return next(rule for rule in self.rules if rule.what is what)

    def limit(self, what: What, now: datetime) -> datetime:
        """Whatever happened before this moment, its time is over."""
        return now - self.rule(what).period

    @property
    def sampled_for(self) -> timedelta:
        """How long after the decision a sample keeps faces: no shorter than what nobody looks at again is kept."""
        return max(self.rule(What.SAMPLED_PICTURES).period, self.rule(What.DECIDED_PICTURES).period)

    @property
    def grace(self) -> timedelta:
        return timedelta(hours=self.grace_hours)

    @property
    def notice(self) -> timedelta:
        """From the warning to the deletion of a draft."""
        return self.rule(What.DRAFTS).period - self.rule(What.DRAFT_WARNINGS).period


@lru_cache
def load_retention(file: Path = FILE) -> Retention:
    """Raises Refused, with file and line."""
    return declared(file, Retention)


def when_final(session: Session, retention: Retention, application_id: str, now: datetime) -> bool:
    """The decision is final: the pictures go at once, unless a period says later. Gives whether they went."""
    if retention.rule(What.DECIDED_PICTURES).period:
        return False
    delete_pictures(session, application_id, now)
    return True


def persons_held(session: Session) -> int:
    """Of how many distinct persons pictures with a face are held.

    One person in several cases is one as soon as their number is known (by keyed hash); before that each proof counts.
    """
    holds = or_(*(getattr(Evidence, name).is_not(None) for name in PICTURES))
    return (
        session.scalar(select(func.count(func.coalesce(Evidence.subject_key, Evidence.id).distinct())).where(holds))
        or 0
    )
