"""Words of a person's name: spellings of given and family names, titles, and likely roles.

`likely_roles` tells given names from family names if the source does not state them. By position,
the given name is first and the family name last; in Chinese, Japanese and Korean letters the family
name is first. The frequencies of two words may show that the order is reversed: `Wang Xiaoming`,
`SMITH John`. If no table has the first word, a given name at the end may be the bearer's own
(`Smiuk Serhii`) or the father's (`Hodan Mohamed`). `guessed_roles` gives the same result for a few
names, word by word. Likely roles are only used to decide which parts of two names contradict each
other.

`mark_lineage` reads markers of a father's name, which prove whose child a person is: `bin`, `Ould`,
`oglu`, `ap`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from resolver.data import load_rows, load_words
from resolver.names.folding import HAN, HANGUL, skeleton_code, to_latin
from resolver.names.scripts.syllables import is_syllable, korean_key, pinyin_readings
from resolver.records.prepared.batch import ByteArray, Ragged, TokenTable
from resolver.records.prepared.population import FrequencyTables
from resolver.records.prepared.value_flags import Lineage, Role, TokenFlag
from resolver.reference import read_person_names, read_table, tokenize_name
from resolver.runtime.text_cache import cache_short_texts

# Words are spelled as in tokens: bn, abn, bnt and wld are Arabic or Hebrew, without vowels.
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

    The word beside a marker is the name of a forebear. Words before that name are the person's own
    names. A word that the source states as family name (`bin Laden`) is neither a forebear's nor an
    own name. A word that the source states as own name is no forebear's name.
    """
    if _MARKERS.isdisjoint(words):
        return
    forebears = [
        index for index in _forebears(words) if roles[index] != _FAMILY and not roles[index] & _OWN
    ]
    own = [index for index in _own_places(words, forebears) if roles[index] != _FAMILY]
    for indices, mark in ((forebears, _FOREBEAR), (own, _OWN)):
        for index in indices:
            roles[index] |= mark


def _forebears(words: Sequence[str]) -> list[int]:
    """Return the indices of the names of forebears, which stand beside a marker, ascending."""
    indices = []
    for index, word in enumerate(words):
        follows = index > 0 and words[index - 1] in BEFORE_FATHER
        precedes = index + 1 < len(words) and words[index + 1] in AFTER_FATHER
        if (follows or precedes) and word not in _MARKERS:
            indices.append(index)
    return indices


def _own_places(words: Sequence[str], forebears: Sequence[int]) -> list[int]:
    """Return the indices of own names.

    Before `bin` only the nearest word is surely an own name, since the family name may stand first.
    Before a father's name with a marker behind it (`Vagif oglu`) all words are own names.
    """
    for father in forebears:
        before = [
            index for index in range(father) if words[index] not in _MARKERS | {"al", "el", "ul"}
        ]
        if words[father - 1] not in BEFORE_FATHER:
            return [index for index in before if index not in forebears]
        if before and before[-1] not in forebears:
            return before[-1:]
    return []


_UNKNOWN = 50
"""Percentage of bearers with a word as given name, for a word that is in no table."""
_INITIAL = 90
"""The same percentage for an initial."""
# Plain ints: operations on enumeration members take a microsecond each.
_PARTICLE, _OF_INITIAL, _KNOWN = (
    int(TokenFlag.PARTICLE),
    int(TokenFlag.INITIAL),
    int(TokenFlag.KNOWN),
)
_LIKELY_GIVEN, _LIKELY_FAMILY = int(Role.LIKELY_GIVEN), int(Role.LIKELY_FAMILY)
_REVERSED = 30
"""Percentage points by which the last word must be the likelier given name to reverse the order."""
_CHAIN = 3
"""Minimum number of words of a name that may be a chain of given names (`Hodan Ahmed Mohamed`).

A given name at the end of a chain does not show that the order is reversed.
"""
_GIVEN_LAST = sorted(load_words("family_names", use="Vietnamese"))
"""Vietnamese family names. They go first, and the given name last. Most Vietnamese bear one."""
_GIVEN_LAST_OF_MANY = sorted(load_words("family_names", use="Vietnamese before two words"))
"""Vietnamese family names that are also words of other languages.

They show the Vietnamese order only if at least two words follow, as in `Ta Thuy Linh`."""


