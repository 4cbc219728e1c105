# SPDX-License-Identifier: Apache-2.0
"""Entering (工作人员登录): with password and second factor, as a member of staff of the demonstration. I/O: HTTP.

The one way in which the demonstration, the journeys of the tests and the album sign staff in.
"""

import time

from demonstration.applicant import Applicant
from identity import current_code, demonstration_password, demonstration_secret
from kit import clock

SECOND = "/staff/signin/second"
STEP_S = 30


def code_of(username: str) -> str:
    """What the device of this account shows now."""
    return current_code(demonstration_secret(username), clock.now())


def ms_to_next_code() -> float:
    return (STEP_S - time.time() % STEP_S + 0.1) * 1000


def enter(person: Applicant, username: str, onwards: str = "/") -> None:
    """Sign in. A code is good for one use: who signs in twice within half a minute waits for the next one."""
    form = {"username": username, "password": demonstration_password(username), "next": onwards}
    person.expect(person.send("/staff/signin", form, shown_on="/staff/signin"))
    answer = person.send(SECOND, {"code": code_of(username), "next": onwards}, shown_on=SECOND)
    if answer.status_code == 422:
        time.sleep(ms_to_next_code() / 1000)
        answer = person.send(SECOND, {"code": code_of(username), "next": onwards}, shown_on=SECOND)
    person.expect(answer)
