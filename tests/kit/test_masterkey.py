# SPDX-License-Identifier: Apache-2.0
"""The master key comes from one place, and a place that others can look into is refused in one sentence."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from kit.masterkey import MasterKeyRefused, master_key
from kit.settings import Settings

KEY = "ab" * 32


def settings(typed: str = "", file: Path | None = None) -> Settings:
    return Settings(master_key=SecretStr(typed), master_key_file=file)


def a_file(folder: Path, words: str, mode: int = 0o600) -> Path:
    file = folder / "master.key"
    file.write_text(words, "utf-8")
    file.chmod(mode)
    return file


def test_the_environment_or_a_file_gives_the_same_key(tmp_path: Path) -> None:
    assert master_key(settings(KEY)) == bytes.fromhex(KEY)
    assert master_key(settings(file=a_file(tmp_path, f"{KEY}\n"))) == bytes.fromhex(KEY)


def test_two_sources_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyRefused, match="not both"):
        master_key(settings(KEY, a_file(tmp_path, KEY)))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(MasterKeyRefused, match="chmod 600"):
        master_key(settings(file=a_file(tmp_path, KEY, mode)))


@pytest.mark.parametrize("words", ["", "ab", KEY[:-1], KEY + "ab", "zz" * 32, "密钥"])
def test_what_is_no_key_is_refused_without_being_repeated(tmp_path: Path, words: str) -> None:
    for asked in (settings(words), settings(file=a_file(tmp_path, words))):
        with pytest.raises(MasterKeyRefused) as refused:
            master_key(asked)
        assert len(words) < 4 or words not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyRefused, match="missing"):
        master_key(settings(file=tmp_path / "missing"))
