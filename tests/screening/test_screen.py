"""Screening of many subjects: each is answered as a single check with the same values."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from resolver.check.queries import read_query
from resolver.check.screener import MatchQuery, Screener, ScreeningResult
from resolver.records import Kind, Record, Value
from resolver.records.results.explanation import summarize_evidence
from resolver.screening import Subject, build_subject, read_subjects, screen_subjects
from resolver.screening.screen import next_chunk_size
from resolver.world import generate
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

QUERY = MatchQuery(10)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def _misspell(text: str, rng: random.Random) -> str:
    place = rng.randrange(max(len(text) - 1, 1))
    return text[:place] + text[place + 1 :] if rng.random() < 0.5 else text


def _invent_subjects(some: list[Record], rng: random.Random) -> list[Subject]:
    """Return subjects that resemble listed records, with some of their values."""
    subjects = []
    for number, listed in enumerate(some):
        values = [
            Value(value.prop, _misspell(value.text, rng) if value.prop == "name" else value.text)
            for value in listed.values
            if value.prop in ("name", "birthDate", "nationality") and rng.random() < 0.8
        ]
        row = Record(f"people:{number}", "people", listed.kind, listed.schema, tuple(values))
        subjects.append(build_subject(row))
    return subjects


def test_each_subject_gets_the_answer_of_a_single_check(stores: Stores) -> None:
    some = list(generate(80, seed=4).records)[:120]
    rng = random.Random(7)
    with stores.new() as hub:
        hub.add(make_intake(some))
        screener = Screener(hub)
        subjects = _invent_subjects(some, rng)
        screening = screen_subjects(screener, subjects, QUERY)
        by_subject = screening.hits_by_subject()
        assert len(by_subject) > 60
        for subject in subjects:
            properties: dict[str, list[str]] = {}
            for value in subject.record.values:
                properties.setdefault(value.prop, []).append(value.text)
            if not properties.keys() & {"name", "birthDate"}:
                # a single check refuses it
                assert subject.notes
                continue
            query = read_query(subject.record.schema, properties).record
            (single,), _ = screener.check([query], QUERY)
            expected = [
                (
                    match.entity,
                    match.score,
                    match.why.band.label,
                    summarize_evidence(match.why),
                )
                for match in single.matches
            ]
            hits = by_subject.get(f"people:{subject.id}", [])
            assert [(hit.entity, hit.score, hit.band, hit.reason) for hit in hits] == expected


_ODD_QUERIES = (
    Record("q:1", "q", Kind.PERSON, "Person"),
    record("q:1", birthDate="1960-05-06"),
    record("q:1", name="محمد"),
    record("q:1", name="محمد علي", birthDate="1970"),
    record("q:1", name=("Владимир Петров", "Vladimir Petrov")),
    record("q:1", name="김정은"),
    record("q:1", name="123 45"),
    record("q:1", name="Sheikh"),
    record("q:1", name="Hassan"),
    record("q:1", name="X"),
    record("q:1", name=tuple(f"Karim Haddad {letter}" for letter in "abcdefghijk")),
    record("q:1", firstName="Karim", lastName="Haddad"),
    record("q:1", name="Karim Haddad", gender="male", nationality="sy", phone="+963 11 555 0101"),
    Record("q:1", "q", Kind.GROUP, "Organization", (Value("name", "Golden Star Shipping LLC"),)),
    Record("q:1", "q", Kind.ASSET, "Vessel", (Value("name", "Golden Star"),)),
    Record("q:1", "q", Kind.LEGAL, "LegalEntity", (Value("name", "Golden Star"),)),
    Record("q:1", "q", Kind.ANY, "Thing", (Value("name", "Karim Haddad"),)),
)
_HOMONYMS = tuple(
    record(f"homonyms:{number}", name="Karim Haddad", birthDate=f"19{60 + number}-03-0{number + 1}")
    for number in range(6)
)
_NAMED_GROUPS = (
    Record("more:1", "more", Kind.GROUP, "Company", (Value("name", "Golden Star Shipping"),)),
    Record("more:2", "more", Kind.ASSET, "Vessel", (Value("name", "GOLDEN STAR"),)),
    record("more:3", name=("محمد علي", "Mohammed Ali"), birthDate="1970-02-03"),
    record("more:4", name="Владимир Петров", birthDate="1970-02-03"),
)


@pytest.mark.parametrize("seed", [3, pytest.param(5, marks=pytest.mark.nightly)])
def test_many_queries_get_the_answers_of_single_checks(stores: Stores, seed: int) -> None:
    some = list(generate(60, seed=seed).records)[:100]
    rng = random.Random(seed)
    with stores.new() as hub:
        hub.add(make_intake([*some, *_HOMONYMS, *_NAMED_GROUPS]))
        # a segment of its own, which also replaces an entity
        hub.add(make_intake([replace(_NAMED_GROUPS[2], source="more")]))
        screener = Screener(hub)
        queries = [row.record for row in _invent_subjects(some, rng)]
        queries += [build_subject(row).record for row in (*_ODD_QUERIES, *_HOMONYMS[:2])]
        rng.shuffle(queries)
        for options in (QUERY, MatchQuery(3, sources=frozenset({"homonyms"}))):
            snapshot = screener.snapshot_for(options.viewer)
            single, _ = screener.check(queries, options, snapshot)
            assert sum(bool(result.matches) for result in single) > 5
            many = screener.check_many(queries, options, snapshot)
            assert [_flatten(result) for result in many] == [_flatten(row) for row in single]


def _flatten(result: ScreeningResult) -> tuple[object, ...]:
    """Return all that an answer says. The ids of rows in a comparison are not part of it."""
    matches = [
        (
            match.entity,
            match.score,
            match.name_similarity,
            match.records,
            match.why.band,
            match.why.parts,
            [row for row in match.why.rows if row.name != "same_list"],
        )
        for match in result.matches
    ]
    return matches, result.total, result.is_complete, result.advice


def test_a_low_cutoff_is_answered_by_single_checks(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake(list(_HOMONYMS)))
        screener = Screener(hub)
        options = MatchQuery(10, cutoff=0.0)
        snapshot = screener.snapshot_for(options.viewer)
        queries = [build_subject(_HOMONYMS[0]).record]
        many = screener.check_many(queries, options, snapshot)
        assert many[0].total == len(_HOMONYMS)
        assert _flatten(many[0]) == _flatten(screener.check(queries, options, snapshot)[0][0])


def test_copies_of_the_process_answer_alike(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.screening.screen._LEAST", 5)
    monkeypatch.setattr("resolver.screening.screen._FIRST_CHUNK", 30)
    some = list(generate(40, seed=4).records)[:50]
    with stores.new() as hub:
        hub.add(make_intake(some))
        screener = Screener(hub)
        subjects = _invent_subjects(some, random.Random(3))
        alone = screen_subjects(screener, subjects, QUERY)
        assert alone.hits
        assert screen_subjects(screener, subjects, QUERY, workers=2) == alone


def test_subjects_never_enter_the_store(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([record("list:1", name="Maria Lopez", birthDate="1950-01-02")]))
        subjects = read_subjects(
            make_intake([record(f"people:{number}", name="Maria Garcia") for number in range(9)])
        )
        screener = Screener(hub)
        first = screen_subjects(screener, subjects, QUERY)
        assert not first.hits
        assert screen_subjects(screener, subjects, QUERY).hits == first.hits
        assert hub.store.revision == 1
        with hub.store.view() as view:
            assert view.entity("people:1") is None


def test_equal_subjects_are_compared_once_and_answered_each(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = record("list:1", name="Abdulrahman Tikriti", birthDate="1960-05-06")
    people = [
        record(f"people:{number:04d}", name="Abdulrahman Tikriti", birthDate="1960-05-06")
        for number in range(300)
    ]
    counts: list[int] = []
    check = Screener.check_many

    def count_queries(screener: Screener, queries: list[Record], *rest: object) -> object:
        counts.append(len(queries))
        return check(screener, queries, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Screener, "check_many", count_queries)
    with stores.new() as hub:
        hub.add(make_intake([listed]))
        screening = screen_subjects(Screener(hub), read_subjects(make_intake(people)), QUERY)
    assert counts == [1]
    assert [hit.subject.id for hit in screening.hits] == [f"{number:04d}" for number in range(300)]


def test_subjects_with_a_rare_word_in_common_are_compared_together(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hits are still in the order of the subjects."""
    families = ("Tikriti", "Haddad", "Petrov")
    people = [
        record(f"people:{number}", name=f"{given} Ali {families[number % 3]}")
        for number, given in enumerate(("Omar", "Karim", "Ivan", "Said", "Nabil", "Oleg"))
    ]
    compared: list[str] = []
    check = Screener.check_many

    def note_names(screener: Screener, queries: list[Record], *rest: object) -> object:
        compared.extend(query.texts("name")[0].split()[-1] for query in queries)
        return check(screener, queries, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Screener, "check_many", note_names)
    with stores.new() as hub:
        hub.add(make_intake([replace(row, id=f"list:{row.id[7:]}") for row in people]))
        screening = screen_subjects(Screener(hub), [build_subject(row) for row in people], QUERY)
    assert compared == [family for family in sorted(families) for _ in range(2)]
    best = {hit.subject.id: hit for hit in reversed(screening.hits)}
    assert list(reversed(best)) == ["0", "1", "2", "3", "4", "5"]
    assert all(f"list:{own_id}" in hit.records for own_id, hit in best.items())


