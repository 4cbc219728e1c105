# SPDX-License-Identifier: Apache-2.0
"""A password that was stolen elsewhere opens no account here, and nobody is asked about it."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from identity import Role, grant_role, issue_link, use_link
from identity.leaked import LeakedFile, leaked_at, nobody_knows
from identity.passwords import Weakness, weakness
from identity.staffing import PasswordWeak, change_password, confirm_link
from kit.declared import Refused
from tests.conftest import NOON
from tests.identity.test_staffing import GOOD, a_newcomer

STOLEN = [f"marmalade-tram-{number}" for number in range(500)]


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def written(folder: Path, passwords: list[str], end: str = "\r\n") -> Path:
    file = folder / "stolen.txt"
    lines = sorted(f"{digest(one)}:{3 + at * 7919}" for at, one in enumerate(passwords))
    file.write_bytes(end.join(lines).encode())
    return file


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("count", [1, 2, 3, 500])
def test_every_password_of_the_list_is_found_and_no_other(tmp_path: Path, count: int, end: str) -> None:
    leaked = LeakedFile(written(tmp_path, STOLEN[:count], end))
    assert all(map(leaked, STOLEN[:count]))
    assert not any(leaked(f"orchard-kettle-{number}") for number in range(200))


def test_without_a_list_nothing_is_stolen_and_weakness_is_told_first(tmp_path: Path) -> None:
    leaked = leaked_at(written(tmp_path, [*STOLEN, "password1234"]))
    assert leaked_at(None) is nobody_knows
    assert weakness(STOLEN[7]) is None
    assert weakness(STOLEN[7], leaked=leaked) is Weakness.LEAKED
    assert weakness("password1234", leaked=leaked) is Weakness.COMMON


@pytest.mark.parametrize(
    "content", [b"", b"password\n", b"FF" * 20 + b":1\n" + b"00" * 20 + b":1\n", b"a" * 40 + b":1"]
)
def test_a_file_that_is_no_such_list_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "stolen.txt").write_bytes(content)
    with pytest.raises(Refused):
        leaked_at(tmp_path / "stolen.txt")
    with pytest.raises(Refused):
        leaked_at(tmp_path / "nowhere.txt")


def test_a_stolen_password_opens_no_account(session: Session, tmp_path: Path) -> None:
    leaked = leaked_at(written(tmp_path, STOLEN))
    system, security, newcomer = a_newcomer(session)
    grant_role(session, security, newcomer, Role.CLERK)
    link, token = issue_link(session, security, newcomer, NOON)
    confirm_link(session, system, link.id, NOON)
    with pytest.raises(PasswordWeak):
        use_link(session, token, STOLEN[3], NOON, leaked)
    assert use_link(session, token, GOOD, NOON, leaked) is newcomer
    with pytest.raises(PasswordWeak):
        change_password(session, newcomer, GOOD, STOLEN[4], "", NOON, leaked)
