"""Views of networks that users have saved: where they begin, what they show, and a note."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, func, insert, or_, select

from resolver.store.database import read_transaction, translate_errors, write_transaction
from resolver.store.row_types import utc_text
from resolver.store.schema import network_views


@dataclass(frozen=True, slots=True)
class NetworkView:
    """Saved view of the network around an entity (any id that it had), by a user of an agency.

    `parameters` say what it shows; `saved` is a UTC text. A view that is not shared is its user's
    alone.
    """

    id: str
    user: str
    agency: str
    title: str
    note: str
    entity: str
    parameters: Mapping[str, Any]
    is_shared: bool
    saved: str


@dataclass(frozen=True, slots=True)
class NetworkViews:
    """Saved views of a store. They say nothing of what a reader may see of them."""

    engine: Engine

    def add(self, view: NetworkView) -> NetworkView:
        """Save a view under a new id, `v-` and 16 hexadecimal digits, and return it as saved."""
        row = {
            "id": f"v-{secrets.token_hex(8)}",
            "who": view.user,
            "agency": view.agency,
            "title": view.title,
            "note": view.note,
            "entity": view.entity,
            "parameters": dict(view.parameters),
            "shared": view.is_shared,
            "saved": utc_text(),
        }
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(insert(network_views).values(**row))
        return _network_view(row)

    def count(self, user: str) -> int:
        """Return the number of views that a user has saved."""
        query = select(func.count()).where(network_views.c.who == user)
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return int(connection.execute(query).scalar_one())

    def list(self, user: str) -> list[NetworkView]:
        """Return the views of a user and those that others share, the latest first."""
        c = network_views.c
        query = select(network_views).where(or_(c.who == user, c.shared.is_(True)))
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            rows = connection.execute(query.order_by(c.saved.desc(), c.id)).mappings()
            return [_network_view(dict(row)) for row in rows]

    def find(self, view_id: str, user: str) -> NetworkView | None:
        """Return a view by id, or None if a user has none of that id and nobody shares one."""
        c = network_views.c
        query = select(network_views).where(c.id == view_id, or_(c.who == user, c.shared.is_(True)))
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _network_view(dict(row))

    def delete(self, view_id: str) -> bool:
        """Delete a view; False if there is none."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            return bool(
                connection.execute(
                    delete(network_views).where(network_views.c.id == view_id)
                ).rowcount
            )


def _network_view(row: Mapping[Any, Any]) -> NetworkView:
    return NetworkView(
        row["id"],
        row["who"],
        row["agency"],
        row["title"],
        row["note"],
        row["entity"],
        row["parameters"],
        bool(row["shared"]),
        row["saved"],
    )
