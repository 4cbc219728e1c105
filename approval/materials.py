# SPDX-License-Identifier: Apache-2.0
"""Materials (申请材料): the files that an applicant brings, sealed beside the case. I/O: database.

The answer in the form names each by its SHA-256; the verbs of `cases` write it, and only what is stored can be named.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import Application
from kit import keyring
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.owned import MARK, seal_owned, unseal_owned
from kit.resealing import NOT_FROM, SEALED_FOR
from kit.uploads import Kept

MOST_OF_CASE = 20
PURPOSE = "material"


class TooManyMaterials(DomainError):
    """More files than this question, or this application, takes."""


class NoSuchMaterial(DomainError):
    """The form does not ask for it here, or the file is not there."""


class Material(Base):
    """One file, unreadable without the master key."""

    __tablename__ = "material"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(SealedWith("material_name", gone=""))
    size: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info={SEALED_FOR: PURPOSE, NOT_FROM: MARK})
    uploaded_at: Mapped[datetime] = mapped_column(Moment)


def keep(session: Session, application_id: str, field: str, kept: Kept, now: datetime) -> None:
    """Store the file. Raises TooManyMaterials."""
    held = session.scalar(select(func.count()).where(Material.application_id == application_id)) or 0
    if held >= MOST_OF_CASE:
        raise TooManyMaterials(most=MOST_OF_CASE)
    material = Material(
        application_id=application_id,
        field=field,
        sha256=kept.sha256,
        media_type=kept.media_type,
        name=kept.name,
        size=len(kept.data),
        sealed=seal_owned(kept.data, key_of_case(session, application_id), PURPOSE),
        uploaded_at=now,
    )
    session.add(material)
    session.flush()


def forget(session: Session, application_id: str, field: str, sha256: str) -> None:
    """Raises NoSuchMaterial."""
    material = session.get(Material, (application_id, field, sha256))
    if material is None:
        raise NoSuchMaterial()
    session.delete(material)
    session.flush()


def forget_all(session: Session, application_id: str) -> None:
    session.execute(delete(Material).where(Material.application_id == application_id))


def hand_on(session: Session, before_id: str, application_id: str) -> None:
    """The next submission has the same files; what it removes stays with the one before."""
    for one in of_application(session, before_id):
        copied = {name: getattr(one, name) for name in ("field", "sha256", "media_type", "name", "size")}
        data = unseal_owned(one.sealed, _own_key(session, before_id), PURPOSE)
        sealed = seal_owned(data, key_of_case(session, application_id), PURPOSE)
        session.add(Material(application_id=application_id, uploaded_at=one.uploaded_at, sealed=sealed, **copied))
    session.flush()


def of_application(session: Session, application_id: str) -> list[Material]:
    query = select(Material).where(Material.application_id == application_id)
    return list(session.scalars(query.order_by(Material.uploaded_at, Material.field, Material.sha256)))


def missing(session: Session, application_id: str, named: Iterable[str]) -> set[str]:
    """Hashes that answers name and nobody stored."""
    query = select(Material.sha256).where(Material.application_id == application_id)
    return set(named) - set(session.scalars(query))


def read(session: Session, application_id: str, sha256: str) -> tuple[Material, bytes]:
    """The file of this case. Raises NoSuchMaterial."""
    query = select(Material).where(Material.application_id == application_id, Material.sha256 == sha256).limit(1)
    material = session.scalar(query)
    if material is None:
        raise NoSuchMaterial()
    return material, unseal_owned(material.sealed, _own_key(session, application_id), PURPOSE)


def _own_key(session: Session, application_id: str) -> str | None:
    return session.scalar(select(Application.own_key).where(Application.id == application_id))


def key_of_case(session: Session, application_id: str) -> str:
    """The name of the key that the case dies by; a case from before there were such keys gets one."""
    application = session.get_one(Application, application_id)
    if application.own_key is None:
        application.own_key = keyring.installed().make()
    return application.own_key
