"""Growth of an open store since its last refresh, and its models, index and options.

The growth tells when the next refresh is due. A view shows the plan and the population of the
models. The index is brought to the revision of a view when it is needed. Options of a store are
plan, model and thresholds of its first commit, until a rebuild.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.errors import EngineError, InputError, StoreError
from resolver.hub.list_updates import ListUpdate
from resolver.hub.record_index import MIN_FILE_RECORDS, RecordIndex, index_folder
from resolver.matching.blocking import Plan
from resolver.matching.blocking.key_lookup import KeyTable
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import ModelSet, RunOptions
from resolver.models.loader import KINDS
from resolver.records import visibility
from resolver.records.batch import Batch
from resolver.records.kinds import count_kinds
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import GROWTH, MIN_RECORDS, Population
from resolver.records.record import Handling
from resolver.store import Commit, OutdatedError, Store, StoreHead, StoreView

_MAX_POPULATIONS = 4


class StoreModels:
    """Models of one store. Thread-safe.

    Each population is read once. `ModelSet` keeps sets by the identity of the population, so it
    builds one set for it. Models of an earlier form have no population at any revision.
    """

    def __init__(self, models: ModelSet) -> None:
        self.models = models
        self._populations: dict[int, Population] = {}
        self._lock = threading.Lock()

    def revision_at(self, view: StoreView) -> int:
        """Return the revision of the last refresh that a view shows; 0 if the store has no
        population.
        """
        return view.population_revision() if self.models.counts_words else 0

    def population_at(self, view: StoreView) -> Population | None:
        """Return the population that belongs to the scores of a view, or None.

        Raises `StoreError` for a population that a newer program has written.
        """
        revision = self.revision_at(view)
        if not revision:
            return None
        with self._lock:
            if revision not in self._populations:
                stored = view.population()
                assert stored is not None
                if len(self._populations) >= _MAX_POPULATIONS:
                    del self._populations[min(self._populations)]
                self._populations[revision] = stored[1]
            return self._populations[revision]

    def at(self, view: StoreView, plan: str = "") -> ModelSet:
        """Return the models for a view; `plan` replaces the plan of the store."""
        return self.models.for_population(plan or view.head.plan, self.population_at(view))


Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_NONE = np.zeros(0, dtype=np.int64)


def measure_growth(
    index: RecordIndex, population: Population, ended: Numbers = _NONE, fresh: Batch | None = None
) -> Growth:
    """Return by how much the current records have outgrown a population.

    `ended` records count as ended, and `fresh` records as stored. Records of an audience count
    together with all other records that the audience may see.
    """
    parts = []
    for segment in index.segments:
        numbers = segment.first + np.arange(len(segment), dtype=np.int64)
        parts.append((segment.batch, index.are_current(numbers) & ~np.isin(numbers, ended)))
    if fresh is not None:
        parts.append((fresh, np.ones(len(fresh), dtype=bool)))
    counts = _count(parts, visibility.EVERYBODY)
    steps = {"": growth_steps(population.growth_to(counts))}
    gaps = [_least_growth(counts, population)]
    for audience in _find_audiences(parts):
        seen, own = _count(parts, audience), population.for_audience(audience)
        gaps.append(_least_growth(seen, own))
        if own.is_outgrown_by(seen):
            steps[audience.key] = growth_steps(own.growth_to(seen, MIN_RECORDS))
    return Growth({key: count for key, count in steps.items() if count}, min(gaps))


def _find_audiences(parts: Sequence[tuple[Batch, Flags]]) -> tuple[visibility.Audience, ...]:
    """Return the audiences of restricted records."""
    handlings = dict[Handling, None]()
    for batch, chosen in parts:
        if visibility.visible_rows(batch, visibility.STRANGER) is not None:
            stated, places = visibility.code_handlings(batch)
            handlings |= dict.fromkeys(stated[place] for place in np.unique(places[chosen]))
    if not handlings:
        return ()
    classes = visibility.classify(list(handlings), np.arange(len(handlings), dtype=np.int32))
    return tuple(audience for audience in classes.audiences if audience != visibility.EVERYBODY)


def _count(parts: Sequence[tuple[Batch, Flags]], audience: visibility.Audience) -> dict[str, int]:
    """Count the chosen records by kind, if the whole audience may see them."""
    counts: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    for batch, chosen in parts:
        visible = audience.visible_rows(batch)
        is_counted = chosen if visible is None else chosen & visible
        counts.update(count_kinds(batch.kinds[is_counted]))
    return dict(counts)


@dataclass(frozen=True, slots=True)
class Growth:
    """Steps of growth of each population that was outgrown, by the key of its audience. It also has
    the smallest number of new records after which a refresh can be due.
    """

    steps_by_key: Mapping[str, int]
    gap: int

    @property
    def steps(self) -> int:
        """Return the largest number of steps that were passed: 0 if no refresh is due."""
        return max(self.steps_by_key.values(), default=0)


def growth_steps(growth: float) -> int:
    """Return the number of steps of growth that were passed: 0 if no refresh is due."""
    return max(math.ceil(math.log(growth, GROWTH) - 1e-9) - 1, 0) if growth > 1 else 0


NO_GROWTH = Growth({}, 1)


class GrowthWatch:
    """Growth of one store; records are counted only if the growth may have passed another step.

    Not safe for several threads at once.
    """

    def __init__(self, models: StoreModels) -> None:
        self._models = models
        self._counted: tuple[int, int] = (-1, -1)
        """Revision of the population, and revision of the store when its records were last
        counted.
        """
        self._growth = NO_GROWTH
        self._next_record = 0
        """Number of the record with which the store passes the next step of growth."""

    def growth_at(self, view: StoreView, open_index: Callable[[], RecordIndex]) -> Growth:
        """Return the growth at a view of the present.

        `open_index` is called if records have to be counted, and its errors are passed on.
        """
        population = self._models.population_at(view)
        if population is None:
            return NO_GROWTH
        refreshed, last_record = self._models.revision_at(view), view.head.last_record
        if self._counted == (refreshed, view.revision):
            return self._growth
        is_known = self._counted[0] == refreshed and not self._growth.steps
        if is_known and last_record < self._next_record:
            return NO_GROWTH
        self._growth = measure_growth(open_index(), population)
        self._counted = refreshed, view.revision
        self._next_record = last_record + self._growth.gap
        return self._growth


def _least_growth(counts: Mapping[str, int], population: Population) -> int:
    """Return the smallest number of new records after which a refresh can be due."""
    before = {label: population.of(label).records for label in counts}
    gaps = [GROWTH * max(before[label], MIN_RECORDS) - counts[label] for label in counts]
    # a record of unknown kind counts as a person and as a group
    gaps.append((GROWTH * max(sum(before.values()), 1) - sum(counts.values())) / 2)
    return max(math.floor(min(gaps)), 1)


class CurrentIndex:
    """Holder of the index of one store. Not safe for several threads at once.

    `folder` holds index files of several stores (None: beside a SQLite store, otherwise in the
    user's cache). It may be set until the index is first used.
    """

    def __init__(
        self,
        store: Store,
        models: StoreModels,
        folder: Path | None = None,
        min_file_records: int = MIN_FILE_RECORDS,
    ) -> None:
        self.folder = folder
        self._store, self._models, self._min_file_records = store, models, min_file_records
        self._index: RecordIndex | None = None
        self._refreshed = 0
        """Revision of the population with which the index is normalized."""
        self._erasures = 0
        """Number of erasures of the store when the index was opened."""

    def at(self, view: StoreView, plan: Plan, *, certain: bool = False) -> RecordIndex:
        """Return the index at the revision of a view. Raises the errors of
        `RecordIndex.refresh`.
        """
        if self._index is not None and self._models.revision_at(view) < self._refreshed:
            if not certain:
                raise OutdatedError("the store has moved on", hint="run the command again")
            self._index = None
        index = self._open(view, plan)
        index.refresh(view, certain=certain)
        return index

    def opened_at(self, view: StoreView) -> RecordIndex | None:
        """Return the index if it is open at the revision of a view."""
        index = self._index
        return index if index is not None and index.revision == view.revision else None

    def _open(self, view: StoreView, plan: Plan) -> RecordIndex:
        """Return the index of a plan and of the population that a view shows."""
        refreshed, store_id = self._models.revision_at(view), view.head.store_id
        erasures = view.head.erasures
        is_current = self._refreshed == refreshed and self._erasures == erasures
        if self._index is None or self._index.plan is not plan or not is_current:
            models = self._models.at(view, plan.name)
            self._index = RecordIndex(
                index_folder(self._store, store_id, self.folder),
                {
                    "store": store_id,
                    "model": models.stamp["model"],
                    "population": str(refreshed),
                    **({"erasures": str(erasures)} if erasures else {}),
                },
                plan,
                # deduplicated sources do not change keys
                lambda batch: normalize(batch, models),
                self._min_file_records,
            )
            self._refreshed, self._erasures = refreshed, erasures
        return self._index

    def build_keys(self, prepared: PreparedBatch | None) -> KeyTable | None:
        """Return the keys of records that are about to be committed; None if there is no index.

        Another thread may commit meanwhile, but not use the index.
        """
        return None if self._index is None or prepared is None else self._index.build_keys(prepared)

    def add(
        self,
        update: ListUpdate,
        prepared: PreparedBatch | None,
        revision: int,
        keys: KeyTable | None = None,
    ) -> None:
        """Add the records of a commit, and their keys, unless another commit has been made
        since.
        """
        with self._store.view() as view:
            if self._index is None or view.revision != revision:
                return
            try:
                # the first commit has measured the population
                index = self._open(view, self._index.plan)
                index.add(update.fresh, prepared, update.ended, view, keys)
            except StoreError:
                # the commit is durable; if an index could not be written, the next run builds it
                self._index = None

    def drop(self) -> None:
        """Forget the index."""
        self._index = None


def empty_store_error(place: str) -> StoreError:
    """Return the error of work on a store that has no records yet."""
    return StoreError(
        "the store is empty",
        place=place,
        hint="add lists with `resolver dedupe FILE --store URL`",
    )


def check_first_lists(head: StoreHead, place: str) -> None:
    """Raise `EngineError` if a store has had records, because a cluster compares only the first
    lists.

    Later lists are compared with the index, which is on one machine.
    """
    if head.last_record:
        raise EngineError(
            "a cluster takes the first lists of a store; later ones are compared on this machine",
            place=place,
            hint="leave out --engine spark; `resolver rebuild --engine spark` then compares "
            "all records on the cluster",
        )


def check_merge_threshold(options: RunOptions) -> None:
    """Raise `InputError` if the merge threshold of a store would be below the review threshold."""
    if options.merge_at is not None and options.merge_at < options.thresholds.review:
        raise InputError(
            "a store cannot merge below its review threshold "
            f"({options.thresholds.review:g}), but --merge-at is {options.merge_at:g}",
            hint="raise --merge-at, or resolve without --store",
        )


def merge_options(
    head: StoreHead, requested: RunOptions, models: ModelSet, place: str
) -> RunOptions:
    """Return requested options, completed by the options of the store; an empty store accepts any
    options.

    Raises `InputError` if the two contradict each other, and `StoreError` if the store was resolved
    with another model. `place` names the store in messages.
    """
    check_merge_threshold(requested)
    if not head.revision:
        return requested
    _check_stamp(head, models, place)
    stored: dict[str, object] = {
        "merge_at": head.thresholds.get("merge_at"),
        "wrong_merge_costs": head.thresholds["wrong_merge_costs"],
        "min_review_value": _stored_review_value(head),
        "plan": head.plan,
    }
    for name, value in stored.items():
        option = getattr(requested, name)
        is_set = bool(option) if name == "plan" else option is not None
        if is_set and option != value:
            raise InputError(
                f"the store was resolved with {name} {value}, not {option}",
                place=place,
                hint=f"leave {name} out, or run `resolver rebuild --store`",
            )
    return replace(
        requested,
        plan=head.plan,
        merge_at=head.thresholds.get("merge_at"),
        wrong_merge_costs=head.thresholds["wrong_merge_costs"],
        min_review_value=_stored_review_value(head),
    )


def _stored_review_value(head: StoreHead) -> float:
    """Return the value of a review from which pairs wait; in stores of earlier versions it is 1."""
    return head.thresholds.get("min_review_value", 1.0)


def _check_stamp(head: StoreHead, models: ModelSet, place: str) -> None:
    stamp = {**models.store_stamp, "plan": head.plan}
    names = sorted(
        name for name in {*stamp, *head.stamp} if stamp.get(name) != head.stamp.get(name)
    )
    if names:
        raise StoreError(
            f"the store was resolved with another {' and '.join(names)}",
            place=place,
            hint="use that model (--model), or run `resolver rebuild --store`",
        )


def add_store_options(commit: Commit, options: RunOptions, models: ModelSet) -> Commit:
    """Return a commit that also sets the plan, model and thresholds of its store."""
    thresholds = {
        "wrong_merge_costs": options.wrong_merge_costs,
        "min_review_value": options.review_value,
    }
    if options.merge_at is not None:
        thresholds["merge_at"] = options.merge_at
    plan = str(options.plan)
    stamp = {**models.store_stamp, "plan": plan}
    return replace(commit, plan=plan, stamp=stamp, thresholds=thresholds)
