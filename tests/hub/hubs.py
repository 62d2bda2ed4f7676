"""Stores for tests of increments: new ones at little cost, steps to fill them, exports."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from resolver.hub.hub import Hub
from resolver.hub.stored_results import export_lines
from resolver.lists.reader_types import Intake, ListInfo
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch, Handling, Identifier, Record
from resolver.records.decisions import Decision, Verdict
from resolver.store import EventKind, Store, StoredEntity
from tests.records.samples import record

OPTIONS = RunOptions(workers=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_intake(records: Iterable[Record], *lists: ListInfo) -> Intake:
    """Records as if they had been read."""
    return Intake(Batch.from_records(records).canonical(), lists, ())


@dataclass(frozen=True)
class Step:
    """Increment: part of a list (of a version, if it has one), and decisions."""

    records: tuple[Record, ...]
    decisions: tuple[Decision, ...] = ()
    version: str = ""
    is_deduplicated: bool = False

    def intake(self) -> Intake:
        sources = sorted({record.source for record in self.records})
        infos = [
            ListInfo(
                name, "test", (name,), self.version, len(self.records), 0, self.is_deduplicated
            )
            for name in sources
        ]
        return make_intake(self.records, *infos)


class Stores:
    """New stores, copied from an empty one, since making the tables takes most of the time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        Store.open(f"sqlite:///{folder}/empty.db").close()

    def new(self, folder: Path | None = None) -> Hub:
        """Open a new store in a folder of its own below `folder`."""
        path = Path(tempfile.mkdtemp(dir=folder or self._folder)) / "store.db"
        shutil.copy(self._folder / "empty.db", path)
        return Hub.open(f"sqlite:///{path}", OPTIONS, min_file_records=1)


def export_steps(stores: Stores, steps: Sequence[Step]) -> bytes:
    with stores.new() as hub:
        seed_population(hub)
        for step in steps:
            hub.add(step.intake(), step.decisions)
        return export_canonical(hub)


def seed_population(hub: Hub) -> None:
    """Give a new hub a population, so that scores do not depend on what is added first."""
    hub.add(make_intake([record("seed:1", name="Aurelio Xylander")]))


def export_canonical(hub: Hub) -> bytes:
    """Return the canonical export of a hub."""
    return b"".join(export_lines(hub, canonical=True))


def make_decision(pair: tuple[str, str], verdict: Verdict, minute: int) -> Decision:
    return Decision(min(pair), max(pair), verdict, "kim", NOON + timedelta(minutes=minute))


def restrict_some(records: Iterable[Record], share: float, dice: random.Random) -> list[Record]:
    """Return records, a share of which not everybody may see."""
    restricted = []
    for item in records:
        code = dice.choice(["H1", "H2", "H3"]) if dice.random() < share else "H0"
        agency = dice.choice(["River", "Coast"])
        restricted.append(replace(item, handling=Handling(agency, code)))
    return restricted


def make_namesake(identity: str) -> Record:
    """Return a record that is merged with every other namesake."""
    passport = [Identifier("passportNumber", "A1B2C3", "pl")]
    return record(
        identity, name="Zbigniew Brzezinski", birthDate="1928-03-28", identifiers=passport
    )


def find_entity(hub: Hub, entity_id: str) -> StoredEntity:
    with hub.store.view() as view:
        stored = view.entity(entity_id)
    assert stored is not None
    return stored


def event_kinds(hub: Hub, since: int) -> list[tuple[EventKind, str, str]]:
    return [(change.kind, change.entity, change.other) for change in hub.changes(since)]
