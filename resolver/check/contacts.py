"""Contacts: what checks of other agencies get of sources whose owner has chosen `contact`.

The records of such a source are hidden from other agencies as H3 records are, so nothing that these
get is influenced by them. Beside its own answer a query is compared with the contact records that
its viewer may not see, one record at a time. The answer names each agency that has a match, with
one reference, and says nothing else: no score, no name and no number of records. All matches from
`CONTACT_SCORE` on answer alike.

A query has to state enough (`stated_content`), or it could be used to list a source. Whether it
does follows from the query and the settings of the sources alone. `ask_sources` gives the answers
to some queries, and counts the queries against the limits of a viewer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from resolver.check.entity_index import IndexSnapshot, all_active
from resolver.check.index_segment import (
    EntityContent,
    IndexSegment,
    RevisionRange,
    build_index_segment,
)
from resolver.errors import InputError, StoreError
from resolver.hub.hub import Hub
from resolver.matching.pipeline import normalize
from resolver.records import Handling, Record, concat
from resolver.records.packing import unpack_handling
from resolver.records.properties import FULL_NAMES, HANDLING, NAME_PARTS
from resolver.records.visibility import (
    Viewer,
    is_visible,
    may_read_all,
    owner_of,
    viewer_classes,
    visible_rows,
)
from resolver.store import StoredSource as StoredSource
from resolver.store import StoreHead, StoreView, contact_reference, record_tag

if TYPE_CHECKING:
    from resolver.check.screener import Screener

CONTACT_SCORE = 0.5
"""Score from which a record is a hit: it is more likely the same than not. It is fixed, since a
caller who could choose it would learn the score of a record.
"""
CONTENTS = {
    "two-words": "a name of two words",
    "name-and-year": "a name with a year of birth or foundation",
    "number": "a document number",
}
"""What a query can state so that contact sources answer, in the words of settings and of people."""
_TOO_LITTLE = "too little was asked for sources that answer with a contact: state {contents}"
_BEYOND_LIMIT = (
    "sources that answer with a contact were not asked: your queries of today have used up the"
    " limit of your key or of your agency"
)
_NOT_COUNTED = (
    "sources that answer with a contact were not asked: the store cannot count your query now; ask"
    " again in a few seconds"
)
_MAX_SEGMENTS = 8
"""Maximum number of segments of the index. Each further segment would make queries slower, so all
segments are then built anew as one.
"""
_MAX_SNAPSHOTS = 64
"""Maximum number of snapshots kept for viewers; each holds a mask of the records only."""
_MIN_DIGITS = 5
"""Minimum number of letters and digits of a document number; shorter numbers belong to many
documents.
"""
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]{2}")
"""Two Chinese characters or Korean syllables, as in a name that is written without spaces between
its words.
"""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DATES = frozenset(("birthDate", "incorporationDate", "buildDate"))


@dataclass(frozen=True, slots=True, order=True)
class Contact:
    """Agency that has a record which a query may mean, and the id of that record, which only the
    agency may know.
    """

    agency: str
    record_id: str


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """Answers to a query of those sources that answer with a contact: the agencies with a hit, each
    with the reference that a question must name; and the reason why sources were not asked, or an
    empty text.
    """

    contacts: tuple[tuple[str, str], ...] = ()
    warning: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """The hits, as a member of an answer; the mapping is empty if there are no hits."""
        rows = [{"agency": agency, "reference": text} for agency, text in self.contacts]
        return {"contacts": rows} if rows else {}

    @property
    def logged(self) -> dict[str, Any]:
        """The hits, as a member of an audit event; the mapping is empty if there are no hits."""
        return {"contacts": [list(row) for row in self.contacts]} if self.contacts else {}

    @property
    def warnings(self) -> list[str]:
        """The warning of the answer, if there is one."""
        return [self.warning] if self.warning else []


NO_CONTACT = ContactAnswer()


def ask_sources(
    screener: Screener,
    queries: Sequence[Record],
    sources: Sequence[StoredSource],
    viewer: Viewer,
    snapshot: IndexSnapshot,
    limits: tuple[int, int],
) -> list[ContactAnswer]:
    """Return the answer of some contact sources (`ContactIndex.sources_for`) to each query.

    Queries that state enough count against the `limits` of the viewer and of its agency, whether or
    not there is a hit. Beyond a limit no source is asked, nor while the store cannot count queries.
    """
    cases, asker = screener.store.contacts, owner_of(viewer)
    willing = [
        [row for row in sources if not content.isdisjoint(row.least_query.split() or CONTENTS)]
        for content in map(stated_content, queries)
    ]
    count = sum(map(bool, willing))
    secret = refusal = ""
    if count:
        try:
            secret = cases.secret()
            if not cases.count_queries(
                asker, viewer.name, count, of_person=limits[0], of_asker=limits[1]
            ):
                refusal = _BEYOND_LIMIT
        except StoreError:
            # checks go on while the database is away
            refusal = _NOT_COUNTED
    answers = []
    for query, asked in zip(queries, willing, strict=True):
        warnings = [refusal] if asked and refusal else []
        if len(asked) < len(sources):
            needed = {name for row in sources for name in row.least_query.split() or CONTENTS}
            texts = [text for name, text in CONTENTS.items() if name in needed]
            warnings.append(_TOO_LITTLE.format(contents=" or ".join(texts)))
        found = (
            screener.find_contacts(query, asked, viewer, snapshot) if asked and not refusal else ()
        )
        pairs = [(row.agency, contact_reference(secret, asker, row.record_id)) for row in found]
        answers.append(ContactAnswer(tuple(pairs), "; ".join(warnings)))
    return answers


def read_contents(texts: Sequence[str]) -> str:
    """Return the setting `least_query` of a source from some names of `CONTENTS`. Raises
    `InputError` for another one.
    """
    for text in texts:
        if text not in CONTENTS:
            raise InputError(
                f"a query cannot be asked for {text[:40]!r}",
                hint=f"choose of {', '.join(CONTENTS)}",
            )
    return "" if set(texts) == set(CONTENTS) else " ".join(sorted(set(texts)))


def stated_content(query: Record) -> frozenset[str]:
    """Return which of `CONTENTS` a query states."""
    names = [text for prop in FULL_NAMES for text in query.texts(prop)]
    names.append(" ".join(text for prop in NAME_PARTS for text in list(query.texts(prop))[:1]))
    words = [re.findall(r"\w{2,}", text) for text in names]
    stated = set()
    if any(len(row) > 1 for row in words) or any(map(_IDEOGRAPHS.search, names)):
        stated.add("two-words")
    if any(words) and any(
        value.prop in _DATES and _YEAR.search(value.text) for value in query.values
    ):
        stated.add("name-and-year")
    if any(
        len(re.findall(r"[^\W_]", identifier.number)) >= _MIN_DIGITS
        for identifier in query.identifiers
    ):
        stated.add("number")
    return frozenset(stated)


@dataclass(frozen=True)
class _ContactRecords:
    """Contact records at one state of the store, by source; each record is treated as a separate
    entity.

    `active[i]` marks the records of segment i that are present, and `tags[i]` has the tags of its
    records (`record_tag`) in order, with the rows that they belong to. `head` is the state of the
    store on which the records depend; None before the first.
    """

    head: StoreHead | None
    sources: Mapping[str, StoredSource]
    segments: tuple[IndexSegment, ...]
    active: tuple[npt.NDArray[np.bool_], ...]
    tags: tuple[tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]], ...]
    snapshots: dict[object, IndexSnapshot] = field(default_factory=dict)


class ContactIndex:
    """Index of the contact records of a hub's store. Refresh it from one thread at a time; other
    methods are safe to call from any thread.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._records = _ContactRecords(None, {}, (), (), ())
        self.head: StoreHead | None = None
        """State of the store at the last refresh; None before the first."""
        self.has_sources = False
        """Whether any source answers with a contact; checks ask this first, and most stores have
        none.
        """

    def sources_for(self, viewer: Viewer) -> list[StoredSource]:
        """Return the sources that answer a viewer with a contact; none if the viewer sees all
        records or has no name.
        """
        if not viewer.name or may_read_all(viewer):
            return []
        rows = self._records.sources.values()
        return [row for row in rows if row.agency != viewer.agency]

    def snapshot_for(
        self, viewer: Viewer, sources: Sequence[StoredSource], snapshot: IndexSnapshot
    ) -> IndexSnapshot:
        """Return the contact records of some sources that a viewer may not see, as an index with
        the models of the viewer's own `snapshot`.
        """
        held = self._records
        names = frozenset(row.name for row in sources)
        key = viewer_classes(viewer)[-1], names, snapshot.revision, snapshot.population_revision
        found = held.snapshots.get(key)
        if found is None:
            masks = [
                mask & _is_hidden(segment, names, viewer)
                for segment, mask in zip(held.segments, held.active, strict=True)
            ]
            found = replace(
                snapshot, segments=held.segments, active=tuple(masks), partial=frozenset()
            )
            if len(held.snapshots) >= _MAX_SNAPSHOTS:
                held.snapshots.clear()
            held.snapshots[key] = found
        return found

    def find_tagged(self, viewer: Viewer, tag: int) -> Contact | None:
        """Return the record with a tag (`record_tag`), if the viewer may get a reference to it.

        The tag is looked up in order, so the time does not show how many records there are.
        """
        held, names = self._records, {row.name for row in self.sources_for(viewer)}
        for segment, mask, (tags, rows) in zip(held.segments, held.active, held.tags, strict=True):
            place = int(np.searchsorted(tags, np.uint64(tag)))
            if place < len(tags) and int(tags[place]) == tag and mask[rows[place]]:
                row = int(rows[place])
                sources = segment.stored.batch.sources
                name = str(sources.values[int(sources.codes[row])].as_py())
                if name in names and not is_visible(_handling_of(segment, row), viewer):
                    return contact_of(segment, row)
        return None

    def refresh(self) -> None:
        """Bring the index to the current state of the store. Raises `StoreError`."""
        with self._hub.store.view() as view:
            sources = {row.name: row for row in view.contact_sources()}
            self._records = self._read(view, sources)
            self.head, self.has_sources = view.head, bool(sources)

    def _read(self, view: StoreView, sources: Mapping[str, StoredSource]) -> _ContactRecords:
        held = self._records
        if not sources:
            return _ContactRecords(view.head, {}, (), (), ())
        is_kept = held.head is not None and _is_same_history(held.head, view.head)
        is_kept &= len(held.segments) < _MAX_SEGMENTS
        segments, tags = (list(held.segments), list(held.tags)) if is_kept else ([], [])
        numbers = np.array(sorted(view.records_of_sources(sorted(sources)).values()), np.int64)
        known = np.concatenate([np.zeros(0, np.int64), *(row.entities for row in segments)])
        fresh = np.setdiff1d(numbers, known)
        if len(fresh):
            segments.append(self._build(view, fresh))
            hashes = np.array(list(map(record_tag, segments[-1].ids.to_pylist())), np.uint64)
            order = np.argsort(hashes, kind="stable")
            tags.append((hashes[order], order))
        masks = [
            mask & np.isin(segment.entities, numbers)
            for segment, mask in zip(segments, all_active(segments), strict=True)
        ]
        return _ContactRecords(view.head, sources, tuple(segments), tuple(masks), tuple(tags))

    def _build(self, view: StoreView, numbers: npt.NDArray[np.int64]) -> IndexSegment:
        """Return a segment with each of some records as an entity that goes by the record's id."""
        batch = concat([part.batch for part in view.batches_of(numbers)])
        contents = {
            number: EntityContent(record_id, view.revision, view.revision, (number,))
            for number, record_id in zip(numbers.tolist(), batch.ids.to_pylist(), strict=True)
        }
        models, workers = self._hub.models_at(view), self._hub.options_of(view.head).workers
        segment = build_index_segment(
            batch,
            contents,
            RevisionRange(0, view.revision, "", np.zeros(0, dtype=np.int64)),
            lambda rows: normalize(rows, models, workers=workers),
        )
        segment.warm(with_terms=False)
        return segment


