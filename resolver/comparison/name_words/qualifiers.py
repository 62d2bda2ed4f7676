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
front movement army party force brigade battalion regiment division militia organization command
guard league committee government state union alliance coalition congress council assembly rally
federation confederation convention collective network corps
"""
INSTITUTIONAL = """
university college school academy institute faculty department hospital clinic laboratory
laboratories center centre museum library state medical medicine technical technology technologies
technological agricultural agriculture polytechnic science sciences scientific catholic normal
metropolitan international city veterinary pedagogical economics education maritime ocean marine
engineering arts teachers law business management pharmacy nursing dental dentistry cancer children
mental health research advanced applied natural social physical mining petroleum forestry aviation
aerospace defense nuclear energy music fine graduate postgraduate undergraduate community affiliated
biomedical general public private municipal provincial pediatric
"""
COMMERCIAL = """
bank insurance assurance finance financial capital investment investments leasing property
properties estate patent patents licensing trading shipping logistics transport airlines aviation
construction oil gas mining steel chemical chemicals pharmaceutical pharmaceuticals electric
electronics telecommunications media energy power engineering consulting software semiconductor
semiconductors automotive machinery instruments materials
"""
_UNITS = """
school college faculty department division laboratory clinic hospital graduate postgraduate
"""


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


def _bits(table: str) -> HashArray:
    bits = np.zeros(4, dtype=np.uint64)
    for word in table.replace("/", " ").split():
        code = _CODES[_stem(word)]
        bits[code >> 6] |= np.uint64(1) << np.uint64(code & 63)
    return bits


UNIT_ROW, BODY_ROW, POLITICAL_ROW = range(3)
CLASS_BITS = np.stack([_bits(_UNITS), _bits(BODIES), _bits(POLITICAL)])
"""A bit per code of words that name a unit of a whole (Department), a body of people (Movement) or
a political quality (National), a row each."""


def qualifier_code(word: str) -> int:
    """Return the code of a word that tells groups apart (1 ... `MAX_CODE`), 0 for others.

    A word and its plural have one code, as have an adjective and its noun.
    """
    return _CODES.get(_stem(word), 0)
