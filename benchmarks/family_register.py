"""Households: registers of families, whose members share names, birth dates, homes and contacts.

Each family has parents, children, some of them twins, and cousins in a household of their own. One
list states every person once. A second list states some of them again, with one of the differences
of `CORRUPTIONS`. So a benchmark can count both wrong merges and lost merges.

The shares are those of statistics of populations:

- twins: 12.0 of 1,000 deliveries (C. Monden, G. Pison, J. Smits, "Twin Peaks: more twinning in
  humans than ever before", Human Reproduction 36, 2021; 165 countries, 2010 to 2015)
- twins of unlike sex: a third of all. About 4 of 1,000 deliveries are of one egg, everywhere, and
  half of the others are of unlike sex (W. Weinberg's differential rule)
- children: households have fewer than three members in most of Europe, in Japan and Korea, and
  more than five in much of Africa and the Middle East (United Nations, "Household size and
  composition around the world", Population Facts 2017/2)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import pyarrow as pa

from resolver.errors import UsageError
from resolver.records import Address, Kind, Record, Value
from resolver.world import document_numbers
from resolver.world.corruptions import CORRUPTIONS
from resolver.world.cultures import CULTURE_NAMES, CULTURES, load_geography
from resolver.world.name_changes import PersonView, make_plain_view, spell_names, state_persons
from resolver.world.name_lexicon import Bools, Dice, Form, Ints
from resolver.world.persons import (
    Persons,
    convert_gender,
    convert_part,
    copy_values,
    load_vocabulary,
    make_persons,
    take_persons,
)

TWIN_DELIVERIES, UNLIKE_SEX = 0.012, 1 / 3
_MOST_CHILDREN = 6
_CHILDREN = dict.fromkeys(CULTURE_NAMES, 2.0) | {
    **dict.fromkeys("arabic-levant afghan pakistani west-african horn-african".split(), 4.0),
    **dict.fromkeys("arabic-maghreb persian indian turkish vietnamese spanish".split(), 2.5),
    **dict.fromkeys("german russian ukrainian japanese korean chinese greek".split(), 1.3),
}
"""Children of a couple, on average, by culture."""
_KEEPS_NAME = frozenset(
    """
    arabic-levant arabic-maghreb persian afghan pakistani chinese korean vietnamese spanish
    west-african horn-african
    """.split()
)
"""Cultures in which a wife keeps her family name."""
_NAMED_AFTER = 0.06
"""Share of sons who bear the given name of their father; no census counts them."""
_COUSIN_NAMESAKES = 0.15
"""Share of cousins called by one given name, as after a grandfather."""
_ANOTHER_RECORD = 0.3
"""Share of persons whom the second list states, too."""
_FATHER, _MOTHER, _FIRST_CHILD = 0, 1, 2
_COUSIN = _FIRST_CHILD + _MOST_CHILDREN
_SLOTS = _COUSIN + 1
_STATED = {
    "birthDate": 0.97,
    "birthPlace": 0.8,
    "gender": 0.6,
    "nationality": 0.5,
    "phone": 0.5,
    "email": 0.3,
    "address": 0.6,
}
"""Share of records that state a property."""
_SHARED = {"phone": 0.8, "email": 0.5, "address": 0.95}
"""Share of the members of a household who give the contacts of its head."""
REGISTERS = ("residents", "claims")
"""Lists: every person once, and some of them again."""


class Kin(StrEnum):
    """How two persons are related."""

    TWINS = "twins of one sex"
    UNLIKE_TWINS = "twins of unlike sex"
    SIBLINGS = "siblings"
    SPOUSES = "spouses"
    NAMESAKES = "father and son of one name"
    PARENT = "parent and child"
    COUSINS = "cousins"
    COUSIN_NAMESAKES = "cousins of one given name"


@dataclass(frozen=True, slots=True)
class Relatives:
    """Two true persons who are related, and the name culture of their family."""

    first: str
    second: str
    kin: Kin
    culture: str


@dataclass(frozen=True, slots=True)
class SecondRecord:
    """Two records of one person, the named difference between them, and the name culture."""

    first: str
    second: str
    difference: str
    culture: str


@dataclass(frozen=True, slots=True)
class Households:
    """Records of families in the two `REGISTERS`. `truth`: record id → true id."""

    records: tuple[Record, ...]
    truth: dict[str, str]
    relatives: tuple[Relatives, ...]
    second_records: tuple[SecondRecord, ...]


def generate_households(
    records: int, *, seed: int = 1, twins: float = TWIN_DELIVERIES
) -> Households:
    """Generate families with about `records` records; deterministic in its arguments.

    Families alternate between all name cultures. `twins`: share of deliveries that are twins, more
    than a census has where twins are to be counted. Raises `UsageError` for no records or a share
    outside 0 … 1.
    """
    if records < 1 or not 0 <= twins <= 1:
        raise UsageError(
            "households need at least one record and a share of twins in 0 to 1, "
            f"not {records} and {twins}"
        )
    wanted = round(records / (1 + _ANOTHER_RECORD))
    persons, exists = _make_families(Dice(seed, "families"), wanted // 2 + 1, twins)
    rows = np.flatnonzero(exists)[:wanted]
    contacts = _share_contacts(Dice(seed, "household contacts"), persons)
    first = _make_records(
        Dice(seed, REGISTERS[0]), 0, make_plain_view(persons, rows), rows, contacts
    )
    by_row = dict(zip(rows.tolist(), first, strict=True))
    second: list[Record] = []
    pairs: list[SecondRecord] = []
    dice = Dice(seed, REGISTERS[1])
    again = rows[dice.chance(len(rows), _ANOTHER_RECORD)]
    for difference, chosen, view in _draw_differences(dice, persons, again):
        some = _make_records(dice, 1, view, chosen, contacts)
        second += some
        for row, record in zip(chosen.tolist(), some, strict=True):
            culture = CULTURE_NAMES[persons.culture[row]]
            pairs.append(SecondRecord(by_row[row].id, record.id, difference, culture))
    all_records = (*first, *second)
    return Households(
        all_records,
        {record.id: _true_id(record.id.partition(":")[2]) for record in all_records},
        tuple(_find_relatives(persons, rows)),
        tuple(pairs),
    )


def _make_families(dice: Dice, families: int, twins: float) -> tuple[Persons, Bools]:
    """Make families of `_SLOTS` persons each, and say which of these exist."""
    count = families * _SLOTS
    slot, family = np.arange(count) % _SLOTS, np.arange(count) // _SLOTS
    male = dice.chance(count, 0.5)
    male[slot == _FATHER], male[slot == _MOTHER] = True, False
    is_second_twin = np.zeros(count, dtype=bool)
    for place in range(_FIRST_CHILD + 1, _COUSIN):
        at = np.arange(place, count, _SLOTS)
        is_second_twin[at] = dice.chance(families, twins) & ~is_second_twin[at - 1]
        is_like = male[at - 1] ^ dice.chance(families, UNLIKE_SEX)
        male[at] = np.where(is_second_twin[at], is_like, male[at])
    expected = np.array([_CHILDREN[name] for name in CULTURE_NAMES])[
        np.arange(families) % len(CULTURES)
    ]
    children = np.floor(expected * 2 * dice.uniform(families) + 0.5).astype(np.int64)[family]
    # The last delivery may be one of twins.
    is_born = slot - _FIRST_CHILD < children + is_second_twin
    exists = (slot < _FIRST_CHILD) | (slot == _COUSIN) | is_born
    persons = make_persons(dice, count, family % len(CULTURES), pairs=False, male=male)
    _share_names(dice, persons, slot, family * _SLOTS)
    _share_births(dice, persons, slot, family * _SLOTS, is_second_twin)
    return persons, exists


def _share_names(dice: Dice, persons: Persons, slot: Ints, father: Ints) -> None:
    """Give all members the home of the father and what they share of his name."""
    others = np.flatnonzero(slot != _FATHER)
    copy_values(persons, ("country", "city", "nation"), father[others], others)
    persons.maiden[:] = -1
    keeps = np.array([name in _KEEPS_NAME for name in CULTURE_NAMES])[persons.culture]
    named = np.flatnonzero((slot >= _FIRST_CHILD) | ((slot == _MOTHER) & ~keeps))
    persons.family[named] = convert_gender(
        persons, "family", persons.family[father[named]], father[named], named
    )
    heirs = np.flatnonzero(slot >= _FIRST_CHILD)
    eldest, mother = father[heirs] + _FIRST_CHILD, father[heirs] + _MOTHER
    # A register states the same parts of the names of all children.
    states = {
        part: getattr(persons, part)[eldest] >= 0
        for part in ("middle", "father", "grandfather", "second")
    }
    second = convert_gender(persons, "family", persons.family[mother], mother, heirs)
    persons.second[heirs] = np.where(states["second"], second, -1)
    persons.middle[heirs] = np.where(states["middle"], persons.middle[heirs], -1)
    is_child = slot[heirs] < _COUSIN
    persons.father_given[heirs] = np.where(
        is_child, persons.given_name[father[heirs]], persons.father_given[heirs]
    )
    as_father = convert_part(
        persons.father_given[heirs], persons.culture[heirs], "given_name", "father"
    )
    as_father = convert_gender(persons, "father", as_father, father[heirs], heirs)
    persons.father[heirs] = np.where(states["father"], as_father, -1)
    persons.grandfather[heirs] = np.where(
        states["father"] & states["grandfather"], persons.father_given[father[heirs]], -1
    )
    _draw_given_names(dice, persons, slot, father)


def _draw_given_names(dice: Dice, persons: Persons, slot: Ints, father: Ints) -> None:
    """Name some sons after the father and some cousins alike, but never two siblings."""
    eldest = np.flatnonzero(slot == _FIRST_CHILD)
    sons = eldest[persons.male[eldest] & dice.chance(len(eldest), _NAMED_AFTER)]
    copy_values(persons, ("given_name", "middle"), father[sons], sons)
    lexicon = load_vocabulary().lexicon
    for place in range(_FIRST_CHILD + 1, _COUSIN):
        at = np.flatnonzero(slot == place)
        for _ in range(_MOST_CHILDREN):
            # Two words may be spelled alike.
            names = lexicon.spell(persons.given_name, int(Form.STANDARD)).to_numpy(False)
            elder = np.stack([names[at - back] for back in range(1, place - 1)])
            persons.given_name[at] += (names[at] == elder).any(axis=0)
    cousins = np.flatnonzero(slot == _COUSIN)
    eldest = father[cousins] + _FIRST_CHILD
    alike = persons.male[cousins] == persons.male[eldest]
    alike &= dice.chance(len(cousins), _COUSIN_NAMESAKES)
    copy_values(persons, ("given_name",), eldest[alike], cousins[alike])


def _share_births(
    dice: Dice, persons: Persons, slot: Ints, father: Ints, is_second_twin: Bools
) -> None:
    """Draw birth dates that families can have; twins are born on one day."""
    families = len(slot) // _SLOTS
    year = 365.25
    born = np.empty((families, _SLOTS))
    born[:, _FATHER] = dice.uniform(families) * 30 * year
    born[:, _MOTHER] = born[:, _FATHER] + (dice.uniform(families) * 10 - 3) * year
    born[:, _FIRST_CHILD] = born[:, _FATHER] + (22 + dice.uniform(families) * 10) * year
    for place in range(_FIRST_CHILD + 1, _COUSIN):
        later = (1 + dice.uniform(families) * 3) * year
        is_twin = is_second_twin.reshape(families, _SLOTS)[:, place]
        born[:, place] = born[:, place - 1] + np.where(is_twin, 0, later)
    born[:, _COUSIN] = born[:, _FIRST_CHILD] + (dice.uniform(families) * 16 - 8) * year
    persons.born[:] = np.datetime64("1940-01-01") + np.floor(born.ravel()).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Contacts:
    """Telephone, mailbox, street and town of each person."""

    phone: pa.StringArray
    email: pa.StringArray
    street: pa.StringArray
    town: pa.StringArray


def _share_contacts(dice: Dice, persons: Persons) -> _Contacts:
    """Draw the contacts of persons: most of a household have those of its head, no cousin has."""
    count, geo, lexicon = len(persons), load_geography(), load_vocabulary().lexicon
    slot = np.arange(count) % _SLOTS
    own = np.arange(count)

    def owners(share: float) -> pa.Array:
        """Return whose contact each person has."""
        shares = (slot != _COUSIN) & dice.chance(count, share)
        return pa.array(np.where(shares, own - slot, own))

    first, family = (
        lexicon.spell(words, int(Form.STANDARD)) for words in (persons.given_name, persons.family)
    )
    homes = owners(_SHARED["address"])
    return _Contacts(
        document_numbers.draw_phones(dice, persons.country).take(owners(_SHARED["phone"])),
        document_numbers.draw_emails(dice, first, family).take(owners(_SHARED["email"])),
        geo.street_lines(dice, persons.country).take(homes),
        geo.cities.spell(geo.pick_city(dice, persons.country), int(Form.STANDARD)).take(homes),
    )


def _draw_differences(
    dice: Dice, persons: Persons, rows: Ints
) -> Iterator[tuple[str, Ints, PersonView]]:
    """Yield some of the rows with the name of a difference, and the view that has it."""
    same = [corruption for corruption in CORRUPTIONS if corruption.same]
    everybody = take_persons(persons, rows)
    view = make_plain_view(everybody, np.arange(len(rows)))
    possible = np.stack([corruption.possible(everybody, view) for corruption in same], axis=1)
    drawn = np.argmax(possible * (1 - dice.uniform(*possible.shape)), axis=1)
    for place, corruption in enumerate(same):
        chosen = np.flatnonzero((drawn == place) & possible[:, place])
        some = take_persons(everybody, chosen)
        view = make_plain_view(some, np.arange(len(chosen)))
        if len(chosen):
            yield corruption.name, rows[chosen], corruption.change(dice, some, view)[1]


def _make_records(
    dice: Dice, register: int, view: PersonView, rows: Ints, contacts: _Contacts
) -> list[Record]:
    """Make the records of some persons (`rows`) as one of the registers states them."""
    geo, index = load_geography(), pa.array(rows)
    reached = {
        "phone": contacts.phone.take(index),
        "email": contacts.email.take(index),
        "address": contacts.street.take(index),
    }
    columns = {"name": spell_names(view), **state_persons(dice, view, _STATED, reached)}
    texts = {prop: column.to_pylist() for prop, column in columns.items()}
    streets, towns = texts.pop("address"), contacts.town.take(index).to_pylist()
    countries = geo.codes.take(pa.array(view.country)).to_pylist()
    records = []
    for place, row in enumerate(rows.tolist()):
        values = tuple(
            Value(prop, column[place]) for prop, column in texts.items() if column[place]
        )
        home: tuple[Address, ...] = ()
        if streets[place]:
            home = (Address(street=streets[place], city=towns[place], country=countries[place]),)
        source = REGISTERS[register]
        records.append(
            Record(f"{source}:{row:07d}", source, Kind.PERSON, "Person", values, addresses=home)
        )
    return records


def _true_id(number: str) -> str:
    return f"p{number}"


def _find_relatives(persons: Persons, rows: Ints) -> Iterator[Relatives]:
    """Yield all pairs of relatives among some persons."""
    families: dict[int, list[int]] = {}
    for row in rows.tolist():
        families.setdefault(row // _SLOTS, []).append(row)
    for members in families.values():
        culture = CULTURE_NAMES[persons.culture[members[0]]]
        for first, second in combinations(members, 2):
            kin = _kin_of(persons, first, second)
            if kin:
                yield Relatives(_true_id(f"{first:07d}"), _true_id(f"{second:07d}"), kin, culture)


def _kin_of(persons: Persons, first: int, second: int) -> Kin | None:
    """Return how two members of a family are related; None for an uncle or aunt and a nephew."""
    elder, younger = first % _SLOTS, second % _SLOTS
    of_one_name = persons.given_name[first] == persons.given_name[second]
    if younger == _MOTHER:
        return Kin.SPOUSES
    if younger == _COUSIN:
        if elder < _FIRST_CHILD:
            return None
        return Kin.COUSIN_NAMESAKES if of_one_name else Kin.COUSINS
    if elder < _FIRST_CHILD:
        return Kin.NAMESAKES if elder == _FATHER and of_one_name else Kin.PARENT
    if persons.born[first] != persons.born[second]:
        return Kin.SIBLINGS
    return Kin.TWINS if persons.male[first] == persons.male[second] else Kin.UNLIKE_TWINS


__all__ = [
    "REGISTERS",
    "TWIN_DELIVERIES",
    "Households",
    "Kin",
    "Relatives",
    "SecondRecord",
    "generate_households",
]
