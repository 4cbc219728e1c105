# SPDX-License-Identifier: Apache-2.0
"""one's own picture beside the compared one; what was agreed to before the camera; what a session told at its end."""

import sqlalchemy as sa
from alembic import op

revision = "0014a"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("own_picture", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("intent", sa.String(length=64), nullable=True))
    with op.batch_alter_table("live_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("who", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("ending", sa.JSON(), nullable=True))
        batch_op.create_index(batch_op.f("ix_live_session_who"), ["who"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("live_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_live_session_who"))
        batch_op.drop_column("ending")
        batch_op.drop_column("who")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_column("intent")
        batch_op.drop_column("own_picture")
