# SPDX-License-Identifier: Apache-2.0
"""Issuing (颁发): number, make, sign and put into force; each can be repeated after a crash. I/O: database, files."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kit.clock import office_day
from licences.document import render
from licences.licence import Copy, Licence, LicenceDocument, Status, Template
from licences.numbering import counter_of, next_number, take_code
from licences.ornament import seal_drawing
from licences.signing import Signer
from licences.store import Store

VALID = (Status.IN_FORCE, Status.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Grant:
    """What an approval grants, in the words of the licence. `name` may be "" for a 个体工商户 without one.

    `place_key`: by which licences at the same address are found, at most 64 characters; None if nobody needs to.
    """

    application_id: str
    item_code: str
    template: Template
    name: str
    holder: str
    entity_type: str
    form_of_organisation: str
    capital: str
    premises: str
    scope: str
    registrar: str
    established_on: date
    title: str = "营业执照"
    holder_code: str = ""
    valid_to: date | None = None
    credit_code: str | None = None  # of a business that has one already
    place_key: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One signed file in the store."""

    copy: Copy
    sha256: str
    size: int


def reserve(session: Session, grant: Grant, now: datetime) -> Licence:
    """Number, and for a business licence a code, once: asked again, the same licence. Raises PoolEmpty."""
    known = of_application(session, grant.application_id)
    if known is not None:
        return known
    counter = counter_of(session, office_day(now).year)
    known = of_application(session, grant.application_id)  # another may have reserved while this one waited
    if known is not None:
        return known
    is_first = grant.template is not Template.PERMIT and grant.credit_code is None
    code = take_code(session, grant.template) if is_first else None
    licence = Licence(
        number=next_number(counter),
        credit_code=code.code if code else grant.credit_code,
        holder_code=grant.holder_code,
        application_id=grant.application_id,
        item_code=grant.item_code,
        template=grant.template,
        title=grant.title,
        name=grant.name,
        holder=grant.holder,
        entity_type=grant.entity_type,
        form_of_organisation=grant.form_of_organisation,
        capital=grant.capital,
        premises=grant.premises,
        place_key=grant.place_key,
        scope=grant.scope,
        registrar=grant.registrar,
        established_on=grant.established_on,
        valid_to=grant.valid_to,
        status=Status.RESERVED,
        reserved_at=now,
    )
    session.add(licence)
    session.flush()
    if code is not None:
        code.licence_id = licence.id
        session.flush()
    return licence


class Issuer:
    """Makes the files of a licence; touches no database."""

    def __init__(self, store: Store, signer: Signer, public_url: str) -> None:
        self._store, self._signer, self._public_url = store, signer, public_url.rstrip("/")

    def produce(self, licence: Licence) -> tuple[Document, ...]:
        """Render, sign and store original and duplicate. Raises Unprintable, DoesNotFit."""
        made = []
        for copy in Copy:
            drawn = render(licence, copy, self._public_url)
            pdf = self._signer.sign(drawn.pdf, seal_drawing(licence.registrar), drawn.seal)
            made.append(Document(copy, self._store.put(pdf), len(pdf)))
        return tuple(made)


def put_in_force(session: Session, licence_id: str, documents: tuple[Document, ...], now: datetime) -> Licence:
    """RESERVED → IN_FORCE with these documents; once: the documents of a repeated run are left unused."""
    licence = session.get_one(Licence, licence_id, with_for_update=True, populate_existing=True)
    if licence.status != Status.RESERVED:
        return licence
    for document in documents:
        licence.documents.append(
            LicenceDocument(licence_id=licence.id, copy=document.copy, sha256=document.sha256, size=document.size)
        )
    licence.status, licence.issued_at = Status.IN_FORCE, now
    session.flush()
    return licence


def revoke(session: Session, application_id: str) -> Licence:
    """From this moment the licence is void; whoever checks it reads so. Raises NoResultFound."""
    query = select(Licence).where(Licence.application_id == application_id).with_for_update()
    licence = session.scalars(query.execution_options(populate_existing=True)).one()
    licence.status = Status.REVOKED
    session.flush()
    return licence


def in_force(session: Session, code: str) -> Licence | None:
    """The business licence of the business with this code; a business has one at most."""
    query = select(Licence).where(Licence.credit_code == code, Licence.status.in_(VALID))
    return session.scalar(query)


def being_made(session: Session, code: str, application_id: str) -> bool:
    """Whether another application's licence for the business with this code is numbered and not made yet."""
    query = select(Licence.id).where(
        Licence.credit_code == code, Licence.status == Status.RESERVED, Licence.application_id != application_id
    )
    return session.scalar(query.limit(1)) is not None


def end(session: Session, code: str, status: Status, *, but: str | None = None) -> list[Licence]:
    """Give the licences of the business that are in force another status, except the one with the id `but`."""
    query = select(Licence).where(
        Licence.credit_code == code,
        Licence.status.in_(VALID),
        Licence.id != (but or ""),
    )
    found = list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))
    for licence in found:
        licence.status = status
    session.flush()
    return found


def pause(session: Session, code: str, until: date | None) -> None:
    """The business pauses until that day (歇业), or trades again: its licence says so."""
    licence = in_force(session, code)
    if licence is not None:
        licence.status = Status.SUSPENDED if until else Status.IN_FORCE
        licence.suspended_until = until
        session.flush()


def find(session: Session, verification_id: str) -> Licence | None:
    """The licence behind the address of a QR code; one that is still being made is not there yet."""
    wanted = select(Licence).where(Licence.verification_id == verification_id, Licence.status != Status.RESERVED)
    return session.scalar(wanted)


def of_holder(session: Session, code: str) -> list[Licence]:
    """Business licences and permits in force of the business with this credit code, also while it pauses."""
    theirs = or_(Licence.credit_code == code, Licence.holder_code == code)
    return list(session.scalars(select(Licence).where(theirs, Licence.status.in_(VALID))))


def of_application(session: Session, application_id: str) -> Licence | None:
    return session.scalar(select(Licence).where(Licence.application_id == application_id))


def read_document(session: Session, store: Store, licence: Licence, copy: Copy) -> bytes | None:
    """The signed file, only of a licence that is in force."""
    if licence.status not in VALID:
        return None
    row = session.get(LicenceDocument, (licence.id, copy))
    return store.get(row.sha256) if row else None
