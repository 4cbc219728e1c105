# SPDX-License-Identifier: Apache-2.0
"""several versions of a gate say something of one case; what they would say apart from facts that are not connected."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("gate_verdict", schema=None) as batch_op:
        batch_op.add_column(sa.Column("passed_apart", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_constraint(batch_op.f("pk_gate_verdict"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_gate_verdict"), ["application_id", "version"])
    op.execute("UPDATE gate_verdict SET passed_apart = passed")
    with op.batch_alter_table("gate_verdict", schema=None) as batch_op:
        batch_op.alter_column("passed_apart", server_default=None)
    with op.batch_alter_table("sample", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("sample", schema=None) as batch_op:
        batch_op.alter_column("version", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("sample", schema=None) as batch_op:
        batch_op.drop_column("version")
    op.execute("DELETE FROM gate_verdict WHERE version > 1")
    with op.batch_alter_table("gate_verdict", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("pk_gate_verdict"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_gate_verdict"), ["application_id"])
        batch_op.drop_column("passed_apart")
