"""Stores for tests of increments: new ones at little cost, steps that fill them, canonical exports."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from resolver.hub.exports import lines
from resolver.hub.hub import Hub
from resolver.ingest.reader_types import Intake, ListInfo
from resolver.pipeline import RunOptions
from resolver.records import Batch, Record
from resolver.records.decisions import Decision, Verdict
from resolver.store import Store

OPTIONS = RunOptions(workers=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def intake(records: Iterable[Record], *lists: ListInfo) -> Intake:
    """Records as if they had been read."""
    return Intake(Batch.from_records(records).canonical(), lists, ())


@dataclass(frozen=True)
class Step:
    """One increment: a part of a list (of a version, where it has one), and decisions."""

    records: tuple[Record, ...]
    decisions: tuple[Decision, ...] = ()
    version: str = ""
    declared: bool = False

    def intake(self) -> Intake:
        sources = sorted({one.source for one in self.records})
        infos = [
            ListInfo(name, "test", (name,), self.version, len(self.records), 0, self.declared)
            for name in sources
        ]
        return intake(self.records, *infos)


class Stores:
    """New stores, copied from an empty one, since making the tables takes most of the time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        Store.open(f"sqlite:///{folder}/empty.db").close()

    def new(self) -> Hub:
        path = Path(tempfile.mkdtemp(dir=self._folder)) / "store.db"
        shutil.copy(self._folder / "empty.db", path)
        return Hub.open(f"sqlite:///{path}", OPTIONS, index_kept_from=1)


def canonical(stores: Stores, steps: Sequence[Step]) -> bytes:
    with stores.new() as hub:
        for step in steps:
            hub.add(step.intake(), step.decisions)
        return exported(hub)


def exported(hub: Hub) -> bytes:
    """The canonical export."""
    return b"".join(lines(hub, canonical=True))


def decided(pair: tuple[str, str], verdict: Verdict, minute: int) -> Decision:
    return Decision(min(pair), max(pair), verdict, "kim", NOON + timedelta(minutes=minute))
