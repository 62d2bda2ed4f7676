"""Versions of lists: which records of an older version are withdrawn, and which ids look reused.

- A list withdraws the records of its source that it does not have. A list that breaks off, or has
  rows without a readable id, may lack records that its source still has, so it withdraws none. If
  the row of a record cannot be read but its id can, the record stays as in the list before.
- Lists sometimes give an old number to a new person. The program warns if the two versions of a
  record share no birth date and no identifier, and none of their names is even faintly similar. It
  also warns if one of the two is a person and the other a group or an asset.
- Digests of records as columns show whether records that share an id have the same content. The
  digest of a record is the sum (modulo 2⁶⁴) of the digests of its values, so it does not depend on
  the order of values, files or rows. It is not meant to be stored (`Record.content_hash` is).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process, utils

from resolver.records import Batch, Column, Record, properties


class ReadList(Protocol):
    """Facts about a list that was read."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources of its records."""

    @property
    def version(self) -> str:
        """Return the time at which it was made; empty if the list does not state it."""

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the ids of records whose rows were not read."""

    @property
    def gap(self) -> str:
        """Return why it may lack records that its source has; empty if it does not."""


@dataclass(frozen=True, slots=True)
class SourceVersions:
    """Lists of one source: the versions that lists state, ascending, and the versions without a
    gap. `gaps`: by version, the reason why lists have a gap (empty: lists without a version).
    """

    dated: tuple[str, ...]
    whole: tuple[str, ...]
    gaps: Mapping[str, str]

    @property
    def newest(self) -> str:
        """Return the newest version; empty if no list has a version."""
        return self.dated[-1] if self.dated else ""

    @property
    def newest_whole(self) -> str:
        """Return the newest version without a gap, empty if there is none."""
        return self.whole[-1] if self.whole else ""

    def replacements(self, version: str) -> frozenset[str]:
        """Return the versions of lists that withdraw records of a list of some version if they lack
        them.
        """
        return frozenset((*(own for own in self.whole if own > version), self.newest_whole))


def compare_lists(lists: Iterable[ReadList]) -> dict[str, SourceVersions]:
    """Return the versions of each source. A version has a gap if any of its lists has a gap."""
    versions: dict[str, dict[str, str]] = {}
    for info in lists:
        for name in info.sources:
            gaps = versions.setdefault(name, {})
            gaps[info.version] = gaps.get(info.version) or info.gap
    return {name: _sort_versions(gaps) for name, gaps in sorted(versions.items())}


def _sort_versions(gaps: Mapping[str, str]) -> SourceVersions:
    dated = tuple(sorted(version for version in gaps if version))
    whole = tuple(version for version in dated if not gaps[version])
    return SourceVersions(dated, whole, {version: gap for version, gap in gaps.items() if gap})


def find_unread(lists: Iterable[ReadList]) -> dict[str, frozenset[str]]:
    """Return the ids of records whose rows were not read, with the versions of those lists."""
    versions: dict[str, set[str]] = {}
    for info in lists:
        for record_id in info.unread:
            if record_id:
                versions.setdefault(record_id, set()).add(info.version)
    return {record_id: frozenset(own) for record_id, own in versions.items()}


def describe_gaps(sources: Mapping[str, SourceVersions]) -> list[str]:
    """Return a line for each source whose newest list may lack entries of its older lists."""
    return [
        f"{name}: {versions.gaps[versions.newest]}, so records that only older lists have stay"
        for name, versions in sources.items()
        if len(versions.dated) > 1 and versions.newest in versions.gaps
    ]


MIN_SIMILARITY = 50.0
"""`token_set_ratio` (0 to 100) below which two names are not similar at all."""

Rows = npt.NDArray[np.int64]
_IDENTIFYING = (
    "name",
    "alias",
    properties.BIRTH_DATE,
    *(set(properties.IDENTIFIERS) - properties.LIST_REFERENCES),
)


def find_reused_ids(batch: Batch, newer: Rows, older: Rows) -> list[str]:
    """Return a line for each id whose older and newer row seem to be about different people;
    sorted.
    """
    if not len(older):
        return []
    ids = pc.dictionary_encode(batch.ids).indices.to_numpy()
    newer = newer[np.isin(ids[newer], ids[older])]
    row_of = dict(zip(ids[newer].tolist(), newer.tolist(), strict=True))
    current = np.array([row_of[code] for code in ids[older].tolist()], dtype=np.int64)
    is_other_kind = (batch.kinds[older] & batch.kinds[current]) == 0
    is_doubtful = ~_share_value(batch, older, current) | is_other_kind
    older, current = older[is_doubtful], current[is_doubtful]
    lines = set()
    for old, new in zip(_take_records(batch, older), _take_records(batch, current), strict=True):
        if not old.kind & new.kind or not _have_similar_names(old, new):
            lines.add(
                f"{new.id}: the id now names another person or group "
                f"({_describe(new, old)}; before: {_describe(old, new)})"
            )
    return sorted(lines)


def _describe(record: Record, other: Record) -> str:
    """Return a record's caption, and its schema if it differs from the schema of the other
    record.
    """
    is_other_kind = not record.kind & other.kind
    return f"{record.caption}, {record.schema}" if is_other_kind else record.caption


def _take_records(batch: Batch, rows: Rows) -> list[Record]:
    unique, back = np.unique(rows, return_inverse=True)
    records = list(batch.take(unique).to_records())
    return [records[at] for at in back.tolist()]


def _share_value(batch: Batch, left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
    """Return a mask of the row pairs that have exactly the same name, birth date or identifier."""
    shared = np.zeros(len(left), dtype=bool)
    for prop in _IDENTIFYING:
        if prop in batch.columns:
            left_keys, right_keys = (
                _value_keys(batch.columns[prop], left),
                _value_keys(batch.columns[prop], right),
            )
            shared[np.unique(left_keys[np.isin(left_keys, right_keys)] >> 32)] = True
    return shared


def _value_keys(column: Column, rows: Rows) -> npt.NDArray[np.int64]:
    """Return (position in `rows`, value code) packed into one int64 each."""
    starts = np.searchsorted(column.rows, rows)
    counts = np.searchsorted(column.rows, rows, side="right") - starts
    places = np.repeat(np.arange(len(rows), dtype=np.int64), counts)
    within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
    codes: Rows = column.codes[np.repeat(starts, counts) + within].astype(np.int64)
    return (places << 32) | codes


def _have_similar_names(old: Record, new: Record) -> bool:
    """Return whether any names are similar; true if one side has no names."""
    left, right = _names_of(old), _names_of(new)
    if not left or not right:
        return True
    scores = process.cdist(
        left, right, scorer=fuzz.token_set_ratio, processor=utils.default_process
    )
    return bool(scores.max() >= MIN_SIMILARITY)


def _names_of(record: Record) -> list[str]:
    parts = " ".join(record.texts(*properties.NAME_PARTS))
    return [*record.texts(*properties.FULL_NAMES), *([parts] if parts else [])]


Digests = npt.NDArray[np.uint64]


def row_digests(batch: Batch) -> Digests:
    """Return the digest of each record's content (uint64) without its id and origins.

    A record must not hold the same value twice.
    """
    sums = text_digests("schema", batch.schemas.values)[batch.schemas.codes]
    sums += text_digests("source", batch.sources.values)[batch.sources.codes]
    sums += batch.kinds.astype(np.uint64)
    for prop, column in batch.columns.items():
        np.add.at(sums, column.rows, text_digests(prop, column.values)[column.codes])
    return sums


def origin_digests(batch: Batch) -> Digests:
    """Return the digest (uint64) of the origins of each record's values."""
    sums = np.zeros(len(batch), dtype=np.uint64)
    for prop, column in batch.columns.items():
        # The product binds an origin to its value, so swapped origins change the digest.
        texts, origins = (
            text_digests(prop, column.values),
            text_digests(prop, column.origin_values),
        )
        np.add.at(sums, column.rows, texts[column.codes] * origins[column.origins])
    return sums


def count_values(batch: Batch) -> npt.NDArray[np.int64]:
    """Count the values of each record."""
    counts = np.zeros(len(batch), dtype=np.int64)
    for column in batch.columns.values():
        counts += np.bincount(column.rows, minlength=len(batch))
    return counts


def text_digests(salt: str, texts: pa.StringArray) -> Digests:
    """Return a digest (uint64) of each text; `salt` makes the digests of one text in two properties
    differ.
    """
    start = blake2b(f"{salt}\x00".encode(), digest_size=8)
    digests = bytearray()
    for text in texts.to_pylist():
        state = start.copy()
        state.update(text.encode())
        digests += state.digest()
    return np.frombuffer(bytes(digests), dtype="<u8").astype(np.uint64)
