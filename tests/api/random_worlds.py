"""Random pairs of stores: one gets visible operations only, the other hidden ones in between.

The agency `River` keeps records of one handling code to itself. Some are persons of their own, some
are records of visible persons, some would connect two of these, some relate to them. A step is a
function of one side, so both sides get the same visible steps in the same order.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from resolver.cli.operate.worker import run_batch_job
from resolver.errors import DecisionError, InputError
from resolver.hub.admin import backup_store, restore_store
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.job_worker import (
    INPUT,
    BatchOptions,
    create_job_folder,
    jobs_folder,
    run_next_job,
    submit_batch,
)
from resolver.hub.ownership import RecordOwner
from resolver.lists.reader_types import ListInfo
from resolver.records import Handling, Identifier, Kind, Record, Relation, RelationType
from resolver.records.decisions import Verdict
from resolver.records.visibility import is_visible
from resolver.review import Steward, split_entity, undo_decision
from resolver.store.schema import decisions, jobs
from resolver.trust.erasure import erase
from tests.api.desk.world import word
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.records.samples import plain_values, record

OWNER = "River"
RIVER, COAST = RecordOwner("river-key", OWNER, False), RecordOwner("coast-key", "Coast", False)
_PEOPLE, _GROUPS = 12, 3
_VERDICTS = (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE)
_RELATIONS = (RelationType.ASSOCIATE_OF, RelationType.FAMILY_OF, RelationType.LINKED_TO)


class Side:
    """One of the two stores while it is filled."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0
        self.refusals: list[str] = []
        """Visible steps that were refused, with the message."""
        self._open()

    def _open(self) -> None:
        self.path = self.folder / f"hub{self.number}.db"
        self.url = f"sqlite:///{self.path}"
        self.hub = Hub.open(self.url, OPTIONS)

    def restore(self) -> None:
        """Go on in a store that was restored from a backup of this one."""
        self.hub.close()
        out = self.folder / f"backup{self.number}"
        backup_store(self.url, out)
        self.number += 1
        url = f"sqlite:///{self.folder}/hub{self.number}.db"
        restore_store(out, url, with_accounts=True)
        self._open()

    def decide(self, pair: tuple[str, str], verdict: Verdict, minute: int) -> None:
        """Log a decision under a known id; one that contradicts others is refused."""
        try:
            self.hub.decide([make_decision(pair, verdict, minute)])
        except DecisionError:
            return
        self._name_decisions(minute)

    def split(self, identity: str, steward: Steward, minute: int) -> None:
        """Take a record out of its entity, by decisions under known ids."""
        with self.hub.store.view() as view:
            entity = view.seen_by(steward.viewer).entity(identity)
        if entity is not None:
            split_entity(self.hub, steward, entity.id, [identity], "a test")
            self._name_decisions(minute)

    def undo(self, earlier: int, steward: Steward, minute: int) -> None:
        """Take back what was decided in an earlier minute, by decisions under known ids."""
        undo_decision(self.hub, steward, decision_id(earlier))
        self._name_decisions(minute)

    def _name_decisions(self, minute: int) -> None:
        is_new = ~decisions.c.id.startswith("d-000")
        columns = decisions.c.number, decisions.c.id
        order = decisions.c.left_id, decisions.c.right_id
        with self.hub.store.engine.begin() as connection:
            rows = connection.execute(select(*columns).where(is_new).order_by(*order)).all()
            for place, row in enumerate(rows):
                named = update(decisions).where(decisions.c.number == row.number)
                connection.execute(named.values(id=decision_id(minute, place)))

    def send(self, lines: bytes, owner: RecordOwner, job_id: str, **options: Any) -> None:
        """Submit a batch under a known id, and work on it."""
        folder = create_job_folder(jobs_folder(self.hub.store))
        (folder / INPUT / "list.json").write_bytes(lines)
        job, _ = submit_batch(
            self.hub, folder, BatchOptions("list.json", "", **options), owner=owner
        )
        run_next_job(self.hub, folder.parent, _work)
        with self.hub.store.engine.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(id=job_id))


def decision_id(minute: int, place: int = 0) -> str:
    """Return the id of a decision of a minute: of the first pair, or of another one."""
    return f"d-{minute:013x}{place:03x}"


def _work(hub: Hub, job: Any, folder: Path, progress: Any) -> Any:
    return run_batch_job(hub, job, folder, progress, accept_restricted=True)


@dataclass(frozen=True)
class Step:
    """Operation on a store; a hidden one is left out of the store without hidden records."""

    name: str
    is_hidden: bool
    run: Callable[[Side], object]


