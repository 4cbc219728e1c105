# SPDX-License-Identifier: Apache-2.0
"""the decision log becomes a Merkle tree in tiles; the old chain is walked once more and its end written into it."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from kit import clock

revision = "0015"
down_revision = "0014a"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    connection = op.get_bind()
    end = _walk(connection)
    op.execute("CREATE TABLE log_entry_before AS SELECT * FROM log_entry")
    op.drop_table("log_entry")
    op.drop_table("log_head")
    _tables()
    op.execute(
        "INSERT INTO log_entry (at, event, subject, actor, facts) "
        'SELECT at, event, subject, actor, facts FROM log_entry_before ORDER BY "index"'
    )
    if end["entries"]:
        entry = sa.table(
            "log_entry",
            sa.column("at", sa.DateTime(timezone=True)),
            *(sa.column(name) for name in ("event", "subject", "actor", "facts")),
        )
        facts = json.dumps(end, sort_keys=True, separators=(",", ":"))
        told = {"event": "log.converted", "subject": "log", "actor": "system:migration-0015", "facts": facts}
        connection.execute(entry.insert().values(at=clock.now(), **told))
    op.drop_table("log_entry_before")


def _walk(connection: sa.Connection) -> dict[str, Any]:
    """Recompute the chain that ends here: a log that was changed must not look whole because it was converted."""
    entry = sa.table(
        "log_entry",
        sa.column("index"),
        sa.column("at", sa.DateTime(timezone=True)),
        *(sa.column(name) for name in ("event", "subject", "actor", "facts", "previous", "hash")),
    )
    rows = connection.execute(sa.select(entry).order_by(entry.c.index))
    count, previous, is_whole = 0, "0" * 64, True
    for index, at, event, subject, actor, facts, before, told in rows:
        content = [index, _written(at), event, subject, actor, facts, before]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        count += 1
        is_whole = is_whole and (index, before) == (count, previous)
        is_whole = is_whole and hashlib.sha256(text.encode()).hexdigest() == told
        previous = told
    noted = connection.execute(sa.text("SELECT entry_index, entry_hash FROM log_head WHERE id = 1")).one_or_none()
    is_whole = is_whole and (noted is None or tuple(noted) == (count, previous))
    return {"entries": count, "head": previous, "whole": is_whole}


def _written(at: datetime) -> str:
    moment = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


def _tables() -> None:
    op.create_table(
        "log_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entry")),
        sa.UniqueConstraint("index", name=op.f("uq_log_entry_index")),
    )
    with op.batch_alter_table("log_entry", schema=None) as batch_op:
        for column in ("actor", "at", "event", "subject"):
            batch_op.create_index(batch_op.f(f"ix_log_entry_{column}"), [column], unique=False)
    waits = sa.text('"index" IS NULL')
    op.create_index("ix_log_entry_pending", "log_entry", ["id"], postgresql_where=waits, sqlite_where=waits)
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_tile")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_standing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("broken_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_standing")),
    )
    op.create_table(
        "log_witness",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_witness")),
    )
    op.create_table(
        "log_disclosure",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("opening", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "field", name=op.f("pk_log_disclosure")),
    )
    with op.batch_alter_table("log_disclosure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_disclosure_subject"), ["subject"], unique=False)


def downgrade() -> None:
    raise RuntimeError("the old chain cannot be made again from the tree: restore the backup of before")
