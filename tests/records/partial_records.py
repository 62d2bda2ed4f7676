"""Records of a few persons, of whom each record states little: entities grow by joint evidence."""

from __future__ import annotations

import random
from typing import Any

from resolver.records import Identifier, Record
from tests.records.samples import record

_NAMES = (
    ("Zbigniew Brzezinski", "Zbigniew Brzeziński", "Zbignew Brzezinsky"),
    ("Maria Quispe Mamani", "Maria Quispe"),
    ("Ivan Petrov", "Iwan Petrow", "Ivan Petrovich Petrov"),
    ("Anna Huanca", "Ana Huanca Flores"),
    ("Mohammed Hassan", "Muhammad Hasan"),
)


def generate_partial_records(count: int, seed: int) -> list[Record]:
    """Return `count` records of about a sixth as many persons, of three sources.

    Persons have two unlike names, so two records of an entity may have nothing in common.
    """
    dice = random.Random(seed)
    persons = [_person(number, dice) for number in range(max(3, count // 6))]
    return [_record(number, dice.choice(persons), dice) for number in range(count)]


def _person(number: int, dice: random.Random) -> dict[str, Any]:
    """Return what is true of a person."""
    return {
        "names": dice.sample(_NAMES, 2),
        "birthDate": f"19{dice.randrange(60, 64)}-0{dice.randrange(1, 4)}-1{dice.randrange(3)}",
        "passport": f"A{dice.randrange(10**6):06d}",
        "phone": f"+48 22 {dice.randrange(10**6):06d}",
        "birthPlace": dice.choice(["Warsaw", "La Paz", "Minsk"]),
        "email": f"x{number}@ex.org",
    }


def _record(number: int, person: dict[str, Any], dice: random.Random) -> Record:
    names = dice.sample(person["names"], 1 if dice.random() < 0.7 else 2)
    values: dict[str, Any] = {"name": tuple(dice.choice(forms) for forms in names)}
    if dice.random() < 0.6:
        date = person["birthDate"]
        values["birthDate"] = date if dice.random() < 0.8 else date[:4]
    if dice.random() < 0.35:
        values["identifiers"] = [Identifier("passportNumber", person["passport"], "pl")]
    for name, share in (("phone", 0.3), ("birthPlace", 0.3), ("email", 0.2)):
        if dice.random() < share:
            values[name] = person[name]
    return record(f"{dice.choice('stu')}:{number}", **values)
