"""Count cleared hits over versions of a list: `python -m benchmarks.clearances`.

A list of generated persons is screened by people whose names lack a letter, and every hit is
cleared. Each later version of the list has other ids, another order of rows and other spellings of
names, and a few persons with a new fact. A cleared hit whose entity states nothing new must stay
away, and one whose entity states a new fact must return. What returned is cleared again.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from resolver.check.screener import MatchQuery, Screener
from resolver.hub.hub import Hub
from resolver.lists.reader_types import Intake
from resolver.records import Batch, Kind, Record, Value
from resolver.records.visibility import OPERATOR
from resolver.screening import (
    Screening,
    ScreeningHit,
    Subject,
    apply_verdicts,
    build_subject,
    give_verdict,
    read_expiry,
    screen_subjects,
)
from resolver.store import HitVerdict
from resolver.world import generate

_SEED = 4_104
_CHANGED_SHARE = 0.06
"""Persons with a new fact in each version."""
_PROPERTIES = ("birthDate", "birthPlace", "idNumber", "nationality")
_COUNTRIES = ("is", "np", "uy", "fj", "bt", "mw", "to", "ws", "ki", "nr", "tv", "pw")
_OWNER = "benchmark"


@dataclass
class Count:
    """Counts over all versions: cleared hits seen again, those that returned though nothing is new,
    those with a new fact, and those of them that did not return.
    """

    seen: int = 0
    returned: list[str] = field(default_factory=list)
    changed: int = 0
    missed: list[str] = field(default_factory=list)


def draw_persons(count: int) -> tuple[list[Record], list[Subject]]:
    """Return listed persons, one record each, and a subject for each with a letter less."""
    rng = random.Random(_SEED)
    world = generate(3 * count, seed=_SEED)
    persons: dict[str, Record] = {}
    for row in world.records:
        names = row.texts("name")
        if row.kind is Kind.PERSON and names and len(names[0]) > 7:
            persons.setdefault(world.truth[row.id], row)
    chosen = [
        Record(f"list:{place}", "list", Kind.PERSON, "Person", row.values, row.identifiers)
        for place, row in enumerate(list(persons.values())[:count])
    ]
    subjects = []
    for place, row in enumerate(chosen):
        name = row.texts("name")[0]
        at = rng.randrange(1, len(name))
        value = Value("name", name[:at] + name[at + 1 :])
        person = Record(f"people:P{place}", "people", Kind.PERSON, "Person", (value,))
        subjects.append(build_subject(person))
    return chosen, subjects


def next_version(
    persons: Sequence[Record], version: int, rng: random.Random
) -> tuple[list[Record], dict[str, int]]:
    """Return the rows of a version in its order, and the person of each id."""
    rows: list[Record] = []
    person_of: dict[str, int] = {}
    for place in rng.sample(range(len(persons)), len(persons)):
        row = persons[place]
        own_id = f"list:{version}-{len(rows)}" if version % 2 or place % 2 else f"list:k{place}"
        values = tuple(sorted({_respell(value, version + place) for value in row.values}))
        rows.append(replace(row, id=own_id, values=values))
        person_of[own_id] = place
    return rows, person_of


def _respell(value: Value, turn: int) -> Value:
    """Return a name in one of three spellings that say the same; other values as they are."""
    words = value.text.split()
    if value.prop != "name" or len(words) != 2 or not value.text.isascii():
        return value
    spellings = (value.text, value.text.upper(), f"{words[1].upper()}, {words[0]}")
    return replace(value, text=spellings[turn % len(spellings)])


def measure(count: int, versions: int) -> Count:
    """Return the counts of a list of some persons over some versions."""
    rng, result = random.Random(_SEED), Count()
    persons, subjects = draw_persons(count)
    person_of = {row.id: place for place, row in enumerate(persons)}
    with (
        tempfile.TemporaryDirectory() as folder,
        Hub.open(f"sqlite:///{Path(folder)}/hub.db") as hub,
    ):
        hub.add(_intake(persons))
        screener = Screener(hub)
        cleared: dict[str, set[int]] = {}
        _clear(hub, _screen(hub, screener, subjects).hits, person_of, cleared)
        print(f"{sum(map(len, cleared.values()))} hits of {len(cleared)} subjects are cleared")
        for version in range(1, versions + 1):
            changed = rng.sample(range(count), int(count * _CHANGED_SHARE))
            for number, place in enumerate(changed):
                persons[place] = _add_fact(persons[place], number, 1_000 * version + number)
            gone = sorted(person_of)
            rows, person_of = next_version(persons, version, rng)
            hub.add(_intake(rows))
            hub.withdraw([name for name in gone if name not in person_of])
            screening = _screen(hub, screener, subjects)
            _tally(result, screening, cleared, person_of, set(changed))
            _clear(hub, screening.hits, person_of, cleared)
    return result


def _add_fact(person: Record, turn: int, number: int) -> Record:
    """Return a person with a fact that it did not state; `number` makes it unlike all others."""
    prop = _PROPERTIES[turn % len(_PROPERTIES)]
    texts = {
        "birthDate": f"19{number % 60 + 30}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "birthPlace": f"Quarter {number}",
        "idNumber": f"Z{number:07d}",
        "nationality": next(row for row in _COUNTRIES if row not in person.texts("nationality")),
    }
    added = Value(prop, texts[prop])
    return replace(person, values=tuple(sorted({*person.values, added})))


def _intake(rows: Sequence[Record]) -> Intake:
    return Intake(Batch.from_records(rows).canonical(), (), ())


def _screen(hub: Hub, screener: Screener, subjects: Sequence[Subject]) -> Screening:
    screening = screen_subjects(screener, subjects, MatchQuery(20, viewer=OPERATOR))
    return apply_verdicts(screening, hub.store.verdicts.list(_OWNER), hub.store)


def _clear(
    hub: Hub,
    hits: Sequence[ScreeningHit],
    person_of: dict[str, int],
    cleared: dict[str, set[int]],
) -> None:
    """Clear hits, and note by subject the persons that are cleared."""
    for hit in hits:
        give_verdict(
            hub.store,
            hit,
            HitVerdict.CLEARED,
            owner=_OWNER,
            who="kim",
            reason="another face",
            expires=read_expiry(""),
        )
        cleared.setdefault(hit.subject.id, set()).update(person_of[row] for row in hit.records)


def _tally(
    result: Count,
    screening: Screening,
    cleared: dict[str, set[int]],
    person_of: dict[str, int],
    changed: set[int],
) -> None:
    """Count the hits of a version on persons that were all cleared before."""
    for hit in (*screening.hits, *screening.cleared):
        persons = {person_of[row] for row in hit.records}
        if not persons <= cleared.get(hit.subject.id, set()):
            continue
        text = f"{hit.subject.name} and {hit.caption}: {hit.status} {'; '.join(hit.changes)}"
        result.seen += 1
        if persons & changed:
            result.changed += 1
            if hit.status == HitVerdict.CLEARED:
                result.missed.append(text)
        elif hit.status != HitVerdict.CLEARED:
            result.returned.append(text)


def main() -> None:
    """Measure by the arguments of the command."""
    parser = argparse.ArgumentParser(description="Count cleared hits over versions of a list.")
    parser.add_argument("--persons", type=int, default=400)
    parser.add_argument("--versions", type=int, default=10)
    options = parser.parse_args()
    result = measure(options.persons, options.versions)
    print(
        f"{result.seen} cleared hits seen again: {len(result.returned)} returned unchanged;"
        f" of {result.changed} with a new fact {len(result.missed)} did not return"
    )
    for text in (*result.returned[:10], *result.missed[:10]):
        print(f"  {text}")


if __name__ == "__main__":
    main()
