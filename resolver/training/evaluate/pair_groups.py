"""Groups of pairs for which quality is measured apart: kind, source, script, name culture, missing field.

A culture is taken from the nationality of a record, or else from another country that it names: rough, and good enough
to see whom a model serves worse. The words are those of the probes' cultures where these have one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from rigour.text.scripts import text_scripts

from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.ragged import Ragged

Words = npt.NDArray[np.object_]
Masks = dict[str, npt.NDArray[np.bool_]]

UNKNOWN, MIXED = "unknown", "mixed"
CULTURES: Mapping[str, str] = {
    "afghan": "af",
    "arabic-levant": "sy iq eg lb jo ye sd ps sa kw bh qa ae om",
    "arabic-maghreb": "ma dz tn ly mr eh",
    "armenian": "am",
    "balkan": "rs ba me mk hr si al xk bg",
    "central-european": "pl cz sk hu lt lv ee ro md",
    "chinese": "cn hk mo tw sg",
    "east-african": "ke tz ug rw bi cd cg cf ga gq cm td ss",
    "english": "gb us ie au nz ca jm bs tt bb bz gy",
    "french": "fr be lu mc ch",
    "georgian": "ge",
    "german": "de at li",
    "greek": "gr cy",
    "hebrew": "il",
    "horn-african": "so er et dj",
    "indian": "in lk np bt mv",
    "italian": "it sm va mt",
    "japanese": "jp",
    "korean": "kr kp",
    "northern-european": "nl se no dk fi is",
    "pakistani": "pk bd",
    "persian": "ir",
    "portuguese": "pt br ao mz cv gw st",
    "russian": "ru by kz kg uz tm tj mn",
    "southeast-asian": "id my th ph mm kh la bn tl",
    "southern-african": "za zw zm bw na sz ls mw mg mu km sc",
    "spanish": "es mx co ve ec pe cu do gt hn ar cl bo py uy cr pa ni sv pr",
    "turkish": "tr az",
    "ukrainian": "ua",
    "vietnamese": "vn",
    "west-african": "sn ml gn ng gh ci gm bf sl lr ne tg bj",
}
CULTURE_OF_COUNTRY = {
    code: culture for culture, codes in CULTURES.items() for code in codes.split()
}

_FIELDS: Mapping[str, Callable[[Prepared], IntArray]] = {
    "birth date": lambda prepared: prepared.births.counts,
    "birth place": lambda prepared: prepared.birth_places.counts,
    "nationality": lambda prepared: prepared.nationalities.counts,
    "gender": lambda prepared: prepared.gender.astype(np.int32),
    "identifier": lambda prepared: prepared.identifiers.counts,
    "address": lambda prepared: prepared.addresses.counts,
}


def scripts_of(prepared: Prepared) -> Words:
    """Per record the script of its names: `Latin`, or the first other one by name where any name is in such."""
    found = np.array([_script(text) for text in prepared.forms.texts], dtype=object)
    return _first(prepared.names, found, "Latin")


def _script(text: str | None) -> str:
    others = (
        sorted(text_scripts(text) - {"Latin", "Common", "Inherited"})
        if text and not text.isascii()
        else []
    )
    return str(others[0]) if others else ""


def cultures_of(prepared: Prepared) -> Words:
    """Per record its name culture; `unknown` where it names no country that stands for one."""
    words = np.array(
        [CULTURE_OF_COUNTRY.get(code, "") for code in prepared.country_codes], dtype=object
    )
    by_nationality = _ordered(prepared.nationalities, words)
    return np.where(by_nationality == UNKNOWN, _ordered(prepared.countries, words), by_nationality)


def _ordered(side: Ragged, words: Words) -> Words:
    return _first(side, words, UNKNOWN)


def _first(side: Ragged, words: Words, otherwise: str) -> Words:
    """Per row the first word that its items have, `otherwise` where they have none."""
    answer = np.full(len(side), otherwise, dtype=object)
    held = (
        np.flatnonzero(words[side.items] != "") if len(side.items) else np.zeros(0, dtype=np.int64)
    )
    rows = side.rows[held][::-1]
    # the last to be written stays: backwards, that is the first
    answer[rows] = words[side.items][held][::-1]
    return answer


def of_pairs(one: Words, two: Words, neutral: str) -> Words:
    """The word of pairs: what both say, what one says where the other is `neutral`, `mixed` where they differ."""
    agreed = np.where(one == neutral, two, one)
    return np.where((one != two) & (one != neutral) & (two != neutral), MIXED, agreed)


def masks_of(words: Words) -> Masks:
    """Which pairs belong to each word, sorted."""
    return {str(word): words == word for word in sorted(set(words.tolist()))}


def groups(prepared: Prepared, left: IntArray, right: IntArray, by: str) -> Masks:
    """Which pairs of record rows belong to each group of a dimension (`DIMENSIONS`). Of `missing` a pair can belong to
    several: a field is missing where either side lacks it."""
    return DIMENSIONS[by](prepared, left, right)


def _kind(prepared: Prepared, left: IntArray, right: IntArray) -> Masks:
    labels = np.array([Kind(int(kind)).label for kind in prepared.kinds], dtype=object)
    return masks_of(of_pairs(labels[left], labels[right], Kind.LEGAL.label))


def _source(prepared: Prepared, left: IntArray, right: IntArray) -> Masks:
    source = np.array(
        [str(identity).partition(":")[0] for identity in prepared.ids.to_pylist()], dtype=object
    )
    words = [
        " × ".join(sorted(pair))
        for pair in zip(source[left].tolist(), source[right].tolist(), strict=True)
    ]
    return masks_of(np.array(words, dtype=object))


def _script_of_pairs(prepared: Prepared, left: IntArray, right: IntArray) -> Masks:
    script = scripts_of(prepared)
    return masks_of(of_pairs(script[left], script[right], "Latin"))


def _culture(prepared: Prepared, left: IntArray, right: IntArray) -> Masks:
    culture = cultures_of(prepared)
    return masks_of(of_pairs(culture[left], culture[right], UNKNOWN))


def _missing(prepared: Prepared, left: IntArray, right: IntArray) -> Masks:
    found, all_there = {}, np.ones(len(left), dtype=bool)
    for field, counts in _FIELDS.items():
        held = counts(prepared) > 0
        lacking = ~(held[left] & held[right])
        all_there &= ~lacking
        found[f"no {field}"] = lacking
    return {"nothing missing": all_there, **found}


DIMENSIONS: Mapping[str, Callable[[Prepared, IntArray, IntArray], Masks]] = {
    "kind": _kind,
    "source": _source,
    "script": _script_of_pairs,
    "culture": _culture,
    "missing": _missing,
}
