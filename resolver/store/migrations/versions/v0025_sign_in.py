"""Sign-in: users of an identity provider, security keys, facts of sessions, begun sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the tables and add the columns."""
    op.add_column("users", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    for name in ("address", "browser", "provider_session", "id_token"):
        column = sa.Column(name, sa.Text(), server_default="", nullable=False)
        op.add_column("sessions", column)
    op.create_table(
        "security_keys",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("used", sa.Text()),
        sa.ForeignKeyConstraint(["user"], ["users.number"], name=op.f("fk_security_keys_user")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_security_keys")),
        sa.UniqueConstraint("credential", name=op.f("uq_security_keys_credential")),
    )
    op.create_index(op.f("ix_security_keys_user"), "security_keys", ["user"], unique=False)
    op.create_table(
        "sign_in_steps",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_steps")),
    )
