"""Delta files of OpenSanctions: what changed from one version of a list to the next.

The layout is that of https://www.opensanctions.org/faq/80/bulk-deltas/ and of the archive that
github.com/opensanctions/opensanctions describes (`zavod/zavod/archive/__init__.py`):

- The metadata of a dataset (`index.json`) has its `version`, its `entity_count`, the address of
  each file in `resources`, and in `delta_url` the address of the index of its delta files.
- That index has under `versions` the address of a delta file for each recent version. Versions sort
  by time.
- A delta file has a JSON object in each line: `op` is `ADD`, `MOD` or `DEL`, and `entity` is the
  whole entity after the change; for `DEL` it has only the `id`.

A delta file that does not fit the last version is never applied in part: an entity to add that is
already there, an entity to change or delete that is not there, or another number of entities at the
end is a `DeltaError`, and the caller fetches the whole file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import orjson

from resolver.errors import ResolverError

INDEX_NAME = "index.json"
LIST_NAME = "entities.ftm.json"
DELTA_FORMAT = "ftm"
MAX_INDEX_BYTES = 64 << 20
"""Size of the largest index that is read. The index of all datasets of OpenSanctions has about a
megabyte.
"""
MAX_DELTAS = 60
"""Number of delta files up to which they are fetched. OpenSanctions publishes about four versions a
day, so after two weeks the whole file is fetched instead.
"""
MAX_DELTA_BYTES = 512 << 20
"""Size of all delta files together, whose changes are held in memory."""
_ADD, _MODIFY, _DELETE = "ADD", "MOD", "DEL"


class DeltaError(ResolverError):
    """Delta files that cannot be applied to the last version."""


@dataclass(frozen=True, slots=True)
class DatasetIndex:
    """Facts about the newest version of a dataset. `deltas` is the address of the index of its
    delta files, empty if there is none. `entities` is None if their number is not stated.
    """

    version: str
    address: str
    deltas: str
    entities: int | None


def has_versions(address: str, format: str) -> bool:
    """Return whether a feed with this address and format reads the metadata of a dataset."""
    return format == DELTA_FORMAT and PurePosixPath(urlsplit(address).path).name == INDEX_NAME


def read_index(text: bytes) -> DatasetIndex:
    """Return what the metadata of a dataset says. Raises `DeltaError`."""
    content = _read_object(text)
    version, deltas = content.get("version"), content.get("delta_url")
    resources = content.get("resources")
    address = next(
        (
            item.get("url")
            for item in (resources if isinstance(resources, list) else ())
            if isinstance(item, dict) and item.get("name") == LIST_NAME
        ),
        None,
    )
    if not (isinstance(version, str) and 0 < len(version) <= 100 and isinstance(address, str)):
        raise DeltaError(f"the index states no version, or no address of {LIST_NAME}")
    count = content.get("entity_count")
    return DatasetIndex(
        version,
        address,
        deltas if isinstance(deltas, str) else "",
        count if isinstance(count, int) else None,
    )


def find_deltas(text: bytes, since: str, version: str) -> list[str]:
    """Return the addresses of the delta files that lead from one version to another, in order.

    Raises `DeltaError` if the index has not both versions: then files may be missing in between.
    """
    versions = _read_object(text).get("versions")
    if not isinstance(versions, dict) or not {since, version} <= versions.keys():
        raise DeltaError("the index of delta files does not have both versions")
    addresses = [versions[name] for name in sorted(versions) if since < name <= version]
    if not all(isinstance(address, str) for address in addresses) or not addresses:
        raise DeltaError("the index of delta files has no addresses")
    if len(addresses) > MAX_DELTAS:
        raise DeltaError(f"{len(addresses)} delta files are more than {MAX_DELTAS}")
    return addresses


def apply_deltas(old: Path, deltas: Iterable[Path], new: BinaryIO) -> int:
    """Write the version that delta files make of an older one, and return its number of entities.

    `deltas` are applied in their order. Entities keep their order; new ones are at the end. Raises
    `DeltaError` if the files do not fit the older version.
    """
    changes: dict[str, bytes | None] = {}
    added: set[str] = set()
    for path in deltas:
        with path.open("rb") as lines:
            for line in lines:
                if line.strip():
                    _add_change(changes, added, line)
    count, unseen = 0, changes.keys() - added
    with old.open("rb") as lines:
        for line in lines:
            if not line.strip():
                continue
            identity = _read_id(_read_object(line))
            if identity in added:
                raise DeltaError(f"the entity {identity[:100]} is added, but it is already there")
            if identity in changes:
                unseen.discard(identity)
                written = changes[identity]
            else:
                written = line if line.endswith(b"\n") else line + b"\n"
            if written is not None:
                new.write(written)
                count += 1
    if unseen:
        raise DeltaError(f"the entity {min(unseen)[:100]} changes, but it is not there")
    for identity, entity in changes.items():
        if identity in added and entity is not None:
            new.write(entity)
            count += 1
    return count


def _add_change(changes: dict[str, bytes | None], added: set[str], line: bytes) -> None:
    row = _read_object(line)
    operation, entity = row.get("op"), row.get("entity")
    if operation not in (_ADD, _MODIFY, _DELETE) or not isinstance(entity, dict):
        raise DeltaError("a line of a delta file states no change")
    identity = _read_id(entity)
    if identity in changes:
        was_there = changes[identity] is not None
        if was_there == (operation == _ADD):
            raise DeltaError(f"the changes of the entity {identity[:100]} contradict each other")
    elif operation == _ADD:
        added.add(identity)
    changes[identity] = None if operation == _DELETE else orjson.dumps(entity) + b"\n"


def _read_id(entity: Mapping[str, Any]) -> str:
    identity = entity.get("id")
    if not isinstance(identity, str) or not identity:
        raise DeltaError("an entity has no id")
    return identity


def _read_object(text: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DeltaError(f"a part cannot be read as JSON: {error.msg}") from None
    if not isinstance(content, dict):
        raise DeltaError("a part is no JSON object")
    return content
