# SPDX-License-Identifier: Apache-2.0
"""What else is done to cases in any order: entries, visits, second looks, revocations, log and calendar."""

from datetime import timedelta
from typing import Any

import httpx
import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
import licences
import register
from approval import cases, people, visits
from approval.application import Application, State
from approval.revocation import Revocation
from approval.sampling import Sample
from catalogue import EntryResult
from identity import Role
from kit.clock import office_day
from licences import Licence, Status
from register import Entry, Standing
from tests.filling import a_credit_code, filled
from tests.journeys.inprocess import SENTENCE, House
from tests.journeys.walking import fill_in
from tests.office import CATALOGUE, a_submitted_case, an_applicant, prove

OVERSEERS = {"shen": Role.AUDITOR, "guan": Role.ADMINISTRATOR}
NAMES = "甲乙丙丁戊己庚辛"
MOST = 7  # of the places that the machine gives to a case
INDEX = st.integers(0, MOST)
STAFF = st.sampled_from(["zhou", "wu", "zheng", "zhou", "wu", "zheng", "health", "lin", "chen", "nobody", *OVERSEERS])
WORDS = st.sampled_from([SENTENCE, SENTENCE, "", "快"])
DEEDS = {
    "look": "sample.reviewed",
    "visit": "visit.recorded",
    "entry": "application.submitted",
    "revoke": "revocation.revoked",
    "calendar": "calendar.changed",
}
STEPS = st.sampled_from(["take-up", "decline", "prolong", "announce", "revoke", "revoke", "keep", "keep-public"])
PAGES = {
    "/audit": {Role.AUDITOR},
    "/audit/cases/{number}": {Role.AUDITOR},
    "/admin": {Role.ADMINISTRATOR},
    "/gates": {Role.SUPERVISOR},
    "/revocations": {Role.SUPERVISOR},
    "/samples": {Role.CLERK, Role.SUPERVISOR},
}


