# SPDX-License-Identifier: Apache-2.0
"""evidence of every person of a case: what the card says, the live session, and the route to assurance."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person", sa.String(length=60), nullable=False, server_default="holder"))
        batch_op.add_column(sa.Column("emblem_picture", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("card_read", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("route", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("liveness", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("live_session", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("signals", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("assured_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("assured_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("assurance", sa.LargeBinary(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_evidence_application_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_evidence_application_id_person"), ["application_id", "person"])
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.alter_column("person", server_default=None)
        batch_op.alter_column("signals", server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM evidence WHERE person <> 'holder'")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_evidence_application_id_person"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_evidence_application_id"), ["application_id"])
        for name in (
            *("assurance", "assured_by", "assured_at", "signals", "live_session", "liveness", "route", "card_read"),
            *("emblem_picture", "person"),
        ):
            batch_op.drop_column(name)
