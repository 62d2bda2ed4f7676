"""Committer: computes the increment of a request on one view of a store, and writes it.

The first classes are the requests that a hub commits (an update computed from a view, and
decisions), and the results of commits and dry runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from resolver.errors import LargeChangeError, summarize_alarms
from resolver.hub.entity_preview import (
    EntityPreview,
    find_queued_ends,
    preview_increment,
    restrict_store,
)
from resolver.hub.growth import CurrentIndex, StoreModels, add_store_options, check_first_lists
from resolver.hub.increment import Increment, compute_increment
from resolver.hub.increment_candidates import ComponentCache, IncrementContext
from resolver.hub.link_changes import add_bands
from resolver.hub.list_updates import ListUpdate, build_empty_update
from resolver.hub.ownership import check_free_ids, find_public_sources
from resolver.hub.rebuild import DueRefresh, preview_refresh_after
from resolver.hub.record_index import RecordIndex
from resolver.hub.reopening import name_versions
from resolver.lists.reader_types import Intake
from resolver.matching.blocking import choose_plan_by_size
from resolver.matching.resolution_task import Engine, RunOptions, choose_plan
from resolver.records.decisions import Decision
from resolver.records.progress import Progress
from resolver.records.results.resolution import RunStats, StageMeter, StageStat
from resolver.records.visibility import OPERATOR, Viewer
from resolver.runtime.key_groups import sort_distinct
from resolver.runtime.threads import threads
from resolver.store import Commit, NewDecision, Store, StoreHead, StoreView

DecisionSource = Callable[[StoreView], Iterable[NewDecision | Decision]]
"""Function that finds decisions in a view; it is called again if another commit was made
meanwhile.
"""
FollowUpDecisions = Callable[[StoreView, RecordIndex, Increment], Sequence[NewDecision]]
"""Function that returns the decisions that follow from an increment. It is called again until it
returns none."""


Inspector = Callable[[IncrementContext, ListUpdate, Increment, EntityPreview], None]
"""Function that gets the changes of a dry run, while the view on which they are based is open."""


def _find_none(_view: StoreView) -> Sequence[NewDecision]:
    return ()


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """Request for one commit of a `kind` by an `actor`.

    `record_count`: records that were read, for the choice of a plan. `accept_large`: commit even if
    `ListUpdate.alarms` require that a person accepts the change. `source_owners`, `claims`: see
    `Commit`; a source gets its owner with the first record that everybody may see. `engine`:
    compares the first lists of a store (None: this process does). `viewer`: `build_update` works
    with the records that this viewer may see. A dry run is computed from these records alone.
    `with_refresh`: a dry run also computes the refresh that would then be due, if there is one.
    `accepted`: see `Commit`. `inspect` is called in a dry run.
    """

    kind: str
    actor: str
    build_update: Callable[[StoreView], ListUpdate] = build_empty_update
    find_decisions: DecisionSource = _find_none
    record_count: int = 0
    dry_run: bool = False
    accept_large: bool = True
    follow_up: FollowUpDecisions | None = None
    source_owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    claims: frozenset[str] = frozenset()
    engine: Engine | None = None
    with_refresh: bool = False
    accepted: str = ""
    viewer: Viewer = OPERATOR
    inspect: Inspector | None = None

    @property
    def may_use_cache(self) -> bool:
        """Return whether components may be read from the cache of the hub and stored in it.

        A preview shows all links, so it must not use the cache. A cached component has all pairs
        that were compared, but an engine may return only the pairs that clustering needs.
        """
        return self.engine is None and not self.dry_run and self.follow_up is None


def drop_logged_decisions(
    view: StoreView, decisions: Iterable[NewDecision | Decision]
) -> list[NewDecision]:
    """Return the decisions that are not in the log yet, each once."""
    new = (
        decision if isinstance(decision, NewDecision) else NewDecision(decision)
        for decision in decisions
    )
    by_digest = {decision.digest: decision for decision in new}
    logged = view.logged_digests(sorted(by_digest)) if by_digest else set()
    return [decision for digest, decision in by_digest.items() if digest not in logged]


Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CommitResult:
    """Result of a commit, or of a dry run.

    `revision` is the new revision (of a dry run: the present one). `ids` are records that were read
    and are current now. `outdated_ids` are records of lists that are older than the store's.
    `changed_members` are the records that entities lost or got, with the entity of each record;
    both are numbers. `waiting_records` are the numbers of records with a link that began to wait
    for a steward. `preview` is set after a dry run over lists, and `refresh` after a dry run that
    asks for the refresh that would follow. `alarms`: reasons why the lists of a dry run would be
    held until somebody accepts them; they are also among the `notes`.
    """

    revision: int
    new_count: int
    superseded_count: int
    ids: tuple[str, ...]
    changed_members: tuple[Numbers, Numbers]
    waiting_records: Numbers
    withdrawn: tuple[str, ...]
    outdated_ids: tuple[str, ...]
    notes: tuple[str, ...]
    deduplicated_sources: tuple[str, ...]
    stats: RunStats
    preview: EntityPreview | None = None
    refresh: DueRefresh | None = None
    alarms: tuple[str, ...] = ()

    @property
    def changed_entities(self) -> Numbers:
        """Numbers of the entities that lost or got records, ascending."""
        return sort_distinct(self.changed_members[1])

    def counts(self, intake: Intake) -> dict[str, int]:
        """Return the figures of an intake that commands and jobs show."""
        return {
            "version": self.revision,
            "records": len(intake.batch),
            "new": self.new_count,
            "changed": self.superseded_count,
            "withdrawn": len(self.withdrawn),
            "entities_changed": len(self.changed_entities),
            "rejects": len(intake.rejects),
        }


def build_commit_result(
    revision: int,
    update: ListUpdate,
    increment: Increment,
    preview: EntityPreview | None,
    refresh: DueRefresh | None = None,
    *,
    is_refused: bool = False,
) -> CommitResult:
    """Return the result of an update that was committed at a revision, or would be committed.

    `is_refused`: the update is a dry run, and its alarms would prevent the commit.
    """
    notes, alarms = update.notes, update.alarms if is_refused else ()
    if alarms:
        reason = (
            "without --accept-large-change (over HTTP ?accept_large_change=true) these lists would "
            f"be held back and nothing committed: {summarize_alarms(alarms)}"
        )
        notes = (*(note for note in notes if note not in alarms), reason)
    return CommitResult(
        revision,
        len(update.fresh) - len(update.superseded),
        len(update.superseded),
        update.ids,
        increment.changed_members,
        find_queued_ends(increment.commit.new_links),
        tuple(update.withdrawn),
        update.outdated_ids,
        notes,
        update.deduplicated_sources,
        increment.resolution.stats,
        preview,
        refresh,
        alarms,
    )


_MANY_RECORDS = 50_000
"""Number of records from which their keys for the index are built while the records are written to
the store.
"""
_LEAST_SECONDS = 0.001
"""A stage without items that takes less than this time was skipped."""


class Committer:
    """Commits requests to one store. Not safe for several threads at once."""

    def __init__(
        self,
        store: Store,
        models: StoreModels,
        index: CurrentIndex,
        find_options: Callable[[StoreHead], RunOptions],
    ) -> None:
        self._store, self._models, self._index = store, models, index
        self._find_options = find_options
        self.component_cache = ComponentCache()

    def commit(self, request: CommitRequest, progress: Progress, *, locked: bool) -> CommitResult:
        """Compute a request and commit it, unless it is a dry run.

        `locked`: no other process can commit meanwhile. Raises `OutdatedError` if another commit
        came first, `LargeChangeError`, and the errors of `Hub.add`.
        """
        meter = StageMeter(progress)
        with self._store.view() as view:
            if request.engine is not None:
                check_first_lists(view.head, self._store.url)
            with meter.measure("prepare", "records") as usage:
                context, update = self._prepare(view, request, progress, locked=locked)
                usage.items = len(update.fresh)
            with meter.measure("increment", "records") as usage:
                increment = self._compute(context, update, request)
                usage.items = len(increment.resolution.batch)
            revision = view.revision
            is_previewed = request.dry_run and (bool(update.ids) or request.inspect is not None)
            with meter.measure("preview", "records") as usage:
                preview = preview_increment(context, update, increment) if is_previewed else None
                usage.items = len(update.ids) if is_previewed else 0
                if preview is not None and request.inspect is not None:
                    request.inspect(context, update, increment, preview)
            refresh = None
            if request.dry_run and request.with_refresh:
                refresh = preview_refresh_after(context, update, increment, self._models)
        if not request.dry_run:
            with meter.measure("store", "rows") as usage:
                revision = self._write(context, update, increment, request, locked=locked)
                usage.items = increment.commit.rows
        is_refused = request.dry_run and not request.accept_large
        result = build_commit_result(
            revision, update, increment, preview, refresh, is_refused=is_refused
        )
        stages = _insert_parts(meter.stages, "increment", result.stats.stages)
        return replace(result, stats=replace(result.stats, stages=stages))

    def _prepare(
        self, view: StoreView, request: CommitRequest, progress: Progress, *, locked: bool
    ) -> tuple[IncrementContext, ListUpdate]:
        """Return the context and the list update from which an increment is computed. Raises
        `LargeChangeError`.
        """
        options = self._find_options(view.head)
        count = request.record_count
        plan = choose_plan(options, count, choose_plan_by_size(count, growing=True))
        index = self._index.at(view, plan, certain=locked)
        visible_view, visible_index = restrict_store(view, index, request.viewer)
        update = request.build_update(visible_view)
        _check_alarms(update, request)
        if request.dry_run:
            view, index = visible_view, visible_index
        elif visible_view is not view:
            check_free_ids(view, update)
            update = _add_hidden_sources(update, view, visible_view)
        context = IncrementContext(
            view,
            self._models.at(view, plan.name),
            replace(options, plan=plan.name),
            update.deduplicated_sources,
            progress,
            request.engine,
            index=index,
        )
        return context, update

    def _compute(
        self, context: IncrementContext, update: ListUpdate, request: CommitRequest
    ) -> Increment:
        """Compute the increment, and the decisions that follow from it, until no more follow."""
        view, follow_up = context.view, request.follow_up
        cached = self.component_cache.at(view.revision) if request.may_use_cache else None
        decisions = drop_logged_decisions(view, request.find_decisions(view))
        while True:
            increment = compute_increment(
                context, update, decisions, kind=request.kind, actor=request.actor, cached=cached
            )
            if follow_up is None:
                break
            further = drop_logged_decisions(view, follow_up(view, context.index, increment))
            if not further:
                break
            decisions = [*decisions, *further]
        return _complete_decisions(view, increment)

    def _write(
        self,
        context: IncrementContext,
        update: ListUpdate,
        increment: Increment,
        request: CommitRequest,
        *,
        locked: bool,
    ) -> int:
        """Write an increment to store, cache and index; return the new revision."""
        public = find_public_sources(update.fresh)
        owners = {
            name: owner
            for name, owner in request.source_owners.items()
            # a keeper also owns the restricted records, because they name no agency
            if name in public or owner[1]
        }
        commit = replace(
            increment.commit,
            owners=owners,
            claims=frozenset(owners) & request.claims,
            guests=frozenset(
                source.name
                for source in context.view.sources()
                if source.name in request.claims
                and source.agency not in ("", request.source_owners[source.name][0])
            ),
            accepted=request.accepted,
        )
        if not commit.base:
            commit = add_store_options(commit, context.options, self._models.models)
        context.progress.start("store", commit.rows)
        prepared = increment.prepared_fresh
        # for few records, keys are built when they are needed
        with threads(2 if len(update.fresh) >= _MANY_RECORDS else 1) as pool:
            keys = pool.map(self._index.build_keys, [prepared])
            revision = self._store.commit(commit, locked=locked)
            context.progress.advance(commit.rows)
            self._update_cache(commit, increment)
            self._index.add(update, prepared, revision, next(keys))
        return revision

    def _update_cache(self, commit: Commit, increment: Increment) -> None:
        if commit.lists or commit.decisions:
            self.component_cache = ComponentCache()
        else:
            self.component_cache.update(
                commit.base, increment.touched_records, increment.components
            )


def _add_hidden_sources(update: ListUpdate, view: StoreView, visible_view: StoreView) -> ListUpdate:
    """Return an update that also names deduplicated sources of which its sender sees no record."""
    visible = {source.name for source in visible_view.sources()}
    hidden = {source.name for source in view.sources() if source.deduplicated} - visible
    sent = {row.source for row in update.lists}
    deduplicated = {*update.deduplicated_sources, *(hidden - sent)}
    return replace(update, deduplicated_sources=tuple(sorted(deduplicated)))


def _check_alarms(update: ListUpdate, request: CommitRequest) -> None:
    """Raise `LargeChangeError` if a person has to accept an update before it is committed."""
    if update.alarms and not (request.accept_large or request.dry_run):
        raise LargeChangeError(update.alarms)


def _insert_parts(
    stages: Sequence[StageStat], name: str, parts: Sequence[StageStat]
) -> tuple[StageStat, ...]:
    """Return stages in which the parts of a stage come before it; the stage keeps the time that the
    parts leave.
    """
    rows: list[StageStat] = []
    for stage in stages:
        if stage.name == name:
            wall = stage.wall - sum(part.wall for part in parts)
            cpu = stage.cpu - sum(part.cpu for part in parts)
            rows += [*parts, replace(stage, wall=max(0.0, wall), cpu=max(0.0, cpu))]
        elif stage.items or stage.wall >= _LEAST_SECONDS:
            rows.append(stage)
    return tuple(rows)


def _complete_decisions(view: StoreView, increment: Increment) -> Increment:
    """Return an increment whose decisions state the band of their pair and the versions that were
    seen.
    """
    commit = increment.commit
    if not commit.decisions:
        return increment
    decisions = add_bands(commit.decisions, increment.resolution)
    first = view.head.last_record + 1
    decisions = name_versions(view, decisions, commit.records, first)
    return replace(increment, commit=replace(commit, decisions=decisions))
