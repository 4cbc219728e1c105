# SPDX-License-Identifier: Apache-2.0
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from credit import rulebook
from kit.numbers import is_credit_code, is_id_number
from reference import bureau
from tests.reference.running import running

TOKEN = {"Authorization": "Bearer token"}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    bureau.seed(tmp_path / "bureau.db")
    with running(bureau.create_app(tmp_path / "bureau.db", "token")) as url:
        yield url


def asked(known: bureau.Known, subject: str = "natural") -> dict[str, str]:
    return {"subject": subject, "name": known.name, "number": known.number, "purpose": "registration", "case": "A-1"}


def ask(address: str, known: bureau.Known, headers: dict[str, str] = TOKEN) -> httpx.Response:
    return httpx.post(f"{address}/v1/queries", json=asked(known), headers=headers, trust_env=False)


def test_the_numbers_of_the_fictitious_have_the_right_form() -> None:
    for person in (bureau.CLEAN, bureau.DEBTOR, bureau.DEBTORS_NAMESAKE, bureau.BANNED, bureau.REPAIRED):
        assert is_id_number(person.number, date(2026, 11, 23))
        assert person.number.startswith("999999")
    for firm in (bureau.UNREACHABLE_FIRM, bureau.CLEAN_FIRM):
        assert is_credit_code(firm.number)


def test_a_listed_person_is_answered_with_the_record(address: str) -> None:
    answer = ask(address, bureau.DEBTOR).json()
    assert answer["number"] == bureau.DEBTOR.number
    assert answer["name_agrees"] is True
    assert [record["kind"] for record in answer["records"]] == ["dishonest_judgment_debtor"]


def test_an_unknown_number_is_answered_with_no_records(address: str) -> None:
    answer = ask(address, bureau.Known("无此人", "999999200001010019")).json()
    assert (answer["records"], answer["name_agrees"]) == ([], None)


def test_a_namesake_has_no_share_in_the_record(address: str) -> None:
    assert ask(address, bureau.DEBTORS_NAMESAKE).json()["records"] == []


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": "token"}])
def test_nobody_is_answered_without_the_token(address: str, headers: dict[str, str]) -> None:
    assert ask(address, bureau.DEBTOR, headers).status_code == 401


def test_the_bureau_keeps_purpose_and_case_but_not_whom(address: str, tmp_path: Path) -> None:
    ask(address, bureau.DEBTOR)
    engine = create_engine(f"sqlite:///{tmp_path / 'bureau.db'}")
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM query")).all()
    engine.dispose()
    assert row[1:] == ("registration", "A-1")


def test_the_contract_that_is_written_down_is_the_one_that_is_kept() -> None:
    written = bureau.CONTRACT.read_text("utf-8")
    assert written == bureau.contract(), "`python -m reference.bureau --contract` writes it anew"


def test_every_kind_of_record_that_a_rule_knows_stands_in_the_contract() -> None:
    told = Path("docs/bureau-contract.md").read_text("utf-8")
    missing = {fact for rule in rulebook() for fact in rule.facts if f"`{fact}`" not in told}
    assert missing == set()
    assert f"version {bureau.VERSION}" in told


def test_seeding_twice_changes_nothing(tmp_path: Path) -> None:
    bureau.seed(tmp_path / "b.db")
    bureau.seed(tmp_path / "b.db")
    with running(bureau.create_app(tmp_path / "b.db", "token")) as url:
        assert len(ask(url, bureau.DEBTOR).json()["records"]) == 1


def test_the_command_starts_a_bureau_and_refuses_without_a_token(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "reference.bureau", "--port", str(port), "--database", str(tmp_path / "b.db")]
    bare = {key: value for key, value in os.environ.items() if key != "BUREAU_TOKEN"}
    refused = subprocess.run(command, capture_output=True, env=bare, check=False)
    assert refused.returncode == 1
    assert b"BUREAU_TOKEN" in refused.stderr
    started = subprocess.Popen(command, env=bare | {"BUREAU_TOKEN": "token"}, stderr=subprocess.DEVNULL)
    try:
        assert wait_for(f"http://127.0.0.1:{port}", bureau.DEBTOR) == 200
    finally:
        started.terminate()
        started.wait()


def wait_for(url: str, known: bureau.Known) -> int:
    for _ in range(200):
        try:
            return ask(url, known).status_code
        except httpx.ConnectError:
            time.sleep(0.05)
    return 0
