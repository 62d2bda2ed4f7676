"""`Hub`: an open store with its model and index; command line, service and desk work with it.

A hub works under the plan, the model and the thresholds of its store: those of its first commit,
until a rebuild. It is safe to use from several threads. Commits of one process follow one another,
commits of several processes too; a commit that was computed on an older revision is computed again.

Store of some lists in a temporary folder, for checks against lists that are in no store.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from resolver.errors import InputError
from resolver.hub.committer import (
    CommitRequest,
    CommitResult,
    Committer,
    DecisionSource,
    FollowUpDecisions,
)
from resolver.hub.growth import NO_GROWTH, CurrentIndex, Growth, GrowthWatch, StoreModels
from resolver.hub.ownership import (
    HUB_OWNER,
    RecordOwner,
    build_owned_update,
    build_owned_withdrawal,
    intake_sources,
)
from resolver.hub.rebuild import Inspect, RebuildEffect, Rebuilder, RebuildRequest, choose_options
from resolver.hub.record_index import MIN_FILE_RECORDS, RecordIndex
from resolver.hub.store_options import empty_store_error, merge_options
from resolver.lists.reader_types import Intake
from resolver.matching.blocking import PLAN_BY_NAME
from resolver.matching.resolution_task import Engine, ModelSet, load_models
from resolver.matching.run_options import RunOptions
from resolver.records.decisions import Decision
from resolver.records.progress import SILENT, Progress
from resolver.records.visibility import Viewer
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
_DEFAULT_COSTS = 20.0


class Hub:
    """Open store with everything it takes to resolve. Close it, or use it as a context manager."""

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
        """Open the store at a URL; it is created if absent, unless `create` is false.

        Without options those of the store apply (for a new store: the defaults), and `model_dir`
        is the folder of the model. Without `check` a store that was resolved with another model
        is opened too, for a rebuild. Raises `StoreError`, `ModelError`, and `InputError` where
        options contradict what the store was resolved with.
        """
        store = Store.open(url, create=create)
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
        """Close the database and let go of the index."""
        self._index.drop()
        self.store.close()

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def index_dir(self) -> Path | None:
        """Folder for the indexes of several stores; None: beside the store, or the user's cache."""
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
        progress: Progress = SILENT,
        engine: Engine | None = None,
    ) -> CommitResult:
        """Add lists, and decisions with them: one commit. Sources new to the store are the owner's.

        `acceptance`: when the lists were accepted (None: now). What was accepted later and is
        committed already stays as it is.

        With `dry_run` nothing is committed: the result says what would change, at the present
        revision, in a store that holds only what a `viewer` may see (default: the owner), and
        `with_refresh` what the refresh would that is then due. Without `accept_large` a change of a
        large share of a source, or of an id to another person, raises `LargeChangeError`. The first
        lists of a store may be compared on an `engine`; with records in it raises `EngineError`.
        Raises `StoreError`, `OwnerError` where the owner may not change a source or the handling of
        a record, and `DecisionError` for decisions that contradict each other; then nothing has
        changed.
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
        )
        return self.commit(request, progress)

    def withdraw(self, ids: Sequence[str], *, owner: RecordOwner = HUB_OWNER) -> CommitResult:
        """Withdraw records: one commit. Adding a record again undoes it.

        The other records of their entities are resolved anew. Raises `InputError` for an id
        that no record has, `OwnerError` where its source is not the owner's.
        """
        build_update = partial(build_owned_withdrawal, ids=ids, owner=owner)
        request = CommitRequest(
            "withdrawal", owner.name, build_update=build_update, viewer=owner.viewer
        )
        return self.commit(request)

    def decide(
        self,
        decisions: Iterable[NewDecision | Decision] | DecisionSource,
        *,
        actor: str = "",
        dry_run: bool = False,
        follow_up: FollowUpDecisions | None = None,
        progress: Progress = SILENT,
    ) -> CommitResult:
        """Log decisions and resolve what they touch: one commit.

        A later decision on the same pair undoes one (`unsure` takes a verdict back). A function
        in place of decisions is called with a view of the very revision that the commit follows;
        what it raises is raised, and nothing has changed. Decisions that are logged already
        change nothing. Raises as `add` does.
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
        """Compute and commit a request; compute it again if another commit came between."""
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
        """Keep all others from committing, so that commits of this thread are computed once.

        Meant for commits of a moment; long ones should be computed while others commit.
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
        """Resolve all records anew under other options: one commit; return the new revision.

        Default: the default options, and the plan for the size of the store. The population is
        measured anew; entities keep their ids where they can; records are compared on `engine`.
        `inspect` gets the effect before the commit: what it raises stops it. Raises as `add` does.
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
        """Do as `rebuild` does, under the options of the store.

        `outgrown`: keys of the populations to measure anew (None: all of them).
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
        """Return the models for the plan and population of a view, the same object each time."""
        return self.store_models.at(view)

    def growth_at(self, view: StoreView) -> Growth:
        """Return by how much the store has grown since its last refresh (see `growth`)."""
        if not view.head.plan or view.head.stamp.get("model") != self.models.stamp["model"]:
            return NO_GROWTH
        plan = PLAN_BY_NAME[view.head.plan]
        with self._lock:
            return self._growth.growth_at(view, lambda: self._index.at(view, plan, certain=False))

    def refresh_due(self, view: StoreView) -> bool:
        """Return whether the store has outgrown the population of its last refresh.

        Raises `OutdatedError` where another process has committed since.
        """
        return self.growth_at(view).steps > 0

    def options_of(self, head: StoreHead) -> RunOptions:
        """Return the options to resolve with: those of the store, where it has been resolved.

        Raises `InputError` where other options were requested, `StoreError` where the store was
        resolved with another model.
        """
        costs = head.thresholds.get("wrong_merge_costs", _DEFAULT_COSTS)
        requested = self._options or RunOptions(model_dir=self._model_dir, wrong_merge_costs=costs)
        return merge_options(head, requested, self.models, self.store.url)

    @contextmanager
    def indexed_view(
        self, near: StoreView | None = None
    ) -> Iterator[tuple[StoreView, RecordIndex]]:
        """Open a view of the present, and bring the index to it, for this thread alone.

        The view `near` is used where the index is at its revision, as it is within a commit. Raises
        `StoreError` where nothing has been committed yet.
        """
        with self._lock, ExitStack() as stack:
            if near is not None and (opened := self._index.opened_at(near)) is not None:
                yield near, opened
                return
            for attempt in range(_VIEW_ATTEMPTS):
                view = stack.enter_context(self.store.view())
                if not view.head.plan:
                    raise empty_store_error(self.store.url)
                plan, is_last = PLAN_BY_NAME[view.head.plan], attempt == _VIEW_ATTEMPTS - 1
                try:
                    index = self._index.at(view, plan, certain=is_last)
                    break
                except OutdatedError:
                    # another process has committed since; a newer view shows what the index holds
                    stack.pop_all().close()
            yield view, index

    def changes(self, since: int) -> list[EntityEvent]:
        """Return the change feed after a revision, unfiltered: for viewers who may see all."""
        with self.store.view() as view:
            return view.changes(since)


@contextmanager
def temporary_hub(
    intake: Intake, options: RunOptions, progress: Progress = SILENT
) -> Iterator[Hub]:
    """Resolve lists as `dedupe --store` does, into a store that ends with the context.

    So a check of lists is the same check as one of a store. Raises the errors of `Hub.add`.
    """
    # nothing is worth a file that ends with the process
    with (
        TemporaryDirectory(prefix="resolver-index-", ignore_cleanup_errors=True) as folder,
        Hub.open(f"sqlite:///{folder}/hub.db", options, min_file_records=sys.maxsize) as hub,
    ):
        hub.add(intake, progress=progress)
        yield hub