def likely_roles(
    forms: Ragged, texts: Sequence[str], tokens: TokenTable, tables: FrequencyTables
) -> ByteArray:
    """Return a role for each word of full names of persons.

    Particles are skipped. The first word gets `LIKELY_GIVEN` and the last word `LIKELY_FAMILY`. In
    reversed order, the first word is the family name and the second word the given name. If the
    order of two words cannot be decided, both are `LIKELY_GIVEN`. All other words, and names with
    fewer than two words, get `UNSET`. `texts` are the names as written.
    """
    roles = np.zeros(len(forms.items), dtype=np.uint8)
    words = np.flatnonzero((tokens.flags[forms.items] & int(TokenFlag.PARTICLE)) == 0)
    if not len(words):
        return roles
    rows = forms.rows[words]
    begins = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    first, last = words[begins], words[np.append(begins[1:], len(words)) - 1]
    several = first != last
    is_chain = np.diff(np.append(begins, len(words)))[several] >= _CHAIN
    second = words[np.minimum(begins + 1, len(words) - 1)][several]
    rows, first, last = rows[begins][several], first[several], last[several]
    first_share, last_share = _given_shares(tokens, tables, forms.items[first], forms.items[last])
    is_reversed = last_share - first_share > _REVERSED
    is_doubtful = is_reversed & (first_share == _UNKNOWN)
    is_reversed &= ~is_doubtful
    is_reversed |= _family_first(texts)[rows]
    words_first, words_last = tokens.texts[forms.items[first]], tokens.texts[forms.items[last]]
    of_many = is_chain & np.isin(words_first, _GIVEN_LAST_OF_MANY)
    of_many &= ~np.isin(words_last, _GIVEN_LAST)
    is_reversed |= of_many
    is_doubtful &= ~of_many
    given_last = of_many | np.isin(words_first, _GIVEN_LAST)
    roles[np.where(is_reversed, np.where(given_last, last, second), first)] = _LIKELY_GIVEN
    roles[np.where(is_reversed, first, last)] = _LIKELY_FAMILY
    roles[last[is_doubtful & ~is_reversed & ~is_chain]] = _LIKELY_GIVEN
    return roles


def guessed_roles(
    forms: Sequence[Sequence[int]],
    texts: Sequence[str],
    tokens: TokenTable,
    tables: FrequencyTables,
) -> list[int]:
    """Return the result of `likely_roles` for a few forms, word by word."""
    flags, words, roles = tokens.flags.tolist(), tokens.texts.tolist(), list[int]()
    for form, text in zip(forms, texts, strict=True):
        indices = [index for index, token in enumerate(form) if not flags[token] & _PARTICLE]
        form_roles = [int(Role.UNSET)] * len(form)
        if len(indices) > 1:
            first, last = indices[0], indices[-1]
            first_share = _share_of(words[form[first]], flags[form[first]], tables)
            last_share = _share_of(words[form[last]], flags[form[last]], tables)
            left, right = (
                (0 if (first_share[1], last_share[1]) == (1, 2) else first_share[0]),
                (0 if (last_share[1], first_share[1]) == (1, 2) else last_share[0]),
            )
            is_reversed = right - left > _REVERSED
            is_doubtful = is_reversed and left == _UNKNOWN
            is_reversed = (is_reversed and not is_doubtful) or _has_family_first(text)
            of_many = len(indices) >= _CHAIN and words[form[first]] in _GIVEN_LAST_OF_MANY
            of_many = of_many and words[form[last]] not in _GIVEN_LAST
            is_reversed, is_doubtful = is_reversed or of_many, is_doubtful and not of_many
            second = last if of_many or words[form[first]] in _GIVEN_LAST else indices[1]
            form_roles[second if is_reversed else first] = _LIKELY_GIVEN
            form_roles[first if is_reversed else last] = _LIKELY_FAMILY
            if is_doubtful and not is_reversed and len(indices) < _CHAIN:
                form_roles[last] = _LIKELY_GIVEN
        mark_form(list(map(words.__getitem__, form)), form_roles)
        roles += form_roles
    return roles


def _share_of(text: str, flags: int, tables: FrequencyTables) -> tuple[int, int]:
    """Return which percentage of the bearers of a word have it as given name, and the result of
    `_syllables` for the word.
    """
    share = _INITIAL if flags & _OF_INITIAL else _given_share(text, tables)
    return share, _syllables(text, bool(flags & _KNOWN))


def _given_share(text: str, tables: FrequencyTables) -> int:
    """Return which percentage of the bearers of a word have it as given name."""
    return 0 if text in _GIVEN_LAST else tables.person_given.get(text, _UNKNOWN)


