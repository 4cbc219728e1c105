# SPDX-License-Identifier: Apache-2.0
"""offices and second factors of staff; sessions that end unused; messages that are sent; partners' programmes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)


def _account() -> sa.Column[str]:
    return sa.Column("account_id", sa.String(32), nullable=False)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"fk_{table}_account_id_account")


def upgrade() -> None:
    _people()
    _sessions()
    _factors()
    _directories()
    _messages()
    _partners()


def _people() -> None:
    op.create_table(
        "office",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_office"),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("office", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("created_by", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("separated", sa.String(20), nullable=True))
    op.execute("UPDATE account SET office = 'district' WHERE role <> 'applicant'")
    op.execute("UPDATE account SET separated = role WHERE role IN ('administrator', 'auditor')")
    op.create_table(
        "staff_link",
        sa.Column("id", sa.String(32), nullable=False),
        _account(),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("issued_by", sa.String(32), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.String(32), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        _of_account("staff_link"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_link"),
        sa.UniqueConstraint("token_hash", name="uq_staff_link_token_hash"),
    )
    op.create_index("ix_staff_link_account_id", "staff_link", ["account_id"])


def _sessions() -> None:
    """Everybody signs in again: a session from before knows neither of a second factor nor when it was used last."""
    op.execute("DELETE FROM signed_in")
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("id", sa.String(32), nullable=False))
        batch_op.add_column(sa.Column("stage", sa.String(10), nullable=False))
        batch_op.add_column(sa.Column("device", sa.String(60), nullable=False))
        batch_op.add_column(sa.Column("seen_at", MOMENT, nullable=False))
        batch_op.add_column(sa.Column("proved_at", MOMENT, nullable=True))
        batch_op.create_unique_constraint("uq_signed_in_id", ["id"])


def _factors() -> None:
    op.create_table(
        "one_time",
        _account(),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        _of_account("one_time"),
        sa.PrimaryKeyConstraint("account_id", name="pk_one_time"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.String(32), nullable=False),
        _account(),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _of_account("recovery_code"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(400), nullable=False),
        _account(),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _of_account("passkey"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(60), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passkey_challenge"),
    )
    op.create_index("ix_passkey_challenge_browser", "passkey_challenge", ["browser"])


def _directories() -> None:
    op.create_table(
        "directory_attempt",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("directory", sa.String(40), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("onwards", sa.String(300), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_directory_attempt"),
    )
    op.create_table(
        "directory_link",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("directory", sa.String(40), nullable=False),
        _account(),
        sa.Column("linked_at", MOMENT, nullable=False),
        _of_account("directory_link"),
        sa.PrimaryKeyConstraint("key", name="pk_directory_link"),
    )
    op.create_index("ix_directory_link_account_id", "directory_link", ["account_id"])


def _messages() -> None:
    """What was written before there was a gateway is not sent now: the codes in it are long over."""
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_try_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("sent_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("failed_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("failure", sa.String(20), nullable=True))
    op.execute("UPDATE message SET next_try_at = written_at, failed_at = written_at, failure = 'before'")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.alter_column("next_try_at", existing_type=MOMENT, nullable=False)
        batch_op.alter_column("tries", existing_type=sa.Integer(), server_default=None)
        batch_op.create_index("ix_message_next_try_at", ["next_try_at"])


def _partners() -> None:
    op.create_table(
        "caller_number",
        sa.Column("caller", sa.String(40), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("caller", "number", name="pk_caller_number"),
    )
    op.create_index("ix_caller_number_at", "caller_number", ["at"])
    op.create_table(
        "begun_elsewhere",
        sa.Column("application_id", sa.String(32), nullable=False),
        sa.Column("partner", sa.String(40), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name="fk_begun_elsewhere_application_id_application",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name="pk_begun_elsewhere"),
    )
    op.create_index("ix_begun_elsewhere_partner", "begun_elsewhere", ["partner"])


def downgrade() -> None:
    for table in ("begun_elsewhere", "caller_number", "directory_link", "directory_attempt", "passkey_challenge"):
        op.drop_table(table)
    for table in ("passkey", "recovery_code", "one_time", "staff_link", "office"):
        op.drop_table(table)
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_next_try_at")
        for column in ("failure", "failed_at", "sent_at", "tries", "next_try_at"):
            batch_op.drop_column(column)
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.drop_constraint("uq_signed_in_id", type_="unique")
        for column in ("proved_at", "seen_at", "device", "stage", "id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("account", schema=None) as batch_op:
        for column in ("separated", "created_by", "office"):
            batch_op.drop_column(column)
