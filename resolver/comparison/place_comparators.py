"""Comparators of places and countries (rows of `COMPARATORS`), by how common they are."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from resolver.comparison.alignment.factorize import factorize
from resolver.comparison.code_sets import graded_overlap, overlap
from resolver.comparison.context import Context
from resolver.comparison.shared_values import contradicted_twice, country_grades, place_grades
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, PlaceTable
from resolver.records.prepared.ragged import Ragged

_ONE_COUNTRY = np.float32(0.4)
"""Similarity of two places of one country that have nothing else in common."""


def birth_place(context: Context) -> FloatArray:
    """Birth places, at whatever depth they are given."""
    return _places(context, context.prepared.birth_places, context.prepared.place_table)


def address(context: Context) -> FloatArray:
    """Addresses, at whatever depth they are given.

    One that two people share who contradict each other twice says nothing.
    """
    values = _places(context, context.prepared.addresses, context.prepared.address_table)
    agree = values > _ONE_COUNTRY
    if not context.group and agree.any():
        values[agree & contradicted_twice(context)] = np.nan
    return values


def _places(context: Context, side: Ragged, table: PlaceTable) -> FloatArray:
    normal = table.normal

    def compare(left: IntArray, right: IntArray) -> FloatArray:
        words = overlap(table.local, left, right)
        spelled = cpdist(
            normal[left],
            normal[right],
            scorer=JaroWinkler.similarity,
            score_cutoff=0.88,
            dtype=np.float32,
        )
        # Two places of which only the country is known have the same text, an empty one.
        spelled = np.where(np.isnan(words), np.float32(0), spelled)
        spelled[_have_other_numbers(normal, left, right, spelled > words)] = 0
        both = (table.country[left] > 0) & (table.country[right] > 0)
        same = both & (table.country[left] == table.country[right])
        agreeing = np.maximum(np.nan_to_num(words), spelled)
        agreeing = agreeing * _place_weights(context, normal, left, right, agreeing > 0)
        graded = np.where(
            agreeing > 0,
            0.5 + 0.5 * agreeing,
            np.where(same, _ONE_COUNTRY, np.where(both, 0.0, 0.2)),
        )
        return graded.astype(np.float32)

    return context.best_of(side, compare)


_NUMBERS = re.compile(r"\d+")


def _have_other_numbers(
    places: npt.NDArray[np.object_],
    left: IntArray,
    right: IntArray,
    chosen: npt.NDArray[np.bool_],
) -> IntArray:
    """Return the chosen pairs of places that both have numbers, and none in common.

    Two houses of one street are written alike.
    """
    pairs = np.flatnonzero(chosen)
    numbers = [
        [set(_NUMBERS.findall(text)) for text in places[side[pairs]].tolist()]
        for side in (left, right)
    ]
    differ = [bool(a and b and not a & b) for a, b in zip(*numbers, strict=True)]
    return pairs[differ].astype(np.int32)


def _place_weights(
    context: Context,
    places: npt.NDArray[np.object_],
    left: IntArray,
    right: IntArray,
    agreeing: npt.NDArray[np.bool_],
) -> FloatArray:
    """Return what agreeing on places weighs: less if one of them is common, at least 0.4."""
    weights = np.ones(len(left), dtype=np.float32)
    chosen = np.flatnonzero(agreeing)
    # many pairs have the same places
    stated, numbers = factorize(np.concatenate([left[chosen], right[chosen]]).astype(np.int64))
    grades = place_grades(context.frequencies, places[stated], group=context.group)[numbers]
    weights[chosen] = 0.4 + 0.6 * np.minimum(grades[: len(chosen)], grades[len(chosen) :])
    return weights


def nationality(context: Context) -> FloatArray:
    """Nationalities and citizenships, by how common they are."""
    return _countries(context, context.prepared.nationalities)


def country(context: Context) -> FloatArray:
    """Countries tied to the record in any way, programs of sanctions included, by rarity.

    A country that a program of sanctions is about may agree, but contradicts nothing: whom it
    names may live anywhere.
    """
    stated, linked = context.prepared.countries, context.prepared.linked_countries
    grades = _countries(context, stated)
    if len(stated.items) == len(linked.items):
        return grades
    with_programs = _countries(context, linked)
    return np.fmax(grades, np.where(with_programs > 0, with_programs, np.float32(np.nan)))


def _countries(context: Context, side: Ragged) -> FloatArray:
    codes = context.prepared.country_codes
    grades = country_grades(context.frequencies, codes, group=context.group)
    return graded_overlap(side, grades, context.left, context.right)
