"""Invented registers: plain data of persons, like those of population registers and customer files.

Watchlists hold aliases and documents. Registers hold one name, a date and a place, with typos, gaps
and swaps. How much a field says depends on how carefully a register is kept, how many people it
holds and how often it records each of them. So there are several registers, from small careless
ones to a large careful one. `REGISTERS` has one row for each.

The vocabulary has names by culture, and places, drawn by their shares. It also has the words that
make up names of institutions and firms. Both the generator of institutions and the hard negatives
use them: the generator writes a word in many forms, and the hard negatives tell the words apart.
"""

from __future__ import annotations

import random
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from resolver.data import load_rows
from resolver.records import Address, Identifier, Kind, Record, Value
from resolver.records.properties import BIRTH_DATE, FATHER_NAME
from resolver.training.typos import add_date_error, add_word_typos, draw_other_date

RARE_NAME_SHARE = 0.15
"""Share of people with a family name that hardly anybody else bears."""


def training_words(use: str) -> tuple[str, ...]:
    """Return the words of the table `training_words` that have a given use, by rank."""
    return tuple(word for _, word in load_rows("training_words", use=use))


HEADS = training_words("institution")
"""Words for institutions."""
TYPES = training_words("type")
"""Words that tell the type of an institution, or its part of a country."""
SUBJECTS = training_words("subject")
TRADES = training_words("trade")
"""Words that say what a firm does."""
FOUNDERS = training_words("founder")
"""Names and qualities that tell a second institution of a place from the one named after it."""


