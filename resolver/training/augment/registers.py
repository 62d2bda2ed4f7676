"""Registers: invented plain person data, as population registers, customer files and archives hold it.

Watchlists hold aliases and documents; registers hold one name, a date and a place, with keyboard slips, gaps and
swaps. How much a field is worth depends on how carefully a register is kept, how many people it holds and how often it
writes each of them down. So there are several, from small careless ones to a large careful one (`register_rows`).
"""

from __future__ import annotations

import random
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from resolver.records import Address, Identifier, Kind, Record, Value
from resolver.training.augment.keyboard_errors import date_slip, other_date, word_slips
from resolver.training.augment.register_table import REGISTERS, Register

_OFFICES = (
    "farmer", "clerk", "teacher", "merchant", "labourer", "driver", "nurse", "carpenter", "writer", "soldier",
    "politician", "engineer", "shopkeeper", "actor", "lawyer", "painter", "priest", "physician", "sailor", "tailor",
    "civil servant", "accountant", "cook", "mechanic", "journalist", "smith", "baker", "student", "manager", "miner",
    "electrician", "police officer", "singer", "footballer", "weaver", "judge", "musician", "diplomat", "photographer",
    "architect", "gardener", "fisherman", "botanist", "pilot", "bookseller", "printer", "historian", "explorer",
)  # fmt: skip


RARE = 0.15
"""The share of people whose family name hardly anybody else bears."""


@dataclass(frozen=True, slots=True)
class _Bag:
    """Words with the sums of their shares, the commonest first."""

    words: Sequence[str]
    sums: Sequence[float]
    rare: float = 0.0
    """The share of draws that give none of the words but one that hardly anybody bears, put together of two."""

    @classmethod
    def of(cls, words: Iterable[str], offset: float, exponent: float, rare: float = 0.0) -> _Bag:
        """Shares by rank after Zipf and Mandelbrot, whatever the shares in so small a sample."""
        ranked = [word for word, _ in Counter(words).most_common()]
        return cls(
            ranked,
            list(accumulate((rank + 1 + offset) ** -exponent for rank in range(len(ranked)))),
            rare,
        )

    def draw(self, chance: random.Random) -> str:
        """A word, by its share."""
        if self.rare and chance.random() < self.rare:
            return _spliced(chance.choice(self.words), chance.choice(self.words))
        return self.words[
            bisect(self.sums, chance.random() * self.sums[-1], 0, len(self.words) - 1)
        ]


_BEGINNING = re.compile(r"[^aeiouy]*[aeiouy]+", re.IGNORECASE)


def _spliced(one: str, two: str) -> str:
    """The first syllable of a word and what follows the first one of another: Müller, Schneider → Müder."""
    begins, ends = (_BEGINNING.match(word) for word in (one, two))
    rest = two[ends.end() :] if ends else ""
    return f"{begins.group() if begins and len(rest) > 2 else one}{rest}".title()


@dataclass(frozen=True, slots=True)
class _Words:
    """What persons are made of, by name culture, and places."""

    given: Mapping[str, _Bag]
    family: Mapping[str, _Bag]
    places: _Bag
    cultures: Sequence[str]
    women: frozenset[str]
    """Given names that more women than men bear."""


