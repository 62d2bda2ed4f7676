"""Name-only pairs: how much two names say if neither record states anything else.

True pairs are two names of one list entry, two spellings of one invented name, and a name and the
same name with a typo. False pairs are names of different entries that blocking joins, names with
one word replaced by another name, and hard negatives (`hard_negatives.py`). Equal names do not
decide here who bears them: the question is whether the names are the same. These pairs have a prior
of their own (`NAME_PAIRS_PLAN`), because about half of the name pairs that users ask about are the
same.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from resolver.engines.local import NAME_PAIRS_PLAN
from resolver.matching.comparators import features_of
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import prepare
from resolver.names.folding import fold, sound_code
from resolver.names.lexicons.equivalents import roman_value
from resolver.names.qualifiers import qualifier_code
from resolver.records import Batch, Kind, Record, Value
from resolver.records.prepared.population import FrequencyTables
from resolver.training.data import labeled_pairs
from resolver.training.hard_negatives import group_hard_negative, person_hard_negative
from resolver.training.typos import make_namesake, misspell_group_name, misspell_person_name

NAME_ONLY_ORIGIN = "names alone"
"""Origin of the pairs in model files, whose format keeps this label."""
_NAME_PROPERTIES = ("name", "alias", "previousName")
_MAX_NAMES, _MAX_PAIRED_NAMES = 4, 2
_SCHEMA = {Kind.PERSON: "Person", Kind.GROUP: "Company", Kind.ASSET: "Vessel"}
_MIN_ENTRIES = 3
"""Minimum number of entries that must bear a word for it to count as a name of its own rather than
a typo.
"""
_MAX_SIMILAR = 5
_MIN_SIMILARITY, _EQUALITY = 0.6, 0.999
_DISTINCTIVE_WORDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PERSON: (),
    Kind.GROUP: ("numbers", "branch", "faction", "qualifier"),
    Kind.ASSET: ("numbers",),
}
"""Comparators of words that tell an entry from one whose name says less."""
MAX_BLOCKED_NEGATIVES = 10_000
"""Maximum number of false pairs from blocking; users ask more about similar namesakes."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """Names of one list entry or of one invented person, and the cluster that the entry or person
    belongs to.

    `hard_negatives` is the number of hard negatives to draw.
    """

    kind: Kind
    cluster: str
    names: tuple[str, ...]
    hard_negatives: int = 2


def name_only_pairs(
    batch: Batch,
    clusters: Sequence[str],
    sources: Iterable[str],
    tables: FrequencyTables,
    *,
    invented: Iterable[tuple[str, ...]] = (),
    groups: Mapping[str, tuple[str, ...]] | None = None,
    seed: int,
) -> dict[Kind, labeled_pairs.LabeledPairs]:
    """Return name-only pairs of the entries of `sources` and of spellings of invented names.

    `clusters` has the true cluster of each record of the canonical `batch`; `groups` has the names
    of invented groups by cluster.
    """
    entries = [
        *_list_entries(batch, clusters, set(sources), seed),
        *_invented_entries(invented),
        *(_Entry(Kind.GROUP, cluster, names, 6) for cluster, names in (groups or {}).items()),
    ]
    if not entries:
        return {}
    parts = [_generated_pairs(entries, tables, seed), _blocked_name_pairs(entries, tables, seed)]
    return {
        kind: _as_name_pairs(data) for kind, data in labeled_pairs.concat_by_kind(parts).items()
    }


def _as_name_pairs(data: labeled_pairs.LabeledPairs) -> labeled_pairs.LabeledPairs:
    usable = _keep_usable(data)
    return replace(usable, plans=np.full(len(usable), NAME_PAIRS_PLAN, dtype=object))


def _list_entries(
    batch: Batch, clusters: Sequence[str], sources: set[str], seed: int
) -> Iterator[_Entry]:
    for record, cluster in zip(batch.to_records(), clusters, strict=True):
        names = sorted(set(record.texts(*_NAME_PROPERTIES)))
        if record.source in sources and record.kind in _SCHEMA and names:
            chance = random.Random(f"{seed}:alone:{record.id}")
            chance.shuffle(names)
            yield _Entry(record.kind, cluster, tuple(names[:_MAX_NAMES]))


def _invented_entries(spellings: Iterable[tuple[str, ...]]) -> Iterator[_Entry]:
    for names in spellings:
        # people with the same invented name form one cluster
        yield _Entry(Kind.PERSON, f"invented:{fold(names[0])}", names)


def _generated_pairs(
    entries: Sequence[_Entry], tables: FrequencyTables, seed: int
) -> dict[Kind, labeled_pairs.LabeledPairs]:
    """Return pairs that are made from one entry each: its names, its names with typos, and other
    names that are similar.
    """
    pools = _word_pools(entries)
    similar = {kind: SimilarNames.from_words(pools[kind, True]) for kind in _SCHEMA}
    cases: list[tuple[_Entry, str, str, bool]] = []
    for entry in entries:
        chance = random.Random(f"{seed}:made:{entry.cluster}:{entry.names[0]}")
        first = chance.choice(entry.names)
        cases += [(entry, *pair, True) for pair in _same_names(entry, first, chance)]
        pool = pools[entry.kind, first.isascii()]
        others = _other_names(entry, first, (pool, similar[entry.kind]), chance)
        cases += [(entry, *pair, False) for pair in others]
    records, clusters, labels = [], [], []
    for number, (entry, first_name, second_name, same) in enumerate(cases):
        for side, text in (("a", first_name), ("b", second_name)):
            records.append(_record(f"alone:{number:09d}{side}", entry.kind, text))
            clusters.append(entry.cluster)
        labels.append(same)
    batch = Batch.from_records(records).canonical()
    rows = np.arange(0, len(records), 2, dtype=np.int32)
    prepared = prepare(batch, tables, symbol_source().lookup, ())
    return labeled_pairs.evidence_by_kind(
        prepared, rows, rows + 1, np.array(labels, dtype=np.int8), clusters, NAME_ONLY_ORIGIN
    )


def _same_names(entry: _Entry, first: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield pairs of a name of an entry and another name of the entry, or a variation of the
    name.
    """
    others = [name for name in entry.names if name != first]
    for other in chance.sample(others, min(_MAX_PAIRED_NAMES, len(others))):
        yield first, other
    misspell = misspell_person_name if entry.kind == Kind.PERSON else misspell_group_name
    yield first, misspell(first, chance)


