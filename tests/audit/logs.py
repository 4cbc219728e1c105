# SPDX-License-Identifier: Apache-2.0
"""Logs for tests: written through `append`, sequenced at once, under a key of their own."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import audit
from audit import Asked, Filters, Form, Ledger, LogKey
from kit.database import Database

ORIGIN = "test.invalid/log"


def a_ledger(database: Database, *witnesses: audit.Witness) -> Ledger:
    return Ledger(database, LogKey.fresh(ORIGIN), witnesses, "审计员")


def written(database: Database, now: datetime, count: int, personal: Mapping[str, str] | None = None) -> None:
    """So many entries, a transaction for all; every second one a decision."""
    with database.writing() as session:
        for n in range(count):
            event = "decision.made" if n % 2 else "application.submitted"
            facts: dict[str, audit.JSON] = {"words": '=HYPERLINK("x"),\n"引号"', "n": n}
            audit.append(
                session,
                event=event,
                subject=f"=A-{n}",
                actor="account:7",
                facts=facts,
                now=now + timedelta(microseconds=n),
                personal=personal,
            )


def filled(ledger: Ledger, now: datetime, *counts: int) -> None:
    """So many entries, a checkpoint after each portion."""
    for count in counts:
        written(ledger.database, now, count)
        ledger.sequence(now)


def exported(
    ledger: Ledger, path: Path, now: datetime, form: Form = "jsonl", *, disclosures: bool = False, **filters: str
) -> Path:
    asked = Asked(form, Filters(**filters), "inspection", "account:7", now, disclosures)  # type: ignore[typeddict-item]
    with ledger.database.snapshot() as session:
        path.write_bytes(b"".join(audit.export(session, asked, ledger.verifier)))
    return path
