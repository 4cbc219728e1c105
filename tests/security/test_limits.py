# SPDX-License-Identifier: Apache-2.0
"""Rate limits: whoever asks too often is told when to come back, in every process, whatever became of the tries."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from limits import RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter
from pydantic import ValidationError
from sqlalchemy import select

import licences
from approval.calendar import seed_calendar
from approval.participants import Participant
from approval.running import Runner
from identity.messages import Message
from kit.counting import Counted, DatabaseCounts
from kit.database import Database
from kit.random import new_id
from kit.sealing import fingerprint
from kit.settings import Settings
from licences import Licence, Template
from tests.approval.test_participants import a_company, invited
from tests.conftest import NOON
from tests.journeys.inprocess import House
from tests.journeys.walking import a_pdf
from tests.office import TestOffice, a_submitted_case
from web.limiting import network_of

FEW: dict[str, Any] = {"people_per_address": 1, "most_passwords": 100}
CSRF = {"authorization": "Bearer nobody"}  # stands for a programme: no page, so no token of one


def asked_until_refused(house: House, method: str, path: str, most: int = 20, **sent: Any) -> int:
    """How many requests were answered before the first 429, which says when to come back."""
    for number in range(most):
        answer = house.site.request(method, path, **sent)
        if answer.status_code == 429:
            assert 0 < int(answer.headers["retry-after"]) <= 24 * 3600
            assert "过于频繁" in answer.text
            return number
    return most


@pytest.mark.parametrize("asked", [FEW | {"most_sign_ins": 4}])
def test_passwords_cannot_be_tried_without_end_from_one_address(house: House) -> None:
    form = {"username": "zhou", "password": "wrong"}
    assert asked_until_refused(house, "POST", "/staff/signin", data=form, headers=CSRF) == 4


@pytest.mark.parametrize("asked", [{"people_per_address": 1000, "most_passwords": 3}])
def test_nor_for_one_name_and_other_names_are_free(house: House) -> None:
    form = {"username": "zhou", "password": "wrong"}
    assert asked_until_refused(house, "POST", "/staff/signin", data=form, headers=CSRF) == 3
    other = {"username": "head", "password": "wrong"}
    assert house.site.request("POST", "/staff/signin", data=other, headers=CSRF).status_code == 422


@pytest.mark.parametrize("asked", [FEW | {"most_codes": 3}])
def test_codes_are_not_sent_to_phone_after_phone(house: House) -> None:
    for number in range(3):
        form = {"phone": f"1380000{number:04d}"}
        assert house.site.request("POST", "/signin", data=form, headers=CSRF).status_code == 303
    assert asked_until_refused(house, "POST", "/signin", data={"phone": "13800009999"}, headers=CSRF) == 0


@pytest.mark.parametrize("asked", [FEW | {"most_code_tries": 5}])
def test_codes_are_not_guessed_from_one_address(house: House) -> None:
    assert asked_until_refused(house, "POST", "/signin/code", data={"code": "000000"}, headers=CSRF) == 5


@pytest.mark.parametrize("asked", [FEW | {"most_checks": 3}])
@pytest.mark.parametrize("path", ["/verify", "/api/v1/licences/check"])
def test_files_are_not_checked_without_end(house: House, path: str) -> None:
    files = {"file": ("a.pdf", b"%PDF-1.7 nothing", "application/pdf")}
    assert asked_until_refused(house, "POST", path, files=files, headers=CSRF) == 3


@pytest.mark.parametrize("asked", [FEW | {"most_guesses": 3}])
@pytest.mark.parametrize("path", ["/v/{}", "/api/v1/licences/{}", "/p/{}"])
def test_only_guesses_of_an_address_are_counted(house: House, path: str) -> None:
    answers = [house.site.request("GET", path.format(new_id())).status_code for _guess in range(6)]
    assert answers == [404, 404, 404, 429, 429, 429]


@pytest.mark.parametrize("asked", [FEW | {"most_reads": 3, "most_guesses": 100}])
def test_a_page_of_verification_is_not_read_without_end(house: House) -> None:
    assert asked_until_refused(house, "GET", f"/v/{new_id()}") == 3


@pytest.mark.parametrize("asked", [FEW | {"most_uploads": 2}])
def test_an_account_uploads_so_many_files_a_day_and_another_one_is_free(house: House) -> None:
    for who, wanted in (("lin", [303, 303, 429]), ("other", [303])):
        case = house.post(who, "/apply", item="commercial-performance").headers["location"].removeprefix("/apply/")
        where = f"/apply/{case}/material/safety_plan"
        file = {"file": ("plan.pdf", a_pdf(), "application/pdf")}
        assert [house.ask(who, "POST", where, files=file).status_code for _ in wanted] == wanted


@pytest.mark.parametrize("asked", [FEW | {"most_exports": 2}])
def test_the_log_is_not_exported_without_end(house: House) -> None:
    asked = {"form": "csv", "purpose": "inspection"}
    answers = [house.post("auditor", "/audit/export", **asked).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize("asked", [FEW | {"most_code_tries": 1}])
def test_the_next_hour_counts_anew_and_what_is_over_is_forgotten(house: House) -> None:
    assert asked_until_refused(house, "POST", "/signin/code", data={"code": "1"}, headers=CSRF) == 1
    house.now += timedelta(hours=1)
    assert asked_until_refused(house, "POST", "/signin/code", data={"code": "1"}, headers=CSRF) == 1
    with house.database.reading() as session:
        assert len(session.scalars(select(Counted)).all()) == 1


def test_counts_of_two_processes_are_one_and_name_nobody(database: Database) -> None:
    item = RateLimitItemPerSecond(5, 60, "words")
    one, other = (FixedWindowRateLimiter(DatabaseCounts(database, lambda: NOON)) for _ in range(2))
    allowed = [limiter.hit(item, "10.0.0.7") for _ in range(4) for limiter in (one, other)]
    assert allowed == [True] * 5 + [False] * 3
    with database.reading() as session:
        (row,) = session.scalars(select(Counted)).all()
    assert "10.0.0.7" not in row.name
    assert one.get_window_stats(item, "10.0.0.7").reset_time == (NOON + timedelta(seconds=60)).timestamp()
    one.clear(item, "10.0.0.7")
    assert other.storage.get(item.key_for("10.0.0.7")) == 0
    assert other.storage.check()
    assert one.hit(item, "10.0.0.7")
    assert other.storage.reset() == 1


def test_no_enumerated_reference_is_ever_anybodys(database: Database) -> None:
    """10⁵ that an enumerator would try, against a licence and an invitation that exist."""
    office = TestOffice(database)
    with database.writing() as session:
        seed_calendar(session)
        licences.fill_pool(session, Template.SOLE_TRADER, licences.fictitious_codes(Template.SOLE_TRADER, 1000, 5))
    Runner(office.office).carry_on(a_submitted_case(office))
    with database.writing() as session:
        invited(session, office, a_company(session, office))
        said = session.scalars(select(Message.body).order_by(Message.id.desc())).all()
        link = next(found[1] for body in said if (found := re.search(r"/p/(\w+)", body)))
        licence = session.scalars(select(Licence)).one()
    numbers = [f"{kind}{number}" for number in range(40_000) for kind in ("", "A-")]
    guessed = [*numbers, *(new_id() for _ in range(20_000))]
    assert len(guessed) == 100_000
    assert hits(database, guessed) == 0
    assert hits(database, [*guessed[:100], licence.verification_id, link]) == 2


def hits(database: Database, guessed: list[str]) -> int:
    """How many of these lead to a licence or to an invitation."""
    found = 0
    with database.reading() as session:
        for start in range(0, len(guessed), 500):
            some = guessed[start : start + 500]
            found += len(session.scalars(select(Licence.id).where(Licence.verification_id.in_(some))).all())
            keys = [fingerprint(one, "invitation") for one in some]
            found += len(session.scalars(select(Participant.id).where(Participant.link_key.in_(keys))).all())
    return found


@pytest.mark.parametrize(
    ("address", "shared"),
    [("10.1.2.3", "10.1.2.3"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", "unknown"), ("nonsense", "unknown")],
)
def test_an_address_stands_for_what_one_household_shares(address: str, shared: str) -> None:
    assert network_of(address) == shared


@pytest.mark.parametrize("setting", [name for name in Settings.model_fields if name.startswith("most_")])
def test_no_limit_can_be_switched_off(setting: str, tmp_path: Path) -> None:
    for nothing in (0, -1):
        with pytest.raises(ValidationError):
            Settings.model_validate({"data_dir": tmp_path, setting: nothing})
