# SPDX-License-Identifier: Apache-2.0
"""Problem (错误应答): what every error of the interface looks like (RFC 9457). Pure."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Changed(BaseModel):
    """One thing that happened to the case: the code of the log, and its words in both languages."""

    event: str
    zh: str
    en: str
    at: datetime


class ProblemAnswer(BaseModel):
    """`type` is stable and for programmes, `detail` is for people and in their language."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:problem:not_yours",
                    "title": "not yours",
                    "status": 404,
                    "detail": "没有找到这份申请。请确认是用申请时的手机号登录。",
                }
            ]
        }
    )

    type: str = Field(examples=["urn:problem:not_yours"])
    title: str
    status: int
    detail: str
    changed: list[Changed] | None = Field(None, description="of a stale page: what has happened since it was read")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documented errors of a route."""
    body = {"application/problem+json": {"schema": ProblemAnswer.model_json_schema()}}
    return {status: {"description": "problem", "content": body} for status in statuses}
