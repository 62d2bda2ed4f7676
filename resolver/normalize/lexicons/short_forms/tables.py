"""Tables of short forms by language, parsed from their texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from resolver.normalize.lexicons.diminutives import SHORT
from resolver.normalize.lexicons.pet_names import PET_NAMES
from resolver.normalize.lexicons.short_forms.asian import ASIAN
from resolver.normalize.lexicons.short_forms.balkan import BALKAN
from resolver.normalize.lexicons.short_forms.east_slavic import EAST_SLAVIC
from resolver.normalize.lexicons.short_forms.eastern import EASTERN
from resolver.normalize.lexicons.short_forms.english import ENGLISH
from resolver.normalize.lexicons.short_forms.french import FRENCH
from resolver.normalize.lexicons.short_forms.german import GERMAN
from resolver.normalize.lexicons.short_forms.italian import ITALIAN
from resolver.normalize.lexicons.short_forms.northern import NORTHERN
from resolver.normalize.lexicons.short_forms.portuguese import PORTUGUESE
from resolver.normalize.lexicons.short_forms.spanish import SPANISH
from resolver.normalize.lexicons.short_forms.west_slavic import WEST_SLAVIC

_MIXED = "# mixed\n" + SHORT.replace("\n", ";")
_TEXTS = (
    _MIXED,
    PET_NAMES,
    ENGLISH,
    GERMAN,
    NORTHERN,
    FRENCH,
    ITALIAN,
    SPANISH,
    PORTUGUESE,
    EAST_SLAVIC,
    WEST_SLAVIC,
    BALKAN,
    EASTERN,
    ASIAN,
)


@dataclass(slots=True)
class ShortForms:
    """Names of each language with their short forms, all words leveled.

    `names_by_language`: language → word → names that it is a spelling or a short form of.
    `names_by_word`: the same for all languages together. `full_names`: words that are names of
    their own in some language, even if also the short form of another.
    """

    names_by_language: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    names_by_word: dict[str, tuple[str, ...]] = field(default_factory=dict)
    full_names: set[str] = field(default_factory=set)

    def add(self, language: str, names: list[str], shorts: list[str]) -> None:
        """Add a name in its spellings, the first of which stands for all, and its short forms."""
        in_language = self.names_by_language.setdefault(language, {})
        self.full_names.update(names)
        own = (names[0],)
        for table in (in_language, self.names_by_word):
            for word in (*names, *shorts):
                others = table.setdefault(word, own)
                if names[0] not in others:
                    table[word] = (*others, names[0])


def parse_short_forms(
    level: Callable[[Sequence[str]], list[str]], prepare_name: Callable[[str], str]
) -> ShortForms:
    """Return the tables of all languages, with words leveled by `level`, names after
    `prepare_name`.
    """
    text = "\n".join(_TEXTS)
    words = list({*text.replace(":", " ").replace(";", " ").split()})
    leveled = dict(zip(words, level(words), strict=True))
    others = [word for word in words if prepare_name(word) != word]
    leveled_names = leveled | dict(zip(others, level([*map(prepare_name, others)]), strict=True))
    parsed = ShortForms()
    for section in re.split("^# ", text, flags=re.MULTILINE)[1:]:
        language, _, body = section.partition("\n")
        for entry in body.split(";"):
            names, colon, shorts = entry.partition(":")
            spelled = [leveled_names[word] for word in names.split()]
            if colon:
                parsed.add(language, spelled, [leveled[word] for word in shorts.split()])
            else:
                for name in spelled:
                    parsed.add(language, [name], [])
    return parsed
