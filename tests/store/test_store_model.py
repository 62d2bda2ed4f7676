"""Random steps on a store, compared with a slow, obvious model of it after each step.

After each step: partition, entity ids and redirects, queue, earlier views, the change feed and a
check. At the end: the export of a store that got the same in one commit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from resolver.errors import DecisionError, LargeChangeError, ResolverError
from resolver.hub.commit_result import CommitResult
from resolver.hub.hub import Hub
from resolver.ingest.reader_types import Intake, ListInfo
from resolver.records import Kind
from resolver.records.visibility import OPERATOR
from resolver.review import (
    DecisionOutcome,
    DecisionPreview,
    DecisionRequest,
    DecisionState,
    Filters,
    Steward,
    StewardVerdict,
    confirm_decision,
    decide_pair,
    list_pending,
    list_waiting,
    load_timeline,
    preview_decision,
    preview_split,
    refresh_queue,
    split_entity,
    undo_decision,
)
from resolver.screening.screener import MatchQuery, Screener
from resolver.store import EventKind, StoreView, backup, restore
from tests.examples import IS_NIGHTLY
from tests.hub.hubs import OPTIONS, Stores, export_canonical, make_intake, seed_population
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record
from tests.store.store_model import (
    PEOPLE,
    SOURCES,
    VAGUE,
    Act,
    Entities,
    Pair,
    StoreModel,
    Version,
    find_id_faults,
)

pytestmark = pytest.mark.slow
SEED = "seed:1"
FIRST_RECORDS = {
    "gate:1": Version(0),
    "gate:2": Version(1),
    "gate:4": Version(VAGUE),
    "port:1": Version(0),
    "port:3": Version(2),
    "quay:4": Version(VAGUE),
}
STEWARDS = ("ada", "ben", "cleo")
_PEOPLE = st.integers(0, len(PEOPLE) - 1)
_PICK = st.integers(0, 999)
_WHO = st.sampled_from(STEWARDS)
_VERDICT = st.sampled_from(list(StewardVerdict))


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
        yield


class StoreMachine(RuleBasedStateMachine):
    """Steps on a store and its model. `new_hub` opens an empty store."""

    new_hub: Callable[[], Hub]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.model = StoreModel()
        self.edition = 0
        self.before_last: tuple[Act, Entities] | None = None
        """The last commit, if it was a decision, and the entities before it."""

    @initialize()
    def open(self) -> None:
        self._use(type(self).new_hub())
        seed_population(self.hub)
        self.model.past[self.hub.store.revision] = {}
        self.hub.add(make_intake(row.record(name) for name, row in FIRST_RECORDS.items()))
        self.model.records |= FIRST_RECORDS
        self._committed()

    def _use(self, hub: Hub) -> None:
        self.hub = self.stack.enter_context(hub)
        self.screener = Screener(hub)

    def teardown(self) -> None:
        with self.stack:
            if hasattr(self, "hub"):
                self.check_export()

    # steps with records

    @rule(
        source=st.sampled_from(SOURCES),
        rows=st.dictionaries(st.integers(1, 4), _PEOPLE, max_size=4),
        is_complete=st.booleans(),
        dry_run_first=st.booleans(),
    )
    def add_list(
        self, source: str, rows: dict[int, int], is_complete: bool, dry_run_first: bool
    ) -> None:
        """Add a list, in which most records keep their person."""
        self.edition += 1
        read: dict[str, Version] = {}
        for number, person in rows.items():
            known = self.model.records.get(f"{source}:{number}")
            # an id that changes to somebody else is rare
            changes = known is None or self.edition % 5 == 0
            version = Version(person if changes or known is None else known.person, self.edition)
            read[f"{source}:{number}"] = version
        intake = self._list(source, read, is_complete)
        missing = {
            name
            for name in self.model.records
            if is_complete and name.startswith(f"{source}:") and name not in read
        }
        if not read and not is_complete:
            return
        if dry_run_first:
            expected = self.hub.add(intake, dry_run=True)
            self.check_unchanged()
            result = self.hub.add(intake)
            assert figures(expected) == figures(result)
        else:
            result = self.hub.add(intake)
        assert set(result.withdrawn) == missing
        for name in missing:
            del self.model.records[name]
        self.model.records |= read
        self._committed()

    def _list(self, source: str, read: dict[str, Version], is_complete: bool) -> Intake:
        info = ListInfo(source, "test", (source,), "", len(read), 0, False)
        if is_complete:
            info = replace(info, complete=True)
        return make_intake([version.record(name) for name, version in read.items()], info)

    @precondition(lambda self: self.model.records)
    @rule(pick=_PICK)
    def withdraw(self, pick: int) -> None:
        name = self._pick_record(pick)
        self.hub.withdraw([name])
        del self.model.records[name]
        self._committed()

    @precondition(lambda self: self.model.records)
    @rule(pick=_PICK, person=_PEOPLE)
    def refuse_large_change(self, pick: int, person: int) -> None:
        """An id that names somebody else is held, and nothing has changed."""
        name = self._pick_record(pick)
        known = self.model.records[name].person
        if VAGUE in (known, person) or known == person:
            return
        with pytest.raises(LargeChangeError):
            self.hub.add(make_intake([Version(person, 0).record(name)]), accept_large=False)
        self.check_unchanged()

    @rule(again=st.booleans())
    def refresh(self, again: bool) -> None:
        before = self.entities()
        if again:
            self.hub.rebuild(OPTIONS)
        else:
            self.hub.refresh()
        assert self.entities() == before
        self._committed()

    @rule()
    def back_up_and_restore(self) -> None:
        """Go on with a store that was restored from a backup."""
        before, waiting = export_canonical(self.hub), self._queue()
        place = self.folder / f"backup-{self.edition}-{self.hub.store.revision}"
        backup(self.hub.store, place)
        restored = type(self).new_hub()
        restore(place, restored.store)
        place.unlink()
        self._use(restored)
        assert export_canonical(self.hub) == before
        assert self._queue() == waiting

    # steps with decisions

    @precondition(lambda self: len(self.model.records) > 1)
    @rule(first=_PICK, second=_PICK, verdict=_VERDICT, who=_WHO, preview=st.booleans())
    def decide(
        self, first: int, second: int, verdict: StewardVerdict, who: str, preview: bool
    ) -> None:
        left, right = self._pick_record(first), self._pick_record(second)
        if left != right:
            self._decide(DecisionRequest(steward(who), left, right, verdict, "by chance"), preview)

    @precondition(lambda self: self.model.acts)
    @rule(pick=_PICK, verdict=_VERDICT, who=_WHO, is_over=st.booleans(), preview=st.booleans())
    def decide_again(
        self, pick: int, verdict: StewardVerdict, who: str, is_over: bool, preview: bool
    ) -> None:
        """Decide a pair anew, perhaps over all decisions in effect."""
        act = self.model.acts[pick % len(self.model.acts)]
        left, right = sorted(act.verdicts)[pick % len(act.verdicts)]
        if {left, right} <= self.model.records.keys():
            over = tuple(name for active in self.model.active_acts() for name in active.ids)
            request = DecisionRequest(steward(who), left, right, verdict, "by chance")
            self._decide(replace(request, over=over if is_over else ()), preview)

    def _decide(self, request: DecisionRequest, preview: bool) -> None:
        left, right, verdict = request.left, request.right, request.verdict
        expected = self._preview(lambda: preview_decision(self.hub, request)) if preview else None
        before = self.entities()
        outcome = self._try(lambda: decide_pair(self.hub, request))
        if expected is not None:
            assert (outcome is None) == isinstance(expected, str), (expected, outcome)
        if outcome is None:
            return
        self._log(outcome, request.steward.name)
        after = self._committed()
        if outcome.state is DecisionState.DONE:
            home = {member: name for name, members in after.items() for member in members}
            together = home[left] == home[right]
            assert together == verdict.is_merge, outcome.message
            if verdict.is_merge:
                shown = [members for members in before.values() if {left, right} & members]
                assert len({home[member] for members in shown for member in members}) == 1
            if isinstance(expected, DecisionPreview):
                assert changed_sets(before, after) == preview_sets(expected)
        elif outcome.state is DecisionState.WAITING:
            assert after == before
        self.before_last = (self.model.acts[-1], before)

    @precondition(lambda self: len(self.model.records) > 1)
    @rule(first=_PICK, second=_PICK, who=st.permutations(STEWARDS))
    def decide_by_two(self, first: int, second: int, who: list[str]) -> None:
        """Mark two records red, and let another steward confirm it."""
        left, right = self._pick_record(first), self._pick_record(second)
        if left != right:
            self._decide(DecisionRequest(steward(who[0]), left, right, StewardVerdict.RED), False)
            self._confirm(0, who[1])

    @precondition(lambda self: self.model.acts)
    @rule(pick=_PICK, who=st.sampled_from(("", *STEWARDS)))
    def undo(self, pick: int, who: str) -> None:
        """Take back something, often by the one who decided it."""
        act = self.model.acts[pick % len(self.model.acts)]
        self._undo(act, who or act.who)

    @precondition(lambda self: self.before_last is not None)
    @rule(who=_WHO)
    def undo_last(self, who: str) -> None:
        """What was decided last can be taken back, and then all is as it was, ids included."""
        assert self.before_last is not None
        act, before = self.before_last
        outcome = self._undo(act, who)
        is_own = act.who == who
        if act.counts or is_own:
            assert outcome is not None
        if outcome is not None and outcome.state is DecisionState.DONE:
            assert self.entities() == before

    def _undo(self, act: Act, who: str) -> DecisionOutcome | None:
        before = self.entities()
        outcome = self._try(lambda: undo_decision(self.hub, steward(who), act.ids[0]))
        if outcome is None:
            return None
        self._log(outcome, who, undoes=act)
        after = self._committed()
        if outcome.state is DecisionState.WAITING:
            assert after == before
        return outcome

    @rule(pick=_PICK, who=_WHO)
    def confirm(self, pick: int, who: str) -> None:
        self._confirm(pick, who)

    def _confirm(self, pick: int, who: str) -> None:
        pending = list_pending(self.hub, OPERATOR)
        if not pending:
            return
        view = pending[pick % len(pending)]
        act = next(act for act in self.model.acts if view.id in act.ids)
        outcome = self._try(lambda: confirm_decision(self.hub, steward(who), view.id))
        assert outcome is None or act.who != who
        if outcome is not None:
            self._second(act, outcome, who)
            self._committed()

    @precondition(lambda self: any(len(m) > 1 for m in self.entities().values()))
    @rule(pick=_PICK, count=st.integers(1, 3), who=_WHO, preview=st.booleans())
    def split(self, pick: int, count: int, who: str, preview: bool) -> None:
        before = self.entities()
        large = sorted(name for name, members in before.items() if len(members) > 1)
        name = large[pick % len(large)]
        taken = sorted(before[name])[:count]
        if len(taken) == len(before[name]):
            return
        expected = (
            self._preview(lambda: preview_split(self.hub, steward(who), name, taken))
            if preview
            else None
        )
        outcome = self._try(lambda: split_entity(self.hub, steward(who), name, taken, "by chance"))
        if expected is not None:
            assert (outcome is None) == isinstance(expected, str)
        if outcome is None:
            return
        self._log(outcome, who)
        after = self._committed()
        if outcome.state is DecisionState.DONE:
            rest = before[name] - set(taken)
            for members in after.values():
                assert not (members & set(taken) and members & rest)
            if isinstance(expected, DecisionPreview):
                assert changed_sets(before, after) == preview_sets(expected)
        self.before_last = (self.model.acts[-1], before)

    def _log(self, outcome: DecisionOutcome, who: str, undoes: Act | None = None) -> None:
        """Add the decisions of an outcome to the log of the model."""
        verdicts, saw = self._logged(outcome)
        waits = outcome.state is DecisionState.WAITING
        confirmed = [
            act
            for act in self.model.acts
            if not act.counts
            and act.undoes is undoes
            and act.who != who
            and act.verdicts.items() <= verdicts.items()
        ]
        if confirmed and not waits:
            # the same again, by another steward, confirms
            self._second(confirmed[-1], outcome, who)
            return
        by_two = {pair: row for pair, row in self.model.verdicts().items() if row[1].second}
        act = Act(outcome.ids, verdicts, who, takes_two=waits, saw=saw, undoes=undoes)
        if any(by_two[pair][0] == verdicts[pair] for pair in by_two.keys() & verdicts.keys()):
            # said once more; the two others still stand behind it
            act.takes_two, act.second = True, who
        self.model.acts.append(act)
        in_effect = self.model.verdicts()
        for pair, (verdict, decided) in by_two.items():
            if pair not in in_effect or in_effect[pair][0] != verdict:
                message = f"{who} alone took back what {decided.who} and {decided.second} decided"
                raise AssertionError(message)

    def _second(self, act: Act, outcome: DecisionOutcome, who: str) -> None:
        """Let another steward confirm an act, which counts from now on."""
        verdicts, saw = self._logged(outcome)
        act.second, act.ids = who, (*act.ids, *outcome.ids)
        act.verdicts, act.saw = act.verdicts | verdicts, saw | act.saw
        self.model.acts.remove(act)
        self.model.acts.append(act)

    def _logged(
        self, outcome: DecisionOutcome
    ) -> tuple[dict[Pair, str], dict[Pair, list[int | None]]]:
        """Return the verdict on each pair that an outcome has logged, and what each end was."""
        with self.hub.store.view() as view:
            stored = [view.decision(number) for number in outcome.numbers]
        rows = [row.decision for row in stored if row is not None]
        verdicts = {row.pair: "red" if row.unlawful else str(row.verdict) for row in rows}
        return verdicts, {row.pair: [self._person(end) for end in row.pair] for row in rows}

    def _person(self, record_id: str) -> int | None:
        version = self.model.records.get(record_id)
        return None if version is None else version.person

    # what holds after each step

    def entities(self, view: StoreView | None = None) -> Entities:
        """Return the entities of the store, but for that of the seed."""
        with ExitStack() as stack:
            shown = view or stack.enter_context(self.hub.store.view())
            records, numbers = (rows.tolist() for rows in shown.all_members())
            ids, names = shown.entity_ids(numbers), shown.record_ids(records)
        members: dict[str, set[str]] = {}
        for row, number in zip(records, numbers, strict=True):
            if names[row] != SEED:
                members.setdefault(ids[number], set()).add(names[row])
        return {name: frozenset(rows) for name, rows in members.items()}

    def _committed(self) -> Entities:
        """Check a commit, and remember its entities."""
        self.before_last = None
        revision = self.hub.store.revision
        entities = self.entities()
        last = self.model.past[max(self.model.past)]
        faults = [
            *self.model.find_faults(entities),
            *find_id_faults(last, entities, list(self.model.records)),
        ]
        assert faults == [], faults
        assert revision not in self.model.past or self.model.past[revision] == entities
        self.model.past[revision] = entities
        return entities

    def check_unchanged(self) -> None:
        """Check that the store is as after the last commit."""
        assert self.hub.store.revision == max(self.model.past)
        assert self.entities() == self.model.past[max(self.model.past)]

    @invariant()
    def the_past_stays(self) -> None:
        if not hasattr(self, "hub"):
            return
        for revision, entities in list(self.model.past.items())[-3:]:
            with self.hub.store.view(revision) as view:
                assert self.entities(view) == entities

    @invariant()
    def ids_lead_somewhere(self) -> None:
        """Every id there ever was leads to an entity that has one of its records, if any has."""
        if not hasattr(self, "hub"):
            return
        now = self.entities()
        alive: set[str] = set()
        for change in self.hub.changes(0):
            if change.kind in (EventKind.MERGED, EventKind.DISSOLVED):
                alive.discard(change.entity)
            elif change.kind in (EventKind.BORN, EventKind.REVIVED):
                alive.add(change.entity)
            elif change.kind is EventKind.SPLIT:
                alive.add(change.other)
        with self.hub.store.view() as view:
            seed = view.entity(SEED)
            assert seed is not None
            assert alive - {seed.id} == set(now)
            for past in self.model.past.values():
                for name in past:
                    stored = view.entity(name)
                    assert stored is not None, name
                    assert stored.retired is not None or stored.id in now

    @invariant()
    def the_queue_fits(self) -> None:
        if not hasattr(self, "hub"):
            return
        now, queue = self.entities(), self._queue()
        assert all(pair <= set(now) and len(pair) == 2 for pair in queue)
        assert self.model.waiting(now) <= queue

    def _queue(self) -> set[frozenset[str]]:
        refresh_queue(self.hub)
        page = list_waiting(self.hub, Filters(), limit=200, viewer=OPERATOR)
        assert page.total == len(page.items)
        return {frozenset((item.left.id, item.right.id)) for item in page.items}

    @invariant()
    def checks_find_who_is_there(self) -> None:
        if not hasattr(self, "hub"):
            return
        now, person = self.entities(), self.hub.store.revision % VAGUE
        self.screener.refresh()
        name, birth, _ = PEOPLE[person]
        query = record("query:1", Kind.PERSON, name=name, birthDate=birth)
        (result,), _ = self.screener.check([query], MatchQuery(limit=20, viewer=OPERATOR))
        results = {match.entity["id"] for match in result.matches}
        people = {
            entity: {self.model.records[member].person for member in members}
            for entity, members in now.items()
        }
        # entities of two people may say too much against the one
        plain = {entity for entity in now if people[entity] == {person}}
        assert plain <= results <= {entity for entity in now if person in people[entity]}, name

    @invariant()
    def histories_can_be_read(self) -> None:
        if not hasattr(self, "hub"):
            return
        for name in list(self.entities())[:3]:
            assert load_timeline(self.hub, name, OPERATOR)

    def check_export(self) -> None:
        """A store that gets the same records and decisions in one commit is the same."""
        with self.hub.store.view() as view:
            log = [stored.decision for stored in view.decisions()]
        reopened = [
            pair
            for pair, (_, act) in self.model.verdicts().items()
            if self.model.is_reopened(pair, act)
        ]
        if reopened or not self.model.records:
            return
        self.hub.refresh()
        with type(self).new_hub() as other:
            seed_population(other)
            other.add(make_intake(v.record(n) for n, v in self.model.records.items()), log)
            other.refresh()
            assert export_canonical(other) == export_canonical(self.hub)

    # helpers

    def _pick_record(self, pick: int) -> str:
        names = sorted(self.model.records)
        return names[pick % len(names)]

    def _try(self, act: Callable[[], DecisionOutcome]) -> DecisionOutcome | None:
        """Return the outcome of a decision; None if it is refused, and nothing has changed."""
        try:
            return act()
        except DecisionError:
            self.check_unchanged()
            return None

    def _preview(self, act: Callable[[], DecisionPreview]) -> DecisionPreview | str:
        """Return a preview, or why it is refused; nothing has changed."""
        try:
            shown = act()
        except ResolverError as error:
            return error.line()
        finally:
            self.check_unchanged()
        return shown


def steward(name: str) -> Steward:
    return Steward(name, scopes=frozenset({"admin"}))


def figures(result: CommitResult) -> tuple[object, ...]:
    return (
        result.new_count,
        result.superseded_count,
        result.withdrawn,
        len(result.changed_entities),
    )


def changed_sets(before: Entities, after: Entities) -> set[frozenset[str]]:
    """Return the record sets that are entities now and were not."""
    return set(after.values()) - set(before.values())


def preview_sets(preview: DecisionPreview) -> set[frozenset[str]]:
    before = {frozenset(cluster.records) for cluster in preview.before}
    return {frozenset(cluster.records) for cluster in preview.after} - before


def run(new_hub: Callable[[], Hub], examples: int, steps: int) -> None:
    """Drive stores that `new_hub` opens, each from the beginning."""
    machine = type("Machine", (StoreMachine,), {"new_hub": staticmethod(new_hub)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_steps_agree_with_the_model(stores: Stores) -> None:
    run(stores.new, *((400, 30) if IS_NIGHTLY else (10, 15)))


@pytest.mark.nightly
def test_random_steps_agree_with_the_model_on_postgresql(postgres_url: str) -> None:
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    names = count()

    def new_hub() -> Hub:
        """Open an empty database of its own."""
        name = f"model{next(names)}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = make_url(postgres_url).set(database=name).render_as_string()
        folder = Path(tempfile.mkdtemp())
        return Hub.open(url, OPTIONS, index_dir=folder, min_file_records=1)

    run(new_hub, 40, 30)
    engine.dispose()
