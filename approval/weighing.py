# SPDX-License-Identifier: Apache-2.0
"""Weighing (综合判断): all that is known of a case, and what the rules make of it. Pure: the same in, the same out.

A snapshot holds every input; nothing else is looked at. That is why a decision can be replayed years later, offline.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter

from approval.findings import (
    EvidenceFacts,
    Found,
    of_content,
    of_credit,
    of_form,
    of_gate,
    of_identity,
    of_names,
)
from approval.gate import Facts, Gate, Verdict, evaluate
from approval.gate import facts_of as gate_facts_of
from approval.leads import Neighbours, of_place
from approval.persons import others_than_holder
from approval.printing import unprintable
from catalogue import Catalogue, Item
from credit import CreditFinding, CreditReport, Role, assess
from forms import Answers, Checked, Form, check
from kit.text import Frozen

HERE = Path(__file__).resolve().parent
RULES = tuple(
    f"approval/{name}.py"
    for name in ("findings", "weighing", "gate", "persons", "printing", "registered", "resulting", "leads")
)
LEADS = "approval/leads.toml"
RULE_FOLDERS = ("forms", "credit", "catalogue/items", "approval/gates")
_report: TypeAdapter[CreditReport] = TypeAdapter(CreditReport)


class Inquired(Frozen):
    """What the bureau answered about one person; the person is named by role only."""

    purpose: str
    label: str
    roles: tuple[str, ...]
    day: date
    report: dict[str, Any]

    def findings(self) -> list[tuple[str, CreditFinding]]:
        report = _report.validate_python(self.report)
        return [(self.label, f) for f in assess(report, [Role(role) for role in self.roles], self.day)]


class Snapshot(Frozen):
    """Every input of the rules. `namesakes` is how many hold or are applying for the same name.

    `neighbours` stays out of the JSON where nobody looked, so that proofs from before it was asked keep their digest.
    """

    item_code: str
    item_version: int
    day: date
    answers: dict[str, Any]
    evidence: EvidenceFacts
    namesakes: int | None
    neighbours: Neighbours | None = Field(default=None, exclude_if=lambda counted: counted is None)
    inquiries: tuple[Inquired, ...]
    is_correction: bool
    straight_through: bool
    gate_is_open: bool

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical form."""
        return digest_of_json(self.model_dump(mode="json"))


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the rules found. The machine may approve if nothing needs a person."""

    found: tuple[Found, ...]
    verdict: Verdict | None

    @property
    def needs_person(self) -> bool:
        return any(found.needs_person for found in self.found)

    @property
    def trace(self) -> list[dict[str, Any]]:
        """Every rule with its words, basis and outcome, ready to be kept and compared."""
        lines = [found.told() for found in self.found]
        gate = (
            [{**line.model_dump(mode="json"), "gate": self.verdict.gate} for line in self.verdict.trace]
            if (self.verdict)
            else []
        )
        return lines + gate


def digest_of_json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(report: CreditReport) -> dict[str, Any]:
    kept: dict[str, Any] = _report.dump_python(report, mode="json")
    return kept


def weigh(snapshot: Snapshot, catalogue: Catalogue, gates: Mapping[str, Gate]) -> Weighed:
    """All rules over all inputs, in the order of the process."""
    item = catalogue.item(snapshot.item_code, snapshot.item_version)
    form = catalogue.form_of(item)
    answers: Answers = snapshot.answers
    read = check(form, answers, snapshot.day)
    result = Checked(read.values, read.problems + unprintable(read.values))
    found = list(of_identity(snapshot.evidence, others_than_holder(item, result.values), snapshot.straight_through))
    found += of_form(result.problems)
    found += of_content(form, result.values)
    found += of_names(result.values, snapshot.namesakes)
    found += of_place(snapshot.neighbours)
    for purpose in ("submission", "decision"):
        asked = [inquired for inquired in snapshot.inquiries if inquired.purpose == purpose]
        if asked:
            found += of_credit(finding for inquired in asked for finding in inquired.findings())
    gate = gates.get(item.code)
    verdict = evaluate(gate, facts_for_gate(snapshot, item, form, result)) if gate and gate.mode != "off" else None
    found += of_gate(gate, verdict, snapshot.gate_is_open and snapshot.straight_through)
    return Weighed(tuple(found), verdict)


def facts_for_gate(snapshot: Snapshot, item: Item, form: Form, result: Checked) -> Facts:
    """What the gate may ask: the form, the holder's proof and the bureau's latest answers."""
    asked = [inquired for inquired in snapshot.inquiries if inquired.purpose == "decision"] or list(snapshot.inquiries)
    effects = {str(finding.effect) for inquired in asked for _label, finding in inquired.findings()}
    known: dict[str, object] = {
        "is_correction": snapshot.is_correction,
        "identity_band": snapshot.evidence.band,
        "identity_by_camera": not snapshot.evidence.without_camera,
        "liveness_proven": snapshot.straight_through,
        "others_unproven": others_than_holder(item, result.values),
        "agent": "none",
        "credit_effects": tuple(sorted(effects)) if asked else None,
        "credit_unanswered": sum(i.report["status"] != "answered" for i in asked) if asked else None,
    }
    return gate_facts_of(item.code, form, result, known)


@lru_cache(maxsize=1)
def ruleset() -> str:
    """The version of the rules: a hash over everything that decides what is found, 16 hexadecimal digits."""
    root = HERE.parent
    files = [root / name for name in (*RULES, LEADS)]
    files += [f for folder in RULE_FOLDERS for f in (root / folder).rglob("*") if f.suffix in (".py", ".toml")]
    seen = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            seen.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return seen.hexdigest()[:16]
