# SPDX-License-Identifier: Apache-2.0
"""Whatever anybody does in whatever order, no case is lost, decided twice, or decided by the wrong person."""

import os
from datetime import date, timedelta
from pathlib import Path

import httpx
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from structlog.testing import capture_logs

import audit
import notices
from approval import people, proofs
from approval.application import Application, DecisionRow, State
from approval.opinions import View
from approval.running import Runner
from approval.sweeping import sweep
from credit import Record
from identity import Account, Role
from kit.database import Database
from licences import Licence
from tests.builders import fictitious_id
from tests.journeys.inprocess import SENTENCE, House, Site, a_desk, a_house, a_site, must_hold_of
from tests.journeys.overseeing import DEEDS, OVERSEERS, Overseeing, has_ended, must_be_well_overseen
from tests.office import a_submitted_case

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "8"))
IS_EXPLORING = "MACHINE_EXAMPLES" in os.environ  # else the same eight each time, and nothing is shrunk
ALLOWED = {200, 303, 401, 403, 404, 409, 422}
APPLICANTS = {
    "lin": ("13800000001", fictitious_id("19900307", 1)),
    "chen": ("13800000002", fictitious_id("19850612", 2)),
}
STAFF = dict.fromkeys(("zhou", "wu", "sun"), Role.CLERK) | dict.fromkeys(("health", "fire"), Role.EXPERT)
STAFF |= dict.fromkeys(("zheng", "qian"), Role.SUPERVISOR) | OVERSEERS
KIN = {"wu": "chen", "qian": "lin"}  # relatives: they must keep off
NUMBER_FIELD = {"sole-trader": "operator_id", "public-venue": "responsible_id"}
MOST_CASES = 8

CASE = st.integers(0, MOST_CASES + 1)
WHO = st.sampled_from(sorted(APPLICANTS))
CLERK = st.sampled_from(["zhou", "wu", "zheng", "qian"])
ANYBODY = st.sampled_from([*("zhou", "wu", "zheng") * 2, "qian", "health", "fire", "lin", "chen", "nobody"])
WORDS = st.sampled_from([SENTENCE, SENTENCE, "", "快", "……——……"])
OUTCOME = st.sampled_from(["approve", "return", "refuse"])
AGE = st.sampled_from([0, 0, 0, -1, 1])  # of the version that is sent
BASIS = st.sampled_from(["SAMR-20", "LIC-38", ""])
RECORD = st.sampled_from(["", "", "dishonest_judgment_debtor", "false_registration_responsible"])
PAGES = ["/review", "/review?show=mine", "/review?show=all", "/review/{id}", "/review/{id}/decided", "/cases/{id}"]
PAGES += ["/opinions", "/opinions/{id}", "/board", "/desk", "/review/revision", "/apply/{id}/receipt"]


