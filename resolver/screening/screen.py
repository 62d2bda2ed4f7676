"""Batch screening: many subjects are compared with the entities of a store, but they never enter
it.

A subject is a record of a list that the caller sends: a passenger, a customer, a supplier. Each
subject gets the answer of a single check with the same values (`resolver.check`), with the same
score, band and reason. Subjects with equal values are compared once.
"""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from resolver.check.batch_checks import BATCH_SIZE
from resolver.check.entity_index import IndexSnapshot
from resolver.check.queries import SOURCE, query_warnings
from resolver.check.screener import IndexRevision, MatchQuery, Screener, ScreeningResult
from resolver.errors import RecordError
from resolver.lists.reader_types import Intake
from resolver.records import Handling, Kind, Record
from resolver.records.progress import SILENT, Progress
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from resolver.records.results.explanation import (
    POPULATION_ROWS,
    EvidenceRow,
    summarize_evidence,
)
from resolver.runtime.processes import Ranges, share_ranges

_CHUNK_SECONDS = 1.0
"""Longest time between two reports of progress, at which a job notices that it was cancelled. A
shorter time would make copies of the process more often, each of which takes some hundredths of a
second.
"""
_FIRST_CHUNK, _LEAST_CHUNK, _MAX_CHUNK = 1_000, 500, 20_000
"""Unique subjects before the first report of progress, and the least and the largest number of them
between two reports. With fewer, a core would have no work.
"""
_LEAST = 250
"""Number of unique subjects that are worth a process of their own."""
_NAMES = frozenset((*FULL_NAMES, *NAME_PARTS))
_INCOMPLETE = "its words are so common that not all listed entities were compared: add a value"
_NO_NAME = "it has no name: only its dates and numbers lead to listed entities"
_NO_VALUES = "it has no value that can be compared"
_MAX_NOTE = 300
"""Maximum number of characters in one note on what was not compared."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Subject of a screening: the id that its list gives it, its first name, the name of its list,
    the record that is compared, and notes on values that are not compared.

    An id that begins with `~` was made for a row without an id, or for one of several rows that
    share an id and state different values.
    """

    id: str
    name: str
    source: str
    record: Record
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreeningHit:
    """Entity that a subject may be.

    `entity` is the FtM entity as the viewer may see it, `records` are the ids of its records, and
    `evidence` the rows that explain the score. `not_compared`: values of the subject that were not
    compared, and the reasons. `status` is empty for a new hit. Otherwise it comes from an earlier
    verdict: `cleared`, `confirmed`, or `returned` if the evidence has changed since (`changes`).
    `verdicts` are the ids of the verdicts on this hit.
    """

    subject: Subject
    entity: Mapping[str, Any]
    records: tuple[str, ...]
    score: float
    band: str
    reason: str
    name_similarity: float | None
    evidence: tuple[EvidenceRow, ...]
    not_compared: tuple[str, ...]
    status: str = ""
    changes: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()

    @property
    def compared(self) -> tuple[EvidenceRow, ...]:
        """Rows of evidence that compare values and count, without the rows of the population."""
        return tuple(
            row
            for row in self.evidence
            if row.weight and (row.left or row.right) and row.name not in POPULATION_ROWS
        )

    @property
    def logodds(self) -> int:
        """Log-odds of its own evidence in thousandths, without the effect of other candidates."""
        return sum(row.weight for row in self.evidence if row.name != "competition")

    @property
    def entity_id(self) -> str:
        """Id of the entity."""
        return str(self.entity["id"])

    @property
    def caption(self) -> str:
        """Name by which the entity is shown."""
        return str(self.entity["caption"])

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the lists that state the entity, sorted."""
        return tuple(sorted(self.entity["datasets"]))


@dataclass(frozen=True, slots=True)
class Screening:
    """Result of a screening: its subjects, its hits, and the revision on which they are based. Hits
    are in the order of the subjects, and for each subject the best first.

    `cut`: number of subjects with more hits than the limit. `cleared`: hits that are not shown,
    because their owner has cleared them.
    """

    subjects: tuple[Subject, ...]
    hits: tuple[ScreeningHit, ...]
    revision: IndexRevision
    cut: int = 0
    cleared: tuple[ScreeningHit, ...] = ()

    def hits_by_subject(self) -> dict[str, list[ScreeningHit]]:
        """Return the hits of each subject that has any; keys are the list and the id of the
        subject.
        """
        hits: dict[str, list[ScreeningHit]] = {}
        for hit in self.hits:
            hits.setdefault(f"{hit.subject.source}:{hit.subject.id}", []).append(hit)
        return hits


def read_subjects(intake: Intake) -> list[Subject]:
    """Return the subjects of a list, in the order of its rows.

    Several files come in the order of their names, and records without places (`Intake.places`) in
    the order of their ids. Values that the reader left out are noted with their subject.
    """
    left_out: dict[str, list[str]] = {}
    for reject in intake.rejects:
        if reject.record_id and not reject.is_row:
            left_out.setdefault(reject.record_id, []).append(_shorten(reject.fault))
    records = sorted(intake.batch.to_records(), key=lambda row: intake.places.get(row.id, 0))
    return [build_subject(record, left_out.get(record.id, ())) for record in records]


def build_subject(record: Record, notes: Iterable[str] = ()) -> Subject:
    """Return a record as a subject. Only its values count. Its source and its relations do not, as
    in a single check.
    """
    values = tuple(sorted({replace(value, origin="") for value in record.values}))
    query = Record(
        f"{SOURCE}:1",
        SOURCE,
        record.kind,
        record.schema,
        values,
        identifiers=tuple(replace(item, origin="") for item in record.identifiers),
        addresses=tuple(replace(item, origin="") for item in record.addresses),
        handling=Handling(),
    )
    stated = [*notes, *_note_values(query)]
    named = next((prop for prop in FULL_NAMES if query.texts(prop)), "")
    parts = (named,) if named else NAME_PARTS
    name = " ".join(text for prop in parts for text in list(query.texts(prop))[:1])
    _, _, own_id = record.id.partition(":")
    return Subject(own_id, name, record.source, query, tuple(dict.fromkeys(stated)))


def _note_values(query: Record) -> list[str]:
    """Return the values of a query that are not compared, one line each."""
    if not (query.values or query.identifiers or query.addresses):
        return [_NO_VALUES]
    notes = [] if any(value.prop in _NAMES for value in query.values) else [_NO_NAME]
    try:
        notes += query_warnings(query)
    except RecordError as error:
        notes.append(error.message)
    return [_shorten(note) for note in notes]


def _shorten(note: str) -> str:
    return note if len(note) <= _MAX_NOTE else f"{note[: _MAX_NOTE - 1]}…"


def screen_subjects(
    screener: Screener,
    subjects: Sequence[Subject],
    options: MatchQuery,
    *,
    workers: int = 1,
    progress: Progress = SILENT,
    snapshot: IndexSnapshot | None = None,
) -> Screening:
    """Compare subjects with the entities of a store, in up to `workers` processes.

    All answers come from one snapshot of the index (None: the current one). Raises `StoreError` for
    an empty store.
    """
    places: dict[object, int] = {}
    queries: list[Record] = []
    place_of: list[int] = []
    for subject in subjects:
        # records are equal if all of their values are
        place = places.setdefault(subject.record, len(queries))
        if place == len(queries):
            queries.append(subject.record)
        place_of.append(place)
    snapshot = snapshot or screener.snapshot_for(options.viewer)
    order = _order_by_names(queries)
    found: list[_Answer] = []
    progress.start("screen", len(queries), "subjects")
    size = _FIRST_CHUNK
    while len(found) < len(queries):
        started = time.monotonic()
        chunk = [queries[place] for place in order[len(found) : len(found) + size]]
        together = max(min(BATCH_SIZE, -(-len(chunk) // workers)), 1)
        compare = _Comparison(screener, chunk, options, snapshot, os.getpid(), together)
        parts = share_ranges(compare, len(chunk), workers, _LEAST)
        numbered = sorted((row for part in parts for row in part), key=itemgetter(0))
        found += [answer for _, answer in numbered]
        progress.advance(len(chunk))
        size = next_chunk_size(size, time.monotonic() - started)
    progress.finish()
    answers = [answer for _, answer in sorted(zip(order, found, strict=True), key=itemgetter(0))]
    hits = [
        hit
        for subject, place in zip(subjects, place_of, strict=True)
        for hit in answers[place].hits_of(subject)
    ]
    cut = sum(answers[place].is_cut for place in place_of)
    return Screening(tuple(subjects), tuple(hits), screener.revision_of(snapshot), cut)


def _order_by_names(queries: Sequence[Record]) -> list[int]:
    """Return the places of queries in an order in which queries with a rare word in common follow
    one another. They are compared with the same entities, so most of their words are still known.
    """
    words = [
        {word for prop in FULL_NAMES for text in query.texts(prop) for word in text.lower().split()}
        for query in queries
    ]
    counts = Counter(word for own in words for word in own)
    keys = [sorted((counts[word], word) for word in own if counts[word] > 1) for own in words]
    return sorted(range(len(queries)), key=keys.__getitem__)


def next_chunk_size(size: int, seconds: float) -> int:
    """Return how many subjects to compare before the next report, if `size` subjects took
    `seconds`.

    The size doubles if that will still take less than `_CHUNK_SECONDS`, and halves if it takes
    longer.
    """
    if seconds > _CHUNK_SECONDS:
        return max(size // 2, _LEAST_CHUNK)
    return min(2 * size, _MAX_CHUNK) if 2 * seconds < _CHUNK_SECONDS else size


@dataclass(frozen=True, slots=True)
class _Answer:
    """Answer to one query, as a copy of the process sends it; the hits have no subject yet."""

    hits: tuple[ScreeningHit, ...]
    is_cut: bool
    is_complete: bool

    def hits_of(self, subject: Subject) -> Iterator[ScreeningHit]:
        """Yield the hits of a subject that stated this query."""
        notes = subject.notes if self.is_complete else (*subject.notes, _INCOMPLETE)
        for hit in self.hits:
            yield replace(hit, subject=subject, not_compared=notes)


@dataclass(frozen=True)
class _Comparison:
    """Comparison of some queries; `process` is the number of the process that created it.

    `together`: queries that a process takes before it compares them. If it took more than its
    share, nothing would be left for the others.
    """

    screener: Screener
    queries: Sequence[Record]
    options: MatchQuery
    snapshot: IndexSnapshot
    process: int
    together: int

    def __call__(self, ranges: Ranges) -> list[tuple[int, _Answer]]:
        """Return the answers to the queries of some ranges, each with its number."""
        if os.getpid() != self.process:
            # a copy of the process must not use the connections of the original; a garbage
            # collection would copy the inherited memory
            self.screener.disown()
            gc.freeze()
        answers: list[tuple[int, _Answer]] = []
        numbers: list[int] = []
        for start, stop in ranges:
            numbers += range(start, stop)
            while len(numbers) >= self.together:
                answers += self._answer(numbers[: self.together])
                del numbers[: self.together]
        return answers + self._answer(numbers) if numbers else answers

    def _answer(self, numbers: Sequence[int]) -> list[tuple[int, _Answer]]:
        """Return the answers to some queries, compared together."""
        queries = [self.queries[number] for number in numbers]
        results = self.screener.check_many(queries, self.options, self.snapshot)
        return list(zip(numbers, map(_describe, results), strict=True))


def _describe(result: ScreeningResult) -> _Answer:
    hits = []
    for match in result.matches:
        explanation = match.why
        hits.append(
            ScreeningHit(
                _NOBODY,
                match.entity,
                match.records,
                match.score,
                explanation.band.label,
                summarize_evidence(explanation),
                match.name_similarity,
                explanation.rows,
                (),
            )
        )
    return _Answer(tuple(hits), result.total > len(hits), result.is_complete)


_NOBODY = Subject("", "", "", Record(f"{SOURCE}:0", SOURCE, Kind.ANY, "Thing"))
"""Subject of a hit before it is known which subjects stated its query."""
