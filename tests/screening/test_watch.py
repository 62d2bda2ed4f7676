"""Watched subjects: what is kept of them equals a screening of everything, and stays a secret."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from resolver.check.screener import MatchQuery, Screener
from resolver.errors import ResolverError, StoreError, UsageError
from resolver.hub.hub import Hub
from resolver.records import Handling, Kind, Record, Value
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review import (
    DecisionOutcome,
    DecisionRequest,
    Steward,
    StewardVerdict,
    decide_pair,
    split_entity,
    undo_decision,
)
from resolver.screening import (
    HitVerdict,
    Subject,
    build_subject,
    give_verdict,
    read_expiry,
    screen_subjects,
)
from resolver.screening.watch import (
    WatchRunner,
    add_watch,
    read_watch,
    read_watch_end,
    viewer_of_watch,
)
from resolver.store.schema import watched_subjects, watches
from resolver.store.watches import Watch
from resolver.world import generate
from tests.examples import examples
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

LISTED = 0.01
COAST = Viewer("coast", "Coast", frozenset({"submit"}))
KIM = Steward("kim", "", scopes=frozenset({"admin"}))
STEPS = 9
"""Acts on a store in one example."""
NAME = "Abdulrahman Tikriti"


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def end() -> str:
    """Return an end of a watch that lies ahead."""
    return read_expiry("")


def watch_people(
    hub: Hub, people: list[Subject], viewer: Viewer = COAST, name: str = "crew"
) -> Watch:
    """Screen some people and keep them in a watch."""
    screening = screen_subjects(Screener(hub, LISTED), people, MatchQuery(10, viewer=viewer))
    return add_watch(hub.store, viewer, name, end(), screening)[0]


def kept_hits(hub: Hub, watch: Watch) -> dict[int, bytes]:
    """Return what is stored of the hits of each subject."""
    return {row.number: row.hits for row in hub.store.watches.subjects(watch)}


def fetch(hub: Hub, watch: Watch) -> Watch:
    return hub.store.watches.get(watch.owner, watch.name)


class World:
    """Store that random acts change: lists, withdrawals, decisions, splits, undos, rebuilds."""

    def __init__(self, hub: Hub, dice: random.Random) -> None:
        self.hub, self.dice = hub, dice
        self.stock = list(generate(150, seed=dice.randrange(1_000)).records)
        dice.shuffle(self.stock)
        self.present: dict[str, Record] = {}
        self.decided: list[str] = []
        self.add(90)

    def add(self, count: int = 3) -> None:
        """Add records that are new, some of them hidden."""
        some, self.stock = self.stock[:count], self.stock[count:]
        self._put([self._hide(row) if self.dice.random() < 0.2 else row for row in some])

    def _hide(self, row: Record) -> Record:
        code = self.dice.choice(["H1", "H2", "H3"])
        return replace(row, handling=Handling(self.dice.choice(["Coast", "River"]), code))

    def _put(self, some: list[Record]) -> None:
        if some:
            self.hub.add(make_intake(some), accept_large=True)
            self.present |= {row.id: row for row in some}

    def change(self) -> None:
        """Send a new version of a record: another name, without a value, hidden or shown."""
        row = self.dice.choice(sorted(self.present.values(), key=lambda row: row.id))
        other = self.dice.choice(sorted(self.present.values(), key=lambda row: row.id))
        choice = self.dice.randrange(4)
        if choice == 0:
            row = replace(row, values=tuple(v for v in row.values if v.prop != "birthDate"))
        elif choice == 1:
            names = [Value("alias", text) for text in other.texts("name")[:1]]
            row = replace(row, values=tuple(sorted({*row.values, *names})))
        else:
            row = self._hide(row) if choice == 2 else replace(row, handling=Handling())
        self._put([row])

    def withdraw(self) -> None:
        """Withdraw two records."""
        gone = self.dice.sample(sorted(self.present), 2)
        self.hub.withdraw(gone)
        for record_id in gone:
            del self.present[record_id]

    def decide(self) -> None:
        """Decide a pair of entities, often one that waits."""
        verdict = self.dice.choice([StewardVerdict.SAME, StewardVerdict.DIFFERENT])
        with self.hub.store.view() as view:
            links = view.all_links()
            ids = view.record_ids(sorted({*links.left.tolist(), *links.right.tolist()}))
        pairs = [
            (ids[left], ids[right])
            for left, right in zip(links.left.tolist(), links.right.tolist(), strict=True)
            if {ids[left], ids[right]} <= self.present.keys()
        ]
        pair = self.dice.choice(pairs) if pairs else self.dice.sample(sorted(self.present), 2)
        request = DecisionRequest(KIM, pair[0], pair[1], verdict, "seen")
        self._log(lambda: decide_pair(self.hub, request))

    def split(self) -> None:
        """Split a record off an entity."""
        with self.hub.store.view() as view:
            record_id = self.dice.choice(sorted(self.present))
            stored = view.entity(record_id)
        if stored is not None and len(stored.records) > 1:
            self._log(lambda: split_entity(self.hub, KIM, stored.id, [record_id], "seen"))

    def undo(self) -> None:
        """Undo a decision."""
        if self.decided:
            last = self.decided.pop(self.dice.randrange(len(self.decided)))
            self._log(lambda: undo_decision(self.hub, KIM, last))

    def rebuild(self) -> None:
        """Measure the population anew, or resolve everything again."""
        if self.dice.random() < 0.5:
            self.hub.refresh()
        else:
            self.hub.rebuild()

    def _log(self, act: Callable[[], DecisionOutcome]) -> None:
        # the desk refuses what makes no sense
        with suppress(ResolverError):
            self.decided += act().ids[:1]

    def step(self) -> None:
        """Do something at random."""
        acts = [self.add, self.change, self.change, self.withdraw, self.decide, self.decide]
        acts += [self.decide, self.split, self.undo, self.undo]
        if self.dice.random() < 0.05:
            acts = [self.rebuild]
        self.dice.choice(acts)()


def _invent_people(some: list[Record], dice: random.Random) -> list[Subject]:
    """Return subjects like listed records: misspelt, with few values, or of a single word."""
    people = []
    for number, listed in enumerate(some):
        values = []
        for value in listed.values:
            text = value.text
            if value.prop not in ("name", "birthDate", "nationality") or dice.random() > 0.8:
                continue
            if value.prop == "name":
                text = text.split()[-1] if dice.random() < 0.15 else text.replace("a", "e", 1)
            values.append(Value(value.prop, text))
        row = Record(f"people:{number}", "people", listed.kind, listed.schema, tuple(values))
        people.append(build_subject(row))
    return people


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(examples(1)))
def test_kept_hits_equal_those_of_screening_everything_again(stores: Stores, seed: int) -> None:
    dice = random.Random(seed)
    with stores.new() as hub:
        world = World(hub, dice)
        some = dice.sample([*world.present.values(), *world.stock[:20]], 45)
        people = _invent_people(some, dice)
        # in so small a store, each new record is a large share of all
        runner = WatchRunner(hub, LISTED, max_drift=10.0)
        mine = [watch_people(hub, people, viewer) for viewer in (COAST, OPERATOR)]
        for watch in mine:
            runner.run(watch)
        partial = changed = screened = 0
        for step in range(STEPS):
            world.step()
            if step == STEPS // 2:
                # a worker that was started anew reads everything from the store
                runner = WatchRunner(hub, LISTED, max_drift=10.0)
            for watch in mine:
                before = kept_hits(hub, watch)
                run = runner.run(fetch(hub, watch))
                assert run is not None
                partial += not run.is_full
                screened += run.screened
                kept = kept_hits(hub, watch)
                changed += kept != before
                again = runner.run(fetch(hub, watch), full=True)
                assert again is not None
                assert again.is_full
                assert kept_hits(hub, watch) == kept
                assert not again.changes
        assert partial > STEPS
        assert changed
        assert screened < STEPS * len(people)


def listed(record_id: str, name: str = NAME, **values: str) -> Record:
    return record(record_id, Kind.PERSON, name=name, **values)  # type: ignore[arg-type]


def passenger(subject_id: str = "P1", name: str = NAME, **values: str) -> Subject:
    row = record(f"people:{subject_id}", name=name, **values)  # type: ignore[arg-type]
    return build_subject(row)


def changes_of(runner: WatchRunner, watch: Watch) -> list[tuple[str, str]]:
    """Run a watch, and return the changes: their kind and the id of the subject."""
    run = runner.run(fetch(runner.hub, watch))
    assert run is not None
    return [(change.kind, change.hit.subject.id) for change in run.changes]


def test_hits_come_and_go_with_the_lists(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:9", "Quintus Fabricius")]))
        watch = watch_people(hub, [passenger(), passenger("P2", "Oona Laine", birthDate="1980")])
        runner = WatchRunner(hub, LISTED)
        assert changes_of(runner, watch) == []
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        assert changes_of(runner, watch) == [("new", "P1")]
        assert changes_of(runner, watch) == []
        screening, subjects = read_watch(hub.store, fetch(hub, watch))
        assert [hit.caption for hit in screening.hits] == [NAME]
        assert [subject.id for subject in subjects] == ["P1", "P2"]
        hub.withdraw(["list:1"])
        # nothing is shown of what is gone, even before the next run
        assert not read_watch(hub.store, fetch(hub, watch))[0].hits
        assert changes_of(runner, watch) == [("lost", "P1")]


def test_a_cleared_hit_stays_away_until_its_evidence_changes(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        watch = watch_people(hub, [passenger(nationality="iq")])
        runner = WatchRunner(hub, LISTED)
        assert changes_of(runner, watch) == []
        (hit,) = read_watch(hub.store, fetch(hub, watch))[0].hits
        give_verdict(
            hub.store,
            hit,
            HitVerdict.CLEARED,
            owner=watch.owner,
            who="kim",
            reason="another face",
            expires=end(),
        )
        assert not read_watch(hub.store, fetch(hub, watch))[0].hits
        changed = listed("list:1", nationality="iq", notes="seen in port")
        hub.add(make_intake([changed, listed("list:2", "Bo Li")]))
        assert changes_of(runner, watch) == []
        hub.add(make_intake([listed("list:1", nationality="iq", birthDate="1984-03-02")]))
        assert changes_of(runner, watch) == [("returned", "P1")]
        (hit,) = read_watch(hub.store, fetch(hub, watch))[0].hits
        assert hit.changes == ("birth date added: 1984-03-02",)


def test_a_hidden_record_counts_for_its_agency_alone(stores: Stores) -> None:
    hidden = replace(listed("list:1"), handling=Handling("Coast", "H3"))
    river = Viewer("river", "River", frozenset({"submit"}))
    with stores.new() as hub:
        hub.add(make_intake([listed("list:9", "Quintus Fabricius")]))
        mine, other = (watch_people(hub, [passenger()], viewer) for viewer in (COAST, river))
        assert viewer_of_watch(other).agency == "River"
        runner = WatchRunner(hub, LISTED)
        runner.run_due()
        before = kept_hits(hub, other)
        hub.add(make_intake([hidden]))
        assert changes_of(runner, mine) == [("new", "P1")]
        assert changes_of(runner, other) == []
        assert kept_hits(hub, other) == before
        # shown to all, and then to nobody else again: the other agency does not keep it
        hub.add(make_intake([replace(hidden, handling=Handling())]))
        assert changes_of(runner, other) == [("new", "P1")]
        hub.add(make_intake([hidden]))
        assert not read_watch(hub.store, fetch(hub, other))[0].hits
        assert len(read_watch(hub.store, fetch(hub, mine))[0].hits) == 1
        assert changes_of(runner, other) == [("lost", "P1")]
        assert kept_hits(hub, other) == before


def test_subjects_are_encrypted_and_erased_after_their_end(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1")]))
        watch = watch_people(hub, [passenger(birthDate="1984-03-02")])
        other = watch_people(hub, [passenger("P7")], name="guests")
        WatchRunner(hub, LISTED).run_due()
        with hub.store.engine.connect() as connection:
            rows = connection.execute(select(watched_subjects)).all()
        assert len(rows) == 2
        for row in rows:
            # two letters alone are among random bytes now and then
            for part in (b'"P1"', b'"P7"', b"Tikriti", b"1984", b"list:1"):
                assert part not in row.content + row.hits + row.key.encode()
        # a row of another watch cannot be read as one of this
        with hub.store.engine.begin() as connection:
            c = watched_subjects.c
            moved = watched_subjects.update().where(c.watch == other.number)
            connection.execute(moved.values(watch=watch.number))
        with pytest.raises(StoreError, match="cannot be decrypted"):
            hub.store.watches.subjects(watch)
        with hub.store.engine.begin() as connection:
            connection.execute(watches.update().values(expires="2020-01-01T00:00:00.000000Z"))
        assert hub.store.watches.list() == []
        assert WatchRunner(hub, LISTED).run_due() == []
        with hub.store.engine.connect() as connection:
            assert not connection.execute(select(watched_subjects)).all()
            assert not connection.execute(select(watches)).all()


def test_a_subject_with_the_same_id_takes_the_place_of_the_old_one(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1")]))
        watch_people(hub, [passenger(), passenger("P2", "Oona Laine")])
        watch = watch_people(hub, [passenger(name="Quintus Fabricius"), passenger("P3", NAME)])
        screening, subjects = read_watch(hub.store, watch)
        assert [(row.id, row.name) for row in subjects] == [
            ("P2", "Oona Laine"),
            ("P1", "Quintus Fabricius"),
            ("P3", NAME),
        ]
        assert [hit.subject.id for hit in screening.hits] == ["P3"]


def test_a_watch_that_changed_meanwhile_or_fails_stops_no_other(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1")]))
        first = watch_people(hub, [passenger()])
        watch_people(hub, [passenger()], name="guests")
        runner, run_one = WatchRunner(hub, LISTED), WatchRunner.run
        told: list[str] = []

        def fail(self: WatchRunner, watch: Watch, **options: Any) -> Any:
            if watch.id == first.id:
                raise MemoryError
            return run_one(self, watch, **options)

        clock: SimpleNamespace = SimpleNamespace(now=100.0, monotonic=lambda: clock.now)
        monkeypatch.setattr("resolver.screening.watch.time", clock)

        def run_due(seconds: float) -> list[str]:
            clock.now += seconds
            runs = runner.run_due(on_error=lambda watch, _: told.append(watch.name))
            return [run.watch.name for run in runs]

        with monkeypatch.context() as patch:
            patch.setattr(WatchRunner, "run", fail)
            assert (run_due(0), told) == (["guests"], ["crew"])
            # it is not tried in each round, but after a pause, which grows
            assert (run_due(4), told) == ([], ["crew"])
            assert (run_due(2), told) == ([], ["crew"] * 2)
            assert (run_due(6), told) == ([], ["crew"] * 2)
            assert (run_due(5), told) == ([], ["crew"] * 3)

        def change(*args: Any, **options: Any) -> Any:
            watch_people(hub, [passenger()])
            return screen_subjects(*args, **options)

        with monkeypatch.context() as patch:
            patch.setattr("resolver.screening.watch.screen_subjects", change)
            assert runner.run(first) is None
        assert run_due(30) == ["crew"]
        assert hub.store.watches.due() == []


def test_two_workers_never_run_a_watch_at_once(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1")]))
        watch = watch_people(hub, [passenger()])
        assert hub.store.watches.lease(watch, "another") is not None
        assert hub.store.watches.due() == []
        assert WatchRunner(hub, LISTED).run(watch) is None
        # the lease of a worker that was killed ends
        assert hub.store.watches.lease(watch, "another", seconds=-1) is not None
        run = WatchRunner(hub, LISTED).run(watch)
        assert run is not None
        assert run.screened == 1
        assert hub.store.watches.due() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a watch needs an end"),
        ("soon", "'soon' is no date"),
        ("2020-01-01", "lies in the past"),
        ("2999-01-01", "more than ten years away"),
    ],
)
def test_a_watch_has_an_end(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_watch_end(text)


def test_a_watch_of_a_stranger_sees_what_strangers_see(stores: Stores) -> None:
    hidden = replace(listed("list:1"), handling=Handling("Coast", "H3"))
    with stores.new() as hub:
        hub.add(make_intake([hidden, listed("list:9", "Quintus Fabricius")]))
        watch = watch_people(hub, [passenger()], STRANGER)
        assert viewer_of_watch(watch) == STRANGER
        run = WatchRunner(hub, LISTED).run(watch)
        assert run is not None
        assert not read_watch(hub.store, fetch(hub, watch))[0].hits
