# SPDX-License-Identifier: Apache-2.0
"""organisations sign through a representative; what others wrote into a draft is remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stands_for", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("others_wrote", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("others_wrote")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_column("stands_for")
