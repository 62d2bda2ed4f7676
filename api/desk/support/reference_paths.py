"""Ids in addresses. Ids of records may hold a slash, which ends a part of a path; as in a JSON pointer it is written
`~1` there, and a tilde `~0`.
"""

from __future__ import annotations

from werkzeug.routing import BaseConverter


class Reference(BaseConverter):
    """The id of an entity or of a record."""

    def to_python(self, value: str) -> str:
        """From an address."""
        return value.replace("~1", "/").replace("~0", "~")

    def to_url(self, value: str) -> str:
        """To an address."""
        return str(super().to_url(value.replace("~", "~0").replace("/", "~1")))
