# SPDX-License-Identifier: Apache-2.0
"""Supervision (批管同步): who supervises what, what they are told, and what they found."""

from supervision.competence import Addressed, Competence, Department, Later, Permit, Phrase, load_competence
from supervision.hooks import Hook, delivering, key_of, load_hooks
from supervision.promising import PermitPromise, promise, promise_of
from supervision.results import Found, ResultMalformed, SupervisionResult, record_result, results_of
from supervision.telling import (
    ClaimedAlready,
    Event,
    Notification,
    NotificationUnknown,
    claim,
    in_pool,
    inbox,
    newest,
    note_alarm,
    of_department,
    pool,
    receive,
    tell,
    tell_of_permit,
    waiting_since,
)

__all__ = [
    "Addressed",
    "ClaimedAlready",
    "Competence",
    "Department",
    "Event",
    "Found",
    "Hook",
    "Later",
    "Notification",
    "NotificationUnknown",
    "Permit",
    "PermitPromise",
    "Phrase",
    "ResultMalformed",
    "SupervisionResult",
    "claim",
    "delivering",
    "in_pool",
    "inbox",
    "key_of",
    "load_competence",
    "load_hooks",
    "newest",
    "note_alarm",
    "of_department",
    "pool",
    "promise",
    "promise_of",
    "receive",
    "record_result",
    "results_of",
    "tell",
    "tell_of_permit",
    "waiting_since",
]
