"""A small store in which stewards have decided, by a rule that the shipped model does not know. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resolver.hub.hub import Hub
from resolver.records import Record
from resolver.records.decisions import Decision, Verdict
from tests.api.desk.world import word
from tests.hub.hubs import OPTIONS, decided, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

PAIRS = 44
PLACES = ("pipeline", "training.decided")


@contextmanager
def symbols() -> Iterator[None]:
    """The small table of symbols, wherever this is used."""
    with quick_symbols(*(f"resolver.{place}" for place in PLACES)):
        yield


def ends(number: int) -> tuple[str, str]:
    """The ids of a pair."""
    return f"coast:p{number:02d}", f"river:p{number:02d}"


def people() -> list[Record]:
    """Pairs with a rare name in common and another year of birth; of the odd ones the gender differs too."""
    found = []
    for number in range(PAIRS):
        name, year = f"{word(number)} {word(number + 41)}", 1950 + number % 40
        for side, identity in enumerate(ends(number)):
            gender = "female" if side and number % 2 else "male"
            found.append(record(identity, name=name, birthDate=str(year + 2 * side), gender=gender))
    return found


def said(count: int = PAIRS) -> list[Decision]:
    """What differs in gender is different, and nothing else is."""
    return [
        decided(ends(number), Verdict.DIFFERENT if number % 2 else Verdict.SAME, number)
        for number in range(count)
    ]


def fill(path: Path, decisions: list[Decision], *more: Record) -> str:
    """A store with all people and some decisions; its URL."""
    url = f"sqlite:///{path}"
    with symbols(), Hub.open(url, OPTIONS, index_dir=path.parent / "index") as hub:
        hub.add(intake([*people(), *more]))
        if decisions:
            hub.decide(decisions)
    return url
