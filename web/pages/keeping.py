# SPDX-License-Identifier: Apache-2.0
"""Keeping (保存情况): what staff see of what is kept of people, and of the proofs. I/O: through the verbs."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from approval.application import Application
from approval.nightly import LATE
from identity.forgetting import last_report
from identity.record import counted, records_of
from identity.retention import Rule, persons_held
from kit.text import Text
from web.desk import Desk
from web.wording import KEPT, OCCASIONS

AT_ONCE = Text(zh="立即删除", en="Deleted at once")


def what_is_kept(desk: Desk, db: Session, now: datetime) -> dict[str, Any]:
    """The last proof, how many persons there are now, and the periods with their ground."""
    retention, report, persons = desk.office.retention, last_report(db), persons_held(db)
    proved_at = report.finished_at if report else None
    return {
        "persons": persons,
        "alarm": retention.persons.reached(persons),
        "file": retention.persons.file,
        "basis": retention.persons.basis,
        "remaining": report.remaining if report else {},
        "destroyed": report.destroyed if report else {},
        "proved_at": proved_at,
        "is_late": persons > 0 and (proved_at is None or now - proved_at > LATE),
        "rules": retention.version,
        "periods": [_shown(rule) for rule in retention.rules],
    }


def _shown(rule: Rule) -> dict[str, Any]:
    days = Text(zh=f"{rule.days} 天", en=f"{rule.days} days")
    hours = Text(zh=f"{rule.hours} 小时", en=f"{rule.hours} hours")
    period = days if rule.days else hours if rule.hours else AT_ONCE
    return {"what": KEPT[rule.what], "period": period, "basis": rule.basis, "confidence": rule.confidence}


def shown_records(db: Session, application: Application | None) -> list[dict[str, Any]]:
    """Counts and digests of the records of identity; nothing about the person."""
    records = counted(records_of(db, application.id)) if application else []
    return [
        {
            "person": one.person,
            "occasion": OCCASIONS[one.occasion],
            "digest": one.digest,
            "at": one.at,
            "commitments": one.commitments,
            "signals": one.signals,
            "is_whole": one.is_whole,
            "is_linkable": one.is_linkable,
        }
        for one in records
    ]
