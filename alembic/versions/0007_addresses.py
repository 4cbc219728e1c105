# SPDX-License-Identifier: Apache-2.0
"""standard addresses, and what finds licences and cases at the same address."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standard_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("street", sa.String(length=12), nullable=False),
        sa.Column("community", sa.String(length=40), nullable=False),
        sa.Column("grid", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_address")),
        sa.UniqueConstraint("street", "key", name=op.f("uq_standard_address_street_key")),
    )
    for table in ("application", "licence"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("place_key", sa.String(length=64), nullable=True))
            batch_op.create_index(batch_op.f(f"ix_{table}_place_key"), ["place_key"], unique=False)


def downgrade() -> None:
    for table in ("licence", "application"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_place_key"))
            batch_op.drop_column("place_key")
    op.drop_table("standard_address")
