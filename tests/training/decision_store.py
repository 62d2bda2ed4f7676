"""Small store of invented people, with decisions by a rule that the shipped model does not know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resolver.hub.hub import Hub
from resolver.records import Record
from resolver.records.decisions import Decision, Verdict
from tests.api.desk.world import word
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

PAIRS = 44
PLACES = ("matching.pipeline", "training.data.training_decisions")


@contextmanager
def symbols() -> Iterator[None]:
    """Use the small symbol table where this module needs one."""
    with quick_symbols(*(f"resolver.{place}" for place in PLACES)):
        yield


def pair_ids(number: int) -> tuple[str, str]:
    """Return the record ids of a pair."""
    return f"coast:p{number:02d}", f"river:p{number:02d}"


def people() -> list[Record]:
    """Return pairs with a rare name in common and different years of birth.

    In pairs with odd numbers the gender differs, too.
    """
    records = []
    for number in range(PAIRS):
        name, year = f"{word(number)} {word(number + 41)}", 1950 + number % 40
        for side, identity in enumerate(pair_ids(number)):
            gender = "female" if side and number % 2 else "male"
            records.append(
                record(identity, name=name, birthDate=str(year + 2 * side), gender=gender)
            )
    return records


def rule_decisions(count: int = PAIRS) -> list[Decision]:
    """Return decisions by the rule: pairs that differ in gender are different, others the same."""
    return [
        make_decision(pair_ids(number), Verdict.DIFFERENT if number % 2 else Verdict.SAME, number)
        for number in range(count)
    ]


def create_store(path: Path, decisions: list[Decision], *others: Record) -> str:
    """Create a store with all people and some decisions; return its URL."""
    url = f"sqlite:///{path}"
    with symbols(), Hub.open(url, OPTIONS, index_dir=path.parent / "index") as hub:
        hub.add(make_intake([*people(), *others]))
        if decisions:
            hub.decide(decisions)
    return url
