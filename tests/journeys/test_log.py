# SPDX-License-Identifier: Apache-2.0
"""The decision log over HTTP: published, proved to applicants, exported, and what happens when it does not hold."""

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

import audit
from approval.application import DecisionRow, State, Transition
from approval.calendar import seed_calendar
from approval.running import Runner
from audit import verify_export
from audit.tree import leaf_hash, proves_consistency, proves_inclusion
from identity import Role
from kit.database import Database
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import a_submitted_case, an_applicant, in_review


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        house = a_house(database, site, desk)
        house.enrol({"shen": Role.AUDITOR, "li": Role.CLERK, "guan": Role.ADMINISTRATOR})
        house.fill_pool(20)
        with database.writing() as session:
            seed_calendar(session)
            house.people["applicant"] = an_applicant(session)
        yield house


def sequenced(house: House) -> int:
    house.desk.ledger.sequence(house.now)
    with house.database.reading() as session:
        return audit.head(session).size


def decided(house: House, outcome: str = "return") -> str:
    case = in_review(house.office)
    assert house.decide("li", case, outcome).status_code == 303
    return case


def test_an_applicant_downloads_a_receipt_that_proves_the_decision_is_in_the_log(house: House) -> None:
    case = decided(house)
    assert house.ask("applicant", "GET", f"/cases/{case}/log-proof").status_code == 404  # not sequenced yet
    size = sequenced(house)
    answer = house.ask("applicant", "GET", f"/cases/{case}/log-proof")
    assert answer.status_code == 200
    assert f'href="/cases/{case}/log-proof"' in house.ask("applicant", "GET", f"/cases/{case}").text
    assert house.ask("applicant", "GET", f"/api/v1/applications/{case}/log-proof").text == answer.text
    proof, checkpoint = answer.text.split("\n\n", 1)
    kind, extra, index, *path = proof.split("\n")
    leaf, *openings = base64.b64decode(extra.removeprefix("extra ")).split(b"\n")
    said = house.desk.ledger.verifier.open(checkpoint)
    assert (kind, said.size) == ("c2sp.org/tlog-proof@v1", size)
    assert b'"event":"decision.made"' in leaf
    hashes = [base64.b64decode(line) for line in path]
    assert proves_inclusion(leaf_hash(leaf), int(index.removeprefix("index ")), size, hashes, said.root)
    receipt = audit.read_receipt(answer.text, house.desk.ledger.verifier)
    assert (receipt.leaf, len(openings)) == (leaf, len(receipt.opened))
    with house.database.reading() as session:
        row = session.scalars(select(DecisionRow)).one()
        assert (receipt.opened["reason"], receipt.opened["evidence_digest"]) == (row.reason, row.evidence_digest)
    assert f"--key {house.desk.ledger.verifier.vkey}" in house.ask("applicant", "GET", f"/cases/{case}").text
    assert house.ask("nobody", "GET", "/log/verify_export.py").content == audit.VERIFIER.read_bytes()
    for who in ("shen", "li", "nobody"):
        assert house.ask(who, "GET", f"/cases/{case}/log-proof").status_code in (303, 401, 403, 404)


def test_the_words_of_a_decision_are_committed_to_and_never_in_the_log(house: House) -> None:
    case = decided(house, "return")
    number = house.read(case).number or ""
    with house.database.reading() as session:
        decision = next(e for e in audit.of_subject(session, number) if e.event == "decision.made")
        words = audit.opened(session, decision)
        assert set(decision.told["committed"]) == set(words)
        for said in words.values():
            assert said not in decision.facts