class Overseeing(RuleBasedStateMachine):
    """Further rules of the machine, which says who there is and which cases."""

    house: House
    cases: list[str]
    numbers: dict[str, tuple[str, str]]  # phone and identity number of the applicants

    def case(self, index: int) -> str:
        raise NotImplementedError

    def page(self, who: str, path: str, **form: str) -> httpx.Response:
        raise NotImplementedError

    def told(self, answer: httpx.Response) -> httpx.Response:
        raise NotImplementedError

    def signs(self, case: str) -> None:
        raise NotImplementedError

    def remembers(self, who: str, case: str) -> None:
        raise NotImplementedError

    def begins(self, deeds: set[str]) -> None:
        """What chance would seldom bring about: each deed as it should be done, by those who may."""
        self.house.use(straight_through=True)
        self.applies_by_machine()
        if "look" in deeds:
            self.looks_again_at_a_sample("sun", 0, "not", SENTENCE)
        if "visit" in deeds:
            self.applies_for_a_place_to_be_looked_at("lin")
            self.house.follow_all()
            self.looks_at_the_place("zhou", "sun", -1, 0, SENTENCE, True)
        if "entry" in deeds:
            self.applies_for_an_entry("lin", 0, True)
            self.house.follow_all()
            self.told(self.house.decide("zhou", self.cases[-1], "approve"))
        if "revoke" in deeds:
            self.asks_for_a_revocation("zheng", 0, "victim", True, SENTENCE)
            for step in ("take-up", "revoke"):
                self.goes_on_with_a_revocation("zheng", step, 0, SENTENCE)
        if "calendar" in deeds:
            self.changes_the_calendar("guan", "2026-12-05", True)
        wanted = {DEEDS[deed] for deed in deeds}
        with self.house.database.reading() as session:
            told = set(session.scalars(select(audit.Entry.event).where(audit.Entry.event.in_(wanted))))
        assert told == wanted

    def applies_by_machine(self) -> None:
        """A shop of lin's that the machine registers and draws for a second look."""
        phone, number = self.numbers["lin"]
        case = a_submitted_case(self.house.office, phone, submit=False, operator_id=number)
        self.remembers("lin", case)
        self.signs(case)
        self.house.follow_all()
        assert self.house.read(case).state == State.REGISTERED

    # Other items.

    @rule(who=st.sampled_from(["lin", "chen"]), index=INDEX, is_known=st.sampled_from([True, True, False]))
    def applies_for_an_entry(self, who: str, index: int, is_known: bool) -> None:
        """Of a shop that is registered, or of one that nobody knows."""
        if len(self.cases) > MOST:
            return
        with self.house.database.reading() as session:
            codes = session.scalars(select(register.Entity.credit_code).order_by(register.Entity.credit_code)).all()
        code = codes[index % len(codes)] if codes and is_known else a_credit_code()
        phone, number = self.numbers[who]
        changed: dict[str, Any] = {"business_code": code, "business_name": "林清和", "responsible_id": number}
        changed |= {"changes": ["name"], "uses_name": "yes", "trade_name": f"南京市栖霞区样例{NAMES[index]}店"}
        changed |= {"decided_on": "2026-11-20", "responsible_name": "林清和", "agent": "none"}
        case = a_submitted_case(self.house.office, phone, submit=False, item="sole-trader-change", **changed)
        self.remembers(who, case)
        self.signs(case)

    @rule(who=st.sampled_from(["lin", "chen"]))
    def applies_for_a_place_to_be_looked_at(self, who: str) -> None:
        if len(self.cases) > MOST:
            return
        phone, number = self.numbers[who]
        office, item = self.house.office.office, CATALOGUE.current("small-food", office_day(self.house.now))
        with self.house.database.writing() as session:
            draft = cases.start(session, office, an_applicant(session, phone), item.code, self.house.now)
            answers = filled(CATALOGUE.form_of(item), office_day(self.house.now))
            fill_in(self.house, draft, item, {**answers, item.holder.number: number})
            prove(session, office, draft)
            case = draft.id
        self.remembers(who, case)
        self.signs(case)

    # Staff.

    @rule(who=STAFF, second=STAFF, index=INDEX, age=st.sampled_from([0, 0, 1, -400]), words=WORDS, fits=st.booleans())
    def looks_at_the_place(self, who: str, second: str, index: int, age: int, words: str, fits: bool) -> None:
        colleague = self.house.people[second].id if second in self.house.people else "nobody"
        day = office_day(self.house.now) + timedelta(days=age)
        said = {"on": day.isoformat(), "second": colleague, "conforms": "yes" if fits else "no", "words": words}
        self.page(who, f"/review/{self.case(index)}/visit", **said)

    @rule(who=STAFF, index=INDEX, verdict=st.sampled_from(["approve", "not", ""]), words=WORDS)
    def looks_again_at_a_sample(self, who: str, index: int, verdict: str, words: str) -> None:
        with self.house.database.reading() as session:
            drawn = session.scalars(select(Sample.application_id).order_by(Sample.application_id)).all()
        case = drawn[index % len(drawn)] if drawn else self.case(index)
        self.page(who, f"/samples/{case}", verdict=verdict, words=words)

    @rule(who=STAFF, reason=WORDS)
    def starts_the_gate_again(self, who: str, reason: str) -> None:
        self.page(who, "/gates/sole-trader/restart", reason=reason)

    @rule(who=STAFF, index=INDEX, by=st.sampled_from(["victim", "office"]), is_known=st.booleans(), words=WORDS)
    def asks_for_a_revocation(self, who: str, index: int, by: str, is_known: bool, words: str) -> None:
        with self.house.database.reading() as session:
            made = select(Application.number).where(Application.state == State.REGISTERED)
            numbers = [number for number in session.scalars(made.order_by(Application.number)) if number]
        number = numbers[index % len(numbers)] if numbers else "QX-NONE"
        self.page(who, "/revocations", number=number, by=by, identified="yes" if is_known else "", words=words)

    @rule(who=STAFF, step=STEPS, index=INDEX, reason=WORDS)
    def goes_on_with_a_revocation(self, who: str, step: str, index: int, reason: str) -> None:
        with self.house.database.reading() as session:
            opened = session.scalars(select(Revocation.id).order_by(Revocation.id)).all()
        one = opened[index % len(opened)] if opened else "nothing"
        self.page(who, f"/revocations/{one}/{step}", reason=reason)

    # Those who only look.

    @rule(who=STAFF, index=INDEX, where=st.sampled_from(sorted(PAGES)))
    def looks_behind(self, who: str, index: int, where: str) -> None:
        """Each page opens for its own role, and for nobody else."""
        number = self.house.read(self.case(index)).number or "none"
        answer = self.told(self.house.ask(who, "GET", where.format(number=number)))
        role = self.house.people[who].role if who in self.house.people else None
        assert (answer.status_code == 200) == (role in PAGES[where]), (who, where, answer.status_code)

    @rule(who=STAFF)
    def checks_the_log(self, who: str) -> None:
        answer = self.page(who, "/audit/check")
        assert (answer.status_code == 200) == (who == "shen")

    @rule(who=STAFF, day=st.sampled_from(["2026-12-05", "2026-12-09", "soon"]), is_working=st.booleans())
    def changes_the_calendar(self, who: str, day: str, is_working: bool) -> None:
        """A day off or worked at short notice: every open clock is reckoned again."""
        answer = self.page(who, "/admin/calendar", day=day, is_working="yes" if is_working else "", note="临时调整")
        with self.house.database.reading() as session:
            changes = [entry for entry in audit.of_subject(session, "calendar") if entry.event == "calendar.changed"]
            assert {entry.actor for entry in changes} <= {f"account:{self.house.people['guan'].id}"}
        assert answer.status_code != 303 or who == "guan" or "calendar" not in answer.headers["location"]


