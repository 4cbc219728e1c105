# SPDX-License-Identifier: Apache-2.0
"""A decision can be run again on what it rested on; the machine's are looked at by people."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from addresses import import_lines
from approval import claims, deciding, memos, proofs, sampling
from approval.agreement import Agreement
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.decision import Decision, Outcome, ReasonRequired
from approval.gatebook import GateBook, load_gates
from approval.proofs import Proof
from approval.running import STUCK_AFTER, Runner
from approval.weighing import Snapshot, ruleset
from console import decisions, processes
from kit.clock import office_day
from kit.database import Database
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.office import CATALOGUE, TestOffice, a_clerk, a_submitted_case, a_supervisor, in_review
from workflows.loading import PROCESSES

ANOTHER_CONTACT = {"contact_is_holder": "no", "contact_name": "周样例", "contact_id": fictitious_id("19850612", 3)}
WORDS = "场所地址与申报内容不一致，不应准予"


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
        from licences import Template, fictitious_codes, fill_pool

        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 200))
    return TestOffice(database)


def approved(office: TestOffice, phone: str = "13800000001") -> Application:
    case = a_submitted_case(office, phone)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        found = session.get_one(Application, case)
        assert found.state == State.REGISTERED
        return found


def replayed(office: TestOffice, number: str | None) -> proofs.Replayed:
    with office.database.reading() as session:
        kept = proofs.of_number(session, number or "")
    return proofs.replay(CATALOGUE, load_gates(), kept)


def test_a_machine_decision_runs_again_bit_for_bit(office: TestOffice) -> None:
    told = replayed(office, approved(office).number)
    assert told.agrees
    assert told.is_by_machine
    assert told.same_rules
    assert told.lines > 15


def test_a_persons_decision_is_kept_with_every_rule_as_well(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session:
        decision = Decision(Outcome.REFUSE, f"account:{clerk.id}", NOON, reason=WORDS, basis="SAMR-20")
        number = deciding.decide(session, office.office, case, version, decision, NOON).number
    told = replayed(office, number)
    assert told.agrees
    assert (told.outcome, told.is_by_machine) == ("refuse", False)


@pytest.mark.parametrize("part", ["answers", "trace", "both digests"])
def test_whatever_was_changed_in_a_proof_shows(office: TestOffice, part: str) -> None:
    case = approved(office)
    with office.database.writing() as session:
        proof = session.get_one(Proof, case.id)
        if part == "trace":
            proof.trace = [{**proof.trace[0], "effect": "manual"}, *proof.trace[1:]]
        else:
            answers = {**proof.snapshot["answers"], "operator_name": "别人"}
            proof.snapshot = {**proof.snapshot, "answers": answers}
            if part == "both digests":
                proof.snapshot_digest = Snapshot.model_validate(proof.snapshot).digest
                session.get_one(Application, case.id).decision.evidence_digest = proof.snapshot_digest  # type: ignore[union-attr]
    assert not replayed(office, case.number).agrees


def test_a_rule_that_says_something_else_today_is_named(office: TestOffice) -> None:
    case = approved(office)
    book = load_gates()
    gate = book.versions("sole-trader")[-1]
    stricter = [r if r.id != "G-10" else r.model_copy(update={"threshold": ("own",)}) for r in gate.rules]
    with office.database.reading() as session:
        kept = proofs.of_number(session, case.number or "")
    told = proofs.replay(CATALOGUE, book.altered(["sole-trader"], rules=tuple(stricter)), kept)
    assert not told.agrees
    assert "G-10" in told.differences


def run(office: TestOffice, app: Any, *args: str) -> tuple[int, str]:
    result = CliRunner().invoke(app.commands(lambda: office.office), list(args))
    return result.exit_code, result.output


def test_the_command_replays_from_the_database_and_from_a_file(office: TestOffice, tmp_path: Path) -> None:
    number = approved(office).number or ""
    assert run(office, decisions, "replay", number)[0] == 0
    file = tmp_path / "proof.json"
    assert run(office, decisions, "export", number, str(file))[0] == 0
    assert run(office, decisions, "replay", number, "--file", str(file))[0] == 0
    told = json.loads(file.read_text("utf-8"))
    told["snapshot"]["answers"]["operator_name"] = "别人"
    file.write_text(json.dumps(told), "utf-8")
    code, output = run(office, decisions, "replay", number, "--file", str(file))
    assert code == 1
    assert "NOT what was logged" in output
    assert run(office, decisions, "replay", "20260101-NOBODY")[0] == 2


def test_a_changed_process_is_tried_against_past_cases(office: TestOffice, tmp_path: Path) -> None:
    approved(office)
    text = (PROCESSES / "registration.toml").read_text("utf-8")
    same, other = tmp_path / "same.toml", tmp_path / "other.toml"
    same.write_text(text, "utf-8")
    other.write_text(text.replace('next = { approve = "number", person', 'next = { yes = "number", person'), "utf-8")
    assert run(office, processes, "replay", str(same)) == (0, "1 cases: 1 same, 0 differs, 0 undecidable\n")
    code, output = run(office, processes, "replay", str(other))
    assert code == 1
    assert "registered → stops: step weigh does not know the outcome approve" in output
    other.write_text(text.replace('"check_form"', '"ask_the_stars"'), "utf-8")
    assert run(office, processes, "replay", str(other))[0] == 2


def test_a_process_is_shown_and_exported(office: TestOffice, tmp_path: Path) -> None:
    code, output = run(office, processes, "show", "permit", "--to", str(tmp_path / "p.svg"))
    assert code == 0
    assert "refused" in output
    assert (tmp_path / "p.svg").read_text("utf-8").startswith("<svg")
    assert run(office, processes, "export", "permit", "--to", str(tmp_path / "p.bpmn"))[0] == 0
    assert run(office, processes, "show", "nothing")[0] == 2


# Sampling.


def sampled(office: TestOffice) -> None:
    """Every machine approval is drawn from now on."""
    office.office = replace(office.office, gates=office.office.gates.altered(sample_rate=1.0))


def test_machine_approvals_are_looked_at_again_and_too_many_errors_stop_the_gate(office: TestOffice) -> None:
    sampled(office)
    looked = [approved(office, f"1380000020{n}") for n in range(4)]
    with office.database.writing() as session:
        clerk, supervisor = a_clerk(session, "zhou"), a_supervisor(session)
        assert {case.id for case in sampling.waiting(session, clerk)} == {case.id for case in looked}
    with office.database.writing() as session, pytest.raises(ReasonRequired):
        sampling.look(session, office.office, looked[0], clerk, False, "", NOON)
    for case in looked:
        with office.database.writing() as session:
            if sampling.is_open(session, "sole-trader"):
                sampling.look(session, office.office, session.get_one(Application, case.id), clerk, False, WORDS, NOON)
    with office.database.writing() as session:
        assert not sampling.is_open(session, "sole-trader")
        assert "gate_stopped" in {memo.kind for memo in memos.unseen(session, supervisor)}
        with pytest.raises(sampling.NotSampled):
            sampling.look(session, office.office, session.get_one(Application, looked[0].id), clerk, True, "", NOON)
    stopped = a_submitted_case(office, "13800000301")
    Runner(office.office).carry_on(stopped)
    with office.database.writing() as session:
        assert session.get_one(Application, stopped).state == State.IN_REVIEW
        assert sampling.restart(session, "sole-trader", NOON)
        assert sampling.looked_at(session, "sole-trader", 1) == (0, 0)
    approved(office, "13800000302")


def test_what_the_gate_said_is_compared_with_what_people_decide(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session:
        deciding.decide(
            session, office.office, case, version, Decision(Outcome.APPROVE, f"account:{clerk.id}", NOON), NOON
        )
    with office.database.reading() as session:
        said = session.execute(select(sampling.GateVerdict.application_id, sampling.GateVerdict.version)).tuples()
        assert sorted(said) == [(case, 1), (case, 2)]
        # No library has the address, so that the second could not have approved.
        assert sampling.agreement(session, "sole-trader", 1) == Agreement(machine_yes_human_yes=1)
        assert sampling.agreement(session, "sole-trader", 2) == Agreement(machine_no_human_yes=1)
        for version in (1, 2):
            apart = sampling.agreement(session, "sole-trader", version, is_apart=True)
            assert apart == Agreement(machine_yes_human_yes=1)
        assert sampling.agreement(session, "sole-trader", 3) == Agreement()


@pytest.mark.parametrize(
    ("changed", "outcome", "table", "apart"),
    [
        ({"uses_name": "yes", "trade_name": "栖云饮品店"}, Outcome.APPROVE, (0, 0, 1, 0), (1, 0, 0, 0)),
        ({}, Outcome.REFUSE, (0, 1, 0, 0), (0, 1, 0, 0)),
        (ANOTHER_CONTACT, Outcome.APPROVE, (0, 0, 1, 0), (0, 0, 1, 0)),
        (ANOTHER_CONTACT, Outcome.REFUSE, (0, 0, 0, 1), (0, 0, 0, 1)),
    ],
)
def test_each_cell_of_the_agreement_is_filled_by_its_own_kind_of_case(
    office: TestOffice,
    changed: dict[str, Any],
    outcome: Outcome,
    table: tuple[int, int, int, int],
    apart: tuple[int, int, int, int],
) -> None:
    case = in_review(office, **changed)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session:
        reason, basis = ("", "") if outcome is Outcome.APPROVE else (WORDS, "SAMR-20")
        said = Decision(outcome, f"account:{clerk.id}", NOON, reason=reason, basis=basis)
        deciding.decide(session, office.office, case, version, said, NOON)
    with office.database.reading() as session:
        assert sampling.agreement(session, "sole-trader", 1) == Agreement(*table)
        assert sampling.agreement(session, "sole-trader", 1, is_apart=True) == Agreement(*apart)


def test_a_gate_in_shadow_is_compared_with_what_people_say_of_the_samples_as_well(office: TestOffice) -> None:
    sampled(office)
    case = approved(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        sampling.look(session, office.office, session.get_one(Application, case.id), clerk, True, "", NOON)
    with office.database.reading() as session:
        assert sampling.looked_at(session, "sole-trader", 1) == (1, 0)
        assert sampling.looked_at(session, "sole-trader", 2) == (0, 0)
        assert sampling.agreement(session, "sole-trader", 2) == Agreement(machine_no_human_yes=1)
        assert sampling.agreement(session, "sole-trader", 2, is_apart=True) == Agreement(machine_yes_human_yes=1)


# Versions.


def test_a_decision_runs_again_under_the_version_it_was_made_under(office: TestOffice) -> None:
    case = approved(office)
    with office.database.reading() as session:
        kept = proofs.of_number(session, case.number or "")
    assert [(asked.version, asked.mode) for asked in kept.snapshot.gates or ()] == [(1, "live"), (2, "shadow")]
    book = load_gates()
    first, second, *_newer = reversed(book.versions("sole-trader"))
    third = first.model_copy(update={"version": 3, "rules": second.rules})  # live since, and stricter
    later = GateBook((first.model_copy(update={"mode": "off"}), second.model_copy(update={"mode": "off"}), third))
    told = proofs.replay(CATALOGUE, later, kept)
    assert told.agrees
    assert told.under == (
        "item sole-trader 1",
        "process registration 1",
        "gate sole-trader 1 (live)",
        "gate sole-trader 2 (shadow)",
    )
    lost = proofs.replay(CATALOGUE, GateBook((first,)), kept)
    assert not lost.agrees
    assert lost.missing == ("gate sole-trader 2",)
    assert {"G-01", "G-21"} <= set(lost.differences)


def test_a_new_version_decides_from_its_first_day_and_is_named_by_what_it_decides(office: TestOffice) -> None:
    first, second, *_newer = reversed(load_gates().versions("sole-trader"))
    today = office_day(NOON)
    book = GateBook(
        (
            first.model_copy(update={"valid_to": today}),
            second.model_copy(update={"mode": "live", "valid_from": today}),
        )
    )
    office.office = replace(office.office, gates=book)
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        waiting = session.get_one(Application, case)
        assert waiting.state == State.IN_REVIEW
        assert "G-21" in {finding.rule for finding in waiting.findings}  # no library has the address
    with office.database.writing() as session:
        address = str(waiting.answers["address"])
        import_lines(session, ["street,community,grid,address\n", f"320113007,,,{address}\n"], "test", NOON)
    again = a_submitted_case(office, "13800000002", address=address)
    Runner(office.office).carry_on(again)
    with office.database.reading() as session:
        assert session.get_one(Application, again).state == State.REGISTERED
        number = session.get_one(Application, again).number or ""
        kept = proofs.of_number(session, number)
    assert [(asked.version, asked.mode) for asked in kept.snapshot.gates or ()] == [(2, "live")]


def test_replaying_says_in_words_that_the_code_is_another_one(office: TestOffice, tmp_path: Path) -> None:
    number = approved(office).number or ""
    code, output = run(office, decisions, "replay", number)
    assert (code, f"same rule-set version {ruleset()}" in output) == (0, True)
    assert "gate sole-trader 1 (live)" in output
    file = tmp_path / "proof.json"
    run(office, decisions, "export", number, str(file))
    told = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**told, "ruleset": "0" * 16}), "utf-8")
    code, output = run(office, decisions, "replay", number, "--file", str(file))
    assert code == 0
    assert f"decided under rule-set version {'0' * 16}, run under the code of {ruleset()}" in output


# Running.


def test_a_case_on_which_workers_die_is_set_aside_and_one_that_only_waits_is_left_alone(office: TestOffice) -> None:
    case, told = a_submitted_case(office), {"standing": "coming"}
    runner = Runner(office.office, standing=lambda *_: told["standing"])
    later = NOON + STUCK_AFTER * 2
    office.kicks.clear()
    assert runner.kick_stuck(later) == 0
    told["standing"] = "over"
    assert runner.kick_stuck(later) == 1
    assert [name for name, _move in office.kicks] == [case]
    told["standing"] = "died"
    assert runner.kick_stuck(later) == 1
    assert runner.kick_stuck(later) == 0
    with office.database.reading() as session:
        found = session.get_one(Application, case)
        assert found.state == State.SET_ASIDE
        assert found.transitions[-1].event["error"] == "worker_died"


def test_the_version_of_the_rules_is_a_hash_of_them() -> None:
    assert len(ruleset()) == 16
    assert int(ruleset(), 16) >= 0
