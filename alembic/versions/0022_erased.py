# SPDX-License-Identifier: Apache-2.0
"""ended cases whose content was erased."""

import sqlalchemy as sa
from alembic import op

from kit.database import Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", Moment(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
