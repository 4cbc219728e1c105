# SPDX-License-Identifier: Apache-2.0
"""Participants (共同签署人): the others of a case fill in their own part and sign it, on their own phones.

Whoever files invites each by telephone number; from then on the person sees what they sign and their own part, and
nothing of the others but what the documents say (公司法第46条：全体股东签名). I/O: database.
"""

import hashlib
import json
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import drafting, meanwhile
from approval.application import Application, State
from approval.casefile import checked, item_of, locked, record
from approval.grant import label_of
from approval.office import Office
from approval.signers import REGISTER, Wanted, wanted, word
from forms import Field, Problem, Row, check_columns, rows_of, strange
from identity import HOLDER, Account, destroy_evidence, everybodys_evidence, evidence_of, lock_account, write_message
from instruments import Instrument, Unwritable
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.numbers import is_mobile, masked_phone
from kit.random import new_id
from kit.sealing import fingerprint
from kit.text import Text

# An invitation is a text message to somebody who did not ask for it.
MOST_INVITATIONS = 3  # to one person in one case
MOST_A_DAY, MOST_TO_PHONE, A_DAY = 60, 5, timedelta(days=1)  # people by one applicant, and cases to one phone
LINK_LIVES = timedelta(days=30)
SENTENCE = (
    "【栖霞区不见面审批】有人在“{title}”申请中将您列为{role}，请打开 {link} 核对、证明本人并签名。"
    "如与您无关，请在该页点“这不是我”，或致电 12345。"
)
MOST_NAME = 40
OWN = ("name", "number", "id_number", "residence")  # the columns of a row that are its person's own part


class PhoneMalformed(DomainError):
    """Not a mobile number."""


class RepresentativeMissing(DomainError):
    """An organisation signs through somebody, whose name is needed."""


class NotInvited(DomainError):
    """Nobody of that name is in the case any more, or the invitation is somebody else's."""


class InvitedTooOften(DomainError):
    """This person was sent as many messages as one case allows."""


class StillBeingFilledIn(DomainError):
    """The answers are not complete: there is nothing to be signed yet."""


