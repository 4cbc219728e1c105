# SPDX-License-Identifier: Apache-2.0
"""A world for the access matrix: every actor, and a thing of every kind in every state, built through the verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

import licences
from approval import (
    afterwards,
    bundles,
    cases,
    claims,
    deciding,
    freezing,
    meetings,
    participants,
    people,
    revocation,
    unmasking,
)
from approval.application import Application, State
from approval.decision import Correction, Decision, Outcome
from approval.running import Runner
from forms import Answers
from identity import HOLDER, Account, Role, Way
from kit.database import Database
from kit.text import Text
from tests.approval.test_participants import a_company
from tests.conftest import NOON
from tests.journeys.inprocess import SENTENCE, House
from tests.office import HOLDER as NUMBER
from tests.office import TestOffice, a_submitted_case, an_applicant, in_review

OWNER, PARTICIPANT, STRANGER = "13800000001", "13800000002", "13800000003"
STAFF = {
    "former": Role.CLERK,
    "clerk": Role.CLERK,
    "colleague": Role.CLERK,
    "elsewhere": Role.CLERK,
    "relative": Role.CLERK,
    "supervisor": Role.SUPERVISOR,
    "supervisor_elsewhere": Role.SUPERVISOR,
    "supervisor_relative": Role.SUPERVISOR,
    "fire": Role.EXPERT,
    "police": Role.EXPERT,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
    "security": Role.SECURITY,
    "unassigned": Role.UNASSIGNED,
}


class Rehearsal(Database):
    """The same database, in which whatever is written is undone: each cell is asked of the same world."""

    def __init__(self, database: Database) -> None:
        self.__dict__.update(database.__dict__)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.flush()
            session.rollback()


@dataclass
class World:
    """`things[kind][state]` is the id that stands in the path."""

    house: House
    things: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def office(self) -> TestOffice:
        return self.house.office

    def person(self, name: str) -> Account:
        return self.house.people[name]


def built(house: House, *, rehearsed: bool = True) -> World:
    """`rehearsed`: whatever the site writes from now on is undone."""
    world = World(house)
    house.enrol(STAFF)
    with house.database.writing() as session:
        for kind in licences.CODED:
            licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 50))
        for name, phone in (("owner", OWNER), ("participant", PARTICIPANT), ("stranger", STRANGER)):
            house.people[name] = an_applicant(session, phone)
        for name in ("elsewhere", "supervisor_elsewhere"):
            people.post(session, house.people[name].id, ["company"], [])
        for name in ("relative", "supervisor_relative"):
            people.declare_kin(session, house.people[name], NUMBER, "relative", NOON)
    house.people |= {"expert": house.people["fire"], "other_expert": house.people["police"]}
    house.token("former")
    with house.database.writing() as session:
        session.get_one(Account, house.people["former"].id).is_active = False
    world.things = {
        "case": _cases(world),
        "part": _parts(world),
        "bundle": _bundles(world),
        "meeting": _meetings(world),
        "look": _looks(world),
    }
    for name in house.people:
        house.token(name)
    if rehearsed:
        with house.database.writing() as session:  # so that whoever may open the personal page is shown it
            unmasking.unmask(
                session, world.office.office, world.things["case"]["held"], house.people["clerk"], SENTENCE, NOON
            )
    house.use(database=Rehearsal(house.database) if rehearsed else house.database)
    return world


def _cases(world: World) -> dict[str, str]:
    office, clerk = world.office, world.person("clerk")
    found = {
        "registered": _registered(office),
        "draft": a_submitted_case(office, submit=False),
        "checking": a_submitted_case(office),
        "waiting": in_review(office),
        "held": in_review(office),
        "with_departments": in_review(office, item="public-venue"),
        "set_aside": in_review(office),
        "returned": in_review(office),
        "refused": in_review(office),
        "withdrawn": in_review(office),
        "frozen": in_review(office),
    }
    with office.database.writing() as session:
        _say(session, office, found["returned"], clerk, Outcome.RETURN)
        _say(session, office, found["refused"], clerk, Outcome.REFUSE)
        version = claims.claim(session, found["with_departments"], clerk, NOON).version
        deciding.accept(session, office.office, found["with_departments"], version, clerk, NOON)
        afterwards.withdraw(session, office.office, session.get_one(Application, found["withdrawn"]), NOON)
        freezing.say_not_me(session, found["frozen"], HOLDER, world.person("stranger"), NOON)
        session.get_one(Application, found["set_aside"]).state = State.SET_ASIDE
        claims.claim(session, found["held"], clerk, NOON)
    with office.database.reading() as session:
        world.numbers = {state: session.get_one(Application, name).number or "" for state, name in found.items()}
    return found


def _registered(office: TestOffice) -> str:
    office.allow_machine(True)
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    return case


def _say(session: Session, office: TestOffice, case: str, clerk: Account, outcome: Outcome) -> None:
    version = claims.claim(session, case, clerk, NOON).version
    correction = Correction("address", Text(zh="经营场所", en="Address"), SENTENCE)
    is_refusal = outcome is Outcome.REFUSE
    decision = Decision(
        outcome,
        f"account:{clerk.id}",
        NOON,
        reason=SENTENCE if is_refusal else "",
        basis="SAMR-20" if is_refusal else "",
        corrections=() if is_refusal else (correction,),
    )
    deciding.decide(session, office.office, case, version, decision, NOON)


def _parts(world: World) -> dict[str, str]:
    """Only the column of the state is set: who may ask does not hang on more, and each needs eight people to get on."""
    found = {}
    office = world.office
    with office.database.writing() as session:
        for state in ("draft", "checking", "registered", "refused", "withdrawn"):
            draft = a_company(session, office)
            participants.invite(session, office.office, draft, "shareholders.1", PARTICIPANT, NOON)
            (part,) = participants.of_application(session, draft.id)
            found[state] = part.id
            draft.state = state
            session.flush()
    return found


def _bundles(world: World) -> dict[str, str]:
    office, found = world.office, {}
    with office.database.writing() as session:
        for state in ("gathering", "submitted"):
            owner = session.get_one(Account, world.person("owner").id)
            bundle = bundles.start(session, office.office, owner, "sole-trader", ["seal-engraving"], NOON)
            found[state] = bundle.id
            world.numbers[bundle.id] = bundle.lead_id
        session.get_one(Application, bundle.lead_id).state = State.CHECKING
    return found


def _meetings(world: World) -> dict[str, str]:
    office, found = world.office, {}
    with office.database.writing() as session:
        for state in ("waiting", "taken"):
            owner = session.get_one(Account, world.person("owner").id)
            case = cases.start(session, office.office, owner, "sole-trader", NOON)
            typed: Answers = {"operator_name": "林清和", "operator_id": NUMBER}
            cases.save_answers(session, office.office, case, "operator", typed, NOON)
            meeting = meetings.ask(session, office.office, case, HOLDER, Way.VIDEO, NOON)
            found[state] = meeting.id
        _meeting, _case, named = meetings.met(session, office.office, found["taken"])
        world.numbers["who"] = named.who
        meetings.take(session, office.office, found["taken"], world.person("clerk"), NOON)
    return found


def _looks(world: World) -> dict[str, str]:
    office, found, head = world.office, {}, world.person("supervisor")
    for state in ("filed", "investigated"):
        case = _registered(office)
        with office.database.writing() as session:
            application = session.get_one(Application, case)
            opened = revocation.file(session, application, SENTENCE, head, NOON, by_victim=False, is_identified=False)
            found[state] = opened.id
    with office.database.writing() as session:
        revocation.take_up(session, office.office, found["investigated"], head, NOON)
    return found
