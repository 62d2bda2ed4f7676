"""Free-text search: order, visibility, scope and freshness, in both sorts of store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from resolver.check.result_page import read_facet
from resolver.check.screener import Screener, build_match_documents
from resolver.check.term_search import SearchScope
from resolver.records import Address, Handling, Identifier, Kind
from resolver.records.decisions import Verdict
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from tests.hub.hubs import Stores, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

RECORDS = (
    record("a:1", name="Vladimir Putin", lastName="Putin", nationality="ru"),
    record("a:2", name="Olga Putina"),
    record("a:3", name="Petra Putinova-Lang"),
    record("a:4", name="Путин Иван", birthPlace="Damascus"),
    record("a:5", Kind.GROUP, name="Vektor Trading LLC", addresses=[Address(city="New York")]),
    record("b:1", Kind.GROUP, name="Vektor Shipping", country="Russia"),
    record("b:2", name="Ann York", identifiers=[Identifier("passportNumber", "K 771-9034")]),
    record("b:3", name="Qasim Haddad", phone="+31 20 555 0101", email="q.haddad@example.net"),
)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


@pytest.fixture
def screener(stores: Stores) -> Iterator[Screener]:
    with stores.new() as hub:
        hub.add(make_intake(RECORDS))
        yield Screener(hub)


def found_records(
    screener: Screener, text: str, viewer: Viewer = STRANGER, sources: Sequence[str] = ()
) -> list[str]:
    """Return the first visible record of each entity found, in order."""
    scope = SearchScope(viewer, frozenset(sources) or None)
    results = screener.search(text, scope)
    documents = build_match_documents(results.best(100), results.snapshot)
    assert len(documents) == len(results)
    return [document["referents"][0] for document in documents]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("putin", ["a:1", "a:4", "a:3", "a:2"]),
        ("Путин", ["a:1", "a:4", "a:3", "a:2"]),
        ("putin vladimir", ["a:1"]),
        ("vladimirputin", ["a:1"]),
        ("vladimir put", ["a:1"]),
        ("damascus", ["a:4"]),
        ("york", ["b:2", "a:5"]),
        ("new york", ["a:5"]),
        ("K7719034", ["b:2"]),
        ("k 7719 034", ["b:2"]),
        ("020 555 0101", ["b:3"]),
        ("q.haddad@example.net", ["b:3"]),
        ("kassem", ["b:3"]),
        ("vektor", ["b:1", "a:5"]),
        ("vektor trading", ["a:5"]),
        ("K7719035", []),
        ("*", []),
        ('"', []),
        ("z", []),
    ],
)
def test_words_find_who_states_them(text: str, expected: list[str], screener: Screener) -> None:
    results = found_records(screener, text)
    if text.lower() in ("putin", "путин"):
        # the beginning of a word and a letter more are worth less than the word
        assert (results[:2], set(results)) == (expected[:2], set(expected))
    else:
        assert results == expected


def test_a_text_of_all_scripts_and_lengths_has_an_answer(screener: Screener) -> None:
    for text in ("Putin Путин 普京 بوتين", "x" * 1_900, "a b " * 400, "🙂", "\u0000", "o'"):
        assert len(found_records(screener, text)) <= len(RECORDS)
    assert found_records(screener, "Vladimir Путин")[0] == "a:1"
    assert len(found_records(screener, "")) == len(RECORDS)


def test_a_search_within_sources_ranks_only_their_entities(screener: Screener) -> None:
    assert found_records(screener, "vektor trading", sources=["b"]) == ["b:1"]
    assert found_records(screener, "putin", sources=["b"]) == []
    assert set(found_records(screener, "", sources=["b"])) == {"b:1", "b:2", "b:3"}


def test_commits_are_found_at_once(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake(RECORDS))
        screener = Screener(hub)
        assert found_records(screener, "zyx") == []
        hub.add(make_intake([record("c:1", name="Zyx Abel")]))
        assert found_records(screener, "zyx") == ["c:1"]
        hub.add(make_intake([record("c:1", name="Wvu Abel")]))
        assert (found_records(screener, "zyx"), found_records(screener, "wvu")) == ([], ["c:1"])
        # another process reads what this one has written
        assert found_records(Screener(hub), "wvu") == ["c:1"]


def test_hidden_records_change_nothing(stores: Stores) -> None:
    closed = Handling("River", "H3")
    hidden = [
        replace(row, handling=closed)
        for row in (
            record("h:0", name="Vladimir Putin", nationality="ir"),
            record("h:1", name="Damaskus Putin"),
            record("h:2", name="Brouwer Haddad", topics="crime"),
        )
    ]
    texts = ("putin", "damaskus", "brouwer", "haddad", "vladimir", "zz", "", "put", "damascus")
    answers: list[list[object]] = []
    for rows in ((), hidden):
        with stores.new() as hub:
            hub.add(make_intake(RECORDS))
            same = [make_decision(("a:1", "h:2"), Verdict.SAME, 1)] if rows else []
            if rows:
                hub.add(make_intake(rows), same)
            answers.append([describe(Screener(hub), text, STRANGER) for text in texts])
            if rows:
                owner = Viewer("vera", "River", frozenset({"check"}))
                assert set(found_records(Screener(hub), "brouwer", owner)) == {"a:1"}
                assert found_records(Screener(hub), "damaskus", OPERATOR)[0] == "h:1"
    assert answers[0] == answers[1]


def describe(screener: Screener, text: str, viewer: Viewer) -> object:
    """Return all that a viewer can learn of a search."""
    results = screener.search(text, SearchScope(viewer))
    best = results.best(100)
    documents = build_match_documents(best, results.snapshot)
    facets = [read_facet(name, results).counts() for name in ("countries", "topics", "datasets")]
    rows = [(doc["referents"], entity.score) for doc, entity in zip(documents, best, strict=True)]
    return len(results), sorted(rows), facets
