"""Random steps on a store, compared with a slow, obvious model of it after each step.

After each step, for an operator and a stranger: partition, entity ids and redirects, contents of
records, queue, earlier views, the change feed, a check, a search, the report on the commit, watched
people and notices. At the end: the export of a store that got the same in one commit. Some steps
are killed before a statement that writes, or right after the last one: then the store has all of
the step or nothing.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

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

from resolver.check.change_feed import ChangeEvent, read_changes
from resolver.check.screener import MatchQuery, Screener
from resolver.check.term_search import SearchScope
from resolver.cli.operate.worker import run_batch_job
from resolver.errors import DecisionError, LargeChangeError, ResolverError, ReusedIdError
from resolver.feeds.feeds import add_feed
from resolver.feeds.runs import run_feed
from resolver.feeds.transfer import NetworkRules
from resolver.hub.committer import CommitResult
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.job_worker import (
    INPUT,
    BatchOptions,
    Job,
    create_job_folder,
    run_next_job,
    submit_batch,
)
from resolver.hub.ownership import RecordOwner
from resolver.lists.reader_types import Intake, ListInfo
from resolver.notices import (
    make_notices,
    owner_of_notices,
    read_notices,
    subscribe,
    viewer_of_owner,
)
from resolver.records import Identifier, Kind
from resolver.records.prepared.population import DEFAULT_LISTED
from resolver.records.progress import Progress
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
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
    split_entity,
    undo_decision,
)
from resolver.review.change_report import ChangeKind
from resolver.review.find_changes import read_report
from resolver.screening import HitVerdict, build_subject, give_verdict, read_expiry, screen_subjects
from resolver.screening.screen import ScreeningHit
from resolver.screening.watch import WatchRunner, add_watch, read_watch
from resolver.store import EventKind, JobState, NewFeed, RunOutcome, StoreView, backup, restore
from tests.examples import IS_NIGHTLY
from tests.hub.hubs import OPTIONS, Stores, export_canonical, make_intake, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.samples import record
from tests.store.killed_child import kill_while
from tests.store.store_model import (
    PEOPLE,
    SECRET,
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
    "quay:2": Version(1, is_hidden=True),
    "quay:4": Version(VAGUE),
}
STEWARDS = ("ada", "ben", "cleo")
BLIND_STEWARD = Viewer("dora", "Coast", frozenset({"review"}))
VIEWERS = (OPERATOR, STRANGER)
COAST = viewer_of_owner("Coast", "")
"""Agency that watches people. It sees what strangers see."""
WATCHERS = {OPERATOR: OPERATOR, COAST: STRANGER}
"""Who watches people and follows a source, and the viewer who sees the same records."""
FEED = "ferry"
"""Source that only a feed brings."""
SENDER = RecordOwner("loader", SECRET.agency, may_change_all=True)
FORMATS = ("ftm", "csv", "senzing")
_PEOPLE = st.integers(0, len(PEOPLE) - 1)
_ROWS = st.dictionaries(st.integers(1, 4), _PEOPLE, max_size=4)
_SOURCE = st.sampled_from(SOURCES)
_LEASE = timedelta(milliseconds=50)
_MOMENT = st.one_of(st.none(), st.none(), st.sampled_from([0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]))
"""Statement before which a step is killed; None: it is not."""
_PICK = st.integers(0, 999)
_WHO = st.sampled_from(STEWARDS)
_VERDICT = st.sampled_from(list(StewardVerdict))


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


@dataclass(frozen=True)
class Cleared:
    """Hit that an operator has cleared: the person of the subject, and of the entity then."""

    person: int
    entity: str
    members: frozenset[str]
    people: frozenset[int]


@dataclass
class SentBatch:
    """Batch that waits for a worker: what it says, and when it was accepted."""

    job_id: str
    source: str
    rows: dict[str, Version]
    unread: set[str]
    is_complete: bool
    dry_run: bool
    accept_large: bool
    clock: int


def reopened(hub: Hub) -> Hub:
    """Open the store of a closed hub again."""
    return Hub.open(hub.store.url, OPTIONS, index_dir=hub.index_dir, min_file_records=1)


class StoreMachine(RuleBasedStateMachine):
    """Steps on a store and its model. `new_hub` opens an empty store, whose files are in a folder
    and which the stack removes.
    """

    new_hub: Callable[[Path, ExitStack], Hub]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.model = StoreModel()
        self.edition = 0
        self.clock = 0
        self.changed: dict[str, int] = {}
        """When the last change of each record was accepted, and below of each source as a whole."""
        self.replaced: dict[str, int] = {}
        self.public: list[str] = []
        """Records that strangers saw after the last commit."""
        self.sent: list[SentBatch] = []
        self.compared: tuple[Hub, int] | None = None
        self.before_last: tuple[Act, Entities] | None = None
        """The last commit, if it was a decision, and the entities before it."""
        self.contents: list[Mapping[str, Version]] = [{}]
        """Records after each of the last two commits."""
        self.followed: dict[Viewer, Entities] = {}
        """Entities when the notices of each watcher were last read, and below the last of these."""
        self.cursors = dict.fromkeys(WATCHERS, 0)
        self.hits: dict[Viewer, dict[int, Sequence[ScreeningHit]]] = {}
        self.cleared: list[Cleared] = []

    @initialize()
    def open(self) -> None:
        self.hub = self._open_new()
        self.screener = Screener(self.hub)
        self.runner = WatchRunner(self.hub, DEFAULT_LISTED)
        seed_population(self.hub)
        revision = self.hub.store.revision
        self.past: dict[Viewer, dict[int, Entities]] = {
            viewer: {revision: {}} for viewer in VIEWERS
        }
        self.hub.add(make_intake(row.record(name) for name, row in FIRST_RECORDS.items()))
        self.model.records |= FIRST_RECORDS
        self._committed()
        self._watch()
        (self.folder / FEED).mkdir()
        feed = NewFeed(FEED, str(self.folder / FEED), "tabular", 3600)
        add_feed(self.hub.store, feed, NetworkRules())

    def _watch(self) -> None:
        """Let both watchers watch the people with a birth date, and follow a source."""
        subjects = []
        for person, (name, birth, passport) in enumerate(PEOPLE[:VAGUE]):
            numbers = [Identifier("passportNumber", passport)]
            row = record(f"people:{person}", identifiers=numbers, name=name, birthDate=birth)
            subjects.append(build_subject(row))
        for viewer, seen in WATCHERS.items():
            screening = screen_subjects(self.screener, subjects, MatchQuery(10, viewer=viewer))
            add_watch(self.hub.store, viewer, "crew", read_expiry(""), screening)
            subscribe(self.hub, viewer, "watch", "crew")
            subscribe(self.hub, viewer, "source", "gate")
            self.hits[viewer] = {
                int(subject.id): [hit for hit in screening.hits if hit.subject is subject]
                for subject in subjects
            }
            self.followed[viewer] = self.entities(seen)

    def _open_new(self) -> Hub:
        return type(self).new_hub(self.folder, self.stack)

    def _use(self, hub: Hub) -> None:
        """Go on with another hub."""
        self.hub.close()
        self.hub, self.screener = hub, Screener(hub)
        self.runner = WatchRunner(hub, DEFAULT_LISTED)

    def teardown(self) -> None:
        with self.stack:
            if hasattr(self, "hub"):
                with self.hub:
                    self.check_export()

    # steps with records

    @rule(
        source=_SOURCE,
        rows=_ROWS,
        is_complete=st.booleans(),
        dry_run_first=st.booleans(),
        moment=_MOMENT,
    )
    def add_list(
        self,
        source: str,
        rows: dict[int, int],
        is_complete: bool,
        dry_run_first: bool,
        moment: int | None,
    ) -> None:
        """Add a list, in which most records keep their person."""
        read = self._draw_versions(source, rows)
        intake = self._list(source, read, is_complete)
        missing = self._find_missing(source, read, is_complete)
        if not read and not is_complete:
            return
        expected = self.hub.add(intake, dry_run=True) if dry_run_first else None
        if not self._kill(lambda hub: hub.add(intake), moment):
            result = self.hub.add(intake)
            assert set(result.withdrawn) == missing
            assert expected is None or figures(expected) == figures(result)
        self._apply(source, read, missing, self._tick(), is_complete=is_complete)

    def _draw_versions(self, source: str, rows: Mapping[int, int]) -> dict[str, Version]:
        """Return versions of records of a source by the person of each: new editions of those that
        there are, which seldom change to another person or between hidden and not hidden.
        """
        self.edition += 1
        read: dict[str, Version] = {}
        for number, person in rows.items():
            name, is_hidden = f"{source}:{number}", (number + self.edition) % 4 == 0
            known = self.model.records.get(name)
            if known is not None and self.edition % 5:
                person = known.person
            if known is not None and self.edition % 7:
                is_hidden = known.is_hidden
            read[name] = Version(person, self.edition, is_hidden)
        return read

    def _list(self, source: str, read: Mapping[str, Version], is_complete: bool) -> Intake:
        info = ListInfo(source, "test", (source,), "", len(read), 0, False, complete=is_complete)
        return make_intake([version.record(name) for name, version in read.items()], info)

    def _find_missing(
        self, source: str, read: Mapping[str, Version], is_complete: bool
    ) -> set[str]:
        """Return the records that a list withdraws."""
        if not is_complete:
            return set()
        stored = {name for name in self.model.records if name.startswith(f"{source}:")}
        return stored - read.keys()

    def _tick(self) -> int:
        """Return the time of something that is accepted now."""
        self.clock += 1
        return self.clock

    def _apply(
        self,
        source: str,
        read: Mapping[str, Version],
        missing: set[str],
        clock: int,
        *,
        is_complete: bool = False,
    ) -> None:
        """Note the records that were committed, and check the commit."""
        for name in missing:
            del self.model.records[name]
        self.model.records |= read
        self.changed |= dict.fromkeys([*read, *missing], clock)
        if is_complete:
            self.replaced[source] = clock
        self._committed()

    @precondition(lambda self: self.model.records)
    @rule(pick=_PICK, moment=_MOMENT)
    def withdraw(self, pick: int, moment: int | None) -> None:
        name = self._pick_record(pick)
        if not self._kill(lambda hub: hub.withdraw([name]), moment):
            self.hub.withdraw([name])
        self._apply("", {}, {name}, self._tick())

    @rule(source=_SOURCE, number=st.integers(1, 4), person=_PEOPLE, accept_large=st.booleans())
    def post(self, source: str, number: int, person: int, accept_large: bool) -> None:
        """Post one record; one whose id names somebody else is refused, unless that is accepted."""
        ((name, version),) = self._draw_versions(source, {number: person}).items()
        known = self.model.records.get(name)
        try:
            posted = GroupCommit(self.hub, accept_restricted=True).post(
                version.record(name), accept_large=accept_large
            )
        except ReusedIdError:
            assert known is not None
            assert known.person != version.person
            assert not accept_large
            self.check_unchanged()
            return
        assert accept_large or known is None or not is_somebody_else(known, version)
        self._apply(source, {name: version}, set(), self._tick())
        assert posted.revision == self.hub.store.revision
        assert name in self.entities()[posted.entity_id]

    @precondition(lambda self: self.model.records)
    @rule(pick=_PICK, person=_PEOPLE)
    def refuse_large_change(self, pick: int, person: int) -> None:
        """An id that names somebody else is held, and nothing has changed."""
        name = self._pick_record(pick)
        known, version = self.model.records[name], Version(person)
        if is_somebody_else(known, version):
            with pytest.raises(LargeChangeError):
                self.hub.add(make_intake([version.record(name)]), accept_large=False)
            self.check_unchanged()

    # batches that a worker takes up later

    @precondition(lambda self: len(self.sent) < 3)
    @rule(
        source=_SOURCE,
        rows=_ROWS,
        file_format=st.sampled_from(FORMATS),
        unread=st.sets(st.integers(1, 4), max_size=2),
        is_broken=st.booleans(),
        options=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    )
    def send(
        self,
        source: str,
        rows: dict[int, int],
        file_format: str,
        unread: set[int],
        is_broken: bool,
        options: tuple[bool, bool, bool],
    ) -> None:
        """Submit a list in some format, with rows that cannot be read; `options` are dry run,
        complete and accept large changes.
        """
        dry_run, is_complete, accept_large = options
        read = self._draw_versions(
            source, {number: person for number, person in rows.items() if number not in unread}
        )
        if file_format != "ftm":
            read = {name: replace(version, is_hidden=False) for name, version in read.items()}
        names = {f"{source}:{number}" for number in unread}
        file_name, content = write_list(file_format, source, read, names, is_broken=is_broken)
        folder = create_job_folder(self.folder / "jobs")
        (folder / INPUT / file_name).write_bytes(content)
        chosen = BatchOptions(
            file_name,
            "",
            dry_run=dry_run,
            complete=is_complete,
            accept_large_change=accept_large,
        )
        job, _ = submit_batch(self.hub, folder, chosen, owner=SENDER)
        # whose row has no id that can be read withdraws nothing
        sent = SentBatch(
            job.id,
            source,
            read,
            names,
            is_complete and not is_broken,
            dry_run,
            accept_large,
            self._tick(),
        )
        self.sent.append(sent)
        self.check_unchanged()

    @precondition(lambda self: len(self.sent) < 3)
    @rule(rows=_ROWS)
    def run_feed(self, rows: dict[int, int]) -> None:
        """Let a feed find a new version of its list, which is complete."""
        read = {
            name: replace(version, is_hidden=False)
            for name, version in self._draw_versions(FEED, rows).items()
        }
        if not read:
            return
        name, content = write_list("csv", FEED, read, set(), is_broken=False)
        path = self.folder / FEED / name
        path.write_bytes(content)
        # a file that was written just now may not be complete; each version has a time of its own
        os.utime(path, (10**9, 10**9 + self.edition))
        run = run_feed(self.hub, FEED, self.folder / "jobs", NetworkRules())
        assert run is not None
        assert run.outcome is RunOutcome.NEW, run.line
        batch = SentBatch(run.batch, FEED, read, set(), True, False, False, self._tick())
        self.sent.append(batch)
        again = run_feed(self.hub, FEED, self.folder / "jobs", NetworkRules())
        assert again is not None
        assert again.outcome is RunOutcome.UNCHANGED
        self.check_unchanged()

    @precondition(lambda self: self.sent)
    @rule(moment=_MOMENT, accepts=st.booleans())
    def work(self, moment: int | None, accepts: bool) -> None:
        """Work on the oldest batch. What was changed after it was accepted stays as it is."""
        sent = self.sent.pop(0)
        self._kill(self._work, moment)
        late = self.replaced.get(sent.source, 0) > sent.clock
        read = {
            name: version
            for name, version in sent.rows.items()
            if not late and self.changed.get(name, 0) < sent.clock
        }
        missing = {
            name
            for name in self._find_missing(sent.source, sent.rows, sent.is_complete)
            if not late and self.changed.get(name, 0) < sent.clock and name not in sent.unread
        }
        others = [
            name
            for name, version in read.items()
            if name in self.model.records and self.model.records[name].person != version.person
        ]
        job = self.hub.store.jobs.get(sent.job_id)
        if job.state is JobState.RUNNING:
            # while the killed worker holds it, a batch of another source would have its turn
            time.sleep(_LEASE.total_seconds())
        if job.state in (JobState.QUEUED, JobState.RUNNING):
            job = self._work(self.hub)
            assert job.id == sent.job_id
        if not sent.rows:
            assert job.state is JobState.FAILED, job
            self.check_unchanged()
            return
        if job.state is JobState.HELD:
            assert others
            assert not sent.accept_large
            self.check_unchanged()
            if not accepts:
                self.hub.store.jobs.cancel(job.id)
                return
            self.hub.store.jobs.accept(job.id)
            job = self._work(self.hub)
        assert job.state is JobState.DONE, job.error
        if sent.dry_run:
            self.check_unchanged()
            return
        self._apply(sent.source, read, missing, sent.clock)
        if sent.is_complete:
            self.replaced[sent.source] = max(sent.clock, self.replaced.get(sent.source, 0))

    def _work(self, hub: Hub) -> Job:
        """Work on the oldest batch that is not over, once the lease of a killed worker ends."""
        while (job := run_next_job(hub, self.folder / "jobs", handle_job, lease=_LEASE)) is None:
            time.sleep(0.01)
        return job

    # steps with the store as a whole

    @rule(act=st.sampled_from(["refresh", "rebuild", "restore"]), moment=_MOMENT)
    def maintain(self, act: str, moment: int | None) -> None:
        if act != "restore":
            self._refresh(Hub.refresh if act == "refresh" else Hub.rebuild, moment)
        elif not self.sent:
            self._restore(moment)

    def _refresh(self, act: Callable[[Hub], int], moment: int | None) -> None:
        before = self.entities()

        if not self._kill(act, moment):
            act(self.hub)
        assert self.entities() == before
        self._committed()

    def _restore(self, moment: int | None) -> None:
        """Go on with a store that was restored from a backup."""
        before, waiting = export_canonical(self.hub), self._queue()
        revision = self.hub.store.revision
        place = self.folder / f"backup-{self.edition}-{revision}"
        backup(self.hub.store, place)
        self._use(self._open_new())
        is_all = bool(self.edition % 2)
        if not self._kill(lambda hub: restore(place, hub.store, with_accounts=is_all), moment):
            restore(place, self.hub.store, with_accounts=is_all)
        place.unlink()
        assert self.hub.store.revision == revision
        assert export_canonical(self.hub) == before
        assert self._queue() == waiting

    def _kill(self, act: Callable[[Hub], object], moment: int | None) -> bool:
        """Let a process that is killed act on the store, and open it again; return whether all of
        the act was committed. Without a `moment` do nothing.
        """
        if moment is None:
            return False
        revision, old = self.hub.store.revision, self.hub
        old.close()
        kill_while(lambda: reopened(old), act, moment)
        self._use(reopened(old))
        if self.hub.store.revision > revision:
            return True
        if revision:
            self.check_unchanged()
        return False

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
        assert self.model.stands(act) or not act.counts, f"{act.ids[0]} is undone twice"
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
        verdicts, saw, for_two = self._logged(outcome)
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
        by_two = {
            pair: row
            for pair, row in self.model.verdicts().items()
            if row[1].second and pair not in row[1].ties
        }
        act = Act(outcome.ids, verdicts, who, takes_two=waits, saw=saw, undoes=undoes)
        # pairs of which another steward has said the same, with others that were decided since
        seconded = {
            pair
            for other in self.model.acts
            if not other.counts and other.who != who and other.undoes is undoes
            for pair in other.verdicts.items() & verdicts.items()
            if pair[0] in for_two | by_two.keys()
        }
        if seconded and not waits:
            act.takes_two, act.second = True, who
            act.ties = verdicts.keys() - {pair for pair, _ in seconded}
        repeated = by_two.keys() & verdicts.keys()
        if not waits and any(by_two[pair][0] == verdicts[pair] for pair in repeated):
            # said once more; the two others still stand behind it
            act.takes_two, act.second = True, who
        self.model.acts.append(act)
        in_effect = self.model.verdicts()
        for pair, (verdict, decided) in by_two.items():
            is_by_two = act.second and pair not in act.ties
            if not is_by_two and (pair not in in_effect or in_effect[pair][0] != verdict):
                message = f"{who} alone took back what {decided.who} and {decided.second} decided"
                raise AssertionError(message)

    def _second(self, act: Act, outcome: DecisionOutcome, who: str) -> None:
        """Let another steward confirm an act, which counts from now on."""
        verdicts, saw, _ = self._logged(outcome)
        act.second, act.ids = who, (*act.ids, *outcome.ids)
        act.ties |= verdicts.keys() - act.verdicts.keys()
        # pairs that somebody has decided otherwise meanwhile no longer wait
        act.verdicts, act.saw = verdicts, saw | act.saw
        self.model.acts.remove(act)
        self.model.acts.append(act)

    def _logged(
        self, outcome: DecisionOutcome
    ) -> tuple[dict[Pair, str], dict[Pair, list[int | None]], set[Pair]]:
        """Return the verdict on each pair that an outcome has logged, what each end was, and the
        pairs that take two stewards by themselves.
        """
        with self.hub.store.view() as view:
            stored = [view.decision(number) for number in outcome.numbers]
        rows = [row.decision for row in stored if row is not None]
        verdicts = {row.pair: "red" if row.unlawful else str(row.verdict) for row in rows}
        saw = {row.pair: [self._person(end) for end in row.pair] for row in rows}
        return verdicts, saw, {row.pair for row in rows if row.needs_two or row.unlawful}

    def _person(self, record_id: str) -> int | None:
        version = self.model.records.get(record_id)
        return None if version is None else version.person

    @rule(pick=_PICK)
    def clear(self, pick: int) -> None:
        """Clear a hit of a watched person."""
        self.runner.run_due()
        watch = self.hub.store.watches.get(owner_of_notices(OPERATOR), "crew")
        hits = read_watch(self.hub.store, watch)[0].hits
        if not hits:
            return
        hit, now = hits[pick % len(hits)], self.entities()
        give_verdict(
            self.hub.store,
            hit,
            HitVerdict.CLEARED,
            owner=owner_of_notices(OPERATOR),
            who="ada",
            reason="by chance",
            expires=read_expiry(""),
        )
        members = now[hit.entity_id]
        self.cleared.append(
            Cleared(int(hit.subject.id), hit.entity_id, members, self._people(members))
        )
        self.the_watches_follow(OPERATOR)
        self.check_unchanged()

    # what holds after each step

    def entities(self, viewer: Viewer = OPERATOR, view: StoreView | None = None) -> Entities:
        """Return the entities that a viewer sees, but for that of the seed."""
        with ExitStack() as stack:
            shown = (view or stack.enter_context(self.hub.store.view())).seen_by(viewer)
            records, numbers = (rows.tolist() for rows in shown.all_members())
            ids, names = shown.entity_ids(numbers), shown.record_ids(records)
            handling = shown.all_handling()
        members: dict[str, set[str]] = {}
        for row, number in zip(records, numbers, strict=True):
            is_hidden = row in handling and not is_visible(handling[row], viewer)
            if names[row] != SEED and not is_hidden:
                members.setdefault(ids[number], set()).add(names[row])
        return {name: frozenset(rows) for name, rows in members.items()}

    def model_of(self, viewer: Viewer) -> StoreModel:
        """Return the model of what a viewer sees."""
        return self.model if viewer == OPERATOR else self.model.visible()

    def _committed(self) -> Entities:
        """Check a commit, and remember its entities."""
        self.before_last = None
        revision = self.hub.store.revision
        for viewer in VIEWERS:
            past, model, entities = self.past[viewer], self.model_of(viewer), self.entities(viewer)
            before, public = past[max(past)], list(self.model.visible().records)
            # an id is that of what strangers see: of an entity whose last visible record is hidden
            # from now on it ends, even if another record is shown from now on
            stays = set(self.public).intersection(public)
            faults = [
                *model.find_faults(entities),
                *find_id_faults(keep_named(before, stays), keep_named(entities, stays), public),
            ]
            assert faults == [], (viewer.name, faults)
            assert past.get(revision, entities) == entities
            past[revision] = entities
        self.public = list(self.model.visible().records)
        self.contents = [self.contents[-1], dict(self.model.records)]
        self.the_report_tells_all(VIEWERS[revision % 2])
        return self.past[OPERATOR][revision]

    def check_unchanged(self) -> None:
        """Check that the store is as after the last commit."""
        for viewer in VIEWERS:
            last = max(self.past[viewer])
            assert self.hub.store.revision == last
            assert self.entities(viewer) == self.past[viewer][last]

    @invariant()
    def store_and_model_agree(self) -> None:
        """Compare both, unless they are as after the step before."""
        if not hasattr(self, "hub") or self.compared == (self.hub, self.hub.store.revision):
            return
        self.compared = self.hub, self.hub.store.revision
        self.the_past_stays()
        self.ids_lead_somewhere()
        self.records_say_what_was_read()
        # what takes longest, for one viewer after one commit, for the other after the next
        is_operator = bool(self.hub.store.revision % 2)
        self.the_queue_fits(OPERATOR if is_operator else BLIND_STEWARD)
        self.checks_and_searches_find_who_is_there(VIEWERS[is_operator])
        self.histories_can_be_read(VIEWERS[not is_operator])
        self.runner.run_due()
        make_notices(self.hub)
        for watcher in WATCHERS:
            self.the_watches_follow(watcher)
            self.the_notices_follow(watcher)

    def the_past_stays(self) -> None:
        for viewer in VIEWERS:
            for revision, entities in list(self.past[viewer].items())[-3:]:
                with self.hub.store.view(revision) as view:
                    assert self.entities(viewer, view) == entities

    def ids_lead_somewhere(self) -> None:
        """Every id there ever was leads to an entity that has one of its records, if any has."""
        with self.hub.store.view() as whole:
            for viewer in VIEWERS:
                now, view = self.entities(viewer), whole.seen_by(viewer)
                seed = view.entity(SEED)
                assert seed is not None
                alive = follow_feed(read_changes(self.hub, 0, 100_000, viewer).events)
                assert alive - {seed.id} == set(now), viewer.name
                for name in {name for past in self.past[viewer].values() for name in past}:
                    stored = view.entity(name)
                    assert stored is not None, name
                    assert stored.retired is not None or stored.id in now

    def records_say_what_was_read(self) -> None:
        with self.hub.store.view() as view:
            stored = {row.id: row for part in view.batches() for row in part.batch.to_records()}
        assert stored.keys() == {SEED, *self.model.records}
        for name, version in self.model.records.items():
            assert version.is_stated_by(stored[name]), (version, stored[name])

    def the_queue_fits(self, viewer: Viewer) -> None:
        # a steward of another agency sees what strangers see
        seen = OPERATOR if viewer == OPERATOR else STRANGER
        now, queue = self.entities(seen), self._queue(viewer)
        assert all(pair <= set(now) and len(pair) == 2 for pair in queue)
        assert self.model_of(seen).waiting(now) <= queue

    def _queue(self, viewer: Viewer = OPERATOR) -> set[frozenset[str]]:
        page = list_waiting(self.hub, Filters(), limit=200, viewer=viewer)
        assert page.total == len(page.items)
        return {frozenset((item.left.id, item.right.id)) for item in page.items}

    def checks_and_searches_find_who_is_there(self, viewer: Viewer) -> None:
        now, person = self.entities(viewer), self.hub.store.revision % VAGUE
        self.screener.refresh()
        name, birth, _ = PEOPLE[person]
        query = record("query:1", Kind.PERSON, name=name, birthDate=birth)
        (result,), _ = self.screener.check([query], MatchQuery(limit=20, viewer=viewer))
        results = {match.entity["id"] for match in result.matches}
        people = {
            entity: {self.model.records[member].person for member in members}
            for entity, members in now.items()
        }
        # entities of two people may say too much against the one
        plain = {entity for entity in now if people[entity] == {person}}
        named = {entity for entity in now if person in people[entity]}
        assert plain <= results <= named, name
        entities = self.screener.search(name, SearchScope(viewer)).best(20)
        assert {entity.id for entity in entities} == named, name

    def histories_can_be_read(self, viewer: Viewer) -> None:
        for name in list(self.entities(viewer))[:2]:
            assert load_timeline(self.hub, name, viewer)

    def the_report_tells_all(self, viewer: Viewer) -> None:
        """The report on the last commit has all that changed for its reader."""
        past, revision = self.past[viewer], self.hub.store.revision
        if revision - 1 not in past:
            return
        report = read_report(self.hub, revision, COAST if viewer == STRANGER else viewer)
        before, now = past[revision - 1], past[revision]
        old, new = (
            {name: row for name, row in rows.items() if viewer == OPERATOR or not row.is_hidden}
            for rows in self.contents
        )
        expected = {
            **dict.fromkeys(new.keys() - old.keys(), ChangeKind.ADDED),
            **dict.fromkeys(old.keys() - new.keys(), ChangeKind.REMOVED),
            **{name: ChangeKind.CHANGED for name in old.keys() & new if old[name] != new[name]},
        }
        assert {row.id: row.change for row in report.records if row.id != SEED} == expected
        named = {row.entity for row in report.entities} | {row.other for row in report.entities}
        assert named - {""} <= before.keys() | now.keys()
        for name in before.keys() | now.keys():
            was, is_now = before.get(name, frozenset()), now.get(name, frozenset())
            moved = (was | is_now) - {name for name, kind in expected.items() if kind != "changed"}
            if was != is_now and (moved or len(was | is_now) > 1):
                assert name in named, (name, was, is_now)

    def _people(self, members: Iterable[str]) -> frozenset[int]:
        return frozenset(self.model.records[member].person for member in members)

    def the_watches_follow(self, watcher: Viewer) -> None:
        """Watched people have the entities of theirs as hits, but for those that were cleared."""
        now = self.entities(WATCHERS[watcher])
        watch = self.hub.store.watches.get(owner_of_notices(watcher), "crew")
        screening, subjects = read_watch(self.hub.store, watch)
        assert len(subjects) == VAGUE
        for person in range(VAGUE):
            hits = {hit.entity_id for hit in screening.hits if hit.subject.id == str(person)}
            gone = {hit.entity_id for hit in screening.cleared if hit.subject.id == str(person)}
            plain = {name for name in now if self._people(now[name]) == {person}}
            assert plain <= hits | gone <= {n for n in now if person in self._people(now[n])}
            if watcher != OPERATOR:
                assert not gone
                continue
            for row in self.cleared:
                for name in (hits | gone) if row.person == person else ():
                    is_same = name == row.entity or bool(now[name] & row.members)
                    if is_same and self._people(now[name]) == row.people:
                        assert name in gone

    def the_notices_follow(self, watcher: Viewer) -> None:
        """Each change is told once: of hits, and of entities with a record of a source."""
        seen = WATCHERS[watcher]
        before, now = self.followed[watcher], self.entities(seen)
        read = read_notices(self.hub, watcher, self.cursors[watcher], 1_000)
        self.cursors[watcher], self.followed[watcher] = read.cursor, now
        told = [row for row in read.notices if row["subscription"] == "source gate"]
        known = {name for past in self.past[seen].values() for name in past}
        named = {row["entity"] for row in told} | {row["other"] for row in told}
        assert named - {""} <= known, watcher.name
        for name, members in now.items():
            if members != before.get(name) and any(row.startswith("gate:") for row in members):
                assert name in named, (watcher.name, name)
        watch = self.hub.store.watches.get(owner_of_notices(watcher), "crew")
        screening, _ = read_watch(self.hub.store, watch)
        hits: dict[int, Sequence[ScreeningHit]] = {
            person: [hit for hit in screening.hits if hit.subject.id == str(person)]
            for person in range(VAGUE)
        }
        earlier, self.hits[watcher] = self.hits[watcher], hits
        if watcher != OPERATOR:
            told_hits = sorted(
                (row["kind"], row["subject"]["id"], row["entity"])
                for row in read.notices
                if row["kind"] in ("hit_new", "hit_lost")
            )
            expected = [
                *(("hit_new", row) for row in find_new_hits(earlier, hits)),
                *(("hit_lost", row) for row in find_new_hits(hits, earlier)),
            ]
            assert told_hits == sorted((kind, *row) for kind, row in expected)

    def check_export(self) -> None:
        """A store that gets the same records and decisions in one commit is the same."""
        with self.hub.store.view() as view:
            log = [logged.decision for logged in view.decisions()]
            stored = [row for part in view.batches() for row in part.batch.to_records()]
        reopened = [
            pair
            for pair, (_, act) in self.model.verdicts().items()
            if self.model.is_reopened(pair, act)
        ]
        if reopened or not self.model.records:
            return
        self.hub.refresh()
        with self._open_new() as other:
            seed_population(other)
            other.add(make_intake(row for row in stored if row.id != SEED), log)
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


def handle_job(hub: Hub, job: Job, folder: Path, progress: Progress) -> Mapping[str, Any]:
    return run_batch_job(hub, job, folder, progress, accept_restricted=True)


def find_new_hits(
    before: Mapping[int, Sequence[ScreeningHit]], now: Mapping[int, Sequence[ScreeningHit]]
) -> Iterator[tuple[str, str]]:
    """Yield (subject, entity) of the hits on entities that had no hit before: neither under this
    id nor with one of these records.
    """
    for person, hits in now.items():
        for hit in hits:
            if not any(
                hit.entity_id == old.entity_id or set(hit.records) & set(old.records)
                for old in before[person]
            ):
                yield str(person), hit.entity_id


def is_somebody_else(known: Version, version: Version) -> bool:
    """Return whether a version of a record names surely another person than the one before."""
    return known.person != version.person and VAGUE not in (known.person, version.person)


def write_list(
    file_format: str,
    source: str,
    read: Mapping[str, Version],
    unread: set[str],
    *,
    is_broken: bool,
) -> tuple[str, bytes]:
    """Return name and content of a list. The records `unread` lack a name; a broken list has a row
    of which nothing can be read.
    """
    rows: list[tuple[str, str, str, str, str, str]] = []
    for name in sorted({*read, *unread}):
        number = name.partition(":")[2]
        if name in read:
            version = read[name]
            notes, code = f"edition {version.edition}", "H3" if version.is_hidden else "H0"
            rows.append((number, *PEOPLE[version.person], notes, code))
        else:
            rows.append((number, "", "", "", "", "H0"))
    if file_format == "csv":
        lines = ["id,name,birth_date,passport,bemerkungen", *(",".join(row[:5]) for row in rows)]
        lines += ["9,too,many,cells,in,this,row"] * is_broken
        return f"{source}.csv", "\n".join(lines).encode()
    write = ftm_line if file_format == "ftm" else senzing_line
    lines = [json.dumps(write(source, *row)) for row in rows] + ['{"id": "9'] * is_broken
    return "list.json", "\n".join(lines).encode()


def ftm_line(
    source: str, number: str, name: str, birth: str, passport: str, notes: str, code: str
) -> dict[str, Any]:
    texts = {"name": name, "birthDate": birth, "passportNumber": passport, "notes": notes}
    properties = {prop: [text] for prop, text in texts.items() if text}
    entity = {"id": number, "schema": "Person", "datasets": [source], "properties": properties}
    return entity | ({"handling": code} if code != "H0" else {})


def senzing_line(
    source: str, number: str, name: str, birth: str, passport: str, notes: str, code: str
) -> dict[str, Any]:
    del code
    texts = {
        "DATA_SOURCE": source.upper(),
        "RECORD_ID": number,
        "RECORD_TYPE": "PERSON",
        "NAME_FULL": name,
        "DATE_OF_BIRTH": birth,
        "PASSPORT_NUMBER": passport,
        "NOTES": notes,
    }
    return {key: text for key, text in texts.items() if text}


def steward(name: str) -> Steward:
    return Steward(name, scopes=frozenset({"admin"}))


def figures(result: CommitResult) -> tuple[object, ...]:
    return (
        result.new_count,
        result.superseded_count,
        result.withdrawn,
        len(result.changed_entities),
    )


def follow_feed(events: Iterable[ChangeEvent]) -> set[str]:
    """Return the ids of the entities that a subscriber of the change feed knows in the end."""
    alive: set[str] = set()
    for event in events:
        if event.kind in (EventKind.MERGED, EventKind.DISSOLVED):
            alive.discard(event.entity)
        elif event.kind in (EventKind.BORN, EventKind.REVIVED):
            alive.add(event.entity)
        elif event.kind == EventKind.SPLIT:
            alive.add(event.other)
    return alive


def keep_named(entities: Entities, public: Iterable[str]) -> Entities:
    """Return the entities that have a record which strangers see: their ids are the same for all
    viewers.
    """
    return {name: members for name, members in entities.items() if members & set(public)}


def changed_sets(before: Entities, after: Entities) -> set[frozenset[str]]:
    """Return the record sets that are entities now and were not."""
    return set(after.values()) - set(before.values())


def preview_sets(preview: DecisionPreview) -> set[frozenset[str]]:
    before = {frozenset(cluster.records) for cluster in preview.before}
    return {frozenset(cluster.records) for cluster in preview.after} - before


def run(new_hub: Callable[[Path, ExitStack], Hub], examples: int, steps: int) -> None:
    """Drive stores that `new_hub` opens, each from the beginning."""
    machine = type("Machine", (StoreMachine,), {"new_hub": staticmethod(new_hub)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=not IS_NIGHTLY,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_steps_agree_with_the_model(stores: Stores) -> None:
    run(lambda folder, _: stores.new(folder), 2_000 if IS_NIGHTLY else 4, 30)


@pytest.mark.nightly
def test_random_steps_agree_with_the_model_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    numbers = count()

    def execute(sql: str) -> None:
        with engine.connect() as connection:
            connection.execute(text(sql))

    def open_hub(name: str, folder: Path) -> Hub:
        url = make_url(postgres_url).set(database=name).render_as_string()
        return Hub.open(url, OPTIONS, index_dir=folder / name, min_file_records=1)

    def new_hub(folder: Path, stack: ExitStack) -> Hub:
        """Open a database of its own, a copy of one with empty tables."""
        name = f"model{next(numbers)}"
        execute(f"CREATE DATABASE {name} TEMPLATE empty_model")
        stack.callback(execute, f"DROP DATABASE {name} WITH (FORCE)")
        return open_hub(name, folder)

    execute("CREATE DATABASE empty_model")
    open_hub("empty_model", tmp_path).close()
    run(new_hub, 2_000, 30)
    engine.dispose()
