# SPDX-License-Identifier: Apache-2.0
"""Placing (流转落位): an application takes the position that a move gives it, with everything that hangs on it.

One transaction: timer, statutory clock, opinions to be asked for, and the kick for the next automatic step. I/O:
database.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from approval import clocks, opinions, together
from approval.application import PANEL, Application, State
from approval.calendar import load_calendar
from approval.casefile import item_of
from approval.office import Office
from kit.clock import office_day
from workflows import Joint, Move, Panel


def place(
    session: Session,
    office: Office,
    application: Application,
    move: Move,
    actor: str,
    now: datetime,
    *,
    is_running: bool = False,
) -> None:
    """Enter the position of `move`; timers begin with the step, not with each vote or opinion in it.

    `is_running`: the caller goes on with the next automatic step itself, unless it has to wait.
    """
    is_new = move.position.step != application.step
    application.enter(move, now)
    step = office.catalogue.process_of(item_of(office, application)).steps[move.position.step]
    if is_new and move.role:
        application.timer_on = clocks.timer_of(office, application, office_day(now), load_calendar(session))
    if isinstance(step, Panel):
        application.role = PANEL
    if is_new and isinstance(step, Joint):
        opinions.ask(session, application, step.departments, now)
    if move.ended:
        clocks.end_clock(session, office, application, actor, now)
    if move.ended == State.REFUSED:
        together.lead_ended(session, application, now)
    wait_s = spread(application.id, move.position.attempts, move.wait_s) if move.wait_s else 0.0
    application.run_at = now + timedelta(seconds=wait_s) if wait_s else None
    session.flush()
    if move.wait_s is not None and (wait_s or not is_running):
        office.kick(session, application.id, str(application.seq), wait_s)


def spread(application_id: str, attempt: int, wait_s: float) -> float:
    """The wait with jitter, 0.75 to 1.25 times: what failed together is not tried again together.

    From a hash and not from chance, so that a repeated run waits as long.
    """
    digest = hashlib.sha256(f"{application_id}:{attempt}".encode()).digest()
    return wait_s * (0.75 + int.from_bytes(digest[:4]) / 2**33)
