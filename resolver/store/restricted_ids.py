"""Ids of entities that have no record which every identified viewer may see.

Such an entity goes by the id of its eldest record that the viewer may see: so its id tells a viewer
nothing of the other records, and two agencies whose records are one entity know it by two ids. The
id of a record is keyed (HMAC-SHA256) with a secret of the store, since the hash of a record's id
alone would give that id to whoever guesses it. The table `restricted_ids` has the id of each
restricted record and the revision of its first version; the internal ids of the entities
(`INTERNAL_PREFIX`) are shown to nobody.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from resolver.records import Batch
from resolver.records.visibility import IDENTIFIED, visible_rows

INTERNAL_PREFIX = "c-"
_PREFIX = "e-"
_CHARACTERS = 20
"""Characters of an id after its prefix, as in the ids of other entities."""


class RestrictedId(NamedTuple):
    """Revision of the first version of a restricted record, the id of the record, and the id by
    which entities go that have no elder one. Sorts by age.
    """

    first_revision: int
    record_id: str
    id: str


def keyed_id(secret: str, record_id: str) -> str:
    """Return the id by which an entity goes whose eldest record is a restricted one."""
    return _PREFIX + _digest(secret, f"record\x1f{record_id}")


def internal_id(secret: str, record_id: str) -> str:
    """Return the internal id of an entity that a restricted record founds."""
    return INTERNAL_PREFIX + _digest(secret, f"entity\x1f{record_id}")


def _digest(secret: str, text: str) -> str:
    digest = hmac.digest(secret.encode(), text.encode("utf-8", "surrogatepass"), "sha256")
    return base64.b32encode(digest).decode().lower()[:_CHARACTERS]


def restricted_record_ids(batch: Batch) -> list[str]:
    """Return the ids of those records that not every identified viewer may see."""
    visible = visible_rows(batch, IDENTIFIED)
    if visible is None:
        return []
    ids: list[str] = batch.ids.take(np.flatnonzero(~visible)).to_pylist()
    return ids


def eldest_id(record_ids: Iterable[str], restricted: Mapping[str, RestrictedId]) -> str | None:
    """Return the id of an entity with some records; None if none of them has one."""
    rows = [restricted[record_id] for record_id in record_ids if record_id in restricted]
    return min(rows).id if rows else None
