"""The true ships of one chunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resolver.synthetic.entities.true_groups import (
    LANGUAGES,
    group_words,
    pick_word,
    someone,
)
from resolver.synthetic.geography import geography
from resolver.synthetic.names.cultures import REGIONS
from resolver.synthetic.names.name_lexicon import Bools, Ints
from resolver.synthetic.random_columns import Dice


@dataclass(frozen=True, slots=True)
class Ships:
    """n ships. Words of the group lexicon; `old_*` those of a former name; `owner`: a group of the chunk, else −1."""

    head: Ints
    fancy: Ints
    number: Ints
    old_head: Ints
    old_fancy: Ints
    renamed: Bools
    imo: Ints
    mmsi: Ints
    call_sign: Ints
    flag: Ints
    past_flag: Ints
    built: Ints
    owner: Ints
    regions: Ints

    def __len__(self) -> int:
        return len(self.head)


def make_ships(dice: Dice, count: int, groups: int, serial: int) -> Ships:
    """`count` ships; `serial`: how many ships there are in the chunks before, so that IMO numbers stay unique."""
    vocabulary, geo = group_words(), geography()
    language = dice.below(count, len(LANGUAGES))
    none = np.full(count, -1, dtype=np.int64)
    flags = np.array(
        [
            geo.index[code]
            for code in ("tr", "gr", "mt", "cy", "sl", "gm", "tn", "ly", "eg", "sy", "it", "ae")
        ]
    )
    coasts = [
        REGIONS.index(region)
        for region in (
            "aegean",
            "maghreb",
            "levant",
            "anatolia",
            "iberia",
            "pacific",
            "mekong",
            "horn",
        )
    ]
    return Ships(
        head=np.where(dice.chance(count, 0.6), pick_word(dice, vocabulary.head, language), none),
        fancy=pick_word(dice, vocabulary.fancy, language),
        number=np.where(
            dice.chance(count, 0.35), vocabulary.number.start + dice.below(count, 9), none
        ),
        old_head=pick_word(dice, vocabulary.head, language),
        old_fancy=pick_word(dice, vocabulary.fancy, language),
        renamed=dice.chance(count, 0.4),
        imo=(serial + np.arange(count, dtype=np.int64)) * 7_919 % 900_000,
        mmsi=201_000_000 + dice.below(count, 570_000_000),
        call_sign=dice.below(count, 26**3 * 1000),
        flag=flags[dice.below(count, len(flags))],
        past_flag=np.where(dice.chance(count, 0.5), flags[dice.below(count, len(flags))], none),
        built=1975 + dice.below(count, 45),
        owner=np.where(dice.chance(count, 0.5), someone(dice, count, groups), none),
        regions=np.array(coasts, dtype=np.int64)[dice.below(count * 2, len(coasts))].reshape(
            count, 2
        ),
    )
