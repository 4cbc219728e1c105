# SPDX-License-Identifier: Apache-2.0
"""What the environment decides is written down, with what it decides."""

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from kit.settings import Settings
from scripts import settings


def test_every_setting_stands_in_the_page_as_it_is() -> None:
    assert settings.PAGE.read_text("utf-8") == settings.page()


def test_a_setting_that_nobody_explains_is_refused() -> None:
    with pytest.raises(ValueError, match="NOBODY_KNOWS"):
        settings.row("NOBODY_KNOWS", FieldInfo(default=1))


def test_no_secret_shows_its_value() -> None:
    assert "hush" not in settings.row("word", FieldInfo(default=SecretStr("hush"), description="a secret"))
    assert len(Settings.model_fields) == settings.page().count("\n| `")
