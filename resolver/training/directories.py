"""Invented directories: sites, shops, offices and institutions, as training material.

Watchlists name companies and gangs. Directories name, for example, a school and the branches of a
chain. Branches share the name of the whole organization, often a switchboard or a mailbox, and
sometimes a building. The same site may be listed again under a shorter name, at an address written
in another way, or under its new number.

Institutions are universities, hospitals, offices and firms. Registers name an institution in its
own language, in English, abbreviated, with its acronym, with a department or with its city. A place
has several institutions whose names differ only in their type (`Technical University`), and
branches of a firm differ in their country.

Pairs of branches have stated labels, because lists hold too few. Two groups are different if they
bear the name of one organization and each has its own place in its principal name. Two groups are
the same if they have the same place, even if it is written in two ways, or omitted on one side.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from resolver.data import load_rows
from resolver.names.lexicons.group_words import city_name, city_spellings
from resolver.records import Address, Kind, Record, Value
from resolver.training import registers
from resolver.training.resampled_entries import LabeledRecordPair, with_pair_ids
from resolver.training.typos import add_word_typos

_SITES = registers.training_words("site")
_OWNERS = tuple("Saint New Old Royal Grand Little Central Golden Green Blue First United".split())
_STREETS = ("Street", "Avenue", "Road", "Boulevard", "Place", "Lane", "Drive", "Square")
_SHORT_STREETS = dict(
    zip(_STREETS, ("St.", "Ave", "Rd", "Blvd.", "Pl", "Ln", "Dr.", "Sq."), strict=True)
)
_DIRECTIONS = ("", "", "", "North", "South", "East", "West")
_SHORT_DIRECTIONS = {"North": "N.", "South": "S", "East": "E.", "West": "W"}
_MAX_DUPLICATES = 12
"""Maximum number of listings of one site beside its first."""
_SHORT_WORDS = {"Saint": "St.", "Center": "Ctr", "School": "Sch.", "Academy": "Acad.", "&": "and"}


@dataclass(frozen=True, slots=True)
class Directory:
    """Error rates and fields of a directory. Rates are shares of records unless stated otherwise.

    - `sites` is the number of sites; `duplicate_share` of them are listed more than once, on
      average `mean_duplicates` more times.
    - `branches` is the share of sites that are another branch of the organization of the preceding
      site.
    - `typos` is the share of words with a typo; `short_names` the share of names with a part left
      out.
    - `switchboards` and `same_building` are the shares of branches that share their telephone, or
      their address.
    - `phones`, `cities`, `streets` and `websites` are the shares of records with that field;
      `new_phones` is the share of telephones that have changed.
    - `home_cultures` are the name cultures for which the directory is generated, one after another.
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
    directory: Directory, culture: str, vocabulary: registers.RegisterVocabulary, seed: int
) -> tuple[list[Record], dict[str, str]]:
    """Return the records of a directory in one country, and record id → site id; equal arguments
    give equal records.
    """
    chance = random.Random(f"{seed}:{directory.name}:{culture}")
    records: list[Record] = []
    truth: dict[str, str] = {}
    name = f"{directory.name}-{culture}"
    for number, site in enumerate(_draw_sites(directory, culture, vocabulary, chance)):
        count = 1
        if chance.random() < directory.duplicate_share:
            count += registers.draw_duplicates(directory.mean_duplicates, chance, _MAX_DUPLICATES)
        for copy in range(count):
            identity = f"{name}:{number}-{copy}"
            records.append(_entry(directory, site, chance, identity))
            truth[identity] = f"{name}:{number}"
    return records, truth


