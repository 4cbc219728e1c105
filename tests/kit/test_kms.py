# SPDX-License-Identifier: Apache-2.0
"""A master key that a system apart has wrapped, over real HTTP: without the system nothing starts."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from pydantic import SecretStr

from console.starting import refuse_settings
from kit import clock, sealing
from kit.kms import HttpKms, KmsFailed, kms_of
from kit.masterkey import MasterKeyRefused, make_wrapped, master_key, old_master_key
from kit.settings import Settings
from kit.soundness import faults_of_settings
from reference import kms
from tests.reference.running import running

SECRET = "a secret of two " * 2


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[kms.Held, str]]:
    held = kms.Held()
    with running(kms.create_app(SECRET, held)) as url:
        yield held, url


@pytest.fixture
def held(served: tuple[kms.Held, str]) -> Iterator[kms.Held]:
    yield served[0]
    served[0].is_away = False


@pytest.fixture
def url(served: tuple[kms.Held, str]) -> str:
    return served[1]


def settings(url: str, file: Path | None, **more: object) -> Settings:
    return Settings(_env_file=None, kms_url=url, kms_secret=SecretStr(SECRET), master_key_wrapped=file, **more)  # type: ignore[arg-type]


@pytest.fixture
def wrapped(url: str, held: kms.Held, tmp_path: Path) -> Path:
    file = tmp_path / "master.wrapped"
    make_wrapped(HttpKms(url, SECRET), file)
    return file


def test_what_was_wrapped_comes_back_and_the_file_shows_nothing(url: str, wrapped: Path) -> None:
    key = master_key(settings(url, wrapped))
    assert len(key) == 32
    assert key.hex() not in wrapped.read_text()
    assert wrapped.stat().st_mode & 0o777 == 0o600
    assert list(faults_of_settings(settings(url, wrapped), {})) == []


def test_a_wrapped_key_is_never_overwritten(url: str, wrapped: Path) -> None:
    before = wrapped.read_text()
    with pytest.raises(FileExistsError):
        make_wrapped(HttpKms(url, SECRET), wrapped)
    assert wrapped.read_text() == before


def test_without_the_system_the_service_does_not_start_and_a_running_one_goes_on(
    url: str, held: kms.Held, wrapped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        refuse_settings(settings(url, wrapped))
        sealed = sealing.seal(b"x", "answers")
        held.is_away = True
        with pytest.raises(typer.Exit):
            refuse_settings(settings(url, wrapped))
        assert capsys.readouterr().err == "KMS_URL refused to unwrap the master key (503).\n"
        assert sealing.unseal(sealed, "answers") == b"x"
    finally:
        sealing.install(bytes(range(32)))


def test_a_system_that_does_not_listen_is_told_in_one_sentence(wrapped: Path) -> None:
    with pytest.raises(MasterKeyRefused, match=r"does not answer \(ConnectError\)"):
        master_key(settings("http://127.0.0.1:9", wrapped))


def test_another_secret_or_an_old_request_is_refused(url: str, held: kms.Held) -> None:
    with pytest.raises(KmsFailed, match="401"):
        HttpKms(url, "another secret of two").wrap(secrets.token_bytes(32))
    with pytest.raises(KmsFailed, match="401"):
        HttpKms(url, SECRET, clock=lambda: clock.now().replace(year=2020)).wrap(secrets.token_bytes(32))


def test_what_another_system_wrapped_is_no_key(url: str, held: kms.Held, tmp_path: Path) -> None:
    file = tmp_path / "foreign"
    file.write_text("ab" * 60)
    file.chmod(0o600)
    with pytest.raises(MasterKeyRefused, match="422"):
        master_key(settings(url, file))
    file.chmod(0o644)
    with pytest.raises(MasterKeyRefused, match="chmod 600"):
        master_key(settings(url, file))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kms_url": ""}, "needs KMS_URL"),
        ({"kms_url": "http://kms.example.cn"}, "must be https"),
        ({"kms_secret": SecretStr("short")}, "at least 32"),
    ],
)
def test_an_unsafe_way_to_the_system_is_refused(more: dict[str, object], said: str) -> None:
    asked = settings("https://kms.example.cn", None).model_copy(update=more)
    with pytest.raises(KmsFailed, match=said):
        kms_of(asked)


def test_the_key_before_may_come_from_the_system_too(url: str, held: kms.Held, wrapped: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.wrapped"
    make_wrapped(HttpKms(url, SECRET), newer)
    asked = settings(url, newer, old_master_key_wrapped=wrapped)
    assert old_master_key(asked) == master_key(settings(url, wrapped)) != master_key(asked)
    assert old_master_key(settings(url, newer)) is None
    with pytest.raises(MasterKeyRefused, match="OLD_MASTER_KEY is MASTER_KEY"):
        old_master_key(settings(url, newer, old_master_key_wrapped=newer))
