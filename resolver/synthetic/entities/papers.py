"""Documents of the true persons: passports (current, old, forged), identity numbers, contacts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from resolver.synthetic.entities import document_numbers
from resolver.synthetic.entities.contacts import Contacts, make_person_contacts
from resolver.synthetic.entities.persons import Persons
from resolver.synthetic.geography import load_geography
from resolver.synthetic.names.name_lexicon import (
    Bools,
    Ints,
    draw_ranks,
)
from resolver.synthetic.random_columns import (
    Dice,
    concat_texts,
    format_numbers,
    keep_where,
)

FORGED_NUMBERS = 60
_FORGED_COUNTRIES = "SY IQ GR IT FR BE TR PK BG RO ES UA"


@dataclass(frozen=True, slots=True)
class Papers:
    """Documents and contacts, one of each per person.

    `old_passport`: null for most. `forges`: persons who also use a forged passport; there are few
    forged numbers, each used by many. `town`: city of residence.
    """

    passport: pa.StringArray
    old_passport: pa.StringArray
    expires: pa.StringArray
    forges: Bools
    forged: pa.StringArray
    forged_country: Ints
    identity: pa.StringArray
    contacts: Contacts
    town: Ints


@lru_cache(maxsize=8)
def draw_forged_passports(seed: int) -> tuple[pa.StringArray, Ints]:
    """Draw the forged passport numbers of a world, and the countries they claim."""
    dice, geo = Dice(seed, "forged"), load_geography()
    codes = _FORGED_COUNTRIES.split()
    countries = np.array(
        [geo.index[codes[place].lower()] for place in dice.integers(FORGED_NUMBERS, len(codes))],
        dtype=np.int64,
    )
    return document_numbers.draw_passports(dice, countries), countries


def make_papers(dice: Dice, seed: int, persons: Persons) -> Papers:
    """Make the documents of all persons of a chunk."""
    count, geo = len(persons), load_geography()
    pool, pool_countries = draw_forged_passports(seed)
    forged = draw_ranks(dice.uniform(count), FORGED_NUMBERS, 4.0)
    expiry = [
        format_numbers(2014 + dice.integers(count, 18), 4),
        format_numbers(1 + dice.integers(count, 12), 2),
        format_numbers(1 + dice.integers(count, 28), 2),
    ]
    return Papers(
        passport=document_numbers.draw_passports(dice, persons.nationality),
        old_passport=keep_where(
            document_numbers.draw_passports(dice, persons.nationality), dice.chance(count, 0.3)
        ),
        expires=concat_texts(expiry, "-"),
        forges=dice.chance(count, 0.025),
        forged=pool.take(pa.array(forged)),
        forged_country=pool_countries[forged],
        identity=document_numbers.draw_identity_numbers(
            dice, persons.nationality, persons.born, persons.male
        ),
        contacts=make_person_contacts(
            dice,
            (persons.given_name, persons.family),
            np.where(dice.chance(count, 0.5), persons.residence, persons.country),
            persons.partner,
        ),
        town=geo.pick_city(dice, persons.residence),
    )
