# SPDX-License-Identifier: Apache-2.0
"""Case file (案卷): what every verb needs of a case: its row, locked; its item; its answers, checked; its log.

I/O: database.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval.application import Application, Transition
from approval.office import Office
from approval.printing import unprintable
from catalogue import Item
from forms import Checked, check
from kit.clock import office_day

DIGESTS = frozenset({"answers_digest", "signed_digest", "evidence_digest", "trace_digest"})
"""Facts that are made of what people said about themselves: the log has them under a salt."""


def locked(session: Session, application_id: str) -> Application:
    """The row as it is now, nobody else's until the transaction ends. Raises NoResultFound.

    A query and not `get`: that one refuses a row which has changed since this session first read it, and what has
    changed is for the verbs to judge.
    """
    query = select(Application).where(Application.id == application_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def item_of(office: Office, application: Application) -> Item:
    return office.catalogue.item(application.item_code, application.item_version)


def checked(office: Office, application: Application, now: datetime) -> Checked:
    """The whole form as it stands."""
    form = office.catalogue.form_of(item_of(office, application))
    found = check(form, application.answers, office_day(now))
    return Checked(found.values, found.problems + unprintable(found.values))


def digest_of(application: Application, without: Collection[str] = ()) -> str:
    """SHA-256 over item, version and answers: what a signature signs and a decision decides on.

    `without`: fields that the office fills in from the licence after signing; a signature that allows for them names
    them, and its digest comes out the same before and after.
    """
    answers = {name: answer for name, answer in application.answers.items() if name not in without}
    content = [application.item_code, application.item_version, answers]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def record(
    session: Session,
    application: Application,
    event: str,
    actor: str,
    now: datetime,
    facts: Mapping[str, Any],
    personal: Mapping[str, str] | None = None,
) -> None:
    """Append to the decision log in the same transaction; to what is `personal` the entry only commits.

    So it does to digests: answers can be guessed, and a bare digest would confirm the guess for ever.
    """
    kept = {name: str(value) for name, value in facts.items() if name in DIGESTS}
    facts, personal = {n: v for n, v in facts.items() if n not in DIGESTS}, {**kept, **(personal or {})}
    subject = application.number or application.id
    audit.append(session, event=event, subject=subject, actor=actor, facts=facts, now=now, personal=personal)


def record_transition(application: Application, event: Mapping[str, Any], actor: str, now: datetime) -> Transition:
    return Transition(
        application_id=application.id,
        seq=application.seq,
        step=application.step or "",
        event=dict(event),
        actor=actor,
        at=now,
    )
