"""Pairs of names alone: what two names are worth where neither record says anything else.

The same: two names of one entry of a list, two spellings of one invented name, a name and a slip of it. Different:
names of different entries that blocking brings together, names of which one word was replaced by another name, and
rivals (`rivals.py`). Two names that are equal say nothing here about who bears them: the question is whether the names
are the same. They have a prior of their own (`NAMES_PLAN`): of two names that are asked about, about half are the same.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from resolver.comparison import features_of
from resolver.normalize import prepare
from resolver.normalize.folding import fold, sound
from resolver.normalize.lexicons.numerals import roman
from resolver.pipeline import NAMES_PLAN, symbol_source
from resolver.records import Batch, Kind, Record, Value
from resolver.records.prepared.frequencies import Tables
from resolver.training.augment.hard_negatives import group_rivals, person_rivals
from resolver.training.augment.typos import group_slip, namesake, person_slip
from resolver.training.data.labeled_pairs import (
    Labelled,
    blocked_pairs,
    by_kind,
    together,
)

ORIGIN = "names alone"
_PROPS = ("name", "alias", "previousName")
_MOST_NAMES = 4
_SCHEMA = {Kind.PERSON: "Person", Kind.GROUP: "Company", Kind.ASSET: "Vessel"}
_ESTABLISHED = 3
"""Words that so many entries bear are names of their own, not slips."""
_NEAR = 5
_LEAST_ALIKE, _EQUAL = 0.6, 0.999
MOST_MET = 10_000
"""False pairs taken of those that blocking brings together: less than of near namesakes, about whom people ask."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """The names of one entry of a list or of one invented person, and the cluster it belongs to."""

    kind: Kind
    cluster: str
    names: tuple[str, ...]


def alone_pairs(
    batch: Batch,
    clusters: Sequence[str],
    sources: Iterable[str],
    tables: Tables,
    *,
    invented: Iterable[tuple[str, ...]] = (),
    seed: int,
) -> dict[Kind, Labelled]:
    """Pairs of names alone, from the entries of the named sources of a canonical batch (`clusters`: the true cluster of
    each record) and from the spellings of invented persons' names."""
    entries = [*_listed(batch, clusters, set(sources), seed), *_invented(invented)]
    if not entries:
        return {}
    parts = [_made(entries, tables, seed), _met(entries, tables, seed)]
    kinds = sorted({kind for part in parts for kind in part})
    found = {
        kind: _usable(together(part[kind] for part in parts if kind in part)) for kind in kinds
    }
    return {
        kind: replace(data, plans=np.full(len(data), NAMES_PLAN, dtype=object))
        for kind, data in found.items()
    }


def _listed(
    batch: Batch, clusters: Sequence[str], sources: set[str], seed: int
) -> Iterator[_Entry]:
    for record, cluster in zip(batch.to_records(), clusters, strict=True):
        names = sorted(set(record.texts(*_PROPS)))
        if record.source in sources and record.kind in _SCHEMA and names:
            chance = random.Random(f"{seed}:alone:{record.id}")
            chance.shuffle(names)
            yield _Entry(record.kind, cluster, tuple(names[:_MOST_NAMES]))


def _invented(spellings: Iterable[tuple[str, ...]]) -> Iterator[_Entry]:
    for names in spellings:
        # two that were given the same name count as one
        yield _Entry(Kind.PERSON, f"invented:{fold(names[0])}", names)


def _made(entries: Sequence[_Entry], tables: Tables, seed: int) -> dict[Kind, Labelled]:
    """Pairs made of one entry each: its names, slips of them, and namesakes."""
    words = _words(entries)
    near = {kind: Neighbours.of(words[kind, True]) for kind in _SCHEMA}
    cases: list[tuple[_Entry, str, str, bool]] = []
    for entry in entries:
        chance = random.Random(f"{seed}:made:{entry.cluster}:{entry.names[0]}")
        slip = person_slip if entry.kind == Kind.PERSON else group_slip
        first = chance.choice(entry.names)
        others = [name for name in entry.names if name != first]
        cases += [
            (entry, first, other, True) for other in chance.sample(others, min(2, len(others)))
        ]
        cases.append((entry, first, slip(first, chance), True))
        pool = words[entry.kind, first.isascii()]
        rivals = person_rivals if entry.kind == Kind.PERSON else group_rivals
        drawn = [
            (first, namesake(first, pool, chance)),
            (first, near[entry.kind].turn(first, chance)),
        ]
        drawn += [found for _ in range(2) if (found := rivals(first, chance))]
        cases += [
            (entry, one, two, False) for one, two in drawn if two and not _spelled_alike(one, two)
        ]
    records, clusters, labels = [], [], []
    for number, (entry, one, two, same) in enumerate(cases):
        for side, text in (("a", one), ("b", two)):
            records.append(_record(f"alone:{number:09d}{side}", entry.kind, text))
            clusters.append(entry.cluster)
        labels.append(same)
    batch = Batch.from_records(records).canonical()
    rows = np.arange(0, len(records), 2, dtype=np.int32)
    prepared = prepare(batch, tables, symbol_source().lookup, ())
    return by_kind(prepared, rows, rows + 1, np.array(labels, dtype=np.int8), clusters, ORIGIN)