class Machine(Overseeing):
    """The real site, verbs and database, which are given before the machine runs."""

    site: Site
    database: Database
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.house: House = a_house(self.database, self.site, a_desk(self.database, self.folder))
        self.house.enrol(STAFF)
        self.house.fill_pool(2)
        with self.database.writing() as session:
            for kin, of in KIN.items():
                people.declare_kin(session, self.house.people[kin], APPLICANTS[of][1], "relative", self.house.now)
        self.numbers = APPLICANTS
        self.house.use(gates=self.house.office.office.gates.altered(sample_rate=1.0))
        self.is_worker_awake = True
        self.cases: list[str] = []
        self.versions: dict[str, int] = {}
        self.ended: dict[str, tuple[object, ...]] = {}
        self.decided: dict[str, tuple[object, ...]] = {}

    def case(self, index: int) -> str:
        """Mostly one that is open."""
        left = [case for case in self.cases if case not in self.ended] if index < MOST_CASES else []
        return (left or self.cases)[index % len(left or self.cases)]

    def told(self, answer: httpx.Response) -> httpx.Response:
        self.house.now += timedelta(seconds=1)
        assert answer.status_code in ALLOWED, f"{answer.request.method} {answer.url.path}: {answer.text[:400]}"
        return answer

    def page(self, who: str, path: str, **form: str) -> httpx.Response:
        return self.told(self.house.post(who, path, **form))

    # Applicants.

    @initialize(
        first=WHO, is_live=st.booleans(), depth=st.integers(0, 4), deeds=st.sets(st.sampled_from(sorted(DEEDS)))
    )
    def an_office_opens(self, first: str, is_live: bool, depth: int, deeds: set[str]) -> None:
        """With a case of each item, the permit so far on its way; some days have begun with deeds of other kinds."""
        if deeds:
            self.begins(deeds)
        self.house.use(straight_through=is_live)
        for item in NUMBER_FIELD:
            self.submits(first, item)
        permit = self.cases[-1]
        self.works_on()
        for step in range(depth):
            if step in (1, 2):
                self.page(("health", "fire")[step - 1], f"/opinions/{permit}", view="agree")
            else:
                self.told(self.house.decide("zhou", permit, "approve"))

    @rule(who=WHO, item=st.sampled_from(sorted(NUMBER_FIELD)))
    def submits(self, who: str, item: str) -> None:
        if len(self.cases) >= MOST_CASES:
            return
        phone, number = APPLICANTS[who]
        case = a_submitted_case(self.house.office, phone, item=item, submit=False, **{NUMBER_FIELD[item]: number})
        self.remembers(who, case)
        self.signs(case)

    def remembers(self, who: str, case: str) -> None:
        with self.database.reading() as session:
            self.house.people[who] = session.get_one(Account, session.get_one(Application, case).applicant_id)

    def signs(self, case: str) -> None:
        self.house.now += timedelta(seconds=1)
        self.house.sign_and_submit(case)
        self.cases.append(case)

    def applicant_of(self, case: str) -> str:
        owner = self.house.read(case).applicant_id
        return next(name for name in APPLICANTS if name in self.house.people and self.house.people[name].id == owner)

    @rule(who=ANYBODY, is_own=st.booleans(), index=CASE)
    def withdraws(self, who: str, is_own: bool, index: int) -> None:
        case = self.case(index)
        self.page(self.applicant_of(case) if is_own else who, f"/cases/{case}/withdraw")

    @rule(index=CASE)
    def corrects_and_submits_again(self, index: int) -> None:
        returned = [case for case, (state, *_) in self.ended.items() if state == State.RETURNED]
        case = (returned or self.cases)[index % len(returned or self.cases)]
        answer = self.page(self.applicant_of(case), f"/cases/{case}/correct")
        draft = answer.headers.get("location", "").removeprefix("/apply/")
        assert (answer.status_code == 303) == (case in returned)
        if returned and self.house.read(draft).state == State.DRAFT:
            self.signs(draft)

    # Staff.

    @rule(who=ANYBODY, index=CASE, by_page=st.booleans())
    def claims(self, who: str, index: int, by_page: bool) -> None:
        if by_page:
            self.page(who, f"/review/{self.case(index)}/claim")
        else:
            self.told(self.house.api(who, f"{self.case(index)}/claim"))

    @rule(who=ANYBODY, index=CASE, what=st.sampled_from(["next", "release", "heartbeat"]))
    def takes_releases_or_keeps(self, who: str, index: int, what: str) -> None:
        self.page(who, "/review/next" if what == "next" else f"/review/{self.case(index)}/{what}")

    @rule(who=CLERK, to=ANYBODY, index=CASE, words=WORDS)
    def hands_over(self, who: str, to: str, index: int, words: str) -> None:
        colleague = self.house.people[to].id if to in self.house.people else "nobody"
        self.page(who, f"/review/{self.case(index)}/hand-over", to=colleague, words=words)

    @rule(who=ANYBODY, index=CASE, reason=WORDS)
    def takes_over(self, who: str, index: int, reason: str) -> None:
        self.page(who, f"/review/{self.case(index)}/take-over", reason=reason)

    @rule(who=ANYBODY, index=CASE, outcome=OUTCOME, age=AGE, reason=WORDS, basis=BASIS, by_page=st.booleans())
    def decides(self, who: str, index: int, outcome: str, age: int, reason: str, basis: str, by_page: bool) -> None:
        case = self.case(index)
        version = self.house.read(case).version + age
        if by_page:
            typed = {"reason": reason, "basis": basis, "reason-address": reason}
            self.page(who, f"/review/{case}/decide", outcome=outcome, version=str(version), **typed)
        else:
            said = {"reason": reason, "basis": basis, "corrections": {"address": reason}}
            self.told(self.house.api(who, f"{case}/decision", outcome=outcome, version=version, **said))

    @rule(who=CLERK, index=CASE, outcome=OUTCOME)
    def goes_all_the_way(self, who: str, index: int, outcome: str) -> None:
        """Without claim and decision in one go few cases would get far."""
        self.told(self.house.decide(who, self.case(index), outcome))

    @rule(who=ANYBODY, index=CASE, age=AGE)
    def accepts(self, who: str, index: int, age: int) -> None:
        version = self.house.read(self.case(index)).version + age
        self.page(who, f"/review/{self.case(index)}/accept", version=str(version))

    @rule(who=CLERK, index=CASE, other=CASE, age=AGE)
    def approves_many(self, who: str, index: int, other: int, age: int) -> None:
        chosen = [f"{case}:{self.house.read(case).version + age}" for case in (self.case(index), self.case(other))]
        assert self.told(self.house.ask(who, "POST", "/review/bulk", data={"cases": chosen})).status_code == 200

    @rule(who=ANYBODY, index=CASE, ground=st.sampled_from(["litigation", "hearing", "rain"]), reason=WORDS)
    def suspends(self, who: str, index: int, ground: str, reason: str) -> None:
        self.page(who, f"/review/{self.case(index)}/suspend", ground=ground, reason=reason)

    @rule(who=ANYBODY, index=CASE, what=st.sampled_from(["go-on", "go-on", "extend", "reopen"]), reason=WORDS)
    def acts_with_a_reason(self, who: str, index: int, what: str, reason: str) -> None:
        answer = self.page(who, f"/review/{self.case(index)}/{what}", reason=reason)
        if what == "reopen" and answer.status_code == 303 and "/signin" not in answer.headers["location"]:
            self.cases.append(answer.headers["location"].removeprefix("/review/").partition("?")[0])

    @rule(who=st.sampled_from(["health", "fire", "zhou"]), index=CASE, words=WORDS, view=st.sampled_from(list(View)))
    def gives_an_opinion(self, who: str, index: int, words: str, view: View) -> None:
        self.page(who, f"/opinions/{self.case(index)}", view=view, words=words)

    @rule(who=ANYBODY, index=CASE, what=st.sampled_from(["resume", "release"]))
    def acts_on_the_board(self, who: str, index: int, what: str) -> None:
        self.page(who, f"/board/{self.case(index)}/{what}")

    @rule(who=ANYBODY, index=CASE, where=st.sampled_from(PAGES))
    def looks(self, who: str, index: int, where: str) -> None:
        self.told(self.house.ask(who, "GET", where.format(id=self.case(index))))

    # The world.

    @rule(is_live=st.booleans(), is_awake=st.sampled_from([True, True, False]))
    def the_machine_changes(self, is_live: bool, is_awake: bool) -> None:
        self.house.use(straight_through=is_live)
        self.is_worker_awake = is_awake

    @rule(is_away=st.booleans(), who=WHO, kind=RECORD)
    def the_bureau_changes(self, is_away: bool, who: str, kind: str) -> None:
        bureau = self.house.office.bureau
        bureau.is_away = is_away
        bureau.records[APPLICANTS[who][1]] = [Record(kind, "样例法院", date(2026, 1, 5))] if kind else []

    @rule(is_broken=st.booleans(), codes=st.sampled_from([2, 3, 9]))
    def the_issuer_changes(self, is_broken: bool, codes: int) -> None:
        self.house.office.issuer.is_broken = is_broken
        self.house.fill_pool(codes)

    @rule(hours=st.sampled_from([0.05, 0.3, 1, 11, 24, 7 * 24, 30 * 24]))
    def time_passes(self, hours: float) -> None:
        self.house.now += timedelta(hours=hours)
        Runner(self.house.office.office).kick_stuck(self.house.now)
        sweep(self.house.office.office, self.house.now)

    # What always holds.

    @invariant()
    def works_on(self) -> None:
        while self.is_worker_awake and (kicks := self.house.waiting()):
            self.house.follow(kicks[0])

    @invariant()
    def every_case_holds_together(self) -> None:
        with self.database.reading() as session:
            assert audit.check(session).is_whole
            numbers = sorted(session.scalars(select(Licence.number).where(Licence.number.contains("-2026-"))))
            assert [int(number[-6:]) for number in numbers] == list(range(1, len(numbers) + 1))
            for application in session.scalars(select(Application).where(Application.id.in_(self.cases))):
                if self.versions.get(application.id) != application.version:
                    self.versions[application.id] = application.version
                    must_hold_of(session, application)
                    must_be_well_overseen(session, application)
                self.stays_as_it_ended(application)
                if application.state == State.CHECKING:  # then a worker was told
                    assert any(k.case == application.id and not k.is_followed for k in self.house.kicks.values())
            for row in session.scalars(select(DecisionRow)):
                shown = (row.outcome, row.decided_by, tuple(row.cosigned_by), row.evidence_digest, row.reason)
                assert self.decided.setdefault(row.application_id, shown) == shown

    def stays_as_it_ended(self, application: Application) -> None:
        shown = (application.state, application.step, application.seq, application.ended_at, application.number)
        if State(application.state).is_final:
            assert self.ended.setdefault(application.id, shown) == shown
        else:
            assert application.id not in self.ended
            assert application.ended_at is None

    # How it ends.

    def teardown(self) -> None:
        """Everything works again, and everybody does their work: every case comes to an end."""
        self.the_bureau_changes(False, "lin", "")
        self.the_issuer_changes(False, 60)
        self.house.follow_all()
        for case in self.cases:
            state = State(self.house.read(case).state)
            assert state.is_final or state in (State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE)
        for turn in range(14):  # one may wait for another
            for case in self.cases:
                self.must_get_on(case, turn)
        self.versions.clear()
        self.every_case_holds_together()
        office = self.house.office.office
        with self.database.reading() as session:
            for case in self.cases:
                application = session.get_one(Application, case)
                assert State(application.state).is_final or has_ended(session, application)
                assert notices.pending(session, case) == []
                if application.decision is not None:
                    kept = proofs.of_number(session, application.number or "")
                    assert proofs.replay(office.catalogue, office.gates, kept).agrees

    def must_get_on(self, case: str, turn: int) -> None:
        """One step of whoever it waits for."""
        seen = self.house.read(case)
        state = State(seen.state)
        if state.is_final:
            return
        if state is State.SET_ASIDE:
            assert self.page("zheng", f"/board/{case}/resume").status_code == 303
        elif seen.suspended_on is not None:
            self.page("zheng", f"/review/{case}/go-on", reason=SENTENCE)
        elif state is State.WITH_DEPARTMENTS:
            for who in ("health", "fire"):
                self.page(who, f"/opinions/{case}", view="agree")
        else:
            has_cast = self.house.people["zhou"].id in seen.given
            who = "zheng" if seen.role == "supervisor" else "sun" if has_cast else "zhou"
            self.page(who, f"/review/{case}/take-over", reason=SENTENCE)
            is_kind = self.cases.index(case) % 3 and turn < 8
            self.told(self.house.decide(who, case, "approve" if is_kind else "refuse"))
        self.house.follow_all()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


def test_whatever_happens_in_whatever_order_the_rules_of_the_office_hold(database: Database, folder: Path) -> None:
    with capture_logs(), a_site(a_desk(database, folder)) as site:  # drawing each traceback takes long
        given = {"site": site, "database": database, "folder": folder}
        run_state_machine_as_test(
            type("Machine", (Machine,), given),
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=30,
                deadline=None,
                derandomize=not IS_EXPLORING,
                suppress_health_check=list(HealthCheck),
                phases=list(Phase) if IS_EXPLORING else [Phase.generate],
            ),
        )
