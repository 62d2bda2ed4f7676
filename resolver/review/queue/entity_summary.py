"""Summaries of entities for filters and priority: number of records, lists, kinds, scripts and
restrictions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import orjson

from resolver.records import Kind
from resolver.records.packing import unpack_handling
from resolver.records.properties import FULL_NAMES, HANDLING, NAME_PARTS
from resolver.records.record import Handling
from resolver.reference.characters import text_scripts
from resolver.store import StoreView

Numbers = npt.NDArray[np.int64]
_NAMES = frozenset((*FULL_NAMES, *NAME_PARTS))
_SCRIPT_CODES = """
Latin Latn, Arabic Arab, Cyrillic Cyrl, Han Hani, Hangul Hang, Greek Grek, Hebrew Hebr,
Georgian Geor, Armenian Armn, Devanagari Deva, Thai Thai, Bengali Beng, Tamil Taml, Ethiopic Ethi,
Khmer Khmr, Hiragana Hira, Katakana Kana, Myanmar Mymr, Sinhala Sinh, Lao Laoo, Tibetan Tibt,
Gurmukhi Guru, Gujarati Gujr, Telugu Telu
"""
_CODES: dict[str, str] = dict(pair.split() for pair in _SCRIPT_CODES.split(","))
SCRIPTS = {code: name for name, code in _CODES.items()}
"""ISO 15924 codes that the queue can be filtered by, with the names of the scripts."""
KIND_MARKS = {Kind.PERSON: "kp", Kind.GROUP: "kg", Kind.ASSET: "ka"}


@dataclass(slots=True)
class EntitySummary:
    """Summary of an entity: number of records, numbers of their sources, kind marks (`kp`, `kg`,
    `ka`), scripts, restrictions.
    """

    records: int = 0
    sources: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)
    restrictions: set[tuple[str, str]] = field(default_factory=set)
    """Pairs (handling code, agency) of the records that not everybody may see."""


def summarize_entities(view: StoreView, entities: Sequence[int]) -> dict[int, EntitySummary]:
    """Summarize entities, by number."""
    summaries = {entity: EntitySummary() for entity in entities}
    record, entity, _ = view.members(entities)
    entity_of = dict(zip(record.tolist(), entity.tolist(), strict=True))
    for number, source, kind, content in view.content_rows(record.tolist()):
        summary = summaries[entity_of[number]]
        summary.records += 1
        summary.sources.add(source)
        summary.kinds |= kind_marks(kind)
        summary.scripts |= _scripts(content)
        if HANDLING in content:
            summary.restrictions |= _restrictions(content)
    return summaries


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """Summaries of many entities (numbers, ascending): number of records of each, and the index of
    its summary in `summaries`.

    Lists, kinds and scripts determine a summary, so there are few distinct ones.
    """

    entities: Numbers
    records: Numbers
    summary_index: Numbers
    summaries: Sequence[EntitySummary]

    def rows_of(self, entities: Numbers) -> Numbers:
        """Return the rows of some entities, all of which must be in the table."""
        return np.searchsorted(self.entities, entities)


def build_summary_table(view: StoreView, entities: Numbers) -> SummaryTable:
    """Summarize many entities (numbers, ascending, unique)."""
    record, entity, _ = view.members(entities.tolist())
    order = np.argsort(record)
    pool = _SummaryPool()
    number, index = pool.classify_records(view, record[order])  # in an order of its own
    record_summaries = np.empty(len(record), dtype=np.int64)
    record_summaries[order] = index[np.argsort(number)]
    by_entity = np.argsort(entity, kind="stable")
    starts = np.searchsorted(entity[by_entity], entities)
    counts = np.diff(np.append(starts, len(entity)))
    entity_summaries = (
        record_summaries[by_entity][np.minimum(starts, max(len(entity) - 1, 0))]
        if len(entity)
        else np.zeros_like(entities)
    )
    for place in np.flatnonzero(counts != 1).tolist():
        distinct = record_summaries[by_entity[starts[place] : starts[place] + counts[place]]]
        entity_summaries[place] = pool.combine(frozenset(distinct.tolist()))
    return SummaryTable(entities, counts, entity_summaries, pool.summaries)


class _SummaryPool:
    """Distinct summaries of records and entities."""

    def __init__(self) -> None:
        self.summaries: list[EntitySummary] = []
        self._index_of: dict[object, int] = {}

    def classify_records(self, view: StoreView, records: Numbers) -> tuple[Numbers, Numbers]:
        """Return the record numbers in order of the store, and the index of the summary of each."""
        numbers, indexes = [], []
        index_of = self._index_of
        for number, source, kind, content in view.content_rows(records.tolist()):
            scripts = _scripts(content)
            restrictions = _restrictions(content) if HANDLING in content else _UNRESTRICTED
            key = source, kind, scripts, restrictions
            index = index_of.get(key)
            if index is None:
                index = index_of[key] = len(self.summaries)
                self.summaries.append(
                    EntitySummary(
                        1, {source}, set(kind_marks(kind)), set(scripts), set(restrictions)
                    )
                )
            numbers.append(number)
            indexes.append(index)
        return np.array(numbers, dtype=np.int64), np.array(indexes, dtype=np.int64)

    def combine(self, indexes: frozenset[int]) -> int:
        """Return the index of the summary of an entity whose records have some summaries."""
        if len(indexes) == 1:
            return min(indexes)
        index = self._index_of.get(indexes)
        if index is None:
            index = self._index_of[indexes] = len(self.summaries)
            combined = EntitySummary()
            for summary in (self.summaries[member] for member in indexes):
                combined.sources |= summary.sources
                combined.kinds |= summary.kinds
                combined.scripts |= summary.scripts
                combined.restrictions |= summary.restrictions
            self.summaries.append(combined)
        return index


_UNRESTRICTED: frozenset[tuple[str, str]] = frozenset()


def _restrictions(content: str) -> frozenset[tuple[str, str]]:
    return frozenset(
        (handling.code, handling.agency)
        for handling in read_handlings(content)
        if handling.code != "H0"
    )


@lru_cache(maxsize=16)
def kind_marks(kind: int) -> frozenset[str]:
    """Return the marks of a kind of record (bits)."""
    return frozenset(mark for bit, mark in KIND_MARKS.items() if kind & bit)


_LATIN = frozenset({"Latn"})


def _scripts(content: str) -> frozenset[str]:
    if content.isascii():
        return _LATIN
    return detect_scripts(item[1] for item in orjson.loads(content) if item[0] in _NAMES)


def read_handlings(content: str) -> list[Handling]:
    """Read the handling statements of a stored record."""
    return [unpack_handling(item[1]) for item in orjson.loads(content) if item[0] == HANDLING]


def detect_scripts(names: Iterable[str]) -> frozenset[str]:
    """Return the scripts of names, as ISO 15924 codes."""
    codes: set[str] = set()
    for name in names:
        if name.isascii():
            codes.add("Latn")
        else:
            codes |= {_CODES.get(script, script[:4]) for script in text_scripts(name)}
    return frozenset(codes)
