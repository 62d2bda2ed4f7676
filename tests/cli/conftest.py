"""Two small lists of two agencies that have some people and groups in common, all invented."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

_COAST = [
    (
        "p1",
        "Person",
        {"name": ["Ivan Sergeyevich Petrov"], "birthDate": ["1962-05-01"], "nationality": ["ru"]},
    ),
    (
        "p2",
        "Person",
        {"name": ["Maria Quispe Huanca"], "birthDate": ["1980"], "alias": ["La Reina"]},
    ),
    (
        "p3",
        "Person",
        {
            "name": ["Abdulrahman Al-Tikriti"],
            "birthDate": ["1971-03-09"],
            "passportNumber": ["A4419207"],
        },
    ),
    ("g1", "Organization", {"name": ["Vektor Trading LLC"], "country": ["ru"]}),
]
_RIVER = """id,name,kind,birth_date,nationality,passport
7,"PETROV, Ivan Sergeevich",person,1962-05-01,Russia,
8,Maria Huanca Quispe,person,1980-11-02,,
9,Abd al-Rahman al Tikriti,person,1971-03-09,,A4419207
10,John Smith,person,1990-01-01,,
11,"Vektor Trading, Limited Liability Company",group,,,
"""
_MAPPING = """id: id
kind: kind
source: river
properties: {name: name, birthDate: birth_date, nationality: nationality, passportNumber: passport}
"""


@dataclass(frozen=True)
class Lists:
    """Two lists and the mapping of the second; record ids are coast:p1 … and river:7 …"""

    coast: Path
    river: Path
    mapping: Path

    @property
    def args(self) -> list[str]:
        """Return the arguments of a command to read both lists."""
        return [str(self.coast), str(self.river), "--mapping", str(self.mapping)]


@pytest.fixture(scope="session")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Lists:
    """Write both lists and the mapping."""
    folder = tmp_path_factory.mktemp("lists")
    entities = [
        {"id": name, "schema": schema, "properties": properties, "datasets": ["coast"]}
        for name, schema, properties in _COAST
    ]
    lists = Lists(folder / "coast.ftm.json", folder / "river.csv", folder / "river.yml")
    lists.coast.write_text("".join(json.dumps(entity) + "\n" for entity in entities), "utf-8")
    lists.river.write_text(_RIVER, "utf-8")
    lists.mapping.write_text(_MAPPING, "utf-8")
    return lists