class Participant(Base):
    """One person of one case. `place` is where the form names them: "shareholders.1" or "manager_name"; "register."
    stands before a place of the register. `stands_for`: the organisation for which the person signs."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("application_id", "place"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    place: Mapped[str] = mapped_column(String(60))
    role: Mapped[dict[str, str]] = mapped_column(SealedWith("participant", gone={}))
    name: Mapped[str] = mapped_column(SealedWith("participant", gone=""))
    phone: Mapped[str] = mapped_column(SealedWith("participant", gone=""))
    stands_for: Mapped[str | None] = mapped_column(SealedWith("participant"))
    phone_key: Mapped[str] = mapped_column(String(64), index=True)
    invited_at: Mapped[datetime] = mapped_column(Moment)
    invitations: Mapped[int] = mapped_column(default=1)
    signed_at: Mapped[datetime | None] = mapped_column(Moment)
    digest: Mapped[str | None] = mapped_column(String(64))
    link_key: Mapped[str | None] = mapped_column(String(64), unique=True)

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.phone)

    @property
    def named(self) -> str:
        """Whom the form or the register names there."""
        return self.stands_for or self.name


def invite(
    session: Session,
    office: Office,
    application: Application,
    place: str,
    phone: str,
    now: datetime,
    representative: str = "",
) -> None:
    """Send the person at `place` a link of their own, to prove who they are and sign; an earlier link is void.

    Of an organisation, its representative of that name. Raises NotInvited, PhoneMalformed, RepresentativeMissing,
    InvitedTooOften.
    """
    person = next((one for one in wanted(session, office, application) if one.place == place), None)
    if application.state != State.DRAFT or person is None:
        raise NotInvited()
    number, signer = "".join(phone.split()), " ".join(representative.split())
    if not is_mobile(number):
        raise PhoneMalformed()
    if person.is_organisation and (not signer or strange(signer)):
        raise RepresentativeMissing()
    known = of_place(session, application.id, place)
    if known is None:
        known = Participant(application_id=application.id, place=place, role={}, name="", phone="", invitations=0)
    if known.invitations >= MOST_INVITATIONS:
        raise InvitedTooOften(most=MOST_INVITATIONS)
    _must_not_flood(session, application, fingerprint(number, "phone"), now)
    if known.name and known.named != person.name:  # somebody else stands in this place now
        _forget_proof(session, application.id, place)
    token = new_id()
    known.name, known.stands_for = (signer[:MOST_NAME], person.name) if person.is_organisation else (person.name, None)
    known.role, known.phone = _role(person).model_dump(), number
    known.link_key = fingerprint(token, "invitation")
    known.phone_key, known.invited_at, known.invitations = fingerprint(number, "phone"), now, known.invitations + 1
    known.signed_at = known.digest = None
    session.add(known)
    session.flush()
    link = f"{office.public_url}/p/{token}"
    body = SENTENCE.format(title=item_of(office, application).title.zh, role=known.role["zh"], link=link)
    write_message(session, f"invite:{known.id}:{known.invitations}", number, body, now)


def _role(person: Wanted) -> Text:
    if not person.is_organisation:
        return person.role
    return Text(zh=f"{person.role.zh}（{person.name}）的代表", en=f"representative of {person.name} ({person.role.en})")


def _must_not_flood(session: Session, application: Application, phone_key: str, now: datetime) -> None:
    """Neither one phone nor the gateway. Raises InvitedTooOften."""
    lock_account(session, application.applicant_id)
    recent = select(func.count()).select_from(Participant).where(Participant.invited_at > now - A_DAY)
    own = select(Application.id).where(Application.applicant_id == application.applicant_id)
    if (session.scalar(recent.where(Participant.application_id.in_(own))) or 0) > MOST_A_DAY:
        raise InvitedTooOften(most=MOST_A_DAY)
    if (session.scalar(recent.where(Participant.phone_key == phone_key)) or 0) >= MOST_TO_PHONE:
        raise InvitedTooOften(most=MOST_TO_PHONE)


def by_link(session: Session, token: str, now: datetime) -> Participant:
    """Whose link it is. Raises NotInvited, also once it is thirty days old."""
    query = select(Participant).where(Participant.link_key == fingerprint(token, "invitation"))
    found = session.scalar(query)
    if found is None or now - found.invited_at > LINK_LIVES:
        raise NotInvited()
    return found


def _forget_proof(session: Session, application_id: str, place: str) -> None:
    evidence = evidence_of(session, application_id, place)
    destroy_evidence(session, evidence)
    session.flush()


def of_place(session: Session, application_id: str, place: str) -> Participant | None:
    query = select(Participant).where(Participant.application_id == application_id, Participant.place == place)
    return session.scalar(query)


def of_application(session: Session, application_id: str) -> list[Participant]:
    query = select(Participant).where(Participant.application_id == application_id)
    return list(session.scalars(query.order_by(Participant.invited_at, Participant.id)))


def of_account(session: Session, account: Account) -> list[Participant]:
    """What waits for this person: invitations into cases that are still being filled in."""
    query = (
        select(Participant)
        .join(Application, Application.id == Participant.application_id)
        .where(Participant.phone_key == account.phone_key, Application.state == State.DRAFT)
        .order_by(Participant.invited_at.desc())
    )
    return list(session.scalars(query.limit(20)))


def own(session: Session, account: Account, participant_id: str) -> Participant:
    """The person's own invitation. Raises NotInvited also for one that does not exist."""
    participant = session.get(Participant, participant_id)
    if participant is None or participant.phone_key != account.phone_key:
        raise NotInvited()
    return participant


def forget_all(session: Session, application_id: str) -> None:
    """With a draft that is thrown away its invitations go."""
    for participant in of_application(session, application_id):
        session.delete(participant)
    for evidence in everybodys_evidence(session, application_id):
        if evidence.person != HOLDER:
            destroy_evidence(session, evidence)
    session.flush()


def part_of(
    session: Session, office: Office, application: Application, participant: Participant
) -> list[tuple[Field, str]]:
    """The questions of the person's own part, with what is filled in. Raises NotInvited if they were taken out.

    Whom the register names has nothing to fill in.
    """
    if participant.place.startswith(REGISTER):
        if not any(one.name == participant.named for one in wanted(session, office, application)):
            raise NotInvited()
        return []
    form = office.catalogue.form_of(item_of(office, application))
    table, _, index = participant.place.partition(".")
    if not index:
        person = next((p for p in item_of(office, application).persons if p.name == table and p.table is None), None)
        if person is None or word(application.answers, table) != participant.named:
            raise NotInvited()
        names = (person.name, person.number)
        return [(form.field(name), word(application.answers, name)) for name in names]
    row = _row(application, participant)
    columns = [column for column in form.field(table).fields if column.name in OWN]
    return [(column, row.get(column.name, "")) for column in columns]


