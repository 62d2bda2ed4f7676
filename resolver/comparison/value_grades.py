"""Grades of shared values: how much agreeing on a value says, by how common it is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resolver.records.prepared.batch import FloatArray, HashArray
from resolver.records.prepared.frequencies import FrequencyTables, exclusiveness
from resolver.records.prepared.text_hashes import hash64


@lru_cache(maxsize=64)
def country_grades(
    frequencies: FrequencyTables, codes: tuple[str, ...], *, group: bool
) -> FloatArray:
    """Return the rarity of each country, 0…1."""
    return np.array(
        [frequencies.country_rarity(code, group=group) for code in codes], dtype=np.float32
    )


def place_grades(
    frequencies: FrequencyTables, places: npt.NDArray[np.object_], *, group: bool
) -> FloatArray:
    """Return the rarity of each place, 0…1, by its words."""
    return np.array(
        [frequencies.place_rarity(place, group=group) for place in places.tolist()],
        dtype=np.float32,
    )


def exclusive_grades(frequencies: FrequencyTables, prop: str, hashes: HashArray) -> FloatArray:
    """Return how far each value of a property tells its bearers from others, 0…1."""
    values, grades = _shared_values(frequencies, prop)
    if not len(values):
        return np.ones(len(hashes), dtype=np.float32)
    place = np.searchsorted(values, hashes).clip(max=len(values) - 1)
    return np.where(values[place] == hashes, grades[place], np.float32(1))


@lru_cache(maxsize=8)
def _shared_values(frequencies: FrequencyTables, prop: str) -> tuple[HashArray, FloatArray]:
    """Return the hashes of values that several names share, ascending, and their grades."""
    bearers = frequencies.at_hand.bearers.get(prop, {})
    hashes = np.array([hash64(text) for text in bearers], dtype=np.uint64)
    grades = np.array([exclusiveness(count) for count in bearers.values()], dtype=np.float32)
    order = np.argsort(hashes)
    return hashes[order], grades[order]
