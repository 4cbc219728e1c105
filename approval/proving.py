# SPDX-License-Identifier: Apache-2.0
"""Proving (实名核验): whom a case names, by which way each of them proves who they are, and who has. I/O: database.

The holder and every other person stand beside each other: one row of evidence each, by the place in the form. Whatever
somebody said of a person holds for the name and number that the form had then.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approval import appointments, participants, people, signers
from approval.application import Application, State
from approval.cards import agrees
from approval.casefile import checked, item_of, locked, record
from approval.claims import NotHeld, held_now
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.office import Office
from approval.persons import persons_of
from approval.recording import record_identity
from approval.roles import BOTH, Need
from approval.seen import EvidenceFacts, card_facts, facts_of
from credit import Subject
from identity import HOLDER, Account, Evidence, Way, assuring, evidence_of
from identity.evidence import everybodys_evidence as evidence_of_all
from kit.clock import office_day
from kit.errors import DomainError
from kit.sealing import fingerprint
from kit.text import Text

MACHINE = "system:identity"


class PersonUnnamed(DomainError):
    """Name and number must be filled in before anybody can say that this is the person."""


class CaseClosed(DomainError):
    """The case is decided or withdrawn: nothing is proved in it any more."""


class WayNotOffered(DomainError):
    """This way is not open to the person, or not now."""


class PictureMissing(DomainError):
    """Of card and person one picture is missing: there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Named:
    """One natural person of a case. `place`: "holder", or where the form names them."""

    place: str
    name: str
    number: str
    role: Text
    need: Need = BOTH

    @property
    def who(self) -> str:
        """Raises PersonUnnamed."""
        if not self.name or not self.number:
            raise PersonUnnamed()
        return assuring.who_key(self.name, self.number)

    @property
    def is_whole(self) -> bool:
        return bool(self.name and self.number)


@dataclass(frozen=True, slots=True)
class Proven:
    """Where one person stands: the way they are on, whether the level is reached, when and by whom."""

    named: Named
    way: Way | None
    is_assured: bool
    at: datetime | None
    by: str | None
    is_unsure: bool


def holder_of(office: Office, application: Application) -> Named:
    holder = item_of(office, application).holder
    said = (application.answers.get(field) for field in (holder.name, holder.number))
    name, number = (answer.strip() if isinstance(answer, str) else "" for answer in said)
    return Named(HOLDER, name, number.upper(), holder.label)


def named_in(session: Session, office: Office, application: Application) -> list[Named]:
    """The holder, then everybody of whom a proof is asked."""
    others = signers.wanted(session, office, application)
    return [
        holder_of(office, application),
        *(Named(one.place, one.name, one.number, one.role, one.need) for one in others if one.need.proves),
    ]


def named_at(session: Session, office: Office, application: Application, place: str) -> Named:
    """Raises participants.NotInvited for a place in which nobody stands."""
    found = next((one for one in named_in(session, office, application) if one.place == place), None)
    if found is None:
        raise participants.NotInvited()
    return found


def business_of(application: Application) -> str:
    """What the business is called in the form; "" while it has no name."""
    answers = application.answers
    names = (answers.get(name) for name in ("company_name", "business_name", "name", "trade_name"))
    return next((name.strip() for name in names if isinstance(name, str) and name.strip()), "")


def intent_key(application: Application, role: Text) -> str:
    """Stands for what a person agrees to before the camera: as what, of which business, by which item."""
    return fingerprint("\n".join((application.item_code, role.zh, business_of(application))), "intent")


def is_intended(evidence: Evidence, application: Application, role: Text) -> bool:
    """Whether the form still says what the person agreed to in the live session. Without one there is nothing to
    compare."""
    return evidence.intent is None or evidence.intent == intent_key(application, role)


def must_be_under_way(application: Application) -> None:
    """Raises CaseClosed."""
    if State(application.state).is_final or application.decision is not None:
        raise CaseClosed()


