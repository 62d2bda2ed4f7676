"""What filters and worth ask of an entity: how many records it has, of which lists, what kinds, names in what
scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import orjson
from rigour.text.scripts import text_scripts

from resolver.records import Kind
from resolver.records.packing import unpack_handling
from resolver.records.properties import FULL_NAMES, HANDLING, NAME_PARTS
from resolver.records.record import Handling
from resolver.store import View

Numbers = npt.NDArray[np.int64]
_NAMES = frozenset((*FULL_NAMES, *NAME_PARTS))
_CODES = {
    "Latin": "Latn", "Arabic": "Arab", "Cyrillic": "Cyrl", "Han": "Hani", "Hangul": "Hang", "Greek": "Grek",
    "Hebrew": "Hebr", "Georgian": "Geor", "Armenian": "Armn", "Devanagari": "Deva", "Thai": "Thai", "Bengali": "Beng",
    "Tamil": "Taml", "Ethiopic": "Ethi", "Khmer": "Khmr", "Hiragana": "Hira", "Katakana": "Kana", "Myanmar": "Mymr",
    "Sinhala": "Sinh", "Lao": "Laoo", "Tibetan": "Tibt", "Gurmukhi": "Guru", "Gujarati": "Gujr", "Telugu": "Telu",
}  # fmt: skip
SCRIPTS = {code: name for name, code in _CODES.items()}
"""ISO 15924 codes that the queue can be filtered by → names of the scripts."""
KIND_MARKS = {Kind.PERSON: "kp", Kind.GROUP: "kg", Kind.ASSET: "ka"}


@dataclass(slots=True)
class Glimpse:
    """An entity: how many records, the numbers of their sources, marks of kinds (`kp`, `kg`, `ka`), scripts."""

    records: int = 0
    sources: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)
    guarded: set[tuple[str, str]] = field(default_factory=set)
    """(handling code, agency) of the records that not everybody sees."""


def glimpses(view: View, entities: Sequence[int]) -> dict[int, Glimpse]:
    """What some entities (numbers) look like."""
    found = {one: Glimpse() for one in entities}
    record, entity, _ = view.members(entities)
    home = dict(zip(record.tolist(), entity.tolist(), strict=True))
    for number, source, kind, content in view.glimpses(record.tolist()):
        one = found[home[number]]
        one.records += 1
        one.sources.add(source)
        one.kinds |= kind_marks(kind)
        one.scripts |= _scripts(content)
        if HANDLING in content:
            one.guarded |= _guarded(content)
    return found


@dataclass(frozen=True, slots=True)
class Looks:
    """Entities (numbers, ascending): how many records each has, and which of the `sorts` it looks like. There are few
    of these: what entities look like is said by lists, kinds and scripts."""

    entities: Numbers
    records: Numbers
    sort: Numbers
    sorts: Sequence[Glimpse]

    def rows_of(self, entities: Numbers) -> Numbers:
        """The rows of some entities, all of which are here."""
        return np.searchsorted(self.entities, entities)


def looks_of(view: View, entities: Numbers) -> Looks:
    """What many entities (numbers, ascending, each once) look like."""
    record, entity, _ = view.members(entities.tolist())
    order = np.argsort(record)
    sorts = _Sorts()
    # records come in an order of their own
    number, sort = sorts.of_records(view, record[order])
    kept = np.empty(len(record), dtype=np.int64)
    kept[order] = sort[np.argsort(number)]
    by_entity = np.argsort(entity, kind="stable")
    starts = np.searchsorted(entity[by_entity], entities)
    counts = np.diff(np.append(starts, len(entity)))
    found = (
        kept[by_entity][np.minimum(starts, max(len(entity) - 1, 0))]
        if len(entity)
        else np.zeros_like(entities)
    )
    for place in np.flatnonzero(counts != 1).tolist():
        several = kept[by_entity[starts[place] : starts[place] + counts[place]]]
        found[place] = sorts.together(frozenset(several.tolist()))
    return Looks(entities, counts, found, sorts.known)


class _Sorts:
    """What records and entities look like, each sort once."""

    def __init__(self) -> None:
        self.known: list[Glimpse] = []
        self._places: dict[object, int] = {}

    def of_records(self, view: View, records: Numbers) -> tuple[Numbers, Numbers]:
        """The numbers of some records, and the sort of each."""
        numbers, found = [], []
        places = self._places
        for number, source, kind, content in view.glimpses(records.tolist()):
            scripts = _scripts(content)
            guarded = _guarded(content) if HANDLING in content else _FREE
            key = source, kind, scripts, guarded
            place = places.get(key)
            if place is None:
                place = places[key] = len(self.known)
                self.known.append(
                    Glimpse(1, {source}, set(kind_marks(kind)), set(scripts), set(guarded))
                )
            numbers.append(number)
            found.append(place)
        return np.array(numbers, dtype=np.int64), np.array(found, dtype=np.int64)

    def together(self, several: frozenset[int]) -> int:
        """The sort of an entity with records of some sorts."""
        if len(several) == 1:
            return min(several)
        place = self._places.get(several)
        if place is None:
            place = self._places[several] = len(self.known)
            whole = Glimpse()
            for one in (self.known[sort] for sort in several):
                whole.sources |= one.sources
                whole.kinds |= one.kinds
                whole.scripts |= one.scripts
                whole.guarded |= one.guarded
            self.known.append(whole)
        return place


_FREE: frozenset[tuple[str, str]] = frozenset()


def _guarded(content: str) -> frozenset[tuple[str, str]]:
    return frozenset((said.code, said.agency) for said in handlings(content) if said.code != "H0")


@lru_cache(maxsize=16)
def kind_marks(kind: int) -> frozenset[str]:
    """The marks of a kind of record."""
    return frozenset(mark for bit, mark in KIND_MARKS.items() if kind & bit)


_LATIN = frozenset({"Latn"})


def _scripts(content: str) -> frozenset[str]:
    if content.isascii():
        return _LATIN
    return scripts_of(item[1] for item in orjson.loads(content) if item[0] in _NAMES)


def handlings(content: str) -> list[Handling]:
    """How a record says it is to be handled."""
    return [unpack_handling(item[1]) for item in orjson.loads(content) if item[0] == HANDLING]


def scripts_of(names: Iterable[str]) -> frozenset[str]:
    """The scripts of some names, as ISO 15924 codes."""
    found: set[str] = set()
    for name in names:
        if name.isascii():
            found.add("Latn")
        else:
            found |= {_CODES.get(script, script[:4]) for script in text_scripts(name)}
    return frozenset(found)