def _words(entries: Iterable[_Entry]) -> Mapping[tuple[Kind, bool], list[str]]:
    """The words that stand in names of a kind, each as often as entries have it; apart by whether they are ASCII."""
    found: dict[tuple[Kind, bool], list[str]] = defaultdict(list)
    for entry in entries:
        for name in entry.names[:1]:
            for word in name.replace(",", " ").split():
                if len(word) > 2:
                    found[entry.kind, word.isascii()].append(word)
    return found


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Established words, each with those that are written most like it and yet are other names."""

    of_word: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, words: Sequence[str]) -> Neighbours:
        """From words as often as entries have them."""
        counts = Counter(fold(word) for word in words)
        known = sorted(
            word
            for word, count in counts.items()
            if count >= _ESTABLISHED and " " not in word and word
        )
        if not known:
            return cls({})
        symbols = [set(found) for found in symbol_source().lookup(known)]
        alike = cdist(known, known, scorer=JaroWinkler.similarity, dtype=np.float32)
        nearest = np.argsort(-alike, axis=1, kind="stable")[:, 1 : 4 * _NEAR]
        found = {}
        for place, word in enumerate(known):
            others = [
                known[other]
                for other in nearest[place].tolist()
                if sound(known[other]) != sound(word) and not symbols[other] & symbols[place]
            ]
            found[word] = tuple(others[:_NEAR])
        return cls(found)

    def turn(self, name: str, chance: random.Random) -> str:
        """The name with one established word replaced by a neighbour; empty where it has none."""
        parts = name.replace(",", " ").split()
        places = [place for place, word in enumerate(parts) if self.of_word.get(fold(word))]
        if len(parts) < 2 or not places:
            return ""
        at = chance.choice(places)
        parts[at] = chance.choice(self.of_word[fold(parts[at])])
        return " ".join(parts)


def _spelled_alike(one: str, two: str) -> bool:
    """Whether two names differ in nothing but how they may be spelled, or the one only says less; a number more is
    another name."""
    first, second = ({sound(word) for word in fold(name).split()} for name in (one, two))
    if any(
        roman(word) or word.isdigit() for word in set(fold(one).split()) ^ set(fold(two).split())
    ):
        return False
    return first <= second or second <= first


def _met(entries: Sequence[_Entry], tables: Tables, seed: int) -> dict[Kind, Labelled]:
    """Names that blocking brings together."""
    records, truth = [], {}
    for number, entry in enumerate(entries):
        for place, name in enumerate(entry.names[:2]):
            record = _record(f"alone:{number:07d}:{place}", entry.kind, name)
            records.append(record)
            truth[record.id] = entry.cluster
    return blocked_pairs(records, truth, tables, ORIGIN, most_negatives=MOST_MET, seed=seed)


def _record(identity: str, kind: Kind, name: str) -> Record:
    return Record(identity, "alone", kind, _SCHEMA[kind], (Value("name", name),))


def _usable(data: Labelled) -> Labelled:
    """Without other names of the same person (a nom de guerre is no spelling), and without names of two people of which
    the one says the same as the other, or only less: that is no other name."""
    features = features_of(data.kind)
    alike = data.evidence[:, features.index("name")]
    spelled = alike >= _LEAST_ALIKE
    if "acronym" in features:
        spelled |= data.evidence[:, features.index("acronym")] > 0
    contradicted = data.evidence[:, features.index("name_contradicted")] < _EQUAL
    if data.kind != Kind.PERSON:
        contradicted |= data.evidence[:, features.index("numbers")] < _EQUAL
    usable = np.where(data.labels == 1, spelled, contradicted)
    return data.where(usable)


__all__ = ["ORIGIN", "alone_pairs"]
