"""Links: found by the record on the right and by strength: weak ones are not read where strong ones are asked."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the index anew with the strength in it; some seconds for ten million links."""
    op.drop_index("ix_links_right", table_name="links")
    op.create_index("ix_links_right", "links", ["right", "logodds"], unique=False)
