"""The papers of the true persons: passports old, new and forged, identity numbers, phones, e-mail and street
addresses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from resolver.synthetic.entities import document_numbers
from resolver.synthetic.entities.persons import Persons
from resolver.synthetic.geography import geography
from resolver.synthetic.names.name_lexicon import (
    Bools,
    Form,
    Ints,
    rank,
)
from resolver.synthetic.names.vocabulary import vocabulary
from resolver.synthetic.random_columns import (
    Dice,
    join,
    keep,
    number_text,
)

FORGED_NUMBERS = 60
_FORGED_COUNTRIES = "SY IQ GR IT FR BE TR PK BG RO ES UA"


@dataclass(frozen=True, slots=True)
class Papers:
    """One of each per person. `old_passport` is null for most; `forges`: who also travels on a forged passport, of
    which only a few numbers are about, each used by many; `town`: city of residence."""

    passport: pa.StringArray
    old_passport: pa.StringArray
    expires: pa.StringArray
    forges: Bools
    forged: pa.StringArray
    forged_country: Ints
    identity: pa.StringArray
    phone: pa.StringArray
    email: pa.StringArray
    street: pa.StringArray
    town: Ints


@lru_cache(maxsize=8)
def forged_pool(seed: int) -> tuple[pa.StringArray, Ints]:
    """The forged numbers of a world and the countries they pretend to be from."""
    dice, geo = Dice(seed, "forged"), geography()
    codes = _FORGED_COUNTRIES.split()
    countries = np.array(
        [geo.index[codes[place].lower()] for place in dice.below(FORGED_NUMBERS, len(codes))],
        dtype=np.int64,
    )
    return document_numbers.passports(dice, countries), countries


def make_papers(dice: Dice, seed: int, persons: Persons) -> Papers:
    """The papers of all persons of a chunk."""
    count, geo, lexicon = len(persons), geography(), vocabulary().lexicon
    pool, pool_countries = forged_pool(seed)
    forged = rank(dice.uniform(count), FORGED_NUMBERS, 4.0)
    expiry = [
        number_text(2014 + dice.below(count, 18), 4),
        number_text(1 + dice.below(count, 12), 2),
        number_text(1 + dice.below(count, 28), 2),
    ]
    return Papers(
        passport=document_numbers.passports(dice, persons.nationality),
        old_passport=keep(
            document_numbers.passports(dice, persons.nationality), dice.chance(count, 0.3)
        ),
        expires=join(expiry, "-"),
        forges=dice.chance(count, 0.025),
        forged=pool.take(pa.array(forged)),
        forged_country=pool_countries[forged],
        identity=document_numbers.identities(dice, persons.nationality, persons.born, persons.male),
        phone=document_numbers.phones(
            dice, np.where(dice.chance(count, 0.5), persons.residence, persons.country)
        ),
        email=document_numbers.emails(
            dice,
            lexicon.spell(persons.given, int(Form.STANDARD)),
            lexicon.spell(persons.family, int(Form.STANDARD)),
        ),
        street=geo.street_lines(dice, persons.residence),
        town=geo.pick_city(dice, persons.residence),
    )
