# SPDX-License-Identifier: Apache-2.0
"""What a network does between the service and the bureau, and between the service and PostgreSQL (rows 7, 10 to 13)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from kit.database import Database
from reference import bureau
from tests.conftest import new_postgres_database
from tests.credit.test_bureau import asked, http_bureau
from tests.faults.proxy import FLOOD, Fault, Proxy, proxy
from tests.reference.running import running

BUDGET_S = 1.0


@pytest.fixture(scope="module")
def between(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    place: Path = tmp_path_factory.mktemp("bureau") / "bureau.db"
    bureau.seed(place)
    with running(bureau.create_app(place, "token")) as url:
        port = make_url(url).port
        assert port is not None
        with proxy("127.0.0.1", port) as made:
            yield made


@pytest.mark.parametrize("fault", [one for one in Fault if one is not Fault.NONE])
def test_whatever_the_network_does_the_bureau_is_unavailable_in_time_and_back_afterwards(
    between: Proxy, fault: Fault
) -> None:
    source = http_bureau(f"http://127.0.0.1:{between.port}", timeout=BUDGET_S)
    between.fault, between.delay_s, between.sent = fault, 2 * BUDGET_S, 0
    begun = time.monotonic()
    report = asked(source)
    took = time.monotonic() - begun
    sent, between.fault = between.sent, Fault.NONE
    between.cut()
    assert (report.status, report.records) == ("unavailable", ())
    assert took < BUDGET_S + 0.5
    assert sent < FLOOD / 10  # nobody reads a gigabyte to its end
    assert asked(source).status == "answered"


def test_a_slow_answer_within_the_budget_is_an_answer(between: Proxy) -> None:
    between.fault, between.delay_s = Fault.SLOW, 0.05
    try:
        report = asked(http_bureau(f"http://127.0.0.1:{between.port}", timeout=3.0))
    finally:
        between.fault = Fault.NONE
    assert report.status == "answered"


@pytest.fixture
def behind(postgres_server: str) -> Iterator[tuple[Proxy, Database]]:
    """A database that is reached over the proxy only, with a table `written`."""
    url = make_url(new_postgres_database(postgres_server, "network"))
    with proxy(url.host or "127.0.0.1", url.port or 5432) as made:
        reached = url.set(host="127.0.0.1", port=made.port).update_query_dict({"sslmode": "disable"})
        database = Database(reached.render_as_string(hide_password=False))
        with database.writing() as session:
            session.execute(text("CREATE TABLE written (n INTEGER PRIMARY KEY)"))
        yield made, database
        database.close()


def test_a_line_to_postgresql_that_was_cut_is_got_over_and_nothing_is_half_written(
    behind: tuple[Proxy, Database],
) -> None:
    line, database = behind

    def write_over_a_line_that_breaks() -> None:
        with database.writing() as session:
            session.execute(text("INSERT INTO written VALUES (1)"))
            line.cut()

    with pytest.raises(OperationalError):
        write_over_a_line_that_breaks()
    with database.writing() as session:
        session.execute(text("INSERT INTO written VALUES (2)"))
    with database.reading() as session:
        assert list(session.scalars(text("SELECT n FROM written"))) == [2]


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.GARBAGE, Fault.HALF])
def test_an_answer_of_postgresql_that_is_spoilt_is_never_an_acknowledgement(
    behind: tuple[Proxy, Database], fault: Fault
) -> None:
    """The row may be there or not; who wrote it is told that it failed, and asks again."""
    line, database = behind
    line.fault = fault
    with pytest.raises(OperationalError), database.writing() as session:
        session.execute(text("INSERT INTO written VALUES (1)"))
    line.fault = Fault.NONE
    line.cut()
    with database.writing() as session:
        session.execute(text("INSERT INTO written VALUES (1) ON CONFLICT DO NOTHING"))
    with database.reading() as session:
        assert list(session.scalars(text("SELECT n FROM written"))) == [1]


def test_a_slow_line_to_postgresql_only_takes_longer(behind: tuple[Proxy, Database]) -> None:
    line, database = behind
    line.fault, line.delay_s = Fault.SLOW, 0.05
    begun = time.monotonic()
    with database.writing() as session:
        session.execute(text("INSERT INTO written VALUES (1)"))
    assert time.monotonic() - begun > 0.1


@pytest.mark.nightly
def test_a_postgresql_that_takes_connections_and_never_speaks_is_given_up(behind: tuple[Proxy, Database]) -> None:
    line, database = behind
    line.fault = Fault.BLACK_HOLE
    database.engine.dispose()  # none is left over: this one must be made anew
    begun = time.monotonic()
    with pytest.raises(OperationalError), database.reading() as session:
        session.scalar(text("SELECT 1"))
    assert time.monotonic() - begun < 8
    line.fault = Fault.NONE
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
