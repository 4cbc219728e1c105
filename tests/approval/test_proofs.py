# SPDX-License-Identifier: Apache-2.0
"""A decision can be run again on what it rested on; the machine's are looked at by people."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from approval import claims, deciding, memos, proofs, sampling
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.decision import Decision, Outcome, ReasonRequired
from approval.gate import load_gates
from approval.proofs import Proof
from approval.running import STUCK_AFTER, Runner
from approval.weighing import Snapshot, ruleset
from console import decisions, processes
from kit.database import Database
from tests.conftest import NOON
from tests.office import CATALOGUE, TestOffice, a_clerk, a_submitted_case, a_supervisor, in_review
from workflows.loading import PROCESSES

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
    gates = load_gates()
    gate = gates["sole-trader"]
    stricter = [r if r.id != "G-10" else r.model_copy(update={"threshold": ("own",)}) for r in gate.rules]
    with office.database.reading() as session:
        kept = proofs.of_number(session, case.number or "")
    changed = {**gates, "sole-trader": gate.model_copy(update={"rules": tuple(stricter)})}
    told = proofs.replay(CATALOGUE, changed, kept)
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
    gates = {code: gate.model_copy(update={"sample_rate": 1.0}) for code, gate in office.office.gates.items()}
    office.office = replace(office.office, gates=gates)


def test_machine_approvals_are_looked_at_again_and_too_many_errors_stop_the_gate(office: TestOffice) -> None:
    sampled(office)
    looked = [approved(office, f"1380000020{n}") for n in range(4)]
    with office.database.writing() as session:
        clerk, supervisor = a_clerk(session, "zhou"), a_supervisor(session)
        assert {case.id for case in sampling.waiting(session, clerk)} == {case.id for case in looked}
    with office.database.writing() as session, pytest.raises(ReasonRequired):
        sampling.look(session, looked[0], clerk, False, "", NOON)
    for case in looked:
        with office.database.writing() as session:
            if sampling.is_open(session, "sole-trader"):
                sampling.look(session, session.get_one(Application, case.id), clerk, False, WORDS, NOON)
    with office.database.writing() as session:
        assert not sampling.is_open(session, "sole-trader")
        assert "gate_stopped" in {memo.kind for memo in memos.unseen(session, supervisor)}
        with pytest.raises(sampling.NotSampled):
            sampling.look(session, session.get_one(Application, looked[0].id), clerk, True, "", NOON)
    stopped = a_submitted_case(office, "13800000301")
    Runner(office.office).carry_on(stopped)
    with office.database.writing() as session:
        assert session.get_one(Application, stopped).state == State.IN_REVIEW
        assert sampling.restart(session, "sole-trader", NOON)
        assert sampling.looked_at(session, "sole-trader") == (0, 0)
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
        table = sampling.agreement(session, "sole-trader", load_gates()["sole-trader"].version)
        assert (table.machine_yes_human_yes, table.machine_no_human_yes) in [(1, 0), (0, 1)]
        assert session.scalars(select(sampling.GateVerdict.application_id)).all() == [case]


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