def test_no_process_takes_more_than_its_share(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    check = Screener.check_many

    def count_queries(screener: Screener, queries: list[Record], *rest: object) -> object:
        counts.append(len(queries))
        return check(screener, queries, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("resolver.screening.screen._LEAST", 10)
    monkeypatch.setattr(Screener, "check_many", count_queries)
    subjects = [
        build_subject(record(f"people:{day}", name="Omar Tikriti", birthDate=f"1960-05-{day}"))
        for day in range(10, 30)
    ]
    with stores.new() as hub:
        hub.add(make_intake([record("list:1", name="Omar Tikriti", birthDate="1960-05-16")]))
        screening = screen_subjects(Screener(hub), subjects, QUERY, workers=2)
    # a copy of the process compares the others
    assert 0 < max(counts) <= 10
    assert "16" in {hit.subject.id for hit in screening.hits}


def test_what_was_not_compared_is_said() -> None:
    nameless = build_subject(record("people:1", birthDate="1960-05-06"))
    assert "no name" in nameless.notes[0]
    empty = build_subject(Record("people:2", "people", Kind.PERSON, "Person"))
    assert empty.notes == ("it has no value that can be compared",)
    letter = build_subject(record("people:3", name="X"))
    assert "one letter" in letter.notes[0]


def test_progress_is_reported_about_once_a_second() -> None:
    """A job notices that it was cancelled when it reports progress."""

    def slowest(seconds_per_subject: float) -> float:
        """Return the longest time between two reports, once the size has settled."""
        size, times = 1_000, []
        for _ in range(20):
            times.append(size * seconds_per_subject)
            size = next_chunk_size(size, times[-1])
        return max(times[-5:])

    assert [slowest(each) <= 1.0 for each in (0.0001, 0.0007, 0.002)] == [True] * 3
    assert next_chunk_size(20_000, 0.1) == 20_000
    # fewer would not be worth a process
    assert next_chunk_size(500, 60.0) == 500
