"""Queries of checks: of which kind they are, what is wrong with them, and what to add to them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from resolver.check.queries import advise, comparable_record, read_query
from resolver.check.ranking import Rivals
from resolver.check.screener import MatchQuery, Screener
from resolver.errors import RecordError
from resolver.hub.hub import Hub
from resolver.records import Kind
from resolver.records.prepared.population import FrequencyTables
from resolver.records.record import kind_variants
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

TABLES = FrequencyTables(person_counts={"vladimir": 107, "kim": 247, "jo": 20})
FORTY_WORDS = " ".join(f"Word{chr(97 + place % 26)}{place}" for place in range(40))


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


@pytest.fixture
def hub(stores: Stores) -> Iterator[Hub]:
    """Yield a store that lists one of everything, among it what is no name."""
    listed = [
        record("s:1", name="Ivan Petrov", birthDate="1962-05-01", gender="male"),
        record("s:2", name="A", birthDate="1962-05-01"),
        record("s:3", name="Mr Dr"),
        record("s:4", Kind.GROUP, name="K"),
        record("s:5", Kind.GROUP, name="Ocean Pearl Trading"),
        record("s:6", Kind.ASSET, name="Ocean Pearl"),
        record("s:7", name=FORTY_WORDS),
    ]
    with stores.new() as opened:
        opened.add(make_intake(listed))
        yield opened


def ask(hub: Hub, schema: str | None = None, **properties: Any) -> tuple[list[float], list[str]]:
    """Return the scores of a check, and its warnings."""
    query = read_query(schema, properties)
    (result,), _ = Screener(hub).check([query.record], MatchQuery())
    return [match.score for match in result.matches], list(query.omissions)


@pytest.mark.parametrize(
    ("properties", "schema", "kinds"),
    [
        ({"name": "A B"}, "Thing", "person group,asset"),
        ({"name": "A B", "country": "ru"}, "Thing", "person group,asset"),
        ({"name": "A B", "birthDate": "1962"}, "Person", "person"),
        ({"name": "A B", "birthDate": []}, "Thing", "person group,asset"),
        ({"name": "A B", "nationality": "ru"}, "Person", "person"),
        ({"name": "A B", "idNumber": "1234"}, "LegalEntity", "person group"),
        ({"name": "A B", "mmsi": "273450000"}, "Vessel", "asset"),
        ({"name": "A B", "isin": "US0378331005"}, "Security", "asset"),
        # a company or a vessel, and nothing rules a person out for good
        ({"name": "A B", "imoNumber": "9074729"}, "Thing", "person group,asset"),
    ],
)
def test_the_values_of_a_query_tell_its_kind(
    properties: dict[str, Any], schema: str, kinds: str
) -> None:
    query = read_query(None, properties).record
    assert query.schema == schema
    variants = [
        ",".join(kind.label for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET) if kind & row.kind)
        for row in kind_variants(query)
    ]
    assert variants == kinds.split()
    assert read_query("Thing", properties).record == query


def test_a_query_of_any_kind_finds_vessels(hub: Hub) -> None:
    query = read_query(None, {"name": "Ocean Pearl"}).record
    (result,), _ = Screener(hub, 0.5).check([query], MatchQuery(cutoff=0.0))
    assert result.matches[0].entity["schema"] == "Vessel"
    assert result.matches[0].name_similarity == 1.0
    assert result.matches[0].records == ("s:6",)


@pytest.mark.parametrize(
    ("properties", "warning"),
    [
        ({"name": "A"}, "name 'A' is one letter: nobody is found by it; give the whole name"),
        ({"name": "K."}, "name 'K.' is one letter: nobody is found by it; give the whole name"),
        (
            {"name": "Mr Dr"},
            "name 'Mr Dr' is titles alone: no person is found by them; give the name",
        ),
        ({"name": "?!"}, "name '?!' is no name: nobody is found by it"),
        ({"name": "Unknown"}, "name 'Unknown' is no name: nobody is found by it"),
    ],
)
def test_nobody_is_found_by_what_is_no_name(
    hub: Hub, properties: dict[str, Any], warning: str
) -> None:
    assert ask(hub, **properties) == ([], [warning])
    # other values count by themselves
    scores, warnings = ask(hub, **properties, birthDate="1962-05-01")
    assert scores == ask(hub, birthDate="1962-05-01")[0]
    assert warnings == [warning]


@pytest.mark.parametrize("name", ["Dr. Petrov", "Sheikh Haji", "Prince King", "李明", "Ng"])
def test_unusual_names_are_names(name: str) -> None:
    query = read_query("Person", {"name": name})
    assert not query.omissions
    assert comparable_record(query.record, TABLES) is query.record


@pytest.mark.parametrize(
    ("schema", "name", "compared"),
    [
        ("Person", "Dr. Ivan Petrov", "Ivan Petrov"),
        ("Person", "Prof. Dr. Ivan Petrov", "Ivan Petrov"),
        ("Person", "Petrov Prince Ivan", "Petrov Prince Ivan"),
        ("Organization", "Sheikh Ivan Petrov", "Sheikh Ivan Petrov"),
    ],
)
def test_titles_before_two_words_are_not_compared(schema: str, name: str, compared: str) -> None:
    query = read_query(schema, {"name": name})
    assert not query.omissions
    assert comparable_record(query.record, TABLES).texts("name") == (compared,)


def test_titles_may_be_names_of_ships(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([record("s:1", Kind.ASSET, name="Admiral")]))
        assert ask(hub, name="Admiral")[0]
        assert not ask(hub, "Person", name="Admiral")[0]


def test_parts_of_a_name_may_be_initials() -> None:
    assert not read_query("Person", {"firstName": "J", "lastName": "Smith"}).omissions


def test_long_names_are_compared_in_part(hub: Hub) -> None:
    scores, warnings = ask(hub, name=f"Ivan Petrov {FORTY_WORDS}".replace("Word", "Other"))
    assert all(score < 0.95 for score in scores)
    (warning,) = warnings
    assert warning.endswith("has 42 words, of which the first 24 are compared: shorten it")
    long = ("Ivan Petrov " * 200)[:2000].strip()
    assert all(score < 0.5 for score in ask(hub, name=long)[0])
    with pytest.raises(RecordError, match="its name is 2,001 characters long"):
        read_query(None, {"name": "Ivan Petrov " * 166 + "longwords"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ivan Petrov 1962", ("Ivan Petrov", "1962")),
        ("Ivan Petrov, (1962)", ("Ivan Petrov", "1962")),
        ("Иван Петров 1962 ", ("Иван Петров", "1962")),
        ("Ivan Petrov 2962", ("Ivan Petrov 2962", "")),
        ("Ivan Petrov 19621", ("Ivan Petrov 19621", "")),
        ("1962", ("1962", "")),
        ("Ivan Petrov 1962-03-25", ("Ivan Petrov", "1962-03-25")),
        ("Ivan Petrov, 25.03.1962", ("Ivan Petrov", "1962-03-25")),
        ("Ivan Petrov born 25 March 1962", ("Ivan Petrov", "1962-03-25")),
        ("Ivan Petrov (DOB: 25 Mar 1962)", ("Ivan Petrov", "1962-03-25")),
        # both readings, as for a stated date
        ("Ivan Petrov 03/04/1962", ("Ivan Petrov", "1962-04-031962-03-04")),
        ("Theresa May 1962", ("Theresa May", "1962")),
        ("Ivan Petrov 2 1962-13-25", ("Ivan Petrov 2 1962-13-25", "")),
    ],
)
def test_a_date_behind_a_name_is_that_of_birth(text: str, expected: tuple[str, str]) -> None:
    read = comparable_record(record("q:1", name=text), TABLES)
    assert (read.texts("name")[0], "".join(read.texts("birthDate"))) == expected
    group = record("q:1", Kind.GROUP, name=text)
    assert comparable_record(group, TABLES) == group
    dated = record("q:1", name=text, birthDate="1950")
    assert comparable_record(dated, TABLES) == dated


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("ViktorNosoplenko", "Viktor Nosoplenko"),
        ("Shao-yungChing", "Shao-yung Ching"),
        ("ChoHyon-su", "Cho Hyon-su"),
        ("ИванПетровИванович", "Иван Петров Иванович"),
        *((name, name) for name in ("MacDonald McDonald", "DeLuca", "VIKTORNosoplenko", "AnnaB")),
    ],
)
def test_a_capital_letter_in_a_word_begins_a_word(text: str, compared: str) -> None:
    assert comparable_record(record("q:1", name=text), TABLES).texts("name") == (compared,)
    group = record("q:1", Kind.GROUP, name=text)
    assert comparable_record(group, TABLES) == group


@pytest.mark.parametrize(
    ("text", "further"),
    [
        ("VladimirPutin", ()),
        ("Vladimirputin", ("Vladimir putin",)),
        ("VLADIMIRVLADIMIR", ("VLADIMIR VLADIMIR",)),
        ("kimjongun", ("kim jon gun",)),
        # a name of its own, too short, no name that is listed in front, no letters of ASCII
        *((text, ()) for text in ("vladimir", "vladimiri", "kimberleyans", "xxputinvladimir")),
        *((text, ()) for text in ("vladimirпутин", "vladimir1234567", "Vladimir " + "o" * 40)),
    ],
)
def test_a_word_of_several_names_is_divided(text: str, further: tuple[str, ...]) -> None:
    names = comparable_record(record("q:1", name=text), TABLES).texts("name")
    assert names[1:] == further
    group = record("q:1", Kind.GROUP, name=text)
    assert comparable_record(group, TABLES) == group


def test_a_person_is_found_although_all_spaces_are_missing(hub: Hub) -> None:
    hub.add(make_intake([record("s:9", name="Vladimir Nosoplenko")]))
    (found,), _ = ask(hub, "Person", name="vladimirnosoplenko")
    assert found == ask(hub, "Person", name="vladimir nosoplenko")[0][0]


def test_a_person_is_found_although_a_space_is_missing(hub: Hub) -> None:
    found = ask(hub, "Person", name="Ivan Petrov")
    assert found[0]
    assert ask(hub, "Person", name="IvanPetrov") == found


def test_a_name_and_a_year_are_compared_as_a_name_and_a_date(hub: Hub) -> None:
    screener = Screener(hub)
    for schema in ("Person", None):
        asked = [
            read_query(schema, properties).record
            for properties in (
                {"name": ["Ivan Petrov 1962"]},
                {"name": ["Ivan Petrov"], "birthDate": ["1962"]},
            )
        ]
        (typed, stated), _ = screener.check(asked, MatchQuery())
        assert typed.matches[0].score == stated.matches[0].score


def test_births_in_the_future_are_refused() -> None:
    today = datetime.date.today()
    for text in (f"{today.year + 1}", f"{today.year + 2}-01-03", f"circa {today.year + 1}"):
        with pytest.raises(RecordError, match=r"birth date .* lies in the future \(give a date"):
            read_query(None, {"name": "Ivan Petrov", "birthDate": text})
    for text in (f"{today}", f"{today.year}", f"{today.year - 1} to {today.year + 3}"):
        assert not read_query(None, {"name": "Ivan Petrov", "birthDate": text}).omissions


def test_contradictions_are_named_and_genders_left_out(hub: Hub) -> None:
    scores, warnings = ask(hub, name="Ivan Petrov", gender=["male", "f"])
    assert warnings == ["gender male and f contradict each other: neither is compared; give one"]
    assert scores == ask(hub, "Person", name="Ivan Petrov")[0]
    warnings = ask(hub, name="Ivan Petrov", birthDate=["1991-01-02", "1962"])[1]
    assert warnings == [
        "birthDate 1962 and 1991-01-02 contradict each other: an entity with either fits; "
        "give the one that you are sure of"
    ]
    assert not ask(hub, name="Ivan Petrov", birthDate=["1961", "1962-05-01"])[1]
    warnings = ask(hub, name="Ivan Petrov", birthDate="1962", deathDate="1950")[1]
    assert warnings == ["deathDate 1950 lies before birthDate 1962: mend one of the two"]


@pytest.mark.parametrize(
    ("properties", "rivals", "is_complete", "text"),
    [
        (
            {"name": "A B"},
            Rivals(38, Kind.PERSON, True),
            True,
            "38 listed people have this name; add a birth date.",
        ),
        (
            {"name": "A B", "birthDate": "1962"},
            Rivals(480, Kind.PERSON, False),
            False,
            "At least 480 listed people have this name or one like it; add a nationality.",
        ),
        (
            {"name": "A B", "birthDate": "1962", "nationality": "ru", "idNumber": "7"},
            Rivals(2, Kind.PERSON, True),
            True,
            "2 listed people have this name; compare what is listed with what you know.",
        ),
        (
            {"name": "A B"},
            Rivals(3, Kind.GROUP, True),
            True,
            "3 listed groups have this name; add a country.",
        ),
        (
            {"name": "A B"},
            Rivals(3, Kind.ASSET, True),
            True,
            "3 listed vessels or other assets have this name; add an IMO or other number.",
        ),
        (
            {"idNumber": "1234"},
            Rivals(3, Kind.ANY, False),
            True,
            "3 listed entities fit alike; add a country.",
        ),
        (
            {"name": "A B"},
            Rivals(1, Kind.PERSON, True),
            True,
            "1 listed person has this name; add a birth date.",
        ),
        (
            {"name": "A B"},
            Rivals(1, Kind.PERSON, False),
            True,
            "1 listed person has this name or one like it; add a birth date.",
        ),
    ],
)
def test_advice_says_what_is_missing(
    properties: dict[str, Any], rivals: Rivals, is_complete: bool, text: str
) -> None:
    query = read_query(None, properties).record
    assert advise(query, rivals, is_complete=is_complete) == text
