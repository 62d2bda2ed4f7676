"""True ships of one chunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resolver.synthetic.entities.group_words import LANGUAGES, draw_words, load_group_words
from resolver.synthetic.entities.true_groups import draw_person
from resolver.synthetic.geography import load_geography
from resolver.synthetic.names.cultures import REGIONS
from resolver.synthetic.names.name_lexicon import Bools, Ints
from resolver.synthetic.random_columns import Dice


@dataclass(frozen=True, slots=True)
class Ships:
    """Attributes of n ships.

    Names are words of the group lexicon; `old_*`: words of a former name. `owner`: a group of the
    chunk, else -1.
    """

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
    """Make `count` ships.

    `serial`: number of ships in earlier chunks, to keep IMO numbers unique.
    """
    vocabulary, geo = load_group_words(), load_geography()
    language = dice.integers(count, len(LANGUAGES))
    none = np.full(count, -1, dtype=np.int64)
    flags = np.array(
        [
            geo.index[code]
            for code in ("tr", "gr", "mt", "cy", "sl", "gm", "tn", "ly", "eg", "sy", "it", "ae")
        ]
    )
    coast_regions = [
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
        head=np.where(dice.chance(count, 0.6), draw_words(dice, vocabulary.head, language), none),
        fancy=draw_words(dice, vocabulary.fancy, language),
        number=np.where(
            dice.chance(count, 0.35), vocabulary.number.start + dice.integers(count, 9), none
        ),
        old_head=draw_words(dice, vocabulary.head, language),
        old_fancy=draw_words(dice, vocabulary.fancy, language),
        renamed=dice.chance(count, 0.4),
        imo=(serial + np.arange(count, dtype=np.int64)) * 7_919 % 900_000,
        mmsi=201_000_000 + dice.integers(count, 570_000_000),
        call_sign=dice.integers(count, 26**3 * 1000),
        flag=flags[dice.integers(count, len(flags))],
        past_flag=np.where(dice.chance(count, 0.5), flags[dice.integers(count, len(flags))], none),
        built=1975 + dice.integers(count, 45),
        owner=np.where(dice.chance(count, 0.5), draw_person(dice, count, groups), none),
        regions=np.array(coast_regions, dtype=np.int64)[
            dice.integers(count * 2, len(coast_regions))
        ].reshape(count, 2),
    )
