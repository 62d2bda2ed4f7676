"""What the benchmark of screenings counts."""

from __future__ import annotations

import pytest

from benchmarks.screening import describe, is_namesake
from resolver.check.screener import IndexRevision
from resolver.records import Kind, Record, Value
from resolver.screening import Screening, ScreeningHit, Subject, build_subject


def subject_of(identity: str, name: str) -> Subject:
    values = (Value("name", name), Value("birthDate", "1970-01-01"))
    return build_subject(Record(f"people:{identity}", "people", Kind.PERSON, "Person", values))


def hit_of(subject: Subject, name: str, *births: str, band: str = "review") -> ScreeningHit:
    properties = {"name": [name]} | ({"birthDate": list(births)} if births else {})
    entity = {"id": "e-1", "caption": name, "datasets": ["lists"], "properties": properties}
    return ScreeningHit(subject, entity, ("lists:7",), 0.4, band, "", 1.0, (), ())


@pytest.mark.parametrize(
    ("name", "births", "expected"),
    [
        ("IVÁNOV Petr", (), True),
        ("Petr Ivanov", ("1970",), False),
        ("Petra Ivanov", (), False),
    ],
)
def test_a_namesake_has_the_name_of_a_person_without_a_date(
    name: str, births: tuple[str, ...], expected: bool
) -> None:
    assert is_namesake(hit_of(subject_of("s1", "Petr Ivanov"), name, *births)) is expected


def test_namesakes_are_counted_apart_from_other_strangers() -> None:
    strangers = [subject_of(f"s{number}", "Petr Ivanov") for number in range(4)]
    listed = subject_of("llists:7", "Petr Ivano")
    hits = (
        hit_of(strangers[0], "Petr Ivanov"),
        hit_of(strangers[1], "Petr Ivanow", "1970-01-01", band="match"),
        hit_of(listed, "Petr Ivanov"),
    )
    screening = Screening((*strangers, listed), hits, IndexRevision(1, ""))
    assert describe(screening) == (
        "strangers with a hit 50.00 % (namesakes of persons listed without a birth date: 25.00 %),"
        " in band match 25.00 %; listed found 100.0 %"
    )