def choose(
    session: Session, office: Office, application: Application, person: str, way: Way, now: datetime
) -> Evidence:
    """Go on by another way; nothing is lost and nothing is asked again. Raises CaseClosed, AlreadyAssured."""
    application = locked(session, application.id)
    must_be_under_way(application)
    evidence, named = evidence_of(session, application.id, person), named_at(session, office, application, person)
    if named.is_whole and assuring.is_for_another(evidence, named.who):
        assuring.forget_assurance(evidence)
    if evidence.route != way:
        assuring.choose(evidence, way)
        facts = {"person": person.split(".")[0], "way": str(way)}
        record(session, application, "identity.way_chosen", f"account:{application.applicant_id}", now, facts)
    return evidence


def note_assured(
    session: Session, office: Office, application: Application, evidence: Evidence, way: Way, by: str, now: datetime
) -> None:
    """Somebody has reached the level: into the log by place, never by name, and a record of how they proved it.

    An appointment that is still open is given up with it."""
    appointments.give_up(session, application.id, evidence.person, now)
    facts = {"person": evidence.person.split(".")[0], "way": str(way)}
    record(session, application, "identity.assured", by, now, facts)
    record_identity(session, office, application, evidence, "assurance", by, now)


def note_face(session: Session, office: Office, application_id: str, person: str, now: datetime) -> bool:
    """A live session has ended. Gives whether the person is assured by it: a living face on the card of whom the form
    names. If so it is noted; if not, nobody is refused, and a clerk looks. Raises participants.NotInvited."""
    application = session.get_one(Application, application_id)
    named, evidence = named_at(session, office, application, person), evidence_of(session, application_id, person)
    if evidence.assured_at is not None or not _is_by_face(evidence, application, named, now):
        return False
    note_assured(session, office, application, evidence, Way.FACE, MACHINE, now)
    return True


def is_card_of(evidence: Evidence, named: Named, now: datetime) -> bool:
    """Whether name and number on the card are surely those that the form gives for the person."""
    return named.is_whole and agrees(card_facts(evidence.card_read), named.name, named.number, office_day(now))


def _is_by_face(evidence: Evidence, application: Application, named: Named, now: datetime) -> bool:
    is_their_card = is_card_of(evidence, named, now)
    return assuring.is_face_proven(evidence, is_their_card) and is_intended(evidence, application, named.role)


def note_unsure(session: Session, application: Application, person: str, way: Way, by: str, now: datetime) -> None:
    record(session, application, "identity.unsure", by, now, {"person": person.split(".")[0], "way": str(way)})


def standing(session: Session, office: Office, application: Application, now: datetime) -> list[Proven]:
    """Everybody of the case, for whoever works on it."""
    known = {evidence.person: evidence for evidence in evidence_of_all(session, application.id)}
    found = []
    for named in named_in(session, office, application):
        evidence = known.get(named.place) or Evidence(application_id=application.id, person=named.place)
        counts = is_card_of(evidence, named, now) and is_intended(evidence, application, named.role)
        is_assured = named.is_whole and assuring.is_assured(evidence, named.who, counts)
        found.append(
            Proven(
                named,
                assuring.route_of(evidence),
                is_assured,
                (evidence.assured_at or evidence.compared_at) if is_assured else None,
                evidence.assured_by if is_assured else None,
                assuring.is_unsure(evidence),
            )
        )
    return found


def is_done(session: Session, office: Office, application: Application) -> bool:
    """Whether the holder has done what can be done, for the person whom the form names now."""
    evidence, holder = evidence_of(session, application.id), holder_of(office, application)
    is_anothers = holder.is_whole and assuring.is_for_another(evidence, holder.who)
    return evidence.is_complete and not is_anothers


