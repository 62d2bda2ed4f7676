"""Single checks: the entities of a store that a query may mean.

A query is a record. It is compared with *profiles*. A profile is the union of all values of an
entity's records, so a name that one agency knows and a birth date that another one knows count
together. Profiles are prepared in the entity index (`resolver.check.entity_index`). Candidates are
compared in rounds, the likeliest first, until a round finds nobody or `MAX_COMPARED` were compared;
a result states whether it is complete. Then candidates compete: five candidates that fit equally
share the probability. Scores, cutoffs, totals and the order use the values after competition.

The module also has a fair semaphore: it lets a limited number of threads run at once, in order of
arrival.

Threads of one process that compute at the same time compete for the interpreter at every step, so
each step costs more than in sequence. A finished thread hands over to the thread that has waited
longest, so a thread that returns again and again does not overtake others.

It also makes FtM entities of matches, and explanations of their scores.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.check.contacts import CONTACT_SCORE, Contact, ContactIndex, contact_of
from resolver.check.entity_index import EntityIndex, IndexPlace, IndexSnapshot
from resolver.check.queries import advise, comparable_record, names_only_titles
from resolver.check.ranking import (
    ALIKE_NAME,
    MAX_COMPARED,
    Hit,
    Ranking,
    ReviewPairs,
    RoundHits,
    compare_in_rounds,
    compared_share,
    describe_rivals,
    find_in_review,
    gather_candidates,
    is_single_word,
    rank_hits,
    weigh_readings,
)
from resolver.check.retrieval import CandidateFinder
from resolver.check.term_search import FoundEntities, SearchScope, search_entities
from resolver.engines.pair_scoring import ExplainedPairs
from resolver.errors import ResolverError
from resolver.hub.hub import Hub
from resolver.matching.blocking.keys import identity_tokens
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import prepare
from resolver.matching.scoring import Thresholds
from resolver.matching.scoring.competition import add_competition, add_readings
from resolver.merging import build_ftm_entities
from resolver.records import Kind, Record, Value
from resolver.records.batch import batch_from_record
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.value_flags import RecordValues, concat_values
from resolver.records.record import kind_variants
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Band
from resolver.records.visibility import STRANGER, Viewer
from resolver.store import Store, StoredSource
from resolver.values.normal_values import country_code


class FairSemaphore:
    """Semaphore entered with `with`, first come first served. Thread-safe."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        turn = threading.Lock()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn.acquire()
            self._waiting.append(turn)
        # the thread that hands over releases it
        turn.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class LazyExplanations:
    """Explanations of the hits of one answer; all are computed when the first one is requested."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._hits: list[Hit] = []

    def add(self, hit: Hit) -> Callable[[], Explanation]:
        """Add a hit, and return the function that explains it."""
        self._hits.append(hit)
        return partial(self._explain, hit)

    def _explain(self, hit: Hit) -> Explanation:
        hits, self._hits = self._hits, []
        pairs_of: dict[int, tuple[ExplainedPairs, list[int]]] = {}
        for added in hits:
            scored_pairs = added.scored_pairs
            pairs_of.setdefault(id(scored_pairs), (scored_pairs, []))[1].append(added.pair)
        for scored_pairs, pairs in pairs_of.values():
            scored_pairs.prepare_explanations(pairs)
        explanation = hit.scored_pairs.explanation(hit.pair, self._thresholds)
        if hit.shift:
            explanation = add_readings(explanation, hit.shift, self._thresholds)
        explanation = add_competition(explanation, hit.weight, hit.others, self._thresholds)
        return replace(explanation, band=Band.REVIEW) if hit.is_crowded else explanation


def build_match_documents(
    hits: Sequence[IndexPlace], snapshot: IndexSnapshot
) -> list[dict[str, Any]]:
    """Build the FtM entities of some hits, in their order.

    All hits are built together, so notes do not depend on the distribution of records over
    segments.
    """
    if not hits:
        return []
    parts: list[RecordValues] = []
    owners: list[int] = []
    places_in = defaultdict(list)
    for place, hit in enumerate(hits):
        places_in[hit.segment].append(place)
    for number in sorted(places_in):
        places = places_in[number]
        records, owner = snapshot.segments[number].read_values(
            [hits[place].row for place in places]
        )
        parts.append(records)
        owners += map(places.__getitem__, owner)
    entity_ids = [hit.id for hit in hits]
    return build_ftm_entities(concat_values(parts), owners, entity_ids, country_code)


Numbers = npt.NDArray[np.int64]
_PAUSE_FACTOR, _MAX_PAUSE = 4, 0.8
"""Pause between two refreshes: this many times the duration of the last refresh, but at most this
many seconds.
"""
_REACH_SECONDS = 20.0
"""Seconds that an answer waits until the index has what its caller has written. After them it is
refused. With fewer seconds a busy machine would refuse answers after each post; with more, clients
give up before they are told to ask again.
"""
_FAILURES = 2
"""Refreshes that may fail while an answer waits. A store that fails twice is not there."""
_LOG = logging.getLogger("resolver.index")
_HAN_NAME = Record("warm:1", "warm", Kind.GROUP, "Organization", (Value("name", "東方公司"),))
"""Group whose name needs the tables of Chinese characters, which take a second to load."""


@dataclass(frozen=True)
class FilterContext:
    """Facts about some entities of the index that a filter may need in addition to their
    documents.
    """

    store: Store
    snapshot: IndexSnapshot
    entities: Sequence[IndexPlace]

    @cached_property
    def _place_of(self) -> dict[str, IndexPlace]:
        return {entity.id: entity for entity in self.entities}

    def last_changed(self, entity_id: str) -> str:
        """Return the time of the last change of an entity that the viewer may know, as the store
        writes times.
        """
        _, last = self.snapshot.change_span(self._place_of[entity_id])
        with self.store.view(self.snapshot.revision) as view:
            return view.commit_times([last])[last]


EntityFilter = Callable[[Mapping[str, Any], FilterContext], bool]


@dataclass(frozen=True)
class ScreeningMatch:
    """Entity that a query may mean: as FtM entity, with its score and explanation (the query is
    `left`), and the ids of its records that the viewer may see.

    `name_similarity` (0…1): how alike the names are; None if the query states none. `in_review`:
    ids of other candidates that wait for a steward with it, among the strongest.
    """

    entity: dict[str, Any]
    score: float
    name_similarity: float | None
    records: tuple[str, ...]
    in_review: tuple[str, ...]
    explain: Callable[[], Explanation]

    @cached_property
    def why(self) -> Explanation:
        """Sum of its evidence, computed on first access."""
        return self.explain()


@dataclass(frozen=True, slots=True)
class ScreeningResult:
    """Entities that a query may mean, best first (ties by id): the first entities, and the number
    of all at or above the cutoff.

    `is_complete` is false if common keys or distant entities were skipped. `advice`: a sentence on
    what to add if several fit and nobody stands out; otherwise empty.
    """

    matches: tuple[ScreeningMatch, ...]
    total: int
    is_complete: bool
    advice: str = ""


@dataclass(frozen=True, slots=True)
class IndexRevision:
    """Revision of the store, and model, on which an answer is based."""

    revision: int
    model: str


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """Options of a check: at most `limit` entities with a score of `cutoff` or more. None: entities
    in band match or review, including a crowd of namesakes, whatever their scores.

    `sources` restricts the entities to those in one of these lists or datasets (None: any).
    `accept` filters FtM entities. Entities are compared and shown as `viewer` may see their
    records.
    """

    limit: int = 5
    cutoff: float | None = None
    sources: frozenset[str] | None = None
    accept: EntityFilter | None = None
    viewer: Viewer = STRANGER


ComparedReading = tuple[list[RoundHits], bool, int | None]
"""Candidates of one reading of a query, whether these are all, and how strong further candidates
may be (`compare_in_rounds`).
"""


@dataclass(frozen=True, slots=True)
class _RankedQuery:
    """Query whose candidates have competed. `is_word`: it is a single word."""

    query: Record
    ranking: Ranking
    compared: Sequence[ComparedReading]
    is_word: bool


class Screener:
    """Service of single checks over a hub, for callers of whom a share is listed. Thread-safe.

    `is_private`: the store of the hub ends with this process (`EntityIndex`).
    """

    def __init__(self, hub: Hub, listed: float | None = None, *, is_private: bool = False) -> None:
        self._hub = hub
        self._index = EntityIndex(hub, listed=listed, is_private=is_private)
        self.contacts = ContactIndex(hub)
        """Records of sources that answer other agencies with a contact."""
        self._finder = CandidateFinder()
        self._review_pairs = ReviewPairs(hub)
        self._lock = threading.Lock()
        self._follower: threading.Thread | None = None
        self._ended, self._woken = threading.Event(), threading.Event()
        self._refreshed = threading.Condition()
        self._refresh_count = self._failure_count = 0
        self._concurrency: AbstractContextManager[None] = nullcontext()

    @property
    def store(self) -> Store:
        """Store of the hub."""
        return self._hub.store

    def limit_concurrency(self, at_once: int) -> None:
        """Compute at most this many answers at once; call it before the first check."""
        self._concurrency = FairSemaphore(at_once)

    def warm(self) -> IndexRevision:
        """Load everything that takes seconds, so that the first check does not wait. Raises
        `StoreError` for an empty store.
        """
        symbol_source().load()
        snapshot = self._refresh()
        # one record of a person and one of a group exercise every part of an answer
        samples: list[Record] = []
        for segment in snapshot.segments[:1]:
            rows = np.unique(segment.prepared.kinds, return_index=True)[1]
            batch, owner = segment.records(np.sort(rows))
            samples += batch.take(np.unique(owner, return_index=True)[1]).to_records()
        results, _ = self.check([*samples, _HAN_NAME], MatchQuery(cutoff=0.0))
        for match in (match for result in results for match in result.matches):
            # an explanation is computed on first access
            _ = match.why
        return IndexRevision(snapshot.revision, self._hub.models.stamp["model"])

    def follow(self, seconds: float) -> None:
        """Refresh in the background every `seconds`, instead of at each check."""
        if self._follower is None:
            self._follower = threading.Thread(
                target=self._follow, args=(seconds,), name="entity-index", daemon=True
            )
            self._follower.start()

    @property
    def followed_revision(self) -> int | None:
        """Revision on which answers are based now; None if each check refreshes the index
        itself.
        """
        snapshot = self._index.snapshot_for()
        if self._follower is None or snapshot is None:
            return None
        return snapshot.revision

    def has_reached(self, revision: int) -> bool:
        """Return whether answers are based on this revision or a later one. They always are if each
        check refreshes the index itself.
        """
        return self._follower is None or (self.followed_revision or 0) >= revision

    def reach(self, revision: int) -> bool:
        """Wait until answers are based on this revision or a later one. Return whether they are; it
        is false after 20 seconds, and if the store cannot be read.

        A restored store may never have the revision. Its present state is then enough.
        """
        if self.has_reached(revision):
            return True
        with self._refreshed:
            # the refresh that runs now may have begun too early
            last = self._refresh_count + 2
            failed = self._failure_count + _FAILURES

            def is_over() -> bool:
                if self.has_reached(revision) or self._refresh_count >= last:
                    return True
                # begin another refresh
                self._woken.set()
                return self._failure_count >= failed

            self._refreshed.wait_for(is_over, _REACH_SECONDS)
            return self.has_reached(revision) or self._refresh_count >= last

    @property
    def activity(self) -> str:
        """Current loading step, or empty."""
        return self._index.activity

    def refresh(self) -> int:
        """Refresh now, and return the revision of the following answers. Raises `StoreError`."""
        return self._refresh().revision

    def close(self) -> None:
        """Stop the background refresh."""
        self._ended.set()
        self._woken.set()
        if self._follower is not None:
            self._follower.join(timeout=10)

    def check(
        self,
        queries: Sequence[Record],
        options: MatchQuery,
        snapshot: IndexSnapshot | None = None,
    ) -> tuple[list[ScreeningResult], IndexRevision]:
        """Answer some queries, all from one snapshot of the index (`snapshot_for`; None: the
        current one). Raises `StoreError` for an empty store.
        """
        snapshot = snapshot or self.snapshot_for(options.viewer)
        results = []
        for query in queries:
            with self._concurrency:
                results.append(self._screen(query, snapshot, options))
        return results, self.revision_of(snapshot)

    def check_many(
        self, queries: Sequence[Record], options: MatchQuery, snapshot: IndexSnapshot
    ) -> list[ScreeningResult]:
        """Return the answers that `check` gives, in a fraction of its time, by comparing all
        queries together. With a cutoff below the review threshold, it calls `check`.
        """
        # single checks do not need this module
        from resolver.check.batch_checks import compare_many

        if options.cutoff is not None:
            return self.check(queries, options, snapshot)[0]
        scope = None if options.sources is None else snapshot.scope(options.sources)
        ranked: list[_RankedQuery] = []
        for query, compared in zip(
            queries, compare_many(queries, snapshot, self._finder, scope), strict=True
        ):
            if compared.has_candidates:
                ranked.append(
                    self._rank(
                        query,
                        # the words of a query are read only if it may be a group
                        compared.prepared() if query.kind != Kind.PERSON else (),
                        compared.readings,
                        snapshot,
                        options,
                        is_dated=compared.is_dated,
                        is_word=compared.is_word,
                    )
                )
            else:
                nobody = Ranking([], 0, [])
                ranked.append(_RankedQuery(query, nobody, compared.readings, is_word=False))
        # notes of an entity name related entities among the hits of its own query
        documents = [build_match_documents(row.ranking.hits, snapshot) for row in ranked]
        explanations = LazyExplanations(snapshot.thresholds)
        return [
            self._describe(row, own, explanations, snapshot, options)
            for row, own in zip(ranked, documents, strict=True)
        ]

    def snapshot_for(self, viewer: Viewer) -> IndexSnapshot:
        """Return the current snapshot for a viewer, to be used in several calls of `check`. The
        first snapshot of a class of viewers is built here. Raises `StoreError` for an empty store.
        """
        snapshot = self._index.snapshot_for(viewer) if self._follower is not None else None
        return snapshot or self._refresh(viewer)

    def revision_of(self, snapshot: IndexSnapshot) -> IndexRevision:
        """Return the revision and the model on which answers from a snapshot are based."""
        return IndexRevision(snapshot.revision, self._hub.models.stamp["model"])

    def disown(self) -> None:
        """Forget connections to the store that a copy of the process inherited."""
        self._hub.store.disown()

    def search(self, text: str, scope: SearchScope, entity_id: str = "") -> FoundEntities:
        """Return the entities that state a typed text, as `search_entities` does. Raises
        `StoreError` for an empty store.
        """
        snapshot = self.snapshot_for(scope.viewer)
        with self._concurrency:
            return search_entities(text, snapshot, scope, entity_id)

    def find_contacts(
        self,
        query: Record,
        sources: Sequence[StoredSource],
        viewer: Viewer,
        snapshot: IndexSnapshot,
    ) -> list[Contact]:
        """Return, by agency, the best record that a query may mean, among the records of contact
        sources that a viewer may not see.

        Each record is judged by itself, so no record keeps another record from being a hit.
        """
        hidden = self.contacts.snapshot_for(viewer, sources, snapshot)
        options = MatchQuery(cutoff=CONTACT_SCORE, viewer=viewer)
        with self._concurrency:
            prepared = self._prepare(query, hidden)
            compared = [self._compare(variant, hidden, options) for variant in prepared]
            is_dated = any(len(variant.births.items) for variant in prepared)
            best: dict[str, tuple[int, str, Contact]] = {}
            for row in gather_candidates([hits for rounds, _, _ in compared for hits in rounds]):
                weighed = weigh_readings([row], query, prepared, hidden, is_dated=is_dated)[0]
                if weighed.logodds >= 0:
                    contact = contact_of(hidden.segments[row.segment], row.row)
                    place = -weighed.logodds, contact.record_id, contact
                    best[contact.agency] = min(place, best.get(contact.agency, place))
        return [best[agency][2] for agency in sorted(best) if agency]

    def visible_sources(self, viewer: Viewer = STRANGER) -> frozenset[str]:
        """Return the names of the lists and datasets that the viewer may know. Raises `StoreError`
        for an empty store.
        """
        return self.snapshot_for(viewer).sources

    def _follow(self, seconds: float) -> None:
        pause = seconds
        while True:
            self._woken.wait(pause)
            self._woken.clear()
            if self._ended.is_set():
                return
            start = time.monotonic()
            has_failed = False
            try:
                self._refresh()
            except (ResolverError, OSError) as error:
                # the last snapshot still answers
                _LOG.warning("the store cannot be followed: %s", error)
                has_failed = True
            with self._refreshed:
                self._failure_count += has_failed
                self._refresh_count += not has_failed
                self._refreshed.notify_all()
            # with frequent commits, refreshing must leave time for answers
            pause = max(seconds, min(_PAUSE_FACTOR * (time.monotonic() - start), _MAX_PAUSE))

    def _refresh(self, viewer: Viewer = STRANGER) -> IndexSnapshot:
        with self._lock:
            snapshot = self._index.refresh(viewer)
            if self.contacts.head != self._index.head:
                self.contacts.refresh()
            return snapshot

    def _screen(
        self, query: Record, snapshot: IndexSnapshot, options: MatchQuery
    ) -> ScreeningResult:
        prepared = self._prepare(query, snapshot)
        compared = [self._compare(variant, snapshot, options) for variant in prepared]
        ranked = self._rank(
            query,
            prepared,
            compared,
            snapshot,
            options,
            is_dated=any(len(variant.births.items) for variant in prepared),
            is_word=any(map(is_single_word, prepared)),
        )
        documents = build_match_documents(ranked.ranking.hits, snapshot)
        explanations = LazyExplanations(snapshot.thresholds)
        return self._describe(ranked, documents, explanations, snapshot, options)

    def _prepare(self, query: Record, snapshot: IndexSnapshot) -> list[PreparedBatch]:
        """Return a query in normal form, once for each kind that it may be."""
        # the id of the query does not matter; the comparison gives it another id
        tables, lookup = snapshot.models.tables, symbol_source().lookup
        return [
            prepare(batch_from_record(comparable_record(variant, tables)), tables, lookup)
            for variant in kind_variants(query)
            if snapshot.has_kind(int(variant.kind))
        ]

    def _rank(
        self,
        query: Record,
        prepared: Sequence[PreparedBatch],
        compared: Sequence[ComparedReading],
        snapshot: IndexSnapshot,
        options: MatchQuery,
        *,
        is_dated: bool,
        is_word: bool,
    ) -> _RankedQuery:
        """Let the candidates of a query compete.

        `is_dated`: it states a birth date; `is_word`: its name is a single word.
        """
        is_title = names_only_titles(query)
        is_word = is_word and not is_title
        candidates = weigh_readings(
            gather_candidates([hits for rounds, _, _ in compared for hits in rounds]),
            query,
            prepared,
            snapshot,
            is_dated=is_dated,
        )
        if is_title:
            # a firm whose name only begins with the query is not meant
            candidates = [row for row in candidates if not 0 < row.name_similarity < ALIKE_NAME]
        in_review = find_in_review(candidates, snapshot, self._review_pairs, options.viewer)
        # a filter may refuse any number of matches
        count = options.limit if options.accept is None else len(candidates)
        ranking = rank_hits(
            candidates,
            snapshot,
            options.cutoff,
            count,
            in_review,
            is_word=is_word,
            is_dated=is_dated,
        )
        return _RankedQuery(query, ranking, compared, is_word)

    def _describe(
        self,
        ranked: _RankedQuery,
        documents: Sequence[dict[str, Any]],
        explanations: LazyExplanations,
        snapshot: IndexSnapshot,
        options: MatchQuery,
    ) -> ScreeningResult:
        """Return the answer to a query; `documents`: the FtM entities of its hits."""
        ranking, compared = ranked.ranking, ranked.compared
        matches, refused = self._build_matches(
            ranking.hits, documents, explanations, snapshot, options
        )
        is_complete, advice = all(is_complete for _, is_complete, _ in compared), ""
        if ranking.rivals:
            weakest = min(candidate.logodds for candidate in ranking.rivals)
            # further candidates may be as strong as the weakest of these
            has_all = all(late is None or late < weakest for _, _, late in compared)
            is_complete &= has_all or options.cutoff is not None
            accepted = [row for row in ranking.rivals if (row.segment, row.row) not in refused]
            # the filter has not seen entities below a stated cutoff
            if accepted and (options.cutoff is None or options.accept is None):
                rivals = describe_rivals(accepted, snapshot)
                advice = advise(ranked.query, rivals, is_complete=has_all, is_word=ranked.is_word)
        return ScreeningResult(matches, ranking.total - len(refused), is_complete, advice)

    def _compare(
        self, prepared: PreparedBatch, snapshot: IndexSnapshot, options: MatchQuery
    ) -> ComparedReading:
        """Compare a query. Return the candidates of a query, whether these are all, and how strong
        further candidates may be (`compare_in_rounds`).
        """
        scope = None if options.sources is None else snapshot.scope(options.sources)
        candidates = self._finder.find_candidates(
            prepared, snapshot, scope, MAX_COMPARED, compared_share(prepared)
        )
        cutoff = snapshot.thresholds.review if options.cutoff is None else options.cutoff
        rounds, all_compared, late = compare_in_rounds(prepared, snapshot, candidates, cutoff)
        # without candidates the result is complete only if the query has words to search by
        if not len(candidates):
            all_compared = bool(identity_tokens(prepared).any())
        return rounds, all_compared, late

    def _build_matches(
        self,
        hits: Sequence[Hit],
        documents: Sequence[dict[str, Any]],
        explanations: LazyExplanations,
        snapshot: IndexSnapshot,
        options: MatchQuery,
    ) -> tuple[tuple[ScreeningMatch, ...], set[tuple[int, int]]]:
        """Return the first matches that the filter accepts, and the positions of the matches that
        it refuses.
        """
        context = FilterContext(self._hub.store, snapshot, hits)
        matches: list[ScreeningMatch] = []
        refused: set[tuple[int, int]] = set()
        for hit, entity in zip(hits, documents, strict=True):
            if options.accept is not None and not options.accept(entity, context):
                refused.add((hit.segment, hit.row))
            elif len(matches) < options.limit:
                count = len(snapshot.segments[hit.segment].member_rows(hit.row))
                similarity = hit.scored_pairs.similarity(hit.pair, "name")
                matches.append(
                    ScreeningMatch(
                        entity,
                        hit.score,
                        similarity,
                        tuple(entity["referents"][:count]),
                        hit.in_review,
                        explanations.add(hit),
                    )
                )
        return tuple(matches), refused
