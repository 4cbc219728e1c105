# SPDX-License-Identifier: Apache-2.0
"""bundles."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("applicant_id", sa.String(length=32), nullable=False),
        sa.Column("lead_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["applicant_id"], ["account.id"], name=op.f("fk_bundle_applicant_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
    )
    with op.batch_alter_table("bundle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bundle_applicant_id"), ["applicant_id"], unique=False)
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bundle_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_application_bundle_id"), ["bundle_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_application_bundle_id_bundle"), "bundle", ["bundle_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_application_bundle_id_bundle"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_application_bundle_id"))
        batch_op.drop_column("consent_at")
        batch_op.drop_column("bundle_id")
    op.drop_table("bundle")
