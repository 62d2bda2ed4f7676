"""Differences that lists state themselves: kin, owners, members, successors, and Sr. against Jr.

Two records that one of them relates in such a way are never one entity, however alike they are.
Relations that say no more than "linked to" or "associate of" state no difference, and neither do
those whose role says that the two are the same.

Entities that join or describe records, as their list states them.

Comparisons need what such an entity says: a relation, an address, a number. What they do not need
(its id, the authority of a sanction, the share of an ownership) is kept here, so that an export has
the entity as it came in. A column of a batch holds each as one JSON text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from resolver.records.batch import Batch
from resolver.records.kinds import Kind
from resolver.records.packing import split_fields
from resolver.records.properties import COMPOSED_PARTS, LINK_ENTITY, SUFFIXES
from resolver.records.record import Record, Relation
from resolver.records.relation_types import RELATION_TYPES, direct_relation, role_words
from resolver.records.relation_types import DifferenceKind as DifferenceKind
from resolver.runtime.text_cache import cache_short_texts

_ROLES_OF_ONE_ENTITY = frozenset(
    (
        *("same", "same as", "same person", "same entity", "identical", "duplicate", "self"),
        *("alias", "alias of", "aka", "also known as", "formerly known as", "former name"),
        *("dba", "doing business as", "trade name", "trade name of"),
    )
)
_TEXTS = {
    DifferenceKind.KIN: ("family", "persons"),
    DifferenceKind.OWNERSHIP: ("owner and owned", "entities"),
    DifferenceKind.MEMBERSHIP: ("member and group", "entities"),
    DifferenceKind.SUCCESSION: ("predecessor and successor", "entities"),
    DifferenceKind.FACTION: ("faction and whole", "groups"),
    DifferenceKind.ALLIANCE: ("allies or rivals", "entities"),
}
_GENERATION_LABELS = {1: "Sr.", 2: "Jr.", 3: "III", 4: "IV"}
# Marks after the first word, and words that are marks only at the end or before a comma.
_MARKS = {"sr": 1, "snr": 1, "jr": 2, "jnr": 2, "ii": 2, "iii": 3, "iv": 4}
_LAST_WORDS = {
    **dict.fromkeys(("senior", "elder", "père", "pai", "старший", "starší", "starszy"), 1),
    **dict.fromkeys(("junior", "younger", "fils", "filho", "hijo", "kichik"), 2),
    **dict.fromkeys(("младший", "mladší", "młodszy"), 2),
    "neto": 3,
}
GENERATION_HINT = (
    r"(?i)[^a-z](sn?r|jn?r|ii|iii|iv)([^a-z]|$)"
    r"|[^a-z](s.{1,2}nior|j.{1,2}nior|the elder|the younger|p.{1,2}re|pai|star[^ ,]{2,4}|fils"
    r"|filho|hijo|kichik|mlad[^ ,]{2,4}|m.odszy|neto|старш[^ ,]+|младш[^ ,]+)[\s.)'\x22]*(,|$)"
)
"""Pattern (RE2) of names that may hold a generation; `split_generation` decides."""
_WORD = re.compile(r"[^\W_]+|,")
_MAX_NAME = 500
"""Letters of a name that are read."""


def relation_difference(kind: str, role: str) -> DifferenceKind | None:
    """Return why the ends of a relation (type and role) are two entities; None if it is silent."""
    words = role_words(role)
    if words in _ROLES_OF_ONE_ENTITY:
        return None
    return RELATION_TYPES[direct_relation(kind, role).type].difference


def packed_difference(text: str) -> tuple[DifferenceKind | None, str]:
    """Return the same for a packed relation, and the id of its target (empty: none)."""
    kind, target_id, _, role = split_fields(text, 4)
    return relation_difference(kind, role), target_id


def _fold(text: str) -> str:
    """Return a text in lower case without marks."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_LAST_GENERATIONS = {_fold(word): rank for word, rank in _LAST_WORDS.items()}


@cache_short_texts(8_192)
def split_generation(name: str) -> tuple[str, int]:
    """Return the sorted words of a name without generation, and the generation (0: none).

    1 is Sr., 2 Jr. or II, 3 III (also a grandson, *neto*), 4 IV.
    """
    words = _WORD.findall(_fold(name[:_MAX_NAME]))
    rest: list[str] = []
    rank = 0
    for place, word in enumerate(words):
        is_last = place + 1 == len(words) or words[place + 1] == ","
        number = _MARKS.get(word, 0) or (_LAST_GENERATIONS.get(word, 0) if is_last else 0)
        has_article = bool(rest) and rest[-1] == "the"
        if word in ("elder", "younger"):
            number = number if has_article else 0
            rest = rest[:-1] if number else rest
        if place and number:
            rank = rank or number
        elif word != ",":
            rest.append(word)
    return (" ".join(sorted(rest)), rank) if rest else ("", 0)


