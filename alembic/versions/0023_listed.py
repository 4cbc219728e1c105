# SPDX-License-Identifier: Apache-2.0
"""published lists of credit, taken in from files."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listed_edition",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts_until", sa.Date(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_listed_edition")),
    )
    op.create_table(
        "listed_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["kind"], ["listed_edition.kind"], name=op.f("fk_listed_row_kind_listed_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_row")),
    )
    with op.batch_alter_table("listed_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listed_row_key"), ["key"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("listed_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listed_row_key"))
    op.drop_table("listed_row")
    op.drop_table("listed_edition")
