# SPDX-License-Identifier: Apache-2.0
"""A phone in a lift: each form is torn on its way once and its answer lost once, and whoever presses again gets on."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import func, select

import audit
from approval.application import Application
from demonstration.applicant import Applicant, sole_trader
from reference import bureau
from tests.faults.proxy import Fault, Proxy, proxy
from tests.journeys.conftest import Service

DELAY_S = 0.02
SUBMITTED = ("checking", "registered", "in_review", "awaiting_people")


class PressesAgain(httpx.BaseTransport):
    """Sends each form three times: half of it, all of it without an answer, and once more."""

    def __init__(self, line: Proxy) -> None:
        self._line, self._inner, self.lost = line, httpx.HTTPTransport(), 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if request.method == "POST":
            for fault in (Fault.TORN, Fault.CUT):
                self._lose(request, fault)
        return self._inner.handle_request(request)

    def _lose(self, request: httpx.Request, fault: Fault) -> None:
        self._line.fault = fault
        with pytest.raises(httpx.TransportError):
            self._inner.handle_request(request)
        self._line.fault = Fault.SLOW
        self.lost += 1

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def line(service: Service) -> Iterator[Proxy]:
    port = httpx.URL(service.address).port
    assert port is not None
    with proxy("127.0.0.1", port) as made:
        made.fault, made.delay_s = Fault.SLOW, DELAY_S
        yield made


def test_over_a_poor_line_everything_typed_is_kept_and_filed_once(service: Service, line: Proxy) -> None:
    person: Applicant = service.applicant(bureau.CLEAN)
    person.start("sole-trader")
    poor = PressesAgain(line)
    with httpx.Client(
        base_url=f"http://127.0.0.1:{line.port}", transport=poor, timeout=30.0, cookies=person.client.cookies
    ) as phone:
        person.client = phone
        person.answer(sole_trader(1900 + service.phones))
        person.photograph_card(service.card)
        person.choose("decline")
        person.sign_and_submit()
        person.wait(*SUBMITTED)
    assert poor.lost >= 2 * 7
    with service.database.reading() as session:
        case = session.get_one(Application, person.application)
        of_this_person = select(func.count()).where(Application.applicant_id == case.applicant_id)
        assert case.number
        submitted = [one for one in audit.of_subject(session, case.number) if one.event == "application.submitted"]
        assert session.scalar(of_this_person) == 1
        assert len(submitted) == 1
