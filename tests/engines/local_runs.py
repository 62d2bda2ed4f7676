"""Intakes, and results by record ids, for tests of engines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from resolver.lists.reader_types import Intake, ListInfo
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch, Record
from resolver.records.decisions import Decision, Verdict
from resolver.records.results.resolution import Resolution

OPTIONS = RunOptions(workers=1)
LinksById = dict[tuple[str, str], tuple[int, float, int, int]]


def build_intake(records: Iterable[Record], *, deduplicated_sources: Iterable[str] = ()) -> Intake:
    """Records as if they had been read; `declared` sources are free of duplicates."""
    batch = Batch.from_records(records).canonical()
    lists = tuple(
        ListInfo(source, "test", (source,), "", 0, 0, True) for source in deduplicated_sources
    )
    return Intake(batch, lists, ())


def links_by_id(resolution: Resolution) -> LinksById:
    """Return the links by record ids."""
    ids, links = resolution.batch.ids.to_pylist(), resolution.links
    columns = (links.logodds, links.score, links.band, links.outcome)
    values = zip(*(column.tolist() for column in columns), strict=True)
    pairs = zip(links.left.tolist(), links.right.tolist(), strict=True)
    return {
        (ids[left], ids[right]): value for (left, right), value in zip(pairs, values, strict=True)
    }


def find_entities(resolution: Resolution) -> set[frozenset[str]]:
    """Return the partition by record ids."""
    parts: dict[int, set[str]] = {}
    for identity, label in zip(
        resolution.batch.ids.to_pylist(), resolution.labels.tolist(), strict=True
    ):
        parts.setdefault(label, set()).add(identity)
    return {frozenset(part) for part in parts.values()}


def make_decision(left_id: str, right_id: str, verdict: Verdict, day: int = 1) -> Decision:
    return Decision(
        min(left_id, right_id),
        max(left_id, right_id),
        verdict,
        decided_by="s",
        decided_at=datetime(2026, 1, day, tzinfo=UTC),
    )
