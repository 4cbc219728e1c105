# SPDX-License-Identifier: Apache-2.0
"""Text (双语文本): one sentence in the two languages every declaration speaks. Pure."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["zh", "en"]


class Frozen(BaseModel):
    """A declaration: nothing may be added to it and nothing in it may change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Frozen):
    """Chinese first, English beside it; both are required so that no page is half translated."""

    zh: str
    en: str

    def said(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def filled(self, **facts: object) -> "Text":
        return Text(zh=self.zh.format(**facts), en=self.en.format(**facts))
