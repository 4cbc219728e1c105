# SPDX-License-Identifier: Apache-2.0
"""Weighing (综合判断): all that is known of a case, and what the rules make of it. Pure: the same in, the same out.

A snapshot holds every input; nothing else is looked at. That is why a decision can be replayed years later, offline.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter

from approval.acts import filing_of
from approval.asked import credit_held, form_held, identity_held, line_of, lines_of_gate, names_held, place_held
from approval.assured import gate_facts, of_person, of_shown_card
from approval.circumstances import Circumstances
from approval.countersigned import of_signatures
from approval.findings import Found, Held, of_content, of_credit, of_form, of_gate, of_names
from approval.gate import Facts, Gate, Verdict, evaluate
from approval.gate import facts_of as gate_facts_of
from approval.gatebook import GateBook
from approval.leads import Filed, Neighbours, of_filings, of_place
from approval.persons import others_than_holder
from approval.printing import unprintable
from approval.registered import Looked, of_looked
from approval.seen import EvidenceFacts
from catalogue import Catalogue, Item
from credit import CreditFinding, CreditReport, Filing, Role, assess
from forms import Answers, Checked, Form, check
from kit.text import Frozen

HERE = Path(__file__).resolve().parent
RULES = tuple(
    f"approval/{name}.py"
    for name in (
        *(
            "findings",
            "seen",
            "assured",
            "weighing",
            "gate",
            "persons",
            "printing",
            "registered",
            "resulting",
            "leads",
            "asked",
            "cards",
            "countersigned",
            "circumstances",
            "gatebook",
            "acts",
        ),
    )
)
LEADS = "approval/leads.toml"
RULE_FOLDERS = ("forms", "credit", "catalogue/items", "approval/gates")
FORMAT = 2
_report: TypeAdapter[CreditReport] = TypeAdapter(CreditReport)


class Inquired(Frozen):
    """What the bureau answered about one person; the person is named by role only."""

    purpose: str
    label: str
    roles: tuple[str, ...]
    day: date
    report: dict[str, Any]

    def answered(self) -> CreditReport:
        return _report.validate_python(self.report)

    def findings(self, filing: Filing) -> list[tuple[str, CreditFinding]]:
        roles = [Role(role) for role in self.roles]
        return [(self.label, f) for f in assess(self.answered(), roles, self.day, filing)]


class GateAsked(Frozen):
    """A version of the item's gate, and what it was for when it was asked."""

    version: int
    mode: Literal["live", "shadow"]


class Snapshot(Frozen):
    """Every input of the rules. `namesakes` is how many hold or are applying for the same name, `unsigned` how many of
    those who must sign had not when it was submitted.

    What nobody looked at stays out of the JSON, so that proofs from before it was asked keep their digest. Proofs of
    `format` 1 kept findings only; since 2 they keep a line for every rule that was asked.
    """

    item_code: str
    item_version: int
    day: date
    answers: dict[str, Any]
    evidence: EvidenceFacts
    namesakes: int | None
    neighbours: Neighbours | None = Field(default=None, exclude_if=lambda counted: counted is None)
    filings: Filed | None = Field(default=None, exclude_if=lambda counted: counted is None)
    others_unproven: int | None = Field(default=None, exclude_if=lambda counted: counted is None)
    others_without_factor: int | None = Field(default=None, exclude_if=lambda counted: counted is None)
    unsigned: int | None = Field(default=None, exclude_if=lambda counted: counted is None)
    inquiries: tuple[Inquired, ...]
    format: int = Field(default=1, ge=1, le=FORMAT, exclude_if=lambda number: number == 1)
    looked: Looked | None = Field(default=None, exclude_if=lambda answer: answer is None)
    circumstances: Circumstances | None = Field(default=None, exclude_if=lambda known: known is None)
    gates: tuple[GateAsked, ...] | None = Field(default=None, exclude_if=lambda asked: asked is None)
    is_correction: bool
    straight_through: bool
    gate_is_open: bool

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical form."""
        return digest_of_json(self.model_dump(mode="json"))


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the rules found, and a line for each that was asked. The machine may approve if nothing needs a person."""

    found: tuple[Found, ...]
    verdicts: tuple[Verdict, ...]
    trace: list[dict[str, Any]]

    @property
    def needs_person(self) -> bool:
        return any(found.needs_person for found in self.found)


def digest_of_json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(report: CreditReport) -> dict[str, Any]:
    kept: dict[str, Any] = _report.dump_python(report, mode="json")
    return kept


