"""Facts about single words of groups' names: qualifiers, and letters of acronyms.

A qualifier tells groups of otherwise equal names apart: a National Front is no Salvation Front. The
table `group_qualifiers` gives each qualifier a code. Words with one code mean the same, for example
an adjective and its noun. A new word gets the code of its synonym, or the next free code up to
`MAX_CODE`. Words that name a group without telling it from others, such as Company, Group and
Holding, are not listed.

An acronym often abbreviates the name in another language: FPR is the Rwandan Patriotic Front, ELN
the National Liberation Army. So the table `acronym_initials` has the first letters that a word has
in other languages.

Words of both tables are tokens of `group_tokens`, mostly in the singular. `word_facts` collects all
facts about a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

import numpy as np
import numpy.typing as npt

from resolver.data import load_rows
from resolver.records.prepared.batch import HashArray
from resolver.records.prepared.value_flags import FACTION

_CLASSES = ("unit", "body", "political", "head", "type")
"""Classes of words, in the order that the kernel `word_sets` expects.

`unit`: part of an institution. `body`: group of people. `head`: institution, such as a school, that
may share its name with others of another type. `type`: type of an institution.
"""


def _stem(word: str) -> str:
    """Return a word without the ending of a plural."""
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


_ROWS = load_rows("group_qualifiers")
_CODES = {_stem(word): int(code) for code, word, _ in _ROWS}
MAX_CODE = 255
_CORPORATION = "corp"
"""Abbreviation of Corporation. It would otherwise be read as the singular of Corps."""
_LEAST_MISSPELT = 7
"""Minimum number of letters of a word that is recognized in spite of a misspelling."""
_NEAR_NAMES = frozenset(("christian", "regional"))
"""Words whose misspellings may be names of persons, such as Christine and Reginald."""


def _cuts(word: str) -> list[str]:
    """Return the spellings of a word without its second letter, without its third letter, and so
    on.
    """
    return [word[:index] + word[index + 1 :] for index in range(1, len(word))]


_CUT_CODES = {
    cut: code
    for word, code in sorted(_CODES.items())
    if len(word) >= _LEAST_MISSPELT and word not in _NEAR_NAMES
    for cut in (word, *_cuts(word))
}
_STARTS = frozenset(cut[:2] for cut in _CUT_CODES)


def _bits(kind: str) -> HashArray:
    bits = np.zeros(4, dtype=np.uint64)
    for code in {int(code) for code, _, classes in _ROWS if kind in classes.split()}:
        bits[code >> 6] |= np.uint64(1) << np.uint64(code & 63)
    return bits


CLASS_BITS = np.stack([_bits(kind) for kind in _CLASSES])
"""Codes of each class of `_CLASSES`, as a row of 256 bits."""


def qualifier_code(word: str) -> int:
    """Return the code of a qualifier (1 ... `MAX_CODE`); 0 for other words.

    A word and its plural have one code. A long word also has this code with one typo after its
    first letter.
    """
    if word == _CORPORATION:
        return 0
    code = _CODES.get(_stem(word), 0)
    if code or len(word) < _LEAST_MISSPELT - 1:
        return code
    found = _CUT_CODES.get(word, 0)
    if found or word[:2] not in _STARTS:
        return found
    # The word has a missing or wrong letter, or two letters are swapped.
    return next((code for cut in _cuts(word) if (code := _CUT_CODES.get(cut, 0))), 0)


# Words that an acronym may leave out.
_OPTIONAL = frozenset(
    """
    corp corporation company co inc self group holding holdings enterprises limited incorporated
    """.split()
)


def _letter_bits(letters: str) -> int:
    bits = 0
    for letter in letters:
        bits |= 1 << (ord(letter) - ord("a"))
    return bits


_OWN_BITS = {letter: _letter_bits(letter) for letter in "abcdefghijklmnopqrstuvwxyz"}
_OTHER_BITS = {word: _letter_bits(initials) for word, initials in load_rows("acronym_initials")}


def initial_bits(word: str) -> int:
    """Return the letters a…z that may stand for a word in an acronym, as bits."""
    return _OWN_BITS.get(word[:1], 0) | _OTHER_BITS.get(word, 0)


WORD_FACTS = np.dtype(
    [
        ("qualifier", np.int32),
        ("initials", np.uint32),
        ("left_out", np.bool_),
        ("faction", np.bool_),
        ("article", np.bool_),
    ]
)
"""Facts about a word: `qualifier_code` and `initial_bits`; whether an acronym may leave it out;
whether it marks the name of a faction; and whether it is the Arabic article.
"""
_ARABIC_ARTICLE = "al"
"""Particle that has a letter in some acronyms, as in `AQI` and `AAI`."""


def word_facts(words: Sequence[str]) -> npt.NDArray[np.void]:
    """Return a row of `WORD_FACTS` for each word."""
    facts = np.zeros(len(words), dtype=WORD_FACTS)
    for name, values in (
        ("qualifier", map(qualifier_code, words)),
        ("initials", map(initial_bits, words)),
        ("left_out", map(_OPTIONAL.__contains__, words)),
        ("faction", map(str.__eq__, words, repeat(FACTION))),
        ("article", map(str.__eq__, words, repeat(_ARABIC_ARTICLE))),
    ):
        facts[name] = np.fromiter(values, dtype=WORD_FACTS[name], count=len(words))
    return facts
