"""Registers: invented plain person data, as in population registers, customer files and archives.

Watchlists hold aliases and documents; registers hold one name, a date and a place, with typos, gaps
and swaps. How much a field says depends on how carefully a register is kept, how many people it
holds and how often it records each of them. So there are several, from small careless ones to a
large careful one (`register_table.py`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from resolver.records import Address, Identifier, Kind, Record, Value
from resolver.records.properties import BIRTH_DATE, FATHER_NAME
from resolver.training.augment.register_vocabulary import (
    REGISTERS,
    Register,
    RegisterVocabulary,
    collect_vocabulary,
    training_words,
)
from resolver.training.augment.typos import add_date_error, add_word_typos, draw_other_date

_OCCUPATIONS = training_words("occupation")


def generate_register(
    register: Register, home_culture: str, vocabulary: RegisterVocabulary, seed: int
) -> tuple[list[Record], dict[str, str]]:
    """Return the records of a register in one country (reproducible), and record id → person id."""
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
    """Yield the persons of a register, each drawn after the entries of the one before."""
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
    """Return one record of a person; a `careful` one has gaps and fewer errors."""
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
    """Yield each register, once per home culture, with its records and record id → person id."""
    vocabulary = collect_vocabulary(people)
    for register in registers:
        for culture in register.home_cultures:
            records, truth = generate_register(register, culture, vocabulary, seed)
            yield register, records, truth


__all__ = ["REGISTERS", "Register", "generate_register", "generate_registers"]
