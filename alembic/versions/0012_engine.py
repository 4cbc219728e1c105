# SPDX-License-Identifier: Apache-2.0
"""the joint limit's extension; the skill that an item demands and those of a desk."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "joint_extension",
        sa.Column("bundle_id", sa.String(length=32), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("approver", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_joint_extension_bundle_id_bundle")),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_joint_extension_entered_by_account")),
        sa.PrimaryKeyConstraint("bundle_id", name=op.f("pk_joint_extension")),
    )

    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skill", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skills", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.alter_column("skill", server_default=None)
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.alter_column("skills", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_column("skills")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("skill")
    op.drop_table("joint_extension")
