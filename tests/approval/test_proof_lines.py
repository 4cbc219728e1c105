# SPDX-License-Identifier: Apache-2.0
"""A proof names every rule that was asked; whatever is changed in one shows, for a shop, an entry and a permit."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

import licences
from approval import proofs
from approval.application import Application
from approval.circumstances import CITATIONS
from approval.guards import GUARDS
from approval.proofs import Kept, Proof
from approval.weighing import Snapshot, digest_of_json, weigh
from catalogue import Item
from credit import Record
from kit.clock import office_day
from kit.database import Database
from tests.conftest import NOON
from tests.filling import PEOPLE
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.journeys.walking import decided, staffed, submitted
from tests.office import CATALOGUE, HOLDER

LINE = {"rule", "subject", "value", "threshold", "outcome", "effect", "citation", "confidence", "source"}
GATE_LINE = {"rule", "fact", "value", "threshold", "outcome", "citation", "confidence", "gate", "version"}
KINDS = ["sole-trader", "company-change", "entertainment-venue"]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        staffed(made)
        with database.writing() as session:
            for kind in licences.CODED:
                licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
        yield made


def item_of(code: str) -> Item:
    return CATALOGUE.current(code, office_day(NOON))


def walked(house: House, code: str, **changed: Any) -> str:
    case = submitted(house, item_of(code), **changed)
    decided(house, case, item_of(code))
    return case


def kept_of(house: House, case: str) -> Kept:
    with house.database.reading() as session:
        return proofs.of_number(session, session.get_one(Application, case).number or "")


def replayed(house: House, kept: Kept) -> proofs.Replayed:
    return proofs.replay(CATALOGUE, house.office.office.gates, kept)


def proved(house: House, code: str) -> Kept:
    """The proof of a case that has been through its whole process: machine, people, departments."""
    if code == "sole-trader":
        house.use(straight_through=False)
        return kept_of(house, walked(house, code))
    company = walked(house, "company")
    with house.database.reading() as session:
        licence = licences.of_application(session, company)
        assert licence is not None
        about: dict[str, Any] = {"business_code": licence.credit_code, "business_name": licence.name}
    if code == "company-change":
        about |= {"changes": ["name"], "company_name": "南京栖云样例信息有限公司", "responsible_id": PEOPLE[0]}
    return kept_of(house, walked(house, code, **about))


@pytest.mark.parametrize("code", KINDS)
def test_every_rule_that_was_asked_has_a_line_with_value_threshold_outcome_and_citation(
    house: House, code: str
) -> None:
    kept = proved(house, code)
    assert replayed(house, kept).agrees
    for line in kept.trace:
        assert set(line) in (LINE, GATE_LINE)
        assert line["citation"]["zh"]
        assert line["confidence"] in ("V", "M", "D")
    rules = {line["rule"] for line in kept.trace}
    item = item_of(code)
    assert {*CATALOGUE.form_of(item).rules, "FORM-01", "ID-05", "CR-15"} <= rules
    assert ("CR-05" in rules) is item.is_registration, "a ban on registration bars no permit"
    assert CATALOGUE.process_of(item).guards <= rules
    text = json.dumps(kept.trace, ensure_ascii=False)
    for personal in (HOLDER, *PEOPLE, "林清和", "陈其美", "样例路", "文苑路", "13800000001"):
        assert personal not in text


def test_an_entry_keeps_what_the_register_said_and_a_permit_who_saw_and_said_what(house: House) -> None:
    entry = proved(house, "company-change")
    said = {line["rule"]: line for line in entry.trace}
    assert (said["REG-01"]["outcome"], said["REG-03"]["value"], said["in_register"]["outcome"]) == (True, True, True)
    assert said["REG-05"]["value"] == said["REG-05"]["threshold"] == 0
    assert entry.snapshot.looked is not None
    permit = kept_of(house, walked(house, "entertainment-venue"))
    asked = {(line["rule"], line["subject"]): line for line in permit.trace}
    assert asked["site_visited", ""]["value"] == "conforms"
    assert asked["hearing_held", ""]["outcome"]
    assert permit.snapshot.circumstances is not None
    departments = [one.department for one in permit.snapshot.circumstances.opinions]
    assert departments
    assert all(asked["opinion", name]["value"] == "agree" for name in departments)
    assert asked["vote", "1"]["value"] == asked["vote", "2"]["value"] == "approve"


def test_a_record_of_credit_fails_its_own_rule_and_leaves_the_others_standing(house: House) -> None:
    house.use(straight_through=False)
    house.office.bureau.records[HOLDER] = [Record("false_registration_responsible", "样例局", date(2026, 1, 5))]
    case = submitted(house, item_of("sole-trader"), operator_id=HOLDER)
    house.follow_all()
    assert house.decide("zhou", case, "refuse").status_code == 303
    kept = kept_of(house, case)
    lines = [line for line in kept.trace if line["rule"].startswith("CR-") and line["rule"] != "CR-00"]
    assert {line["rule"] for line in lines if not line["outcome"]} == {"CR-05"}
    assert {line["rule"] for line in lines if line["outcome"]} >= {"CR-15"}
    bars = next(line for line in kept.trace if line["rule"] == "no_bar")
    assert (bars["value"], bars["outcome"]) == (["CR-05"], False)
    assert replayed(house, kept).agrees


def test_what_a_silent_bureau_would_have_said_is_neither_clean_nor_a_bar(house: House) -> None:
    house.use(straight_through=False)
    house.office.bureau.is_away = True
    case = submitted(house, item_of("sole-trader"))
    house.follow_all()
    house.office.bureau.is_away = False
    assert house.decide("zhou", case, "refuse").status_code == 303
    asked = [line for line in kept_of(house, case).trace if line["rule"] == "CR-05"]
    assert {line["outcome"] for line in asked} == {None}


# Whatever is changed shows.


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        yield path
    else:
        for name, part in parts:
            yield from leaves(part, (*path, name))
        if not value:
            yield path


def otherwise(value: Any) -> Any:
    """Something else of the same kind, so that it can be read at all."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        try:
            return (date.fromisoformat(value) + timedelta(days=1)).isoformat()
        except ValueError:
            return value + "1"
    return "1" if value is None else [*value, "1"] if isinstance(value, list) else {**value, "one": "more"}


