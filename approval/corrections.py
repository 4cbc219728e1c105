# SPDX-License-Identifier: Apache-2.0
"""Corrections (补正): what must be corrected, which fields that opens, and what has changed since. Pure.

One notice names every defect (实施细则第18条 一次性告知; 行政许可法第72条): a second one for what could be seen the
first time is told to the supervisor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from approval.application import Finding
from approval.decision import Correction
from credit import Effect
from forms import Answers
from kit.text import Text

FORM_CLAUSE = Text(
    zh="市场主体登记管理条例实施细则第18条：材料不齐全或不符合法定形式",
    en="Detailed Rules art. 18: incomplete, or not in the legal form",
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a finding says against one field, ready to be taken over into the notice."""

    path: str
    words: Text
    clause: Text


@dataclass(frozen=True, slots=True)
class Change:
    """One answer of a corrected submission that is not what it was."""

    path: str
    before: Any
    after: Any


def suggestions(findings: Iterable[Finding], paths: Iterable[str]) -> dict[str, Suggestion]:
    """By field: every finding over a field that needs a person."""
    known = set(paths)
    found: dict[str, Suggestion] = {}
    for finding in findings:
        if finding.subject in known and Effect(finding.effect) not in (Effect.ALLOW, Effect.ALLOW_NOTICE):
            message, clause = Text.model_validate(finding.message), Text.model_validate(finding.basis)
            found.setdefault(finding.subject, Suggestion(finding.subject, message, clause))
    return found


def clause_of(path: str, findings: Iterable[Finding]) -> Text:
    """The provision that a defect of this field breaks."""
    found = suggestions(findings, [path])
    return found[path].clause if path in found else FORM_CLAUSE


def opened(corrections: Iterable[Mapping[str, Any]]) -> list[str] | None:
    """The fields that a return opens for change; None if it names none: then everything is open."""
    return sorted({str(c["path"]).split(".")[0] for c in corrections}) or None


def may_change(before: Answers, after: Answers, open_fields: list[str] | None) -> Answers:
    """Of the answers that were sent, those that may be kept: open fields, and what was never answered."""
    if open_fields is None:
        return after
    return {name: value for name, value in after.items() if name in open_fields or before.get(name) in (None, "", [])}


def changes(before: Answers, after: Answers) -> list[Change]:
    """What is new since the last look, field by field; rows of a table one by one."""
    found: list[Change] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list) and all(isinstance(r, dict) for r in [*old, *new]):
            for index in range(max(len(old), len(new))):
                one = old[index] if index < len(old) else None
                two = new[index] if index < len(new) else None
                if one != two:
                    found.append(Change(f"{name}.{index}", one, two))
        else:
            found.append(Change(name, old, new))
    return found


def overlooked(
    corrections: Iterable[Correction], first: Iterable[Mapping[str, Any]], before: Answers, after: Answers
) -> list[str]:
    """Fields of a second notice that were as visible the first time and were not named then."""
    named = {str(c["path"]) for c in first}
    changed = {change.path.split(".")[0] for change in changes(before, after)}
    return [c.path for c in corrections if c.path not in named and c.path.split(".")[0] not in changed]
