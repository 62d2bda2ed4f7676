"""What either side of a comparison said, as text for a human: values, and how the parts of the names were aligned."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.name_pair import JOINED, JOINED_SKELETON, joined_across
from resolver.comparison.alignment.similarity_matrix import LIMIT
from resolver.comparison.context import Context
from resolver.comparison.date_grades import GRADES
from resolver.comparison.token_partners import partners
from resolver.records.prepared.assembly import Later
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.ragged import Ragged
from resolver.records.results.explanation import AlignedPart, Fate, on_one_line

PRINCIPALS = "principals"
"""What is shown where the first principal names are compared."""
_GENDERS = ((1, "male"), (2, "female"), (4, "other"))


def texts_of(
    prepared: Prepared, row: int, form: int, principal: int, shows: Sequence[str]
) -> list[str]:
    """What comparators look at (`Comparator.shows`) of a record, as text, in that order. `form` and `principal`: those
    of its names that were compared, and its first principal one."""
    held, place = _origin(prepared, row)
    said = []
    for named in shows:
        if named == "names":
            said.append(form_text(prepared, form))
        elif named == PRINCIPALS:
            said.append(
                said[0]
                if form == principal and shows[0] == "names"
                else form_text(prepared, principal)
            )
        elif named == "sources":
            said.append(str(prepared.ids[row].as_py()).partition(":")[0])
        else:
            said.append(_text_of(held, place, named))
    return said


def _text_of(held: Prepared, row: int, shows: str) -> str:
    if shows == "gender":
        return _genders(int(held.gender[row]))
    prop = shows.removeprefix("plain:")
    plain = prop != shows
    side: Ragged = held.plain[prop][0] if plain else getattr(held, shows)
    start, end = side.offsets[row], side.offsets[row + 1]
    if start == end:
        return ""
    codes = side.items[start:end].tolist()
    if shows in ("nationalities", "countries"):
        return " | ".join([held.country_codes[code] for code in codes])
    texts = held.plain[prop][1].texts if plain else _TEXTS[shows](held)
    # one by one: most say one thing, and texts of a file are read where they are asked for
    return (
        str(texts[codes[0]])
        if len(codes) == 1
        else " | ".join([str(texts[code]) for code in codes])
    )


@lru_cache(maxsize=8)
def _genders(bits: int) -> str:
    return " | ".join(word for bit, word in _GENDERS if bits & bit)


def form_text(prepared: Prepared, form: int) -> str:
    """A name as written, or put together from its parts; empty for -1."""
    if form < 0:
        return ""
    text = prepared.forms.texts[form]
    return (
        str(text)
        if text
        else " ".join(prepared.tokens.texts[token] for token in prepared.forms.tokens[form])
    )


def _origin(prepared: Prepared, row: int) -> tuple[Prepared, int]:
    """Where a row is from, so that what is shown of it need not be put together for all."""
    return prepared.origin(row) if isinstance(prepared, Later) else (prepared, row)


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
    return parts_of_pairs(context, [pair])[0]


def parts_of_pairs(context: Context, pairs: Sequence[int]) -> list[tuple[AlignedPart, ...]]:
    """The same for some pairs, which together cost little more than one."""
    left, right = (forms[pairs] for forms in context.best_forms)
    named = np.flatnonzero((left >= 0) & (right >= 0))
    found: list[tuple[AlignedPart, ...]] = [()] * len(pairs)
    if len(named):
        told = _Told(context)
        mates, alike = partners(left[named], right[named], context.group, context.names)
        forms = zip(left[named].tolist(), right[named].tolist(), strict=True)
        for place, both, mate, like in zip(
            named.tolist(), forms, mates.tolist(), alike.tolist(), strict=True
        ):
            found[place] = told.parts(both, mate, like)
    return found


class _Told:
    """Tells what became of the parts of names, each word read once."""

    def __init__(self, context: Context) -> None:
        # as they lie for the alignment: tables of all words would have to be made first
        self._context, self._cards, self._texts = (
            context,
            context.names.words.cards,
            context.names.texts,
        )
        self._rarity = self._cards["rarity_group" if context.group else "rarity_person"]
        self._words: dict[int, tuple[str, float]] = {}
        self._forms: dict[int, list[int]] = {}

    def parts(
        self, forms: tuple[int, int], mates: Sequence[Sequence[int]], alike: Sequence[float]
    ) -> tuple[AlignedPart, ...]:
        """Those of two name forms; `mates` and `alike` as `partners` gives them."""
        one, two = self._tokens_of(forms[0]), self._tokens_of(forms[1])
        ours, theirs = mates[0][: len(one)], mates[1][: len(two)]
        alone = (
            Fate.CONTRADICTED
            if min(ours, default=0) < 0 and min(theirs, default=0) < 0
            else Fate.OMITTED
        )
        said, done = [], set()
        for place, token in enumerate(one):
            mate = ours[place]
            if mate < 0:
                said.append(AlignedPart(self._text(token), "", alone, 0.0, self._nats(token)))
            elif mate not in done:
                done.add(mate)
                if ours.count(mate) == 1 and theirs.count(place) == 1:
                    said.append(self._matched(([token], [two[mate]]), alike[place]))
                    continue
                places = (
                    [at for at, to in enumerate(ours) if to == mate],
                    [at for at, to in enumerate(theirs) if to == place],
                )
                tokens = [one[at] for at in places[0]], [two[at] for at in places[1]]
                said.append(
                    self._matched(tokens, alike[places[0][0]])
                    if len(tokens[0]) == len(tokens[1])
                    else self._joined(forms, tokens, (places[0][0], places[1][0]))
                )
        for place, token in enumerate(two):
            if theirs[place] < 0:
                said.append(AlignedPart("", self._text(token), alone, 0.0, self._nats(token)))
        return tuple(said)

    def _tokens_of(self, form: int) -> list[int]:
        found = self._forms.get(form)
        if found is None:
            tokens: list[int] = self._context.prepared.forms.tokens[form][:LIMIT].tolist()
            found = self._forms[form] = tokens
        return found

    def _word(self, token: int) -> tuple[str, float]:
        if token not in self._words:
            self._words[token] = str(self._texts[token]), round(float(self._rarity[token]), 1)
        return self._words[token]

    def _text(self, token: int) -> str:
        return self._word(token)[0]

    def _nats(self, token: int) -> float:
        return self._word(token)[1]

    def _matched(self, tokens: tuple[list[int], list[int]], alike: float) -> AlignedPart:
        """Words that were matched."""
        left, right = (" ".join(map(self._text, side)) for side in tokens)
        one, two = tokens[0][0], tokens[1][0]
        hashes = self._cards["hash"]
        fate = Fate.EQUAL if one == two or hashes[one] == hashes[two] else Fate.SIMILAR
        return AlignedPart(
            left, right, fate, round(alike, 2), min(self._nats(one), self._nats(two))
        )

    def _joined(
        self, forms: tuple[int, int], tokens: tuple[list[int], list[int]], places: tuple[int, int]
    ) -> AlignedPart:
        """Two words of one name and the one of the other that they spell."""
        left, right = (" ".join(map(self._text, side)) for side in tokens)
        single, split = (0, 1) if len(tokens[0]) == 1 else (1, 0)
        whole, written = tokens[single][0], self._context.prepared.forms
        place = written.tokens.offsets[forms[split]] + places[split]
        if written.joined[place] == self._cards["hash"][whole]:
            value = JOINED
        elif written.joined_skeleton[place] == self._cards["skeleton"][whole]:
            value = JOINED_SKELETON
        else:
            one, two = (np.int32(token) for token in tokens[split][:2])
            with self._context.names.memo() as memo:
                value = joined_across(one, two, np.int32(whole), self._context.names.words, memo)
        return AlignedPart(left, right, Fate.JOINED, round(float(value), 2), self._nats(whole))


def alignment_text(context: Context, pair: int = 0) -> str:
    """How the best pair of names was aligned, on one line."""
    return on_one_line(aligned_parts(context, pair))


DETAILED = frozenset(("identifier", "birth_date", "start_date", "name"))
"""The comparators of whose similarities `detail` has a word to say."""
_MANY = "a number that many use, or an invented one: it says nothing"


def _used_by_many(context: Context, pair: int) -> bool:
    """Whether the two share a number that says nothing."""
    one, left = _origin(context.prepared, int(context.left[pair]))
    if not len(one.identifiers.items):
        return False
    two, right = _origin(context.prepared, int(context.right[pair]))
    if not len(two.identifiers.items):
        return False
    ours, theirs = one.identifiers[left], two.identifiers[right]
    if not len(ours) or not len(theirs):
        return False
    shared = np.isin(one.identifier_table.number[ours], two.identifier_table.number[theirs])
    return bool(np.any(shared & (one.identifier_table.mass_used[ours] != 0)))


@lru_cache(maxsize=64)
def _grade_said(similarity: float) -> str:
    return GRADES[min(GRADES, key=lambda grade: abs(grade - similarity))]


def detail(
    context: Context,
    feature: str,
    similarity: float,
    pair: int = 0,
    parts: tuple[AlignedPart, ...] | None = None,
) -> str:
    """A word on what a similarity means, where it has one. `parts`: those of the pair, where they are at hand."""
    if math.isnan(similarity):
        return _MANY if feature == "identifier" and _used_by_many(context, pair) else ""
    if feature in ("birth_date", "start_date"):
        return _grade_said(similarity)
    if feature != "name":
        return ""
    return alignment_text(context, pair) if parts is None else on_one_line(parts)
