"""Words that tell groups of otherwise equal names apart: a National Front is no Salvation Front.

Words are normal forms (`normalize.group_tokens`), mostly singular as well as plural. Words that
name a group without telling it from others, such as Company, Group and Holding, are not listed.
Written by hand.
"""

from __future__ import annotations

import numpy as np

from resolver.records.prepared.batch import HashArray

POLITICAL = """
national nationalist/nationalism people democratic/democracy popular islamic/islam muslim christian
jihad/jihadist salafist/salafism liberation/liberator revolutionary/revolution patriotic/patriot
socialist/socialism communist/communism maoist/maoism marxist/marxism leninist/leninism
republican/republic independent/independence/free/freedom united/unity unification/unified new old
real true authentic official continuity provisional interim transitional/transition
reformed/reform/reformist renewal/renewed change progressive/progress constitutional
salvation/redemption rescue resistance recovery restoration reconstruction reconciliation
development defense/defence armed military political worker/labor peasant/farmer youth
student women justice peace struggle/combat equality solidarity sovereign/sovereignty martyr
supporter fighter/combatant/mujahideen volunteer security special royal/imperial federal/federalist
central regional southern/south northern/north eastern/east western/west left right greater/great
high first action coordination opposition original
"""
BODIES = """
front movement army party force brigade/battalion/regiment division militia organization command
guard league committee government state union alliance coalition congress council assembly rally
federation confederation convention collective network corps
"""
INSTITUTIONAL = """
university college school academy institute faculty department hospital clinic laboratory center
centre museum library state medical/medicine/biomedical
technical/technology/technological/polytechnic agricultural/agriculture science/scientific catholic
normal metropolitan international city veterinary pedagogical/education economics/economic
maritime/ocean/oceanic/marine engineering arts teachers law business management
pharmacy/pharmaceutical nursing dental dentistry cancer children mental health research advanced
applied natural social physical mining petroleum forestry aviation aerospace defense nuclear energy
music fine graduate postgraduate undergraduate community affiliated general public private municipal
provincial pediatric open branch
"""
COMMERCIAL = """
bank insurance assurance finance financial capital investment investments leasing property
properties estate patent/patents/licensing/intellectual trading shipping logistics transport
airlines aviation construction oil gas mining steel chemical chemicals pharmaceutical
pharmaceuticals electric electronics telecommunications media energy power engineering consulting
software semiconductor semiconductors automotive machinery instruments materials
"""
_UNITS = "school college faculty department division laboratory graduate postgraduate"
_HEADS = "university institute academy college school hospital museum library"
"""Words for institutions, of which there may be several of one name and different type."""
_TYPES = """
university institute academy hospital clinic museum library state federal technical medical
agricultural science catholic christian islamic metropolitan international veterinary pedagogical
maritime ocean marine economics education business management law arts music pharmacy dental women
children normal teachers military defense aviation aerospace mining petroleum forestry nuclear open
north south east west northern southern eastern western central branch
"""
"""Words that say of which type an institution is: a Technical University is no University."""


def _stem(word: str) -> str:
    """Return a word without the ending of a plural."""
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _number_families(*tables: str) -> dict[str, int]:
    """Return the code of each stem; words joined by / have one, as they translate one another."""
    families = [family.split("/") for table in tables for family in table.split()]
    codes: dict[str, int] = {}
    for family in families:
        stems = [_stem(word) for word in family]
        shared = [codes[stem] for stem in stems if stem in codes]
        code = shared[0] if shared else len(set(codes.values())) + 1
        codes |= dict.fromkeys(stems, code)
    return codes


_CODES = _number_families(POLITICAL, BODIES, INSTITUTIONAL, COMMERCIAL)
MAX_CODE = 255
_CORPORATION = "corp"
"""Abbreviation that is no singular of Corps."""
_LEAST_MISSPELT = 7
"""Letters of the shortest word that is recognized where it is misspelt."""
_NEAR_NAMES = frozenset(("christian", "regional"))
"""Words of which a misspelling may be a person's name, such as Christine and Reginald."""


def _cuts(word: str) -> list[str]:
    """Return a word without one of its letters, the first one aside."""
    return [word[:place] + word[place + 1 :] for place in range(1, len(word))]


_CUT_CODES = {
    cut: code
    for word, code in sorted(_CODES.items())
    if len(word) >= _LEAST_MISSPELT and word not in _NEAR_NAMES
    for cut in (word, *_cuts(word))
}
_STARTS = frozenset(cut[:2] for cut in _CUT_CODES)


def _bits(table: str) -> HashArray:
    bits = np.zeros(4, dtype=np.uint64)
    for word in table.replace("/", " ").split():
        code = _CODES[_stem(word)]
        bits[code >> 6] |= np.uint64(1) << np.uint64(code & 63)
    return bits


CLASS_BITS = np.stack([_bits(words) for words in (_UNITS, BODIES, POLITICAL, _HEADS, _TYPES)])
"""A bit per code of the words of a class, in the order of `kernels.comparison.qualifier_grades`."""


def qualifier_code(word: str) -> int:
    """Return the code of a word that tells groups apart (1 ... `MAX_CODE`), 0 for others.

    A word, its plural and, if it is long, the word with one typo beyond its first letter have one
    code, as have an adjective and its noun.
    """
    if word == _CORPORATION:
        return 0
    code = _CODES.get(_stem(word), 0)
    if code or len(word) < _LEAST_MISSPELT - 1:
        return code
    return _CUT_CODES.get(word, 0) or _misspelt_code(word)


def _misspelt_code(word: str) -> int:
    """Return the code of the word that has one letter less, or another, or two exchanged."""
    if word[:2] not in _STARTS:
        return 0
    return next((code for cut in _cuts(word) if (code := _CUT_CODES.get(cut, 0))), 0)
