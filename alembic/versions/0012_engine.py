# SPDX-License-Identifier: Apache-2.0
"""the joint limit's extension; skills of a desk; service of a document by post or at the window."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0008"
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


def downgrade() -> None:
    op.drop_table("joint_extension")
