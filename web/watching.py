# SPDX-License-Identifier: Apache-2.0
"""Watching (安全记录): who signed in, and what was refused, as lines of the journal. I/O: the journal.

Hides what of a request may be told: the template of its route, never its path; the account by its random id; where it
came from as a keyed hash, by which lines can be put together and nobody can be found. Nothing that was typed is told.
"""

from typing import Any

import structlog
from fastapi import Request

from kit.errors import DomainError
from kit.sealing import fingerprint
from web.limiting import network_of

log = structlog.get_logger()
FORGED = frozenset({"forgery_refused"})
FILES = frozenset(
    {
        *("not_a_material", "material_too_large", "material_acts"),
        *("not_an_image", "image_too_large", "image_truncated"),
        *("file_not_examined", "malware_found", "file_not_scanned", "seal_not_read"),
    }
)
PROOFS = frozenset({"passkey_refused", "token_refused", "proof_required"})
CLOSED = frozenset({401, 403, 404})
TOLD = 12  # hexadecimal digits of a keyed hash: enough to tell hundreds of sources apart


def signed_in(request: Request, account: str, by: str) -> None:
    """`by`: code, password (half the way for staff), one_time, recovery_code, passkey, enrolment, directory."""
    log.info("signed_in", account=account, by=by, **_whence(request))


def signed_out(request: Request) -> None:
    log.info("signed_out", **_told(request))


def not_signed_in(request: Request, by: str, name: str = "") -> None:
    """`name`, as typed, is told as a keyed hash: it may be a password in the wrong place."""
    named = {"name": fingerprint(name, "journal")[:TOLD]} if name else {}
    log.warning("sign_in_failed", by=by, **named, **_told(request))


def refused(request: Request, error: DomainError, status: int) -> None:
    """What came of a request that nobody should have sent, or that was not for whoever sent it."""
    event = _event(error, status)
    if event:
        log.warning(event, code=error.code, **_told(request))


def _event(error: DomainError, status: int) -> str:
    if error.code in FORGED:
        return "forgery_refused"
    if error.code in FILES:
        return "file_refused"
    if error.code in PROOFS:
        return "sign_in_failed" if error.facts.get("wrong", True) else ""
    return "access_refused" if status in CLOSED else ""


def _told(request: Request) -> dict[str, Any]:
    viewer = getattr(request.state, "viewer", None)
    return {"account": viewer.id if viewer else "nobody", **_whence(request)}


def _whence(request: Request) -> dict[str, Any]:
    route = request.scope.get("route")
    network = network_of(request.client.host if request.client else "")
    return {
        "method": request.method,
        "route": getattr(route, "path", ""),
        "source": fingerprint(network, "journal")[:TOLD],
    }
