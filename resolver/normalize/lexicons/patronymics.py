"""Markers of a father's name, which prove whose child somebody is: `bin`, `Ould`, `oglu`, `ap`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resolver.data import load_words
from resolver.records.prepared.batch import ByteArray, TokenTable
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.value_flags import Lineage, Role

# As tokens spell them: bn, abn, bnt and wld are Arabic and Hebrew letters without vowels.
BEFORE_FATHER = load_words("titles", use="before the name of a father")
AFTER_FATHER = load_words("titles", use="after the name of a father")
_MARKERS = BEFORE_FATHER | AFTER_FATHER
_OWN, _FOREBEAR = int(Lineage.OWN), int(Lineage.FOREBEAR)
_FAMILY = int(Role.FAMILY)


def mark_lineage(forms: Ragged, roles: ByteArray, tokens: TokenTable) -> ByteArray:
    """Return the roles of the words of persons' names with `Lineage` bits."""
    is_marker = np.array([text in _MARKERS for text in tokens.texts.tolist()], dtype=bool)
    places = np.flatnonzero(is_marker[forms.items])
    if not len(places):
        return roles
    rows = np.unique(np.searchsorted(forms.offsets, places, side="right") - 1)
    marked = roles.copy()
    for row in rows.tolist():
        words = slice(int(forms.offsets[row]), int(forms.offsets[row + 1]))
        form_roles = roles[words].tolist()
        mark_form(tokens.texts[forms.items[words]].tolist(), form_roles)
        marked[words] = form_roles
    return marked


def mark_form(words: Sequence[str], roles: list[int]) -> None:
    """Add `Lineage` bits to the roles of the words of one name.

    The word beside a marker is a forebear's name, those before it are own ones. A stated family
    name (`bin Laden`) is neither, and a stated own name is no forebear's.
    """
    forebears = [
        place for place in _forebears(words) if roles[place] != _FAMILY and not roles[place] & _OWN
    ]
    own = [place for place in _own_places(words, forebears) if roles[place] != _FAMILY]
    for places, mark in ((forebears, _FOREBEAR), (own, _OWN)):
        for place in places:
            roles[place] |= mark


def _forebears(words: Sequence[str]) -> list[int]:
    """Return the places of words that a marker shows to be forebears' names, ascending."""
    places = []
    for place, word in enumerate(words):
        follows = place > 0 and words[place - 1] in BEFORE_FATHER
        precedes = place + 1 < len(words) and words[place + 1] in AFTER_FATHER
        if (follows or precedes) and word not in _MARKERS:
            places.append(place)
    return places


def _own_places(words: Sequence[str], forebears: Sequence[int]) -> list[int]:
    """Return the places of own names: the word before a marker, or all before `Vagif oglu`.

    A family name may go first, so that only the nearest word before `bin` is surely an own name.
    """
    for father in forebears:
        before = [
            place for place in range(father) if words[place] not in _MARKERS | {"al", "el", "ul"}
        ]
        if words[father - 1] not in BEFORE_FATHER:
            return [place for place in before if place not in forebears]
        if before and before[-1] not in forebears:
            return before[-1:]
    return []


__all__ = ["AFTER_FATHER", "BEFORE_FATHER", "mark_form", "mark_lineage"]