def register_records(
    register: Register, home: str, words: _Words, seed: int
) -> tuple[list[Record], dict[str, str]]:
    """The records of a register in one country, and record id → person. The same arguments give the same records."""
    chance = random.Random(f"{seed}:{register.name}:{home}")
    records: list[Record] = []
    truth: dict[str, str] = {}
    name = f"{register.name}-{home}"
    person: _Person | None = None
    for number in range(register.persons):
        culture = home if chance.random() >= register.abroad else chance.choice(words.cultures)
        before, person = person, _person(register, words, culture, chance, number)
        if before and chance.random() < register.twins:
            person = _twin(before, person)
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
    women: Counter[str] = Counter()
    for record, culture in people:
        first, last = record.texts("firstName"), record.texts("lastName")
        if record.kind == Kind.PERSON and first and last and f"{first[0]}{last[0]}".isascii():
            given.setdefault(culture, []).append(first[0].title())
            family.setdefault(culture, []).append(last[0].title())
            said = record.texts("gender")[:1]
            women[first[0].title()] += (said == ("female",)) - (said == ("male",))
            places.extend(
                text.split(",")[0] for text in record.texts("birthPlace") if text.isascii()
            )
    return _Words(
        {culture: _Bag.of(held, 8, 1.05) for culture, held in given.items()},
        {culture: _Bag.of(held, 30, 0.9, RARE) for culture, held in family.items()},
        _Bag.of(places, 3, 1.0),
        sorted(given),
        frozenset(word for word, more in women.items() if more > 0),
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
    second: str
    maiden: str
    woman: bool
    phone: str
    father: str
    office: str


def _person(
    register: Register, words: _Words, culture: str, chance: random.Random, number: int
) -> _Person:
    given, family = words.given[culture].draw(chance), words.family[culture].draw(chance)
    other = words.family[culture].draw(chance)
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
    email = shape.format(given, family, chance.randrange(10, 99), f"{other}.example")
    second, woman = words.given[culture].draw(chance), given in words.women
    return _Person(
        given,
        second if chance.random() < 0.25 else "",
        family,
        f"of {words.places.draw(chance)}" if register.whole and chance.random() < 0.4 else "",
        f"{year:04d}-{month:02d}-{day:02d}",
        words.places.draw(chance),
        f"{chance.randrange(1, 200)} {other} {chance.choice(('Street', 'Road', 'Place'))}",
        f"{chance.randrange(1000, 9999)}",
        email.lower().replace(" ", ""),
        f"{7_000_000 + 13 * number}",
        second,
        words.family[culture].draw(chance)
        if woman and chance.random() < 2 * register.married
        else "",
        woman,
        _phone(chance),
        words.given[culture].draw(chance),
        _office(chance),
    )


def _phone(chance: random.Random) -> str:
    return f"+44 20 7{chance.randrange(100, 1000)} {chance.randrange(1000, 10_000)}"


def _office(chance: random.Random) -> str:
    # some are much more common than others
    return _OFFICES[int(len(_OFFICES) * chance.random() ** 2)]


def _twin(one: _Person, other: _Person) -> _Person:
    """`other` as a sister or brother born on one day with `one`."""
    shared = ("family", "byname", "birth", "place", "street", "postcode", "father")
    return replace(other, maiden="", **{name: getattr(one, name) for name in shared})


def _copies(mean: float, chance: random.Random) -> int:
    """A geometric number, one or more."""
    count = 1
    while chance.random() < 1 - 1 / mean and count < 30:
        count += 1
    return count


def _written(
    register: Register,
    person: _Person,
    words: _Words,
    chance: random.Random,
    identity: str,
    *,
    careful: bool,
) -> Record:
    """One record of a person. The first one is written carefully: it has gaps, but no slips."""
    rate = 0.2 if careful else 1.0
    values = _names(register, person, chance, rate)
    if chance.random() >= register.date_gaps:
        values.append(Value("birthDate", _birth(register, person, chance, rate)))
    place = person.place if chance.random() >= register.moves * rate else words.places.draw(chance)
    place = word_slips(place, 0.05 * rate, chance)
    placed = chance.random() >= register.place_gaps
    if placed and register.place == "birthPlace":
        values.append(Value("birthPlace", place))
    if register.email and chance.random() < register.email:
        values.append(Value("email", _email(person.email, 0.2 * rate, chance)))
    values.extend(_more(register, person, chance, rate))
    return Record(
        identity,
        register.name,
        Kind.PERSON,
        "Person",
        tuple(values),
        identifiers=_identifiers(register, person, chance, rate),
        addresses=(_address(register, person, place, chance, rate),)
        if placed and register.place == "city"
        else (),
    )


def _birth(register: Register, person: _Person, chance: random.Random, rate: float) -> str:
    if chance.random() < register.other_dates * rate:
        return str(other_date(int(person.birth[:4]), chance))
    return (
        date_slip(person.birth, chance)
        if chance.random() < register.date_slips * rate
        else person.birth
    )


def _more(register: Register, person: _Person, chance: random.Random, rate: float) -> list[Value]:
    """What registers tell now and then: it is sometimes wrong, and telephones and occupations change."""
    told = (
        (
            "gender",
            register.gendered,
            "female" if person.woman == (chance.random() >= 0.03 * rate) else "male",
        ),
        (
            "phone",
            register.phones,
            person.phone if chance.random() >= 0.2 * rate else _phone(chance),
        ),
        ("fatherName", register.fathers, word_slips(person.father, register.slips * rate, chance)),
        (
            "position",
            register.offices,
            person.office if chance.random() >= 0.3 * rate else _office(chance),
        ),
    )
    return [Value(prop, text) for prop, share, text in told if chance.random() < share]


def _names(register: Register, person: _Person, chance: random.Random, rate: float) -> list[Value]:
    given = word_slips(person.given, register.slips * rate, chance)
    family = person.maiden if person.maiden and chance.random() < 0.5 else person.family
    family = word_slips(family, register.slips * rate, chance)
    if chance.random() < register.initials * rate:
        given = given[:1]
    elif chance.random() < register.pets * rate and len(given) > 4:
        given = given[: chance.randrange(3, 5)]
    further = chance.random() < register.middles
    if further and len(given) > 1:
        given = f"{given} {word_slips(person.second, register.slips * rate, chance)}"
    if chance.random() < register.swaps * rate:
        given, family = family, given
    gap = chance.random()
    if gap < register.gaps:
        given, family = ("", family) if gap < register.gaps / 2 else (given, "")
    parts = [
        Value(prop, text) for prop, text in (("firstName", given), ("lastName", family)) if text
    ]
    if chance.random() >= register.whole:
        return parts
    middle = person.middle if chance.random() < 0.7 and not further else ""
    byname = person.byname if chance.random() < 0.6 else ""
    text = " ".join(
        filter(None, (given, word_slips(middle, register.slips * rate, chance), family, byname))
    )
    return [Value("name", text), *parts]


def _email(text: str, rate: float, chance: random.Random) -> str:
    name, _, host = text.partition("@")
    return f"{word_slips(name, rate, chance)}@{host}"


def _identifiers(
    register: Register, person: _Person, chance: random.Random, rate: float
) -> tuple[Identifier, ...]:
    if chance.random() >= register.numbered:
        return ()
    number = person.number
    if chance.random() < 0.1 * rate:
        place = chance.randrange(len(number))
        number = number[:place] + chance.choice("0123456789") + number[place + 1 :]
    return (Identifier("idNumber", number),)


def _address(
    register: Register, person: _Person, place: str, chance: random.Random, rate: float
) -> Address:
    if not register.postal:
        return Address(city=place)
    street = " ".join(word_slips(word, 0.1 * rate, chance) for word in person.street.split())
    return Address(
        street=street if chance.random() > 0.06 else "",
        city=place,
        postal_code=person.postcode
        if chance.random() > 0.05 * rate
        else str(chance.randrange(1000, 9999)),
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


__all__ = ["REGISTERS", "Register", "register_records", "registers_of", "words_of"]