@dataclass
class World:
    """Random steps, and what requests may name: ids, names and numbers of both sorts."""

    seed: int
    dice: random.Random = field(init=False)
    code: str = field(init=False)
    is_of_families: bool = field(init=False)
    """Whether people have fathers of their name and address, and many records no birth date."""
    steps: list[Step] = field(default_factory=list)
    visible: dict[str, Record] = field(default_factory=dict)
    hidden: dict[str, Record] = field(default_factory=dict)
    past: set[str] = field(default_factory=set)
    decisions: list[tuple[str, str, bool]] = field(default_factory=list)
    minutes: list[tuple[int, bool]] = field(default_factory=list)
    """Minutes in which something was decided."""
    jobs: list[str] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(f"hidden {self.seed}")
        self.code = self.dice.choice(["H1", "H2", "H3", "H3", "H3"])
        self.is_of_families = self.dice.random() < 0.5
        if self.dice.random() < 0.3:
            self._add_list(is_hidden=True)
        self._add_list(is_hidden=False, least=6)
        choices: Sequence[tuple[int, Callable[[], None]]] = (
            (5, lambda: self._add_list(is_hidden=True)),
            (3, lambda: self._add_list(is_hidden=False)),
            (2, lambda: self._change(is_hidden=False)),
            (2, lambda: self._change(is_hidden=True)),
            (1, lambda: self._withdraw(is_hidden=False)),
            (1, lambda: self._withdraw(is_hidden=True)),
            (1, lambda: self._erase_values(is_hidden=False)),
            (1, lambda: self._erase_values(is_hidden=True)),
            (3, lambda: self._decide(is_hidden=False)),
            (3, lambda: self._decide(is_hidden=True)),
            (2, lambda: self._send(is_hidden=False)),
            (1, lambda: self._send(is_hidden=True)),
            (2, lambda: self._post(is_hidden=False)),
            (1, lambda: self._post(is_hidden=True)),
            (1, lambda: self._split(is_hidden=False)),
            (1, lambda: self._split(is_hidden=True)),
            (1, lambda: self._undo(is_hidden=False)),
            (1, lambda: self._undo(is_hidden=True)),
            (1, lambda: self._add("refresh", False, lambda side: side.hub.refresh())),
            (1, lambda: self._add("rebuild", False, lambda side: side.hub.rebuild())),
            (1, lambda: self._add("restore", False, Side.restore)),
        )
        weights = [weight for weight, _ in choices]
        for _ in range(14):
            self.dice.choices(choices, weights)[0][1]()

    def _add(self, name: str, is_hidden: bool, run: Callable[[Side], object]) -> None:
        self.steps.append(Step(name, is_hidden, run))

    def _next(self) -> int:
        self._count += 1
        return self._count

    def make_record(self, identity: str, *, is_hidden: bool) -> Record:
        """Return a record of a random person or group, with some of what is known of them."""
        dice = self.dice
        number = dice.randrange(_PEOPLE + _GROUPS)
        relations = []
        targets = [*self.visible, *self.hidden, "absent:1", "secret:999"]
        if dice.random() < 0.4:
            others = [other for other in targets if other != identity]
            relations.append(
                Relation(dice.choice(_RELATIONS), dice.choice(others), role=dice.choice(["", "x"]))
            )
        if number >= _PEOPLE:
            row = record(identity, Kind.GROUP, name=f"{word(number)} Trading", relations=relations)
        else:
            row = self._person(identity, number, relations, is_hidden=is_hidden)
        return replace(row, handling=Handling(OWNER, self.code)) if is_hidden else row

    def _person(
        self, identity: str, number: int, relations: Iterable[Relation], *, is_hidden: bool
    ) -> Record:
        dice = self.dice
        if self.is_of_families:
            return self._relative(identity, number % 3, relations)
        values: dict[str, str | list[str]] = {"name": f"{word(number)} {word(number + 37)}"}
        if dice.random() < 0.3:
            values["name"] = f"{word(number)} {word(number + 38)}"
        if dice.random() < 0.7:
            year = 1950 + number + dice.choice([0, 0, 0, 1])
            values["birthDate"] = dice.choice([f"{year}-0{1 + number % 9}-11", str(year)])
        if dice.random() < 0.3:
            values["phone"] = f"+44 20 7946 0{number:03d}"
        passports = []
        if dice.random() < (0.7 if is_hidden else 0.3):
            # a hidden record may state the number of another person too, and connect the two
            numbers = [number]
            if is_hidden and dice.random() < 0.4:
                numbers.append(dice.randrange(_PEOPLE))
            passports = [Identifier("passportNumber", f"K77190{each:02d}") for each in numbers]
        row = record(identity, identifiers=passports, relations=list(relations))
        return replace(row, values=plain_values(values))

    def _relative(self, identity: str, number: int, relations: Iterable[Relation]) -> Record:
        """Return a record of a father, a son, or one that may be of either."""
        values: dict[str, str | list[str]] = {
            "name": f"{word(number)} {word(number + 37)}",
            "address": f"{12 + number} {word(number + 5)} Street, London",
            "phone": f"+44 20 7946 0{number:03d}",
        }
        births = ["", "", f"193{number}-06-13", f"197{number}-11-27"]
        if birth := self.dice.choice(births):
            values["birthDate"] = birth
        row = record(identity, relations=list(relations))
        return replace(row, values=plain_values(values))

    def _make_rows(self, count: int, *, is_hidden: bool) -> list[Record]:
        sources = ("secret",) if is_hidden else ("coast", "quay")
        rows = []
        for _ in range(count):
            identity = f"{self.dice.choice(sources)}:{self._next()}"
            rows.append(self.make_record(identity, is_hidden=is_hidden))
            (self.hidden if is_hidden else self.visible)[identity] = rows[-1]
        return rows

    def _add_list(self, *, is_hidden: bool, least: int = 1) -> None:
        rows = self._make_rows(least + self.dice.randrange(4), is_hidden=is_hidden)
        names = sorted({row.source for row in rows})
        lists = [ListInfo(name, "test", (name,), "", len(rows), 0, False) for name in names]
        owner = RIVER if is_hidden else COAST
        intake = make_intake(rows, *(lists if self.dice.random() < 0.5 else ()))
        self._add(f"list of {len(rows)}", is_hidden, lambda side: side.hub.add(intake, owner=owner))

    def _pool(self, *, is_hidden: bool) -> dict[str, Record]:
        return self.hidden if is_hidden else self.visible

    def _change(self, *, is_hidden: bool) -> None:
        pool = self._pool(is_hidden=is_hidden)
        if pool:
            identity = self.dice.choice(sorted(pool))
            row = pool[identity] = self.make_record(identity, is_hidden=is_hidden)
            owner = RIVER if is_hidden else COAST
            intake = make_intake([row])
            self._add(
                f"version of {identity}", is_hidden, lambda side: side.hub.add(intake, owner=owner)
            )

    def _withdraw(self, *, is_hidden: bool) -> None:
        pool = self._pool(is_hidden=is_hidden)
        if len(pool) > 2:
            identity = self.dice.choice(sorted(pool))
            del pool[identity]
            self.past.add(identity)
            owner = RIVER if is_hidden else COAST
            self._add(
                f"withdraw {identity}",
                is_hidden,
                lambda side: side.hub.withdraw([identity], owner=owner),
            )

    def _erase_values(self, *, is_hidden: bool) -> None:
        pool = self._pool(is_hidden=is_hidden)
        prop = "birthDate"
        stating = sorted(end for end, row in pool.items() if row.texts(prop))
        if stating:
            identity = self.dice.choice(stating)
            agency = RIVER.agency if is_hidden else COAST.agency

            def run(side: Side) -> object:
                asked = side.hub.store.erasures.ask(
                    [identity], "r", who="a", agency=agency, confirmed=True, values=[prop]
                )
                return erase(side.hub, asked)

            self._add(f"erase {prop} of {identity}", is_hidden, run)

    def _decide(self, *, is_hidden: bool) -> None:
        both = [*self.visible, *self.hidden] if is_hidden else [*self.visible]
        if (is_hidden and not self.hidden) or len(both) < 2:
            return
        left = self.dice.choice(sorted(self._pool(is_hidden=is_hidden)))
        right = self.dice.choice(sorted(set(both) - {left}))
        verdict, minute = self.dice.choice(_VERDICTS), self._next()
        undone = [pair for *pair, hidden in self.decisions if hidden == is_hidden]
        if undone and self.dice.random() < 0.3:
            left, right = self.dice.choice(undone)
            verdict = Verdict.UNSURE
        self.decisions.append((left, right, is_hidden))
        self.minutes.append((minute, is_hidden))
        self._add(
            f"decide {left} {right} {verdict}",
            is_hidden,
            lambda side: side.decide((left, right), verdict, minute),
        )

    def _steward(self, *, is_hidden: bool) -> Steward | None:
        """Return a steward who sees what there is for such a step, and no more; None without one.

        Stewards see records of the codes H1 and H2, so that theirs is no step for both stores.
        """
        if is_hidden:
            return Steward("rita", OWNER)
        return Steward("stella", "Coast") if self.code == "H3" else None

    def _split(self, *, is_hidden: bool) -> None:
        pool, steward = self._pool(is_hidden=is_hidden), self._steward(is_hidden=is_hidden)
        if pool and steward is not None:
            identity, minute = self.dice.choice(sorted(pool)), self._next()
            self.minutes.append((minute, is_hidden))
            self._add(
                f"split off {identity}",
                is_hidden,
                lambda side: side.split(identity, steward, minute),
            )

    def _undo(self, *, is_hidden: bool) -> None:
        steward = self._steward(is_hidden=is_hidden)
        earlier = [minute for minute, hidden in self.minutes if hidden == is_hidden]
        if earlier and steward is not None:
            chosen, minute = self.dice.choice(earlier), self._next()
            self.minutes.append((minute, is_hidden))
            self._add(f"undo {chosen}", is_hidden, lambda side: side.undo(chosen, steward, minute))

    def _post(self, *, is_hidden: bool) -> None:
        (row,) = self._make_rows(1, is_hidden=is_hidden)
        owner = RIVER if is_hidden else COAST
        self._add(
            f"post {row.id}",
            is_hidden,
            lambda side: GroupCommit(side.hub, accept_restricted=True).post(row, owner),
        )

    def _send(self, *, is_hidden: bool) -> None:
        dry_run, is_complete = self.dice.random() < 0.5, self.dice.random() < 0.3
        before = dict(self._pool(is_hidden=is_hidden))
        rows = self._make_rows(1 + self.dice.randrange(3), is_hidden=is_hidden)
        if dry_run:
            pool = self._pool(is_hidden=is_hidden)
            pool.clear()
            pool.update(before)
        elif is_complete:
            sources = {row.source for row in rows}
            gone = {name for name in before if name.partition(":")[0] in sources}
            for identity in gone - {row.id for row in rows}:
                del self._pool(is_hidden=is_hidden)[identity]
                self.past.add(identity)
        lines = as_lines(rows)
        job_id = f"{self._next():032x}"
        self.jobs.append(job_id)
        owner = RIVER if is_hidden else COAST
        self._add(
            f"{'dry run' if dry_run else 'batch'} of {[row.id for row in rows]} {is_complete=}",
            is_hidden,
            lambda side: side.send(lines, owner, job_id, dry_run=dry_run, complete=is_complete),
        )

    def fill(self, folder: Path, *, with_hidden: bool) -> Side:
        """Fill a store below a folder, and close it."""
        folder.mkdir()
        side = Side(folder)
        for step in self.steps:
            if with_hidden or not step.is_hidden:
                try:
                    step.run(side)
                except (DecisionError, InputError) as error:
                    side.refusals += [] if step.is_hidden else [f"{step.name}: {error.line()}"]
        side.hub.close()
        return side

    def is_visible(self, viewer: Any) -> bool:
        """Return whether a viewer may see the hidden records."""
        return is_visible(Handling(OWNER, self.code), viewer)


def as_lines(rows: Iterable[Record]) -> bytes:
    """Return records as a list in FollowTheMoney's format."""
    return b"".join(json.dumps(as_body(row)).encode() + b"\n" for row in rows)


def as_body(row: Record) -> dict[str, Any]:
    """Return a record as a FollowTheMoney entity that a program sends."""
    properties: dict[str, list[str]] = {}
    for value in row.values:
        properties.setdefault(value.prop, []).append(value.text)
    for number in row.identifiers:
        properties.setdefault(number.prop, []).append(number.number)
    body: dict[str, Any] = {
        "id": row.id.partition(":")[2],
        "datasets": [row.source],
        "schema": row.schema,
        "properties": properties,
        "relations": [
            {"type": str(item.type), "target": item.target_id, "role": item.role}
            for item in row.relations
        ],
    }
    return {**body, "handling": row.handling.code} if row.handling.code != "H0" else body


def copy_store(path: Path, folder: Path) -> str:
    """Copy a store with its jobs; return the URL of the copy."""
    folder.mkdir()
    shutil.copy(path, folder / "hub.db")
    if Path(f"{path}.jobs").exists():
        shutil.copytree(f"{path}.jobs", folder / "hub.db.jobs")
    return f"sqlite:///{folder}/hub.db"
