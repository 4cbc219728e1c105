# SPDX-License-Identifier: Apache-2.0
"""Settling (证件自动核对): a card that leaves nothing to ask is confirmed without a page. I/O: database.

Only agreement is the machine's: any doubt, difference or flaw is shown to the holder, who may correct it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from approval import prefilling
from approval.cards import needs_no_look
from approval.casefile import locked
from approval.office import Office
from approval.proving import holder_of
from identity import evidence_of
from identity.card import as_said, settle_card
from kit.clock import office_day


def settle(session: Session, office: Office, application_id: str, now: datetime) -> bool:
    """Whether it could be; what the form asks for and nobody answered is then filled in. Raises NotADraft."""
    application, evidence = locked(session, application_id), evidence_of(session, application_id)
    holder = holder_of(office, application)
    if not needs_no_look(evidence.card_read, holder.name, holder.number, office_day(now)):
        return False
    settle_card(session, evidence, now)
    prefilling.from_card(session, office, application, as_said(evidence.card_read), now)
    return True
