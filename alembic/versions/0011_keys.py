# SPDX-License-Identifier: Apache-2.0
"""keys of persons, consents with their words, records of identity, reports of retention."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The wording that everybody saw who agreed before consents were rows of their own.
FIRST_TEXT = "85994f572f455a636f8b7427bb943a9a2f13fabab325216dbeacc6c9e5c81bab"


def upgrade() -> None:
    with op.batch_alter_table("sealed_picture", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_sealed_picture_key"), ["key"], unique=False)
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vault_key", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("subject_key", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_evidence_vault_key"), ["vault_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_subject_key"), ["subject_key"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_application_id_person", "consent", ["application_id", "person"], unique=False)
    op.create_table(
        "identity_record",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("salts", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_record")),
    )
    op.create_index(op.f("ix_identity_record_application_id"), "identity_record", ["application_id"], unique=False)
    op.create_table(
        "retention_report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("rules", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destroyed", sa.JSON(), nullable=False),
        sa.Column("remaining", sa.JSON(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_report")),
        sa.UniqueConstraint("occasion", name=op.f("uq_retention_report_occasion")),
    )
    op.create_table(
        "draft_warning",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_draft_warning_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_draft_warning")),
    )
    op.execute(
        "INSERT INTO consent (id, application_id, person, purpose, version, text_digest, given_at) "  # noqa: S608
        f"SELECT id, application_id, person, 'face', consent_version, '{FIRST_TEXT}', consent_at FROM evidence "
        "WHERE consent = 'agree' AND consent_version = 'face-consent-1' AND consent_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("draft_warning")
    op.drop_table("retention_report")
    op.drop_table("identity_record")
    op.drop_table("consent")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_subject_key"))
        batch_op.drop_index(batch_op.f("ix_evidence_vault_key"))
        batch_op.drop_column("subject_key")
        batch_op.drop_column("vault_key")
    with op.batch_alter_table("sealed_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sealed_picture_key"))
        batch_op.drop_column("key")