def weigh(snapshot: Snapshot, catalogue: Catalogue, book: GateBook) -> Weighed:
    """All rules over all inputs, in the order of the process."""
    item = catalogue.item(snapshot.item_code, snapshot.item_version)
    form = catalogue.form_of(item)
    answers: Answers = snapshot.answers
    read = check(form, answers, snapshot.day)
    result = Checked(read.values, read.problems + unprintable(read.values))
    said = list(_said(snapshot, item, form, result))
    gates = gates_of(snapshot, book)
    facts = facts_for_gate(snapshot, item, form, result) if gates else Facts()
    verdicts = tuple(evaluate(gate, facts) for gate in gates)
    is_open = snapshot.gate_is_open and snapshot.straight_through
    said += of_gate(gates[0] if gates else None, verdicts[0] if verdicts else None, is_open)
    found = tuple(one for one in said if isinstance(one, Found))
    if snapshot.format == 1:
        return Weighed(found, verdicts, _trace_of_old(found, verdicts))
    lines = [line_of(one) for one in said if not one.rule.startswith("G-")]  # those stand in the verdict
    if snapshot.circumstances is not None:
        lines += snapshot.circumstances.lines(catalogue.process_of(item).guards)
    return Weighed(found, verdicts, lines + [kept for verdict in verdicts for kept in lines_of_gate(verdict)])


def gates_of(snapshot: Snapshot, book: GateBook) -> tuple[Gate, ...]:
    """The gates as they were asked: the live one first. Before versions were kept there was only the first of each."""
    if snapshot.gates is None:
        first = book.version(snapshot.item_code, 1)
        return (first,) if first and first.mode != "off" else ()
    found = ((book.version(snapshot.item_code, asked.version), asked.mode) for asked in snapshot.gates)
    return tuple(gate.model_copy(update={"mode": mode}) for gate, mode in found if gate is not None)


def _said(snapshot: Snapshot, item: Item, form: Form, result: Checked) -> Iterator[Found | Held]:
    """What each rule says, by the parts of the process; of each part first what it found."""
    others = _unproven(snapshot, item, result)
    yield from of_person(snapshot.evidence, others, snapshot.straight_through)
    yield from identity_held(others)
    yield from of_signatures(item, snapshot.unsigned)
    yield from of_shown_card(snapshot.evidence, item, result.values, snapshot.day)
    of_the_form = [*of_form(result.problems, is_permit=item.kind == "permit"), *of_content(form, result.values)]
    yield from of_the_form
    yield from form_held(form, result.values, {found.rule for found in of_the_form})
    yield from of_names(result.values, snapshot.namesakes)
    yield from names_held(result.values, snapshot.namesakes)
    yield from of_place(snapshot.neighbours)
    yield from place_held(snapshot.neighbours)
    yield from of_filings(snapshot.filings)
    if snapshot.looked is not None:
        yield from of_looked(snapshot.looked, item.result, result.values)
    filing = filing_of(item, result.values)
    for purpose in ("submission", "decision"):
        asked = [inquired for inquired in latest(snapshot.inquiries) if inquired.purpose == purpose]
        if asked:
            yield from of_credit(finding for inquired in asked for finding in inquired.findings(filing))
        for inquired in asked:
            against = {finding.rule for _label, finding in inquired.findings(filing)}
            yield from credit_held(inquired.label, inquired.answered(), inquired.roles, filing, against)


def latest(inquiries: Iterable[Inquired]) -> list[Inquired]:
    """What counts of the answers: one that came for the decision takes the place of that at submission, for repair ends
    the use of a record. Silence takes the place of nothing."""
    asked = list(inquiries)
    heard = {one.label for one in asked if one.purpose == "decision" and one.report["status"] == "answered"}
    return [one for one in asked if one.purpose == "decision" or one.label not in heard]


def _trace_of_old(found: tuple[Found, ...], verdicts: tuple[Verdict, ...]) -> list[dict[str, Any]]:
    """What proofs of format 1 kept: findings, and the gate's lines without their version."""
    gate = [{**kept, "gate": verdict.gate} for verdict in verdicts for kept in verdict.model_dump(mode="json")["trace"]]
    return [one.told() for one in found] + gate


def facts_for_gate(snapshot: Snapshot, item: Item, form: Form, result: Checked) -> Facts:
    """What the gate may ask: the form, the holder's proof and the bureau's latest answers."""
    asked = [inquired for inquired in snapshot.inquiries if inquired.purpose == "decision"] or list(snapshot.inquiries)
    filing = filing_of(item, result.values)
    effects = {str(finding.effect) for inquired in asked for _label, finding in inquired.findings(filing)}
    known: dict[str, object] = {
        "is_correction": snapshot.is_correction,
        **gate_facts(snapshot.evidence, snapshot.straight_through),
        "others_unproven": _unproven(snapshot, item, result),
        "others_without_factor": snapshot.others_without_factor,
        "unsigned": snapshot.unsigned,
        "address_known": snapshot.neighbours.is_standard if snapshot.neighbours else None,
        "credit_effects": tuple(sorted(effects)) if asked else None,
        "credit_unanswered": sum(i.report["status"] != "answered" for i in asked) if asked else None,
    }
    return gate_facts_of(item.code, form, result, known)


def _unproven(snapshot: Snapshot, item: Item, result: Checked) -> int:
    """Who else is named and not proved; before anybody else could prove themselves, everybody else."""
    if snapshot.others_unproven is not None:
        return snapshot.others_unproven
    return others_than_holder(item, result.values)


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
