# SPDX-License-Identifier: Apache-2.0
"""what departments are told, what they found, and promises of later permits."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("permits", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pooled", sa.Integer(), nullable=True),
        sa.Column("claimed_by", sa.String(length=40), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("pooled", name=op.f("uq_notification_pooled")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notification_case_number"), ["case_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_notification_credit_code"), ["credit_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_notification_department"), ["department"], unique=False)
    op.create_table(
        "hook_state",
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("department", name=op.f("pk_hook_state")),
    )
    op.create_table(
        "permit_promise",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("permits", sa.JSON(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_permit_promise")),
    )
    op.create_table(
        "supervision_result",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("notification_id", sa.Integer(), nullable=True),
        sa.Column("found", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_result")),
    )
    with op.batch_alter_table("supervision_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_result_credit_code"), ["credit_code"], unique=False)


def downgrade() -> None:
    op.drop_table("supervision_result")
    op.drop_table("permit_promise")
    op.drop_table("hook_state")
    op.drop_table("notification")