def _is_same_history(earlier: StoreHead, later: StoreHead) -> bool:
    """Return whether the records of an earlier state still have their numbers and values. Those of
    a restored store may not, and those before an erasure hold its values.
    """
    return (
        earlier.store_id == later.store_id
        and earlier.erasures == later.erasures
        and earlier.revision <= later.revision
    )


def contact_of(segment: IndexSegment, row: int) -> Contact:
    """Return the agency of a contact record and its id."""
    return Contact(_handling_of(segment, row).agency, str(segment.ids[row].as_py()))


def _handling_of(segment: IndexSegment, row: int) -> Handling:
    """Return the handling of a contact record; all of them have one."""
    column = segment.stored.batch.columns[HANDLING]
    place = int(np.searchsorted(column.rows, row))
    return unpack_handling(column.values[int(column.codes[place])].as_py())


def _is_hidden(
    segment: IndexSegment, sources: frozenset[str], viewer: Viewer
) -> npt.NDArray[np.bool_]:
    """Return which records of a segment are of some sources and hidden from a viewer."""
    batch = segment.stored.batch
    is_chosen = np.array([name in sources for name in batch.sources.values.to_pylist()], bool)
    visible = visible_rows(batch, viewer)
    hidden = np.zeros(len(batch), bool) if visible is None else ~visible
    mask: npt.NDArray[np.bool_] = is_chosen[batch.sources.codes] & hidden
    return mask