def _other_names(
    entry: _Entry, first: str, words: tuple[Sequence[str], SimilarNames], chance: random.Random
) -> list[tuple[str, str]]:
    """Return pairs of names of different entries; `words` has the words of other names, and similar
    words.
    """
    pool, similar = words
    is_group = entry.kind == Kind.GROUP
    make_hard_negative = person_hard_negative if entry.kind == Kind.PERSON else group_hard_negative
    pairs = [
        (first, make_namesake(first, pool, chance)),
        (first, similar.replace_one_word(first, chance)),
    ]
    hard = [
        pair for _ in range(entry.hard_negatives) if (pair := make_hard_negative(first, chance))
    ]
    pairs += [] if is_group else hard
    pairs = [pair for pair in pairs if pair[1] and not _spelled_alike(*pair, entry.kind)]
    # One more word tells a splinter from the whole group.
    return [*pairs, *hard] if is_group else pairs


def _word_pools(entries: Iterable[_Entry]) -> Mapping[tuple[Kind, bool], list[str]]:
    """Return the words in names of a kind, each as often as entries have it, by (kind, is
    ASCII).
    """
    pools: dict[tuple[Kind, bool], list[str]] = defaultdict(list)
    for entry in entries:
        for name in entry.names[:1]:
            for word in name.replace(",", " ").split():
                if len(word) > 2:
                    pools[entry.kind, word.isascii()].append(word)
    return pools


def _established_words(words: Iterable[str]) -> list[str]:
    counts = Counter(fold(word) for word in words)
    return sorted(
        word for word, count in counts.items() if count >= _MIN_ENTRIES and " " not in word and word
    )


