# SPDX-License-Identifier: Apache-2.0
"""Claimed (冒用声明): somebody says that others use their identity number. Hides how they prove that it is theirs.

Until they have, clerks are told and nothing stops: a number is known to many. Proved is whoever has proved themselves
in a case of their own account, by any way, or shows the card at a window; who is invited into the very case says it by
their own link and code (`freezing.say_not_me`). No answer tells whether there is such a case.
市场主体登记管理条例实施细则第51条 (被冒用人应当配合核验身份). I/O: database.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import audit
from approval import freezing, people, proving
from approval.application import Application, State
from approval.filings import Filing
from approval.freezing import Freeze
from approval.meetings import ChecksMissing, NoSuchMeeting
from approval.office import Office
from approval.participants import Participant
from identity import HOLDER, Account, Evidence, Way, load_routes, lock_account
from identity.assuring import PASS
from identity.routes import Point
from kit.clock import office_day
from kit.errors import DomainError
from kit.numbers import is_id_number
from kit.random import digits
from kit.sealing import fingerprint

MOST_CLAIMS, A_DAY = 3, timedelta(days=1)  # by one account
MOST_OF_NUMBER = 6  # claims a day about one number of which clerks are told
DIGITS = 9  # of the code for the window; an appointment's has eight
HERE = "account"  # proved in a case of their own
WILL = "will"  # the point of an officer's checklist that belongs to an application, not to a claim
AT_MOST = 50


class TooManyClaims(DomainError):
    """More such claims than one person makes in a day."""


class NumberDiffers(DomainError):
    """The card at the window has another number than the one that was claimed."""


def say_number_is_used(session: Session, office: Office, account: Account, number: str, now: datetime) -> Freeze:
    """Hear the claim; if the account is known to be that person's, every case under way of others that names the number
    is frozen. The answer is the same whether there is one.

    Who says again what is still to be proved makes no new claim. Raises people.NumberMalformed, TooManyClaims.
    """
    plain = number.strip().upper()
    if not is_id_number(plain, office_day(now)):
        raise people.NumberMalformed()
    lock_account(session, account.id)
    key = fingerprint(plain, "person")
    claim = next((one for one in waiting(session, account, now) if one.number_key == key), None)
    is_told = claim is not None or _claims_of(session, key, now) < MOST_OF_NUMBER
    if claim is None:
        _count(session, account, now)
        claim = _made(session, account, key, now)
    if is_holder_of(session, office, account, plain, now):
        _prove(session, claim, HERE, now)
    elif is_told:
        for application_id in _cases_naming(session, key, account.id):
            freezing.note_claim(session, application_id, account, now)
    return claim


def _count(session: Session, account: Account, now: datetime) -> None:
    made = select(func.count()).where(Freeze.said_by == account.id, Freeze.application_id.is_(None))
    if (session.scalar(made.where(Freeze.said_at > now - A_DAY)) or 0) >= MOST_CLAIMS:
        raise TooManyClaims(most=MOST_CLAIMS)


def _claims_of(session: Session, key: str, now: datetime) -> int:
    made = select(func.count()).where(Freeze.number_key == key, Freeze.said_at > now - A_DAY)
    return session.scalar(made) or 0


def _made(session: Session, account: Account, key: str, now: datetime) -> Freeze:
    """With a code for the window."""
    while True:
        claim = Freeze(person=HOLDER, said_by=account.id, said_at=now, is_open=False, is_proven=False, number_key=key)
        claim.code = digits(DIGITS)
        claim.code_key = fingerprint(claim.code, "claim")
        try:
            with session.begin_nested():
                session.add(claim)
        except IntegrityError:  # the code is another's
            continue
        return claim


def is_holder_of(session: Session, office: Office, account: Account, number: str, now: datetime) -> bool:
    """Whether this account's person has proved, in a case of their own or in their own part of one, to be of the
    number: by a living face on their card, a partner, a window, a call or a clerk's eye."""
    own = select(Application.id).where(Application.applicant_id == account.id)
    parts = select(Participant.application_id, Participant.place).where(Participant.phone_key == account.phone_key)
    theirs = [
        and_(Evidence.application_id == part.application_id, Evidence.person == part.place)
        for part in session.execute(parts.order_by(Participant.invited_at.desc()).limit(AT_MOST))
    ]
    is_own = or_(and_(Evidence.application_id.in_(own), Evidence.person == HOLDER), *theirs)
    is_proof = or_(Evidence.assured_at.is_not(None), Evidence.liveness == PASS)
    query = select(Evidence.application_id, Evidence.person).where(is_own, is_proof)
    for application_id, place in session.execute(query.order_by(Evidence.id.desc()).limit(AT_MOST)).tuples():
        application = session.get_one(Application, application_id)
        for one in proving.standing(session, office, application, now):
            if one.is_assured and (one.named.place, one.named.number) == (place, number):
                return True
    return False


