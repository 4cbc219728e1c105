# SPDX-License-Identifier: Apache-2.0
"""Promising (双告知承诺): the permits that follow a registration, told to its applicant, who promises to obtain them.

I/O: through the verbs.
"""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

import supervision
from approval import supervised
from approval.application import Application
from approval.office import Office
from kit.clock import office_day
from kit.text import Text
from web.deps import Db, DeskDep, Now, OwnApplication
from web.respond import go

router = APIRouter()
UNKNOWN = Text(zh="涉及许可的其他项目", en="Other items that need a permit")


def later_of(db: Session, office: Office, application: Application) -> dict[str, Any] | None:
    """What the page shows; None where no permit follows."""
    later = supervised.later_permits(db, office, application)
    if not later:
        return None
    offered = {item.code for item in office.catalogue.offered(office_day(office.clock()))}
    known = supervision.promise_of(db, application.id)
    return {
        "rows": [
            {
                "name": one.permit.name if one.permit else UNKNOWN,
                "department": one.department.name if one.department else None,
                "basis": one.permit.basis if one.permit else None,
                "phrases": [phrase.label for phrase in one.phrases],
                "href": f"/items/{one.permit.item}" if one.permit and one.permit.item in offered else None,
            }
            for one in later
        ],
        "promised_at": known.promised_at if known else None,
        "promise_href": f"/cases/{application.id}/promise",
    }


@router.post("/cases/{id}/promise")
def promise(desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    later = supervised.later_permits(db, desk.office, application)
    permits = [one.permit.item if one.permit else "other" for one in later]
    if permits:
        actor = f"account:{application.applicant_id}"
        supervision.promise(db, application.id, application.number or application.id, permits, actor, now)
    return go(f"/cases/{application.id}", "permits-promised" if permits else None)
