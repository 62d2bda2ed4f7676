"""Small generated world in which many pairs wait for stewards; all persons are fictitious."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from resolver.hub.hub import Hub
from resolver.lists.reader_types import ListInfo
from resolver.records import Handling, Identifier, Kind, Record, Relation, RelationType
from resolver.world import generate
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

PAIRS = 60
LONG = "Maximiliana " + " ".join(["Alexandrovskaya"] * 12)
SCRIPT = "<script>document.title = 'taken'</script> Petrova"
ARABIC, HEBREW, CHINESE = "محمد طارق الحداد", "דוד לוי", "王秀英"
_HEAD = "br cl dr fl gr kn pl sk tr vl zw st".split()
_TAIL = "abok emur inok oruv udem ylak epov avin".split()


def word(number: int) -> str:
    """Return a rare name."""
    return (_HEAD[number % 12] + _TAIL[number // 12 % 8] + _TAIL[(number * 5 + 3) % 8]).capitalize()


def near(identity: str, *names: str, year: int = 1980, apart: int = 1) -> Iterator[Record]:
    """Yield two records that may be one person: same rare name, birth years `apart` years apart."""
    for source, born in (("coast", year), ("river", year + apart)):
        yield record(f"{source}:{identity}", name=names, birthDate=str(born))


def records() -> list[Record]:
    """Return all records of the world."""
    rows = list(generate(300, seed=5).records)
    for number in range(PAIRS):
        rows += near(
            f"p{number:02d}", f"{word(number)} {word(number + 37)}", year=1950 + number % 40
        )
    for identity, name in (
        ("long", LONG),
        ("script", SCRIPT),
        ("he", HEBREW),
        ("zh", CHINESE),
        ("ar", ARABIC),
    ):
        # long names are strong evidence, so birth years must contradict more for a pair to wait
        rows += near(identity, name, year=1961, apart=9)
    # three that may all be one, and four that may
    for group, count in (("tri", 3), ("four", 4)):
        name = f"{word(70 + count)} {word(80 + count)}"
        for place in range(count):
            source = "coast" if place % 2 else "river"
            rows.append(record(f"{source}:{group}{place}", name=name, birthDate=str(1970 + place)))
    # a decision on data of a witness takes two stewards by rule
    rows += [
        replace(record_of_witness, handling=Handling(subject_category="witness"))
        for record_of_witness in near("wit", f"{word(3)} {word(77)}")
    ]
    tie = Relation(RelationType.FAMILY_OF, "coast:p01", role="sister")
    rows.append(record("coast:link", name="Sanaa Merkel", relations=[tie]))
    crew = Relation(RelationType.LEADER_OF, "coast:crew", role="boss", start="2011")
    rows.append(record("coast:crew", Kind.GROUP, name="Zubrak Brotherhood of Krefeld"))
    rows.append(record("coast:boss", name="Zorvik Amblek", relations=[crew]))
    registered = Identifier("registrationNumber", "77-1")
    rows.append(
        record("coast:grp", Kind.GROUP, name="Vektor Trading LLC", identifiers=[registered])
    )
    return rows


def fill(url: str, index_dir: Path) -> None:
    """Commit the world to a store."""
    rows = records()
    lists = [
        ListInfo(name, "test", (name,), "2026-03", 3, 0, False)
        for name in sorted({row.source for row in rows})
    ]
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(url, OPTIONS, index_dir=index_dir) as hub,
    ):
        hub.add(make_intake(rows, *lists))
        hub.store.describe_source("coast", agency="Coast guard")
