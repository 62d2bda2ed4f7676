"""Competition in checks: shares, review links, visibility, and answers of any length."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from resolver.check.ranking import find_crowd
from resolver.check.screener import EntityFilter, MatchQuery, Screener, ScreeningResult
from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier, Kind, Record
from resolver.records.decisions import Verdict
from resolver.records.prepared.population import DEFAULT_LISTED
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Band, Outcome
from resolver.records.visibility import STRANGER, Viewer
from tests.hub.hubs import Stores, make_decision, make_intake, seed_population
from tests.hub.stored_links import stored_links
from tests.matching.preparing import quick_symbols
from tests.records.samples import plain_values, record

NAME = "Zbigniew Brzezinski"
QUERY = record("q:1", name=NAME, nationality="pl")
LISTED = 1.0
"""Share of callers who are listed: nothing but competition keeps a candidate from a high score."""
HIDDEN = Handling("River", "H3")
RIVER = Viewer("eve", "River")


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def namesakes(count: int) -> list[Record]:
    """Return people who fit the query equally; any two of them are in review by default."""
    return [
        record(
            f"a:{number}",
            name=NAME,
            birthDate=f"19{32 + 7 * number}-{number + 1:02d}-{3 * number + 2:02d}",
            nationality="pl",
        )
        for number in range(count)
    ]


def add_records(
    hub: Hub, records: Sequence[Record], in_review: Collection[tuple[str, str]] = ()
) -> None:
    """Add records, any two decided to be different but those of the pairs `in_review`."""
    pairs = [(left.id, right.id) for left, right in combinations(records, 2)]
    decisions = [
        make_decision(pair, Verdict.DIFFERENT, minute)
        for minute, pair in enumerate(pairs)
        if pair not in in_review
    ]
    hub.add(make_intake(records), decisions)


def check(
    hub: Hub,
    query: Record = QUERY,
    viewer: Viewer = STRANGER,
    limit: int = 20,
    cutoff: float | None = 0.0,
    accept: EntityFilter | None = None,
) -> ScreeningResult:
    options = MatchQuery(limit, cutoff, accept=accept, viewer=viewer)
    (result,), _ = Screener(hub, LISTED).check([query], options)
    return result


def scores(result: ScreeningResult) -> dict[str, float]:
    """Return the scores by the first record of each entity."""
    return {min(match.entity["referents"]): match.score for match in result.matches}


def competition_texts(result: ScreeningResult) -> list[str]:
    return [row.help for match in result.matches for row in match.why.rows[-1:]]


def assert_sums(result: ScreeningResult) -> None:
    for match in result.matches:
        assert sum(row.weight for row in match.why.rows) == match.why.logodds
        assert match.why.score == match.score


def test_lone_candidate_keeps_its_score(stores: Stores) -> None:
    with stores.new() as hub:
        add_records(hub, [*namesakes(1), record("b:1", name="Maria Quispe", birthDate="1980")])
        result = check(hub)
        assert scores(result)["a:0"] > 0.9
        assert "competition" not in [row.name for row in result.matches[0].why.rows]
        assert_sums(result)


def test_advice_counts_those_that_a_filter_accepts(stores: Stores) -> None:
    with stores.new() as hub:
        people = namesakes(11)
        add_records(hub, people)
        kept = {person.id for person in people[:5]}
        result = check(
            hub, cutoff=None, accept=lambda entity, _: not kept.isdisjoint(entity["referents"])
        )
        assert result.total == len(result.matches) == 5
        assert result.advice == "5 listed people have this name; add a birth date."
        nobody = check(hub, cutoff=None, accept=lambda *_: False)
        assert (nobody.total, nobody.advice) == (0, "")


def test_five_equal_candidates_leave_each_other_even_odds(stores: Stores) -> None:
    with stores.new() as hub:
        add_records(hub, namesakes(5))
        result = check(hub)
        assert_sums(result)
        # somebody of this name is listed, and nothing tells who
        assert set(scores(result).values()) == {0.5}
        assert competition_texts(result) == ["Also fits: 4 others."] * 5
        # cutoff and total are those after competition
        assert check(hub, cutoff=0.5).total == 5
        advice = "5 listed people have this name; add a birth date."
        assert check(hub, cutoff=None).advice == advice
        assert check(hub, cutoff=0.51) == ScreeningResult((), 0, True, advice)
        ids = [match.entity["id"] for match in result.matches]
        assert ids == sorted(ids)


@pytest.mark.parametrize("cutoff", [0.0, 0.05, 0.1])
def test_scores_do_not_depend_on_limit_or_cutoff(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, cutoff: float
) -> None:
    # the last third of each round holds candidates that would be found
    monkeypatch.setattr("resolver.check.ranking.FIRST_ROUND_SIZE", 3)
    with stores.new() as hub:
        add_records(hub, namesakes(7))
        everything = scores(check(hub, limit=20))
        for limit in (1, 2, 20):
            result = check(hub, limit=limit, cutoff=cutoff)
            assert len(result.matches) == min(limit, 7)
            assert scores(result).items() <= everything.items()
            assert (result.total, result.is_complete) == (7, True)


def test_second_round_is_skipped_where_nobody_could_reach_the_cutoff(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.check.ranking.FIRST_ROUND_SIZE", 25)
    people = [
        record(f"a:{number}", name=NAME, birthDate=f"{1930 + number}", nationality="pl")
        for number in range(30)
    ]
    with stores.new() as hub:
        # none of them is in review with another: each has a share of 1 in 25
        monkeypatch.setattr("resolver.check.ranking.MAX_COMPARED_CANDIDATES", 0)
        add_records(hub, people)
        # but further ones may be as strong as those that were compared
        query = record("q:1", name="Zbignew Brezinsky", nationality="pl")
        advice = "At least 25 listed people have this name or one like it; add a birth date."
        crowd = check(hub, query, cutoff=None)
        assert (crowd.total, crowd.is_complete, crowd.advice) == (25, False, advice)
        assert {match.why.band for match in crowd.matches} == {Band.REVIEW}
        # those of the second round do not compete: the others' scores stay as they are
        result = check(hub, query, cutoff=0.01, limit=30)
        assert result.total == 30
        assert set(competition_texts(result)) == {"Also fits: 24 others.", "Also fits: 25 others."}
        # those who have the very name may all be equal, so that the second round is compared
        named = check(hub, cutoff=0.05, limit=30)
        assert (named.total, named.is_complete) == (30, True)
        assert set(scores(named).values()) == {0.5}


def test_candidates_in_review_with_each_other_count_once(stores: Stores) -> None:
    with stores.new() as hub:
        add_records(hub, namesakes(2), [("a:0", "a:1")])
        together = check(hub)
        assert all(score > 0.9 for score in scores(together).values())
    with stores.new() as hub:
        add_records(hub, namesakes(3), [("a:0", "a:1")])
        result = check(hub)
        assert_sums(result)
        assert competition_texts(result) == ["Also fits: 1 other."] * 3
        assert {round(score, 1) for score in scores(result).values()} == {0.5}


def test_hidden_competitor_has_no_influence(stores: Stores) -> None:
    first, second = namesakes(2)
    with stores.new() as hub:
        add_records(hub, [first])
        expected = scores(check(hub))
    with stores.new() as hub:
        add_records(hub, [first, replace(second, handling=HIDDEN)])
        assert scores(check(hub)) == expected
        assert_sums(check(hub))
        of_owner = check(hub, viewer=RIVER)
        assert len(of_owner.matches) == 2
        assert set(scores(of_owner).values()) == {0.5}


def test_who_is_in_review_does_not_depend_on_hidden_records(stores: Stores) -> None:
    passport = [Identifier("passportNumber", "A1B2C3", "pl")]
    people = namesakes(2)
    people[0] = replace(people[0], identifiers=tuple(passport))
    # one of the first person, which is the likelier to be the second since it states no date
    hidden = record("h:1", name=NAME, nationality="pl", identifiers=passport)
    scored = []
    for more in ([], [replace(hidden, handling=HIDDEN)]):
        with stores.new() as hub:
            seed_population(hub)
            hub.add(make_intake([*people, *more]))
            scored.append((scores(check(hub)), competition_texts(check(hub))))
            if more:
                assert len(check(hub, viewer=RIVER).matches) == 2
                with hub.store.view() as view:
                    links = stored_links(view)
                (waiting,) = (end for end in links if links[end].outcome is Outcome.QUEUED)
                assert "h:1" in waiting
    assert scored[0] == scored[1]
    assert min(scored[0][0].values()) > 0.9


def test_who_is_in_review_does_not_depend_on_hidden_records_of_a_rival(stores: Stores) -> None:
    """The undated records wait with the father, who is no match, and so with the son."""
    stated = {"name": NAME, "phone": "+48 22 555 01 23", "address": "12 Mill Road, London"}
    son = {**stated, "birthDate": "1971-11-27"}
    father = {**stated, "birthDate": "1931-06-13", "gender": "male"}
    people = [
        replace(record(f"a:{number}"), values=plain_values(values))
        for number, values in enumerate((stated, stated, son, father))
    ]
    query = replace(record("q:1"), values=plain_values({**son, "gender": "female"}))
    hidden = replace(people[0], id="h:1", source="h", handling=HIDDEN)
    scored = []
    for more in ([], [hidden]):
        with stores.new() as hub:
            seed_population(hub)
            hub.add(make_intake([*people, *more]))
            (result,), _ = Screener(hub).check([query], MatchQuery(20))
            scored.append((scores(result), competition_texts(result)))
    assert scored[0] == scored[1]
    assert min(scored[0][0].values()) > 0.99
    assert len(scored[0][0]) == 2


def test_best_variant_of_an_entity_competes_once(stores: Stores) -> None:
    people = [replace(row, kind=Kind.LEGAL, schema="LegalEntity") for row in namesakes(2)]
    query = replace(QUERY, kind=Kind.LEGAL, schema="LegalEntity")
    with stores.new() as hub:
        add_records(hub, people)
        result = check(hub, query)
        assert_sums(result)
        assert (len(result.matches), result.total) == (2, 2)
        assert competition_texts(result) == ["Also fits: 1 other."] * 2


def test_lone_candidates_need_no_query_of_the_store(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stores.new() as hub:
        add_records(hub, namesakes(1))
        screener = Screener(hub, LISTED)
        screener.follow(60)
        screener.refresh()
        monkeypatch.setattr("resolver.store.Store.entities_in_review", None)
        (result,), _ = screener.check([QUERY], MatchQuery())
        screener.close()
        assert len(result.matches) == 1


def test_a_common_name_is_in_review_unless_something_contradicts(stores: Stores) -> None:
    listed = record("a:1", name=NAME, birthDate="1950-01-02", nationality="pl")
    stranger = record("a:2", name="Amelia Earhart", birthDate="1950-01-02")
    with stores.new() as hub:
        add_records(hub, [listed, stranger])
        # as few callers are listed as if very many people bore the name
        screener = Screener(hub, 1e-5)
        for query, is_shown in (
            (record("q:1", name=NAME), True),
            (QUERY, True),
            (record("q:1", name=NAME, nationality="br"), False),
            (record("q:1", name=NAME, birthDate="1981-07-21"), False),
        ):
            (result,), _ = screener.check([query], MatchQuery())
            (exact,), _ = screener.check([query], MatchQuery(cutoff=0.05))
            assert (result.total, exact.total) == (int(is_shown), 0), query
            for match in result.matches:
                assert match.score < 0.05
                assert match.why.band is Band.REVIEW
                assert match.why.score == match.score
        (result,), _ = screener.check([record("q:1", name=NAME)], MatchQuery())
        assert result.advice == "1 listed person has this name; add a birth date."
        assert result.is_complete


def test_a_date_asks_for_nobody_whose_date_is_unknown(stores: Stores) -> None:
    """Bearers of a very common name are shown whatever their score, but only to a name alone."""
    with stores.new() as hub:
        people = [record("a:1", name=NAME), record("a:2", name=NAME, birthDate="1950-01-02")]
        add_records(hub, [*people, record("a:3", name=NAME, birthDate="1961-08-30")])
        screener = Screener(hub, 1e-6)
        for query, shown in (
            (record("q:1", name=NAME), {"a:1", "a:2", "a:3"}),
            (record("q:1", name=NAME, birthDate="1950"), {"a:2"}),
            (record("q:1", name=NAME, birthDate="1977-05-21"), set()),
        ):
            (result,), _ = screener.check([query], MatchQuery())
            assert {match.records[0] for match in result.matches} == shown


def test_fewer_callers_with_a_birth_date_are_listed(stores: Stores) -> None:
    """The share holds where none is stated."""
    undated, dated = (
        record("q:1", name=NAME, nationality="pl"),
        record("q:1", name=NAME, nationality="pl", birthDate="1950-01-02"),
    )
    with stores.new() as hub:
        add_records(hub, [record("a:1", name=NAME, nationality="pl")])

        def ask(query: Record, listed: float | None) -> Explanation:
            (result,), _ = Screener(hub, listed).check([query], MatchQuery(cutoff=0.0))
            (match,) = result.matches
            assert sum(row.weight for row in match.why.rows) == match.why.logodds
            return match.why

        shares = math.log((1 / 5) / (4 / 5)), math.log((1 / 50) / (49 / 50))
        without, beside = ask(undated, None), ask(dated, None)
        assert without.logodds - beside.logodds == round(1000 * (shares[0] - shares[1]))
        # a share that is stated holds for all, even if it is the usual one
        for listed in (0.1, DEFAULT_LISTED):
            assert ask(undated, listed).logodds == ask(dated, listed).logodds
        assert ask(undated, DEFAULT_LISTED).logodds == without.logodds


def test_a_crowd_leaves_out_less_than_the_threshold() -> None:
    forty = dict.fromkeys(range(40), 0.024)
    assert find_crowd(forty, [], 0.05) == set(range(40))
    # beside somebody who stands out, the others are left out
    assert find_crowd(dict.fromkeys(range(10), 0.006), [0.9], 0.05) == set()
    # those that are left out have less than a twentieth of all
    assert find_crowd({0: 0.04, 1: 0.02, 2: 0.002, 3: 0.0005}, [], 0.05) == {0, 1}
    assert find_crowd({0: 0.04, 1: 0.02, 2: 0.02}, [0.35], 0.05) == {0, 1, 2}
    assert find_crowd({}, [], 0.05) == set()


def test_a_name_that_is_only_like_the_query_is_shown_where_it_is_likely_enough(
    stores: Stores,
) -> None:
    with stores.new() as hub:
        add_records(hub, [record("a:1", name="Roberto Fernandez", birthDate="1960-04-01")])

        def found(name: str, listed: float) -> list[float]:
            query = record("q:1", name=name)
            (result,), _ = Screener(hub, listed).check([query], MatchQuery())
            return [match.score for match in result.matches]

        # whoever has the very name is shown, however unlikely
        assert [score < 0.05 for score in found("Roberto Fernandez", 1e-6)] == [True]
        assert [score >= 0.05 for score in found("Roberto Fernandes", 0.5)] == [True]
        assert found("Roberto Fernandes", 1e-6) == []