def must_be_well_overseen(session: Session, application: Application) -> None:
    """Nothing is granted unseen; an entry is made once; samples are looked at by others; what is revoked has ended."""
    item = CATALOGUE.item(application.item_code, application.item_version)
    is_approved = application.decision is not None and application.decision.is_approval
    if item.on_site and is_approved:
        assert visits.conforms(session, application.id)
    entered = session.scalars(select(Entry).where(Entry.application_id == application.id)).all()
    told = [entry.event for entry in audit.of_subject(session, application.number or "")]
    assert told.count("register.entered") == len(entered) <= 1
    if isinstance(item.result, EntryResult):
        assert (len(entered) == 1) == (application.state == State.REGISTERED) or is_approved
        assert is_approved or not entered
    sample = session.get(Sample, application.id)
    if sample is not None:
        assert application.decision is not None
        assert application.decision.is_by_machine
    if sample is not None and sample.reviewed_by is not None:
        related = select(Application.id).where(Application.id == application.id)
        assert session.scalar(related.where(people.conflicts_with(sample.reviewed_by))) is None
    revoked = select(Revocation).where(Revocation.application_id == application.id, Revocation.stage == "revoked")
    if session.scalars(revoked).first() is not None:
        licence = licences.of_application(session, application.id)
        assert licence is not None
        assert licence.status == Status.REVOKED
        assert one_in_force(session, licence) == 0


def one_in_force(session: Session, licence: Licence) -> int:
    """How many licences of the same business are in force."""
    if licence.credit_code is None:
        return 0
    held = licences.of_holder(session, licence.credit_code)
    return sum(one.credit_code == licence.credit_code for one in held)


def has_ended(session: Session, application: Application) -> bool:
    """Whether the business that the entry is about is no more."""
    code = str(application.answers.get("business_code") or "")
    entity = register.find(session, code) if code else None
    return entity is not None and entity.standing == Standing.ENDED