def forms_by_meaning(rows: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the forms of each meaning, from rows of a form and its meaning."""
    forms: dict[str, list[str]] = {}
    for form, meaning in rows:
        forms.setdefault(meaning, []).append(form)
    return {meaning: tuple(own) for meaning, own in forms.items()}


@dataclass(frozen=True, slots=True)
class WordPool:
    """Words with cumulative shares, most common first."""

    words: Sequence[str]
    sums: Sequence[float]
    rare: float = 0.0
    """Share of draws that splice two words into a rare one."""

    @classmethod
    def from_counts(
        cls, words: Iterable[str], offset: float, exponent: float, rare: float = 0.0
    ) -> WordPool:
        """Build a pool with Zipf-Mandelbrot shares by rank, (rank + offset)^-exponent.

        The observed shares come from a small sample, so only their ranks are used.
        """
        ranked = [word for word, _ in Counter(words).most_common()]
        return cls(
            ranked,
            list(accumulate((rank + 1 + offset) ** -exponent for rank in range(len(ranked)))),
            rare,
        )

    def draw(self, chance: random.Random) -> str:
        """Return a word, drawn by its share."""
        if self.rare and chance.random() < self.rare:
            return splice_names(chance.choice(self.words), chance.choice(self.words))
        return self.words[
            bisect(self.sums, chance.random() * self.sums[-1], 0, len(self.words) - 1)
        ]


_FIRST_SYLLABLE = re.compile(r"[^aeiouy]*[aeiouy]+", re.IGNORECASE)


def splice_names(first: str, second: str) -> str:
    """Join the first syllable of a name with the end of another name: Müller, Schneider → Müder."""
    begin, end = (_FIRST_SYLLABLE.match(word) for word in (first, second))
    rest = second[end.end() :] if end else ""
    return f"{begin.group() if begin and len(rest) > 2 else first}{rest}".title()


@dataclass(frozen=True, slots=True)
class RegisterVocabulary:
    """Given and family names by name culture, and places."""

    given_names: Mapping[str, WordPool]
    family: Mapping[str, WordPool]
    places: WordPool
    cultures: Sequence[str]
    women: frozenset[str]
    """Given names that more women than men bear."""


def _name_pools(
    names_of: Mapping[str, list[str]], offset: float, exponent: float, rare_share: float = 0.0
) -> dict[str, WordPool]:
    return {
        culture: WordPool.from_counts(names, offset, exponent, rare_share)
        for culture, names in names_of.items()
    }


def collect_vocabulary(people: Iterable[tuple[Record, str]]) -> RegisterVocabulary:
    """Return the vocabulary of `people`, invented records with their name culture."""
    given_names: dict[str, list[str]] = {}
    family_names: dict[str, list[str]] = {}
    places: list[str] = []
    women: Counter[str] = Counter()
    for record, culture in people:
        first, last = record.texts("firstName"), record.texts("lastName")
        if record.kind == Kind.PERSON and first and last and f"{first[0]}{last[0]}".isascii():
            given_names.setdefault(culture, []).append(first[0].title())
            family_names.setdefault(culture, []).append(last[0].title())
            gender = record.texts("gender")[:1]
            women[first[0].title()] += (gender == ("female",)) - (gender == ("male",))
            places += [text.split(",")[0] for text in record.texts("birthPlace") if text.isascii()]
    pools = _name_pools(given_names, 8, 1.05), _name_pools(family_names, 30, 0.9, RARE_NAME_SHARE)
    mostly_women = frozenset(word for word, surplus in women.items() if surplus > 0)
    place_pool = WordPool.from_counts(places, 3, 1.0)
    return RegisterVocabulary(*pools, place_pool, sorted(given_names), mostly_women)


@dataclass(frozen=True, slots=True)
class Register:
    """Error rates and fields of a register. Rates are shares of records unless stated otherwise.

    - `persons` is the number of people; `duplicate_share` of them have further records, on average
      `mean_duplicates`.
    - `typos` is the share of words with a typo.
    - `foreigners` is the share of people whose name culture is not that of the register's country.
    - `gaps`, `swaps`, `initials`, `pet_names`, `middle_names` and `full_names` say how given and
      family names are written.
    - `date_gaps` and `date_errors` are the shares of dates that are missing or have an error;
      `new_years` is the share of dates of which only the year was known, written as 1 January;
      `other_dates` is the share of unrelated dates.
    - `twins` is the share of people with the family name, date and place of the preceding person;
      `maiden_names` is the share of people of whom some records state an earlier family name.
    - `genders`, `phones`, `fathers`, `occupations`, `email` and `id_numbers` are the shares of
      records with that field.
    - `place` is the property of the place; `place_gaps` and `moves` are the shares of places that
      are missing or changed; `postal` says whether addresses are complete.
    - `home_cultures` are the name cultures for which the register is generated, one after another.
    """

    name: str
    plan: str
    persons: int
    mean_duplicates: float
    duplicate_share: float
    typos: float
    foreigners: float = 0.1
    gaps: float = 0.01
    full_names: float = 0.0
    swaps: float = 0.015
    initials: float = 0.02
    pet_names: float = 0.05
    date_gaps: float = 0.05
    date_errors: float = 0.1
    new_years: float = 0.0
    other_dates: float = 0.03
    twins: float = 0.02
    maiden_names: float = 0.02
    middle_names: float = 0.1
    genders: float = 0.4
    phones: float = 0.3
    fathers: float = 0.25
    occupations: float = 0.3
    place: str = "city"
    place_gaps: float = 0.06
    moves: float = 0.08
    email: float = 0.0
    postal: bool = False
    id_numbers: float = 0.0
    home_cultures: tuple[str, ...] = ()


REGISTERS: tuple[Register, ...] = (
    Register(
        "club",
        "XS",
        400,
        3.5,
        0.8,
        0.16,
        gaps=0.14,
        swaps=0.08,
        pet_names=0.15,
        date_gaps=0.02,
        date_errors=0.25,
        place_gaps=0.25,
        moves=0.03,
        email=0.75,
        other_dates=0.005,
        home_cultures=("english", "arabic-levant", "russian", "spanish", "indian", "german"),
    ),
    Register(
        "archive",
        "S",
        3000,
        8.0,
        0.95,
        0.12,
        gaps=0.1,
        full_names=0.85,
        pet_names=0.2,
        date_gaps=0.22,
        date_errors=0.2,
        new_years=0.35,
        other_dates=0.005,
        twins=0.01,
        maiden_names=0.005,
        middle_names=0.3,
        place="birthPlace",
        place_gaps=0.15,
        moves=0.25,
        initials=0.04,
        home_cultures=("english", "french", "turkish"),
    ),
    Register(
        "parish",
        "S",
        25_000,
        1.6,
        0.25,
        0.1,
        full_names=0.4,
        place="birthPlace",
        new_years=0.15,
        home_cultures=("german", "persian"),
    ),
    Register(
        "post",
        "S",
        4000,
        1.5,
        0.6,
        0.1,
        gaps=0.03,
        postal=True,
        id_numbers=0.9,
        date_gaps=0.03,
        home_cultures=("english", "west-african", "balkan"),
    ),
    Register(
        "census",
        "M",
        100_000,
        1.3,
        0.2,
        0.12,
        home_cultures=("english", "pakistani"),
    ),
)
"""Registers that a model learns from."""


_OCCUPATIONS = training_words("occupation")


def generate_register(
    register: Register, home_culture: str, vocabulary: RegisterVocabulary, seed: int
) -> tuple[list[Record], dict[str, str]]:
    """Return the records of a register in one country, and record id → person id; equal arguments
    give equal records.
    """
    chance = random.Random(f"{seed}:{register.name}:{home_culture}")
    records: list[Record] = []
    truth: dict[str, str] = {}
    name = f"{register.name}-{home_culture}"
    for number, person in enumerate(_draw_persons(register, home_culture, vocabulary, chance)):
        count = 1
        if chance.random() < register.duplicate_share:
            count += draw_duplicates(register.mean_duplicates, chance)
        for copy in range(count):
            identity = f"{name}:{number}-{copy}"
            is_first = copy == 0
            records.append(
                _register_entry(register, person, vocabulary, chance, identity, careful=is_first)
            )
            truth[identity] = f"{name}:{number}"
    return records, truth


def _draw_persons(
    register: Register, home_culture: str, vocabulary: RegisterVocabulary, chance: random.Random
) -> Iterator[_Person]:
    """Yield the persons of a register; each person is drawn after the entries of the preceding
    person.
    """
    person: _Person | None = None
    for number in range(register.persons):
        culture = home_culture
        if chance.random() < register.foreigners:
            culture = chance.choice(vocabulary.cultures)
        previous, person = person, _draw_person(register, vocabulary, culture, chance, number)
        if previous and chance.random() < register.twins:
            person = _make_twin(previous, person)
        yield person


@dataclass(frozen=True, slots=True)
class _Person:
    given_name: str
    middle: str
    family: str
    byname: str
    birth: str
    place: str
    street: str
    postcode: str
    email: str
    number: str
    second: str
    maiden: str
    woman: bool
    phone: str
    father: str
    occupation: str


def _draw_person(
    register: Register,
    vocabulary: RegisterVocabulary,
    culture: str,
    chance: random.Random,
    number: int,
) -> _Person:
    given_name, family = (
        vocabulary.given_names[culture].draw(chance),
        vocabulary.family[culture].draw(chance),
    )
    other = vocabulary.family[culture].draw(chance)
    year = (
        chance.randrange(1600, 1960)
        if register.place == "birthPlace"
        else chance.randrange(1930, 2010)
    )
    month, day = (
        (1, 1)
        if chance.random() < register.new_years
        else (chance.randrange(1, 13), chance.randrange(1, 29))
    )
    shape = chance.choice(("{0}{2}@{3}", "{0}.{1}@{3}", "{1}.{0}{2}@{3}", "{0}{1}@{3}"))
    email = shape.format(given_name, family, chance.randrange(10, 99), f"{other}.example")
    second, woman = vocabulary.given_names[culture].draw(chance), given_name in vocabulary.women
    return _Person(
        given_name,
        second if chance.random() < 0.25 else "",
        family,
        f"of {vocabulary.places.draw(chance)}"
        if register.full_names and chance.random() < 0.4
        else "",
        f"{year:04d}-{month:02d}-{day:02d}",
        vocabulary.places.draw(chance),
        f"{chance.randrange(1, 200)} {other} {chance.choice(('Street', 'Road', 'Place'))}",
        f"{chance.randrange(1000, 9999)}",
        email.lower().replace(" ", ""),
        f"{7_000_000 + 13 * number}",
        second,
        vocabulary.family[culture].draw(chance)
        if woman and chance.random() < 2 * register.maiden_names
        else "",
        woman,
        _draw_phone(chance),
        vocabulary.given_names[culture].draw(chance),
        _draw_occupation(chance),
    )


def _draw_phone(chance: random.Random) -> str:
    return f"+44 20 7{chance.randrange(100, 1000)} {chance.randrange(1000, 10_000)}"


def _draw_occupation(chance: random.Random) -> str:
    # squaring makes some occupations much more common than others
    return _OCCUPATIONS[int(len(_OCCUPATIONS) * chance.random() ** 2)]


def _make_twin(person: _Person, sibling: _Person) -> _Person:
    """Return `sibling` as a twin of `person`."""
    shared = ("family", "byname", "birth", "place", "street", "postcode", "father")
    return replace(sibling, maiden="", **{name: getattr(person, name) for name in shared})


def draw_duplicates(mean: float, chance: random.Random, most: int = 30) -> int:
    """Draw a geometric number of at least 1 with the given mean, at most `most`."""
    count = 1
    while chance.random() < 1 - 1 / mean and count < most:
        count += 1
    return count


def _register_entry(
    register: Register,
    person: _Person,
    vocabulary: RegisterVocabulary,
    chance: random.Random,
    identity: str,
    *,
    careful: bool,
) -> Record:
    """Return one record of a person; a `careful` record has gaps, but fewer errors."""
    rate = 0.2 if careful else 1.0
    values = _name_values(register, person, chance, rate)
    if chance.random() >= register.date_gaps:
        values.append(Value(BIRTH_DATE, _birth_date(register, person, chance, rate)))
    place = person.place
    if chance.random() < register.moves * rate:
        place = vocabulary.places.draw(chance)
    place = add_word_typos(place, 0.05 * rate, chance)
    has_place = chance.random() >= register.place_gaps
    if has_place and register.place == "birthPlace":
        values.append(Value("birthPlace", place))
    if register.email and chance.random() < register.email:
        values.append(Value("email", _mistype_email(person.email, 0.2 * rate, chance)))
    values.extend(_optional_values(register, person, chance, rate))
    return Record(
        identity,
        register.name,
        Kind.PERSON,
        "Person",
        tuple(values),
        identifiers=_identifiers(register, person, chance, rate),
        addresses=(_address(register, person, place, chance, rate),)
        if has_place and register.place == "city"
        else (),
    )


def _birth_date(register: Register, person: _Person, chance: random.Random, rate: float) -> str:
    if chance.random() < register.other_dates * rate:
        return str(draw_other_date(int(person.birth[:4]), chance))
    return (
        add_date_error(person.birth, chance)
        if chance.random() < register.date_errors * rate
        else person.birth
    )


def _optional_values(
    register: Register, person: _Person, chance: random.Random, rate: float
) -> list[Value]:
    """Return fields that only some records have; they may be wrong or outdated."""
    gender = "female" if person.woman == (chance.random() >= 0.03 * rate) else "male"
    phone = person.phone if chance.random() >= 0.2 * rate else _draw_phone(chance)
    father = add_word_typos(person.father, register.typos * rate, chance)
    occupation = person.occupation if chance.random() >= 0.3 * rate else _draw_occupation(chance)
    fields = (
        ("gender", register.genders, gender),
        ("phone", register.phones, phone),
        (FATHER_NAME, register.fathers, father),
        ("position", register.occupations, occupation),
    )
    return [Value(prop, text) for prop, share, text in fields if chance.random() < share]


def _name_values(
    register: Register, person: _Person, chance: random.Random, rate: float
) -> list[Value]:
    given_name, family, has_middle = _written_names(register, person, chance, rate)
    gap = chance.random()
    if gap < register.gaps:
        given_name, family = ("", family) if gap < register.gaps / 2 else (given_name, "")
    parts = [
        Value(prop, text)
        for prop, text in (("firstName", given_name), ("lastName", family))
        if text
    ]
    if chance.random() >= register.full_names:
        return parts
    middle = person.middle if chance.random() < 0.7 and not has_middle else ""
    byname = person.byname if chance.random() < 0.6 else ""
    middle = add_word_typos(middle, register.typos * rate, chance)
    text = " ".join(filter(None, (given_name, middle, family, byname)))
    return [Value("name", text), *parts]


def _written_names(
    register: Register, person: _Person, chance: random.Random, rate: float
) -> tuple[str, str, bool]:
    """Return given and family name as written, and whether a second given name is included."""
    given_name = add_word_typos(person.given_name, register.typos * rate, chance)
    family = person.maiden if person.maiden and chance.random() < 0.5 else person.family
    family = add_word_typos(family, register.typos * rate, chance)
    if chance.random() < register.initials * rate:
        given_name = given_name[:1]
    elif chance.random() < register.pet_names * rate and len(given_name) > 4:
        given_name = given_name[: chance.randrange(3, 5)]
    has_middle = chance.random() < register.middle_names
    if has_middle and len(given_name) > 1:
        given_name = f"{given_name} {add_word_typos(person.second, register.typos * rate, chance)}"
    if chance.random() < register.swaps * rate:
        given_name, family = family, given_name
    return given_name, family, has_middle


def _mistype_email(text: str, rate: float, chance: random.Random) -> str:
    name, _, host = text.partition("@")
    return f"{add_word_typos(name, rate, chance)}@{host}"


def _identifiers(
    register: Register, person: _Person, chance: random.Random, rate: float
) -> tuple[Identifier, ...]:
    if chance.random() >= register.id_numbers:
        return ()
    number = person.number
    if chance.random() < 0.1 * rate:
        index = chance.randrange(len(number))
        number = number[:index] + chance.choice("0123456789") + number[index + 1 :]
    return (Identifier("idNumber", number),)


def _address(
    register: Register, person: _Person, place: str, chance: random.Random, rate: float
) -> Address:
    if not register.postal:
        return Address(city=place)
    street = " ".join(add_word_typos(word, 0.1 * rate, chance) for word in person.street.split())
    return Address(
        street=street if chance.random() > 0.06 else "",
        city=place,
        postal_code=person.postcode
        if chance.random() > 0.05 * rate
        else str(chance.randrange(1000, 9999)),
    )


def generate_registers(
    people: Iterable[tuple[Record, str]], seed: int, registers: Sequence[Register] = REGISTERS
) -> Iterator[tuple[Register, list[Record], dict[str, str]]]:
    """Yield each register, once for each home culture, with its records and record id → person
    id.
    """
    vocabulary = collect_vocabulary(people)
    for register in registers:
        for culture in register.home_cultures:
            records, truth = generate_register(register, culture, vocabulary, seed)
            yield register, records, truth


__all__ = ["REGISTERS", "Register", "generate_register", "generate_registers"]
