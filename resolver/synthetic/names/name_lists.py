"""What a culture's lists of names are before they are in the lexicon, and how they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from resolver.synthetic.letters import Spellings, listed
from resolver.synthetic.names.name_lexicon import Word

Rule = Callable[[str], Spellings]
Pair = tuple[list[Word], list[Word]]


@dataclass(frozen=True, slots=True)
class Lists:
    """A culture's names before they are in the lexicon, men's and women's. `family`: the same rank is the same family;
    `father`: what sons and daughters have of a father's given name, by his rank in `given`; None: the name as it is."""

    given: Pair
    family: Pair
    flat_given: float = 12.0
    flat_family: float = 20.0
    middle: Pair | None = None
    father: Pair | None = None
    titles: tuple[str, str] = ("Mr. Dr. Prof. Eng.", "Mrs. Ms. Dr. Prof.")


def plain_words(texts: Iterable[str]) -> list[Word]:
    """Words that all write alike."""
    return [Word(Spellings(text, text, text, text, text)) for text in texts]


def words_of(names: Iterable[str], rule: Rule, pets: Mapping[str, str] | None = None) -> list[Word]:
    """Words of names with a rule; `pets` maps a standard spelling (or the name) to a pet name in the same letters."""
    words = []
    for name in names:
        made = listed(name, rule)
        pet = (pets or {}).get(made.standard) or (pets or {}).get(name, "")
        if pet and not pet.isascii():
            words.append(Word(made, rule(pet).standard, pet))
        else:
            words.append(Word(made, pet))
    return words


def same(words: list[Word]) -> Pair:
    """The same words for men and women."""
    return words, words


def only_latin(made: Spellings) -> Spellings:
    """The Latin spellings alone, of a name whose own script is not known."""
    return Spellings(None, made.standard, made.b, made.standard, made.loose)
