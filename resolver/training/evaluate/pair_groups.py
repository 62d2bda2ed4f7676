"""Groups of pairs for which quality is measured: kind, source, script, culture, field, evidence.

A culture follows from the nationality of a record, or else from another of its countries: rough,
but enough to see whom a model serves worse. Culture names are those of the probes, where these have
one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from resolver.data import load_pairs
from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.ragged import Ragged
from resolver.reference.characters import text_scripts

Words = npt.NDArray[np.object_]
Masks = dict[str, npt.NDArray[np.bool_]]

UNKNOWN, MIXED = "unknown", "mixed"
CULTURE_OF_COUNTRY = load_pairs("culture_countries")

_FIELDS: Mapping[str, Callable[[PreparedBatch], IntArray]] = {
    "birth date": lambda prepared: prepared.births.counts,
    "birth place": lambda prepared: prepared.birth_places.counts,
    "nationality": lambda prepared: prepared.nationalities.counts,
    "gender": lambda prepared: prepared.gender.astype(np.int32),
    "identifier": lambda prepared: prepared.identifiers.counts,
    "address": lambda prepared: prepared.addresses.counts,
}


def record_scripts(prepared: PreparedBatch) -> Words:
    """Return the script of each record's names: `Latin`, or the first non-Latin one used."""
    scripts = np.array([_script(text) for text in prepared.forms.texts], dtype=object)
    return _first(prepared.names, scripts, "Latin")


def _script(text: str | None) -> str:
    others = (
        sorted(text_scripts(text) - {"Latin", "Common", "Inherited"})
        if text and not text.isascii()
        else []
    )
    return str(others[0]) if others else ""


def record_cultures(prepared: PreparedBatch) -> Words:
    """Return each record's name culture, or `unknown` if no country implies one."""
    words = np.array(
        [CULTURE_OF_COUNTRY.get(code, "") for code in prepared.country_codes], dtype=object
    )
    by_nationality = _ordered(prepared.nationalities, words)
    return np.where(by_nationality == UNKNOWN, _ordered(prepared.countries, words), by_nationality)


def _ordered(side: Ragged, words: Words) -> Words:
    return _first(side, words, UNKNOWN)


def _first(side: Ragged, words: Words, otherwise: str) -> Words:
    """Return per row the first non-empty word of its items, or `otherwise`."""
    first_words = np.full(len(side), otherwise, dtype=object)
    positions = (
        np.flatnonzero(words[side.items] != "") if len(side.items) else np.zeros(0, dtype=np.int64)
    )
    rows = side.rows[positions][::-1]
    # the last assignment wins, so assign in reverse order to keep the first
    first_words[rows] = words[side.items][positions][::-1]
    return first_words


def combine_sides(left: Words, right: Words, neutral: str) -> Words:
    """Return the word of each pair: `mixed` if the sides differ and neither is `neutral`."""
    combined = np.where(left == neutral, right, left)
    return np.where((left != right) & (left != neutral) & (right != neutral), MIXED, combined)


def group_masks(words: Words) -> Masks:
    """Return a mask of pairs per word, sorted by word."""
    return {str(word): words == word for word in sorted(set(words.tolist()))}


def pair_group_masks(prepared: PreparedBatch, left: IntArray, right: IntArray, by: str) -> Masks:
    """Return masks of record-row pairs per group of a dimension (`DIMENSIONS`).

    In `missing` a pair may belong to several groups; a field is missing if either side lacks it.
    """
    return DIMENSIONS[by](prepared, left, right)


def _kind(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    labels = np.array([Kind(int(kind)).label for kind in prepared.kinds], dtype=object)
    return group_masks(combine_sides(labels[left], labels[right], Kind.LEGAL.label))


def _source(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    source = np.array(
        [str(identity).partition(":")[0] for identity in prepared.ids.to_pylist()], dtype=object
    )
    words = [
        " × ".join(sorted(pair))
        for pair in zip(source[left].tolist(), source[right].tolist(), strict=True)
    ]
    return group_masks(np.array(words, dtype=object))


def _script_of_pairs(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    script = record_scripts(prepared)
    return group_masks(combine_sides(script[left], script[right], "Latin"))


def _culture(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    culture = record_cultures(prepared)
    return group_masks(combine_sides(culture[left], culture[right], UNKNOWN))


def _evidence(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    """Return masks by the most telling field that both sides state, in this order."""
    identifier, birth_date, other = (
        np.logical_or.reduce([present[left] & present[right] for present in fields])
        for fields in _stated_fields(prepared)
    )
    return {
        "identifier": identifier,
        "birth date": birth_date & ~identifier,
        "other": other & ~identifier & ~birth_date,
        "names only": ~(identifier | birth_date | other),
    }


def _stated_fields(prepared: PreparedBatch) -> tuple[list[npt.NDArray[np.bool_]], ...]:
    """Return masks of the records that state an identifier, a birth date, each other field."""
    others = (
        prepared.starts,
        prepared.nationalities,
        prepared.countries,
        prepared.birth_places,
        prepared.addresses,
        *(values for values, _ in prepared.plain.values()),
    )
    return (
        [prepared.identifiers.counts > 0],
        [prepared.births.counts > 0],
        [prepared.gender != 0, *(values.counts > 0 for values in others)],
    )


def _missing(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    masks, is_complete = {}, np.ones(len(left), dtype=bool)
    for field, counts in _FIELDS.items():
        is_present = counts(prepared) > 0
        is_missing = ~(is_present[left] & is_present[right])
        is_complete &= ~is_missing
        masks[f"no {field}"] = is_missing
    return {"nothing missing": is_complete, **masks}


DIMENSIONS: Mapping[str, Callable[[PreparedBatch, IntArray, IntArray], Masks]] = {
    "kind": _kind,
    "source": _source,
    "script": _script_of_pairs,
    "culture": _culture,
    "missing": _missing,
    "evidence": _evidence,
}
