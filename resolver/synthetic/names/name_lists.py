"""Name lists of a culture before they are in the lexicon, and their construction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from resolver.data import load_pairs, load_rows
from resolver.synthetic.letters import Spellings, parse_entry
from resolver.synthetic.names.name_lexicon import NameTail, Word

Rule = Callable[[str], Spellings]
WordPair = tuple[list[Word], list[Word]]
TailPair = tuple[NameTail, NameTail]


@dataclass(frozen=True, slots=True)
class NameLists:
    """Names of a culture, men's and women's.

    `family`: equal ranks are the same family name. `father`: patronymics of sons and daughters, by
    the rank of the father's name in `given_name`; None: the name itself. `*_tails`: rare names
    beyond the list; None: the list is complete. `flat_*`, `exponent_*`: frequencies of the ranks,
    see `Span`.
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
    """Return the entries of a list of the table `world_names`, see `letters.parse_entry`.

    The names denote no real person. The most frequent one is first.
    """
    return _world_names()[name]


@cache
def _world_names() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for key, _, name, spellings in load_rows("world_names"):
        lists.setdefault(key, []).append(f"{name}:{spellings}" if spellings else name)
    return lists


def read_nicknames(culture: str) -> dict[str, str]:
    """Return name → nickname, for the names that have one."""
    return load_pairs("world_nicknames", culture=culture)


def make_plain_words(texts: Iterable[str]) -> list[Word]:
    """Make words with one spelling."""
    return [Word(Spellings(text, text, text, text, text)) for text in texts]


def make_words(
    names: Iterable[str], rule: Rule, pets: Mapping[str, str] | None = None
) -> list[Word]:
    """Make words by a spelling rule.

    `pets`: a standard spelling (or the name) → nickname in the same letters.
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
