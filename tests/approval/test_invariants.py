# SPDX-License-Identifier: Apache-2.0
"""What must hold holds after the ordinary way of a case; each way of breaking it is found and named."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

import audit
import licences
from approval import erasing, invariants
from approval.application import Application, DecisionRow, Finding, State, Transition
from approval.calendar import seed_calendar
from approval.invariants import INVARIANTS, Premises
from approval.proofs import Proof
from approval.running import Runner
from audit import Entry
from credit import Effect
from kit.database import Database
from kit.keyring import DatabaseKeyring
from licences import FileSigner, Issuer, Licence, LicenceCounter, Store
from notices import Maker, Remedies
from tests.conftest import NOON
from tests.office import TestOffice, a_submitted_case, in_review


@dataclass
class Place:
    office: TestOffice
    premises: Premises
    folder: Path
    case: str

    def broken(self) -> dict[str, tuple[str, ...]]:
        return {one.invariant.name: one.broken for one in invariants.check(self.premises) if one.broken}

    def write(self, change: Callable[[Session], object]) -> None:
        with self.office.database.writing() as session:
            change(session)


@pytest.fixture
def place(database: Database, ring: DatabaseKeyring, tmp_path: Path) -> Place:
    """One case that the machine approved and licensed, with a real sealed file."""
    licences.make_demonstration_authority(tmp_path / "keys", "南京市栖霞区行政审批局", NOON)
    signer, store = FileSigner(tmp_path / "keys"), Store(tmp_path / "documents")
    office = TestOffice(database)
    maker = Maker(store, signer, office.office.registrar, Remedies("样例人民政府", "https://example.cn", "样例法院"))
    office.office = replace(office.office, issuer=Issuer(store, signer, "http://127.0.0.1:8000"), maker=maker)
    with database.writing() as session:
        seed_calendar(session)
        kind = licences.Template.SOLE_TRADER
        licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    premises = Premises(office.office, store, signer.trust, NOON)
    return Place(office, premises, tmp_path, case)


def test_after_the_ordinary_way_of_a_case_everything_holds(place: Place) -> None:
    assert place.broken() == {}
    in_review(place.office, "13800000002")
    assert place.broken() == {}


def test_each_promise_is_asked_about() -> None:
    promises = {one.promise for one in INVARIANTS}
    assert {"P3", "P4", "P5", "P6", "P7", "P9", "files", "privacy"} == promises
    assert len({one.name for one in INVARIANTS}) == len(INVARIANTS)


def _no_decision(session: Session, _case: str) -> None:
    session.execute(delete(Proof))
    session.execute(delete(DecisionRow))


def _a_doubt(session: Session, case: str) -> None:
    found = Finding(application_id=case, step="credit", rule="CR-15", effect=Effect.MANUAL, message={}, basis={})
    found.confidence, found.found_at = "V", NOON
    session.add(found)


def _another_actor(session: Session, _case: str) -> None:
    """In what has its place already: before that there is nothing to compare."""
    audit.sequence(session, audit.LogKey.fresh("test.invalid/log"), NOON)
    session.execute(update(Entry).where(Entry.event == "licence.issued").values(actor="account:other"))


BREAKING: dict[str, tuple[Callable[[Session, str], object], set[str]]] = {
    "an approval that is gone": (
        _no_decision,
        {"no licence without an approval", "one decision, one log entry", "no end without its decision"},
    ),
    "a licence that is gone": (
        lambda s, _c: s.execute(update(LicenceCounter).values(last=2)),
        {"no gap in numbers"},
    ),
    "a number that jumped": (
        lambda s, _c: s.execute(update(Licence).values(number="QX-2026-000009")),
        {"no gap in numbers"},
    ),
    "an issue that was undone": (
        lambda s, _c: s.execute(update(Licence).values(status="reserved")),
        {"what was numbered or issued is there"},
    ),
    "another code": (
        lambda s, _c: s.execute(update(Licence).values(credit_code="92320113MA009999XX")),
        {"no code in force twice"},
    ),
    "a move that is gone": (
        lambda s, _c: s.execute(delete(Transition).where(Transition.step == "credit")),
        {"one move for each step"},
    ),
    "a proof that is gone": (lambda s, _c: s.execute(delete(Proof)), {"every decision rests on its proof"}),
    "a proof that was changed": (
        lambda s, _c: s.execute(update(Proof).values(trace_digest="0" * 64)),
        {"decisions come out the same again"},
    ),
    "a log that was changed": (_another_actor, {"the log is whole"}),
    "a machine that overlooked a doubt": (_a_doubt, {"no machine approval against a doubt"}),
    "a machine that refused": (
        lambda s, _c: s.execute(update(DecisionRow).values(outcome="refuse")),
        {"no refusal by the machine", "no licence without an approval", "no end without its decision"},
    ),
    "a case left alone": (
        lambda s, _c: s.execute(
            update(Application).values(state=State.CHECKING, updated_at=NOON - timedelta(minutes=16))
        ),
        {"no case that nobody comes back to"},
    ),
    "a case without a day": (
        lambda s, _c: s.execute(update(Application).values(state=State.IN_REVIEW, look_on=None)),
        {"a timer for each case with people"},
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_whatever_breaks_is_found_and_named(place: Place, name: str) -> None:
    change, expected = BREAKING[name]
    place.write(lambda session: change(session, place.case))
    found = place.broken()
    assert expected <= set(found), found
    assert all(found[name] for name in expected)


def test_a_changed_a_lost_and_a_badly_sealed_file_are_found(place: Place) -> None:
    other = place.folder / "other"
    licences.make_demonstration_authority(other, "南京市栖霞区行政审批局", NOON)
    foreign = replace(place.premises, trust=FileSigner(other).trust)
    assert {one.invariant.name for one in invariants.check(foreign) if one.broken} == {"seals of licences hold"}
    files = sorted(path for path in (place.folder / "documents").glob("??/*"))
    files[0].write_bytes(files[0].read_bytes() + b" ")
    assert place.broken() == {"files are what they were": (files[0].name,)}
    files[0].unlink()
    assert place.broken() == {"files are what they were": (files[0].name,)}


def test_a_run_that_may_still_come_is_no_case_left_alone(place: Place) -> None:
    old = NOON - timedelta(minutes=16)
    place.write(lambda session: session.execute(update(Application).values(state=State.CHECKING, updated_at=old)))
    place.premises = replace(place.premises, standing=lambda *_: "coming")
    assert "no case that nobody comes back to" not in place.broken()


def test_what_is_over_age_is_told_by_name_and_number_only(place: Place) -> None:
    place.premises = replace(place.premises, over_age=lambda: {"pictures_without_owner": 2})
    assert place.broken() == {"nothing over-age, no orphans": ("pictures_without_owner×2",)}


def test_a_case_whose_key_is_gone_though_it_was_not_erased_is_found(place: Place, ring: DatabaseKeyring) -> None:
    with place.office.database.reading() as session:
        key = session.get_one(Application, place.case).own_key
    assert key is not None
    ring.throw_away([key])
    found = place.broken()
    assert found["a key for each case that is not erased"] == (place.case,)


def test_a_case_that_was_erased_breaks_nothing(place: Place) -> None:
    with place.office.database.writing() as session:
        erasing.erase(session, session.get_one(Application, place.case), NOON)
    assert place.broken() == {}
