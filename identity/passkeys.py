# SPDX-License-Identifier: Apache-2.0
"""Passkeys (通行密钥): staff sign in with a key that their device keeps and that works here only. I/O: database.

WebAuthn with user verification: the device and what opens it are two factors in one. Hides the protocol (library
`webauthn`). A challenge is random, bound to the browser and to its purpose, and answered once.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity.accounts import Account, Role
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.random import new_id

LIVES = timedelta(minutes=5)
MOST_PASSKEYS = 10


class PasskeyRefused(DomainError):
    """The answer of the device does not hold: other site, other browser, late, used, or of nobody we know."""


class TooManyPasskeys(DomainError):
    """An account has as many passkeys as it may have."""


@dataclass(frozen=True)
class Place:
    """The site for which keys work: its name and the origin of its pages."""

    name: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "Place":
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


class Passkey(Base):
    """One key of a member of staff; only its public half is here."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(400), primary_key=True)  # the credential's id, base64url
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    uses: Mapped[int] = mapped_column(default=0)  # as the device counts; a copy of the key counts otherwise
    label: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class PasskeyChallenge(Base):
    """What a device is to sign, until it is answered."""

    __tablename__ = "passkey_challenge"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    browser: Mapped[str] = mapped_column(String(64), index=True)
    purpose: Mapped[str] = mapped_column(String(60))
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment)


def passkeys_of(session: Session, account_id: str) -> list[Passkey]:
    return list(session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.added_at)))


def ask_to_register(session: Session, place: Place, account: Account, browser: str, now: datetime) -> dict[str, Any]:
    """What the browser hands to the device to make a key. Raises TooManyPasskeys."""
    held = passkeys_of(session, account.id)
    if len(held) >= MOST_PASSKEYS:
        raise TooManyPasskeys(most=MOST_PASSKEYS)
    options = webauthn.generate_registration_options(
        rp_id=place.name,
        rp_name="Qixia Approval",
        user_id=account.id.encode(),
        user_name=account.username or "",
        user_display_name=account.username or "",
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(key.id)) for key in held],
    )
    _keep(session, browser, f"register:{account.id}", options.challenge, now)
    return _told(webauthn.options_to_json(options))


def register(
    session: Session, place: Place, account: Account, browser: str, answer: dict[str, Any], label: str, now: datetime
) -> Passkey:
    """Keep the key that the device made. Raises PasskeyRefused."""
    challenge = _take(session, browser, f"register:{account.id}", now)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.name,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused() from None
    key_id = _text(made.credential_id)
    if len(key_id) > 400 or session.get(Passkey, key_id) is not None:
        raise PasskeyRefused()
    key = Passkey(
        id=key_id,
        account_id=account.id,
        public_key=made.credential_public_key,
        uses=made.sign_count,
        label=label.strip()[:60] or key_id[:8],
        added_at=now,
    )
    session.add(key)
    session.flush()
    return key


def ask_to_sign(session: Session, place: Place, browser: str, purpose: str, now: datetime) -> dict[str, Any]:
    """What the browser hands to the device to sign; which account it is the device says."""
    options = webauthn.generate_authentication_options(
        rp_id=place.name, user_verification=UserVerificationRequirement.REQUIRED
    )
    _keep(session, browser, purpose, options.challenge, now)
    return _told(webauthn.options_to_json(options))


def check_passkey(
    session: Session, place: Place, browser: str, purpose: str, answer: dict[str, Any], now: datetime
) -> Account:
    """The account whose device has signed. Raises PasskeyRefused; its challenge is used up unless that is raised."""
    challenge = _take(session, browser, purpose, now)
    key = session.get(Passkey, str(answer.get("id", ""))[:400], with_for_update=True)
    account = session.get(Account, key.account_id) if key else None
    if key is None or account is None or not account.is_active or account.role == Role.APPLICANT:
        raise PasskeyRefused()
    try:
        signed = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.name,
            expected_origin=place.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused() from None
    key.uses, key.used_at = signed.new_sign_count, now
    return account


def drop_passkeys(session: Session, account_id: str) -> None:
    session.execute(delete(Passkey).where(Passkey.account_id == account_id))


def drop_passkey(session: Session, account_id: str, id: str) -> None:
    """Of another account none is found."""
    session.execute(delete(Passkey).where(Passkey.account_id == account_id, Passkey.id == id))


def _keep(session: Session, browser: str, purpose: str, challenge: bytes, now: datetime) -> None:
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.made_at < now - LIVES))
    _forget(session, browser, purpose)
    session.add(PasskeyChallenge(browser=browser, purpose=purpose, challenge=challenge, made_at=now))
    session.flush()


def _take(session: Session, browser: str, purpose: str, now: datetime) -> bytes:
    """The challenge, gone with that. Raises PasskeyRefused."""
    query = select(PasskeyChallenge).where(PasskeyChallenge.browser == browser, PasskeyChallenge.purpose == purpose)
    found = session.scalar(query.with_for_update())
    _forget(session, browser, purpose)
    if found is None or now - found.made_at > LIVES:
        raise PasskeyRefused()
    return found.challenge


def _forget(session: Session, browser: str, purpose: str) -> None:
    session.execute(
        delete(PasskeyChallenge).where(PasskeyChallenge.browser == browser, PasskeyChallenge.purpose == purpose)
    )


def _told(options: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(options)
    return told


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
