"""`Hub`: an open store with its model and index. Commands, the service and the desk all use it.

A hub uses the plan, the model and the thresholds of its store. The first commit sets them, and only
a rebuild changes them.

Several threads can use one hub, and several processes one store. Only one commit is written at a
time. If another commit was written since a commit was computed, it is computed again.

`temporary_hub`, at the end, puts lists into a store in a temporary folder, to check against lists
that are in no store.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from resolver.errors import InputError
from resolver.hub.committer import (
    CommitRequest,
    CommitResult,
    Committer,
    DecisionSource,
    FollowUpDecisions,
    Inspector,
)
from resolver.hub.growth import (
    NO_GROWTH,
    CurrentIndex,
    Growth,
    GrowthWatch,
    StoreModels,
    empty_store_error,
    merge_options,
)
from resolver.hub.list_updates import ListUpdate, build_empty_update, build_list_update
from resolver.hub.ownership import (
    HUB_OWNER,
    RecordOwner,
    build_owned_update,
    build_owned_withdrawal,
    intake_sources,
)
from resolver.hub.rebuild import Inspect, RebuildEffect, Rebuilder, RebuildRequest, choose_options
from resolver.hub.record_index import MIN_FILE_RECORDS, RecordIndex
from resolver.lists.reader_types import Intake
from resolver.matching.blocking import PLAN_BY_NAME
from resolver.matching.resolution_task import Engine, ModelSet, RunOptions, load_models
from resolver.records import Handling, concat
from resolver.records.decisions import Decision
from resolver.records.progress import SILENT, Progress
from resolver.records.visibility import Viewer, tighten_handling
from resolver.store import Acceptance as Acceptance
from resolver.store import (
    EntityEvent,
    NewDecision,
    OutdatedError,
    Store,
    StoreHead,
    StoreView,
    utc_text,
)

_VIEW_ATTEMPTS = 4
"""Number of times that a view is opened again because another process has committed meanwhile."""
_DEFAULT_COSTS = 20.0
"""Cost of a wrong merge, in reviews, for a new store without options."""


class Hub:
    """Open store, ready to resolve records. Close it, or use it as a context manager."""

    def __init__(
        self,
        store: Store,
        options: RunOptions | None,
        model_dir: Path | None = None,
        index_dir: Path | None = None,
        min_file_records: int = MIN_FILE_RECORDS,
    ) -> None:
        self.store = store
        self.models: ModelSet = load_models(options.model_dir if options else model_dir)
        self._options, self._model_dir = options, model_dir
        self.store_models = StoreModels(self.models)
        self._index = CurrentIndex(store, self.store_models, index_dir, min_file_records)
        self._committer = Committer(store, self.store_models, self._index, self.options_of)
        self._rebuilder = Rebuilder(store, self.store_models)
        self._growth = GrowthWatch(self.store_models)
        self._lock = threading.RLock()
        self._is_exclusive = False

    @classmethod
    def open(
        cls,
        url: str,
        options: RunOptions | None = None,
        *,
        create: bool = True,
        check: bool = True,
        model_dir: Path | None = None,
        index_dir: Path | None = None,
        min_file_records: int = MIN_FILE_RECORDS,
    ) -> Hub:
        """Open the store at a URL. It is created if it does not exist, unless `create` is false.

        Without `options`, the options of the store apply (for a new store, the defaults), and
        `model_dir` is the folder of the model. Without `check`, a store that was resolved with
        another model is opened too, for a rebuild. Raises `StoreError`, `ModelError`, and
        `InputError` if `options` contradict the options of the store; a store of an earlier version
        is then not upgraded.
        """
        models = load_models(options.model_dir if options else model_dir)

        def check_options(head: StoreHead, place: str) -> None:
            merge_options(head, _complete(options, model_dir, head), models, place)

        store = Store.open(url, create=create, check=check_options if check else None)
        try:
            hub = cls(store, options, model_dir, index_dir, min_file_records)
            if check:
                with store.view() as view:
                    hub.options_of(view.head)
        except BaseException:
            store.close()
            raise
        return hub

    def close(self) -> None:
        """Close the database and release the index."""
        self._index.drop()
        self.store.close()

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def index_dir(self) -> Path | None:
        """Folder for indexes of several stores; None: next to the store, or in the cache."""
        return self._index.folder

    @index_dir.setter
    def index_dir(self, folder: Path | None) -> None:
        """Set the folder, before the index is first used."""
        self._index.folder = folder

    def accept_now(self) -> Acceptance:
        """Return the acceptance of lists that are about to be read, for `add`."""
        return Acceptance(self.store.revision, utc_text())

    def add(
        self,
        intake: Intake,
        decisions: Iterable[NewDecision | Decision] = (),
        *,
        owner: RecordOwner = HUB_OWNER,
        dry_run: bool = False,
        with_refresh: bool = False,
        accept_large: bool = True,
        acceptance: Acceptance | None = None,
        viewer: Viewer | None = None,
        inspect: Inspector | None = None,
        progress: Progress = SILENT,
        engine: Engine | None = None,
    ) -> CommitResult:
        """Add lists and decisions in one commit. Sources that are new to the store get the owner.

        - `acceptance`: when the lists were accepted (None: now). Changes that were accepted later,
          but are committed already, stay as they are.
        - `dry_run`: commit nothing, and return what would change. It is computed as if the store
          had only the records that `viewer` may see (default: the owner). `with_refresh` adds the
          effect of the refresh that would then be due. `inspect` gets what would be committed.
        - `accept_large`: if false, a change of a large share of a source, or a record id that moves
          to another person, raises `LargeChangeError`.
        - `engine`: compares the first lists of a store. Raises `EngineError` if the store has
          records.

        Raises `StoreError`; `OwnerError` if the owner may not change a source or the handling of a
        record; and `DecisionError` for decisions that contradict each other. After an error,
        nothing has changed.
        """
        if len(intake.batch) == 0 and not intake.lists and not decisions:
            raise InputError("there is nothing to add", hint="name lists or decisions")
        logged, sources = list(decisions), intake_sources(intake)
        request = CommitRequest(
            "batch",
            owner.name,
            build_update=partial(
                build_owned_update, intake=intake, owner=owner, acceptance=acceptance
            ),
            accepted=acceptance.time if acceptance is not None else "",
            find_decisions=lambda _: logged,
            record_count=len(intake.batch),
            dry_run=dry_run,
            with_refresh=with_refresh,
            accept_large=accept_large,
            source_owners=dict.fromkeys(sources, owner.new_source_owner),
            claims=frozenset() if owner.may_change_all else frozenset(sources),
            engine=engine,
            viewer=owner.viewer if viewer is None or not dry_run else viewer,
            inspect=inspect,
        )
        return self.commit(request, progress)

    def withdraw(self, ids: Sequence[str], *, owner: RecordOwner = HUB_OWNER) -> CommitResult:
        """Withdraw records in one commit. To undo it, add the records again.

        The other records of their entities are resolved anew. Raises `InputError` for an unknown
        record id, and `OwnerError` if the source of a record has another owner.
        """
        build_update = partial(build_owned_withdrawal, ids=ids, owner=owner)
        request = CommitRequest(
            "withdrawal", owner.name, build_update=build_update, viewer=owner.viewer
        )
        return self.commit(request)

    def tighten_sources(
        self,
        handlings: Mapping[str, Handling],
        owners: Collection[str] | None = None,
        *,
        actor: str = "",
    ) -> int:
        """Give the records of some sources in the store at least these handlings, in one commit.

        `owners`: agencies whose records change (empty: the hub); None for all records. Returns how
        many records changed. Raises `StoreError`.
        """
        if not self.store.revision:
            return 0

        def find_numbers(view: StoreView) -> list[int]:
            """Return the numbers of the records, ascending."""
            numbers = view.records_of_sources(sorted(handlings))
            if owners is None:
                return sorted(numbers.values())
            stated = view.handling_of(sorted(numbers.values()))
            agencies = {source.name: source.agency for source in view.sources()}
            return sorted(
                number
                for record_id, number in numbers.items()
                if (
                    stated.get(number, Handling()).agency
                    or agencies.get(record_id.partition(":")[0], "")
                )
                in owners
            )

        def build_update(view: StoreView) -> ListUpdate:
            """Return the present records of the sources as if they were sent again."""
            numbers = np.array(find_numbers(view), np.int64)
            if not len(numbers):
                return build_empty_update(view)
            batch = concat([part.batch for part in view.batches_of(numbers)]).canonical()
            return build_list_update(view, Intake(tighten_handling(batch, handlings), (), ()))

        with self.store.view() as view:
            if not find_numbers(view):
                return 0
        return self.commit(CommitRequest("batch", actor, build_update)).superseded_count

    def decide(
        self,
        decisions: Iterable[NewDecision | Decision] | DecisionSource,
        *,
        actor: str = "",
        dry_run: bool = False,
        follow_up: FollowUpDecisions | None = None,
        progress: Progress = SILENT,
    ) -> CommitResult:
        """Log decisions and resolve the entities that they touch, in one commit.

        A later decision on the same pair replaces an earlier one (`unsure` takes a verdict back).
        Decisions that are in the log already change nothing. Instead of decisions you can give a
        function that returns them. It gets a view of the revision that the commit follows; if it
        raises an error, nothing has changed. Raises the errors of `add`.
        """
        logged = [] if callable(decisions) else list(decisions)
        request = CommitRequest(
            "decisions",
            actor,
            find_decisions=decisions if callable(decisions) else lambda _: logged,
            dry_run=dry_run,
            follow_up=follow_up,
        )
        return self.commit(request, progress)

    def commit(self, request: CommitRequest, progress: Progress = SILENT) -> CommitResult:
        """Compute and commit a request. If another commit comes first, compute it once more."""
        with self._lock:
            if self._is_exclusive:
                return self._committer.commit(request, progress, locked=True)
            try:
                return self._committer.commit(request, progress, locked=False)
            except OutdatedError:
                # no other process can commit while the lock is held
                with self.store.commit_lock():
                    return self._committer.commit(request, progress, locked=True)

    @contextmanager
    def exclusive_commits(self) -> Iterator[None]:
        """Block commits of other threads and processes, so that commits of this thread are computed
        only once.

        Use it only for short commits. Long commits should be computed while others can commit.
        """
        with self._lock, self.store.commit_lock():
            self._is_exclusive = True
            try:
                yield
            finally:
                self._is_exclusive = False

    def rebuild(
        self,
        options: RunOptions | None = None,
        *,
        actor: str = "",
        inspect: Inspect | None = None,
        progress: Progress = SILENT,
        engine: Engine | None = None,
    ) -> int:
        """Resolve all records anew under other options, in one commit; return the new revision.

        Without `options`, the default options and the plan for the size of the store are used. The
        population is measured anew. Entities keep their ids if they can. `engine` compares the
        records. `inspect` gets the effect before the commit, and can raise an error to stop it.
        Raises the errors of `add`.
        """
        find_options = choose_options(options or RunOptions(model_dir=self._model_dir))
        request = RebuildRequest(find_options, actor, inspect, progress, engine)
        revision, used = self._rebuild(request)
        self._options = used if self._options is not None else None
        return revision

    def refresh(
        self,
        *,
        actor: str = "",
        inspect: Inspect | None = None,
        outgrown: Collection[str] | None = None,
        progress: Progress = SILENT,
        engine: Engine | None = None,
    ) -> int:
        """Resolve all records anew under the options of the store; otherwise like `rebuild`.

        `outgrown` are the keys of the populations to measure anew (None: all populations).
        """
        find_options = self._find_stored_options
        request = RebuildRequest(find_options, actor, inspect, progress, engine, outgrown)
        return self._rebuild(request)[0]

    def preview_rebuild(
        self,
        options: RunOptions | None = None,
        *,
        progress: Progress = SILENT,
        engine: Engine | None = None,
    ) -> RebuildEffect:
        """Return the effect that `rebuild` would have."""
        find_options = choose_options(options or RunOptions(model_dir=self._model_dir))
        request = RebuildRequest(find_options, progress=progress, engine=engine)
        return self._rebuilder.preview(request)

    def preview_refresh(
        self, *, progress: Progress = SILENT, engine: Engine | None = None
    ) -> RebuildEffect:
        """Return the effect that `refresh` would have."""
        request = RebuildRequest(self._find_stored_options, progress=progress, engine=engine)
        return self._rebuilder.preview(request)

    def _find_stored_options(self, view: StoreView) -> RunOptions:
        return self.options_of(view.head)

    def _rebuild(self, request: RebuildRequest) -> tuple[int, RunOptions]:
        try:
            return self._rebuilder.commit(request, locked=False)
        except OutdatedError:
            with self.exclusive_commits():
                return self._rebuilder.commit(request, locked=True)

    def models_at(self, view: StoreView) -> ModelSet:
        """Return the models for the plan and population of a view; they are cached."""
        return self.store_models.at(view)

    def growth_at(self, view: StoreView) -> Growth:
        """Return by how much the store has grown since its last refresh (see `growth`)."""
        if not view.head.plan or view.head.stamp.get("model") != self.models.stamp["model"]:
            return NO_GROWTH
        plan = PLAN_BY_NAME[view.head.plan]
        with self._lock:
            return self._growth.growth_at(view, lambda: self._index.at(view, plan, certain=False))

    def options_of(self, head: StoreHead) -> RunOptions:
        """Return the options to resolve with: the options of the store, if it has been resolved.

        Raises `InputError` if the hub was opened with other options, and `StoreError` if the store
        was resolved with another model.
        """
        requested = _complete(self._options, self._model_dir, head)
        return merge_options(head, requested, self.models, self.store.url)

    @contextmanager
    def indexed_view(
        self, near: StoreView | None = None
    ) -> Iterator[tuple[StoreView, RecordIndex]]:
        """Open a view of the present, and a snapshot of the index at its revision.

        The lock of the hub is held only until both are open. So no other thread waits for what is
        computed from them, and they stay as they are when another thread commits. If the index is
        at the revision of `near`, as within a commit, this view is used instead. Raises
        `StoreError` if nothing has been committed yet.
        """
        with ExitStack() as stack:
            with self._lock:
                view, index = self._open_present(near, stack)
                snapshot = index.snapshot()
            yield view, snapshot

    def _open_present(
        self, near: StoreView | None, stack: ExitStack
    ) -> tuple[StoreView, RecordIndex]:
        """Return what `indexed_view` opens, with the index itself; `stack` closes the view."""
        if near is not None and (opened := self._index.opened_at(near)) is not None:
            return near, opened
        attempt = 0
        while True:
            attempt += 1
            view = stack.enter_context(self.store.view())
            if not view.head.plan:
                raise empty_store_error(self.store.url)
            plan, is_last = PLAN_BY_NAME[view.head.plan], attempt >= _VIEW_ATTEMPTS
            try:
                return view, self._index.at(view, plan, certain=is_last)
            except OutdatedError:
                # another process has committed meanwhile, so the index needs a newer view
                stack.pop_all().close()

    def changes(self, since: int) -> list[EntityEvent]:
        """Return the change feed after a revision. It is unfiltered: for operators only."""
        with self.store.view() as view:
            return view.changes(since)


def _complete(options: RunOptions | None, model_dir: Path | None, head: StoreHead) -> RunOptions:
    """Return the options that were asked for, or those that a store has by itself."""
    costs = head.thresholds.get("wrong_merge_costs", _DEFAULT_COSTS)
    return options or RunOptions(model_dir=model_dir, wrong_merge_costs=costs)


@contextmanager
def temporary_hub(
    intake: Intake, options: RunOptions, progress: Progress = SILENT
) -> Iterator[Hub]:
    """Resolve lists as `dedupe --store` does, into a store that is deleted after the context.

    So a check against lists works exactly like a check against a store. Raises the errors of
    `Hub.add`.
    """
    # write no files of the index, since they would be deleted with the store
    with (
        TemporaryDirectory(prefix="resolver-index-", ignore_cleanup_errors=True) as folder,
        Hub.open(f"sqlite:///{folder}/hub.db", options, min_file_records=sys.maxsize) as hub,
    ):
        hub.add(intake, progress=progress)
        yield hub