def altered(tree: Any, path: tuple[Any, ...]) -> Any:
    copy = json.loads(json.dumps(tree))
    at = copy
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = otherwise(at[path[-1]])
    return copy


@pytest.mark.parametrize("code", KINDS)
def test_whatever_input_is_changed_shows(house: House, code: str) -> None:
    kept = proved(house, code)
    told = kept.model_dump(mode="json")
    paths = list(leaves(told["snapshot"]))
    assert len(paths) > 60
    assert {path[0] for path in paths} >= {"answers", "evidence", "inquiries", "circumstances", "day", "item_code"}
    for place, path in enumerate(paths):
        changed = altered(told["snapshot"], path)
        try:
            read = Snapshot.model_validate(changed)
        except ValidationError:
            continue  # it cannot be read: that shows as well
        assert read.digest != kept.snapshot_digest, path
        assert place % 4 or not _as_logged(house, kept, read), path


def _as_logged(house: House, kept: Kept, read: Snapshot) -> bool:
    """Also where digests were made to fit: those in the log cannot be."""
    forged = kept.model_copy(update={"snapshot": read, "snapshot_digest": read.digest})
    try:
        return replayed(house, forged).agrees
    except (KeyError, ValueError):
        return False  # of an item, or a measure, that there is not


@pytest.mark.parametrize("code", KINDS)
def test_whatever_line_is_changed_left_out_or_added_shows(house: House, code: str) -> None:
    kept = proved(house, code)
    for path in list(leaves(kept.trace))[::9]:  # one of each line
        forged = altered(kept.trace, path)
        update = {"trace": forged, "trace_digest": digest_of_json(forged)}
        told = replayed(house, kept.model_copy(update=update))
        assert not told.agrees, path
        assert not told.same_record, path
    for forged in (kept.trace[1:], [*kept.trace, kept.trace[0]], [kept.trace[-1], *kept.trace[:-1]]):
        assert not replayed(house, kept.model_copy(update={"trace": forged})).agrees
    assert not replayed(house, kept.model_copy(update={"outcome": "refuse"})).agrees
    assert not replayed(house, kept.model_copy(update={"is_by_machine": not kept.is_by_machine})).agrees


# Proofs of before.


def of_before(house: House, kept: Kept) -> Kept:
    """The proof as it was made before a line was kept for every rule."""
    old = kept.snapshot.model_copy(update={"format": 1, "looked": None, "circumstances": None})
    trace = weigh(old, CATALOGUE, house.office.office.gates).trace
    digests = {"snapshot_digest": old.digest, "logged_digest": old.digest, "trace_digest": digest_of_json(trace)}
    return kept.model_copy(
        update={**digests, "snapshot": old, "trace": trace, "logged_trace": "", "logged_outcome": ""}
    )


def test_a_proof_of_before_keeps_its_digest_and_runs_again(house: House) -> None:
    old = of_before(house, proved(house, "sole-trader"))
    keys = set(old.snapshot.model_dump(mode="json"))
    assert not keys & {"format", "looked", "circumstances"}
    assert {frozenset(line) for line in old.trace} == {
        frozenset({"rule", "effect", "subject", "message", "basis", "confidence", "source"}),
        frozenset({"rule", "fact", "value", "threshold", "outcome", "citation", "confidence", "gate"}),
    }
    assert replayed(house, old).agrees
    forged = [{**old.trace[0], "effect": "refuse"}, *old.trace[1:]]
    assert not replayed(house, old.model_copy(update={"trace": forged})).agrees


def test_every_guard_has_its_citation() -> None:
    assert set(CITATIONS) == set(GUARDS)
    assert all(text.zh and text.en for text in CITATIONS.values())


def test_a_changed_row_shows_in_the_database_as_well(house: House) -> None:
    kept = proved(house, "company-change")
    with house.database.writing() as session:
        application = session.scalars(select(Application).where(Application.number == kept.number)).one()
        proof = session.get_one(Proof, application.id)
        proof.snapshot = {**proof.snapshot, "looked": {**proof.snapshot["looked"], "entity": None}}
        proof.snapshot_digest = Snapshot.model_validate(proof.snapshot).digest
        case = application.id
    told = replayed(house, kept_of(house, case))
    assert not told.same_snapshot
    assert "REG-02" in told.differences
