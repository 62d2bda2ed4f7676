"""A small world in which much waits for stewards. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from resolver.hub.hub import Hub
from resolver.ingest.reader_types import ListInfo
from resolver.records import Handling, Identifier, Kind, Record, Relation, RelationType
from resolver.synthetic import generate
from tests.hub.hubs import OPTIONS, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

PAIRS = 60
LONG = "Maximiliana " + " ".join(["Alexandrovskaya"] * 12)
SCRIPT = "<script>document.title = 'taken'</script> Petrova"
ARABIC, HEBREW, CHINESE = "محمد طارق الحداد", "דוד לוי", "王秀英"
_HEAD = "br cl dr fl gr kn pl sk tr vl zw st".split()
_TAIL = "abok emur inok oruv udem ylak epov avin".split()


def word(number: int) -> str:
    """A rare name."""
    return (_HEAD[number % 12] + _TAIL[number // 12 % 8] + _TAIL[(number * 5 + 3) % 8]).capitalize()


def near(identity: str, *names: str, year: int = 1980, apart: int = 1) -> Iterator[Record]:
    """Two records that may be one person: a rare name in common, and years that do not quite agree."""
    for source, born in (("coast", year), ("river", year + apart)):
        yield record(f"{source}:{identity}", name=names, birthDate=str(born))


def records() -> list[Record]:
    """All of them."""
    found = list(generate(300, seed=5).records)
    for number in range(PAIRS):
        found += near(
            f"p{number:02d}", f"{word(number)} {word(number + 37)}", year=1950 + number % 40
        )
    for identity, name in (
        ("long", LONG),
        ("script", SCRIPT),
        ("he", HEBREW),
        ("zh", CHINESE),
        ("ar", ARABIC),
    ):
        # long names say more: of these the years must say more, too, for a human to be asked
        found += near(identity, name, year=1961, apart=11)
    # three that may all be one, and four that may
    for group, count in (("tri", 3), ("four", 4)):
        name = f"{word(70 + count)} {word(80 + count)}"
        for place in range(count):
            source = "coast" if place % 2 else "river"
            found.append(record(f"{source}:{group}{place}", name=name, birthDate=str(1970 + place)))
    # what touches a witness takes two stewards by rule
    found += [
        replace(one, handling=Handling(subject_category="witness"))
        for one in near("wit", f"{word(3)} {word(77)}")
    ]
    tie = Relation(RelationType.FAMILY_OF, "coast:p01", role="sister")
    found.append(record("coast:link", name="Sanaa Merkel", relations=[tie]))
    registered = Identifier("registrationNumber", "77-1")
    found.append(
        record("coast:grp", Kind.GROUP, name="Vektor Trading LLC", identifiers=[registered])
    )
    return found


def fill(url: str, index_dir: Path) -> None:
    """Put the world into a store."""
    made = records()
    lists = [
        ListInfo(name, "test", (name,), "2026-03", 3, 0, False)
        for name in sorted({one.source for one in made})
    ]
    with (
        quick_symbols("resolver.pipeline"),
        Hub.open(url, OPTIONS, index_dir=index_dir) as hub,
    ):
        hub.add(intake(made, *lists))
        hub.store.describe_source("coast", agency="Coast guard")
