# SPDX-License-Identifier: Apache-2.0
"""Kinds (文书种类): the documents that the law asks for, each declared with its words, its clauses and its facts. Pure.

Read from `kinds.toml`: an unknown placeholder, or a refusal without the rights of the person refused, stops the start.
"""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from kit.errors import DomainError
from kit.text import Frozen, Text

HERE = Path(__file__).parent
ALWAYS = frozenset({"addressee", "item", "case"})


class FactsMissing(DomainError):
    """The document cannot be written: `missing` names what nobody gave."""


class Kind(StrEnum):
    """实施细则第18、19、23、52至56、62条；行政许可法第32、38、42、45条."""

    RECEIPT = "receipt"
    CORRECTION = "correction"
    EXTENSION = "extension"
    JOINT_EXTENSION = "joint_extension"
    JURISDICTION = "jurisdiction"
    REGISTERED = "registered"
    CHANGED = "changed"
    MOVED_IN = "moved_in"
    FILE_REQUEST = "file_request"
    DEREGISTERED = "deregistered"
    FILED = "filed"
    PAUSED = "paused"
    REFUSED = "refused"
    ACCEPTANCE = "acceptance"
    PERMITTED = "permitted"
    NOT_PERMITTED = "not_permitted"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    REVOCATION_ACCEPTED = "revocation_accepted"
    REVOCATION_DECLINED = "revocation_declined"
    REVOKED = "revoked"
    KEPT = "kept"
    LICENCE_VOID = "licence_void"
    PERMITS_AHEAD = "permits_ahead"
    SERVICE = "service"


AGAINST = frozenset(
    {
        Kind.JURISDICTION,
        Kind.REFUSED,
        Kind.NOT_PERMITTED,
        Kind.REVOCATION_DECLINED,
        Kind.REVOKED,
        Kind.KEPT,
    }
)
"""Documents against which somebody may ask for review or go to court: they say how (行政许可法第38条)."""


BETWEEN_OFFICES = frozenset({Kind.FILE_REQUEST})
"""Letters to another office: the applicant may read them, and that serves nobody."""


class Declaration(Frozen):
    """One kind in one version. `word` is its part of the number; `table` names the fact that holds rows."""

    kind: Kind
    version: int = Field(ge=1)
    title: Text
    word: str
    basis: str
    paragraphs: tuple[str, ...]
    table: str | None = None
    has_rights: bool = False

    @model_validator(mode="after")
    def tells_rights(self) -> "Declaration":
        if self.kind in AGAINST and not self.has_rights:
            raise ValueError(f"{self.kind}: says nothing of review and court")
        return self

    @property
    def facts(self) -> frozenset[str]:
        """What must be given, beside addressee, item and number of the case."""
        named = {name for text in self.paragraphs for name in re.findall(r"{(\w+)}", text)}
        return frozenset(named | ({self.table} if self.table else set())) - ALWAYS

    def checked(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of this kind and no others. Raises FactsMissing."""
        wanted = self.facts | ALWAYS
        if missing := sorted(name for name in wanted if facts.get(name) in (None, "", [])):
            raise FactsMissing(missing="、".join(missing))
        return {name: facts[name] for name in sorted(wanted)}


@cache
def _declared() -> dict[Kind, Declaration]:
    entries = tomllib.loads((HERE / "kinds.toml").read_text("utf-8"))
    found = {Kind(name): Declaration.model_validate({"kind": name, **entry}) for name, entry in entries.items()}
    if absent := set(Kind) - set(found):
        raise ValueError(f"kinds.toml: {sorted(absent)} are not declared")
    return found


def declaration(kind: Kind) -> Declaration:
    return _declared()[kind]
