"""Types of relations in one table, classes of roles, and the direction in which a graph has them.

A record states a relation from its own side. Two types may say the same from the two ends
(predecessor of, successor of), and older records say by a role what has a type now (linked to,
role "owned by"): `direct_relation` gives one form to all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from resolver.records.record import RelationType
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
    """Meaning of a type: `words` from the side that states it, `reverse` from the other side.

    `difference`: why the ends are two entities, None if the type does not say so. `is_mutual`: it
    reads the same from both sides. `inverse`: type that says the same from the other end and is the
    one that graphs have.
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
# Roles of a mere link that say more: the type, and whether it holds from the other end. FtM's
# direct properties name what is at the other end: `owner` is that of the record itself.
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
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MAX_ROLE = 300
"""Characters of a role that are read for its class."""


class DirectedRelation(NamedTuple):
    """Type of a relation in a graph. `is_reversed`: it holds from the target to the record that
    states it; of mutual types it never is.
    """

    type: RelationType
    is_reversed: bool


def role_words(role: str) -> str:
    """Return the words of a role in lower case: `SUCCESSOR_OF` → `successor of`."""
    return " ".join(re.findall(r"\w+", role.casefold().replace("_", " ")))


@cache_short_texts(8_192)
def role_class(role: str) -> str:
    """Return the class of a role as text (see `ROLE_CLASSES`); empty for one without."""
    words = _WORD.findall(role[:_MAX_ROLE].casefold().replace("_", " "))
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
