"""What either side of a comparison said, as text for a human: values, and how the parts of the names were aligned."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from resolver.compare.context import Context
from resolver.compare.dates import GRADES
from resolver.compare.name_pair import (
    JOINED,
    JOINED_SKELETON,
    LIMIT,
    align_forms,
    joined_across,
)
from resolver.compare.words import compare_tokens
from resolver.records.assembling import Later
from resolver.records.batch import IntArray
from resolver.records.explanation import AlignedPart, Fate, on_one_line
from resolver.records.prepared import Prepared
from resolver.records.ragged import Ragged

_GENDERS = ((1, "male"), (2, "female"), (4, "other"))


def shown(context: Context, shows: str, pair: int = 0) -> tuple[str, str]:
    """The texts of either side that a comparator looked at (`Comparator.shows`), joined by ` | `."""
    if shows == "names":
        left, right = (int(forms[pair]) for forms in context.best_forms)
        return form_text(context.prepared, left), form_text(context.prepared, right)
    rows = int(context.left[pair]), int(context.right[pair])
    one, two = (_values(context.prepared, shows, row) for row in rows)
    return " | ".join(one), " | ".join(two)


def form_text(prepared: Prepared, form: int) -> str:
    """A name as written, or put together from its parts; empty for -1."""
    if form < 0:
        return ""
    text = prepared.forms.texts[form]
    return str(text) if text else " ".join(prepared.tokens.texts[token] for token in prepared.forms.tokens[form])


def _origin(prepared: Prepared, row: int) -> tuple[Prepared, int]:
    """Where a row is from, so that what is shown of it need not be put together for all."""
    return prepared.origin(row) if isinstance(prepared, Later) else (prepared, row)


def _values(prepared: Prepared, shows: str, row: int) -> list[str]:
    if shows == "sources":
        return [str(prepared.ids[row].as_py()).partition(":")[0]]
    prepared, row = _origin(prepared, row)
    if shows == "gender":
        return [word for bit, word in _GENDERS if prepared.gender[row] & bit]
    prop = shows.removeprefix("plain:")
    side: Ragged = getattr(prepared, shows) if prop == shows else prepared.plain[prop][0]
    codes = side[row].tolist()
    if not codes:
        return []
    if shows in ("nationalities", "countries"):
        return [prepared.country_codes[code] for code in codes]
    texts = _TEXTS[shows](prepared) if prop == shows else prepared.plain[prop][1].texts
    # one by one: most say one thing, and texts of a file are read where they are asked for
    return [str(texts[code]) for code in codes]


_TEXTS: dict[str, Callable[[Prepared], npt.NDArray[np.object_]]] = {
    "births": lambda one: one.dates.texts,
    "starts": lambda one: one.dates.texts,
    "birth_places": lambda one: one.place_table.texts,
    "addresses": lambda one: one.address_table.texts,
    "identifiers": lambda one: one.identifier_table.texts,
}


def aligned_parts(context: Context, pair: int = 0) -> tuple[AlignedPart, ...]:
    """What became of every part of the best pair of names: those of the left in their order, then what only the right
    has. Empty where a side has no name."""
    prepared = context.prepared
    left, right = (int(forms[pair]) for forms in context.best_forms)
    if left < 0 or right < 0:
        return ()
    mates = _mates(context, left, right)
    one, two = (prepared.forms.tokens[form][: len(mate)] for form, mate in zip((left, right), mates, strict=True))
    against = bool((mates[0] < 0).any() and (mates[1] < 0).any())
    alone = Fate.CONTRADICTED if against else Fate.OMITTED
    texts = prepared.tokens.texts
    rarity = prepared.tokens.rarity_group if context.group else prepared.tokens.rarity_person
    said, done = [], set()
    for place, token in enumerate(one.tolist()):
        mate = int(mates[0][place])
        if mate < 0:
            said.append(AlignedPart(str(texts[token]), "", alone, 0.0, _nats(rarity[token])))
        elif mate not in done:
            done.add(mate)
            ours = np.flatnonzero(mates[0] == mate)
            theirs = np.flatnonzero(mates[1] == place)
            said.append(_matched(context, (left, right), (one[ours], two[theirs]), (int(ours[0]), int(theirs[0]))))
    for place, token in enumerate(two.tolist()):
        if mates[1][place] < 0:
            said.append(AlignedPart("", str(texts[token]), alone, 0.0, _nats(rarity[token])))
    return tuple(said)


def _matched(
    context: Context, forms: tuple[int, int], tokens: tuple[IntArray, IntArray], places: tuple[int, int]
) -> AlignedPart:
    """Two words that were matched, or two of one name and the one of the other that they spell."""
    table, names = context.prepared.tokens, context.names
    rarity = table.rarity_group if context.group else table.rarity_person
    left, right = (" ".join(str(table.texts[token]) for token in side) for side in tokens)
    one, two = int(tokens[0][0]), int(tokens[1][0])
    if len(tokens[0]) != len(tokens[1]):
        single, split = (0, 1) if len(tokens[0]) == 1 else (1, 0)
        whole = int(tokens[single][0])
        written, place = context.prepared.forms, context.prepared.forms.tokens.offsets[forms[split]] + places[split]
        if written.joined[place] == table.hashes[whole]:
            value = JOINED
        elif written.joined_skeleton[place] == table.skeleton[whole]:
            value = JOINED_SKELETON
        else:
            halves = tokens[split]
            with names.memo() as memo:
                value = joined_across(halves[0], halves[1], whole, names.words, memo)
        return AlignedPart(left, right, Fate.JOINED, round(float(value), 2), _nats(rarity[whole]))
    found = np.zeros(1, dtype=np.float32)
    with names.memo() as memo:
        compare_tokens(tokens[0][:1], tokens[1][:1], names.words, memo, found)
    fate = Fate.EQUAL if table.hashes[one] == table.hashes[two] else Fate.SIMILAR
    return AlignedPart(left, right, fate, round(float(found[0]), 2), _nats(min(rarity[one], rarity[two])))


def _mates(context: Context, left: int, right: int) -> tuple[IntArray, IntArray]:
    """For every word of two name forms the place of its partner in the other, -1 for none."""
    forms, names = context.prepared.forms.tokens, context.names
    (row,), (other,) = (np.flatnonzero(names.written.names["form"] == form)[:1] for form in (left, right))
    ours, theirs = (np.array(sorted(set(forms[form].tolist())), dtype=np.int32) for form in (left, right))
    sides = ours, theirs
    local = np.zeros((2, len(context.prepared.tokens)), dtype=np.int32)
    for side, tokens in enumerate(sides):
        local[side, tokens] = np.arange(len(tokens))
    step = len(sides[1])
    likeness = np.empty(len(sides[0]) * step, dtype=np.float32)
    mates = np.empty((2, LIMIT), dtype=np.int32)
    room = np.zeros((LIMIT, LIMIT), dtype=np.float32), mates, np.empty(9, dtype=np.float32)
    with names.memo() as memo:
        compare_tokens(*sides, names.words, memo, likeness)
        swapped = align_forms(row, other, names.written, names.words, memo, context.group, likeness, step, local, *room)
    one, two = mates[::-1] if swapped else mates
    return one[: min(len(forms[left]), LIMIT)], two[: min(len(forms[right]), LIMIT)]


def _nats(rarity: np.float32) -> float:
    return round(float(rarity), 1)


def alignment_text(context: Context, pair: int = 0) -> str:
    """How the best pair of names was aligned, on one line."""
    return on_one_line(aligned_parts(context, pair))


_MANY = "a number that many use, or an invented one: it says nothing"


def _used_by_many(context: Context, pair: int) -> bool:
    """Whether the two share a number that says nothing."""
    (one, left), (two, right) = (_origin(context.prepared, int(rows[pair])) for rows in (context.left, context.right))
    if not len(one.identifiers.items) or not len(two.identifiers.items):
        return False
    ours, theirs = one.identifiers[left], two.identifiers[right]
    if not len(ours) or not len(theirs):
        return False
    shared = np.isin(one.identifier_table.number[ours], two.identifier_table.number[theirs])
    return bool(np.any(shared & (one.identifier_table.mass_used[ours] != 0)))


def detail(
    context: Context, feature: str, similarity: float, pair: int = 0, parts: tuple[AlignedPart, ...] | None = None
) -> str:
    """A word on what a similarity means, where it has one. `parts`: those of the pair, where they are at hand."""
    if math.isnan(similarity):
        return _MANY if feature == "identifier" and _used_by_many(context, pair) else ""
    if feature in ("birth_date", "start_date"):
        return GRADES[min(GRADES, key=lambda grade: abs(grade - similarity))]
    if feature != "name":
        return ""
    return alignment_text(context, pair) if parts is None else on_one_line(parts)
