"""Directories: invented lists of sites, shops and offices, with an address and a telephone.

Watchlists name companies and gangs; directories name the school at a corner and the branches of a
chain. Branches share the name of the whole, often a switchboard or a mailbox, and sometimes a
building; one site is listed under a shorter name, at an address written in another way, or under
its new number.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from resolver.records import Address, Kind, Record, Value
from resolver.training.augment.register_vocabulary import RegisterVocabulary, training_words
from resolver.training.augment.registers import draw_duplicates
from resolver.training.augment.typos import add_word_typos

_SITES = training_words("site")
_OWNERS = tuple("Saint New Old Royal Grand Little Central Golden Green Blue First United".split())
_STREETS = ("Street", "Avenue", "Road", "Boulevard", "Place", "Lane", "Drive", "Square")
_SHORT_STREETS = dict(
    zip(_STREETS, ("St.", "Ave", "Rd", "Blvd.", "Pl", "Ln", "Dr.", "Sq."), strict=True)
)
_DIRECTIONS = ("", "", "", "North", "South", "East", "West")
_SHORT_DIRECTIONS = {"North": "N.", "South": "S", "East": "E.", "West": "W"}
_MAX_DUPLICATES = 12
"""Listings of one site beside its first."""
_SHORT_WORDS = {"Saint": "St.", "Center": "Ctr", "School": "Sch.", "Academy": "Acad.", "&": "and"}


@dataclass(frozen=True, slots=True)
class Directory:
    """Error rates and fields of a directory. Rates are shares of records unless stated otherwise.

    - `sites`: number of sites; `duplicate_share` of them are listed more than once, on average
      `mean_duplicates` more times.
    - `branches`: share of sites that are one more branch of the organization before.
    - `typos`: share of words with a typo; `short_names`: names with a part left out.
    - `switchboards`: branches that share their telephone; `same_building`: branches that share
      their address.
    - `phones`, `cities`, `streets`, `websites`: records with that field; `new_phones`: telephones
      that have changed.
    - `home_cultures`: name cultures that the directory is generated for, one after another.
    """

    name: str
    plan: str
    sites: int
    mean_duplicates: float
    duplicate_share: float
    typos: float = 0.05
    branches: float = 0.3
    short_names: float = 0.3
    switchboards: float = 0.25
    same_building: float = 0.06
    phones: float = 0.6
    new_phones: float = 0.12
    cities: float = 0.7
    streets: float = 0.93
    websites: float = 0.15
    home_cultures: tuple[str, ...] = ()


DIRECTORIES: tuple[Directory, ...] = (
    Directory("town", "XS", 500, 1.6, 0.5, home_cultures=("english", "spanish")),
    Directory(
        "agency",
        "XS",
        300,
        5.0,
        0.9,
        typos=0.03,
        branches=0.5,
        phones=0.85,
        cities=0.1,
        home_cultures=("english", "german"),
    ),
    Directory("trade", "S", 8_000, 1.4, 0.25, phones=0.5, home_cultures=("french", "turkish")),
    Directory("names", "S", 3_000, 1.5, 0.4, phones=0.0, streets=0.5, home_cultures=("english",)),
)
"""Directories that a model learns from."""


@dataclass(frozen=True, slots=True)
class _Site:
    organization: str
    branch: str
    number: str
    direction: str
    street: str
    kind_of_street: str
    city: str
    phone: str
    website: str


def generate_directory(
    directory: Directory, culture: str, vocabulary: RegisterVocabulary, seed: int
) -> tuple[list[Record], dict[str, str]]:
    """Return the records of a directory in one country (reproducible), and record id → site id."""
    chance = random.Random(f"{seed}:{directory.name}:{culture}")
    records: list[Record] = []
    truth: dict[str, str] = {}
    name = f"{directory.name}-{culture}"
    for number, site in enumerate(_draw_sites(directory, culture, vocabulary, chance)):
        count = 1
        if chance.random() < directory.duplicate_share:
            count += draw_duplicates(directory.mean_duplicates, chance, _MAX_DUPLICATES)
        for copy in range(count):
            identity = f"{name}:{number}-{copy}"
            records.append(_entry(directory, site, chance, identity))
            truth[identity] = f"{name}:{number}"
    return records, truth


def _draw_sites(
    directory: Directory, culture: str, vocabulary: RegisterVocabulary, chance: random.Random
) -> Iterator[_Site]:
    site: _Site | None = None
    cities = [vocabulary.places.draw(chance) for _ in range(12)]
    for _ in range(directory.sites):
        new = _draw_site(culture, vocabulary, chance, cities)
        if site is not None and chance.random() < directory.branches:
            site = _draw_branch(directory, site, new, chance)
        else:
            site = new
        yield site


def _draw_site(
    culture: str, vocabulary: RegisterVocabulary, chance: random.Random, cities: list[str]
) -> _Site:
    family, other = (vocabulary.family[culture].draw(chance) for _ in range(2))
    kind = _SITES[int(len(_SITES) * chance.random() ** 1.5)]
    place = vocabulary.places.draw(chance)
    organization = chance.choice(
        (
            f"{family}'s {kind}",
            f"{family} {kind}",
            f"{chance.choice(_OWNERS)} {family} {kind}",
            f"{place} {kind}",
            f"The {chance.choice(_OWNERS)} {place} {kind}",
            f"{family} & {other} {kind}",
            family,
            f"{vocabulary.given_names[culture].draw(chance)} {family}",
        )
    )
    return _Site(
        organization,
        "" if chance.random() < 0.8 else vocabulary.places.draw(chance),
        str(int(2000 * chance.random() ** 2) + 1),
        chance.choice(_DIRECTIONS),
        chance.choice((other, place, vocabulary.places.draw(chance))),
        chance.choice(_STREETS),
        chance.choice(cities),
        _draw_phone(chance),
        f"www.{family.lower().replace(' ', '')}{chance.randrange(100)}.example",
    )


def _draw_phone(chance: random.Random) -> str:
    return f"+44 20 {chance.randrange(2000, 9000)} {chance.randrange(10_000):04d}"


def _draw_branch(directory: Directory, site: _Site, new: _Site, chance: random.Random) -> _Site:
    """Return a site of the organization of another one, at an address of its own."""
    is_neighbor = chance.random() < directory.same_building
    address = site if is_neighbor else new
    return _Site(
        site.organization,
        new.street if chance.random() < 0.85 else "",
        address.number,
        address.direction,
        address.street,
        address.kind_of_street,
        address.city,
        site.phone if chance.random() < directory.switchboards else new.phone,
        site.website,
    )


def _entry(directory: Directory, site: _Site, chance: random.Random, identity: str) -> Record:
    values = [Value("name", _write_name(directory, site, chance))]
    if chance.random() < directory.phones:
        phone = site.phone
        if chance.random() < directory.new_phones:
            phone = _draw_phone(chance)
        values.append(Value("phone", phone))
    if chance.random() < directory.websites:
        values.append(Value("website", site.website))
    has_address = chance.random() < directory.streets
    return Record(
        identity,
        directory.name,
        Kind.GROUP,
        "Organization",
        tuple(values),
        addresses=(_write_address(directory, site, chance),) if has_address else (),
    )


def _write_name(directory: Directory, site: _Site, chance: random.Random) -> str:
    organization, branch = site.organization, site.branch
    if chance.random() < directory.short_names:
        words = organization.split()
        if branch and chance.random() < 0.5:
            organization, branch = (branch, "") if chance.random() < 0.4 else (organization, "")
        elif len(words) > 2:
            organization = " ".join(words[:-1] if chance.random() < 0.7 else words[1:])
    words = [
        _SHORT_WORDS.get(word, word) if chance.random() < 0.3 else word
        for word in organization.split()
    ]
    name = " ".join(add_word_typos(word, directory.typos, chance) for word in words)
    if branch:
        name = chance.choice(("{} - {}", "{} ({})", "{} {}")).format(name, branch)
    return name.upper() if chance.random() < 0.1 else name


def _write_address(directory: Directory, site: _Site, chance: random.Random) -> Address:
    is_short = chance.random() < 0.5
    direction, kind = site.direction, site.kind_of_street
    if is_short:
        direction = _SHORT_DIRECTIONS.get(direction, direction)
        kind = _SHORT_STREETS[kind] if chance.random() < 0.7 else ""
    street = " ".join(add_word_typos(word, directory.typos, chance) for word in site.street.split())
    number = site.number if chance.random() >= 0.04 else str(int(site.number) + 2)
    text = " ".join(filter(None, (number, direction, street, kind)))
    return Address(
        street=text if chance.random() >= 0.03 else "",
        city=site.city if chance.random() < directory.cities else "",
    )
