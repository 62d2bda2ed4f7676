"""Branches, stated: two groups that go by the name of the whole, each with a place of its own in its principal name,
are two; one place written in two ways, or left out on one side, is one. Lists hold both, and too few to learn from."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from resolver.normalize.lexicons.cities import PLACES, city_of
from resolver.records import Kind, Record, Value
from resolver.training.augment.controlled_differences import Differing, named

BRANCH = "branches"
MOST = 1_500
"""Pairs made of each label."""
_WAYS = ("{} {}", "{} ({})", "{} in {}", "{} - {}", "{}, {}", "{} of {}")
_LISTED = 0.85
"""How many branches are listed with the name of the whole."""


def branch_pairs(people: Iterable[Record], seed: int) -> Iterator[Differing]:
    """Pairs made of the invented groups among `people` whose names hold no city: a pair of branches that differ, and
    one that is the same, of each."""
    chance = random.Random(f"{seed}:{BRANCH}")
    held = [one for one in people if one.kind == Kind.GROUP and _plain(one)]
    chance.shuffle(held)
    for number, whole in enumerate(held[:MOST]):
        here, there = chance.sample(PLACES, 2)
        first = _branch(whole, here, chance)
        yield named(first, _branch(whole, there, chance), BRANCH, 2 * number, same=False)
        # the whole is what its only branch may be called
        again = _branch(whole, here, chance) if chance.random() < 0.7 else _told(whole, (), chance)
        yield named(first, again, BRANCH, 2 * number + 1, same=True)


def _plain(record: Record) -> bool:
    names = record.texts("name")
    return bool(names) and not any(city_of(word.strip("().,").lower()) for word in names[0].split())


def _branch(whole: Record, place: tuple[str, ...], chance: random.Random) -> Record:
    name = whole.texts("name")[0]
    said = chance.choice(_WAYS).format(name, chance.choice(place).capitalize())
    values = [Value("name", said.upper() if name.isupper() else said)]
    if chance.random() < _LISTED:
        values.append(Value("alias", name))
    return _told(whole, values, chance)


def _told(whole: Record, names: Iterable[Value], chance: random.Random) -> Record:
    """A record of these names, or of that of the whole, half the time with its country."""
    values = [*names] or [Value("name", whole.texts("name")[0])]
    countries = whole.texts("country")
    if countries and chance.random() < 0.5:
        values.append(Value("country", countries[0]))
    return Record(whole.id, "stated", Kind.GROUP, whole.schema, tuple(values))


__all__ = ["BRANCH", "branch_pairs"]
