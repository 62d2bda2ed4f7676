"""Act on a store in a copy of this process, which is killed at some statement that writes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from resolver.hub.hub import Hub

_WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT")


def kill_while(open_hub: Callable[[], Hub], act: Callable[[Hub], object], moment: int) -> None:
    """Run `act` on a hub that a copy of this process opens, and kill the copy.

    It is killed before its statement number `moment` that writes, 0 being the first, or after `act`
    if that has fewer. Rows that SQLite inserts at once count one by one. The hub of the caller must
    be closed.
    """
    child = os.fork()
    if not child:
        try:
            hub = open_hub()
            _kill_at(hub, moment)
            act(hub)
        finally:
            # also after an error: there is nothing to clean up in a copy
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def _kill_at(hub: Hub, moment: int) -> None:
    engine, left = hub.store.engine, [moment]

    def count(statement: str) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

    def trace(connection: Any, *_: object) -> None:
        connection.set_trace_callback(count)

    if engine.dialect.name == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", trace)
        return
    event.listen(engine, "before_cursor_execute", lambda *args: count(args[2]))
    event.listen(engine, "commit", lambda _: count("COMMIT"))