def _row(application: Application, participant: Participant) -> Row:
    table, _, index = participant.place.partition(".")
    rows = rows_of(application.answers.get(table))
    row = rows[int(index)] if int(index) < len(rows) else {}
    if (row.get("name") or "").strip() != participant.named:
        raise NotInvited()
    return row


def fill_in(
    session: Session, office: Office, participant: Participant, typed: dict[str, str], now: datetime
) -> tuple[Problem, ...]:
    """Keep the person's own part, right or wrong; nothing else of the case can be reached. Raises NotInvited."""
    application = locked(session, participant.application_id)
    if application.state != State.DRAFT:
        raise NotInvited()
    fields = [field for field, _answer in part_of(session, office, application, participant)]
    taken = {field.name: typed.get(field.name, "").strip() for field in fields if field.name in typed}
    table, _, index = participant.place.partition(".")
    if not fields:
        return ()
    if index:
        rows = [dict(row) for row in rows_of(application.answers.get(table))]
        rows[int(index)] |= taken
        application.answers = {**application.answers, table: rows}
        _rename(participant, rows[int(index)].get("name", "").strip())
    elif taken:
        application.answers = {**application.answers, **taken}
        _rename(participant, word(application.answers, table))
    for name in {table} if index else taken.keys():
        meanwhile.note(application, name)
    item = item_of(office, application)
    application.label = label_of(item, checked(office, application, now).values).zh
    application.updated_at, application.signature = now, None
    session.flush()
    answers = {field.name: answer for field, answer in part_of(session, office, application, participant)}
    return check_columns(fields, answers, office_day(now))


def _rename(participant: Participant, name: str) -> None:
    if participant.stands_for is None:
        participant.name = name
    else:
        participant.stands_for = name


def texts(session: Session, office: Office, application: Application, now: datetime) -> list[Instrument]:
    """What the person signs: everything but the page with the numbers and homes of all. Raises StillBeingFilledIn."""
    try:
        return [one for one in drafting.drafts(session, office, application, now) if one.code != drafting.PERSONAL]
    except Unwritable:
        raise StillBeingFilledIn() from None


def digest_for(
    session: Session, office: Office, application: Application, participant: Participant, now: datetime
) -> str:
    """SHA-256 over the documents and the person's own part: what their signature binds. Raises StillBeingFilledIn."""
    documents = drafting.digest(texts(session, office, application, now))
    return _bound(session, office, application, participant, documents)


def _bound(session: Session, office: Office, application: Application, participant: Participant, documents: str) -> str:
    own_part = {field.name: answer for field, answer in part_of(session, office, application, participant)}
    words = documents + json.dumps(own_part, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def sign(session: Session, office: Office, participant: Participant, read: str, now: datetime) -> None:
    """Bind the person to what they read; the caller has proved the phone. Raises NotInvited, StillBeingFilledIn."""
    application = locked(session, participant.application_id)
    digest = digest_for(session, office, application, participant, now)
    if application.state != State.DRAFT or digest != read:
        raise NotInvited()
    participant.signed_at, participant.digest = now, digest
    session.flush()
    facts = {"place": participant.place.split(".")[0], "digest": digest}
    record(session, application, "participant.signed", f"participant:{participant.id}", now, facts)


def has_signed(
    session: Session, office: Office, application: Application, participant: Participant, now: datetime
) -> bool:
    """Whether the signature still stands for what the case says; after a change it has to be given again."""
    if participant.signed_at is None:
        return False
    try:
        return participant.digest == digest_for(session, office, application, participant, now)
    except (StillBeingFilledIn, NotInvited):
        return False


def unsigned(session: Session, office: Office, application: Application, now: datetime) -> int:
    """How many of those who must sign have not, or not what the case says now. The documents are written once."""
    asked = [person for person in wanted(session, office, application) if person.need.signs]
    parts = {one.place: one for one in of_application(session, application.id) if one.signed_at is not None}
    signed = [(person, parts[person.place]) for person in asked if person.place in parts]
    if not signed:
        return len(asked)
    try:
        documents = drafting.digest(texts(session, office, application, now))
    except StillBeingFilledIn:
        return len(asked)
    return len(asked) - sum(
        part.named == person.name and _stands(session, office, application, part, documents) for person, part in signed
    )


def _stands(
    session: Session, office: Office, application: Application, participant: Participant, documents: str
) -> bool:
    try:
        return participant.digest == _bound(session, office, application, participant, documents)
    except NotInvited:
        return False
