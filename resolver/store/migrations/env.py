"""Run by Alembic; `resolver.store.database` supplies the connection, with the lock and the
transaction.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