def _draw_sites(
    directory: Directory,
    culture: str,
    vocabulary: registers.RegisterVocabulary,
    chance: random.Random,
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
    culture: str, vocabulary: registers.RegisterVocabulary, chance: random.Random, cities: list[str]
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
    """Return another site of the organization of a given site, at an address of its own."""
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


_UNIVERSITY_SHARE = 0.35
"""Share of institutions that are universities, beyond those drawn like any other."""
_LEGAL_FORMS = (
    ("Ltd", "Limited", "Ltd.", "Co., Ltd."),
    ("GmbH", "Gesellschaft mbH", "G.m.b.H."),
    ("AG", "Aktiengesellschaft", "A.G."),
    ("SA", "Soci\u00e9t\u00e9 Anonyme", "S.A.", "Sociedad An\u00f3nima"),
    ("BV", "B.V.", "Besloten Vennootschap"),
    ("Inc", "Inc.", "Incorporated"),
    ("Sp. z o.o.", "SP ZOO"),
    ("KK", "Kabushiki Kaisha", "K.K."),
)
_UNITS = ("{1}, Department of {0}", "School of {0}, {1}", "{1} School of {0}", "{1} Faculty of {0}")
_LINKS_ABROAD = ("de", "di", "du", "w", "v", "")
_SHORT = {
    "university": ("Univ", "Univ."),
    "institute": ("Inst", "Inst."),
    "academy": ("Acad.",),
    "hospital": ("Hosp",),
    "technology": ("Tech", "Technol"),
    "national": ("Natl",),
    "international": ("Intl", "Int."),
    "industries": ("Ind", "Inds"),
    "chemical": ("Chem",),
    "engineering": ("Eng",),
    "pharmaceutical": ("Pharm",),
    "laboratories": ("Lab", "Labs"),
    "agricultural": ("Agric",),
    "sciences": ("Sci",),
    "electronics": ("Elec", "Electr"),
    "machinery": ("Mach",),
    "systems": ("Syst", "Sys"),
    "instruments": ("Instr",),
    "insurance": ("Insur",),
    "textile": ("Text",),
    "ministry": ("Min", "Min."),
}
_MAX_INSTITUTION_DUPLICATES = 6
_Choice = TypeVar("_Choice")


_PLACES = city_spellings()
_FORMS = registers.forms_by_meaning(
    load_rows("group_words", topic="company", script="Latin")
    + load_rows("group_words", topic="institution", script="Latin")
)


@dataclass(frozen=True, slots=True)
class InstitutionList:
    """Error rates of a list of institutions. Rates are shares of institutions or records.

    - `institutions` is their number; `duplicate_share` of them are listed more than once, on
      average `mean_duplicates` more times.
    - `firms` is the share of institutions that are firms; `likenesses` is the share of institutions
      whose name differs in one word from the name of the preceding institution.
    - `abroad`, `short` and `units` are the shares of records with words of another language, with
      abbreviations, and under a department.
    - `acronyms` and `cities` are the shares of records with the acronym or the city after the name;
      `glued` is the share of records with two words run together; `typos` is the share of words
      with a typo.
    """

    name: str
    plan: str
    institutions: int
    mean_duplicates: float
    duplicate_share: float
    firms: float = 0.4
    likenesses: float = 0.4
    abroad: float = 0.25
    short: float = 0.2
    units: float = 0.12
    acronyms: float = 0.06
    cities: float = 0.15
    glued: float = 0.02
    typos: float = 0.02


INSTITUTION_LISTS: tuple[InstitutionList, ...] = (
    InstitutionList("institutes", "XS", 500, 1.8, 0.6),
    InstitutionList("affiliations", "S", 4_000, 1.5, 0.4),
)
"""Lists of institutions that a model learns from."""


@dataclass(frozen=True, slots=True)
class _Institution:
    place: tuple[str, ...]
    head: str
    type: str
    subject: str
    is_firm: bool
    is_place_last: bool
    seat: tuple[str, ...]
    legal_form: tuple[str, ...] = ("",)
    campus: str = ""


def generate_institutions(
    institutions: InstitutionList, vocabulary: registers.RegisterVocabulary, seed: int
) -> tuple[list[Record], dict[str, str]]:
    """Return the records of a list, and record id → id of the institution; equal arguments give
    equal records.
    """
    chance = random.Random(f"{seed}:{institutions.name}")
    records: list[Record] = []
    truth: dict[str, str] = {}
    for number, body in enumerate(_draw_bodies(institutions, vocabulary, chance)):
        count = 1
        if chance.random() < institutions.duplicate_share:
            count += registers.draw_duplicates(
                institutions.mean_duplicates, chance, _MAX_INSTITUTION_DUPLICATES
            )
        for copy in range(count):
            identity = f"{institutions.name}:{number}-{copy}"
            name = Value("name", _write(institutions, body, chance))
            records.append(Record(identity, institutions.name, Kind.GROUP, "Organization", (name,)))
            truth[identity] = f"{institutions.name}:{number}"
    return records, truth


def _draw_bodies(
    institutions: InstitutionList, vocabulary: registers.RegisterVocabulary, chance: random.Random
) -> Iterator[_Institution]:
    body: _Institution | None = None
    for _ in range(institutions.institutions):
        if body is None or chance.random() >= institutions.likenesses:
            is_firm = chance.random() < institutions.firms
            body = _draw_firm(vocabulary, chance) if is_firm else _draw_body(vocabulary, chance)
        else:
            body = _change_one_word(body, vocabulary, chance)
        yield body


def _draw_body(vocabulary: registers.RegisterVocabulary, chance: random.Random) -> _Institution:
    seat = chance.choice(_PLACES)
    return _Institution(
        seat if chance.random() < 0.75 else (_draw_family(vocabulary, chance),),
        _draw_head(chance),
        chance.choice(registers.TYPES) if chance.random() < 0.4 else "",
        chance.choice(registers.SUBJECTS) if chance.random() < 0.3 else "",
        is_firm=False,
        is_place_last=chance.random() < 0.5,
        seat=seat,
    )


def _draw_head(chance: random.Random) -> str:
    return (
        registers.HEADS[0]
        if chance.random() < _UNIVERSITY_SHARE
        else chance.choice(registers.HEADS)
    )


def _draw_family(vocabulary: registers.RegisterVocabulary, chance: random.Random) -> str:
    return vocabulary.family[chance.choice(vocabulary.cultures)].draw(chance)


def _draw_firm(vocabulary: registers.RegisterVocabulary, chance: random.Random) -> _Institution:
    names = [_draw_family(vocabulary, chance) for _ in range(2)]
    name = " ".join(names) if chance.random() < 0.3 else names[0]
    trade = chance.choice(registers.TRADES) if chance.random() < 0.7 else ""
    return _Institution(
        (name,),
        trade,
        "",
        "",
        is_firm=True,
        is_place_last=False,
        seat=chance.choice(_PLACES),
        legal_form=chance.choice(_LEGAL_FORMS),
    )


def _other(choices: Sequence[_Choice], own: _Choice, chance: random.Random) -> _Choice:
    """Draw one of the choices, but not the own one."""
    return chance.choice([choice for choice in choices if choice != own])


def _change_firm(body: _Institution, chance: random.Random) -> _Institution:
    """Return a branch of a firm, or a firm of the same name in another trade."""
    if chance.random() < 0.5 or not body.head:
        return replace(body, subject=chance.choice(_PLACES)[0])
    return replace(body, head=_other(registers.TRADES, body.head, chance))


def _change_one_word(
    body: _Institution, vocabulary: registers.RegisterVocabulary, chance: random.Random
) -> _Institution:
    """Return an institution with a similar name: another type or subject, place or founder, or a
    branch of a firm.
    """
    if body.is_firm:
        return _change_firm(body, chance)
    if body.campus:
        return replace(body, campus="")
    shape = chance.random()
    if shape < 0.05 and body.head == registers.HEADS[0]:
        # A university in several towns has a place of its own in each town.
        return replace(body, place=_other(_PLACES, body.seat, chance), campus=body.seat[0])
    if shape < 0.1:
        seat = _other(_PLACES, body.seat, chance)
        return replace(body, place=seat if body.place is body.seat else body.place, seat=seat)
    if shape < 0.2:
        # Of two institutions of a city, one bears the name of a founder before the name of the
        # city.
        is_founded = body.place is body.seat
        place = (_draw_family(vocabulary, chance),) if is_founded else body.seat
        return replace(body, place=place)
    if shape < 0.3:
        return replace(body, is_place_last=not body.is_place_last)
    if shape < 0.4:
        return replace(body, head=_other(registers.HEADS, body.head, chance))
    if shape < 0.5:
        return replace(body, subject=chance.choice(registers.SUBJECTS) if not body.subject else "")
    return replace(body, type=_other(("", *registers.TYPES), body.type, chance))


def _write(institutions: InstitutionList, body: _Institution, chance: random.Random) -> str:
    """Return a name of an institution as a register might write it."""
    kind = chance.random()
    forms: Mapping[str, tuple[str, ...]] = {}
    if kind < institutions.abroad:
        forms = _FORMS
    elif kind < institutions.abroad + institutions.short:
        forms = _SHORT
    words = _firm_words(body, chance) if body.is_firm else _body_words(body, forms, chance)
    written = [
        add_word_typos(chance.choice(forms.get(word, (word,))), institutions.typos, chance)
        for word in words
        if word
    ]
    name = " ".join(word if word.isupper() else word[:1].upper() + word[1:] for word in written)
    return _append_parts(institutions, body, name, chance)


def _body_words(
    body: _Institution, forms: Mapping[str, tuple[str, ...]], chance: random.Random
) -> list[str]:
    is_abroad = forms is _FORMS
    place = chance.choice(body.place) if is_abroad else body.place[0]
    subject = ["of", body.subject] if body.subject else []
    if body.campus:
        return [body.type, body.head, "of", place, chance.choice(("at", "in", "")), body.campus]
    if is_abroad:
        return [body.head, body.type, *subject[1:], chance.choice(_LINKS_ABROAD), place]
    # Registers may put the words of a name without a subject in the other order.
    is_last = body.is_place_last != (not body.subject and chance.random() < 0.12)
    if is_last:
        return [body.type, body.head, *subject, "in" if subject else "of", place]
    return [place, body.type, body.head, *subject]


def _firm_words(body: _Institution, chance: random.Random) -> list[str]:
    name = body.place[0]
    if " " in name and chance.random() < 0.1:
        name = name.replace(" ", chance.choice(("", "-", " & ")))
    legal = chance.choice((*body.legal_form, "", ""))
    # A firm with a single branch is also listed without the country of this branch.
    branch = body.subject if chance.random() < 0.75 else ""
    # Patent registers state the seat of a firm, which may have the same name as the firm.
    again = name if " " not in name and chance.random() < 0.03 else ""
    return [*name.split(), again, body.head, branch, *legal.split()]


def _append_parts(
    institutions: InstitutionList, body: _Institution, name: str, chance: random.Random
) -> str:
    """Return a name, perhaps with its acronym, city or department, with two words run together, or
    in capitals.
    """
    kind = chance.random()
    letters = "".join(word[0] for word in name.split() if word[0].isupper() and len(word) > 2)
    unit, acronym = institutions.units, institutions.units + institutions.acronyms
    if kind < unit and not body.is_firm:
        name = chance.choice(_UNITS).format(chance.choice(registers.SUBJECTS).title(), name)
    elif kind < acronym and len(letters) > 2:
        name = chance.choice(("{0} ({1})", "{0} - {1}", "{1} - {0}")).format(name, letters)
    elif kind < acronym + institutions.cities:
        name = chance.choice(("{}, {}", "{} {}", "{} ({})")).format(name, body.seat[0].title())
    if chance.random() < institutions.glued:
        words = name.split()
        name = " ".join([*words[:-2], "".join(words[-2:])])
    return name.upper() if chance.random() < 0.15 else name


BRANCH_ORIGIN = "branches"
MAX_PAIRS_PER_LABEL = 1_500
"""Maximum number of pairs of each label."""
_BRANCH_PATTERNS = ("{} {}", "{} ({})", "{} in {}", "{} - {}", "{}, {}", "{} of {}")
_ALIAS_SHARE = 0.85
"""Share of branches listed with the name of the whole organization as an alias."""


def generate_branch_pairs(people: Iterable[Record], seed: int) -> Iterator[LabeledRecordPair]:
    """Yield a pair of different branches and a pair of equal branches for each group whose name has
    no city.
    """
    chance = random.Random(f"{seed}:{BRANCH_ORIGIN}")
    groups = [group for group in people if group.kind == Kind.GROUP and _has_no_city(group)]
    chance.shuffle(groups)
    for number, parent in enumerate(groups[:MAX_PAIRS_PER_LABEL]):
        own_place, other_place = chance.sample(_PLACES, 2)
        first = _branch_record(parent, own_place, chance)
        other = _branch_record(parent, other_place, chance)
        yield with_pair_ids(first, other, BRANCH_ORIGIN, 2 * number, same=False)
        # a single branch may be listed under the name of the whole organization
        again = (
            _branch_record(parent, own_place, chance)
            if chance.random() < 0.7
            else _group_record(parent, (), chance)
        )
        yield with_pair_ids(first, again, BRANCH_ORIGIN, 2 * number + 1, same=True)


def _has_no_city(record: Record) -> bool:
    names = record.texts("name")
    return bool(names) and not any(
        city_name(word.strip("().,").lower()) for word in names[0].split()
    )


def _branch_record(parent: Record, place: tuple[str, ...], chance: random.Random) -> Record:
    name = parent.texts("name")[0]
    branch_name = chance.choice(_BRANCH_PATTERNS).format(name, chance.choice(place).capitalize())
    values = [Value("name", branch_name.upper() if name.isupper() else branch_name)]
    if chance.random() < _ALIAS_SHARE:
        values.append(Value("alias", name))
    return _group_record(parent, values, chance)


def _group_record(parent: Record, names: Iterable[Value], chance: random.Random) -> Record:
    """Return a group with the given names, or else its own name; half of the groups state their
    country.
    """
    values = [*names] or [Value("name", parent.texts("name")[0])]
    countries = parent.texts("country")
    if countries and chance.random() < 0.5:
        values.append(Value("country", countries[0]))
    return Record(parent.id, "stated", Kind.GROUP, parent.schema, tuple(values))


__all__ = ["BRANCH_ORIGIN", "generate_branch_pairs"]