def record_generations(record: Record) -> dict[str, frozenset[int]]:
    """Return the generations of a person's principal names, by the name without generation.

    Aliases are left out: a nickname such as "Junior" tells nothing.
    """
    if record.kind is not Kind.PERSON:
        return {}
    names = record.texts("name") or (" ".join(record.texts(*COMPOSED_PARTS)),)
    suffixes = {split_generation(f"x {text}")[1] for text in record.texts(*SUFFIXES)} - {0}
    ranks: dict[str, set[int]] = {}
    for name in names:
        base, rank = split_generation(name)
        stated = {rank} if rank else suffixes
        if base and stated:
            ranks.setdefault(base, set()).update(stated)
    return {base: frozenset(numbers) for base, numbers in ranks.items()}


@dataclass(frozen=True, slots=True)
class StatedDifference:
    """Statement that two records are two entities.

    `source` is the list that relates them; `generations` are those of the left and the right name.
    """

    kind: DifferenceKind
    left_id: str
    right_id: str
    source: str = ""
    generations: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        """Return the statement as a sentence for a steward."""
        if self.kind is DifferenceKind.GENERATION:
            left, right = (_GENERATION_LABELS[rank] for rank in self.generations)
            return f"One name is {left}, the other {right}, so they are two persons."
        relation, noun = _TEXTS[self.kind]
        return f"{self.source} relates these two as {relation}, so they are two {noun}."


def find_stated_difference(
    lefts: Iterable[Record], rights: Iterable[Record]
) -> StatedDifference | None:
    """Return the first statement that a record of one side differs from one of the other, or None.

    Relations come before generations; the order of the records decides among several.
    """
    left_records, right_records = tuple(lefts), tuple(rights)
    left_ids, right_ids = ({record.id for record in side} for side in (left_records, right_records))
    for records, targets, is_left in (
        (left_records, right_ids - left_ids, True),
        (right_records, left_ids - right_ids, False),
    ):
        for record in records:
            for relation in record.relations:
                difference = _read_relation(record, relation, targets)
                if difference is not None:
                    kind, target = difference
                    pair = (record.id, target) if is_left else (target, record.id)
                    return StatedDifference(kind, *pair, record.source)
    return _find_generations(left_records, right_records)


def _read_relation(
    record: Record, relation: Relation, targets: set[str]
) -> tuple[DifferenceKind, str] | None:
    """Return the difference that a relation to one of some records states, and the record's id."""
    kind = relation_difference(relation.type, relation.role)
    if kind is None or not relation.target_id:
        return None
    if kind is DifferenceKind.KIN and record.kind is Kind.GROUP:
        kind = DifferenceKind.OWNERSHIP  # a parent company
    for target in (relation.target_id, native_target(record.source, relation.target_id)):
        if target in targets:
            return kind, target
    return None


def native_target(source: str, target_id: str) -> str:
    """Return the record id of a target that a relation names by its native id in the source."""
    return f"{source}:{target_id}"


def _find_generations(
    lefts: tuple[Record, ...], rights: tuple[Record, ...]
) -> StatedDifference | None:
    by_base: dict[str, tuple[str, frozenset[int]]] = {}
    for record in lefts:
        for base, ranks in record_generations(record).items():
            by_base.setdefault(base, (record.id, ranks))
    for record in rights:
        for base, ranks in record_generations(record).items():
            left_id, left_ranks = by_base.get(base, ("", ranks))
            if not left_ranks & ranks:
                kind = DifferenceKind.GENERATION
                generations = min(left_ranks), min(ranks)
                return StatedDifference(kind, left_id, record.id, generations=generations)
    return None


ADDRESS_SCHEMA = "Address"


@dataclass(frozen=True, slots=True)
class StatedLink:
    """Entity of a list that is no record, as one record of the list states it.

    `properties` name records by their record ids in the properties `ends`, and everything else as
    the list does. `relations`: packed relations that the record has because of this entity.
    """

    id: str
    schema: str
    properties: Mapping[str, Sequence[str]]
    ends: Sequence[str] = ()
    datasets: Sequence[str] = ()
    listed_since: str = ""
    last_change: str = ""
    relations: Sequence[str] = field(default=())


def pack_link(link: StatedLink) -> str:
    """Return the text of a link entity; equal ones have the same text."""
    row = {
        "id": link.id,
        "schema": link.schema,
        "properties": {prop: sorted(link.properties[prop]) for prop in sorted(link.properties)},
        "ends": sorted(link.ends),
        "datasets": list(link.datasets),
        "listed_since": link.listed_since,
        "last_change": link.last_change,
        "relations": sorted(link.relations),
    }
    filled = {name: value for name, value in row.items() if value}
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":"))


def unpack_link(text: str) -> StatedLink:
    """Return the link entity that `pack_link` packed."""
    return StatedLink(**{"properties": {}, **orjson.loads(text)})


def iterate_links(batch: Batch) -> Iterator[tuple[int, str, StatedLink]]:
    """Yield each link entity of each record of a batch: row of the record, text, and entity."""
    column = batch.columns.get(LINK_ENTITY)
    if column is None:
        return
    texts = column.values.to_pylist()
    links = [unpack_link(text) for text in texts]
    for row, code in zip(column.rows.tolist(), column.codes.tolist(), strict=True):
        yield row, texts[code], links[code]
