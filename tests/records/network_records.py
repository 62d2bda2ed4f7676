"""Records of persons and groups that little but relations tells apart, for tests of these."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from resolver.records import Handling, Identifier, Kind, Record, Relation, RelationType
from tests.records.samples import record

SOURCES = ("quay", "pier", "coast", "dock")
CREWS = ("Blue Harbour Crew", "Red Pier Brotherhood", "Green Dock Circle")
_NAMES = ("Zbigniew Brzezinski", "Aurelio Xylander", "Nuno Quintanilha", "Wilhelmina Oberst")
_ROLES = ("driver", "treasurer", "leader", "")


def make_group(source: str, number: int) -> Record:
    """Return the record of a crew in a list; those of all lists are one entity."""
    registration = [Identifier("registrationNumber", f"HR7731{number}9", "nl")]
    return record(
        f"{source}:g{number}",
        Kind.GROUP,
        name=CREWS[number],
        incorporationDate=f"199{number}-05-04",
        identifiers=registration,
    )


def generate_network_records(count: int, seed: int) -> list[Record]:
    """Return records of crews, and of persons of few names who belong to them, in any order."""
    dice = random.Random(seed)
    groups = [make_group(source, place) for source in SOURCES for place in range(len(CREWS))]
    records = [group for group in groups if dice.random() < 0.8]
    persons = [
        record(f"{dice.choice(SOURCES)}:p{number}", name=dice.choice(_NAMES))
        for number in range(count)
    ]
    for number, person in enumerate(persons):
        relations = [_draw_relation(dice, person.source) for _ in range(dice.choice([0, 1, 1, 2]))]
        if number and dice.random() < 0.2:
            other = dice.choice(persons[:number])
            kind = dice.choice([RelationType.FAMILY_OF, RelationType.ASSOCIATE_OF])
            relations.append(Relation(kind, other.id))
        code = "H2" if dice.random() < 0.1 else "H0"
        handling = Handling(person.source, code)
        records.append(replace(person, relations=tuple(sorted(set(relations))), handling=handling))
    dice.shuffle(records)
    return records


def _draw_relation(dice: random.Random, source: str) -> Relation:
    number = dice.randrange(len(CREWS))
    role, start = dice.choice(_ROLES), dice.choice(["2014", "2014-05", "2019", ""])
    if dice.random() < 0.3:
        return Relation(RelationType.MEMBER_OF, "", CREWS[number], role, start)
    return Relation(RelationType.MEMBER_OF, f"{source}:g{number}", "", role, start)


def without_relation(records: Sequence[Record], place: int) -> list[Record]:
    """Return records of which one has lost its first relation."""
    changed = list(records)
    changed[place] = replace(changed[place], relations=changed[place].relations[1:])
    return changed


def generate_crews_of_two_lists() -> list[Record]:
    """Return two records of one crew that nothing but their members make one, and namesakes in it.

    The members are the same people by their passports. The crews merge by them, and so late that
    they are no neighbor that the namesakes `pier:p` and `quay:p` share.
    """
    names = {"pier": "Blue Harbour Crew", "quay": "Blue Harber Crew"}
    records = [record(f"{source}:g", Kind.GROUP, name=name) for source, name in names.items()]
    for source in names:
        for number, name in enumerate(_NAMES[1:3]):
            records.append(
                record(
                    f"{source}:m{number}",
                    name=name,
                    birthDate=f"197{number}-03-04",
                    passportNumber=f"XK48291{number}4",
                    relations=[Relation(RelationType.MEMBER_OF, f"{source}:g")],
                )
            )
        tie = Relation(RelationType.MEMBER_OF, f"{source}:g", "", "driver", "2014")
        records.append(record(f"{source}:p", name=_NAMES[0], relations=[tie]))
    return records


def generate_drivers_of_two_lists() -> list[Record]:
    """Return two records of one crew, and two namesakes who are one entity only by driving for it
    since the same year.
    """
    records = [make_group(source, 0) for source in ("pier", "quay")]
    for source in ("pier", "quay"):
        tie = Relation(RelationType.MEMBER_OF, f"{source}:g0", "", "driver", "2014")
        records.append(record(f"{source}:p", name=_NAMES[0], relations=[tie]))
    return records