def _family_first(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which names are in Han or Hangul, so that the family name is first."""
    return np.fromiter(map(_has_family_first, texts), dtype=np.bool_, count=len(texts))


def _has_family_first(text: str) -> bool:
    return not text.isascii() and bool(HAN.search(text) or HANGUL.search(text))


def _given_shares(
    tokens: TokenTable,
    tables: FrequencyTables,
    first: npt.NDArray[np.int32],
    last: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the percentages of bearers that have the first, and the last, word as given name.

    If one word of a Chinese or Korean name has one syllable and the other has two, the word of one
    syllable is the family name: its percentage is 0.
    """
    words, places = np.unique(np.concatenate((first, last)), return_inverse=True)
    texts = tokens.texts[words].tolist()
    shares = np.fromiter(
        (_given_share(text, tables) for text in texts),
        dtype=np.int64,
        count=len(words),
    )
    shares[(tokens.flags[words] & int(TokenFlag.INITIAL)) != 0] = _INITIAL
    is_known = (tokens.flags[words] & int(TokenFlag.KNOWN)) != 0
    syllables = np.fromiter(
        map(_syllables, texts, is_known.tolist()), dtype=np.int64, count=len(words)
    )
    first_places, last_places = places[: len(first)], places[len(first) :]
    left, right = shares[first_places], shares[last_places]
    left = np.where((syllables[first_places] == 1) & (syllables[last_places] == 2), 0, left)
    right = np.where((syllables[last_places] == 1) & (syllables[first_places] == 2), 0, right)
    return left, right


@cache_short_texts(50_000)
def _syllables(text: str, is_known: bool) -> int:
    """Return 1 for a Chinese or Korean syllable, 2 for a given name of two syllables, 0 for other
    words.
    """
    if is_syllable(text):
        return 1
    return (
        2 if pinyin_readings(text, is_known=is_known) or korean_key(text, is_known=is_known) else 0
    )


NAME, NICK, SYMBOL = "NAME", "NICK", "SYMBOL"
"""Categories of symbols: a name in all spellings, its short forms, other words of names."""
_KINDS = {"person_symbols": SYMBOL, "person_name_parts": NAME, "person_nick": NICK}

TITLES = load_words("titles", use="title")
"""Titles of persons in Latin letters."""
LAST_TITLES = load_words("titles", use="title unless last")
"""Titles unless they are the last word."""
TITLES_OR_NAMES = load_words("titles", use="title or name")
"""Titles that are names at the end, or unless two words follow."""
NAMELESS_TITLES = TITLES - TITLES_OR_NAMES - LAST_TITLES
"""Titles that are nobody's name."""
_INNER_TITLES = TITLES - TITLES_OR_NAMES
"""Titles that are no name if they are neither the first nor the last word."""
_CALLERS_TITLES = TITLES | load_words("titles", use="title in a query")
"""Titles that callers write before a name, also as newspapers do (`Leader`)."""
_BEFORE_TITLES = load_words("titles", use="word before a title in a query").union(
    *load_rows("group_words", topic="demonym", script="Latin")
)
"""Words that belong to the title that follows (`Supreme`, `Syrian`), or, after `of`, to the title
before them (`of Syria`)."""


def name_lines() -> Iterator[tuple[str, list[str]]]:
    """Yield the id of each given or family name and its forms, as they are written."""
    for line in read_person_names().splitlines():
        forms, _, name_id = line.strip().rpartition(" => ")
        if forms:
            yield name_id, forms.split(", ")


def word_symbols() -> Iterator[tuple[str, str, list[str]]]:
    """Yield the category and id of symbols of other words, with the forms of each word."""
    for kind, category in _KINDS.items():
        for key, forms in read_table("names")["symbols"][kind].items():
            yield category, key, forms


@cache
def _titles() -> re.Pattern[str]:
    """Return the pattern of titles and signs before the name of a person."""
    return re.compile(
        rf"^\W*(?:(?:{'|'.join(map(re.escape, read_table('names')['person_prefixes']))})\.?\s+)*+",
        re.IGNORECASE,
    )


def remove_titles(name: str) -> str:
    """Return a name without titles before it, such as `Mr` or `Dr.`, and without leading signs."""
    return _titles().sub("", name)


def split_titles(name: str) -> tuple[frozenset[str], str]:
    """Return the titles that a caller writes before a name, in lower case, and the name without
    them: `Supreme Leader`, `H.E.`, `Minister of Defence`. If fewer than two words would be left,
    there are no titles.
    """
    titles: frozenset[str] = frozenset()
    words, first, follows_of = name.split(), 0, False
    for place, word in enumerate(words[:-1]):
        parts = _title_words(word)
        is_title = not _CALLERS_TITLES.isdisjoint(parts)
        if is_title and _BEFORE_TITLES.issuperset(parts - _CALLERS_TITLES):
            first, follows_of = place + 1, False
            titles |= parts & _CALLERS_TITLES
        elif parts == {"of"} and 0 < place == first:
            follows_of = True
        elif not _BEFORE_TITLES.issuperset(parts):
            return titles, " ".join(words[first:]) if first else name
        elif follows_of:
            first = place + 1
    return frozenset(), name


def find_titles(name: str) -> frozenset[str]:
    """Return the codes of the titles before and within a name. A word that is also a name is a
    title only before the name.
    """
    inner = _INNER_TITLES.intersection(map(str.casefold, name.split()[1:-1]))
    return title_codes(split_titles(name)[0] | inner)


def title_codes(words: Iterable[str]) -> frozenset[str]:
    """Return a code for each title among some words. All spellings of a title have the same code
    (`sheikh`, `shaikh`).
    """
    return frozenset(map(skeleton_code, _CALLERS_TITLES.intersection(map(str.casefold, words))))


def _title_words(word: str) -> frozenset[str]:
    """Return the parts of a word (`ex-president`) as the table of titles spells them."""
    if word.casefold() in _CALLERS_TITLES:
        return frozenset((word.casefold(),))
    parts = map(str.casefold, tokenize_name(word))
    return frozenset(part if part in _CALLERS_TITLES else to_latin(part) for part in parts)
