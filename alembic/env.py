# SPDX-License-Identifier: Apache-2.0
"""Migrations: run on the database that the settings name, or on the connection that the caller hands over."""

from alembic import context
from sqlalchemy import Connection

import addresses
import approval.application
import approval.calendar
import approval.clocks
import approval.drafting
import approval.expiry
import approval.inquiries
import approval.jointly
import approval.materials
import approval.memos
import approval.opinions
import approval.participants
import approval.people
import approval.proofs
import approval.revocation
import approval.sampling
import approval.together
import approval.unmasking
import approval.unsent
import approval.visits
import approval.votes
import audit
import identity
import identity.forgetting
import identity.record
import licences
import notices
import register
import supervision
from kit.database import Base, Database, Moment
from kit.sealing import Sealed
from kit.settings import Settings

TABLES = (addresses, approval.application, audit, identity, licences, notices, register, supervision)


def ours_only(_object: object, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:
    """Tables that only the database knows belong to the durable engine."""
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def plain_type(kind: str, thing: object, _context: object) -> str | bool:
    """Migrations speak of what the database keeps, not of our classes, which may change."""
    if kind == "type" and isinstance(thing, Sealed):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(thing, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        include_object=ours_only,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    database = Database(Settings().database)
    with database.engine.begin() as opened:
        migrate(opened)
