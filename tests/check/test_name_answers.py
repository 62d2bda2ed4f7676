"""Answers to a name alone: one word, titles, words of another kind, and equal names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resolver.check.queries import query_warnings
from resolver.check.screener import MatchQuery, Screener, ScreeningResult
from resolver.hub.hub import Hub
from resolver.records import Kind, Record
from resolver.records.decisions import Verdict
from resolver.records.results.resolution import Band
from resolver.records.visibility import STRANGER
from tests.hub.hubs import Stores, make_decision, make_intake, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def group(native: str, name: str, alias: str = "") -> Record:
    return record(native, Kind.GROUP, name=name, alias=[alias] if alias else [])


@pytest.fixture(scope="module")
def hub(stores: Stores) -> Iterator[Hub]:
    """Hub of a few groups and people; the two groups of one name are decided to be different."""
    with stores.new() as hub:
        seed_population(hub)
        hub.add(
            make_intake(
                [
                    group("a:1", "Zorvana"),
                    group("a:2", "Zorvana"),
                    group("a:3", "Danesh Holding Zubar", "Danesh Melli"),
                    group("a:4", "Danesh Nacional"),
                    group("a:5", "Muhamad Wali Exchange"),
                    group("a:6", "Mr Handyman"),
                    group("a:7", "Sazman Melli Iran", "Sazman Melli"),
                    group("a:8", "Islamic Front of Iraq and Syria", "Jabhat al-Islamiya"),
                    group("a:9", "Ministry of Interior"),
                    group("a:10", "Fuerza Zubar", "Popular Liberation Army"),
                    record("b:1", name="Aurelio Quispe Lozada", birthDate="1961-02-03"),
                    record("b:2", name="Elena Maria Quispe", birthDate="1984-05-06"),
                    record("b:3", name="Mohammed Wali Tarin", birthDate="1951-07-08"),
                    record("b:4", name="Hafiz Sandoval Ibarra", birthDate="1949-04-02"),
                    record("b:5", name="Nadir Shaikh Mohammed", birthDate="1953-09-10"),
                ]
            ),
            [make_decision(("a:1", "a:2"), Verdict.DIFFERENT, 0)],
        )
        yield hub


def ask(hub: Hub, name: str, kind: Kind = Kind.ANY, country: str = "") -> ScreeningResult:
    query = record("q:1", kind, schema="Thing", name=name, country=country or [])
    (result,), _ = Screener(hub).check([query], MatchQuery(20))
    for match in result.matches:
        assert sum(row.weight for row in match.why.rows) == match.why.logodds
        assert match.why.score == match.score
    return result


def first_records(result: ScreeningResult) -> list[str]:
    return [min(match.records) for match in result.matches]


def test_groups_of_one_name_are_both_a_match(hub: Hub) -> None:
    result = ask(hub, "Zorvana")
    assert sorted(first_records(result)) == ["a:1", "a:2"]
    assert len({match.score for match in result.matches}) == 1
    assert result.matches[0].score >= 0.5


def test_everybody_whose_name_has_the_only_word_is_shown(hub: Hub) -> None:
    result = ask(hub, "Quispe")
    assert {*first_records(result)} == {"b:1", "b:2"}
    assert {match.why.band for match in result.matches} == {Band.REVIEW}
    advice = "2 listed people have this word in a name; give the whole name, or add a birth date."
    assert result.advice == advice


def test_titles_alone_find_nobody_of_any_kind(hub: Hub) -> None:
    assert first_records(ask(hub, "Mr. Handyman")) == ["a:6"]
    alone = ask(hub, "Mr.")
    assert (alone.matches, alone.total, alone.advice) == ((), 0, "")
    (warning,) = query_warnings(record("q:1", Kind.ANY, schema="Thing", name="Mr."))
    assert "titles alone" in warning


def test_words_of_people_are_asked_of_people_first(hub: Hub) -> None:
    as_group = ask(hub, "Mohammed Wali", Kind.GROUP)
    of_any = ask(hub, "Mohammed Wali")
    assert first_records(as_group) == ["a:5"]
    assert first_records(of_any)[:1] == ["b:3"]
    in_both = [match.score for match in of_any.matches if min(match.records) == "a:5"]
    assert max(in_both, default=0.0) < as_group.matches[0].score


def test_the_written_name_comes_before_a_translation(hub: Hub) -> None:
    assert first_records(ask(hub, "Danesh Melli"))[0] == "a:3"
    assert first_records(ask(hub, "Danesh Nacional"))[0] == "a:4"


def test_an_alias_of_common_words_is_enough(hub: Hub) -> None:
    (first, *_) = ask(hub, "Sazman Melli").matches
    assert min(first.records) == "a:7"
    assert first.score >= 0.5
    assert first.name_similarity == 1.0
    branch = [row for row in first.why.rows if row.name == "branch"]
    assert all(row.weight >= 0 for row in branch)


def test_an_article_does_not_make_a_name_another(hub: Hub) -> None:
    (first, *_) = ask(hub, "Jabhat Islamiya").matches
    assert min(first.records) == "a:8"
    assert first.name_similarity == 1.0


def test_a_name_of_another_script_or_language_gains_nothing(hub: Hub) -> None:
    written = ask(hub, "Sazman Melli").matches[0].score
    translated = ask(hub, "National Organization").matches
    assert all(match.score < written for match in translated)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Ministry of Interior", "a:9"), ("People's Liberation Army", "a:10")],
)
def test_an_institution_that_every_state_has_is_no_match_by_name(
    hub: Hub, name: str, meant: str
) -> None:
    (first, *_) = ask(hub, name).matches
    assert (min(first.records), first.why.band) == (meant, Band.REVIEW)
    assert first.name_similarity == 1.0
    assert first.score < 0.5
    assert ask(hub, name, country="ve").matches[0].score > first.score


def test_a_title_that_lists_lack_costs_nothing(hub: Hub) -> None:
    plain, titled = (
        ask(hub, name, Kind.PERSON).matches[0] for name in ("Mohammed Wali", "Sheikh Mohammed Wali")
    )
    assert (titled.records, titled.score) == (plain.records, plain.score)


@pytest.mark.parametrize("kind", [Kind.ANY, Kind.PERSON])
@pytest.mark.parametrize("title", ["Supreme Leader", "His Excellency", "Bolivian Foreign Minister"])
def test_a_title_of_two_words_costs_nothing(hub: Hub, kind: Kind, title: str) -> None:
    plain, titled = (
        ask(hub, f"{words}Aurelio Quispe Lozada", kind).matches[0] for words in ("", f"{title} ")
    )
    assert (titled.records, titled.score) == (plain.records, plain.score)


@pytest.mark.parametrize("title", ["Shaikh", "Sheikh"])
def test_a_title_within_the_listed_name_counts_in_every_spelling(hub: Hub, title: str) -> None:
    plain, titled = (
        ask(hub, name, Kind.PERSON).matches[0]
        for name in ("Nadir Mohammed", f"Nadir {title} Mohammed")
    )
    assert titled.records == plain.records == ("b:5",)
    assert titled.score > plain.score


def test_a_title_in_the_listed_name_counts(hub: Hub) -> None:
    plain, titled, misspelt = (
        ask(hub, name, Kind.PERSON).matches[0].score
        for name in ("Sandoval Ibarra", "Hafiz Sandoval Ibarra", "Hafiz Sandovel Ibarra")
    )
    assert titled > plain
    assert ask(hub, "Sandovel Ibarra", Kind.PERSON).matches[0].score < misspelt < titled


@pytest.mark.parametrize("kind", [Kind.ANY, Kind.PERSON, Kind.GROUP])
def test_a_batch_weighs_names_as_a_check_does(hub: Hub, kind: Kind) -> None:
    names = [
        "Ministry of Interior",
        "Sazman Melli",
        "Hafiz Sandoval Ibarra",
        "Sheikh Mohammed Wali",
    ]
    queries = [record(f"q:{name}", kind, schema="Thing", name=name) for name in names]
    screener = Screener(hub)
    snapshot = screener.snapshot_for(STRANGER)
    single, _ = screener.check(queries, MatchQuery(20), snapshot)
    many = screener.check_many(queries, MatchQuery(20), snapshot)
    answers = [[(row.records, row.score) for row in result.matches] for result in single]
    assert [[(row.records, row.score) for row in result.matches] for result in many] == answers
    assert any(answers)
