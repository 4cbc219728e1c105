# SPDX-License-Identifier: Apache-2.0
"""Corrections (补正): what must be corrected, which fields that opens, and what has changed since. Pure.

One notice names every defect (实施细则第18条 一次性告知; 行政许可法第72条): a second one for what could be seen the
first time is told to the supervisor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from approval.application import Finding
from approval.decision import Correction, Decision
from catalogue import Item
from credit import Effect
from forms import Answers, Row, rows_of
from kit.text import Text

FORM_CLAUSES: dict[str, Text] = {
    "registration": Text(
        zh="市场主体登记管理条例实施细则第18条：材料不齐全或不符合法定形式",
        en="Detailed Rules art. 18: incomplete, or not in the legal form",
    ),
    "permit": Text(
        zh="行政许可法第32条：申请材料不齐全或者不符合法定形式",
        en="Administrative Licensing Law art. 32: incomplete, or not in the legal form",
    ),
}
"""On what a defect rests that no rule has found; a filing (备案) rests on what asks for it."""


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


def clause_of(path: str, findings: Iterable[Finding], item: Item) -> Text:
    """The provision that a defect of this field, or of this row of a table, breaks."""
    against = list(findings)
    found = suggestions(against, {finding.subject for finding in against})
    near = [one for subject, one in found.items() if _touch(subject, path)]
    exact = [one for one in near if one.path == path]
    return next((one.clause for one in [*exact, *near]), None) or FORM_CLAUSES.get(item.kind, item.basis)


def with_clauses(decision: Decision, findings: Iterable[Finding], item: Item) -> Decision:
    """The decision, each of its defects with the provision it breaks (许可法第32条、细则第18条 一次性告知)."""
    against = list(findings)
    named = tuple(
        correction if correction.clause else replace(correction, clause=clause_of(correction.path, against, item))
        for correction in decision.corrections
    )
    return replace(decision, corrections=named)


def _touch(one: str, other: str) -> bool:
    """Whether the paths are the same, or one lies within the other: shareholders.0 and shareholders.0.amount."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def opened(corrections: Iterable[Mapping[str, Any]]) -> list[str] | None:
    """The fields, or rows of a table, that a return opens; None if it names none: then everything is open."""
    paths = {".".join(str(c["path"]).split(".")[:2]) for c in corrections}
    return sorted(path for path in paths if "." not in path or path.split(".")[0] not in paths) or None


def _open_rows(name: str, open_paths: Iterable[str]) -> set[int]:
    """The rows of this table that are open one by one."""
    rows = [path.removeprefix(f"{name}.") for path in open_paths if path.startswith(f"{name}.")]
    return {int(row) for row in rows if row.isdecimal()}


def may_change(before: Answers, after: Answers, open_paths: list[str] | None) -> Answers:
    """Of the answers that were sent, those that may be kept: what is open, and what was never answered.

    Of a table of which single rows are open the others stay as they are, and none is added.
    """
    if open_paths is None:
        return after
    kept: Answers = {}
    for name, value in after.items():
        if name in open_paths or before.get(name) in (None, "", []):
            kept[name] = value
        elif rows := _open_rows(name, open_paths):
            kept[name] = _merged(rows_of(before[name]), rows_of(value), rows)
    return kept


def _merged(before: list[Row], after: list[Row], open_rows: set[int]) -> list[Row]:
    """Row by row; an open row may also have been taken out, which moves the rows behind it up."""
    fewer, at, merged = len(before) - len(after), 0, list[Row]()
    for index, row in enumerate(before):
        following = before[index + 1 : index + 2]
        is_gone = index in open_rows and fewer > 0 and after[at : at + 1] == following
        if is_gone:
            fewer -= 1
            continue
        sent = after[at] if at < len(after) else row
        merged.append(sent if index in open_rows else row)
        at += 1
    return merged


def closed(before: Answers, now: Answers, open_paths: list[str] | None) -> frozenset[str]:
    """What a correction leaves as it was: fields, and rows of tables by where they stand now."""
    if open_paths is None:
        return frozenset()
    found = set()
    for name, answer in before.items():
        if not answer or name in open_paths:
            continue
        rows = _open_rows(name, open_paths)
        left = [row for index, row in enumerate(rows_of(answer)) if index not in rows]
        here = rows_of(now.get(name)) if rows else []
        found |= {f"{name}.{index}" for index, row in enumerate(here) if row in left} if rows else {name}
    return frozenset(found)


def unchanged(before: Answers, now: Answers, open_paths: list[str] | None) -> frozenset[str]:
    """The questions of which something was named that is still as it was."""
    found = set()
    for path in open_paths or ():
        name, _, row = path.partition(".")
        is_same = now.get(name) == before.get(name)
        if row.isdecimal() and not is_same:
            had, has = rows_of(before.get(name)), rows_of(now.get(name))
            is_same = had[int(row) : int(row) + 1] == has[int(row) : int(row) + 1] and len(had) == len(has)
        if is_same:
            found.add(name)
    return frozenset(found)


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
    changed = {change.path for change in changes(before, after)}
    return [c.path for c in corrections if c.path not in named and not any(_touch(c.path, one) for one in changed)]
