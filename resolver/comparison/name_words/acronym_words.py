"""Generic words of groups' names as acronyms treat them.

Acronyms are often those of another language: FPR is the Rwandan Patriotic Front, ELN the National
Liberation Army. Words are normal forms (`normalize.group_tokens`). Written by hand.
"""

from __future__ import annotations

_INITIALS = """
army: ejholst front: fjcmp movement: mhdtgkjrp people: pskhvjlr party: ph national: nwmukr
liberation: ltokvabmp islamic: i democratic: dg revolutionary: rtk revolution: rt state: esdg
council: cmskpv forces: fqshn armed: as brigade: blk brigades: bk organization: omtsu union: ui
united: uvb unity: uiw free: lfhm freedom: lfha new: nj independence: inbm independent: im
defense: dvosza defence: dvosza workers: towkm struggle: lkn salvation: sni resistance: rmp
republic: rjgc group: gj association: ajv bank: bm company: csgk university: ud center: cmz
centre: cmz ministry: mvw committee: ckl southern: sj northern: ns western: wog eastern: eos
south: sj north: ns west: wo east: eo great: gb general: ga government: gph coalition: ci
alliance: ati league: lr congress: cmk assembly: am command: cqk security: sab youth: jsy
students: est peace: psb justice: ja god: da soldiers: sj martyrs: ms supporters: apnh tribes: ta
left: igs right: rd research: rfi foundation: fbs development: deh institute: i international: id
german: d germany: da society: sgj school: se congo: k chad: t cambodia: kg greece: eh spain: e
ivory: ci coast: c sweden: s netherlands: hnd austria: o croatia: h hungary: m finland: s
albania: s georgia: s egypt: m algeria: ja jordan: u morocco: mg india: bh korea: kc wales: gp
scotland: ae ireland: e centrafrique: cr japan: n china: z fighters: gfmc clinic: k hospital: sk
muslim: mi levant: s cyprus: k guards: g self: a peasants: ck peasant: ck support: ns homeland: pv
nation: ut palestine: f death: m communist: k kingdom: rm network: rsm opposition: m guardians: gh
defenders: d equality: im old: v reconciliation: m protection: ph regiment: fr faction: fj
province: wv federal: fe community: jg holy: sm house: hcb world: wmv war: gkh women: fmw men: hm
sons: bhf call: d victory: nz volunteers: fd confederation: k labor: tar labour: tar trade: ch
patriotic: vw popular: shn republican: cj constitutional: d voice: sv charity: kb plant: zuf
works: z oil: np railways: cfz office: b bureau: o service: d science: wcn sciences: wcn
library: b tigers: p eagles: a 1: fpe 2: sdz 3: t basque: e armenia: h montenegro: c bhutan: d
tibet: b burma: m assam: o flanders: v flemish: v cornwall: k
"""
_OPTIONAL = frozenset(
    """
    corp corporation company co inc self group holding holdings enterprises limited incorporated
    """.split()
)


def _parse(text: str) -> dict[str, str]:
    words = text.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return {word.removesuffix(":"): letters for word, letters in pairs}


_OTHER_INITIALS = _parse(_INITIALS)


def _letter_bits(letters: str) -> int:
    bits = 0
    for letter in letters:
        bits |= 1 << (ord(letter) - ord("a"))
    return bits


_OWN_BITS = {letter: _letter_bits(letter) for letter in "abcdefghijklmnopqrstuvwxyz"}
_OTHER_BITS = {word: _letter_bits(letters) for word, letters in _OTHER_INITIALS.items()}


def initial_bits(word: str) -> int:
    """Return a bit per letter a…z that may stand for a word in an acronym."""
    return _OWN_BITS.get(word[:1], 0) | _OTHER_BITS.get(word, 0)


def may_be_left_out(word: str) -> bool:
    """Return True if an acronym may leave a word out, such as Company."""
    return word in _OPTIONAL