def unproven_others(session: Session, office: Office, application: Application, now: datetime) -> int:
    """How many natural persons besides the holder are named and have not reached the level."""
    proven = set()
    for evidence in evidence_of_all(session, application.id):
        if evidence.assured_at is not None and evidence.person != HOLDER:
            proven.add((evidence.assurance or {}).get("who"))
    for one in standing(session, office, application, now)[1:]:
        if one.is_assured:
            proven.add(one.named.who)
    return len(_others(office, application, now) - proven)


def others_without_factor(session: Session, office: Office, application: Application, now: datetime) -> int:
    """How many of them have, beside a remote face, nothing that is bound to the person (`identity.second_factor`)."""
    bound = set()
    for evidence in evidence_of_all(session, application.id):
        who = (evidence.assurance or {}).get("who")
        if who and evidence.person != HOLDER and assuring.second_factor(evidence, who) != "none":
            bound.add(who)
    return len(_others(office, application, now) - bound)


def _others(office: Office, application: Application, now: datetime) -> set[str]:
    """Every natural person besides the holder, each as `who_key`."""
    item = item_of(office, application)
    values = checked(office, application, now).values
    return {
        assuring.who_key(person.name, person.number)
        for person in persons_of(item, values)
        if person.number != values.get(item.holder.number) and person.subject is Subject.NATURAL
    }


def evidence_facts(session: Session, office: Office, application: Application, now: datetime) -> EvidenceFacts:
    """What the rules look at of the holder's proof."""
    evidence, holder = evidence_of(session, application.id), holder_of(office, application)
    who = holder.who if holder.is_whole else ""
    return facts_of(evidence).model_copy(
        update={
            "liveness": evidence.liveness,
            "card_agrees": is_card_of(evidence, holder, now) or None,
            "way": assuring.route_of(evidence),
            "assured": assuring.assured_way(evidence, who),
            "second_factor": assuring.second_factor(evidence, who),
            "unsure": assuring.is_unsure(evidence) or None,
            "intended": None if is_intended(evidence, application, holder.role) else False,
            "disputed": application.frozen_at is not None or None,
        }
    )


def judge_by_eye(
    session: Session,
    office: Office,
    application_id: str,
    person: str,
    clerk: Account,
    is_same: bool,
    reason: str,
    now: datetime,
) -> None:
    """A clerk who holds the case has compared the pictures. Not certain is no refusal: another way stays open.

    Raises NotHeld, ConflictOfInterest, ReasonRequired, PictureMissing, PersonUnnamed, NotInvited, CaseClosed,
    AlreadyAssured.
    """
    if not is_sentence(reason):
        raise ReasonRequired(least=SHORTEST_REASON)
    application = locked(session, application_id)
    must_be_under_way(application)
    people.keep_off(session, application.id, clerk.id)
    if application.held_by != clerk.id or not held_now(application, now):
        raise NotHeld()
    named, evidence = named_at(session, office, application, person), evidence_of(session, application.id, person)
    if evidence.card_picture is None or not (evidence.own_picture or evidence.frame_picture):
        raise PictureMissing()
    by = f"account:{clerk.id}"
    if is_same:
        assuring.assure(evidence, Way.EYE, by, named.who, now, {"reason": reason.strip()})
        note_assured(session, office, application, evidence, Way.EYE, by, now)
    else:
        assuring.doubt(evidence, Way.EYE, by, now)
        note_unsure(session, application, person, Way.EYE, by, now)


def keep_off_all(session: Session, office: Office, application: Application, officer: Account, now: datetime) -> None:
    """Also of a draft, in which nobody is written down yet as involved. Raises ConflictOfInterest."""
    people.keep_off(session, application.id, officer.id)
    persons = persons_of(item_of(office, application), checked(office, application, now).values)
    keys = {fingerprint(person.number.upper(), "person") for person in persons}
    keys |= {fingerprint(one.number, "person") for one in named_in(session, office, application) if one.number}
    related = select(people.Kinship.key).where(people.Kinship.account_id == officer.id, people.Kinship.key.in_(keys))
    if session.scalar(related.limit(1)) is not None:
        raise people.ConflictOfInterest()
