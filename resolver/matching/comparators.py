"""COMPARATORS: one documented function for each row; the table is the model's feature vector.

Each function takes a `Context` (m pairs) and returns m similarities in 0…1. A similarity is NaN if
a record has no value: a missing value does not contradict. To add a comparator, add one function
and one row. The first line of its docstring is the help text that explanations show.

`compare` runs all comparators of one kind. Its result is the evidence of m pairs: m × features,
float32.

`alternatives` returns what the fields of a pair would show if they agreed, disagreed or were
unknown. Agreement does not mean a similarity of 1. It means the similarity that comparators give
when a record is compared with itself, so that agreement on a common name or a shared number does
not count too much. Comparators that look at one field change together; all names are one field,
since they come from one alignment. Dates can also agree in part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

from resolver.names.context import GRADES, Context
from resolver.names.word_comparators import (
    acronym,
    branch,
    faction,
    legal_form,
    listed,
    name,
    name_apart,
    name_contradicted,
    name_established,
    name_exact,
    name_initials,
    name_omitted,
    name_order,
    name_parts,
    name_primary,
    name_quality,
    name_rarity,
    name_share,
    name_sides,
    name_weakest,
    names_only,
    numbers,
    places_named,
    qualifier,
)
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import FloatArray
from resolver.records.properties import PROPERTY_OF_COMPARATOR
from resolver.records.results.explanation import Alternative
from resolver.values.value_comparators import (
    address,
    birth_place,
    country,
    email,
    identifier,
    nationality,
    overlap,
    phone,
    rare_ties,
    website,
)


@dataclass(frozen=True, slots=True)
class Comparator:
    """Row of the table. `shows`: field of either record that explanations show."""

    name: str
    kinds: Kind
    compare: Callable[[Context], FloatArray]
    shows: str
    rises: bool = True
    """True if a higher similarity never speaks less for a match (a constraint of the fit)."""

    @property
    def help(self) -> str:
        """Return the field that is compared, in one line."""
        return (self.compare.__doc__ or "").strip().splitlines()[0]


def birth_date(context: Context) -> FloatArray:
    """Birth dates, as far as they are known."""
    return context.birth_grades


def start_date(context: Context) -> FloatArray:
    """Dates of foundation, incorporation or building."""
    return context.date_grades(lambda prepared: prepared.starts)


def gender(context: Context) -> FloatArray:
    """Gender."""
    left, right = context.prepared.gender[context.left], context.prepared.gender[context.right]
    return np.where((left == 0) | (right == 0), np.nan, (left & right) != 0).astype(np.float32)


def activity(context: Context) -> FloatArray:
    """Kinds of crime the records are tied to: weak context, never guilt."""
    side, _table = context.prepared.plain["activity"]
    return overlap(side, context.left, context.right)


def relation(context: Context) -> FloatArray:
    """Persons and groups that both records say they are tied to, unless one record in 100 is.

    If a list tells two entries apart, a relation that both state speaks for sister companies, not
    for one entity.
    """
    values = overlap(rare_ties(context, "relation"), context.left, context.right)
    values[_are_told_apart(context) & (values > 0)] = np.nan
    return values


def position(context: Context) -> FloatArray:
    """Offices and occupations that few have, by the words of the one that the other has."""
    side, table = rare_ties(context, "position"), context.prepared.plain["position"][1]

    def compare(left: IntArray, right: IntArray) -> FloatArray:
        ratio = cpdist(
            table.texts[left], table.texts[right], scorer=token_set_ratio, dtype=np.float32
        )
        return (ratio / np.float32(100)).astype(np.float32)

    return context.best_of(side, compare)


def father_name(context: Context) -> FloatArray:
    """Father's name, if it is stated separately."""
    side, table = context.prepared.plain[PROPERTY_OF_COMPARATOR["father_name"].name]

    def compare(left: IntArray, right: IntArray) -> FloatArray:
        return cpdist(
            table.texts[left], table.texts[right], scorer=JaroWinkler.similarity, dtype=np.float32
        )

    return context.best_of(side, compare)


def same_list(context: Context) -> FloatArray:
    """Both stand in one list that declares its entries to be all different."""
    return np.where(_are_told_apart(context), np.float32(0), np.float32(np.nan))


def _are_told_apart(context: Context) -> npt.NDArray[np.bool_]:
    """Return the pairs of entries in one list that declares its entries to be all different."""
    prepared = context.prepared
    same = prepared.sources[context.left] == prepared.sources[context.right]
    told_apart: npt.NDArray[np.bool_] = same & prepared.is_deduplicated[context.left]
    return told_apart


def _plain(comparator: str) -> str:
    """Return the field that a comparator of one plain property shows."""
    return f"plain:{PROPERTY_OF_COMPARATOR[comparator].name}"


