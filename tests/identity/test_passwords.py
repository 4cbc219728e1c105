# SPDX-License-Identifier: Apache-2.0
import pytest

from identity.passwords import Weakness, weakness


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "雨花石上一杯清茶慢慢喝完",
        "tangerine-violin-42",
        "x" * 5 + "QvT7pLm29",
        "a long password of mine",
        "9f2kq0vm3xpr",
        "栖霞山枫叶 2026 很红很红的",
    ],
)
def test_a_long_password_may_be_of_anything(password: str) -> None:
    assert weakness(password, "clerk") is None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "123456789012",
        "qwertyuiop12",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "admin@123456",
        "adminadmin12",
        "1qaz2wsx3edc",
        "zxcvbnm12345",
        "woaini520520",
        "qixia20261130",
        "iloveyou1234",
        "0987654321ab",
        "P@ssw0rd1234",
        "zhoushencha2026",
        "abcdefghijkl",
        "111222333444",
    ],
)
def test_what_anybody_would_try_is_refused(password: str) -> None:
    assert weakness(password, "zhoushencha") is Weakness.COMMON


def test_the_length_is_that_of_characters() -> None:
    assert weakness("雨花石上一杯清茶慢慢喝") is Weakness.SHORT
    assert weakness("tangerine-violin-42" * 7) is Weakness.LONG
    assert weakness("".join(chr(0x4E00 + n) for n in range(128))) is None