def _cases_naming(session: Session, key: str, account_id: str) -> Sequence[str]:
    """Cases of others, under way or registered, that name the person."""
    named = select(people.Involved.application_id).where(people.Involved.key == key)
    filed = select(Filing.application_id).where(Filing.person_key == key)
    over = [State.REFUSED, State.RETURNED, State.WITHDRAWN]
    cases = select(Application.id).where(
        or_(Application.id.in_(named), Application.id.in_(filed)),
        Application.applicant_id != account_id,
        Application.state.not_in(over),
    )
    return session.scalars(cases.order_by(Application.id).limit(AT_MOST)).all()


def _prove(session: Session, claim: Freeze, by: str, now: datetime) -> None:
    """The number is theirs: whatever names it stops, as it stands now."""
    claim.is_proven, claim.proven_by, claim.proven_at = True, by, now
    claim.code = claim.code_key = None
    session.flush()
    account = session.get_one(Account, claim.said_by)
    actor = by if by != HERE else f"account:{account.id}"
    audit.append(session, event="claim.proven", subject=f"claim:{claim.id}", actor=actor, facts={}, now=now)
    for application_id in _cases_naming(session, claim.number_key or "", account.id):
        freezing.say_not_me(session, application_id, HOLDER, account, now)


def waiting(session: Session, account: Account, now: datetime) -> list[Freeze]:
    """The account's claims that are still to be proved, while their codes hold, the latest first."""
    open_yet = Freeze.code_key.is_not(None), Freeze.said_at > _since(now)
    query = select(Freeze).where(Freeze.said_by == account.id, *open_yet)
    return list(session.scalars(query.order_by(Freeze.said_at.desc(), Freeze.id).limit(MOST_CLAIMS)))


def _since(now: datetime) -> datetime:
    return now - timedelta(days=load_routes().window.code_days)


def by_code(session: Session, code: str, now: datetime) -> Freeze:
    """What the person at the window was given. Raises NoSuchMeeting."""
    key = fingerprint("".join(code.split()), "claim")
    found = session.scalar(select(Freeze).where(Freeze.code_key == key, Freeze.said_at > _since(now)))
    if found is None:
        raise NoSuchMeeting()
    return found


def open_claim(session: Session, claim_id: str, now: datetime, *, lock: bool = False) -> Freeze:
    """The claim, while it can be proved at a window. Raises NoSuchMeeting."""
    query = select(Freeze).where(Freeze.id == claim_id, Freeze.code_key.is_not(None), Freeze.said_at > _since(now))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NoSuchMeeting()
    return found


def checks() -> tuple[Point, ...]:
    """What the officer looks at: the card, the face, the number."""
    return tuple(point for point in load_routes().of(Way.WINDOW).checks if point.code != WILL)


def prove_at_window(
    session: Session, claim_id: str, officer: Account, number: str, ticked: Sequence[str], now: datetime
) -> None:
    """The officer has the card in hand and types its number. Raises NoSuchMeeting, ChecksMissing, NumberDiffers,
    ConflictOfInterest for a number that the officer declared as their own or a relative's."""
    claim = open_claim(session, claim_id, now, lock=True)
    if any(point.code not in ticked for point in checks()):
        raise ChecksMissing()
    key = fingerprint(number.strip().upper(), "person")
    if key != claim.number_key:
        raise NumberDiffers()
    kin = select(people.Kinship.key).where(people.Kinship.account_id == officer.id, people.Kinship.key == key)
    if claim.said_by == officer.id or session.scalar(kin.limit(1)) is not None:
        raise people.ConflictOfInterest()
    _prove(session, claim, f"account:{officer.id}", now)