_ALL = Kind.PERSON | Kind.GROUP | Kind.ASSET
_ORGANISED = Kind.GROUP | Kind.ASSET
COMPARATORS: tuple[Comparator, ...] = (
    Comparator("name", _ALL, name, "names"),
    Comparator("name_rarity", _ALL, name_rarity, "names"),
    Comparator("name_contradicted", _ALL, name_contradicted, "names"),
    Comparator("name_omitted", _ALL, name_omitted, "names"),
    Comparator("name_weakest", _ALL, name_weakest, "names"),
    Comparator("name_primary", _ALL, name_primary, "names"),
    Comparator("name_share", _ALL, name_share, "names"),
    Comparator("name_exact", _ALL, name_exact, "names"),
    Comparator("name_parts", _ALL, name_parts, "names"),
    Comparator("name_quality", _ALL, name_quality, "names"),
    Comparator("name_order", Kind.PERSON, name_order, "names"),
    Comparator("name_established", _ALL, name_established, "names"),
    Comparator("name_initials", Kind.PERSON, name_initials, "names"),
    Comparator("name_sides", Kind.PERSON, name_sides, "names"),
    Comparator("name_apart", _ORGANISED, name_apart, "names"),
    Comparator("names_alone", _ALL, names_only, "names"),
    Comparator("birth_date", Kind.PERSON, birth_date, "births"),
    Comparator("start_date", _ORGANISED, start_date, "starts"),
    Comparator("birth_place", Kind.PERSON, birth_place, "birth_places"),
    Comparator("address", _ALL, address, "addresses"),
    Comparator("nationality", Kind.PERSON, nationality, "nationalities"),
    Comparator("country", _ALL, country, "linked_countries"),
    Comparator("gender", Kind.PERSON, gender, "gender"),
    Comparator("identifier", _ALL, identifier, "identifiers"),
    Comparator("phone", _ALL, phone, "plain:phone"),
    Comparator("email", _ALL, email, "plain:email"),
    Comparator("website", _ORGANISED, website, "plain:website"),
    Comparator("activity", _ALL, activity, "plain:activity"),
    Comparator("relation", _ALL, relation, "plain:relation"),
    Comparator("position", Kind.PERSON, position, "plain:position"),
    Comparator("father_name", Kind.PERSON, father_name, _plain("father_name")),
    Comparator("numbers", _ALL, numbers, "names"),
    Comparator("places_named", _ORGANISED, places_named, "names"),
    Comparator("branch", _ORGANISED, branch, "principals"),
    Comparator("faction", Kind.GROUP, faction, "principals"),
    Comparator("qualifier", Kind.GROUP, qualifier, "names"),
    Comparator("legal_form", _ORGANISED, legal_form, "names"),
    Comparator("acronym", Kind.GROUP, acronym, "names"),
    Comparator("listed", Kind.PERSON, listed, "names", rises=False),
    Comparator("same_list", _ALL, same_list, "sources"),
)
COMPARATOR_BY_NAME = {row.name: row for row in COMPARATORS}


def features_of(kind: Kind) -> tuple[str, ...]:
    """Return the names of the comparators that apply to a kind, in table order."""
    return tuple(row.name for row in COMPARATORS if row.kinds & kind)


def compare(context: Context, features: Sequence[str | None]) -> FloatArray:
    """Return the similarities of the pairs of a context; columns in the order of `features`.

    NaN if a comparator has nothing to compare, and in columns without a feature (None).
    """
    # Each column is contiguous, as columns are written and read one by one.
    evidence = np.full((len(features), len(context.left)), np.nan, dtype=np.float32)
    for column, feature in enumerate(features):
        if feature is not None:
            evidence[column] = COMPARATOR_BY_NAME[feature].compare(context)
    return evidence.T


_NAMES, _SOURCES = "names", "sources"
_DATES = ("births", "starts")


def alternatives(
    context: Context, features: Sequence[str], evidence: FloatArray
) -> tuple[Alternative, ...]:
    """Return the alternatives of every field of the one pair in `context` (`evidence`: 1 ×
    features).
    """
    current = dict(zip(features, evidence[0].tolist(), strict=True))
    fields: dict[str, list[str]] = {}
    for feature in features:
        fields.setdefault(COMPARATOR_BY_NAME[feature].shows, []).append(feature)
    itself = replace(context, right=context.left), replace(context, left=context.right)
    changes: list[Alternative] = []
    for field, names in fields.items():
        now = {feature: current[feature] for feature in names}
        changes += [
            alternative
            for alternative in _of_field(field, now, itself)
            if not _same(alternative.values, now)
        ]
    return tuple(changes)


def _of_field(
    field: str, now: dict[str, float], itself: tuple[Context, Context]
) -> Iterator[Alternative]:
    label = "names" if field == _NAMES else next(iter(now)).replace("_", " ")
    is_unknown = all(math.isnan(value) for value in now.values())
    if field == _SOURCES:
        yield Alternative(field, "the two did not stand in one list", dict.fromkeys(now, math.nan))
        return
    agreeing = _agreeing(field, tuple(now), itself)
    if agreeing:
        verb = "had been known and agreed" if is_unknown else "agreed"
        yield Alternative(field, f"{label} {verb}", agreeing)
    if field == _NAMES:
        return
    if field in _DATES and not is_unknown:
        for grade, words in GRADES.items():
            if grade < 1:
                yield Alternative(field, f"{label} had shown “{words}”", dict.fromkeys(now, grade))
    else:
        verb = "had been known and disagreed" if is_unknown else "disagreed"
        yield Alternative(field, f"{label} {verb}", dict.fromkeys(now, 0.0))
    yield Alternative(field, f"{label} had been unknown", dict.fromkeys(now, math.nan))


def _agreeing(
    field: str, names: tuple[str, ...], itself: tuple[Context, Context]
) -> dict[str, float]:
    """Return the evidence of each record against itself; nothing if neither record has names."""
    for context in itself:
        evidence = {name: float(COMPARATOR_BY_NAME[name].compare(context)[0]) for name in names}
        if not all(math.isnan(value) for value in evidence.values()):
            return evidence
    return {} if field == _NAMES else dict.fromkeys(names, 1.0)


def _same(values: Mapping[str, float], now: Mapping[str, float]) -> bool:
    return all(
        np.array_equal(np.float32(values[name]), np.float32(now[name]), equal_nan=True)
        for name in now
    )
