"""Run by Alembic: the connection comes from `resolver.store.database`, which holds the lock and the transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
