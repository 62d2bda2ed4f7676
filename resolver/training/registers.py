"""Registers: invented plain person data, as population registers, customer files and archives hold it.

Watchlists hold aliases and documents; registers hold one name, a date and a place, with keyboard slips, gaps and
swaps. How much a field is worth depends on how carefully a register is kept, how many people it holds and how often it
writes each of them down. So there are several, from small careless ones to a large careful one; a row of `REGISTERS`
each.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from resolver.records import Address, Identifier, Kind, Record, Value
from resolver.training.keyboard import date_slip, word_slips


@dataclass(frozen=True, slots=True)
class Register:
    """How a register is kept. Rates are shares of records (of words for `slips`); `copies` is the mean number of
    further records of a person that has any, `repeated` the share of persons that have some. A register is a country's:
    most of its people bear names of one culture, but for a share from `abroad`. `new_years`: dates of which only the
    year was known, written as 1 January. `namesakes`: how much more a false pair counts, for it stands for a register
    of so many times the people. `homes`: the cultures it is made for, one after another."""

    name: str
    plan: str
    persons: int
    copies: float
    repeated: float
    slips: float
    abroad: float = 0.1
    gaps: float = 0.01
    whole: float = 0.0
    swaps: float = 0.015
    initials: float = 0.02
    pets: float = 0.05
    date_gaps: float = 0.05
    date_slips: float = 0.1
    new_years: float = 0.0
    place: str = "city"
    place_gaps: float = 0.06
    moves: float = 0.08
    email: float = 0.0
    postal: bool = False
    numbered: float = 0.0
    namesakes: float = 1.0
    homes: tuple[str, ...] = ()


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
        pets=0.15,
        date_gaps=0.02,
        date_slips=0.25,
        place_gaps=0.25,
        moves=0.03,
        email=0.75,
        homes=("english", "arabic-levant", "russian", "spanish", "indian", "german"),
    ),
    Register(
        "archive",
        "S",
        3000,
        8.0,
        0.95,
        0.12,
        gaps=0.1,
        whole=0.85,
        pets=0.2,
        date_gaps=0.22,
        date_slips=0.2,
        new_years=0.35,
        place="birthPlace",
        place_gaps=0.15,
        moves=0.25,
        initials=0.04,
        homes=("english", "french", "turkish"),
    ),
    Register(
        "parish",
        "S",
        25_000,
        1.6,
        0.25,
        0.1,
        whole=0.4,
        place="birthPlace",
        new_years=0.15,
        homes=("german", "persian"),
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
        numbered=0.9,
        date_gaps=0.03,
        homes=("english", "west-african", "balkan"),
    ),
    Register("census", "M", 100_000, 1.3, 0.2, 0.12, namesakes=2.0, homes=("english", "pakistani")),
)
"""The registers a model learns from."""


@dataclass(frozen=True, slots=True)
class _Bag:
    """Words with the sums of their shares, the commonest first."""

    words: Sequence[str]
    sums: Sequence[float]

    @classmethod
    def of(cls, words: Iterable[str], offset: float, exponent: float) -> _Bag:
        """Shares by rank after Zipf and Mandelbrot, whatever the shares in so small a sample."""
        ranked = [word for word, _ in Counter(words).most_common()]
        return cls(ranked, list(accumulate((rank + 1 + offset) ** -exponent for rank in range(len(ranked)))))

    def draw(self, chance: random.Random) -> str:
        """A word, by its share."""
        return self.words[bisect(self.sums, chance.random() * self.sums[-1], 0, len(self.words) - 1)]


@dataclass(frozen=True, slots=True)
class _Words:
    """What persons are made of, by name culture, and places."""

    given: Mapping[str, _Bag]
    family: Mapping[str, _Bag]
    places: _Bag
    cultures: Sequence[str]


def register_records(register: Register, home: str, words: _Words, seed: int) -> tuple[list[Record], dict[str, str]]:
    """The records of a register in one country, and record id → person. The same arguments give the same records."""
    chance = random.Random(f"{seed}:{register.name}:{home}")
    records: list[Record] = []
    truth: dict[str, str] = {}
    name = f"{register.name}-{home}"
    for number in range(register.persons):
        culture = home if chance.random() >= register.abroad else chance.choice(words.cultures)
        person = _person(register, words, culture, chance, number)
        count = 1 + (_copies(register.copies, chance) if chance.random() < register.repeated else 0)
        for copy in range(count):
            identity = f"{name}:{number}-{copy}"
            records.append(_written(register, person, words, chance, identity, careful=copy == 0))
            truth[identity] = f"{name}:{number}"
    return records, truth


def words_of(people: Iterable[tuple[Record, str]]) -> _Words:
    """The words to draw from: `people` are invented records with their name culture."""
    given: dict[str, list[str]] = {}
    family: dict[str, list[str]] = {}
    places: list[str] = []
    for record, culture in people:
        first, last = record.texts("firstName"), record.texts("lastName")
        if record.kind == Kind.PERSON and first and last and f"{first[0]}{last[0]}".isascii():
            given.setdefault(culture, []).append(first[0].title())
            family.setdefault(culture, []).append(last[0].title())
            places.extend(text.split(",")[0] for text in record.texts("birthPlace") if text.isascii())
    return _Words(
        {culture: _Bag.of(held, 8, 1.05) for culture, held in given.items()},
        {culture: _Bag.of(held, 30, 0.9) for culture, held in family.items()},
        _Bag.of(places, 3, 1.0),
        sorted(given),
    )


@dataclass(frozen=True, slots=True)
class _Person:
    given: str
    middle: str
    family: str
    byname: str
    birth: str
    place: str
    street: str
    postcode: str
    email: str
    number: str


def _person(register: Register, words: _Words, culture: str, chance: random.Random, number: int) -> _Person:
    given, family = words.given[culture].draw(chance), words.family[culture].draw(chance)
    other = words.family[culture].draw(chance)
    year = chance.randrange(1600, 1960) if register.place == "birthPlace" else chance.randrange(1930, 2010)
    month, day = (1, 1) if chance.random() < register.new_years else (chance.randrange(1, 13), chance.randrange(1, 29))
    shape = chance.choice(("{0}{2}@{3}", "{0}.{1}@{3}", "{1}.{0}{2}@{3}", "{0}{1}@{3}"))
    email = shape.format(given, family, chance.randrange(10, 99), f"{other}.example")
    return _Person(
        given,
        words.given[culture].draw(chance) if chance.random() < 0.25 else "",
        family,
        f"of {words.places.draw(chance)}" if register.whole and chance.random() < 0.4 else "",
        f"{year:04d}-{month:02d}-{day:02d}",
        words.places.draw(chance),
        f"{chance.randrange(1, 200)} {other} {chance.choice(('Street', 'Road', 'Place'))}",
        f"{chance.randrange(1000, 9999)}",
        email.lower().replace(" ", ""),
        f"{7_000_000 + 13 * number}",
    )


def _copies(mean: float, chance: random.Random) -> int:
    """A geometric number, one or more."""
    count = 1
    while chance.random() < 1 - 1 / mean and count < 30:
        count += 1
    return count


def _written(
    register: Register, person: _Person, words: _Words, chance: random.Random, identity: str, *, careful: bool
) -> Record:
    """One record of a person. The first one is written carefully: it has gaps, but no slips."""
    rate = 0.2 if careful else 1.0
    values = _names(register, person, chance, rate)
    if chance.random() >= register.date_gaps:
        slipped = chance.random() < register.date_slips * rate
        values.append(Value("birthDate", date_slip(person.birth, chance) if slipped else person.birth))
    place = person.place if chance.random() >= register.moves * rate else words.places.draw(chance)
    place = word_slips(place, 0.05 * rate, chance)
    placed = chance.random() >= register.place_gaps
    if placed and register.place == "birthPlace":
        values.append(Value("birthPlace", place))
    if register.email and chance.random() < register.email:
        values.append(Value("email", _email(person.email, 0.2 * rate, chance)))
    return Record(
        identity,
        register.name,
        Kind.PERSON,
        "Person",
        tuple(values),
        identifiers=_identifiers(register, person, chance, rate),
        addresses=(_address(register, person, place, chance, rate),) if placed and register.place == "city" else (),
    )


def _names(register: Register, person: _Person, chance: random.Random, rate: float) -> list[Value]:
    given = word_slips(person.given, register.slips * rate, chance)
    family = word_slips(person.family, register.slips * rate, chance)
    if chance.random() < register.initials * rate:
        given = given[:1]
    elif chance.random() < register.pets * rate and len(given) > 4:
        given = given[: chance.randrange(3, 5)]
    if chance.random() < register.swaps * rate:
        given, family = family, given
    gap = chance.random()
    if gap < register.gaps:
        given, family = ("", family) if gap < register.gaps / 2 else (given, "")
    parts = [Value(prop, text) for prop, text in (("firstName", given), ("lastName", family)) if text]
    if chance.random() >= register.whole:
        return parts
    middle = person.middle if chance.random() < 0.7 else ""
    byname = person.byname if chance.random() < 0.6 else ""
    text = " ".join(filter(None, (given, word_slips(middle, register.slips * rate, chance), family, byname)))
    return [Value("name", text), *parts]


def _email(text: str, rate: float, chance: random.Random) -> str:
    name, _, host = text.partition("@")
    return f"{word_slips(name, rate, chance)}@{host}"


def _identifiers(register: Register, person: _Person, chance: random.Random, rate: float) -> tuple[Identifier, ...]:
    if chance.random() >= register.numbered:
        return ()
    number = person.number
    if chance.random() < 0.1 * rate:
        place = chance.randrange(len(number))
        number = number[:place] + chance.choice("0123456789") + number[place + 1 :]
    return (Identifier("idNumber", number),)


def _address(register: Register, person: _Person, place: str, chance: random.Random, rate: float) -> Address:
    if not register.postal:
        return Address(city=place)
    street = " ".join(word_slips(word, 0.1 * rate, chance) for word in person.street.split())
    return Address(
        street=street if chance.random() > 0.06 else "",
        city=place,
        postal_code=person.postcode if chance.random() > 0.05 * rate else str(chance.randrange(1000, 9999)),
    )


def registers_of(
    people: Iterable[tuple[Record, str]], seed: int, wanted: Sequence[Register] = REGISTERS
) -> Iterator[tuple[Register, list[Record], dict[str, str]]]:
    """Every register, once for each of its homes, with its records and record id → person."""
    words = words_of(people)
    for register in wanted:
        for home in register.homes:
            records, truth = register_records(register, home, words, seed)
            yield register, records, truth
