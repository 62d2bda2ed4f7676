"""Name lists of a culture before they are added to the lexicon, and the functions that make them.

Most lists are those of Faker, from the table `generator_names`. `extend_names` and `TailMaker` add
rare names, which recombine parts of listed names into new names. Names are cut before a vowel (or
between characters). For example, Петр|енко and Сидор|ов also give Петров and Сидоренко, and with a
middle part Сидоренков. Parts are spelled as in the listed name: the spelling of an ending is what
remains of the name's spelling after the spelling of the onset. So every part, and every name
composed of parts, has all forms that the rule of its culture gives.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from resolver.data import load_pairs, load_rows
from resolver.reference import read_table
from resolver.world.alphabets import Spellings, parse_entry, strip_accents
from resolver.world.name_lexicon import Form, NameTail, PartForms, Word, has_initials, list_forms

Rule = Callable[[str], Spellings]
WordPair = tuple[list[Word], list[Word]]
TailPair = tuple[NameTail, NameTail]


@dataclass(frozen=True, slots=True)
class NameLists:
    """Names of men and of women of a culture.

    Equal ranks of `family` are the same family name. `father` has the patronymics of sons and
    daughters, by the rank of the father's name in `given_name`; None means that the father's name
    itself is used. `*_tails` are the rare names beyond the list; None means that the list is
    complete. `flat_*` and `exponent_*` are the frequencies of the ranks, as in `Span`.
    """

    given_name: WordPair
    family: WordPair
    flat_given: float = 12.0
    flat_family: float = 20.0
    middle: WordPair | None = None
    father: WordPair | None = None
    titles: tuple[str, str] = ("Mr. Dr. Prof. Eng.", "Mrs. Ms. Dr. Prof.")
    given_tails: TailPair | None = None
    family_tails: TailPair | None = None
    father_tails: TailPair | None = None
    exponent_given: float = 1.8
    exponent_family: float = 1.5


def listed_names(name: str) -> list[str]:
    """Return the entries of a list of the table `world_names`, as `parse_entry` reads them.

    The names refer to no real person. The most frequent name is first.
    """
    return _world_names()[name]


@cache
def _world_names() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for key, _, name, spellings in load_rows("world_names"):
        lists.setdefault(key, []).append(f"{name}:{spellings}" if spellings else name)
    return lists


def read_nicknames(culture: str) -> dict[str, str]:
    """Return a mapping from names to nicknames, for the names that have one."""
    return load_pairs("world_nicknames", culture=culture)


def make_plain_words(texts: Iterable[str]) -> list[Word]:
    """Make words with one spelling."""
    return [Word(Spellings(text, text, text, text, text)) for text in texts]


def make_words(
    names: Iterable[str], rule: Rule, pets: Mapping[str, str] | None = None
) -> list[Word]:
    """Make words by a spelling rule.

    `pets` maps a standard spelling (or the name) to the nickname in the same letters.
    """
    words = []
    for name in names:
        spellings = parse_entry(name, rule)
        pet = (pets or {}).get(spellings.standard) or (pets or {}).get(name, "")
        if pet and not pet.isascii():
            words.append(Word(spellings, rule(pet).standard, pet))
        else:
            words.append(Word(spellings, pet))
    return words


def for_both_genders(words: list[Word]) -> WordPair:
    """Return the same words for men and women."""
    return words, words


def drop_native(spellings: Spellings) -> Spellings:
    """Keep only the Latin spellings, for a name whose own script is unknown."""
    return Spellings(None, spellings.standard, spellings.b, spellings.standard, spellings.loose)


def read_names(locale: str, *attributes: str) -> list[str]:
    """Return the distinct names of some lists of a locale, in order.

    Lists with weights are sorted by falling frequency. Raises `KeyError` if the table lacks such a
    list.
    """
    lists: dict[str, list[str]] = read_table("generator_names")["lists"][locale]
    return list(dict.fromkeys(name for attribute in attributes for name in lists[attribute]))


def read_japanese_names(attribute: str) -> list[list[str]]:
    """Return Japanese names of a list, each as characters and reading."""
    pairs: list[list[str]] = read_table("generator_names")["readings"][attribute]
    return pairs


def combine_lists(common: Sequence[str], others: Sequence[str], limit: int) -> list[str]:
    """Return the common names, then a sample of the others.

    The other names are taken in steps across their list, so that all initial letters occur.
    """
    listed = set(common)
    rest = [name for name in others if name not in listed]
    free = max(limit - len(common), 0)
    if len(rest) > free:
        rest = [rest[at * len(rest) // free] for at in range(free)]
    return [*common, *_mix_order(rest)]


def extend_names(common: Sequence[str], locale: str, attribute: str, limit: int) -> list[str]:
    """Return the common names, then a sample of one list of a provider."""
    return combine_lists(common, read_names(locale, attribute), limit)


def _mix_order(listed: list[str]) -> list[str]:
    """Reorder names, because in an alphabetical list the names with A would become the frequent
    ones.
    """
    step = next((step for step in (37, 41, 43, 47) if len(listed) % step), 1)
    return [listed[at * step % len(listed)] for at in range(len(listed))]


Cut = Callable[[str], list[int]]
"""Returns the places at which a name can be cut."""

# Number of names of a list that are cut into parts, which is enough for millions of combinations.
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
    """Cut as `cut_before_vowels` does, but so that the accent is in the ending; for names with one
    accent.
    """
    return [at for at in cut_before_vowels(name) if strip_accents(name[:at]) == name[:at]]


def cut_phonemic(name: str) -> list[int]:
    """Cut the last word of a name before vowels; the name is in the phonemic letters of
    `alphabets`.
    """
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
    """Cut a name of characters each of which is followed by its reading in katakana."""
    return _cut_between(name, lambda before, after: is_katakana(before) and not is_katakana(after))


def cut_words(name: str) -> list[int]:
    """Cut a name before its last word."""
    return [name.rindex(" ")] if " " in name else []


def is_katakana(sign: str) -> bool:
    """Return True for a letter of katakana."""
    return "ァ" <= sign <= "ー"


def _cut_between(name: str, is_border: Callable[[str, str], bool]) -> list[int]:
    """Cut the last word of a name at borders; if possible, only at those after its second
    letter.
    """
    start = max(name.rfind(" "), name.rfind("-")) + 1
    cuts = [at for at in range(start + 1, len(name)) if is_border(name[at - 1], name[at])]
    return [at for at in cuts if at > start + 1] or cuts


@dataclass(frozen=True, slots=True)
class TailMaker:
    """Maker of the tails of one culture.

    `key` is the name of the culture, which seeds the choice of parts. `rule` is the spelling rule
    of the culture. `cut` says where names of the culture are cut. `nicknames` says that a third of
    the given names have a nickname.
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
        """Make the tails of family names and of their feminine forms; only one tail if the forms
        are equal.
        """
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
        """Make the tail of the names, and a tail for each kind of names derived from them.

        Equal ranks of the tails are a name and the names derived from it.
        """
        listed = list(dict.fromkeys(name.partition(":")[0] for name in names))
        cuts_of = {name: self.cut(name) for name in listed[:: max(1, len(listed) // _NAMES_CUT)]}
        onsets: dict[str, PartForms] = {}
        endings: list[list[PartForms]] = [[] for _ in derivations]
        for index, (name, cuts) in enumerate(cuts_of.items()):
            # Cuts alternate, so that short and long endings occur.
            turn = index % max(len(cuts), 1)
            for at in cuts[turn:] + cuts[:turn]:
                onset = self.rule(name[:at])
                parts = [_subtract(self.rule(derive(name)), onset) for derive in derivations]
                if all(parts):
                    has_nickname = self.nicknames and role != "family" and index % 3 == 0
                    onsets[name[:at]] = tuple(list_forms(Word(onset)))
                    for ending, part in zip(endings, parts, strict=True):
                        ending.append(_shorten(part or (), has_nickname))
                    break
        seed, middles = zlib.crc32(f"{self.key} {role}".encode()), self._cut_middles(cuts_of)
        return tuple(
            NameTail(seed, tuple(onsets.values()), middles, tuple(ending)) for ending in endings
        )

    def _cut_middles(self, cuts_of: Mapping[str, list[int]]) -> tuple[PartForms, ...]:
        """Return, for one name in three, the part between the first two cuts."""
        middles: dict[str, PartForms] = {}
        for name, cuts in list(cuts_of.items())[::3]:
            if len(cuts) > 1 and name[cuts[0] : cuts[1]] not in middles:
                part = _subtract(self.rule(name[: cuts[1]]), self.rule(name[: cuts[0]]))
                middles |= {name[cuts[0] : cuts[1]]: part} if part else {}
        return tuple(middles.values())


def _subtract(whole: Spellings, onset: Spellings) -> PartForms | None:
    """Return the texts of a name after those of its onset; None if a spelling begins with other
    letters than the onset.
    """
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
    """Return an ending; if it has a nickname, the nickname keeps only the first letter."""
    if not has_nickname:
        return part
    pets = (Form.PET, Form.PET_NATIVE)
    return tuple((text or "")[:1] if form in pets else text for form, text in enumerate(part))
