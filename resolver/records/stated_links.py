"""Statements of lists about two records: their relations, and that they are different.

A record states a relation from its own side. Two types may state the same relation, seen from its
two ends (predecessor of, successor of). Older records use a role for what now has a type (linked
to, role "owned by"). `RELATION_TYPES` has the types, and `direct_relation` brings all statements to
one form.

Some relations say that the two records are different: kin, owners, members, successors, and Sr.
against Jr. Such records are never one entity, however alike they are. Relations such as "linked to"
or "associate of" state no difference. Relations whose role says that the two are the same do not
say this either.

Comparisons need only the part of a link entity that joins or describes records: a relation, an
address, a number. The rest (its id, the authority of a sanction, the share of an ownership) is kept
here, so that an export can write the link entity as it came in. A column of a batch holds each link
entity as one JSON text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import orjson

from resolver.records.batch import Batch
from resolver.records.kinds import Kind
from resolver.records.packing import split_fields
from resolver.records.properties import COMPOSED_PARTS, LINK_ENTITY, SUFFIXES
from resolver.records.record import Record, Relation, RelationType
from resolver.runtime.text_cache import cache_short_texts


class DifferenceKind(StrEnum):
    """Reason for which two records are different entities."""

    KIN = "kin"
    OWNERSHIP = "ownership"
    MEMBERSHIP = "membership"
    SUCCESSION = "succession"
    FACTION = "faction"
    ALLIANCE = "alliance"
    GENERATION = "generation"


@dataclass(frozen=True, slots=True)
class RelationMeaning:
    """Meaning of a relation type: `words` from the side that states it, `reverse` from the other
    side.

    `difference`: why the ends are two different entities; None if the type does not say so.
    `is_mutual`: the relation is the same from both sides. `inverse`: the type that states the same
    relation from the other end and is used in graphs.
    """

    words: str
    reverse: str
    difference: DifferenceKind | None = None
    is_mutual: bool = False
    inverse: RelationType | None = None


_MEMBERSHIP, _SUCCESSION = DifferenceKind.MEMBERSHIP, DifferenceKind.SUCCESSION
_ALLIANCE = DifferenceKind.ALLIANCE
RELATION_TYPES: Mapping[RelationType, RelationMeaning] = {
    RelationType.MEMBER_OF: RelationMeaning("member of", "has as member", _MEMBERSHIP),
    RelationType.LEADER_OF: RelationMeaning("leader of", "led by", _MEMBERSHIP),
    RelationType.FOUNDER_OF: RelationMeaning("founder of", "founded by", _MEMBERSHIP),
    RelationType.FINANCIER_OF: RelationMeaning("financier of", "financed by", _MEMBERSHIP),
    RelationType.FACILITATOR_OF: RelationMeaning("facilitator of", "served by", _MEMBERSHIP),
    RelationType.DIRECTOR_OF: RelationMeaning("director of", "directed by", _MEMBERSHIP),
    RelationType.EMPLOYEE_OF: RelationMeaning("employee of", "employer of", _MEMBERSHIP),
    RelationType.EMPLOYER_OF: RelationMeaning(
        "employer of", "employee of", _MEMBERSHIP, inverse=RelationType.EMPLOYEE_OF
    ),
    RelationType.FAMILY_OF: RelationMeaning(
        "family of", "family of", DifferenceKind.KIN, is_mutual=True
    ),
    RelationType.ASSOCIATE_OF: RelationMeaning("associate of", "associate of", is_mutual=True),
    RelationType.OWNER_OF: RelationMeaning("owner of", "owned by", DifferenceKind.OWNERSHIP),
    RelationType.FACTION_OF: RelationMeaning(
        "faction of", "has as faction", DifferenceKind.FACTION
    ),
    RelationType.SPLINTER_OF: RelationMeaning("splinter of", "split into", _SUCCESSION),
    RelationType.PREDECESSOR_OF: RelationMeaning("predecessor of", "successor of", _SUCCESSION),
    RelationType.SUCCESSOR_OF: RelationMeaning(
        "successor of", "predecessor of", _SUCCESSION, inverse=RelationType.PREDECESSOR_OF
    ),
    RelationType.MERGED_INTO: RelationMeaning("merged into", "took in", _SUCCESSION),
    RelationType.ALLY_OF: RelationMeaning("ally of", "ally of", _ALLIANCE, is_mutual=True),
    RelationType.OPPONENT_OF: RelationMeaning("rival of", "rival of", _ALLIANCE, is_mutual=True),
    RelationType.PAYER_OF: RelationMeaning("payer to", "paid by"),
    RelationType.LINKED_TO: RelationMeaning("linked to", "linked to", is_mutual=True),
}
"""Meaning of each type, in the order in which pages list them."""
_TYPES_BY_WORDS = {meaning.words: kind for kind, meaning in RELATION_TYPES.items()} | {
    "associated with": RelationType.ASSOCIATE_OF,
    "allied with": RelationType.ALLY_OF,
    "head of": RelationType.LEADER_OF,
    "works for": RelationType.EMPLOYEE_OF,
    "employed by": RelationType.EMPLOYEE_OF,
    "splinter group of": RelationType.SPLINTER_OF,
    "breakaway from": RelationType.SPLINTER_OF,
    "successor to": RelationType.SUCCESSOR_OF,
    "predecessor to": RelationType.PREDECESSOR_OF,
    "relative of": RelationType.FAMILY_OF,
}
# Roles that say more than "linked to": the type that they stand for, and whether it holds from the
# other end. FtM's direct properties name the entity at the other end: `owner` is the owner of the
# record.
_LINK_ROLES: Mapping[str, tuple[RelationType, bool]] = {
    **{row.reverse: (kind, True) for kind, row in RELATION_TYPES.items() if not row.is_mutual},
    **{words: (kind, False) for words, kind in _TYPES_BY_WORDS.items()},
    **dict.fromkeys(
        ("owner", "holder", "owned", "owned by", "beneficial owner", "registered owner"),
        (RelationType.OWNER_OF, True),
    ),
    **dict.fromkeys(
        ("shareholder", "parent", "parent company", "ultimate parent", "subsidiary of"),
        (RelationType.OWNER_OF, True),
    ),
    **dict.fromkeys(("subsidiary", "parent of"), (RelationType.OWNER_OF, False)),
    "member": (RelationType.MEMBER_OF, True),
    "director": (RelationType.LEADER_OF, True),
    **dict.fromkeys(("successor", "predecessor of"), (RelationType.PREDECESSOR_OF, False)),
    **dict.fromkeys(
        ("predecessor", "successor of", "successor to"), (RelationType.PREDECESSOR_OF, True)
    ),
    "paid by": (RelationType.PAYER_OF, True),
}
ROLE_CLASSES: Mapping[str, str] = {
    "leader": "leader, head, chief, boss, commander, emir, amir, kingpin, chairman, chair,"
    " president",
    "deputy": "deputy, second-in-command, vice, lieutenant",
    "founder": "founder, co-founder, cofounder",
    "director": "director, chairperson, board, manager, officer, executive, ceo, secretary",
    "financier": "financier, funder, money, treasurer, banker, hawaladar, launderer, cashier",
    "facilitator": "facilitator, fixer, broker, intermediary, middleman, coordinator, organizer,"
    " organiser, arranger, agent",
    "recruiter": "recruiter, recruitment",
    "transporter": "driver, skipper, captain, pilot, transporter, courier, smuggler, guide,"
    " boatman",
    "forger": "forger, document, documents, counterfeiter",
    "guard": "guard, enforcer, bodyguard, lookout, scout, watchman",
    "employee": "employee, worker, staff, accountant, clerk, lawyer",
    "member": "member, associate, operative, fighter, supporter, affiliate",
    "parent": "father, mother, parent",
    "child": "son, daughter, child, stepson, stepdaughter",
    "sibling": "brother, sister, sibling, twin, half-brother, half-sister",
    "spouse": "wife, husband, spouse, partner, widow, widower",
    "in-law": "son-in-law, daughter-in-law, brother-in-law, sister-in-law, father-in-law,"
    " mother-in-law",
    "other kin": "uncle, aunt, nephew, niece, cousin, grandson, granddaughter, grandfather,"
    " grandmother, relative, family",
}
"""Words of roles by class; a role has the class of its first word that has one."""
_CLASS_OF_WORD = {
    word.strip(): name for name, words in ROLE_CLASSES.items() for word in words.split(",")
}
_ROLE_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MAX_ROLE = 300
"""Maximum number of characters in a role that are read for its class."""


class DirectedRelation(NamedTuple):
    """Type of a relation in a graph. `is_reversed`: the relation holds from the target to the
    record that states it; always False for mutual types.
    """

    type: RelationType
    is_reversed: bool


def role_words(role: str) -> str:
    """Return the words of a role in lower case: `SUCCESSOR_OF` → `successor of`."""
    return " ".join(re.findall(r"\w+", role.casefold().replace("_", " ")))


@cache_short_texts(8_192)
def role_class(role: str) -> str:
    """Return the class of a role as text (see `ROLE_CLASSES`); empty if the role has none."""
    words = _ROLE_WORD.findall(role[:_MAX_ROLE].casefold().replace("_", " "))
    return next((_CLASS_OF_WORD[word] for word in words if word in _CLASS_OF_WORD), "")


def find_relation_type(text: str) -> RelationType | None:
    """Return the type that a text names, by value or words: `factionOf`, `Faction of`."""
    words = role_words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))
    return _TYPES_BY_WORDS.get(words) or _TYPE_OF_VALUE.get(words.replace(" ", ""))


_TYPE_OF_VALUE = {kind.value.casefold(): kind for kind in RelationType}


@cache_short_texts(8_192, all_arguments=True)
def direct_relation(kind: str, role: str) -> DirectedRelation:
    """Return the type that a graph has for a stated type (value) and role, and its direction.

    Raises `ValueError` for an unknown type.
    """
    stated = RelationType(kind)
    if stated is RelationType.LINKED_TO:
        stated, is_reversed = _LINK_ROLES.get(role_words(role), (stated, False))
    else:
        is_reversed = False
    inverse = RELATION_TYPES[stated].inverse
    if inverse is not None:
        stated, is_reversed = inverse, not is_reversed
    return DirectedRelation(stated, is_reversed and not RELATION_TYPES[stated].is_mutual)


_CITED, _MIN_CITED_WORDS = ": ", 3


def cite_sentence(column: str, sentence: str) -> str:
    """Return the origin of a relation that was read from a sentence in a column of a list."""
    return f"{column}{_CITED}{sentence}"


def cited_sentence(origin: str) -> str:
    """Return the sentence that the origin of a relation cites; empty for one that cites none."""
    sentence = origin.partition(_CITED)[2]
    # the heading of a column may have a colon, too
    return sentence if len(sentence.split()) >= _MIN_CITED_WORDS else ""


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
"""Maximum number of letters in a name that are read."""


def relation_difference(kind: str, role: str) -> DifferenceKind | None:
    """Return why the ends of a relation (type and role) are two entities; None if it does not say
    so.
    """
    words = role_words(role)
    if words in _ROLES_OF_ONE_ENTITY:
        return None
    return RELATION_TYPES[direct_relation(kind, role).type].difference


def packed_difference(text: str) -> tuple[DifferenceKind | None, str]:
    """Return the difference that a packed relation states, and the id of its target (empty:
    none).
    """
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

    The generation is 1 for Sr., 2 for Jr. or II, 3 for III (also a grandson, *neto*), 4 for IV.
    """
    words = _WORD.findall(_fold(name[:_MAX_NAME]))
    rest: list[str] = []
    rank = 0
    for index, word in enumerate(words):
        is_last = index + 1 == len(words) or words[index + 1] == ","
        number = _MARKS.get(word, 0) or (_LAST_GENERATIONS.get(word, 0) if is_last else 0)
        has_article = bool(rest) and rest[-1] == "the"
        if word in ("elder", "younger"):
            number = number if has_article else 0
            rest = rest[:-1] if number else rest
        if index and number:
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
    """Return the first statement that a record of one side differs from a record of the other side,
    or None.

    Relations come before generations; if there are several, the order of the records decides.
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
    """Link entity of a list (it is no record), as one record of the list states it.

    `properties` name records by their record ids in the properties `ends`. All other values are as
    in the list. `relations`: packed relations that the record has because of this entity.
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
    """Return the text of a link entity; equal link entities have the same text."""
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
