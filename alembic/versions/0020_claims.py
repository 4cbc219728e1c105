# SPDX-License-Identifier: Apache-2.0
"""whoever says that a number is used proves that it is theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("freeze", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_proven", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("number_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("code", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("code_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("proven_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_freeze_number_key"), ["number_key"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_freeze_code_key"), ["code_key"])


def downgrade() -> None:
    with op.batch_alter_table("freeze", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_freeze_code_key"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_freeze_number_key"))
        for name in ("proven_at", "proven_by", "code_key", "code", "number_key", "is_proven"):
            batch_op.drop_column(name)
