"""Words that tell groups of otherwise equal names apart: a National Front is no Salvation Front.

Words are normal forms (`normalize.group_tokens`), mostly singular as well as plural. Words that
name a group without telling it from others, such as Company, Group and Holding, are not listed.
Written by hand.
"""

from __future__ import annotations

import numpy as np

from resolver.records.prepared.batch import HashArray

POLITICAL = """
national nationalist nationalists people peoples popular democratic democracy islamic islam muslim
christian jihad salafist liberation revolutionary revolution patriotic patriots socialist communist
maoist marxist leninist republican republic independent independence united unity unification free
freedom new old real true authentic official continuity provisional interim transitional reformed
reform renewal change progressive progress constitutional salvation redemption rescue resistance
recovery restoration reconstruction reconciliation development defense defence selfdefense armed
military political workers labor peasants farmers youth students women justice peace struggle
equality solidarity sovereign martyrs supporters fighters combatants volunteers security special
royal imperial federal federalist central regional southern northern eastern western south north
east west left right greater great general high first front movement army party forces force brigade
brigades battalion regiment division militia organization command guard guards league committee
government state union alliance coalition congress council assembly rally federation confederation
convention collective coordination action network corps militias opposition
"""
INSTITUTIONAL = """
university college school academy institute faculty department hospital clinic laboratory
laboratories center centre museum library state medical medicine technical technology technologies
technological agricultural agriculture polytechnic science sciences scientific catholic normal
metropolitan international city veterinary pedagogical economics education maritime ocean marine
engineering arts teachers law business management pharmacy nursing dental dentistry cancer children
mental health research advanced applied natural social physical mining petroleum forestry aviation
aerospace defense nuclear energy music fine graduate postgraduate undergraduate community affiliated
biomedical public private municipal provincial pediatric
"""
COMMERCIAL = """
bank insurance assurance finance financial capital investment investments leasing property
properties estate patent patents licensing trading shipping logistics transport airlines aviation
construction oil gas mining steel chemical chemicals pharmaceutical pharmaceuticals electric
electronics telecommunications media energy power engineering consulting software semiconductor
semiconductors automotive machinery instruments materials
"""
_UNITS = frozenset(
    """
    school college faculty department division laboratory laboratories clinic hospital graduate
    postgraduate
    """.split()
)


def _stem(word: str) -> str:
    """Return a word without the ending of a plural."""
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


_STEMS = sorted({_stem(word) for word in (POLITICAL + INSTITUTIONAL + COMMERCIAL).split()})
_CODES = {stem: code for code, stem in enumerate(_STEMS, 1)}
MAX_CODE = 255


def _unit_bits() -> HashArray:
    bits = np.zeros(4, dtype=np.uint64)
    for code in sorted({_CODES[_stem(word)] for word in _UNITS}):
        bits[code >> 6] |= np.uint64(1) << np.uint64(code & 63)
    return bits


UNIT_BITS = _unit_bits()
"""A bit per code of a word that names a unit of a whole, such as Department."""


def qualifier_code(word: str) -> int:
    """Return the code of a word that tells groups apart (1 ... `MAX_CODE`), 0 for others.

    A word and its plural have one code.
    """
    return _CODES.get(_stem(word), 0)
