"""Costs of an edit between sounds of a Latin word and of a word from another script.

Tables over sounds (ASCII codes 0…127), constants of the kernel for speed.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

VOWELS = "aeiouUI"
_GROUPS = """
kqg 0.05  kK 0.15  hK 0.2  gG 0.05  qG 0.1  kG 0.2  RG 0.2  jZ 0.1  jg 0.2  zjZ 0.2  jC 0.2
jy 0.3  jd 0.4  sc 0.05  kc 0.05  sT 0.1  tT 0.05  td 0.2  tC 0.4  dD 0.05  zD 0.05  dz 0.15
zs 0.25  zT 0.4  sS 0.3  sC 0.3  SC 0.1  bp 0.1  bv 0.15  fv 0.1  fp 0.1  pv 0.3  wv 0.0  rl 0.2
wu 0.0  wU 0.0  wo 0.0  vU 0.3  yi 0.0  yI 0.0  ye 0.05  ya 0.3  wa 0.4  ae 0.05  ai 0.05
ao 0.1  au 0.1  aI 0.15  aU 0.2  ei 0.03  iI 0.0  eI 0.05  ou 0.03  uU 0.0  oU 0.03  eo 0.2
eu 0.2  io 0.3  iu 0.2  nm 0.5  ht 0.15  ha 0.2  Nn 0.15  Ng 0.3
""".split()
"""Sounds that one letter stands for, and the cost of a change between any second of a group."""
_LATIN_ONLY = {**dict.fromkeys("aeiou", 0.03), "U": 0.35, "I": 0.3}
_LATIN_ONLY |= {"h": 0.3, "w": 0.3, "y": 0.25, "n": 0.8}
"""Cost of a sound that only the Latin word has: next to nothing for a short vowel."""
_FOREIGN_ONLY = {**dict.fromkeys("eiou", 0.06), "U": 0.2, "I": 0.2, "a": 0.08}
_FOREIGN_ONLY |= {"y": 0.65, "w": 0.65, "h": 0.35, "t": 0.8, "n": 0.8}
"""Cost of a sound that only the word of the other script has."""
_COST_OF_CHANGE = {
    (ord(first), ord(second)): cost
    for cost, letters in sorted(
        zip(map(float, _GROUPS[1::2]), _GROUPS[::2], strict=True),
        reverse=True,
    )
    for first, second in permutations(letters, 2)
}
"""Cost of two different sounds, the lowest if they stand in several groups."""

CHANGE = np.ones((128, 128), dtype=np.float32)
"""Cost of a change from one sound to another."""
np.fill_diagonal(CHANGE, 0)
CHANGE[tuple(np.array(list(_COST_OF_CHANGE)).T)] = list(_COST_OF_CHANGE.values())
LATIN_ONLY, FOREIGN_ONLY, WEIGHT = np.ones((3, 128), dtype=np.float32)
"""Cost of a sound that the other word lacks, and its weight in the length of a word."""
LATIN_ONLY[[ord(sound) for sound in _LATIN_ONLY]] = list(_LATIN_ONLY.values())
FOREIGN_ONLY[[ord(sound) for sound in _FOREIGN_ONLY]] = list(_FOREIGN_ONLY.values())
WEIGHT[[ord(sound) for sound in VOWELS]] = 0
WEIGHT[[ord("y"), ord("w")]] = 0.5

STRONG_COST = np.float32(0.8)
"""Least cost of a strong sound that has no similar sound in the other word."""
_BIT = np.uint64(1) << np.arange(128, dtype=np.uint64) % np.uint64(64)
"""Bit of each sound in a set of sounds."""
NEAR = np.bitwise_or.reduce(np.where(CHANGE < 1, _BIT, np.uint64(0)), axis=1)
"""Per sound the set of sounds that it may become at less than the full cost."""
STRONG = ~np.bitwise_or.reduce(_BIT[np.minimum(LATIN_ONLY, FOREIGN_ONLY) < STRONG_COST])
"""Set of sounds that cost `STRONG_COST` or more where the other word has no similar one."""
