# SPDX-License-Identifier: Apache-2.0
"""permits and visits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("officer_id", sa.String(length=32), nullable=False),
        sa.Column("second_id", sa.String(length=32), nullable=False),
        sa.Column("conforms", sa.Boolean(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_visit_application_id_application")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["account.id"], name=op.f("fk_visit_officer_id_account")),
        sa.ForeignKeyConstraint(["second_id"], ["account.id"], name=op.f("fk_visit_second_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_application_id"), ["application_id"], unique=False)
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("prefilled", sa.JSON(), nullable=True))
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holder_code", sa.String(length=18), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("title", sa.String(length=60), nullable=False, server_default="营业执照"))
        batch_op.add_column(sa.Column("valid_to", sa.Date(), nullable=True))
        batch_op.alter_column("credit_code", existing_type=sa.String(length=18), nullable=True)
        batch_op.create_index(batch_op.f("ix_licence_holder_code"), ["holder_code"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("prefilled")
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licence_holder_code"))
        batch_op.alter_column("credit_code", existing_type=sa.String(length=18), nullable=False)
        batch_op.drop_column("valid_to")
        batch_op.drop_column("title")
        batch_op.drop_column("holder_code")
    op.drop_table("visit")