@dataclass(frozen=True, slots=True)
class SimilarNames:
    """Established words, each with the most similar words that are other names."""

    similar_words: Mapping[str, tuple[str, ...]]

    @classmethod
    def from_words(cls, words: Sequence[str]) -> SimilarNames:
        """Build from words that are repeated as often as entries have them."""
        established = _established_words(words)
        if not established:
            return cls({})
        symbols = [set(neighbors) for neighbors in symbol_source().lookup(established)]
        similarity = cdist(
            established, established, scorer=JaroWinkler.similarity, dtype=np.float32
        )
        nearest = np.argsort(-similarity, axis=1, kind="stable")[:, 1 : 4 * _MAX_SIMILAR]
        neighbors = {}
        for row, word in enumerate(established):
            others = [
                established[other]
                for other in nearest[row].tolist()
                if sound_code(established[other]) != sound_code(word)
                and not symbols[other] & symbols[row]
            ]
            neighbors[word] = tuple(others[:_MAX_SIMILAR])
        return cls(neighbors)

    def replace_one_word(self, name: str, chance: random.Random) -> str:
        """Return the name with one established word replaced by a similar word; "" if no word can
        be replaced.
        """
        parts = name.replace(",", " ").split()
        places = [index for index, word in enumerate(parts) if self.similar_words.get(fold(word))]
        if len(parts) < 2 or not places:
            return ""
        position = chance.choice(places)
        parts[position] = chance.choice(self.similar_words[fold(parts[position])])
        return " ".join(parts)


def _spelled_alike(first: str, second: str, kind: Kind = Kind.PERSON) -> bool:
    """Return whether two names may be spellings of the same name, or one may be an abridged form of
    the other.

    Two names are different if only one of them has a number, or, for groups, a qualifier.
    """
    sounds, other_sounds = (
        {sound_code(word) for word in fold(name).split()} for name in (first, second)
    )
    unshared = set(fold(first).split()) ^ set(fold(second).split())
    if any(roman_value(word) or word.isdigit() for word in unshared):
        return False
    if kind == Kind.GROUP and any(map(qualifier_code, unshared)):
        return False
    return sounds <= other_sounds or other_sounds <= sounds


def _blocked_name_pairs(
    entries: Sequence[_Entry], tables: FrequencyTables, seed: int
) -> dict[Kind, labeled_pairs.LabeledPairs]:
    """Return pairs of names that blocking joins."""
    records, truth = [], {}
    for number, entry in enumerate(entries):
        for position, name in enumerate(entry.names[:2]):
            record = _record(f"alone:{number:07d}:{position}", entry.kind, name)
            records.append(record)
            truth[record.id] = entry.cluster
    pairs = labeled_pairs.label_blocked_pairs(
        records,
        truth,
        tables,
        NAME_ONLY_ORIGIN,
        sampling=labeled_pairs.PairSampling(max_negatives=MAX_BLOCKED_NEGATIVES, seed=seed),
    )
    return {kind: data.without_population() for kind, data in pairs.items()}


def _record(identity: str, kind: Kind, name: str) -> Record:
    return Record(identity, "alone", kind, _SCHEMA[kind], (Value("name", name),))


def _keep_usable(data: labeled_pairs.LabeledPairs) -> labeled_pairs.LabeledPairs:
    """Drop pairs whose label does not follow from the names.

    Two kinds of pairs are dropped: unrelated names of one person, since a nom de guerre is no
    spelling of the name, and names of two people if all words of one name are in the other.
    """
    features = features_of(data.kind)
    name_similarity = data.evidence[:, features.index("name")]
    is_spelling = name_similarity >= _MIN_SIMILARITY
    if "acronym" in features:
        is_spelling |= data.evidence[:, features.index("acronym")] > 0
    is_other_name = data.evidence[:, features.index("name_contradicted")] < _EQUALITY
    for feature in _DISTINCTIVE_WORDS[data.kind]:
        is_other_name |= data.evidence[:, features.index(feature)] < _EQUALITY
    usable = np.where(data.labels == 1, is_spelling, is_other_name)
    return data.select(usable)


__all__ = ["NAME_ONLY_ORIGIN", "name_only_pairs"]