def test_anybody_reads_checkpoints_tiles_and_proofs_and_only_auditors_the_entries(house: House) -> None:
    old = sequenced(house)
    decided(house)
    size = sequenced(house)
    note = house.ask("nobody", "GET", "/log/checkpoint")
    said = house.desk.ledger.verifier.open(note.text)
    assert (said.size, note.headers["content-type"]) == (size, "text/plain; charset=utf-8")
    tile = house.ask("nobody", "GET", f"/log/tile/0/000.p/{size}")
    assert (tile.status_code, len(tile.content)) == (200, 32 * size)
    assert "immutable" in tile.headers["cache-control"]
    for path in ("0/000", "0/001", f"0/000.p/{size + 1}", "64/000", "00/000", "x/000", "0/0"):
        assert house.ask("nobody", "GET", f"/log/tile/{path}").status_code == 404, path
    entries = f"/log/tile/entries/000.p/{size}"
    assert house.ask("nobody", "GET", entries).status_code in (303, 401)
    assert house.ask("li", "GET", entries).status_code == 403
    assert house.ask("shen", "GET", entries).content.count(b'"v":1}') == size
    proof = house.ask("nobody", "GET", f"/api/v1/log/consistency?old={max(old, 1)}&new={size}").json()
    roots = [base64.b64decode(proof[name]) for name in ("old_root", "new_root")]
    assert roots[1] == said.root
    assert proves_consistency(max(old, 1), size, [base64.b64decode(step) for step in proof["path"]], *roots)
    assert house.ask("nobody", "GET", f"/api/v1/log/inclusion?index={size - 1}").json()["checkpoint"] == note.text
    for wrong in (f"inclusion?index={size}", f"consistency?old={size}&new=1", f"consistency?old=1&new={size + 1}"):
        assert house.ask("nobody", "GET", f"/api/v1/log/{wrong}").status_code == 404, wrong


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_an_export_asks_for_its_purpose_and_is_in_the_log(house: House, tmp_path: Path, form: str) -> None:
    decided(house)
    assert house.post("shen", "/audit/export", form=form).status_code == 422
    assert house.post("shen", "/audit/export", form="exe", purpose="inspection").status_code == 404
    assert house.post("li", "/audit/export", form=form, purpose="inspection").status_code == 403
    answer = house.post("shen", "/audit/export", form=form, purpose="court", event="decision.made")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    (tmp_path / "log.zip").write_bytes(answer.content)
    report = verify_export(tmp_path / "log.zip")
    assert (report.ok, report.entries) == (True, 1), report.faults
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    with house.database.reading() as session:
        told = [e.told for e in audit.of_subject(session, "log") if e.event == "log.exported"]
    assert told == [{"form": form, "filters": ["event"], "purpose": "court", "disclosures": False}]


def test_whoever_looks_into_the_log_stands_in_it(house: House) -> None:
    number = house.read(decided(house)).number or ""
    assert house.ask("shen", "GET", "/audit").status_code == 200
    assert house.ask("shen", "GET", "/audit?text=张三").status_code == 200
    assert house.ask("shen", "GET", f"/audit/cases/{number}").status_code == 200
    assert house.ask("shen", "GET", "/audit/cases/none").status_code == 200
    actor = f"account:{house.people['shen'].id}"
    with house.database.reading() as session:
        told = [(e.event, e.subject, e.told) for e in audit.search(session, actor=actor)]
    assert told == [("log.case_read", number, {}), ("log.searched", "log", {"filters": ["text"]})]


def test_a_log_that_does_not_hold_stops_deciding_and_issuing_and_is_still_read(house: House) -> None:
    waiting, approved = in_review(house.office, "13800000002"), a_submitted_case(house.office, "13800000003")
    sequenced(house)
    assert "没有被改动" in house.post("shen", "/audit/check").text
    with house.database.writing() as session:
        session.execute(text("UPDATE log_entry SET actor = 'account:0' WHERE \"index\" = 0"))
    page = house.post("shen", "/audit/check").text
    assert "日志未通过核验" in page
    assert house.desk.ledger.contact in page
    house.use(audit_contact="区纪委监委 025-0000")
    refused = house.decide("li", waiting, "return")
    assert refused.status_code == 409
    assert "区纪委监委 025-0000" in refused.text
    assert house.read(waiting).state == State.IN_REVIEW
    house.office.allow_machine(True)
    house.use(clock=lambda: house.now, kick=house.note_kick, audit_contact="区纪委监委 025-0000")
    Runner(house.office.office).carry_on(approved)
    assert house.read(approved).state in (State.CHECKING, State.SET_ASIDE, State.IN_REVIEW)
    with house.database.reading() as session:
        assert session.scalars(select(DecisionRow)).all() == []
        errors = [move.event.get("error") for move in session.scalars(select(Transition))]
        assert "log_broken" in errors
    assert house.ask("shen", "GET", "/audit").status_code == 200
    assert house.ask("applicant", "GET", "/").status_code == 200
    assert "不可用" in house.ask("guan", "GET", "/admin").text
    with house.database.reading() as session:
        assert "log.broken" in [entry.event for entry in audit.of_subject(session, "log")]


def test_an_auditor_sees_that_the_tree_itself_is_damaged(house: House) -> None:
    decided(house)
    sequenced(house)
    with house.database.writing() as session:
        session.execute(text("UPDATE log_checkpoint SET root = :none"), {"none": "0" * 64})
    decided_later = in_review(house.office, "13800000004")
    answer = house.post("shen", "/audit/check")
    assert (answer.status_code, "与检查点的根不符" in answer.text) == (200, True)
    assert house.post("shen", "/audit/export", form="jsonl", purpose="court").status_code == 200
    assert house.decide("li", decided_later, "return").status_code == 409
