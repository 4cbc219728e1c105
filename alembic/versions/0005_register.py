# SPDX-License-Identifier: Apache-2.0
"""the register of businesses."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entity",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("filed_by", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("established_on", sa.Date(), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("paused_days", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_entity_credit_code")),
    )
    with op.batch_alter_table("entity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entity_filed_by"), ["filed_by"], unique=False)
    op.create_table(
        "entity_entry",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_entity_entry")),
    )
    with op.batch_alter_table("entity_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entity_entry_entity_id"), ["entity_id"], unique=False)
    op.create_table(
        "signed_instrument",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("blocks", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_signed_instrument_application_id_application")
        ),
        sa.PrimaryKeyConstraint("application_id", "code", name=op.f("pk_signed_instrument")),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("role", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_key", sa.String(length=64), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invitations", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_participant_application_id_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("application_id", "place", name=op.f("uq_participant_application_id_place")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participant_phone_key"), ["phone_key"], unique=False)
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entity_code", sa.String(length=18), nullable=True))
        batch_op.create_index(batch_op.f("ix_application_entity_code"), ["entity_code"], unique=False)
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended_until", sa.Date(), nullable=True))
        batch_op.drop_constraint("uq_licence_credit_code", type_="unique")
        batch_op.create_index(batch_op.f("ix_licence_credit_code"), ["credit_code"], unique=False)


def downgrade() -> None:
    op.drop_table("participant")
    op.drop_table("signed_instrument")
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licence_credit_code"))
        batch_op.create_unique_constraint("uq_licence_credit_code", ["credit_code"])
        batch_op.drop_column("suspended_until")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_entity_code"))
        batch_op.drop_column("entity_code")
    with op.batch_alter_table("entity_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entity_entry_entity_id"))
    op.drop_table("entity_entry")
    with op.batch_alter_table("entity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entity_filed_by"))
    op.drop_table("entity")
