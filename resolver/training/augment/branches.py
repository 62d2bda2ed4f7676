"""Pairs of branches, stated because lists hold too few to learn from.

Two groups under the name of one organization, each with a place of its own in its principal name,
are different. One place written in two ways, or omitted on one side, is the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from resolver.normalize.group_lexicons.cities import city_name, city_spellings
from resolver.records import Kind, Record, Value
from resolver.training.augment.controlled_differences import LabeledRecordPair, with_pair_ids

BRANCH_ORIGIN = "branches"
MAX_PAIRS_PER_LABEL = 1_500
"""Maximum number of pairs of each label."""
_BRANCH_PATTERNS = ("{} {}", "{} ({})", "{} in {}", "{} - {}", "{}, {}", "{} of {}")
_PLACES = city_spellings()
_ALIAS_SHARE = 0.85
"""Share of branches listed with the name of the whole organization as an alias."""


def generate_branch_pairs(people: Iterable[Record], seed: int) -> Iterator[LabeledRecordPair]:
    """Yield a pair of different and a pair of equal branches per group without a city's name."""
    chance = random.Random(f"{seed}:{BRANCH_ORIGIN}")
    groups = [group for group in people if group.kind == Kind.GROUP and _has_no_city(group)]
    chance.shuffle(groups)
    for number, parent in enumerate(groups[:MAX_PAIRS_PER_LABEL]):
        own_place, other_place = chance.sample(_PLACES, 2)
        first = _branch_record(parent, own_place, chance)
        other = _branch_record(parent, other_place, chance)
        yield with_pair_ids(first, other, BRANCH_ORIGIN, 2 * number, same=False)
        # an only branch may be listed under the name of the whole organization
        again = (
            _branch_record(parent, own_place, chance)
            if chance.random() < 0.7
            else _group_record(parent, (), chance)
        )
        yield with_pair_ids(first, again, BRANCH_ORIGIN, 2 * number + 1, same=True)


def _has_no_city(record: Record) -> bool:
    names = record.texts("name")
    return bool(names) and not any(
        city_name(word.strip("().,").lower()) for word in names[0].split()
    )


def _branch_record(parent: Record, place: tuple[str, ...], chance: random.Random) -> Record:
    name = parent.texts("name")[0]
    branch_name = chance.choice(_BRANCH_PATTERNS).format(name, chance.choice(place).capitalize())
    values = [Value("name", branch_name.upper() if name.isupper() else branch_name)]
    if chance.random() < _ALIAS_SHARE:
        values.append(Value("alias", name))
    return _group_record(parent, values, chance)


def _group_record(parent: Record, names: Iterable[Value], chance: random.Random) -> Record:
    """Return a group with the given names, or its own name, and its country half of the time."""
    values = [*names] or [Value("name", parent.texts("name")[0])]
    countries = parent.texts("country")
    if countries and chance.random() < 0.5:
        values.append(Value("country", countries[0]))
    return Record(parent.id, "stated", Kind.GROUP, parent.schema, tuple(values))


__all__ = ["BRANCH_ORIGIN", "generate_branch_pairs"]
