# SPDX-License-Identifier: Apache-2.0
"""ways to prove who one is: appointments, questions to partners, own links, freezes, who filed from where."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("link_key", sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_participant_link_key"), ["link_key"])
    _meetings()
    _questions()
    _freezes()
    _filings()


def _meetings() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("taken_by", sa.String(length=32), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_same", sa.Boolean(), nullable=True),
        sa.Column("ticked", sa.JSON(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_meeting_application_id_application")
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name=op.f("fk_meeting_taken_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("code_key", name=op.f("uq_meeting_code_key")),
    )
    op.create_index(op.f("ix_meeting_application_id"), "meeting", ["application_id"], unique=False)
    op.create_index(op.f("ix_meeting_state"), "meeting", ["state"], unique=False)


def _questions() -> None:
    op.create_table(
        "partner_question",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("browser_key", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("state_key", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("transaction_key", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_partner_question_application_id_application")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_partner_question_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_question")),
        sa.UniqueConstraint("partner", "transaction_key", name=op.f("uq_partner_question_partner_transaction_key")),
        sa.UniqueConstraint("state_key", name=op.f("uq_partner_question_state_key")),
    )
    op.create_index(op.f("ix_partner_question_application_id"), "partner_question", ["application_id"], unique=False)


def _freezes() -> None:
    op.create_table(
        "freeze",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=True),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("said_by", sa.String(length=32), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_freeze_application_id_application")
        ),
        sa.ForeignKeyConstraint(["said_by"], ["account.id"], name=op.f("fk_freeze_said_by_account")),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_freeze_settled_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze")),
    )
    for column in ("application_id", "said_by"):
        op.create_index(op.f(f"ix_freeze_{column}"), "freeze", [column], unique=False)


def _filings() -> None:
    op.create_table(
        "filing",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("person_key", sa.String(length=64), nullable=True),
        sa.Column("device_key", sa.String(length=64), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_filing_application_id_application")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_filing")),
    )
    for column in ("person_key", "device_key", "filed_at"):
        op.create_index(op.f(f"ix_filing_{column}"), "filing", [column], unique=False)


def downgrade() -> None:
    for table in ("filing", "freeze", "partner_question", "meeting"):
        op.drop_table(table)
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_participant_link_key"), type_="unique")
        batch_op.drop_column("link_key")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("frozen_at")
