"""Rare names: parts of a culture's listed names that recombine into names beyond the lists.

Names are cut before a vowel (or between characters): Петр|енко and Сидор|ов also give Петров and
Сидоренко, with a middle part Сидоренков. Parts are spelled as they are in the listed name: the
ending's spelling is what the spelling of the name has after that of the onset. So every part, and
every name composed of parts, has all forms that the rule of its culture gives.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from resolver.synthetic.letters import Spellings
from resolver.synthetic.letters.base import strip_accents
from resolver.synthetic.names.name_lexicon import (
    Form,
    NameTail,
    PartForms,
    Word,
    has_initials,
    list_forms,
)
from resolver.synthetic.names.name_lists import Rule, TailPair

Cut = Callable[[str], list[int]]
"""Returns the places at which a name can be cut."""

# Names of a list that are cut into parts: enough for millions of combinations.
_NAMES_CUT = 150
_VOWELS = frozenset("aeiouyаеиоуыэюяієαεηιουωაეიოუաեէըիոօ")
_PHONEMIC_VOWELS = frozenset("aeiouAIUY@")
_VOWEL_SIGNS = frozenset("ािीुूृेैोौॉ")


@lru_cache(maxsize=1024)
def _is_vowel(sign: str) -> bool:
    return strip_accents(sign).lower() in _VOWELS


def cut_before_vowels(name: str) -> list[int]:
    """Cut the last word of a name before each vowel that follows a consonant."""
    return _cut_between(name, lambda before, after: _is_vowel(after) and not _is_vowel(before))


def cut_before_accent(name: str) -> list[int]:
    """Cut as `cut_before_vowels`, so that endings have the accent, for names with one accent."""
    return [at for at in cut_before_vowels(name) if strip_accents(name[:at]) == name[:at]]


def cut_phonemic(name: str) -> list[int]:
    """Cut the last word of a name in the letters of `letters.abjad` before vowels."""
    vowels = _PHONEMIC_VOWELS
    return _cut_between(name, lambda before, after: after in vowels and before not in vowels)


def cut_devanagari(name: str) -> list[int]:
    """Cut a name in Devanagari between a vowel sign and a consonant.

    Vowels that are not written may be silent, which depends on the consonants around them. Names
    with two signs in a row are misspelled and have no cuts.
    """
    if any(_VOWEL_SIGNS.issuperset(pair) for pair in pairwise(name)):
        return []
    return _cut_between(name, lambda before, after: "क" <= after <= "ह" and before in _VOWEL_SIGNS)


def cut_characters(name: str) -> list[int]:
    """Cut a name of two characters between them."""
    return [1] if len(name) == 2 else []


def cut_readings(name: str) -> list[int]:
    """Cut a name of characters, each followed by its reading in katakana."""
    return _cut_between(name, lambda before, after: is_katakana(before) and not is_katakana(after))


def cut_words(name: str) -> list[int]:
    """Cut a name before its last word."""
    return [name.rindex(" ")] if " " in name else []


def is_katakana(sign: str) -> bool:
    """Return True for a letter of katakana."""
    return "ァ" <= sign <= "ー"


def _cut_between(name: str, is_border: Callable[[str, str], bool]) -> list[int]:
    """Cut the last word of a name at borders, after its second letter if one is there."""
    start = max(name.rfind(" "), name.rfind("-")) + 1
    cuts = [at for at in range(start + 1, len(name)) if is_border(name[at - 1], name[at])]
    return [at for at in cuts if at > start + 1] or cuts


@dataclass(frozen=True, slots=True)
class TailMaker:
    """Maker of the tails of one culture.

    `key`: name of the culture, which seeds the choice of parts. `rule`: its spelling. `cut`: where
    its names are cut. `nicknames`: a third of the given names have one.
    """

    key: str
    rule: Rule
    cut: Cut
    nicknames: bool = True

    def make_given(self, men: Iterable[str], women: Iterable[str]) -> TailPair:
        """Make the tails of given names."""
        (male,) = self._make("men", men, (str,))
        (female,) = self._make("women", women, (str,))
        return male, female

    def make_family(self, names: Iterable[str], feminine: Callable[[str], str] = str) -> TailPair:
        """Make the tails of family names and their feminine forms; one tail if they are equal."""
        if feminine is str:
            (tail,) = self._make("family", names, (str,))
            return tail, tail
        men, women = self._make("family", names, (str, feminine))
        return men, women

    def make_given_and_father(
        self,
        men: Iterable[str],
        women: Iterable[str],
        son: Callable[[str], str],
        daughter: Callable[[str], str],
    ) -> tuple[TailPair, TailPair]:
        """Make the tails of given names, and of the patronymics of sons and daughters."""
        male, sons, daughters = self._make("men", men, (str, son, daughter))
        (female,) = self._make("women", women, (str,))
        return (male, female), (sons, daughters)

    def _make(
        self, role: str, names: Iterable[str], derivations: Sequence[Callable[[str], str]]
    ) -> tuple[NameTail, ...]:
        """Make the tail of the names and of each kind of names derived from them.

        Equal ranks of the tails are a name and those derived from it.
        """
        listed = list(dict.fromkeys(name.partition(":")[0] for name in names))
        cuts_of = {name: self.cut(name) for name in listed[:: max(1, len(listed) // _NAMES_CUT)]}
        onsets: dict[str, PartForms] = {}
        endings: list[list[PartForms]] = [[] for _ in derivations]
        for place, (name, cuts) in enumerate(cuts_of.items()):
            # Cuts alternate, so that short and long endings occur.
            turn = place % max(len(cuts), 1)
            for at in cuts[turn:] + cuts[:turn]:
                onset = self.rule(name[:at])
                parts = [_subtract(self.rule(derive(name)), onset) for derive in derivations]
                if all(parts):
                    has_nickname = self.nicknames and role != "family" and place % 3 == 0
                    onsets[name[:at]] = tuple(list_forms(Word(onset)))
                    for ending, part in zip(endings, parts, strict=True):
                        ending.append(_shorten(part or (), has_nickname))
                    break
        seed, middles = zlib.crc32(f"{self.key} {role}".encode()), self._cut_middles(cuts_of)
        return tuple(
            NameTail(seed, tuple(onsets.values()), middles, tuple(ending)) for ending in endings
        )

    def _cut_middles(self, cuts_of: Mapping[str, list[int]]) -> tuple[PartForms, ...]:
        """Return the parts between the first two cuts of one name in three."""
        middles: dict[str, PartForms] = {}
        for name, cuts in list(cuts_of.items())[::3]:
            if len(cuts) > 1 and name[cuts[0] : cuts[1]] not in middles:
                part = _subtract(self.rule(name[: cuts[1]]), self.rule(name[: cuts[0]]))
                middles |= {name[cuts[0] : cuts[1]]: part} if part else {}
        return tuple(middles.values())


def _subtract(whole: Spellings, onset: Spellings) -> PartForms | None:
    """Return the texts of a name after those of its onset; None if a spelling starts otherwise."""
    pairs = list(zip(list_forms(Word(whole)), list_forms(Word(onset)), strict=True))
    rest: list[str | None] = []
    for form, (text, start) in enumerate(pairs):
        if form in _INITIALS and (form == Form.INITIAL or has_initials(start or "-")):
            rest.append("")
        elif text and start and text.startswith(start) and not text[len(start) :][:1].isupper():
            rest.append(text[len(start) :])
        else:
            return None
    standard = rest[Form.STANDARD]
    return tuple(rest) if standard and f"{onset.standard}{standard}".isascii() else None


_INITIALS = (int(Form.INITIAL), int(Form.INITIAL_NATIVE))


def _shorten(part: PartForms, has_nickname: bool) -> PartForms:
    """Return an ending; if it has a nickname, that keeps only the first letter."""
    if not has_nickname:
        return part
    pets = (Form.PET, Form.PET_NATIVE)
    return tuple((text or "")[:1] if form in pets else text for form, text in enumerate(part))
