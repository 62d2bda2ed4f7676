"""What filters and worth ask of an entity: how many records it has, of which lists, what kinds, names in what
scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import orjson
from rigour.text.scripts import text_scripts

from resolver.records import Kind
from resolver.records.packing import unpack_handling
from resolver.records.properties import FULL_NAMES, HANDLING, NAME_PARTS
from resolver.records.record import Handling
from resolver.store import View

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
            one.guarded |= {(said.code, said.agency) for said in handlings(content) if said.code != "H0"}
    return found


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
