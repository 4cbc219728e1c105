# SPDX-License-Identifier: Apache-2.0
"""Recording (核验存证): how each person of a case proved who they are, written down when it counts. I/O: database.

At submission, when somebody is assured, and when a consent is withdrawn afterwards. The log gets the digest.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from approval.application import Application
from approval.casefile import checked, item_of, record
from approval.office import Office
from approval.weighing import ruleset
from forms import Values, rows_of
from identity import HOLDER, Evidence, everybodys_evidence
from identity.record import IdentityRecord, Occasion, keep_record


def record_identity(
    session: Session,
    office: Office,
    application: Application,
    evidence: Evidence,
    occasion: Occasion,
    actor: str,
    now: datetime,
) -> IdentityRecord:
    """One person's record; its digest goes to the log in the same transaction."""
    number = _number(office, application, evidence.person, now)
    kept = keep_record(session, evidence, occasion, number, ruleset(), now)
    facts = {
        "person": evidence.person,
        "occasion": occasion,
        "digest": kept.digest,
        "commitments": len(kept.content["commitments"]),
        "consent": evidence.consent,
        "route": evidence.route,
    }
    record(session, application, "identity.recorded", actor, now, facts)
    return kept


def record_everybody(session: Session, office: Office, application: Application, actor: str, now: datetime) -> None:
    """At submission, everybody who has proved anything."""
    for evidence in everybodys_evidence(session, application.id):
        record_identity(session, office, application, evidence, "submission", actor, now)


def _number(office: Office, application: Application, person: str, now: datetime) -> str:
    """The number that the form gives for the person, "" if it gives none."""
    item, values = item_of(office, application), checked(office, application, now).values
    if person == HOLDER:
        return str(values.get(item.holder.number) or "")
    place, _, index = person.partition(".")
    for asked in item.persons:
        if index and asked.table == place:
            return _in_row(values, place, int(index), asked.number)
        if not index and asked.table is None and asked.name == place:
            return str(values.get(asked.number) or "")
    return ""


def _in_row(values: Values, table: str, index: int, column: str) -> str:
    rows = rows_of(values.get(table))
    return str(rows[index].get(column) or "") if index < len(rows) else ""
