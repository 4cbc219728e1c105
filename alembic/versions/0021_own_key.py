# SPDX-License-Identifier: Apache-2.0
"""the key that a case dies by."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("own_key", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_application_own_key"), ["own_key"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_own_key"))
        batch_op.drop_column("own_key")
